"""The list of what is open in the speaker's units, RED first, page by page."""

from __future__ import annotations

from handlers.alerts import NOBODY_YET, latest
from handlers.cards import card_ask, card_params, short
from handlers.gate import may_somewhere, units_within
from handlers.holding import lost, open_here
from handlers.script import script
from handlers.seen import SEEN, SEEN_BUTTON, note_seen
from quarantine.access import Action
from quarantine.conversation import Again, Ask, Asking, Next, Question, Standing
from quarantine.effects import TaskChanged
from quarantine.letters import Asked, Option
from quarantine.messages import Term
from quarantine.numbers import TASK, number, row_of
from quarantine.tasks import Task, TaskState
from quarantine.turn import Turn

LIST = "l"
PAGE = 8
MORE, ALL = "more", "all"
"""Values of the buttons that turn the page, and that lead from a digest to the list."""
TASK_LIST = Question("task.list", Asking.ONE)
staff = may_somewhere(Action.TAKE_TASK)
"""Whether the one who writes holds a posting that may take tasks."""


@script.command("viec", "task.menu", ("viec", "viec can lam", "danh sach viec", "cong viec"), staff)
def tasks(turn: Turn) -> Next:
    """What is open in the speaker's units, RED first."""
    ask = tasks_ask(turn)
    return ask if ask is not None else Again(Term("task.nothing_open"))


def tasks_ask(turn: Turn, skip: int = 0, *, waiting: bool = True) -> Ask | None:
    """One page of the list; nothing when nothing is open.

    Without `waiting` it leaves out what nobody has been told of yet, because its hour has not come.
    """
    closing = sum(isinstance(effect, TaskChanged) for effect in turn.effects)
    known = turn.store.open_tasks(units_within(turn, Action.TAKE_TASK), PAGE + 1 + closing, skip)
    found = [task for one in known if (task := latest(turn, one)).state is not TaskState.DONE]
    found = [task for task in found if waiting or task.level != NOBODY_YET]
    if not found and skip == 0:
        return None
    options = [Option(number(TASK, task.id), line_of(turn, task)) for task in found[:PAGE]]
    if len(found) > PAGE:
        options.append(Option(MORE, Term("task.more")))
    turn.note("tasks_listed", count=len(found[:PAGE]))
    return Ask(TASK_LIST, {}, tuple(options), {"skip": skip})


def seen_question() -> Asked:
    """The button "Đã nhận" by itself, under what asks for nothing else."""
    return Asked(TASK_LIST.key, number(LIST, 0), (SEEN_BUTTON,))


def offer_rest(turn: Turn) -> None:
    """What is still to be done now for the officer who has just settled something; nothing when all is."""
    rest = tasks_ask(turn, waiting=False)
    if rest is not None:
        turn.say("task.rest", asked=Asked(TASK_LIST.key, number(LIST, 0), rest.drawn()), protect=True)


def line_of(turn: Turn, task: Task) -> Term:
    """The task on a button: who and what, and whether somebody is on it."""
    state = "taken" if task.state is TaskState.TAKEN else "open"
    return Term(f"task.line_{state}", {"kind": short(task), "person": card_params(turn, task)["name"]})


@script.answers(TASK_LIST)
def listed(turn: Turn, value: str) -> Next:
    """Open the card of the chosen task, or another page."""
    if value == SEEN:
        return note_seen(turn)
    if value in {MORE, ALL}:
        skip = turn.memory.get("skip", 0)
        onward = PAGE if value == MORE else 0
        following = tasks_ask(turn, (skip if isinstance(skip, int) else 0) + onward)
        return following if following is not None else Again(Term("task.nothing_open"))
    task = open_here(turn, row_of(value))
    if task is None:
        turn.memory["task"] = row_of(value)
        return lost(turn)
    turn.note("task_viewed", task_id=task.id, person_id=task.person_id, episode_id=task.episode_id)
    return card_ask(turn, task)


def _open(turn: Turn, _: int) -> Ask | None:
    """The list, with whatever a digest had on it: its tasks may be on another page by now."""
    if not staff(turn):
        return None
    pressed = (turn.said.pressed or "").partition(":")[2] if turn.said else ""
    if pressed == SEEN:
        return Ask(TASK_LIST, {}, (SEEN_BUTTON,))
    known = tasks_ask(turn) or Ask(TASK_LIST)
    if not pressed or any(option.value == pressed for option in known.options):
        return known if known.options else None
    label = Term("task.see_all") if pressed == ALL else _pressed_line(turn, pressed)
    return Ask(TASK_LIST, {}, (*known.options, Option(pressed, label)), known.memory) if label else known


def _pressed_line(turn: Turn, pressed: str) -> Term | None:
    task = open_here(turn, row_of(pressed))
    return None if task is None else line_of(turn, task)


def _stale(turn: Turn, _: int) -> Term:
    return Term("task.nothing_open" if staff(turn) else "task.refused")


script.stands(Standing(LIST, _open, _stale, cancelled="cancel.task", binds=False))
