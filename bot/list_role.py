"""The role of a process that looks at lists and brings them in, beside everything else that it does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Connection

from bot.database import Database, Rank
from bot.jobs import T, Worker
from bot.list_looks import Looker
from bot.list_plan import CHAT
from bot.list_progress import Progress
from bot.turns import Arrived, Turns
from handlers import list_news
from papers.refusing import Refusal, UnreadableError
from papers.sheets import MOST_BYTES
from quarantine.channel import Channel, FileTooLargeError
from quarantine.turn import Turn
from storage import jobs

log = structlog.get_logger()

LOOK_SECONDS = 1.0
"""How often it is looked whether a list waits."""
FETCH_SECONDS = 120
CLEAR_EACH = timedelta(hours=1)


class ListRole:
    """Takes lists one after the other until it is told to stop; each step is a job of the database's."""

    def __init__(
        self,
        turns: Turns,
        database: Database[Arrived],
        channels: Mapping[str, Channel],
        wake: Callable[[], None],
        seconds: float = LOOK_SECONDS,
    ) -> None:
        self._turns = turns
        self._database = database
        self._channels = channels
        self._wake = wake
        self._seconds = seconds
        self._stop = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        moved = Progress(self._redraws)
        worker = Worker(turns, self._run, ended=ended, moved=moved, stopping=self._stop.is_set)
        self._work = (Looker(worker, self._fetch).work, worker.work)
        self._clear_at = turns.clock.now()

    def stop(self) -> None:
        """Come to an end after the step that is being done."""
        self._stop.set()

    async def run(self) -> None:
        """Work until stopped; whatever goes wrong with one list, the next ones have their turn."""
        while not self._stop.is_set():
            busy = False
            try:
                busy = await asyncio.to_thread(self._step)
            except Exception as error:
                log.exception("lists not worked on", error=type(error).__name__)
            if busy:
                self._wake()
                continue
            await self._clear()
            try:
                async with asyncio.timeout(self._seconds):
                    await self._stop.wait()
            except TimeoutError:
                continue

    def _redraws(self, account: str) -> bool:
        channel = self._channels.get(account)
        return channel is None or channel.form.edits  # nothing is written to an account that is not here

    def _step(self) -> bool:
        done = [work() for work in self._work]
        return any(done)

    async def _clear(self) -> None:
        now = self._turns.clock.now()
        if now >= self._clear_at:
            self._clear_at = now + CLEAR_EACH
            await self._database.run(lambda conn: jobs.forget(conn, now), Rank.LONG)

    def _run(self, work: Callable[[Connection], T], /) -> T:
        """On the database's own thread, after everything that somebody waits for."""
        return asyncio.run_coroutine_threadsafe(self._database.run(work, Rank.LONG), self._loop).result()

    def _fetch(self, account: str, file: str) -> bytes:
        async def fetch() -> bytes:
            async with asyncio.timeout(FETCH_SECONDS):
                return await self._channels[account].fetch(file, MOST_BYTES)

        try:
            return asyncio.run_coroutine_threadsafe(fetch(), self._loop).result()
        except FileTooLargeError as error:
            raise UnreadableError(Refusal.TOO_LARGE) from error


def ended(turn: Turn, job: jobs.Job, result: dict[str, Any]) -> None:
    """Tell whoever sent the list; a job of the command line tells its result itself."""
    if CHAT in job.task and job.by is not None:
        list_news.ended(turn, job.by, job.id, result)
