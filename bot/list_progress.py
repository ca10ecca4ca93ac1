"""Progress of lists that came by chat: told to their senders as often as their messengers are good for."""

from __future__ import annotations

import time
from collections.abc import Callable

from bot.list_plan import CHAT
from handlers import list_news
from quarantine.progress import Told, due
from quarantine.turn import Turn
from storage.jobs import Job


class Progress:
    """Told after each chunk; `redraws` says whether an account's messenger can draw a message anew."""

    def __init__(self, redraws: Callable[[str], bool], seconds: Callable[[], float] = time.monotonic) -> None:
        self._redraws = redraws
        self._seconds = seconds
        self._told: dict[int, Told] = {}

    def __call__(self, turn: Turn, job: Job, done: int, total: int) -> None:
        """One list at a time is brought in: of any other nothing need be kept."""
        if CHAT not in job.task or job.by is None or not total:
            return
        now, percent = self._seconds(), 100 * done // total
        if job.id not in self._told:
            self._told = {job.id: Told(0, now)}
        # Wherever they are written to: one chat that cannot be drawn anew would fill with lines.
        redrawn = all(
            self._redraws(chat.account) for chat in turn.store.chats(job.by) if chat.usable(turn.now)
        )
        if due(self._told[job.id], percent, now, redrawn=redrawn):
            self._told[job.id] = Told(percent, now)
            list_news.moved(turn, job.by, job.id, done, total)
