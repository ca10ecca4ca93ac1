"""Sweeps: everything that falls due, in chunks, each in a transaction of its own (DESIGN.md §5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy import Connection

from bot.database import Database, Rank
from bot.outcomes import catch_up
from bot.turns import Arrived, Probe, Turns, no_probe
from handlers.attendance import units_due
from handlers.closing import chats_due
from handlers.endings import ends_due
from handlers.silence import checkins_due, tasks_due
from quarantine.checkins import Checkin
from quarantine.days import local_day
from quarantine.people import Episode, Unit
from quarantine.protocol import protocol
from quarantine.store import Chat
from quarantine.tasks import Task
from quarantine.turn import Turn
from storage import inbox, slots, ticks
from storage.unattended import leaderless, watch_unattended
from storage.unit_tree import UnitTree

log = structlog.get_logger()
Due = TypeVar("Due", Checkin, Task, Episode, Chat, Unit)

CHUNK = 2_000
"""Episodes opened in one transaction: answers wait at most some tens of milliseconds (performance.md §3c)."""
UNITS, TASKS, ENDS, CHATS, LOOKS = 20, 200, 200, 200, 200
KEEP_INBOX, CLEAR_EACH, OLD_MESSAGES = timedelta(days=30), timedelta(hours=1), 1_000
"""Done messages are known for so long, for dropping repeats; then they go in chunks, once an hour."""
POSTPONE = timedelta(minutes=10)
"""What cannot be decided because of a fault is tried again after this long, and logged each time."""


@dataclass
class Counts:
    """What one sweep did."""

    prompted: int = 0
    checkins: int = 0
    tasks: int = 0
    chats: int = 0
    units: int = 0
    ended: int = 0
    retried: int = 0
    cleared: int = 0
    failed: int = 0

    def __add__(self, other: Counts) -> Counts:
        """The counts of two sweeps together."""
        return Counts(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Counts)))

    def any(self) -> bool:
        """Whether anything was due."""
        return any(getattr(self, each.name) for each in fields(self))


class Sweeps:
    """Claims what is due and has it decided; running twice, late or on two machines changes nothing."""

    def __init__(
        self, turns: Turns, database: Database[Arrived], probe: Probe = no_probe, chunk: int = CHUNK
    ) -> None:
        self.turns = turns
        self.database = database
        self.probe = probe
        self.chunk = chunk
        self._clear_at: datetime | None = None
        self._looked_on: date | None = None

    async def sweep(self, at: datetime | None = None) -> Counts:
        """Do everything that is due now, or was due at the instant `at`."""
        now = at or self.turns.clock.now()
        counts = Counts()
        counts.prompted = await self._open_slots(now)
        counts.ended = await self._repeat(lambda conn: self._ends(conn, now))
        counts.checkins = await self._repeat(lambda conn: self._checkins(conn, now))
        await self._look(now)
        counts.units = await self._repeat(lambda conn: self._units(conn, now))
        counts.tasks = await self._repeat(lambda conn: self._tasks(conn, now))
        counts.chats = await self._repeat(lambda conn: self._chats(conn, now))
        counts.retried = await self._retry() + await self._repeat(lambda conn: catch_up(conn, self.turns))
        counts.cleared = await self._clear(now)
        if counts.any():
            log.info("swept", **{each.name: getattr(counts, each.name) for each in fields(counts)})
        return counts

    async def _open_slots(self, now: datetime) -> int:
        """Open what is due; what fails, or is in another sweep's hands, is left to the next one."""
        total, broken = 0, frozenset[str]()
        while True:
            look = partial(slots.due_groups, now=now, without=broken)
            opened, failed = 0, set[str]()
            for code, due_at in await self.database.run(look, Rank.CLOCK):
                try:
                    opened += await self._open_slot(code, due_at, now)
                except Exception:
                    log.exception("slot not opened", protocol=code)
                    failed.add(code)
            total, broken = total + opened, broken | failed
            if not (opened or failed):
                return total

    async def _open_slot(self, code: str, due_at: datetime, now: datetime) -> int:
        rules = protocol(code)
        opening = rules.opening_at(due_at)

        def chunk(conn: Connection, *, by_staff: bool) -> slots.Opened:
            done = slots.open_slot(
                conn,
                protocol_code=code,
                opening=opening,
                following=rules.next_opening(opening.opens_at),
                now=now,
                ids=self.turns.ids.block,
                at=due_at,
                chunk=self.chunk,
                by_staff=by_staff,
            )
            self.probe("mid chunk")
            return done

        count = 0
        for by_staff in (False, True):
            done = False
            while not done:
                opened = await self.database.run(partial(chunk, by_staff=by_staff), Rank.CLOCK)
                count, done = count + opened.count, opened.done
        return count

    async def _repeat(self, chunk: Callable[[Connection], int]) -> int:
        total = 0
        while count := await self.database.run(chunk, Rank.CLOCK):
            total += count
        return total

    def _checkins(self, conn: Connection, now: datetime) -> int:
        units = ticks.due_checkins(conn, now, UNITS)
        self._together(conn, [checkins for _, checkins in units], now, checkins_due, ticks.postpone_checkins)
        return len(units)

    def _tasks(self, conn: Connection, now: datetime) -> int:
        tasks = ticks.due_tasks(conn, self.turns.keyring, now, TASKS)
        by_unit: dict[int, list[Task]] = {}
        for task in tasks:
            by_unit.setdefault(task.unit_id, []).append(task)
        self._together(conn, list(by_unit.values()), now, tasks_due, ticks.postpone_tasks)
        return len(tasks)

    def _chats(self, conn: Connection, now: datetime) -> int:
        chats = ticks.due_chats(conn, now, CHATS)
        for chat in chats:
            self._safely(conn, [chat], now, chats_due, ticks.postpone_chats)
        return len(chats)

    def _units(self, conn: Connection, now: datetime) -> int:
        tree = UnitTree(conn)
        units = [tree.unit(unit_id) for unit_id in ticks.due_units(conn, now, LOOKS)]
        for unit in units:
            self._safely(conn, [unit], now, units_due, ticks.postpone_units)
        return len(units)

    async def _look(self, now: datetime) -> None:
        """Once a day, and when the process starts, find the units that nobody looks after."""
        if self._looked_on == local_day(now):
            return
        self._looked_on = local_day(now)
        found = await self.database.run(lambda conn: watch_unattended(conn, now), Rank.CLOCK)
        headless = await self.database.run(leaderless, Rank.CLOCK)
        if found:
            log.info("units without staff", count=found)
        if headless:
            log.warning("nobody to be told", count=len(headless))

    def _ends(self, conn: Connection, now: datetime) -> int:
        episodes = slots.due_ends(conn, self.turns.keyring, now, ENDS)
        self._together(conn, [[episode] for episode in episodes], now, ends_due, slots.postpone_ends)
        return len(episodes)

    def _together(
        self,
        conn: Connection,
        units: Sequence[Sequence[Due]],
        now: datetime,
        decide: Callable[[Turn, Sequence[Due]], None],
        postpone: Callable[[Connection, Sequence[int], datetime], None],
    ) -> None:
        """Decide for all in one turn: whoever is told of several gets one letter; a fault parts them."""
        if not units:
            return
        try:
            with conn.begin_nested():
                self.turns.clock_turn(
                    conn, lambda turn: decide(turn, [row for due in units for row in due]), now
                )
        except Exception as error:  # noqa: BLE001  # logged below, with the unit that it is about
            log.info("units decided singly", of=decide.__name__, error=type(error).__name__)
            for due in units:
                self._safely(conn, due, now, decide, postpone)

    def _safely(
        self,
        conn: Connection,
        due: Sequence[Due],
        now: datetime,
        decide: Callable[[Turn, Sequence[Due]], None],
        postpone: Callable[[Connection, Sequence[int], datetime], None],
    ) -> None:
        """Decide on what is due; a fault in it holds up nobody else."""
        try:
            with conn.begin_nested():
                self.turns.clock_turn(conn, lambda turn: decide(turn, due), now)
        except Exception:
            log.exception("sweep failed", of=decide.__name__, size=len(due))
            postpone(conn, [row.id for row in due], now + POSTPONE)

    async def _clear(self, now: datetime) -> int:
        """Forget what came in long ago: the inbox must not grow for ever."""
        if self._clear_at is not None and now < self._clear_at:
            return 0
        self._clear_at = now + CLEAR_EACH
        before = self.turns.ids.before(now - KEEP_INBOX)
        return await self._repeat(lambda conn: inbox.forget(conn, before, OLD_MESSAGES))

    async def _retry(self) -> int:
        """Try kept messages again; once one goes through, those held behind it follow at once."""
        total = 0
        while kept := await self.database.run(self.turns.retry_due, Rank.CLOCK):
            for arrived in kept:
                await self.database.message(arrived)
            total += len(kept)
        return total
