"""Alerts: open a task and tell those whose turn it is, from the officer on duty up the ladder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from quarantine import duty
from quarantine.days import after_quiet, local_day
from quarantine.duty import on_rung
from quarantine.effects import TaskChanged, TaskOpened, TaskTold
from quarantine.ladder import Audience, Ladder
from quarantine.letters import Asked, Condition, Option, Watch
from quarantine.messages import Priority, Term
from quarantine.numbers import TASK, number
from quarantine.people import Episode, Officer, Person
from quarantine.phones import show_phone
from quarantine.protocol import DEFAULT_PROTOCOL, protocol
from quarantine.store import LastReport, Store
from quarantine.tasks import Task, TaskKind, TaskState
from quarantine.turn import Turn

URGENT = frozenset({TaskKind.RED})
NOBODY_YET = -1
"""The level of a task whose first rung has not been told."""
CARD = "task.card"
"""The question that stands under every task card."""


def ladder_of(task: Task) -> Ladder:
    """The ladder that the protocol of the task's episode gives to its kind."""
    return protocol(task.protocol or DEFAULT_PROTOCOL).ladders[task.kind]


def audience(store: Store, unit_id: int, who: Audience) -> Sequence[Officer]:
    """The people on a rung for a unit; nobody when the place is empty."""
    if who is Audience.CENTRE:
        return [one for unit in store.supporters(unit_id) for one in store.officers(unit.id)]
    if who is Audience.CDC:
        top = [unit for unit in store.superiors(unit_id) if unit.parent_id is None]
        return on_rung([one for unit in top for one in store.officers(unit.id)], who)
    return on_rung(store.officers(unit_id), who)


def responsible(store: Store, unit_id: int) -> Person | None:
    """Whom a resident is told to call (quarantine/duty.py)."""
    officer = duty.responsible(store.officers(unit_id))
    return officer.person if officer else None


def open_task(
    turn: Turn,
    kind: TaskKind,
    *,
    unit_id: int,
    person_id: int,
    episode: Episode | None = None,
    since: datetime | None = None,
    checkin_id: int | None = None,
    tell: bool = True,
    wait: timedelta | None = None,
    **detail: object,
) -> Task:
    """Open a task, or return to the person's open one of that kind, and tell the first who can take it.

    RED tells again even when a task is already open: the person has just said that it is serious. With
    `wait` nobody is told before that time has passed; the task stands in the list all the same.
    """
    known = turn.store.open_task(person_id, kind)
    if known is not None:
        if kind in URGENT and tell:
            _tell(turn, known, known.level)
        return known
    code = episode.protocol if episode else DEFAULT_PROTOCOL
    task = Task(
        id=turn.ids(),
        kind=kind,
        unit_id=unit_id,
        person_id=person_id,
        episode_id=episode.id if episode else None,
        state=TaskState.OPEN,
        level=0,
        opened_at=turn.now,
        since=since or turn.now,
        next_at=None,
        checkin_id=checkin_id,
        protocol=code,
        detail=detail,
    )
    level = first_rung_with_people(turn.store, task, 0) if wait is None else NOBODY_YET
    due = next_due(task, level, turn.now) if wait is None else after_quiet(turn.now + wait)
    task = replace(task, level=level, next_at=due)
    turn.record(TaskOpened(task))
    if tell and wait is None:
        _tell(turn, task, level)
    return task


def climb(turn: Turn, task: Task, *, tell: bool = True) -> Task:
    """Tell the next rung that has people, because nobody took the task or its deadline has passed."""
    level = first_rung_with_people(turn.store, task, task.level + 1)
    rungs = ladder_of(task).rungs
    if level >= len(rungs):
        after = replace(task, state=TaskState.OPEN, next_at=None)
        turn.record(TaskChanged(task, after, None, turn.now))
        return after
    after = replace(task, state=TaskState.OPEN, level=level, next_at=next_due(task, level, turn.now))
    turn.record(TaskChanged(task, after, None, turn.now))
    if tell:
        _tell(turn, after, level)
    return after


def first_rung_with_people(store: Store, task: Task, level: int) -> int:
    """The first rung from `level` on where somebody stands; an empty place never holds a task up."""
    rungs = ladder_of(task).rungs
    for index in range(level, len(rungs)):
        if any(audience(store, task.unit_id, who) for who in rungs[index].audience):
            return index
    return level if level == 0 else len(rungs)


def next_due(task: Task, level: int, told_at: datetime) -> datetime | None:
    """When the rung above `level` falls due."""
    return ladder_of(task).due(level + 1, opened_at=task.opened_at, since=task.since, told_at=told_at)


def people_on(turn: Turn, task: Task, level: int) -> list[Person]:
    """Everybody who is told at this level, each once."""
    rungs = ladder_of(task).rungs
    found: dict[int, Person] = {}
    for who in rungs[min(level, len(rungs) - 1)].audience:
        for officer in audience(turn.store, task.unit_id, who):
            found.setdefault(officer.person.id, officer.person)
    return list(found.values())


def _tell(turn: Turn, task: Task, level: int) -> None:
    people = people_on(turn, task, level)
    for person in people:
        send_card(turn, task, person, climbed=level > 0)
    turn.record(TaskTold(task.id, level, tuple(person.id for person in people), turn.now))


def send_card(turn: Turn, task: Task, to: Person, *, climbed: bool = False) -> None:
    """Put the task before one officer, as a card of its own."""
    urgent = task.kind in URGENT
    turn.say(
        f"task.{task.kind}",
        card_params(turn, task, climbed=climbed),
        to=to.id,
        asked=card_question(task),
        priority=Priority.ALERT if urgent else Priority.REPLY,
        about=task.id,
        not_before=None if urgent else after_quiet(turn.now),
        condition=Condition.TASK_UNDONE,
        watch=Watch.RED_TOLD if urgent else Watch.NONE,
        protect=True,
    )


def card_question(task: Task) -> Asked:
    """The buttons under a card: taking it is always the first."""
    return Asked(CARD, number(TASK, task.id), tuple(card_options(task)), columns=1)


def card_options(task: Task) -> list[Option]:
    """What can be pressed on a card in its present state."""
    if task.state is TaskState.OPEN:
        return [Option("take", Term("task.take"))]
    if task.kind in LEADING_ON:
        return [Option("take", Term("task.go_on"))]
    return [Option(outcome, Term(f"outcome.{outcome}")) for outcome in outcomes_of(task.kind)]


LEADING_ON = frozenset({TaskKind.VERIFY, TaskKind.HOME})
"""Kinds whose card leads into a conversation of its own instead of a list of outcomes."""

_CONTACT_OUTCOMES = ("fine", "phone_trouble", "unwell", "hospital", "absent", "retry")
_OUTCOMES: dict[TaskKind, tuple[str, ...]] = {
    TaskKind.CONTACT: _CONTACT_OUTCOMES,
    TaskKind.UNREACHABLE: _CONTACT_OUTCOMES,
    TaskKind.RED: ("hospital", "fine", "unwell", "mistake", "retry"),
    TaskKind.AMBER: ("fine", "unwell", "hospital", "mistake", "retry"),
    TaskKind.LOCATION: ("fine", "phone_trouble", "absent", "hospital", "retry"),
    TaskKind.HELP: ("done", "unwell", "hospital", "retry"),
    TaskKind.LINK: ("done", "retry"),
    TaskKind.HOME: (),
    TaskKind.VERIFY: (),
    TaskKind.DECIDE: ("released", "hospital", "retry"),
    TaskKind.ABSENT: ("fine", "hospital", "absent", "retry"),
}


def outcomes_of(kind: TaskKind) -> tuple[str, ...]:
    """The outcomes an officer may report for a task of this kind, in the order of the buttons."""
    return _OUTCOMES[kind]


def card_params(turn: Turn, task: Task, *, climbed: bool = False) -> dict[str, object]:
    """The facts of a card in the order officers act on: who, what, since when, phone, address."""
    file = turn.store.file(task.episode_id) if task.episode_id else None
    head = Term("task.climbed" if climbed else "word.nothing")
    if file is None:
        person = turn.store.officer(task.person_id)
        return {"head": head, **person_params(person, turn.now), **task.detail}
    today = local_day(turn.now)
    phone = file.person.phone or file.responder.phone
    return {
        "head": head,
        **person_params(file.person, turn.now),
        "phone": show_phone(phone) if phone else Term("word.no_phone"),
        "address": file.episode.home.address,
        "unit": file.unit.name,
        "day": max(1, file.episode.day_number(today)),
        "days": file.episode.length,
        "last": last_term(turn.store.last_report(file.episode.id)),
        "since": task.since,
        "opened": task.opened_at,
        **task.detail,
    }


def person_params(person: Person, now: datetime) -> dict[str, object]:
    """Name and age as staff read them."""
    age = person.age(local_day(now))
    return {
        "name": person.name,
        "age": Term("word.age", {"age": age}) if age is not None else Term("word.age_unknown"),
        "phone": show_phone(person.phone) if person.phone else Term("word.no_phone"),
    }


def last_term(last: LastReport | None) -> Term:
    """The last answer in one line: when, which signs, which temperature, where."""
    if last is None:
        return Term("report.never")
    signs = [Term(f"sign.{code}") for code in sorted(last.signs)] or [Term("sign.none")]
    if last.temperature is not None:
        signs.append(Term("report.temperature", {"value": last.temperature}))
    where = where_term(last.verdict, last.distance_m, last.accuracy_m)
    return Term("report.last", {"at_full": last.at, "signs": signs, "where": where})


def where_term(verdict: str | None, distance_m: int | None, accuracy_m: int | None) -> Term:
    """Where the person was by their own account, with the error that the phone stated."""
    if verdict is None:
        return Term("where.none")
    distance = (
        Term("word.distance", {"metres": distance_m}) if distance_m is not None else Term("word.unknown")
    )
    accuracy = Term("where.accuracy", {"metres": accuracy_m}) if accuracy_m else Term("word.nothing")
    return Term(f"where.{verdict}", {"distance": distance, "accuracy": accuracy})
