"""The database threads: one writer on SQLite, two on PostgreSQL, answers first (DESIGN.md §3)."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine

T = TypeVar("T")
Item = TypeVar("Item")

LARGEST_GROUP = 200
"""Messages taken into one transaction: what is waiting, at most this many (DESIGN.md §3)."""


class Rank(IntEnum):
    """Who goes first when no message waits: the sender's records before sweeps before everything long."""

    SEND = 0
    CLOCK = 1
    LONG = 2


@dataclass
class _Job:
    run: Callable[[Connection], Any]
    done: asyncio.Future[Any]


@dataclass
class _Waiting(Generic[Item]):
    item: Item
    done: asyncio.Future[Any]


@dataclass
class _Desk(Generic[Item]):
    """What waits for one database thread."""

    messages: deque[_Waiting[Item]] = field(default_factory=deque)
    jobs: dict[Rank, deque[_Job]] = field(default_factory=lambda: {rank: deque() for rank in Rank})
    bell: threading.Condition = field(default_factory=threading.Condition)
    closed: bool = False

    def next_job(self) -> _Job | None:
        """The first waiting job of the highest rank."""
        return next((jobs.popleft() for jobs in self.jobs.values() if jobs), None)

    def idle(self) -> bool:
        """Whether nothing waits."""
        return not self.messages and not any(self.jobs.values())


class Database(Generic[Item]):
    """Runs groups of messages and single jobs on database threads, each in a transaction of its own.

    `take_group` is given a group of items and answers one result for each; it opens its own transactions,
    because a group that fails is taken again one by one. A key function keeps the items of one chat in
    different groups. SQLite has one thread for everything, PostgreSQL one for messages and one for jobs: a
    second one for messages halves the groups, and was measured slower (docs/performance.md).
    """

    def __init__(
        self,
        engine: Engine,
        take_group: Callable[[Sequence[Item]], Sequence[Any]],
        key: Callable[[Item], str],
    ) -> None:
        self.engine = engine
        self._take_group = take_group
        self._key = key
        self._desks: list[_Desk[Item]] = [_Desk() for _ in range(1 if engine.dialect.name == "sqlite" else 2)]
        self._for_messages, self._for_jobs = self._desks[0], self._desks[-1]
        self._threads = [
            threading.Thread(target=self._work, args=(desk,), name=f"database-{index}", daemon=True)
            for index, desk in enumerate(self._desks)
        ]
        for thread in self._threads:
            thread.start()

    async def message(self, item: Item) -> Any:  # noqa: ANN401  # whatever take_group answers
        """Have an item taken in the next group; resolves after the commit."""
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        desk = self._for_messages
        with desk.bell:
            desk.messages.append(_Waiting(item, done))
            desk.bell.notify()
        return await done

    async def run(self, job: Callable[[Connection], T], rank: Rank = Rank.SEND) -> T:
        """Run a job in a transaction of its own, after those of higher rank."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        desk = self._for_jobs
        with desk.bell:
            desk.jobs[rank].append(_Job(job, done))
            desk.bell.notify()
        return await done

    def close(self) -> None:
        """Finish what waits, then end the threads; blocks, so not to be called on the event loop."""
        for desk in self._desks:
            with desk.bell:
                desk.closed = True
                desk.bell.notify()
        for thread in self._threads:
            thread.join()

    def _work(self, desk: _Desk[Item]) -> None:
        while True:
            with desk.bell:
                while desk.idle() and not desk.closed:
                    desk.bell.wait()
                if desk.idle():
                    return
                group = self._next_group(desk)
                job = desk.next_job()
            if group:
                self._run_group(group)
            if job is not None:
                self._run_job(job)

    def _next_group(self, desk: _Desk[Item]) -> list[_Waiting[Item]]:
        """What has queued up, at most LARGEST_GROUP, never two of one chat."""
        group: list[_Waiting[Item]] = []
        seen: set[str] = set()
        held: list[_Waiting[Item]] = []
        while desk.messages and len(group) < LARGEST_GROUP:
            waiting = desk.messages.popleft()
            key = self._key(waiting.item)
            (held if key in seen else group).append(waiting)
            seen.add(key)
        desk.messages.extendleft(reversed(held))
        return group

    def _run_group(self, group: list[_Waiting[Item]]) -> None:
        try:
            results: Sequence[Any] = self._take_group([waiting.item for waiting in group])
        except Exception as error:  # noqa: BLE001  # the thread must outlive every fault; callers get it
            _tell([(waiting.done, None, error) for waiting in group])
        else:
            _tell([(one.done, result, None) for one, result in zip(group, results, strict=True)])

    def _run_job(self, job: _Job) -> None:
        try:
            with self.engine.begin() as conn:
                result = job.run(conn)
        except Exception as error:  # noqa: BLE001  # the thread must outlive every fault; the caller gets it
            _tell([(job.done, None, error)])
        else:
            _tell([(job.done, result, None)])


def _tell(results: list[tuple[asyncio.Future[Any], Any, Exception | None]]) -> None:
    """Hand results back to the loops that wait for them, one call a loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any, Exception | None]]] = {}
    for entry in results:
        by_loop.setdefault(entry[0].get_loop(), []).append(entry)
    for loop, entries in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, entries)


def _settle(entries: list[tuple[asyncio.Future[Any], Any, Exception | None]]) -> None:
    for future, result, error in entries:
        if future.cancelled():
            continue
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
