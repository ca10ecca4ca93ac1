"""The service: channels, turns, sweeps and sender wired together, for one process."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Connection, Engine

from bot.catalogues import SERVED, Catalogue
from bot.clock import Clock, MovableClock
from bot.database import Database, Rank
from bot.health import Health, look
from bot.hearing import Hearing
from bot.ids import Ids
from bot.limiter import Limiter
from bot.links import Links
from bot.list_files import ListFiles
from bot.list_role import ListRole
from bot.outgoing import Outgoing
from bot.rendering import Renderer
from bot.sender import Sender
from bot.sweeps import Counts, Sweeps
from bot.turns import Arrived, Probe, Turns, no_probe
from bot.visits import Visits
from handlers.book import script
from papers.guide_card import guide_card
from quarantine.channel import CallFailedError, Channel, Form, MenuEntry, Presence, Profile
from quarantine.days import at, local_day
from quarantine.messages import AccountDown, Term
from quarantine.windows import Approved, Reach
from storage import outbox, ticks
from storage.sealing import Keyring

log = structlog.get_logger()

UNLIMITED = 100_000
"""Messages a second on the stage, where hours pass in one."""
SWEEP_SECONDS = 2
"""How often the clock is looked at: RED has to be paged within the minute."""
DEMO_SWEEP_SECONDS = 0.5
OUTBOX_LOOK = 0.05
MEET_SECONDS, MEET_PATIENCE = 60, 10
"""How often accounts that are not known yet are asked for their names, and how long each is waited for."""
HELP = "trogiup"
"""The one command of those who are not known yet."""
DAY_BEGINS = time(7, 0)
"""Where a day of the demonstration begins: after the quiet hours, before the first prompt."""


class Service:
    """One process of Cachly for the accounts `channels`, of which `pushed` are pushed to.

    `links` makes the addresses of our own pages, None where no phone can open any. `approved` are the
    messages that each account may send into closed windows, by letter key; `serves` the codes of the units
    that accounts are for. `probe` is called at the crash points of DESIGN.md §9.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        keyring: Keyring,
        clock: Clock,
        catalogue: Catalogue,
        channels: Mapping[str, Channel],
        pushed: Collection[str] = (),
        links: Links | None = None,
        limits: bool = True,
        probe: Probe = no_probe,
        approved: Mapping[str, Mapping[str, Approved]] | None = None,
        serves: Mapping[str, str] | None = None,
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.channels = dict(channels)
        self.presences: dict[str, Presence] = {}
        self.serves = serves or {}
        self.troubles: dict[str, str] = {}
        may_send = approved or {}
        reaches = {
            account: Reach(channel.name, channel.form.window, may_send.get(account, {}))
            for account, channel in self.channels.items()
        }
        forms = {account: channel.form for account, channel in self.channels.items()}
        self.renderer = Renderer(
            catalogue,
            guide_card,
            self.presences,
            reaches,
            forms,
            links,
            file_of=ListFiles(engine, keyring),
        )
        self.turns = Turns(
            engine=engine,
            keyring=keyring,
            script=script,
            speak=self.renderer.speak,
            clock=clock,
            ids=Ids(clock.now, secrets.randbelow),
            random_below=secrets.randbelow,
            probe=probe,
            reaches=reaches,
        )
        self.database: Database[Arrived] = Database(engine, self.turns.take_group, _chat_of)
        self.sweeps = Sweeps(self.turns, self.database, probe)
        self.visits = Visits(self.database, self.turns, self.renderer, self.wake)
        self.hearing = Hearing(self.channels, self.turns, self.database, self.wake, pushed)
        self.senders = {
            account: Sender(
                account,
                channel,
                Outgoing(self.database, self.turns, self.renderer, account),
                limiter_of(channel.form) if limits else Limiter(UNLIMITED, UNLIMITED),
                clock,
            )
            for account, channel in self.channels.items()
        }
        self.admit, self.refuse = self.hearing.admit, self.hearing.refuse
        self.hear, self.hear_many = self.hearing.hear, self.hearing.hear_many
        self.states: dict[str, str] = {}
        self._swept_at: float | None = None
        self._sweeping = asyncio.Lock()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Sweep and send while the block runs; then finish what has begun."""
        async with asyncio.TaskGroup() as tasks, self.hearing.open():
            await self._meet()
            sending = [tasks.create_task(sender.run()) for sender in self.senders.values()]
            lists = ListRole(self.turns, self.database, self.channels, self.wake)
            working = tasks.create_task(lists.run())
            scheduler = self._scheduler()
            try:
                yield
            finally:
                scheduler.shutdown(wait=False)
                lists.stop()
                await working
                async with self._sweeping:
                    pass
                for sender in self.senders.values():
                    sender.stop()
                await asyncio.gather(*sending)
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
        """Learn how people find each account; one that was not reached is asked again later."""
        unmet = [channel for account, channel in self.channels.items() if account not in self.presences]
        await asyncio.gather(*(self._meet_one(channel) for channel in unmet))

    async def _meet_one(self, channel: Channel) -> None:
        try:
            async with asyncio.timeout(MEET_PATIENCE):
                presence = await channel.meet(self._profiles())
            serves = self.serves.get(channel.account, "")
            self.presences[channel.account] = replace(presence, channel=channel.name, serves=serves)
            self.troubles.pop(channel.account, None)
        except CallFailedError as failed:  # without it everything else still works
            log.warning("account not met", account=channel.account, outcome=type(failed.outcome).__name__)
            if isinstance(failed.outcome, AccountDown):
                self.troubles[channel.account] = failed.outcome.detail
        except Exception as error:
            log.exception("account not met", account=channel.account, error=type(error).__name__)

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

    async def revive(self, account: str) -> None:
        """The account has been put right: meet it and send at once, whatever was found before."""
        await self._meet_one(self.channels[account])
        now = self.clock.now()
        await self.database.run(lambda conn: outbox.hurry(conn, now), Rank.SEND)
        self.senders[account].revive()

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
        accounts = {account: self._standing(account) for account in self.channels}
        age = None if swept is None else timedelta(seconds=swept)
        found = await asyncio.to_thread(look, self.engine, self.clock.now(), age, accounts)
        return replace(
            found,
            ignored=_counted(self.hearing.ignored),
            refused=_counted(self.hearing.refused),
            lost=_counted({account: channel.lost for account, channel in self.channels.items()}),
        )

    def _standing(self, account: str) -> str:
        """How it stands with an account, in a few words."""
        down = self.senders[account].down
        trouble = down.detail if down else self.troubles.get(account)
        return f"down: {trouble}" if trouble else self.states.get(account, "starting")


def _counted(counts: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    return {account: dict(reasons) for account, reasons in counts.items() if reasons}


def limiter_of(form: Form) -> Limiter:
    """Keeps an account within the limits of its messenger."""
    return Limiter(form.per_second, form.per_chat_second)


def _chat_of(arrived: Arrived) -> str:
    address = arrived.incoming.address
    return f"{address.account}\0{address.user}"
