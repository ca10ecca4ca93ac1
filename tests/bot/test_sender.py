"""The sender: order, priorities, refusals, crashes and endings, with a channel and an outbox of our own."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.limiter import Limiter
from bot.parcels import Parcel, Queues
from bot.retries import FLOOD
from bot.sender import Pace, Sender
from quarantine.messages import AccountDown, Delivered, Later, Never, Priority, Reason, Reply

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


async def test_letters_of_one_person_keep_their_order():
    """What was said first arrives first, even while others are faster."""
    outbox, channel = FakeOutbox(*rows_of(7, "a", "b", "c"), *rows_of(8, "x", "y", first=10)), FakeChannel()
    async with running(sender_of(outbox, channel)):
        await drained(outbox)
    assert [text for text in channel.sent if text in "abc"] == ["a", "b", "c"]
    assert [text for text in channel.sent if text in "xy"] == ["x", "y"]


async def test_a_slow_chat_holds_up_nobody_else():
    """While one send hangs, everybody else is served, and the same person's next letter waits."""
    outbox, channel = FakeOutbox(*rows_of(7, "a", "b"), *rows_of(8, "x", "y", first=10)), FakeChannel()
    channel.gates["a"] = asyncio.Event()
    async with running(sender_of(outbox, channel)):
        await until(lambda: outbox.rows[11].status == "delivered")
        assert "b" not in channel.sent
        channel.gates["a"].set()
        await drained(outbox)
    assert channel.sent.index("a") < channel.sent.index("b")


async def test_an_alert_overtakes_everything_that_waits():
    """A RED page posted while prompts wait for the limit goes first, to its own reader too."""
    outbox, channel = FakeOutbox(*rows_of(7, "p1", priority=Priority.PROMPT)), FakeChannel()
    for owner in range(20, 25):
        outbox.add(Row(owner, owner, f"p{owner}", Priority.PROMPT))
    gate = Gate()
    sender = sender_of(outbox, channel, gate)
    async with running(sender):
        await until(lambda: outbox.rows[1].status == "claimed")
        outbox.add(Row(99, 7, "RED", Priority.ALERT))
        sender.wake()
        await until(lambda: outbox.rows[99].status == "claimed")
        gate.open = True
        await drained(outbox)
    assert channel.sent[0] == "RED"
    assert sorted(channel.sent[1:]) == sorted(["p1", *(f"p{owner}" for owner in range(20, 25))])


async def test_replies_go_before_prompts_and_reports():
    """Whoever has just written is answered before anybody is asked."""
    outbox, channel, gate = FakeOutbox(), FakeChannel(), Gate()
    for number, priority in (
        (1, Priority.REPORT),
        (2, Priority.PROMPT),
        (3, Priority.REPLY),
        (4, Priority.ALERT),
    ):
        outbox.add(Row(number, number, priority.name, priority))
    async with running(sender_of(outbox, channel, gate)):
        await until(lambda: outbox.rows[1].status == "claimed")
        gate.open = True
        await drained(outbox)
    assert channel.sent == ["ALERT", "REPLY", "PROMPT", "REPORT"]


async def test_a_429_holds_one_chat_alone():
    """The refused chat waits as long as the messenger said, in order; all others go on."""
    outbox, channel = FakeOutbox(*rows_of(7, "a", "b"), *rows_of(8, "x", "y", first=10)), FakeChannel()
    channel.answers["a"] = [Later(timedelta(seconds=900), FLOOD)]
    limiter = limits_off()
    async with running(sender_of(outbox, channel, limiter)):
        await until(lambda: outbox.rows[11].status == "delivered" and outbox.rows[1].status == "later")
        assert limiter.ready_in("chat7") > 800
        assert limiter.ready_in("chat8") == 0
    assert outbox.rows[1].outcomes == [Later(timedelta(seconds=900), FLOOD)]
    assert "b" not in channel.sent


async def test_what_waits_for_a_held_chat_is_put_back():
    """A letter that must wait long does not sit in memory, where a crash would delay it further."""
    outbox, channel = FakeOutbox(*rows_of(7, "a")), FakeChannel()
    limiter = limits_off()
    limiter.refused("chat7", 900)
    async with running(sender_of(outbox, channel, limiter)):
        await until(lambda: outbox.rows[1].status == "later")
    assert channel.sent == []
    assert outbox.rows[1].outcomes[0].after > timedelta(seconds=800)


async def test_a_blocked_bot_is_recorded_as_never():
    """The outcome says so, once; the person's next letter meets the same, nobody else does."""
    outbox, channel = FakeOutbox(*rows_of(7, "a"), *rows_of(8, "x", first=10)), FakeChannel()
    channel.answers["a"] = [Never(Reason.BLOCKED)]
    async with running(sender_of(outbox, channel)):
        await drained(outbox)
    assert outbox.rows[1].outcomes == [Never(Reason.BLOCKED)]
    assert outbox.rows[10].status == "delivered"
    assert channel.sent.count("a") == 1


async def test_a_broken_letter_blocks_nobody():
    """A letter that cannot be rendered is refused with the kind of its fault; the next ones are sent."""
    outbox, channel = FakeOutbox(*rows_of(7, "broken", "b"), *rows_of(8, "x", first=10)), FakeChannel()
    async with running(sender_of(outbox, channel)):
        await drained(outbox)
    assert outbox.rows[1].outcomes == [Never(Reason.REFUSED, "KeyError")]
    assert sorted(channel.sent) == ["b", "x"]


@pytest.mark.parametrize("text", ["card", "broken"])
async def test_slow_drawing_is_done_beside_the_sending(text):
    """A card with a picture is drawn in a thread; one that fails is refused like any other."""

    class Slow(FakeOutbox):
        """An outbox whose letters all need drawing."""

        async def claim(self, limit):
            """The parcels, marked as slow."""
            return [replace(parcel, slow=True) for parcel in await super().claim(limit)]

    outbox, channel = Slow(*rows_of(7, text)), FakeChannel()
    async with running(sender_of(outbox, channel)):
        await drained(outbox)
    assert outbox.rows[1].status == ("delivered" if text == "card" else "dead")


async def test_trouble_on_the_line_is_tried_again_and_keeps_the_order():
    """After a failed send the same letter comes again before the person's next one."""
    outbox, channel = FakeOutbox(*rows_of(7, "a", "b")), FakeChannel()
    channel.answers["a"] = [Later(timedelta(seconds=5), "not reached"), ConnectionError("torn")]
    async with running(sender_of(outbox, channel)) as tasks:
        tasks.create_task(_again_and_again(outbox))
        await until(lambda: outbox.rows[2].status == "delivered")
    assert channel.sent == ["a", "a", "a", "b"]
    first, second, third = outbox.rows[1].outcomes
    assert (first.after, second.maybe_sent) == (timedelta(seconds=5), True)
    assert isinstance(third, Delivered)


async def _again_and_again(outbox):
    """Let what was put off be due at once, until the last letter has arrived."""
    while outbox.rows[2].status != "delivered":
        outbox.again()
        await asyncio.sleep(0.001)


async def test_a_letter_whose_time_is_over_expires():
    """A prompt that could only be tried again after its window is not sent any more."""
    until_then = NOW + timedelta(seconds=3)
    outbox, channel = FakeOutbox(*rows_of(7, "a", valid_until=until_then)), FakeChannel()
    channel.answers["a"] = [Later(timedelta(seconds=5), "not reached")]
    async with running(sender_of(outbox, channel)):
        await drained(outbox)
    assert outbox.rows[1].outcomes == [Never(Reason.EXPIRED, "not reached")]


async def test_a_crash_between_sending_and_recording_repeats_each_letter_once():
    """At least once: what was in flight when the process died comes once more, everything else once."""
    outbox, channel = FakeOutbox(*rows_of(7, "a"), *rows_of(8, "x", first=10)), FakeChannel()
    outbox.reach = asyncio.Event()
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
        dying = tasks.create_task(sender_of(outbox, channel).run())
        await until(lambda: sorted(channel.sent) == ["a", "x"])
        dying.cancel()
    outbox.reach = None
    outbox.leases_end()
    outbox.add(Row(30, 9, "new"))
    async with running(sender_of(outbox, channel)):
        await drained(outbox)
    assert sorted(channel.sent) == ["a", "a", "new", "x", "x"]
    assert {row.status for row in outbox.rows.values()} == {"delivered"}


async def test_outcomes_wait_for_a_database_that_is_away():
    """What was sent is not sent again because its outcome could not be written at once."""
    outbox, channel = FakeOutbox(*rows_of(7, "a", "b")), FakeChannel()
    outbox.faults = 3
    async with running(sender_of(outbox, channel)):
        await drained(outbox)
    assert channel.sent == ["a", "b"]


async def test_an_outbox_that_fails_does_not_end_the_sender():
    """A claim that fails is tried again; the process lives."""

    class Moody(FakeOutbox):
        """An outbox whose first claims fail."""

        async def claim(self, limit):
            """Fail twice."""
            if self.claims < 2:
                self.claims += 1
                raise OSError("the database is away")
            return await super().claim(limit)

    outbox, channel = Moody(*rows_of(7, "a")), FakeChannel()
    async with running(sender_of(outbox, channel)):
        await drained(outbox)
    assert channel.sent == ["a"]


async def test_an_account_that_cannot_send_rests_and_tells():
    """A revoked token: the operator can see why, nothing is lost, and it goes on when it works again."""
    outbox, channel = FakeOutbox(*rows_of(7, "a"), *rows_of(8, "x", first=10)), FakeChannel()
    channel.answers["a"] = [AccountDown("the token was revoked")]
    channel.answers["x"] = [AccountDown("the token was revoked")]
    sender = sender_of(outbox, channel)
    async with running(sender):
        await until(lambda: outbox.rows[1].status == outbox.rows[10].status == "later")
        assert sender.down == AccountDown("the token was revoked")
        outbox.again()
        await until(lambda: outbox.rows[1].status == outbox.rows[10].status == "delivered")
    assert sender.down is None


async def test_only_the_holder_of_the_account_sends():
    """A second process stands by, and takes over when the account is free."""
    outbox, channel = FakeOutbox(*rows_of(7, "a")), FakeChannel()
    outbox.mine = False
    async with running(sender_of(outbox, channel)):
        await asyncio.sleep(0.05)
        assert (outbox.claims, channel.sent) == (0, [])
        outbox.mine = True
        await drained(outbox)
    assert channel.sent == ["a"]


async def test_a_process_that_loses_the_account_leaves_the_rest_to_the_next():
    """What has not left when another process takes over is put back at once, for that one to send."""
    outbox, channel = FakeOutbox(*rows_of(7, "a")), FakeChannel()
    async with running(sender_of(outbox, channel, Gate())):
        await until(lambda: outbox.rows[1].status == "claimed")
        outbox.mine = False
        await until(lambda: outbox.rows[1].status == "later")
    assert channel.sent == []
    assert outbox.rows[1].outcomes == [Later(timedelta(), "another process sends")]


async def test_stopping_finishes_what_is_in_flight_and_gives_the_rest_back():
    """An orderly end repeats nothing and leaves nothing claimed."""
    outbox, channel = FakeOutbox(*rows_of(7, "a"), *rows_of(8, "x", first=10)), FakeChannel()
    channel.gates["a"] = asyncio.Event()
    limiter = limits_off()
    sender = sender_of(outbox, channel, limiter, replace(QUICK, wind_down=PATIENCE, patience=10))
    limiter.refused("chat8", 5)
    async with running(sender):
        await until(lambda: channel.sent == ["a"] and outbox.rows[10].status == "claimed")
        sender.stop()
        await until(lambda: outbox.rows[10].status == "later")
        channel.gates["a"].set()
    assert (outbox.rows[1].status, outbox.rows[10].outcomes) == (
        "delivered",
        [Later(timedelta(), "stopping")],
    )
    assert outbox.let


async def test_stopping_does_not_wait_for_ever():
    """A send that hangs is cut off; its letter stays claimed and is sent again by whoever comes next."""
    outbox, channel = FakeOutbox(*rows_of(7, "a")), FakeChannel()
    channel.gates["a"] = asyncio.Event()
    async with running(sender_of(outbox, channel)):
        await until(lambda: channel.sent == ["a"])
    assert outbox.rows[1].status == "claimed"
    assert outbox.rows[1].outcomes == []


async def test_stopping_with_the_database_away_ends_too():
    """Outcomes that cannot be written are given up at the end; those letters come once more."""
    outbox, channel = FakeOutbox(*rows_of(7, "a")), FakeChannel()
    outbox.faults = 10_000
    async with running(sender_of(outbox, channel)):
        await until(lambda: channel.sent == ["a"])
    assert outbox.rows[1].status == "claimed"


async def test_many_are_sent_side_by_side():
    """At 60 ms a send, a thousand a second needs sixty in flight: there are more where the limits allow."""
    outbox, channel = (
        FakeOutbox(*(Row(number, number, f"t{number}") for number in range(1, 501))),
        FakeChannel(),
    )
    gate = asyncio.Event()
    channel.gates = {f"t{number}": gate for number in range(1, 501)}
    async with running(sender_of(outbox, channel)):
        await until(lambda: channel.at_once >= 200)
        gate.set()
        await drained(outbox)
    assert sorted(channel.sent) == sorted(f"t{number}" for number in range(1, 501))


async def test_no_more_is_claimed_than_can_be_sent_soon():
    """At the free rate of 30 a second at most 45 letters are held, so that an alert is never far behind."""
    outbox, channel = (
        FakeOutbox(*(Row(number, number, f"t{number}") for number in range(1, 501))),
        FakeChannel(),
    )
    async with running(sender_of(outbox, channel, Limiter(per_second=30), replace(QUICK, wind_down=1))):
        await until(lambda: len(channel.sent) >= 5)
        held = [row for row in outbox.rows.values() if row.status == "claimed"]
        assert len(held) <= 45
    assert len(channel.sent) < 100


async def test_a_stale_claim_is_not_used():
    """A claim that waited half its time in memory may end before the send does: it is claimed anew."""

    class Hand:
        """A monotonic clock that a test moves."""

        seconds = 0.0

        def __call__(self):
            """The time it shows."""
            return self.seconds

    outbox, channel, hand, gate = FakeOutbox(*rows_of(7, "a")), FakeChannel(), Hand(), Gate()
    sender = Sender("telegram", channel, outbox, gate, Stands(), QUICK, hand)
    async with running(sender):
        await until(lambda: outbox.rows[1].status == "claimed")
        hand.seconds = 31
        gate.open = True
        await asyncio.sleep(0.03)
        assert channel.sent == []
        outbox.leases_end()
        sender.wake()
        await drained(outbox)
    assert outbox.rows[1].fence == 2


def test_queues_keep_order_and_put_alerts_first():
    """The order of one person is the outbox's; an alert goes before what is none, behind earlier alerts."""
    queues = Queues()
    for number, priority in (
        (1, Priority.PROMPT),
        (2, Priority.ALERT),
        (3, Priority.REPLY),
        (4, Priority.ALERT),
    ):
        queues.put(Parcel(number, 7, "c", priority, 0, None, Reply))
    queues.put(Parcel(9, 8, "d", Priority.REPORT, 0, None, Reply))
    assert [parcel.id for parcel in queues.heads()] == [2, 9]
    assert (queues.count, queues.waits_for(7), queues.waits_for(1)) == (5, True, False)
    assert [parcel.id for parcel in queues.take_all(7)] == [2, 4, 1, 3]
    assert [parcel.id for parcel in queues.take_all()] == [9]
    assert (queues.count, queues.take_all(7)) == (0, [])
