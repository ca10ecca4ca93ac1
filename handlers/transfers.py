"""Transfers: a resident moves to another commune; its station takes them over, or sends them back."""

from __future__ import annotations

from dataclasses import replace

from handlers import communes, sheets
from handlers.alerts import (
    NOBODY_YET,
    each_once,
    first_to_hear,
    on_first_rung,
    open_task,
    people_on,
    responsible,
    task_about,
    tell_rung,
)
from handlers.calling import number_of
from handlers.changing import Change, add, ask_reason, ask_sure, held, tell_resident
from handlers.fields import NONE, NOT_KNOWN, read_address
from handlers.holding import held as task_held
from handlers.holding import lost
from handlers.homes import HOME_WITHIN, read_reason
from handlers.own import matter_of
from handlers.script import script
from quarantine.access import Action
from quarantine.conversation import DONE, Again, Ask, Asking, Choice, Next, Question, Unclear
from quarantine.days import after_quiet
from quarantine.effects import EpisodeChanged, TaskChanged
from quarantine.messages import Term
from quarantine.people import AT_HOME, FOLLOWED, Episode, Home, Person, Unit
from quarantine.store import File
from quarantine.tasks import Outcome, Task, TaskKind, TaskState
from quarantine.titles import unit_title
from quarantine.turn import Turn


def read_where(turn: Turn, text: str) -> list[int]:
    """Ids of the communes of the whole country that may be meant, at least one."""
    hits = communes.anywhere(turn, text)
    if not hits:
        raise Unclear("change.where_none", typed=text[:60])
    return [unit.id for unit in hits]


WHERE = Question("change.where", read=read_where)
PICK = Question("change.where_pick", choices=(communes.AGAIN,), read=read_where)
THERE = Question(
    "change.there",
    Asking.TEXT,
    (NOT_KNOWN,),
    read=read_address,
)


def _pending(turn: Turn, file: File) -> Task | None:
    return task_about(turn, file, TaskKind.TRANSFER)


# Sending


def _begin(_: Turn, file: File) -> Next:
    return Ask(WHERE, {"name": file.person.name, "unit": file.unit.name})


@script.answers(WHERE)
def found(turn: Turn, hits: list[int]) -> Next:
    """One commune is taken; of several one is chosen."""
    if len(hits) == 1:
        return _destined(turn, hits[0])
    if len(hits) > communes.OFFERED:
        turn.lead_in("enrol.commune_many", count=len(hits))
    units = [turn.store.unit(unit_id) for unit_id in hits[: communes.OFFERED]]
    return Ask(PICK, {}, communes.options(units))


@script.answers(PICK)
def picked(turn: Turn, answer: str | list[int]) -> Next:
    """A choice, another search, or none of these."""
    if isinstance(answer, list):
        return found(turn, answer)
    if answer != "again":
        return _destined(turn, int(answer[1:]))
    file = held(turn)
    return _begin(turn, file) if isinstance(file, File) else file


def _destined(turn: Turn, unit_id: int) -> Next:
    file = held(turn)
    if not isinstance(file, File):
        return file
    if unit_id == file.unit.id:
        return Again(Term("change.where_same", {"unit": file.unit.name}))
    turn.memory["to"] = unit_id
    return Ask(THERE, {"unit": turn.store.unit(unit_id).name})


@script.answers(THERE)
def addressed(turn: Turn, address: str) -> Next:
    """The new dwelling as far as it is known; the station there sets its position."""
    turn.memory["there"] = None if address == NONE else address
    return ask_reason(turn)


def _to(turn: Turn) -> Unit:
    return turn.store.unit(int(str(turn.memory["to"])))


def _summary(turn: Turn, _: File) -> Term:
    unit = _to(turn)
    where = turn.memory.get("there") or Term("enrol.unknown")
    facts = {"unit": unit.name, "province": unit.province, "address": where, "why": turn.memory["why"]}
    return Term("change.transfers", facts)


def _ask_for_it(turn: Turn, file: File) -> None:
    unit, why = _to(turn), str(turn.memory["why"])
    there = turn.memory.get("there")
    task = open_task(
        turn,
        TaskKind.TRANSFER,
        unit_id=unit.id,
        person_id=file.person.id,
        episode=file.episode,
        by=turn.me,
        from_unit=unit_title(file.unit),
        new_address=there or Term("enrol.unknown"),
        reason=why,
    )
    turn.note("transfer_asked", person_id=file.person.id, episode_id=file.episode.id, unit=unit.name, why=why)
    facts = {"name": file.person.name, "unit": unit_title(unit), "own": unit_title(file.unit)}
    if people_on(turn, task, task.level):
        turn.say("change.transfer_asked", facts)
    else:
        turn.say("change.transfer_nobody", facts, phone=number_of(turn, unit) or Term("word.no_phone"))


def _withdraw(turn: Turn, file: File) -> None:
    task = _pending(turn, file)
    if task is None:
        return
    turn.record(TaskChanged(task, task.done(Outcome.DONE), turn.me, turn.now))
    turn.note("transfer_withdrawn", person_id=file.person.id, episode_id=file.episode.id)
    for person in each_once([*people_on(turn, task, max(task.level, 0)), *_owner(turn, task)]):
        turn.say(
            "transfer.withdrawn_told", to=person.id, not_before=after_quiet(turn.now), name=file.person.name
        )
    turn.say("change.transfer_withdrawn", name=file.person.name)


def _owner(turn: Turn, task: Task) -> list[Person]:
    return [] if task.owner_id is None else [turn.store.officer(task.owner_id)]


def _withdraw_summary(turn: Turn, file: File) -> Term:
    task = _pending(turn, file)
    unit = turn.store.unit(task.unit_id).name if task else ""
    return Term("change.withdraws", {"unit": unit})


TRANSFER = add(
    Change(
        "transfer",
        Action.CHANGE,
        FOLLOWED,
        _begin,
        _summary,
        _ask_for_it,
        lambda turn, file: _pending(turn, file) is None,
    )
)
WITHDRAW = add(
    Change(
        "withdraw",
        Action.CHANGE,
        FOLLOWED,
        ask_sure,
        _withdraw_summary,
        _withdraw,
        lambda turn, file: _pending(turn, file) is not None,
    )
)


# Receiving

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
    task = task_held(turn)
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
