"""Batches: stations hear of the people a list has brought them, and of a list that was taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from handlers.alerts import NOBODY_YET, audience, first_head, on_first_rung, people_on
from handlers.attendance import watch
from handlers.digests import digest
from handlers.tasklist import seen_question
from quarantine.days import after_quiet
from quarantine.effects import TaskOpened, TaskTold
from quarantine.ladder import Audience
from quarantine.messages import Priority
from quarantine.people import Person
from quarantine.protocol import DEFAULT_PROTOCOL
from quarantine.tasks import Task, TaskKind, TaskState
from quarantine.titles import unit_title
from quarantine.turn import Turn

Arrival = tuple[int, int, int]
"""Somebody a list has brought: unit, person, episode."""


def arrived(turn: Turn, people: Sequence[Arrival]) -> None:
    """Open a task to verify for each, and tell whoever stands on the first rung once about all of theirs.

    Nobody is told of their own quarantine: a task can lie with another than those beside it.
    """
    turn.store.files_of([episode_id for _, _, episode_id in people])
    told: dict[tuple[int, int], list[Task]] = defaultdict(list)
    readers: dict[int, Person] = {}
    for unit_id in dict.fromkeys(unit_id for unit_id, _, _ in people):
        watch(turn, turn.store.unit(unit_id))
    for arrival in people:
        task = on_first_rung(turn, _task(turn, *arrival))
        there = people_on(turn, task, task.level)
        turn.record(TaskOpened(task))
        turn.record(TaskTold(task.id, task.level, tuple(one.id for one in there), turn.now))
        for one in there:
            readers[one.id] = one
            told[one.id, task.level].append(task)
    for (person_id, _), tasks in told.items():
        digest(turn, readers[person_id], tasks, first_head(turn, tasks[0]))


def _task(turn: Turn, unit_id: int, person_id: int, episode_id: int) -> Task:
    return Task(
        id=turn.ids(),
        kind=TaskKind.VERIFY,
        unit_id=unit_id,
        person_id=person_id,
        episode_id=episode_id,
        state=TaskState.OPEN,
        level=NOBODY_YET,
        opened_at=turn.now,
        since=turn.now,
        next_at=after_quiet(turn.now),
        protocol=DEFAULT_PROTOCOL,
    )


def taken_back(turn: Turn, counts: Mapping[int, int]) -> None:
    """Tell each station that so many of the people it was told of are none of its business any more."""
    for unit_id, count in counts.items():
        for officer in audience(turn.store, unit_id, Audience.OFFICER):
            turn.say(
                "batch.taken_back",
                to=officer.person.id,
                asked=seen_question(),
                priority=Priority.REPORT,
                not_before=after_quiet(turn.now),
                count=count,
                unit=unit_title(turn.store.unit(unit_id)),
            )
