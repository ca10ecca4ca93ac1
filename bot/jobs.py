"""Jobs: lists are brought in by one process at a time, in chunks, whoever dies meanwhile (DESIGN.md §4)."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypeVar

import structlog
from sqlalchemy import Connection

from bot.importing import sent_back
from bot.list_plan import CHAT, Order, Plan, allowed_under, order_of, plan
from bot.turns import Turns
from handlers.batches import arrived
from papers.columns import UnknownColumnError
from papers.reading import read
from papers.refusing import UnreadableError
from papers.sheets import Book
from papers.tables import UnknownSheetError
from quarantine.batches import BatchState, Placed
from quarantine.old_places import KnownPlaces
from quarantine.places import Places
from quarantine.turn import Turn
from quarantine.units import UnitMap
from storage import batches, jobs, leases
from storage.engine import reading
from storage.unit_tree import UnitTree

log = structlog.get_logger()
T = TypeVar("T")

CHUNK = 200
"""Rows put down in one transaction: an answer waits for it some tens of milliseconds at most."""
TOLD_AT_ONCE = 3
"""Stations told in one transaction."""
LEASE, BEAT = timedelta(seconds=60), 15.0
TRIES = 3
"""A job that has failed so often is given up, and what it has put down is removed."""


class LeaseLostError(RuntimeError):
    """Another process does the work by now: nothing more is written here."""


class StoppedError(RuntimeError):
    """This process is to end: the job waits for the next one."""


class Run(Protocol):
    """Runs a function in a transaction of its own and waits for it."""

    def __call__(self, work: Callable[[Connection], T], /) -> T:
        """What it answered."""
        ...


class Ended(Protocol):
    """Says what came of a job to whoever wanted it, in the transaction that ends it."""

    def __call__(self, turn: Turn, job: jobs.Job, result: dict[str, Any], /) -> None:
        """Record letters."""
        ...


def nobody_waits(_turn: Turn, _job: jobs.Job, _result: dict[str, Any]) -> None:
    """A job of the command line: its process tells the result itself."""


@dataclass(frozen=True)
class Worker:
    """What brings lists in: in the server on the database's threads, in a command by itself.

    `places` makes what knows communes of all units there are; `stopping` says whether this process is to
    end; `ended` tells whoever waits. `probe` is called at the crash points of DESIGN.md §9.
    """

    turns: Turns
    run: Run
    places: Callable[[UnitMap], Places] = KnownPlaces
    ended: Ended = nobody_waits
    moved: Callable[[Turn, jobs.Job, int, int], None] | None = None
    stopping: Callable[[], bool] = lambda: False
    read_file: Callable[[bytes], Book] = read
    chunk: int = CHUNK
    lease: timedelta = LEASE

    def work(self) -> bool:
        """Do the job whose turn it is; False when there is none, or another process is doing it."""
        with self.begun(jobs.IMPORT, self.lease) as begun:
            if begun is None:
                return False
            job, held = begun
            try:
                with self._beating(held):
                    self._do(job, held)
            except (LeaseLostError, StoppedError) as left:
                log.info("job left", why=type(left).__name__)
                return False
        return True

    @contextmanager
    def begun(self, kind: str, lease: timedelta) -> Iterator[tuple[jobs.Job, leases.Held] | None]:
        """The job of this kind whose turn it is, begun, and the lease on it while the block runs.

        None when there is none, or another process is doing it.
        """
        with reading(self.turns.engine) as conn:
            waiting = jobs.waits(conn, kind)
        holder = secrets.token_hex(8)
        held = self.run(lambda conn: leases.take(conn, kind, holder, lease)) if waiting else None
        if held is None:
            yield None
            return
        try:
            job = self.run(lambda conn: self._begin(conn, kind))
            yield None if job is None else (job, held)
        finally:
            self.run(lambda conn: leases.release(conn, held))

    def _begin(self, conn: Connection, kind: str) -> jobs.Job | None:
        job = jobs.first(conn, self.turns.keyring, kind)
        if job is not None:
            jobs.begun(conn, job.id)
        return job

    def _do(self, job: jobs.Job, held: leases.Held) -> None:
        doing = _Import(self, job, held)
        try:
            doing.bring_in()
        except (LeaseLostError, StoppedError):
            raise
        except UnreadableError as error:
            doing.give_up({"refused": error.refusal.value})
        except (UnknownSheetError, UnknownColumnError) as error:
            doing.give_up({"unknown": str(error)})
        except Exception:
            log.exception("job failed", job=job.id, tries=job.tries + 1)
            if job.tries + 1 >= TRIES and not doing.shown():
                doing.give_up({"failed": True})

    @contextmanager
    def _beating(self, held: leases.Held) -> Iterator[None]:
        """Keep the lease while the block runs, however long a step of it takes."""
        over = threading.Event()

        def beat() -> None:
            while not over.wait(min(BEAT, self.lease.total_seconds() / 4)):
                try:
                    if self.run(lambda conn: leases.renew(conn, held, self.lease)) is None:
                        return
                except Exception:
                    log.exception("lease not renewed")

        thread = threading.Thread(target=beat, name="job-lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


class _Import:
    """One list on its way in; each step is a transaction that shows its lease."""

    def __init__(self, worker: Worker, job: jobs.Job, held: leases.Held) -> None:
        self.worker, self.job, self.held = worker, job, held
        self.turns = worker.turns
        self.keyring = self.turns.keyring

    def bring_in(self) -> None:
        """Whatever was done before is not done again: rows put down, the batch shown, stations told."""
        order = self._allowed(order_of(self.job))
        if order is None:
            self.give_up({"refused": "not_allowed"})
            return
        with reading(self.turns.engine) as conn:
            begun = batches.of_job(conn, self.job.id)
            places = self.worker.places(UnitTree(conn, order.today).whole_map())
        batch_id = begun[0] if begun else self._step(self._begin_batch)
        if begun is None or begun[1] is BatchState.STAGING:
            made = plan(
                self.turns.engine,
                self.keyring,
                self.job.file or b"",
                order,
                places,
                read_file=self.worker.read_file,
                without=batch_id,
            )
            self._stage(batch_id, made)
            self.turns.probe("before showing")
            now = self.turns.clock.now()
            self._step(lambda conn: self._show(conn, batch_id, made, now))
            self.turns.probe("after showing")
        while self._step(lambda conn: self._tell(conn, batch_id)):
            self.turns.probe("mid telling")
        self._step(lambda conn: self._finish(conn, batch_id))

    def _allowed(self, order: Order) -> Order | None:
        """The order within what its sender may do by now; None when that is nothing."""
        if order.by is None:
            return order
        with reading(self.turns.engine) as conn:
            under = allowed_under(conn, self.keyring, order.by, self.turns.clock.now())
        return replace(order, under=under) if under else None

    def _begin_batch(self, conn: Connection) -> int:
        return batches.begin(
            conn,
            self.keyring,
            self.turns.ids.one,
            job_id=self.job.id,
            by=self.job.by,
            at=self.turns.clock.now(),
            file=self.job.file or b"",
        )

    def _stage(self, batch_id: int, made: Plan) -> None:
        with reading(self.turns.engine) as conn:
            done = batches.staged(conn, batch_id)
        units = {code: unit.id for code, unit in made.units.items()}
        rows = [row for row in made.rows if row.number not in done]
        total = len(done) + len(rows)
        for start in range(0, len(rows), self.worker.chunk):
            part = rows[start : start + self.worker.chunk]
            self._step(partial(self._put_down, batch_id, part, units, len(done) + start + len(part), total))
            self.turns.probe("mid chunk")

    def _put_down(
        self,
        batch_id: int,
        part: Sequence[Placed],
        units: Mapping[str, int],
        done: int,
        total: int,
        conn: Connection,
    ) -> None:
        ids, now = self.turns.ids.one, self.turns.clock.now()
        batches.stage(conn, self.keyring, ids, batch_id, part, units=units, by=self.job.by, now=now)
        self._advance(conn, done, total)

    def _show(self, conn: Connection, batch_id: int, made: Plan, now: datetime) -> None:
        """All at once; of the file only the rows that go back to a chat are kept, for a while."""
        batches.show(conn, batch_id, made.counts(), now)
        goes_back = CHAT in self.job.task and (made.checked.refused or made.handed_back)
        back = sent_back(made.checked, made.handed_back) if goes_back else None
        jobs.keep(conn, self.keyring, self.job.id, back)

    def _advance(self, conn: Connection, done: int, total: int) -> None:
        jobs.advanced(conn, self.job.id, done, total)
        moved = self.worker.moved
        if moved is not None:
            self.turns.clock_turn(conn, lambda turn: moved(turn, self.job, done, total))

    def _tell(self, conn: Connection, batch_id: int) -> bool:
        """Tell the next stations; False when all know."""
        units = batches.untold_units(conn, batch_id, TOLD_AT_ONCE)
        people = batches.untold(conn, batch_id, units)
        if people:
            self.turns.clock_turn(conn, lambda turn: arrived(turn, people))
        return bool(units)

    def _finish(self, conn: Connection, batch_id: int) -> None:
        now = self.turns.clock.now()
        batches.all_told(conn, batch_id, now)
        counts = batches.counts(conn, batch_id)
        result = {
            "batch": batch_id,
            "added": counts.added,
            "rejected": counts.rejected,
            "doubles": counts.doubles,
            "units": len(batches.by_unit(conn, batch_id)),
        }
        self._end(conn, jobs.DONE, result)

    def shown(self) -> bool:
        """Whether its people are visible: then their stations must be told, however often it takes."""
        with reading(self.turns.engine) as conn:
            begun = batches.of_job(conn, self.job.id)
        return begun is not None and begun[1] is not BatchState.STAGING

    def give_up(self, why: dict[str, Any]) -> None:
        """Nothing of it becomes visible, and whoever wanted it hears so."""

        def end(conn: Connection) -> None:
            begun = batches.of_job(conn, self.job.id)
            if begun is not None and begun[1] is BatchState.STAGING:
                batches.void(conn, begun[0])
            self._end(conn, jobs.FAILED, why)

        self._step(end)

    def _end(self, conn: Connection, state: str, result: dict[str, Any]) -> None:
        jobs.finish(conn, self.keyring, self.job.id, state, self.turns.clock.now(), result)
        self.turns.clock_turn(conn, lambda turn: self.worker.ended(turn, self.job, result))

    def _step(self, work: Callable[[Connection], T]) -> T:
        """A transaction that counts only while the lease is ours."""
        if self.worker.stopping():
            raise StoppedError

        def guarded(conn: Connection) -> T:
            if not leases.holds(conn, self.held):
                raise LeaseLostError
            return work(conn)

        return self.worker.run(guarded)
