"""Findings: what an officer found or decided, about whom, how they know, and what follows from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from handlers.alerts import distinct, open_task
from handlers.answers import reason_terms
from handlers.cards import (
    HOSPITAL,
    ONE_FINE,
    URGENT,
    card_params,
    card_text,
    how_term,
    ladder_of,
    outcome_label,
    outcomes_of,
)
from handlers.checkin import NONE, SYMPTOMS, TEMPERATURE_MEANT, Meant
from handlers.consequences import follow, how_reached, report
from handlers.ended import after_closing
from handlers.endings import ask_tomorrow, search_on
from handlers.holding import held, lost, refuse
from handlers.members import members
from handlers.script import script
from handlers.tasklist import offer_rest
from handlers.unlinked import remind_unlinked, still_unlinked
from quarantine.access import Action
from quarantine.contact import Finding, findings, meant, of_several
from quarantine.contact import found as with_outcome
from quarantine.conversation import DONE, HUMAN, Ask, Asking, Choice, Next, Question, Unclear
from quarantine.effects import TaskChanged
from quarantine.letters import Option
from quarantine.measures import Status, read_temperature
from quarantine.messages import Term
from quarantine.protocol import protocol
from quarantine.store import File
from quarantine.symptoms import read_symptoms
from quarantine.tasks import Method, Outcome, Task, TaskKind, TaskState
from quarantine.triage import Level, triage
from quarantine.turn import Turn

RETRY_AFTER = timedelta(minutes=30)
EVERYBODY, UNMEASURED = "all", "none"
"""The answers "the whole household" and "no temperature taken"."""


def read_found(turn: Turn, text: str) -> frozenset[str]:
    """Signs as an officer types them ("sốt 38,5, ho"), of whomever; what is unsure is asked again."""
    reading = read_symptoms(text)
    if reading.red_uncertain or not (reading.present or reading.well):
        raise Unclear("task.signs_unclear")
    measured = read_temperature(text) if any(mark.isdigit() for mark in text) else None
    if reading.present and measured is not None and measured.status is Status.OK:
        turn.memory["temperature"] = measured.value
    return reading.present or frozenset({NONE})


def read_degrees(_: Turn, text: str) -> object:
    """A temperature in °C, or one that was probably meant ("385"); anything else is asked again."""
    reading = read_temperature(text)
    if reading.status is Status.CONFIRM and reading.value is not None:
        return Meant(float(reading.value))
    if reading.status is not Status.OK:
        raise Unclear("task.temperature_unclear")
    return reading.value


TASK_OUTCOME = Question("task.outcome", Asking.ONE)
TASK_WHO = Question("task.who", Asking.ONE)
TASK_METHOD = Question(
    "task.method",
    Asking.ONE,
    (
        Choice("call", "task.by_call", ("goi", "goi dien", "dien thoai")),
        Choice("visit", "task.by_visit", ("den nha", "tham", "tai nha")),
    ),
    columns=2,
)
STAFF_SIGNS = Question(
    "task.signs",
    Asking.MANY,
    tuple(choice for choice in SYMPTOMS.choices if choice.value != HUMAN),
    read=read_found,
    columns=2,
)
STAFF_TEMPERATURE = Question(
    "task.temperature",
    Asking.TEXT,
    (Choice(UNMEASURED, "task.unmeasured", ("khong do", "chua do", "khong", "ko", "khong co")),),
    read=read_degrees,
)
STAFF_MEANT = Question("task.temperature_meant", choices=TEMPERATURE_MEANT.choices, columns=2)

_AT_ONCE = frozenset(
    {Outcome.MISTAKE, Outcome.RELEASED, Outcome.DONE, Outcome.HOME, Outcome.STILL, Outcome.SEARCH}
)
"""Outcomes that need no method: nobody was called or visited for them."""
_DECISIONS = frozenset({Outcome.RELEASED, Outcome.HOME, Outcome.STILL, Outcome.SEARCH})
_OF_ONE = frozenset({Outcome.UNWELL, Outcome.HOSPITAL, Outcome.ABSENT, Outcome.RELEASED})
"""Outcomes that are seldom those of a whole household: of whom, if several are left?"""
_OF_THIS_MEMBER = ("outcome", "member", "method", "signs", "temperature", "meant")
"""In the memory of the conversation: what is asked anew about the next member."""


def ask_outcome(turn: Turn, task: Task) -> Ask:
    """What was found? With the whole card once more: this message takes its place."""
    card = Term(card_text(task, turn.now), card_params(turn, task))
    options = tuple(Option(one, outcome_label(task, one)) for one in outcomes_of(task, turn.now))
    return Ask(TASK_OUTCOME, {"card": card}, options, {"task": task.id, "shown": list(meant(task))})


@script.answers(TASK_OUTCOME)
def outcome(turn: Turn, value: str) -> Next:
    """Some outcomes are complete; the others need to know of whom, and how the person was reached."""
    task = held(turn)
    if task is None:
        return lost(turn)
    found = Outcome.FINE if value == ONE_FINE else Outcome(value)
    if found in _DECISIONS and not turn.may(Action.DECIDE, task.unit_id):
        return refuse(turn, task)
    turn.memory["outcome"] = found.value
    turn.memory.pop("member", None)
    if found is Outcome.RETRY:
        return _retry(turn, task)
    several = members(turn, task)
    if (found in _OF_ONE or value == ONE_FINE) and len(several) > 1:
        options = [Option(f"e{file.episode.id}", file.person.name) for file in several]
        whole = Term("task.whole_rest" if findings(task) else "task.whole_home")
        every = [] if value == ONE_FINE else [Option(EVERYBODY, whole)]
        return Ask(TASK_WHO, {}, (*options, *every))
    return _close(turn, task, found, None) if found in _AT_ONCE else TASK_METHOD


@script.answers(TASK_WHO)
def who(turn: Turn, value: str) -> Next:
    """Of whom it is true; the rest of the household is still to be found out about."""
    task = held(turn)
    if task is None:
        return lost(turn)
    turn.memory["member"] = value
    found = _found(turn)
    return _close(turn, task, found, None) if found in _AT_ONCE else TASK_METHOD


@script.answers(TASK_METHOD)
def method(turn: Turn, value: str) -> Next:
    """How the person was reached; somebody unwell is asked about further, nobody is absent by telephone."""
    task = held(turn)
    if task is None:
        return lost(turn)
    found = _found(turn)
    if found is Outcome.ABSENT and Method(value) is Method.CALL:
        turn.lead_in("task.absent_by_call")
        return ask_outcome(turn, task)
    turn.memory["method"] = value
    if found is Outcome.UNWELL:
        return STAFF_SIGNS
    asked = found is Outcome.FINE and task.kind is TaskKind.FOLLOW
    return STAFF_TEMPERATURE if asked else _close(turn, task, found, Method(value))


@script.answers(STAFF_SIGNS)
def signs(turn: Turn, felt: frozenset[str]) -> Next:
    """What the officer heard or saw is a report like any other, marked as given by staff."""
    task = held(turn)
    if task is None:
        return lost(turn)
    if felt <= {NONE}:
        return _close(turn, task, Outcome.FINE, how_reached(turn))
    turn.memory["signs"] = sorted(felt - {NONE})
    known = turn.memory.get("temperature")
    return _examined(turn, task, known) if isinstance(known, float) else STAFF_TEMPERATURE


@script.answers(STAFF_TEMPERATURE)
def temperature(turn: Turn, degrees: object) -> Next:
    """The temperature, if one was taken."""
    task = held(turn)
    if task is None:
        return lost(turn)
    if isinstance(degrees, Meant):
        turn.memory["meant"] = degrees.value
        return Ask(STAFF_MEANT, {"value": degrees.value})
    measured = degrees if isinstance(degrees, float) else None
    if _found(turn) is Outcome.FINE and triage(frozenset(), measured).level is Level.GREEN:
        turn.memory["temperature"] = measured
        return _close(turn, task, Outcome.FINE, how_reached(turn))
    return _examined(turn, task, measured)


@script.answers(STAFF_MEANT)
def temperature_meant(turn: Turn, value: str) -> Next:
    """Only a yes makes it a temperature."""
    meant = turn.memory.pop("meant", None)
    return temperature(turn, meant) if value == "yes" and isinstance(meant, float) else STAFF_TEMPERATURE


def _examined(turn: Turn, task: Task, degrees: float | None) -> Next:
    """Report what was found; danger pages at once, and stays open until hospital, recovery or a mistake."""
    known = turn.memory.get("signs")
    felt = frozenset(str(one) for one in known) if isinstance(known, list) else frozenset()
    for file in _meant(turn, task):
        verdict = triage(felt, degrees, protocol(file.episode.protocol).thresholds)
        report(turn, task, file, felt, verdict.level, verdict.reasons, degrees)
        terms = reason_terms(verdict.reasons, degrees)
        if task.kind in URGENT:
            return _goes_on(turn, task, terms)
        if verdict.level is Level.RED:
            open_task(
                turn,
                TaskKind.RED,
                unit_id=task.unit_id,
                person_id=file.person.id,
                episode=file.episode,
                signs=terms,
            )
    return _close(turn, task, Outcome.UNWELL, how_reached(turn))


def _goes_on(turn: Turn, task: Task, terms: list[Term]) -> Next:
    known = task.detail.get("signs")
    signs = distinct([*terms, *(known if isinstance(known, list) else [])])
    until = ladder_of(task).taken_until(turn.now)
    after = replace(
        task,
        state=TaskState.TAKEN,
        owner_id=turn.me,
        next_at=until,
        detail={**task.detail, "signs": signs},
    )
    turn.record(TaskChanged(task, after, turn.me, turn.now, how_reached(turn)))
    turn.say("task.red_goes_on", person=card_params(turn, task)["name"], until=until)
    return DONE


def _retry(turn: Turn, task: Task) -> Next:
    at = ladder_of(task).retry_at(turn.now, RETRY_AFTER)
    detail = {**task.detail, "retry": True}
    after = replace(task, state=TaskState.TAKEN, owner_id=turn.me, next_at=at, detail=detail)
    turn.record(TaskChanged(task, after, turn.me, turn.now))
    turn.say("task.retry_at", at=at)
    return DONE


def _close(turn: Turn, task: Task, found: Outcome, how: Method | None) -> Next:
    """Write down the outcome and let it have its consequences; some leave the task open for later."""
    about = _meant(turn, task)
    if not about and turn.memory.get("member") is not None:
        turn.lead_in("task.member_settled")
        return _ask_rest(turn, task)
    after = _settled(turn, task, about, found, how)
    for file in about:
        follow(turn, task, file, found, how)
    facts = {
        "person": [file.person.name for file in about] or card_params(turn, task)["name"],
        "outcome": Term(f"outcome.{found}"),
        "how": how_term(how),
    }
    if after is not None and after.state is not TaskState.DONE:
        turn.lead_in("task.settled", person=facts["person"])
        return _ask_rest(turn, after)
    turn.say("task.closed_house" if findings(task) else "task.closed", facts)
    after_closing(turn)
    offer_rest(turn)
    return DONE


def _ask_rest(turn: Turn, task: Task) -> Ask:
    """What was found of those who are left?"""
    for key in _OF_THIS_MEMBER:
        turn.memory.pop(key, None)
    return replace(ask_outcome(turn, task), anew=True)


def _settled(turn: Turn, task: Task, about: list[File], found: Outcome, how: Method | None) -> Task | None:
    """The task with this outcome; None where it is asked again for another reason, such as tomorrow."""
    if found is Outcome.STILL or (found is Outcome.HOSPITAL and task.kind is TaskKind.DECIDE):
        more = {} if HOSPITAL in task.detail else {HOSPITAL: turn.now}
        ask_tomorrow(turn, task, **more)
    elif found is Outcome.SEARCH:
        search_on(turn, task)
    elif found is Outcome.DONE and still_unlinked(turn, task):
        remind_unlinked(turn, task)
    else:
        after = _with_finding(turn, task, about, Finding(found, how))
        turn.record(TaskChanged(task, after, turn.me, turn.now, how))
        return after
    return None


def _with_finding(turn: Turn, task: Task, about: list[File], finding: Finding) -> Task:
    """Done, once nobody of the household is left; until then it stays with the one who is at it."""
    if not of_several(task):
        return task.done(finding.outcome, turn.me)
    after = with_outcome(task, [file.episode.id for file in about], finding, turn.now, turn.me)
    if after.state is TaskState.DONE:
        return after
    detail = {key: value for key, value in after.detail.items() if key != "retry"}
    until = ladder_of(task).taken_until(turn.now)
    return replace(after, state=TaskState.TAKEN, owner_id=turn.me, next_at=until, detail=detail)


def _meant(turn: Turn, task: Task) -> list[File]:
    """The members that the outcome is about; all are those who were on the card when it was chosen."""
    files = members(turn, task)
    chosen = turn.memory.get("member", EVERYBODY)
    shown = turn.memory.get("shown")
    if chosen != EVERYBODY:
        return [file for file in files if f"e{file.episode.id}" == chosen]
    return [file for file in files if file.episode.id in shown] if isinstance(shown, list) else files


def _found(turn: Turn) -> Outcome:
    return Outcome(str(turn.memory["outcome"]))
