"""Effects on tasks, and lines of history that handlers note themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from quarantine.effects import Noted, TaskChanged, TaskOpened, TaskTold
from quarantine.tasks import Task, TaskState
from storage import records, tables
from storage.bulk import Insert, Update
from storage.tables import core
from storage.writing import Writing, difference, merged

_TASK, _STEP = core(tables.Task), core(tables.TaskStep)
_CHANGE = Update.versioned(
    _TASK,
    *("unit_id", "episode_id", "state", "level", "opened_at", "since", "next_at", "owner_id", "outcome"),
    *("detail", "done_at"),
    method="coalesce(new.method, task.method)",
    note="coalesce(new.note, task.note)",
    taken_at="coalesce(new.taken_at, task.taken_at)",
)
_OPEN = Insert(_TASK, conflict="ON CONFLICT DO NOTHING")
_TELL = Insert(_STEP, conflict="ON CONFLICT DO NOTHING")


def tasks_opened(writing: Writing, effects: Sequence[TaskOpened]) -> None:
    """New tasks; where the person has an undone one of the kind, that one stays and no second is made."""
    rows = []
    for effect in effects:
        task = effect.task
        rows.append(
            {
                "id": task.id,
                "kind": task.kind.value,
                "person_id": task.person_id,
                "checkin_id": task.checkin_id,
                "protocol": task.protocol,
                **_columns(writing, task),
            }
        )
    writing.write(_OPEN, rows)


def tasks_changed(writing: Writing, effects: Sequence[TaskChanged]) -> None:
    """Tasks that were taken, climbed or were done, with before and after in the history."""
    last: dict[int, TaskChanged] = {}
    told: dict[int, dict[str, Any]] = {}
    for effect in effects:
        task_id = effect.after.id
        last[task_id] = effect
        told[task_id] = {**told.get(task_id, {}), **_said(writing, effect)}
        _note(writing, effect)
    moves = merged(TaskChanged, ((effect.before, effect.after) for effect in effects))
    rows = [
        {
            "id": before.id,
            "version": before.version,
            **_columns(writing, after),
            "method": None,
            "note": None,
            **told[after.id],
            "taken_at": _taken_at(before, after, last[after.id]),
            "done_at": last[after.id].at if after.state is TaskState.DONE else None,
        }
        for before, after in moves
    ]
    writing.change(TaskChanged, _CHANGE, rows)


def _said(writing: Writing, effect: TaskChanged) -> dict[str, Any]:
    """What the officer said of how it went; a change without it leaves what was said before."""
    said: dict[str, Any] = {}
    if effect.method is not None:
        said["method"] = effect.method.value
    if effect.note:
        said["note"] = writing.seal("task", "note", effect.after.id, effect.note)
    return said


def _taken_at(before: Task, after: Task, effect: TaskChanged) -> object:
    taken = after.state is TaskState.TAKEN and (before.state, before.owner_id) != (
        after.state,
        after.owner_id,
    )
    return effect.at if taken else None


def _note(writing: Writing, effect: TaskChanged) -> None:
    writing.note(
        "task_changed",
        effect.at,
        effect.by,
        person_id=effect.after.person_id,
        episode_id=effect.after.episode_id,
        task_id=effect.after.id,
        detail={
            "changed": difference(effect.before, effect.after),
            "method": effect.method,
            "note": effect.note,
        },
    )


def _columns(writing: Writing, task: Task) -> dict[str, Any]:
    return {
        "unit_id": task.unit_id,
        "episode_id": task.episode_id,
        "state": task.state.value,
        "level": task.level,
        "opened_at": task.opened_at,
        "since": task.since,
        "next_at": task.next_at,
        "owner_id": task.owner_id,
        "outcome": None if task.outcome is None else task.outcome.value,
        "detail": records.task_detail(writing.keyring, task),
    }


def tasks_told(writing: Writing, effects: Sequence[TaskTold]) -> None:
    """Rungs of ladders that were told; a second telling of the same rung changes nothing."""
    rows = [
        {"task_id": told.task_id, "level": told.level, "at": told.at, "recipients": list(told.recipients)}
        for told in effects
    ]
    writing.write(_TELL, rows)


def noted(writing: Writing, effects: Sequence[Noted]) -> None:
    """Lines of history that a handler noted itself."""
    for line in effects:
        writing.note(
            line.kind,
            line.at,
            line.by,
            person_id=line.person_id,
            episode_id=line.episode_id,
            task_id=line.task_id,
            detail=line.detail,
        )
