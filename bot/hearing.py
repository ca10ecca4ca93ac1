"""Takes in what the messengers bring: admitted, heard, taken through its turns, and acknowledged."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import structlog

from bot.database import Database, Rank
from bot.turns import After, Arrived, Turns
from quarantine.channel import Channel, Refusal
from quarantine.effects import MenuWanted
from quarantine.messages import Heard, Incoming

ERASURE = "erasure_request"
"""What a channel calls the wish of somebody that their data be erased: a human must see to it."""
REPEATED = "repeated"
"""How a message is counted that had come before."""

ASIDE_SECONDS = 0.4
"""How long keeping a message may take before the messenger is asked to bring it again: with what Zalo waits
for its turn less than the 2 s that Zalo allows. A database that one slow turn holds shut (SQLite) takes
longer; what was kept all the same is found out to be done.
"""
STRANGE = "strange"
"""Where pushes to accounts that are none of ours are counted: their names are a stranger's words."""

log = structlog.get_logger(__name__)


class Hearing:
    """The way in of one process; the accounts `pushed` take pushes.

    `posted` is called when turns have posted letters.
    `ignored` and `refused` count, by account and reason, what was rightly left out and what was turned away.
    """

    def __init__(
        self,
        channels: Mapping[str, Channel],
        turns: Turns,
        database: Database[Arrived],
        posted: Callable[[], None],
        pushed: Collection[str] = (),
    ) -> None:
        self.channels = channels
        self.turns = turns
        self.database = database
        self.posted = posted
        self.pushed = pushed
        self.ignored: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.refused: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._asides: asyncio.TaskGroup | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """What need not be waited for is done while the block runs, and finished at its end."""
        async with asyncio.TaskGroup() as asides:
            self._asides = asides
            try:
                yield
            finally:
                self._asides = None

    def admit(self, account: str, headers: Mapping[str, str], body: bytes) -> Refusal | None:
        """Why a push is not taken in, None when it comes from the messenger of an account of ours."""
        channel = self.channels.get(account)
        if channel is None or account not in self.pushed:
            return Refusal.NO_ACCOUNT
        return channel.admits(headers, body, self.turns.clock.now())

    def refuse(self, account: str, refusal: Refusal) -> None:
        """Count a push that is turned away, and say so without a word of what it held."""
        known = account if account in self.channels else STRANGE
        self.refused[known][refusal.value] += 1
        log.warning("push refused", account=known, reason=refusal.value)

    async def hear(self, account: str, body: bytes) -> None:
        """Take one pushed update in; returns when it is safe, raises when it could not be kept.

        Safe is: its turn is committed, or, where the messenger waits no longer for that, it lies sealed in
        the inbox.
        """
        channel = self.channels[account]
        within = channel.form.answer_within
        incoming = self._heard(account, channel.hear(body, self.turns.clock.now()))
        if incoming and within is not None and self._asides is not None:
            await self._within(self._asides, account, incoming, within)
        else:
            await self._take(account, incoming)

    async def hear_many(self, account: str, bodies: Sequence[bytes]) -> int | None:
        """Take polled updates in, in order; the highest number among them, after the commit."""
        now, channel = self.turns.clock.now(), self.channels[account]
        heard = [one for body in bodies for one in channel.hear(body, now)]
        await self._take(account, self._heard(account, heard))
        return max((one.order for one in heard if one.order is not None), default=None)

    def _heard(self, account: str, heard: Sequence[Heard]) -> list[Incoming]:
        for one in heard:
            if one.ignored is not None:
                self.ignored[account][one.ignored] += 1
            if one.ignored == ERASURE:
                log.critical("erasure requested: see the account's console for whom", account=account)
        return coalesced([one.incoming for one in heard if one.incoming is not None])

    async def _within(
        self, asides: asyncio.TaskGroup, account: str, incoming: Sequence[Incoming], within: timedelta
    ) -> None:
        """Wait for the turns as long as the messenger does; then keep what they are about, and let them run.

        Kept messages are tried again like those of turns that failed; the inbox's key lets none run twice.
        """
        turns = asides.create_task(self._fault(self._take(account, incoming)))
        done, _ = await asyncio.wait({turns}, timeout=within.total_seconds())
        if not done:
            log.warning("turn slow", account=account, size=len(incoming))
            async with asyncio.timeout(ASIDE_SECONDS):
                await asyncio.to_thread(self.turns.set_aside, incoming)
        elif fault := turns.result():
            raise fault

    async def _take(self, account: str, incoming: Sequence[Incoming]) -> None:
        waiting = [self.database.message(Arrived(one)) for one in incoming]
        for message, after in zip(incoming, await asyncio.gather(*waiting), strict=True):
            self._afterwards(account, message, after)

    def _afterwards(self, account: str, incoming: Incoming, after: After) -> None:
        """What the channel does once the turn is committed; none of it is waited for."""
        if after.repeated:
            self.ignored[account][REPEATED] += 1
        elif self._asides is not None:
            for call in self._calls(account, incoming, after):
                self._asides.create_task(self._fault(call))
        if after.letters:
            self.posted()

    def _calls(self, account: str, incoming: Incoming, after: After) -> list[Coroutine[Any, Any, None]]:
        channel, user = self.channels[account], incoming.address.user
        calls = []
        if after.acknowledge is not None:
            calls.append(channel.acknowledge(after.acknowledge))
        if after.settle and incoming.pressed_in is not None:
            calls.append(channel.settle(user, incoming.pressed_in))
        if after.slow:
            calls.append(channel.typing(user))
        return [*calls, *(self._set_menu(wanted) for wanted in after.menus)]

    async def _set_menu(self, wanted: MenuWanted) -> None:
        """In whichever chat it is wanted: whoever ends a posting changes somebody else's menu."""
        address, entries = await self.database.run(lambda conn: self.turns.menu_for(conn, wanted), Rank.LONG)
        if address is not None and address.account in self.channels:
            await self.channels[address.account].menu(address.user, entries)

    @staticmethod
    async def _fault(doing: Coroutine[Any, Any, None]) -> Exception | None:
        """What went wrong, if anything did: a task that raises would end every other with it."""
        try:
            await doing
        except Exception as error:
            log.exception("not done", error=type(error).__name__)
            return error
        return None


def coalesced(incoming: Sequence[Incoming]) -> list[Incoming]:
    """Of the movements of one live location that came together only the newest is taken (DESIGN.md §3)."""
    newest: dict[tuple[str, str], int] = {}
    for index, one in enumerate(incoming):
        if one.live:
            newest[one.address.user, one.live_of or ""] = index
    return [
        one
        for index, one in enumerate(incoming)
        if not one.live or newest[one.address.user, one.live_of or ""] == index
    ]
