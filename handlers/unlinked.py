"""Unlinked: somebody verified who has not connected yet stays before the officer until they have."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from handlers.alerts import NOBODY_YET
from quarantine.days import after_quiet
from quarantine.effects import TaskChanged
from quarantine.people import NOT_LINKED
from quarantine.tasks import Task, TaskKind, TaskState
from quarantine.turn import Turn

AFTER = timedelta(hours=24)
"""Who is verified but has linked no phone by then is put before the officer (domain.md §E1), and again."""


def still_unlinked(turn: Turn, task: Task) -> bool:
    """Whether the task is to help somebody connect who has not."""
    if task.kind is not TaskKind.LINK or task.episode_id is None:
        return False
    file = turn.store.file(task.episode_id)
    return file is not None and file.episode.state in NOT_LINKED


def remind_unlinked(turn: Turn, task: Task) -> None:
    """The officer has helped: whether it worked is looked at a day later; connecting ends the task."""
    after = replace(
        task, state=TaskState.OPEN, owner_id=None, level=NOBODY_YET, next_at=after_quiet(turn.now + AFTER)
    )
    turn.record(TaskChanged(task, after, turn.me, turn.now))
    turn.lead_in("link.looked_at_again", at=turn.now + AFTER)
