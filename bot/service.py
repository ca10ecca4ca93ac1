"""The service: channels, turns, sweeps and sender wired together, for one process."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Connection, Engine

from bot.catalogues import SERVED, Catalogue
from bot.clock import Clock, MovableClock
from bot.database import Database, Rank
from bot.health import Health, look
from bot.ids import Ids
from bot.limiter import Limiter
from bot.outgoing import Outgoing
from bot.rendering import Renderer
from bot.sender import Sender
from bot.sweeps import Counts, Sweeps
from bot.turns import After, Arrived, Probe, Turns, no_probe
from channels.telegram import Profile, Telegram
from channels.telegram_errors import CallFailed
from handlers.book import script
from papers.guide_card import guide_card
from quarantine.channel import MenuEntry
from quarantine.days import at, local_day
from quarantine.messages import Heard, Incoming, Term
from storage import outbox, ticks
from storage.sealing import Keyring

log = structlog.get_logger()

SWEEP_SECONDS = 2
"""How often the clock is looked at: RED has to be paged within the minute."""
DEMO_SWEEP_SECONDS = 0.5
OUTBOX_LOOK = 0.05
MEET_SECONDS = 60
HELP = "trogiup"
"""The one command of those who are not known yet."""
DAY_BEGINS = time(7, 0)
"""Where a day of the demonstration begins: after the quiet hours, before the first prompt."""


class Service:
    """One process of Cachly; `probe` is called at the crash points of DESIGN.md §9."""

    def __init__(
        self,
        *,
        engine: Engine,
        keyring: Keyring,
        clock: Clock,
        catalogue: Catalogue,
        telegram: Mapping[str, Telegram],
        limits: bool = True,
        probe: Probe = no_probe,
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.telegram = dict(telegram)
        self.usernames: dict[str, str] = {}
        self.renderer = Renderer(catalogue, guide_card, self.usernames)
        self.turns = Turns(
            engine=engine,
            keyring=keyring,
            script=script,
            speak=self.renderer.speak,
            clock=clock,
            ids=Ids(clock.now, secrets.randbelow),
            random_below=secrets.randbelow,
            probe=probe,
        )
        self.database: Database[Arrived] = Database(engine, self.turns.take_group, _chat_of)
        self.sweeps = Sweeps(self.turns, self.database, probe)
        self.senders = {
            account: Sender(
                account,
                channel,
                Outgoing(self.database, self.turns, self.renderer, account),
                Limiter() if limits else Limiter(per_second=100_000, per_chat_second=100_000),
                clock,
            )
            for account, channel in self.telegram.items()
        }
        self.states: dict[str, str] = {}
        self.ignored: Counter[str] = Counter()
        self._swept_at: float | None = None
        self._sweeping = asyncio.Lock()
        self._asides: asyncio.TaskGroup | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Sweep and send while the block runs; then finish what has begun."""
        async with asyncio.TaskGroup() as tasks, asyncio.TaskGroup() as asides:
            self._asides = asides
            await self._meet()
            sending = [tasks.create_task(sender.run()) for sender in self.senders.values()]
            scheduler = self._scheduler()
            try:
                yield
            finally:
                scheduler.shutdown(wait=False)
                async with self._sweeping:
                    pass
                for sender in self.senders.values():
                    sender.stop()
                await asyncio.gather(*sending)
                self._asides = None
        await asyncio.to_thread(self.database.close)

    def _scheduler(self) -> AsyncIOScheduler:
        """The one interval job; it knows nothing about people (DESIGN.md §5)."""
        scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        seconds = DEMO_SWEEP_SECONDS if isinstance(self.clock, MovableClock) else SWEEP_SECONDS
        scheduler.add_job(self._tick, "interval", seconds=seconds, next_run_time=None, id="sweep")
        scheduler.add_job(self._meet, "interval", seconds=MEET_SECONDS)
        scheduler.start()
        scheduler.resume_job("sweep")
        return scheduler

    async def _meet(self) -> None:
        """Learn each bot's own name, which deep links need; one that was not reached is asked again later."""
        for account, channel in self.telegram.items():
            if account in self.usernames:
                continue
            try:
                self.usernames[account] = (await channel.me()).username
                await channel.configure(self._profiles())
            except CallFailed as failed:  # without it everything else still works
                log.warning("account not met", account=account, error=str(failed))

    def _profiles(self) -> list[Profile]:
        """What the account's page says, in each language, to those who have not written yet."""
        speak, languages = self.renderer.speak, self.renderer.catalogue.languages
        return [
            Profile(
                None if language == SERVED else language,
                (MenuEntry(HELP, speak(Term("menu.help"), language)),),
                speak(Term("menu.stranger"), language),
                speak(Term("menu.about"), language),
            )
            for language in languages
        ]

    # Messages

    async def hear(self, account: str, body: bytes) -> None:
        """Take one pushed update in; returns when it is committed."""
        await self._take(account, self.telegram[account].hear(body, self.clock.now()))

    async def hear_many(self, account: str, bodies: Sequence[bytes]) -> int | None:
        """Take polled updates in, in order; the highest number among them, after the commit."""
        heard = self.telegram[account].hear_many(bodies, self.clock.now())
        await self._take(account, heard)
        return max((one.order for one in heard if one.order is not None), default=None)

    async def _take(self, account: str, heard: Sequence[Heard]) -> None:
        for one in heard:
            if one.ignored is not None:
                self.ignored[one.ignored] += 1
        incoming = coalesced([one.incoming for one in heard if one.incoming is not None])
        if not incoming:
            return
        waiting = [self.database.message(Arrived(one)) for one in incoming]
        for message, after in zip(incoming, await asyncio.gather(*waiting), strict=True):
            self._afterwards(account, message, after)

    def _afterwards(self, account: str, incoming: Incoming, after: After) -> None:
        """What the channel does once the turn is committed; none of it is waited for."""
        if self._asides is not None and not after.repeated:
            self._aside(self._asides, account, incoming, after)
        if after.letters:
            self.wake()

    def _aside(self, asides: asyncio.TaskGroup, account: str, incoming: Incoming, after: After) -> None:
        channel, user = self.telegram[account], incoming.address.user
        if after.acknowledge is not None:
            asides.create_task(channel.acknowledge(after.acknowledge))
        if after.settle and incoming.pressed_in is not None:
            asides.create_task(channel.settle(user, incoming.pressed_in))
        if after.slow:
            asides.create_task(channel.typing(user))
        for wanted in after.menus:
            asides.create_task(self._set_menu(channel, user, wanted.owner))

    async def _set_menu(self, channel: Telegram, user: str, owner: int) -> None:
        entries = await self.database.run(lambda conn: self.turns.menu_of(conn, owner), Rank.LONG)
        await channel.menu(user, entries)

    def wake(self) -> None:
        """Letters were posted."""
        for sender in self.senders.values():
            sender.wake()

    # The clock

    async def _tick(self) -> None:
        try:
            await self.sweep()
        except Exception:
            log.exception("sweep failed")

    async def sweep(self, now: datetime | None = None) -> Counts:
        """Do what is due; one sweep at a time in a process."""
        async with self._sweeping:
            counts = await self.sweeps.sweep(now)
            self._swept_at = asyncio.get_running_loop().time()
        if counts.any():
            self.wake()
        return counts

    async def move_clock(self, by: timedelta | None, to: str | None) -> datetime:
        """Move the demonstration's clock, stopping at each moment at which something falls due.

        At each the outbox empties before time goes on, as it would have: reminders count from deliveries.
        """
        if not isinstance(self.clock, MovableClock):
            raise TypeError("Only the demonstration's clock can be moved.")
        target = await self._target(by, to)
        while True:
            # What falls due from here on is the next stop, also when it is past by the time we look.
            swept = self.clock.now()
            await self.sweep(swept)
            await self._outbox_empty()
            if swept >= target:
                return self.clock.now()
            due = await self._next_due(swept)
            stop = target if due is None else min(due, target)
            self.clock.advance(max(timedelta(), stop - self.clock.now()))

    async def _target(self, by: timedelta | None, to: str | None) -> datetime:
        now = self.clock.now()
        if by is not None:
            return now + by
        if to == "next_day":
            return at(local_day(now) + timedelta(days=1), DAY_BEGINS)
        return await self._next_due(now) or now

    async def _next_due(self, after: datetime) -> datetime | None:
        """The next moment at which the clock has something to do, or a letter waits to go."""

        def look(conn: Connection) -> datetime | None:
            moments = (ticks.next_due(conn, after), outbox.next_due(conn, after))
            return min((moment for moment in moments if moment is not None), default=None)

        return await self.database.run(look, Rank.CLOCK)

    async def _outbox_empty(self, seconds: float = 20.0) -> None:
        for _ in range(int(seconds / OUTBOX_LOOK)):
            if not await self.database.run(self._letters_under_way, Rank.SEND):
                return
            await asyncio.sleep(OUTBOX_LOOK)
        log.warning("outbox not empty before the clock moved")

    def _letters_under_way(self, conn: Connection) -> int:
        counts = outbox.counts(conn, self.clock.now())
        return counts.due + counts.claimed

    # Health

    async def health(self) -> Health:
        """How it stands with every part, without personal data."""
        swept = None if self._swept_at is None else asyncio.get_running_loop().time() - self._swept_at
        accounts = {
            account: f"down: {sender.down.detail}" if sender.down else self.states.get(account, "starting")
            for account, sender in self.senders.items()
        }
        age = None if swept is None else timedelta(seconds=swept)
        return await asyncio.to_thread(look, self.engine, self.clock.now(), age, accounts)


def _chat_of(arrived: Arrived) -> str:
    address = arrived.incoming.address
    return f"{address.account}\0{address.user}"


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
