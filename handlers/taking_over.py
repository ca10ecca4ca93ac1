"""Taking over: the station that a resident moves to accepts the transfer, or sends it back."""

from __future__ import annotations

from dataclasses import replace

from handlers import sheets
from handlers.alerts import (
    NOBODY_YET,
    each_once,
    first_to_hear,
    on_first_rung,
    open_task,
    people_on,
    responsible,
    tell_rung,
)
from handlers.calling import number_of
from handlers.changing import tell_resident
from handlers.fields import read_address
from handlers.holding import held, lost
from handlers.homes import HOME_WITHIN, read_reason
from handlers.own import matter_of
from handlers.script import script
from quarantine.access import Action
from quarantine.conversation import DONE, Ask, Asking, Choice, Next, Question
from quarantine.days import after_quiet
from quarantine.effects import EpisodeChanged, TaskChanged
from quarantine.messages import Term
from quarantine.people import AT_HOME, FOLLOWED, Episode, Home
from quarantine.store import File
from quarantine.tasks import Outcome, Task, TaskKind, TaskState
from quarantine.titles import unit_title
from quarantine.turn import Turn

ANSWER = Question(
    "transfer.answer",
    choices=(
        Choice("accept", "transfer.accept", ("nhan", "dong y", "co", "nhan theo doi", "tiep nhan")),
        Choice("back", "transfer.send_back", ("tra lai", "khong nhan", "khong", "tu choi")),
    ),
)
ADDRESS = Question("transfer.address", Asking.TEXT, read=read_address)
WHY_BACK = Question("transfer.why_back", Asking.TEXT, read=read_reason)


def start(turn: Turn, task: Task) -> Next:
    """Where the TRANSFER task's card leads: take over, or send back."""
    file = turn.store.file(task.episode_id) if task.episode_id else None
    if file is None:
        return lost(turn)
    turn.note("viewed", person_id=file.person.id, episode_id=file.episode.id, where="transfer")
    unit = turn.store.unit(task.unit_id)
    facts = {"name": file.person.name, "unit": unit.name, "own": task.detail["from_unit"]}
    return Ask(ANSWER, facts, memory={"task": task.id})


def _asked(turn: Turn) -> tuple[Task, File] | None:
    """The transfer under discussion while it still waits for this officer, and its file."""
    task = held(turn)
    if task is None or task.episode_id is None or not turn.may(Action.VERIFY, task.unit_id):
        return None
    file = turn.store.file(task.episode_id)
    return None if file is None or file.episode.state not in FOLLOWED else (task, file)


@script.answers(ANSWER)
def answered(turn: Turn, value: str) -> Next:
    """Take over, with the dwelling where it is not known yet; or say why not."""
    asked = _asked(turn)
    if asked is None:
        return lost(turn)
    task, file = asked
    if value == "back":
        return Ask(WHY_BACK, {"name": file.person.name})
    known = task.detail["new_address"]
    if not isinstance(known, str):
        return Ask(ADDRESS, {"name": file.person.name, "unit": turn.store.unit(task.unit_id).name})
    return _accept(turn, task, file, known)


@script.answers(ADDRESS)
def located(turn: Turn, address: str) -> Next:
    """The dwelling as the receiving station knows it."""
    asked = _asked(turn)
    return lost(turn) if asked is None else _accept(turn, *asked, address)


@script.answers(WHY_BACK)
def sent_back(turn: Turn, reason: str) -> Next:
    """The sending side goes on as before, and reads why."""
    asked = _asked(turn)
    if asked is None:
        return lost(turn)
    task, file = asked
    turn.record(TaskChanged(task, task.done(Outcome.SENT_BACK, turn.me), turn.me, turn.now, note=reason))
    turn.note("transfer_sent_back", person_id=file.person.id, episode_id=file.episode.id, why=reason)
    _tell_senders(turn, task, file, "transfer.sent_back_told", why=reason)
    turn.say("transfer.sent_back", name=file.person.name, own=unit_title(file.unit))
    return DONE


def _accept(turn: Turn, task: Task, file: File, address: str) -> Next:
    """From here on this station follows; what is open about the resident comes along."""
    unit = turn.store.unit(task.unit_id)
    after = replace(file.episode, unit_id=unit.id, home=Home(address))
    why = f"transferred: {task.detail['reason']}"
    turn.record(EpisodeChanged(file.episode, after, turn.me, turn.now, why))
    turn.record(TaskChanged(task, task.done(Outcome.ACCEPTED, turn.me), turn.me, turn.now))
    turn.say("transfer.accepted", name=file.person.name)
    _bring_along(turn, task, after)
    if after.state in AT_HOME:
        open_task(
            turn,
            TaskKind.HOME,
            unit_id=unit.id,
            person_id=file.person.id,
            episode=after,
            wait=HOME_WITHIN,
        )
    _tell_senders(turn, task, file, "transfer.accepted_told")
    _hand_over_sheet(turn, file)
    officer = responsible(turn.store, unit.id)
    tell_resident(
        turn,
        file,
        "ending.transferred",
        unit=unit_title(unit),
        name=officer.name if officer else Term("word.duty_officer"),
        phone=number_of(turn, unit) or Term("word.no_phone"),
    )
    return DONE


def _hand_over_sheet(turn: Turn, file: File) -> None:
    """The sheet so far, for the files of the station that has followed until now and sees no more of it."""
    if turn.store.last_checkin(file.episode.id) is not None:
        for person in first_to_hear(turn, file.unit.id, file.episode.protocol, matter_of(file)):
            if person.id != turn.me:
                sheets.post(turn, file, to=person.id, why=Term("sheet.moved_on"))


def _bring_along(turn: Turn, transfer: Task, episode: Episode) -> None:
    """What is open about the resident lies before the officers of the new station."""
    for task in turn.store.undone_tasks([episode.person_id]):
        if task.id == transfer.id or task.episode_id != episode.id:
            continue
        moved = replace(task, unit_id=episode.unit_id, state=TaskState.OPEN, owner_id=None)
        if task.level != NOBODY_YET:
            moved = on_first_rung(turn, moved)
        turn.record(TaskChanged(task, moved, turn.me, turn.now))
        if task.level != NOBODY_YET:
            tell_rung(turn, moved, people_on(turn, moved, moved.level), Term("transfer.came_along"))


def _tell_senders(turn: Turn, task: Task, file: File, key: str, **more: object) -> None:
    """Whoever asked, and the officer of the sending station."""
    by = task.detail.get("by")
    asker = [turn.store.officer(by)] if isinstance(by, int) else []
    officer = responsible(turn.store, file.unit.id)
    unit = unit_title(turn.store.unit(task.unit_id))
    who = turn.person.name if turn.person else ""
    for person in each_once([*asker, *([officer] if officer else [])]):
        if person.id != turn.me:
            facts = {"name": file.person.name, "unit": unit, "by": who, **more}
            turn.say(key, facts, to=person.id, not_before=after_quiet(turn.now))
