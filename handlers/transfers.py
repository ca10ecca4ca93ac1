"""Transfers: a resident moves to another commune, whose station is asked to take them over."""

from __future__ import annotations

from handlers import communes
from handlers.alerts import (
    each_once,
    open_task,
    people_on,
    task_about,
)
from handlers.calling import number_of
from handlers.changing import Change, add, ask_reason, ask_sure, held
from handlers.fields import NONE, NOT_KNOWN, read_address
from handlers.script import script
from quarantine.access import Action
from quarantine.conversation import Again, Ask, Asking, Next, Question, Unclear
from quarantine.days import after_quiet
from quarantine.effects import TaskChanged
from quarantine.messages import Term
from quarantine.people import FOLLOWED, Person, Unit
from quarantine.store import File
from quarantine.tasks import Outcome, Task, TaskKind
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
