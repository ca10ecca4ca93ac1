"""Elsewhere: a file whose person lives in another commune goes to that one, and whoever sent it is told."""

from __future__ import annotations

from dataclasses import replace

from handlers.alerts import audience, each_once, on_first_rung, open_task, people_on, tell_rung
from handlers.casefile import awaited, show
from handlers.communes import OFFERED, options, place_of
from handlers.script import script
from handlers.turning_down import WHERE, ask_note, noted, read_where, tell_sender
from quarantine.conversation import DONE, Again, Ask, Choice, Next, Question
from quarantine.effects import EpisodeChanged, TaskChanged
from quarantine.ladder import Audience
from quarantine.messages import Term
from quarantine.people import Unit
from quarantine.store import File
from quarantine.tasks import TaskKind, TaskState
from quarantine.titles import unit_title
from quarantine.turn import Turn

CAME_FROM = "came_from"
"""In the detail of a VERIFY task: the name of the unit that sent the file on."""

WHERE_PICK = Question(
    "verify.where_pick",
    choices=(Choice("typed", "verify.where_typed", ("nhu da go", "giu nguyen", "khong co", "noi khac")),),
    read=read_where,
)
MOVE = Question(
    "verify.move",
    choices=(
        Choice("yes", "verify.move_yes", ("chuyen", "xac nhan", "co", "dung", "ok")),
        Choice("where", "verify.move_where", ("noi khac", "sua", "chon lai", "xa khac")),
        Choice("file", "verify.see_file", ("xem lai", "ho so", "khong", "chua")),
    ),
)


@script.answers(WHERE)
def moved_to(turn: Turn, answer: str | list[int]) -> Next:
    """A commune that we know gets the file; of another place the words are kept."""
    if isinstance(answer, str):
        return noted(turn, answer)
    if len(answer) == 1:
        return _ask_move(turn, turn.store.unit(answer[0]))
    turn.memory["typed"] = turn.said.text.strip() if turn.said else ""
    return Ask(WHERE_PICK, {}, options([turn.store.unit(unit_id) for unit_id in answer[:OFFERED]]))


@script.answers(WHERE_PICK)
def picked(turn: Turn, answer: str | list[int]) -> Next:
    """A choice, the words as typed, or another search."""
    if isinstance(answer, list):
        return moved_to(turn, answer)
    if answer == "typed":
        return noted(turn, str(turn.memory["typed"]))
    if answer.startswith("u") and answer[1:].isdecimal():
        return moved_to(turn, [int(answer[1:])])
    return noted(turn, answer)


def _ask_move(turn: Turn, unit: Unit) -> Next:
    file = awaited(turn)
    if file is None:
        return DONE
    if unit.id == file.unit.id:
        return Again(Term("verify.move_here", {"unit": unit.name}))
    if not any(audience(turn.store, unit.id, who) for who in Audience):
        turn.lead_in("verify.move_nobody", unit=place_of(unit))
        return noted(turn, place_of(unit))
    turn.memory["to"] = unit.id
    return Ask(MOVE, {"name": file.person.name, "unit": place_of(unit)})


@script.answers(MOVE)
def moved(turn: Turn, value: str) -> Next:
    """The file is the other commune's from now on: its officers are told, and whoever sent it."""
    file = awaited(turn)
    if file is None:
        return DONE
    if value != "yes":
        return ask_note(file, "elsewhere") if value == "where" else show(turn, file)
    there = turn.store.unit(int(str(turn.memory["to"])))
    after = replace(file.episode, unit_id=there.id)
    turn.record(EpisodeChanged(file.episode, after, turn.me, turn.now, "elsewhere"))
    turn.note(
        "sent_on", person_id=file.person.id, episode_id=after.id, unit_id=file.unit.id, to_unit_id=there.id
    )
    _hand_over(turn, replace(file, episode=after), there)
    turn.say("verify.moved", name=file.person.name, unit=place_of(there))
    tell_sender(turn, file, "verify.told_moved", there=place_of(there))
    if there.province != file.unit.province:
        _tell_province(turn, file, there)
    return DONE


def _tell_province(turn: Turn, file: File, there: Unit) -> None:
    """The other province's CDC sent nobody a list: it hears whom its commune is to verify."""
    for person in each_once(one.person for one in audience(turn.store, there.id, Audience.CDC)):
        turn.say(
            "verify.told_province",
            to=person.id,
            name=file.person.name,
            there=there.name,
            unit=place_of(file.unit),
        )


def _hand_over(turn: Turn, file: File, there: Unit) -> None:
    """The task to verify is put before the other commune as if it were new; here it is nobody's any more.

    The same task goes on: there is one for each person and kind, and its ladder begins anew.
    """
    task = turn.store.open_task(file.person.id, TaskKind.VERIFY)
    if task is None:
        open_task(turn, TaskKind.VERIFY, unit_id=there.id, person_id=file.person.id, episode=file.episode)
        return
    anew = replace(
        task,
        unit_id=there.id,
        state=TaskState.OPEN,
        owner_id=None,
        opened_at=turn.now,
        since=turn.now,
        detail={**task.detail, CAME_FROM: file.unit.name},
    )
    anew = on_first_rung(turn, anew)
    turn.record(TaskChanged(task, anew, turn.me, turn.now))
    head = Term("verify.came_from", {"unit": unit_title(file.unit)})
    tell_rung(turn, anew, people_on(turn, anew, anew.level), head)


def verified_there(turn: Turn, file: File) -> None:
    """A file that was sent on is right where it is now: whoever sent it need not look for it any more."""
    task = turn.store.open_task(file.person.id, TaskKind.VERIFY)
    if task is not None and CAME_FROM in task.detail:
        tell_sender(turn, file, "verify.told_verified")
