"""The sender: takes letters out of the outbox and through a channel, within its limits; one for each account.

Delivery is at least once: a letter whose outcome could not be recorded before the process ended is sent again
when its claim has run out, each letter in flight at most once more for each such end (DESIGN.md §4).
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol, TypeVar

import structlog

from bot.clock import Clock
from bot.limiter import Limiter
from bot.parcels import Parcel, Queues, Settled
from bot.retries import after_tries
from quarantine.messages import (
    ACCOUNT_DOWN,
    FLOOD,
    AccountDown,
    Delivered,
    Later,
    Never,
    Outcome,
    Reason,
    Reply,
)

log = structlog.get_logger()
T = TypeVar("T")


class Messenger(Protocol):
    """As much of a channel as the sender needs."""

    async def send(self, user: str, reply: Reply) -> Outcome:
        """Deliver one reply; errors become outcomes."""
        ...

    def messages_in(self, reply: Reply) -> int:
        """How many messages of the messenger's limits the reply takes."""
        ...


class Outbox(Protocol):
    """Where parcels come from and where their outcomes go (bot/outgoing.py)."""

    async def hold(self) -> bool:
        """Take or keep the right to send for the account; False while another process has it."""
        ...

    async def let_go(self) -> None:
        """Give that right away at once."""
        ...

    async def claim(self, limit: int) -> Sequence[Parcel]:
        """Claim what is due, alerts first, for at least `Pace.claimed` seconds."""
        ...

    async def record(self, results: Sequence[Settled]) -> None:
        """Record outcomes, with what follows from them, in one commit."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """How the sender works, in seconds and parcels.

    It holds `least` to `most` parcels, no more than `ahead` seconds of the account's rate, so that an alert
    never waits behind more. A claim that has waited half of `claimed` is left to the next claim; a chat that
    must wait longer than `patience` gets its letters put back.
    """

    idle: float = 0.5
    batch: int = 200
    least: int = 20
    most: int = 400
    ahead: float = 1.5
    claimed: float = 60.0
    patience: float = 3.0
    renew: float = 5.0
    wind_down: float = 5.0
    trouble: float = 1.0
    down_first: float = 10.0
    down_longest: float = 600.0


class Sender:
    """Sends for one account; `wake` it when letters were posted, `stop` it to end in order.

    Both are to be called on the event loop. `down` says why the account cannot send, for the operator.
    """

    def __init__(
        self,
        account: str,
        channel: Messenger,
        outbox: Outbox,
        limiter: Limiter,
        clock: Clock,
        pace: Pace | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.account = account
        self.channel = channel
        self.outbox = outbox
        self.limiter = limiter
        self.clock = clock
        self.pace = pace or Pace()
        self.monotonic = monotonic
        self.down: AccountDown | None = None
        self._queues = Queues()
        self._flying: dict[int, asyncio.Task[None]] = {}
        self._settled: list[Settled] = []
        self._bell, self._to_record = asyncio.Event(), asyncio.Event()
        self._more, self._holding, self._stopping, self._closing = True, False, False, False
        self._look_at = self._hold_at = self._rest_until = -math.inf
        self._down_for = self.pace.down_first

    def wake(self) -> None:
        """Letters have been posted: look at once."""
        self._more = True
        self._bell.set()

    def revive(self) -> None:
        """The account has been put right: it need not rest any more."""
        self._rest_until, self._down_for = -math.inf, self.pace.down_first
        self.wake()

    def stop(self) -> None:
        """End in order: what is in flight is finished, what is not is given back."""
        self._stopping = True
        self._bell.set()

    async def run(self) -> None:
        """Send until stopped; nothing that a letter, the channel or the database does ends it."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._record_all())
            while not self._stopping:
                await self._rest(await self._round(tasks))
            await self._wind_down()
            self._closing = True
            self._to_record.set()
        await self._guarded(self.outbox.let_go())

    async def _round(self, tasks: asyncio.TaskGroup) -> float:
        """Claim and send what may go now; answers for how many seconds nothing more can be done."""
        now = self.monotonic()
        if now >= self._hold_at:
            self._hold_at = now + self.pace.renew
            held = await self._guarded(self.outbox.hold())
            # A database that is away for a moment takes the account from nobody.
            self._holding = self._holding if held is None else held
        if not self._holding:
            self._give_back(timedelta(), "another process sends")
            return self._hold_at - now
        if now < self._rest_until:
            return min(self._rest_until, self._hold_at) - now
        await self._fill()
        return min(self._dispatch(tasks), self.pace.idle)

    async def _rest(self, seconds: float) -> None:
        if seconds <= 0 or self._stopping:
            await asyncio.sleep(0)
            return
        try:
            async with asyncio.timeout(seconds):
                await self._bell.wait()
        except TimeoutError:
            return
        self._bell.clear()

    async def _guarded(self, doing: Awaitable[T]) -> T | None:
        """The result, or None after logging why there is none: the database may be away for a while."""
        try:
            return await doing
        except Exception as error:
            log.exception("outbox not reached", account=self.account, error=type(error).__name__)
            return None

    # Claiming

    async def _fill(self) -> None:
        """Claim as much as can be sent soon, half a load at a time."""
        capacity = int(min(self.pace.most, max(self.pace.least, self.limiter.rate * self.pace.ahead)))
        room = capacity - self._queues.count - len(self._flying)
        now = self.monotonic()
        if room < capacity / 2 or not (self._more or now >= self._look_at):
            return
        self._more, self._look_at = False, now + self.pace.idle
        limit = min(self.pace.batch, room)
        parcels = await self._guarded(self.outbox.claim(limit)) or ()
        self._more = self._more or len(parcels) >= limit
        for parcel in parcels:
            self._line_up(replace(parcel, claimed_at=now))

    def _line_up(self, parcel: Parcel) -> None:
        """Draw the reply and queue it; a letter that cannot be drawn is refused and blocks nobody."""
        try:
            self._queues.put(parcel if parcel.slow else replace(parcel, reply=parcel.render()))
        except Exception as error:  # noqa: BLE001  # whatever is wrong with one letter
            self._undrawable(parcel, error)

    def _undrawable(self, parcel: Parcel, error: Exception) -> None:
        log.error("letter not rendered", letter_id=parcel.id, error=type(error).__name__, exc_info=error)
        self._settle(parcel, Never(Reason.REFUSED, type(error).__name__))

    # Sending

    def _dispatch(self, tasks: asyncio.TaskGroup) -> float:
        """Start every send that the limits allow, alerts first; answers when the next one may start."""
        soonest = math.inf
        for parcel in self._queues.heads():
            if parcel.owner in self._flying:
                continue
            if (account_wait := self.limiter.ready_in("")) > 0:
                return min(soonest, account_wait)
            if self.monotonic() - parcel.claimed_at > self.pace.claimed / 2:
                self._queues.take_all(parcel.owner)
                continue
            count = self.channel.messages_in(parcel.reply) if parcel.reply else 1
            wait = self.limiter.reserve(parcel.user, count)
            if wait > self.pace.patience:
                self._give_back(timedelta(seconds=wait), FLOOD, parcel.owner)
            elif wait > 0:
                soonest = min(soonest, wait)
            else:
                self._queues.take(parcel.owner)
                self._flying[parcel.owner] = tasks.create_task(self._deliver(parcel))
        return soonest

    def _give_back(self, wait: timedelta, reason: str, owner: int | None = None) -> None:
        """Put what waits, for one person or everybody, back into the outbox, unsent."""
        for parcel in self._queues.take_all(owner):
            self._settle(parcel, Later(wait, reason), tried=False)

    async def _deliver(self, parcel: Parcel) -> None:
        """Take one parcel to its chat; unless we are cut off, an outcome is settled."""
        try:
            outcome = await self._send(parcel)
            if outcome is not None:
                self._settle(parcel, outcome)
                self._learn(parcel, outcome)
        finally:
            self._flying.pop(parcel.owner, None)
            self._bell.set()

    async def _send(self, parcel: Parcel) -> Outcome | None:
        try:
            reply = parcel.reply if parcel.reply is not None else await asyncio.to_thread(parcel.render)
        except Exception as error:  # noqa: BLE001  # whatever is wrong with one letter
            self._undrawable(parcel, error)
            return None
        try:
            return await self.channel.send(parcel.user, reply)
        except Exception as error:
            log.exception("channel failed", letter_id=parcel.id, error=type(error).__name__)
            return Later(timedelta(seconds=self.pace.trouble), type(error).__name__, maybe_sent=True)

    def _learn(self, parcel: Parcel, outcome: Outcome) -> None:
        """What an outcome says about the chat or the account, for the sends that follow."""
        match outcome:
            case Later(after=after, reason=reason):
                if reason == FLOOD:
                    self.limiter.refused(parcel.user, after.total_seconds())
                self._give_back(after, reason, parcel.owner)
            case AccountDown():
                self._account_down(outcome)
            case Delivered():
                self.down, self._down_for = None, self.pace.down_first

    def _account_down(self, outcome: AccountDown) -> None:
        """The account cannot send at all: rest, longer each time, and tell the operator once."""
        now = self.monotonic()
        if now < self._rest_until:
            return
        if self.down is None:
            log.critical("account down", account=self.account, detail=outcome.detail)
        self.down = outcome
        self._rest_until = now + self._down_for
        self._give_back(timedelta(seconds=self._down_for), ACCOUNT_DOWN)
        self._down_for = min(self._down_for * 2, self.pace.down_longest)

    # Recording

    def _settle(self, parcel: Parcel, outcome: Outcome, *, tried: bool = True) -> None:
        now = self.clock.now()
        if tried:
            outcome = after_tries(outcome, parcel.attempts, parcel.priority, parcel.valid_until, now)
        self._settled.append(Settled(parcel, outcome, now))
        self._to_record.set()

    async def _record_all(self) -> None:
        """Record what has settled, all there is at a time; while one commit runs the next batch fills up."""
        while True:
            await self._to_record.wait()
            self._to_record.clear()
            recorded = await self._record()
            if self._closing and not (recorded and self._settled):
                return
            if not recorded:
                await asyncio.sleep(self.pace.trouble)

    async def _record(self) -> bool:
        """Record everything settled; what could not be recorded is kept for the next time."""
        batch, self._settled = self._settled, []
        if not batch:
            return True
        try:
            await self.outbox.record(batch)
        except Exception as error:
            log.exception("outcomes not recorded", count=len(batch), error=type(error).__name__)
            self._settled = batch + self._settled
            self._to_record.set()
            return False
        # The next letter of the same person may be claimed now, and what followed may have posted letters.
        self.wake()
        return True

    async def _wind_down(self) -> None:
        """Give back what has not left, and wait a while for what has; the rest is cut off and sent again."""
        self._give_back(timedelta(), "stopping")
        if self._flying:
            await asyncio.wait(self._flying.values(), timeout=self.pace.wind_down)
        for task in self._flying.values():
            log.warning("send cut off", account=self.account)
            task.cancel()
