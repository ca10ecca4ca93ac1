"""Holding: whether the one who writes may deal with a task now, and what is said when they may not."""

from __future__ import annotations

from handlers.alerts import latest
from handlers.cards import card_ask, of_another, phone_term
from handlers.own import matter_of_task, others, refusal
from quarantine import duty
from quarantine.access import Action
from quarantine.conversation import DONE, Next
from quarantine.messages import Term
from quarantine.tasks import Outcome, Task, TaskKind, TaskState
from quarantine.titles import unit_title
from quarantine.turn import Turn

_NEEDS = {
    TaskKind.VERIFY: Action.VERIFY,
    TaskKind.HOME: Action.VERIFY,
    TaskKind.TRANSFER: Action.VERIFY,
    TaskKind.DECIDE: Action.DECIDE,
}
"""What one must be allowed to do with a file in order to take a task; elsewhere taking tasks is enough."""


def open_here(turn: Turn, task_id: object) -> Task | None:
    """The task, while it is not done and the speaker may see it."""
    stored = turn.store.task(task_id) if isinstance(task_id, int) else None
    task = None if stored is None else latest(turn, stored)
    if task is None or task.state is TaskState.DONE or not turn.may(Action.TAKE_TASK, task.unit_id):
        return None
    return task


def held(turn: Turn) -> Task | None:
    """The task under discussion, unless it is done, foreign, or somebody else's by now."""
    task = open_here(turn, turn.memory.get("task"))
    return None if task is None or of_another(turn, task) else task


def lost(turn: Turn) -> Next:
    """Why the task under discussion cannot be dealt with; one that is another's may be taken over."""
    wanted = turn.memory.get("task")
    task = open_here(turn, wanted)
    if task is not None:
        return card_ask(turn, task)
    term = stale(turn, wanted) if isinstance(wanted, int) else Term("task.refused")
    turn.say(term.key, term.params)
    return DONE


def stale(turn: Turn, task_id: int) -> Term:
    """What a press on a task that is done, or foreign, is answered with."""
    task = turn.store.task(task_id)
    if task is None or not turn.may(Action.TAKE_TASK, task.unit_id):
        turn.note("refused", task_id=task_id if task else None)
        return Term("task.refused")
    return Term(
        "task.already_done", {"outcome": Term(f"outcome.{latest(turn, task).outcome or Outcome.DONE}")}
    )


def may_take(turn: Turn, task: Task) -> bool:
    """Whether the speaker is allowed what the task leads to: who coordinates cannot verify.

    Nobody takes a task that is about themselves.
    """
    if matter_of_task(turn, task).of(turn.person):
        return False
    return turn.may(_NEEDS.get(task.kind, Action.TAKE_TASK), task.unit_id)


def refuse(turn: Turn, task: Task) -> Next:
    """Say whose work it is, and whom to call there."""
    turn.note("refused", task_id=task.id, episode_id=task.episode_id)
    matter = matter_of_task(turn, task)
    if matter.of(turn.person):
        own = refusal(turn, matter, turn.store.unit(task.unit_id))
        turn.say(own.key, own.params)
        return DONE
    staff = turn.store.officers(task.unit_id)
    able = duty.responsible(others(staff, matter))
    unit = unit_title(turn.store.unit(task.unit_id))
    if able is None:
        turn.say("task.station_work_own" if staff else "task.station_work_nobody", unit=unit)
    else:
        person = able.person
        phone = phone_term(person.phone)
        turn.say("task.station_work", unit=unit, name=person.name, phone=phone)
    return DONE
