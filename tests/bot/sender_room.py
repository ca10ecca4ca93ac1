"""A sender's surroundings: an outbox, a channel and a clock of our own, and how to wait for what it does."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.limiter import Limiter
from bot.parcels import Parcel
from bot.sender import Pace, Sender
from quarantine.messages import Delivered, Never, Priority, Reply

NOW = datetime(2026, 12, 5, 0, 30, tzinfo=UTC)
QUICK = Pace(idle=0.01, trouble=0.01, renew=0.01, wind_down=0.05, down_first=0.02)
PATIENCE = 5.0
"""Seconds after which a test that waits for something has failed."""


class Stands:
    """A clock that stands still."""

    def now(self):
        """Always the same instant."""
        return NOW


@dataclass
class Row:
    """A letter as the outbox keeps it."""

    id: int
    owner: int
    text: str
    priority: Priority = Priority.REPLY
    valid_until: datetime | None = None
    status: str = "due"
    fence: int = 0
    attempts: int = 0
    outcomes: list = field(default_factory=list)

    def render(self):
        """The reply, or what is wrong with the letter."""
        if self.text == "broken":
            raise KeyError(self.text)
        return Reply(self.text)


class FakeOutbox:
    """An outbox in memory with the rules of the real one: order per person, claims, fences."""

    def __init__(self, *rows):
        """Hold these letters, all due."""
        self.rows = {row.id: row for row in rows}
        self.mine = True
        self.let = False
        self.claims = 0
        self.faults = 0
        self.reach = None
        self.changed = asyncio.Event()

    def add(self, row):
        """Post one more letter."""
        self.rows[row.id] = row

    async def hold(self):
        """Whether the account is ours to send for."""
        return self.mine

    async def let_go(self):
        """Note that it was given away."""
        self.let = True

    async def claim(self, limit):
        """Claim the next letter of each person, alerts first; an alert overtakes."""
        await asyncio.sleep(0)
        self.claims += 1
        found = []
        for row in sorted(self.rows.values(), key=lambda row: (row.priority, row.id)):
            if len(found) < limit and row.status == "due" and not self._behind(row):
                row.status, row.fence = "claimed", row.fence + 1
                found.append(self._parcel(row))
        return found

    def _behind(self, row):
        ahead = [one for one in self.rows.values() if one.owner == row.owner and one.id < row.id]
        waits = any(one.status in {"due", "claimed", "later"} for one in ahead)
        return waits and row.priority is not Priority.ALERT

    @staticmethod
    def _parcel(row):
        return Parcel(
            row.id,
            row.owner,
            f"chat{row.owner}",
            row.priority,
            row.attempts,
            row.valid_until,
            row.render,
            token=row.fence,
        )

    async def record(self, results):
        """Write the outcomes of claims that still hold."""
        if self.reach is not None:
            await self.reach.wait()
        await asyncio.sleep(0)
        if self.faults:
            self.faults -= 1
            raise OSError("the database is away")
        for one in results:
            row = self.rows[one.parcel.id]
            if row.status == "claimed" and row.fence == one.parcel.token:
                row.outcomes.append(one.outcome)
                row.attempts += 1
                row.status = {Delivered: "delivered", Never: "dead"}.get(type(one.outcome), "later")
        self.changed.set()

    def again(self, owner=None):
        """The waits are over: what was put off is due."""
        for row in self.rows.values():
            if row.status == "later" and owner in {None, row.owner}:
                row.status = "due"

    def leases_end(self):
        """The claims of a sender that died have run out."""
        for row in self.rows.values():
            if row.status == "claimed":
                row.status = "due"


class FakeChannel:
    """A messenger that does what the test says, by text, once each; else it delivers."""

    def __init__(self):
        """Deliver everything."""
        self.sent = []
        self.answers = {}
        self.gates = {}
        self.at_once = 0
        self.most_at_once = 0

    def messages_in(self, reply):
        """Each reply is one message."""
        return 1 if reply.text else 0

    async def send(self, user, reply):
        """Note what was sent and answer as told."""
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.sent.append(reply.text)
        await asyncio.sleep(0)
        if reply.text in self.gates:
            await self.gates[reply.text].wait()
        self.at_once -= 1
        answers = self.answers.get(reply.text, [])
        answer = answers.pop(0) if answers else Delivered(f"{user}/{reply.text}")
        if isinstance(answer, Exception):
            raise answer
        return answer


class Gate(Limiter):
    """A limiter that lets nothing through until it is opened."""

    def __init__(self):
        """Stand closed."""
        super().__init__(per_second=1e6, per_chat_second=1e6)
        self.open = False

    def ready_in(self, user, count=1):
        """Nothing may go while the gate is closed."""
        return super().ready_in(user, count) if self.open else 0.01


def limits_off():
    """Limits that nothing here reaches."""
    return Limiter(per_second=1e6, per_chat_second=1e6)


def sender_of(outbox, channel, limiter=None, pace=QUICK):
    """A sender as the tests want it: quick, on a clock that stands."""
    return Sender("telegram", channel, outbox, limiter or limits_off(), Stands(), pace)


@asynccontextmanager
async def running(sender):
    """The sender at work; it is stopped in order at the end."""
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
        tasks.create_task(sender.run())
        yield tasks
        sender.stop()


async def until(true):
    """Wait until something has happened."""
    while not true():  # noqa: ASYNC110 - what happens is told to nobody, by design
        await asyncio.sleep(0.001)


async def drained(outbox):
    """Wait until no letter is due or claimed."""
    await until(lambda: not any(row.status in {"due", "claimed"} for row in outbox.rows.values()))


def rows_of(owner, *texts, first=1, **more):
    """Letters to one person, in order."""
    return [Row(first + index, owner, text, **more) for index, text in enumerate(texts)]
