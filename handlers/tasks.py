"""Tasks in the officers' chat: a card is opened, taken, or taken over from somebody else."""

from __future__ import annotations

from dataclasses import replace

from handlers import taking_over, verification
from handlers.alerts import each_once, people_on
from handlers.cards import TASK_CARD, URGENT, card_ask, card_params, ladder_of, of_another, owner_name
from handlers.findings import ask_outcome, outcome
from handlers.holding import lost, may_take, open_here, refuse, stale
from handlers.script import script
from quarantine.conversation import Ask, Next, Standing
from quarantine.days import after_quiet
from quarantine.effects import TaskChanged
from quarantine.numbers import TASK
from quarantine.tasks import Task, TaskKind, TaskState
from quarantine.turn import Turn

_STARTS = {
    TaskKind.VERIFY: verification.start,
    TaskKind.HOME: verification.set_home,
    TaskKind.TRANSFER: taking_over.start,
}
"""Where the cards of cards.LEADING_ON lead."""


def _open(turn: Turn, task_id: int) -> Ask | None:
    task = open_here(turn, task_id)
    return None if task is None else card_ask(turn, task, shown=False)


script.stands(Standing(TASK, _open, stale, cancelled="cancel.task"))


@script.answers(TASK_CARD)
def card(turn: Turn, value: str) -> Next:
    """Take the task, or say at once what was found; another's is taken over only when that was seen."""
    task = open_here(turn, turn.memory.get("task"))
    if task is None or (of_another(turn, task) and turn.memory.get("owner") != task.owner_id):
        return lost(turn)
    if value != "take":
        return outcome(turn, value)
    if not may_take(turn, task):
        return refuse(turn, task)
    mine = task.state is TaskState.TAKEN and task.owner_id == turn.me
    taken = task if mine else _take(turn, task)
    start = _STARTS.get(task.kind)
    return start(turn, taken) if start else ask_outcome(turn, taken)


def _take(turn: Turn, task: Task) -> Task:
    until = ladder_of(task).taken_until(turn.now)
    taken = replace(task, state=TaskState.TAKEN, owner_id=turn.me, next_at=until)
    turn.record(TaskChanged(task, taken, turn.me, turn.now))
    if of_another(turn, task):
        turn.lead_in("task.taken_over", name=owner_name(turn, task))
    turn.lead_in("task.taken", until=until)
    _tell_others(turn, task)
    turn.note("task_taken", task_id=task.id, person_id=task.person_id, episode_id=task.episode_id)
    return taken


def _tell_others(turn: Turn, task: Task) -> None:
    """Whoever has had the card, and whoever had taken the task, reads who has it now."""
    if turn.person is None:
        return
    told = [person for level in range(task.level + 1) for person in people_on(turn, task, level)]
    owner = task.owner_id if of_another(turn, task) else None
    if owner is not None:
        told.append(turn.store.officer(owner))
    for person in each_once(told):
        if person.id != turn.me:
            turn.say(
                "task.taken_from_you" if person.id == owner else "task.taken_note",
                to=person.id,
                not_before=None if task.kind in URGENT else after_quiet(turn.now),
                name=turn.person.name,
                person=card_params(turn, task)["name"],
            )
