"""Cards: how a task lies before an officer: the facts in the order they act on, and what can be pressed."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.waiting import waited
from quarantine.contact import SILENT_SINCE, Finding, findings, left, names
from quarantine.conversation import Ask, Asking, Question
from quarantine.days import after_quiet, local_day
from quarantine.ladder import Ladder
from quarantine.letters import Asked, Condition, Option, Watch
from quarantine.messages import Priority, Term
from quarantine.numbers import TASK, number
from quarantine.people import Person
from quarantine.phones import show_phone
from quarantine.protocol import DEFAULT_PROTOCOL, protocol
from quarantine.store import LastReport
from quarantine.tasks import Method, Task, TaskKind, TaskState
from quarantine.turn import Turn

CARD = "task.card"
"""The question that stands under every task card."""
TASK_CARD = Question(CARD, Asking.ONE)
URGENT = frozenset({TaskKind.RED})
LEADING_ON = frozenset({TaskKind.VERIFY, TaskKind.HOME, TaskKind.TRANSFER})
"""Kinds whose card leads into a conversation of its own instead of a list of outcomes."""
HOSPITAL = "hospital"
"""In the detail of a DECIDE task: since when the person is in hospital; it is asked about every day."""
ONE_FINE = "one_fine"
"""The answer that one of a household is well, where "fine" says so of all who are left."""
NO_HEAD = Term("word.nothing")

_CONTACT = ("fine", "phone_trouble", "unwell", "hospital", "absent", "retry")
_SILENCE_DECIDED = ("search", "fine", "absent", "hospital", "released", "retry")
_IN_HOSPITAL = ("home", "still", "released", "retry")
_OUTCOMES: dict[TaskKind, tuple[str, ...]] = {
    TaskKind.CONTACT: _CONTACT,
    TaskKind.UNREACHABLE: _CONTACT,
    TaskKind.RED: ("hospital", "fine", "unwell", "mistake", "retry"),
    TaskKind.AMBER: ("fine", "unwell", "hospital", "mistake", "retry"),
    TaskKind.LOCATION: ("fine", "phone_trouble", "absent", "hospital", "retry"),
    TaskKind.HELP: ("done", "unwell", "hospital", "retry"),
    TaskKind.LINK: ("done", "retry"),
    TaskKind.HOME: (),
    TaskKind.VERIFY: (),
    TaskKind.TRANSFER: (),
    TaskKind.FOLLOW: ("fine", "unwell", "hospital", "absent", "retry"),
    TaskKind.DECIDE: ("released", "hospital", "retry"),
    TaskKind.ABSENT: ("fine", "hospital", "absent", "retry"),
}


def ladder_of(task: Task) -> Ladder:
    """The ladder that the protocol of the task's episode gives to its kind."""
    return protocol(task.protocol or DEFAULT_PROTOCOL).ladders[task.kind]


def is_decision(task: Task, now: datetime) -> bool:
    """Whether the silence has lasted so long that a decision is asked for, not another call.

    Whoever decides may have the task earlier, where nobody stands on the rungs below.
    """
    rungs = ladder_of(task).rungs
    if not 0 <= task.level < len(rungs):
        return False
    rung = rungs[task.level]
    return rung.decide and now >= task.since + rung.wait


def outcomes_of(task: Task, now: datetime) -> tuple[str, ...]:
    """The outcomes an officer may report for this task, in the order of the buttons."""
    if is_decision(task, now):
        return _of_house(_SILENCE_DECIDED) if len(left(task)) > 1 else _SILENCE_DECIDED
    if HOSPITAL in task.detail:
        return _IN_HOSPITAL
    return _of_house(_OUTCOMES[task.kind]) if len(left(task)) > 1 else _OUTCOMES[task.kind]


def _of_house(outcomes: tuple[str, ...]) -> tuple[str, ...]:
    """The outcomes where several are left: one of them may be well and the others not."""
    after = outcomes.index("fine") + 1
    return (*outcomes[:after], ONE_FINE, *outcomes[after:])


def card_text(task: Task, now: datetime) -> str:
    """The key of the card's text."""
    if is_decision(task, now):
        return "task.decide_silence"
    return "task.decide_hospital" if HOSPITAL in task.detail else f"task.{task.kind}"


def outcome_label(task: Task, outcome: str) -> Term:
    """An outcome on its button: who is asked day by day is well or not, not just met."""
    if outcome == ONE_FINE:
        return Term("outcome.one_fine")
    if outcome == "fine" and len(left(task)) > 1:
        return Term("outcome.rest_fine" if findings(task) else "outcome.house_fine")
    asked = task.kind is TaskKind.FOLLOW and outcome in {"fine", "unwell"}
    return Term(f"outcome.asked_{outcome}" if asked else f"outcome.{outcome}")


def short(task: Task) -> Term:
    """What the task is, in two words."""
    return Term("task.short_hospital" if HOSPITAL in task.detail else f"task.short_{task.kind}")


def send_card(turn: Turn, task: Task, to: Person, head: Term = NO_HEAD) -> None:
    """Put the task before one officer, as a card of its own; `head` says why it comes."""
    urgent = task.kind in URGENT
    turn.say(
        card_text(task, turn.now),
        card_params(turn, task, head),
        to=to.id,
        asked=Asked(CARD, number(TASK, task.id), tuple(card_options(task, to.id, turn.now))),
        priority=Priority.ALERT if urgent else Priority.REPLY,
        about=task.id,
        not_before=None if urgent else after_quiet(turn.now),
        condition=Condition.TASK_UNDONE,
        watch=Watch.RED_TOLD if urgent else Watch.NONE,
        protect=True,
    )


def card_question(task: Task) -> Asked:
    """The button under the card of a task that is only being opened."""
    return Asked(CARD, number(TASK, task.id), (Option("take", Term("task.take")),))


def card_options(task: Task, reader: int | None, now: datetime) -> list[Option]:
    """What the reader can press on a card in its present state; another's task can only be taken over."""
    if task.state is TaskState.OPEN:
        return [Option("take", Term("task.take"))]
    if task.owner_id != reader:
        return [Option("take", Term("task.take_over"))]
    if task.kind in LEADING_ON:
        return [Option("take", Term("task.go_on"))]
    return [Option(outcome, outcome_label(task, outcome)) for outcome in outcomes_of(task, now)]


def card_ask(turn: Turn, task: Task, *, shown: bool = True) -> Ask:
    """The card as a question; `shown` remembers whose it was when the reader saw it."""
    head = NO_HEAD
    if of_another(turn, task):
        head = Term("task.taken_by", {"name": owner_name(turn, task)})
    memory: dict[str, object] = {"task": task.id}
    if shown:
        memory["owner"] = task.owner_id
    params = {"card": Term(card_text(task, turn.now), card_params(turn, task, head))}
    return Ask(TASK_CARD, params, tuple(card_options(task, turn.me, turn.now)), memory, number(TASK, task.id))


def of_another(turn: Turn, task: Task) -> bool:
    """Whether somebody else has taken the task."""
    return task.state is TaskState.TAKEN and task.owner_id not in {None, turn.me}


def owner_name(turn: Turn, task: Task) -> str:
    """Who took the task."""
    return turn.store.officer(task.owner_id).name if task.owner_id else ""


def card_params(turn: Turn, task: Task, head: Term = NO_HEAD) -> dict[str, object]:
    """The facts of a card in the order officers act on: who, what, since when, phone, address."""
    file = turn.store.file(task.episode_id) if task.episode_id else None
    common: dict[str, object] = {"head": head, "same_home": NO_HEAD, "why": Term("unreachable.lost")}
    if file is None:
        person = turn.store.officer(task.person_id)
        return {**common, **person_params(person, turn.now), **task.detail}
    today = local_day(turn.now)
    phone = file.person.phone or file.responder.phone
    silent = task.detail.get(SILENT_SINCE, task.since)
    if task.kind is TaskKind.LINK:
        common["waited"] = waited(turn.now, file.verified_at or task.since)
    return {
        **common,
        **person_params(file.person, turn.now),
        "same_home": _same_home(task, file.person.name),
        "phone": phone_term(phone),
        "address": file.episode.home.address,
        "unit": file.unit.name,
        "day": min(max(1, file.episode.day_number(today)), file.episode.length),
        "days": file.episode.length,
        "last": last_term(turn.store.last_report(file.episode.id)),
        "since": task.since,
        "hours": (turn.now - silent) // timedelta(hours=1) if isinstance(silent, datetime) else 0,
        "opened": task.opened_at,
        **task.detail,
    }


def _same_home(task: Task, first: str) -> Term:
    """The others of the household who are meant too; once something is known of one, who is still left."""
    members, settled = names(task, first), findings(task)
    others = [name for one, name in members.items() if one != task.episode_id]
    if not settled:
        key = "task.same_phone" if task.kind is TaskKind.UNREACHABLE else "task.same_home"
        return Term(key, {"names": others}) if others else NO_HEAD
    lines = [found_line(members.get(one, ""), finding) for one, finding in settled.items()]
    return Term("task.house", {"lines": lines, "left": [members.get(one, "") for one in left(task)]})


def found_line(name: str, finding: Finding) -> Term:
    """What was found of one of a household, and how they were reached."""
    how = how_term(finding.method)
    return Term("task.found_line", {"name": name, "outcome": Term(f"outcome.{finding.outcome}"), "how": how})


def how_term(how: Method | None) -> Term:
    """How somebody was reached, in brackets."""
    return Term(f"task.how_{how}") if how else Term("word.nothing")


def phone_term(phone: str | None) -> Term | str:
    """A number as staff read it, or that there is none."""
    return show_phone(phone) if phone else Term("word.no_phone")


def person_params(person: Person, now: datetime) -> dict[str, object]:
    """Name and age as staff read them."""
    age = person.age(local_day(now))
    return {
        "name": person.name,
        "age": Term("word.age", {"age": age}) if age is not None else Term("word.age_unknown"),
        "phone": phone_term(person.phone),
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
    accuracy = Term("where.accuracy", {"metres": accuracy_m}) if accuracy_m else NO_HEAD
    return Term(f"where.{verdict}", {"distance": distance, "accuracy": accuracy})
