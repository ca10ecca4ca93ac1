"""Climbing: what becomes of a task that nobody has taken, or that was taken and forgotten (DESIGN.md §5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from handlers.alerts import (
    NOBODY_YET,
    each_once,
    first_head,
    first_rung_with_people,
    last_rung_with_people,
    next_due,
    people_on,
)
from handlers.cards import URGENT, ladder_of
from quarantine.days import after_quiet
from quarantine.effects import TaskChanged
from quarantine.messages import Term
from quarantine.people import Person
from quarantine.tasks import Task, TaskState
from quarantine.turn import Turn

CLIMBED = Term("task.climbed")
HANDED_BACK = "handed_back"
"""In the detail of a task: its owner is gone, and those who are told next read so."""


@dataclass(frozen=True, slots=True)
class Call:
    """Whom a task is put before, and the line that says why it comes."""

    task: Task
    people: tuple[Person, ...]
    head: Term


def climb(turn: Turn, task: Task) -> Call:
    """Take the task up to the next rung that has people; past the top the top hears again, and the owner."""
    level = first_rung_with_people(turn, task, task.level + 1)
    heard = people_on(turn, task, task.level)
    if level >= len(ladder_of(task).rungs):
        level = last_rung_with_people(turn, task)
        next_at = ladder_of(task).again_at(turn.now)
        again = [turn.store.officer(task.owner_id)] if task.owner_id is not None else []
    else:
        next_at, again = next_due(task, level, turn.now), []
    detail = {key: value for key, value in task.detail.items() if key != HANDED_BACK}
    after = replace(task, state=TaskState.OPEN, level=level, next_at=next_at, detail=detail)
    turn.record(TaskChanged(task, after, None, turn.now))
    people = each_once([*people_on(turn, after, level), *again])
    first = first_head(turn, after) if detail == task.detail else Term("task.handed_back")
    return Call(after, tuple(people), CLIMBED if heard or again else first)


def hand_back(turn: Turn, tasks: Sequence[Task]) -> None:
    """Tasks that their owner does not look after any more lie open again; the clock tells the others."""
    for task in tasks:
        detail = {key: value for key, value in task.detail.items() if key != "retry"}
        after = replace(
            task,
            state=TaskState.OPEN,
            owner_id=None,
            level=NOBODY_YET,
            next_at=turn.now if task.kind in URGENT else after_quiet(turn.now),
            detail={**detail, HANDED_BACK: True},
        )
        turn.record(TaskChanged(task, after, turn.me, turn.now))


def remind_owner(turn: Turn, task: Task) -> Task:
    """A taken task whose owner wanted to try again: they are reminded, and have until a new deadline."""
    detail = {key: value for key, value in task.detail.items() if key != "retry"}
    after = replace(task, detail=detail, next_at=ladder_of(task).taken_until(turn.now))
    turn.record(TaskChanged(task, after, None, turn.now))
    return after
