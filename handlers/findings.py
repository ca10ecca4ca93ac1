"""Findings: what an officer found or decided, about whom, how they know, and what follows from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from handlers.alerts import distinct, open_task
from handlers.answers import reason_terms
from handlers.cards import HOSPITAL, URGENT, card_params, card_text, ladder_of, outcome_label, outcomes_of
from handlers.checkin import NONE, SYMPTOMS, TEMPERATURE_MEANT, Meant
from handlers.ended import after_closing
from handlers.endings import ask_tomorrow, back_home, complete, search_on, to_hospital
from handlers.holding import held, lost, refuse
from handlers.members import members, open_checkins, settle
from handlers.script import script
from handlers.tasklist import offer_rest
from handlers.unlinked import remind_unlinked, still_unlinked
from quarantine.access import Action
from quarantine.checkins import Stage
from quarantine.conversation import DONE, HUMAN, Ask, Asking, Choice, Next, Question, Unclear
from quarantine.effects import FixShared, Reported, ReportedBy, TaskChanged
from quarantine.letters import Option
from quarantine.location import Judgement, Verdict
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
_OF_ONE = frozenset({Outcome.UNWELL, Outcome.HOSPITAL, Outcome.ABSENT})
"""Outcomes that are seldom those of a whole household: of whom, if several were silent?"""
_SEEN_WELL = frozenset({TaskKind.CONTACT, TaskKind.UNREACHABLE, TaskKind.LOCATION, TaskKind.FOLLOW})


def ask_outcome(turn: Turn, task: Task) -> Ask:
    """What was found? With the whole card once more: this message takes its place."""
    card = Term(card_text(task, turn.now), card_params(turn, task))
    options = tuple(Option(one, outcome_label(task, one)) for one in outcomes_of(task, turn.now))
    return Ask(TASK_OUTCOME, {"card": card}, options, {"task": task.id})


@script.answers(TASK_OUTCOME)
def outcome(turn: Turn, value: str) -> Next:
    """Some outcomes are complete; the others need to know of whom, and how the person was reached."""
    task = held(turn)
    if task is None:
        return lost(turn)
    found = Outcome(value)
    if found in _DECISIONS and not turn.may(Action.DECIDE, task.unit_id):
        return refuse(turn, task)
    turn.memory["outcome"] = value
    turn.memory.pop("member", None)
    if found is Outcome.RETRY:
        return _retry(turn, task)
    several = members(turn, task)
    if found in _OF_ONE and len(several) > 1:
        options = [Option(f"e{file.episode.id}", file.person.name) for file in several]
        return Ask(TASK_WHO, {}, (*options, Option(EVERYBODY, Term("task.whole_home"))))
    return _close(turn, task, found, None) if found in _AT_ONCE else TASK_METHOD


@script.answers(TASK_WHO)
def who(turn: Turn, value: str) -> Next:
    """Of whom it is true; the rest of the household counts as reached."""
    turn.memory["member"] = value
    return TASK_METHOD


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
        return _close(turn, task, Outcome.FINE, _how(turn))
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
        return _close(turn, task, Outcome.FINE, _how(turn))
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
        _report(turn, task, file, felt, verdict.level, verdict.reasons, degrees)
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
    return _close(turn, task, Outcome.UNWELL, _how(turn))


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
    turn.record(TaskChanged(task, after, turn.me, turn.now, _how(turn)))
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
    if found is Outcome.STILL or (found is Outcome.HOSPITAL and task.kind is TaskKind.DECIDE):
        more = {} if HOSPITAL in task.detail else {HOSPITAL: turn.now}
        ask_tomorrow(turn, task, **more)
    elif found is Outcome.SEARCH:
        search_on(turn, task)
    elif found is Outcome.DONE and still_unlinked(turn, task):
        remind_unlinked(turn, task)
    else:
        after = task.done(found, turn.me)
        turn.record(TaskChanged(task, after, turn.me, turn.now, how))
    for file in members(turn, task):
        _follow(turn, task, file, found, how)
    turn.say(
        "task.closed",
        person=[file.person.name for file in _meant(turn, task)] or card_params(turn, task)["name"],
        outcome=Term(f"outcome.{found}"),
        how=Term(f"task.how_{how}") if how else Term("word.nothing"),
    )
    after_closing(turn)
    offer_rest(turn)
    return DONE


def _follow(turn: Turn, task: Task, file: File, found: Outcome, how: Method | None) -> None:
    """What the outcome means for one member; those it is not about were reached all the same."""
    meant = file in _meant(turn, task)
    if found is Outcome.RELEASED:
        settle(turn, task, file, Stage.CONTACTED)
        complete(turn, file.episode, task.id)
    elif found is Outcome.HOME:
        back_home(turn, file.episode, task)
    elif found is Outcome.HOSPITAL:
        settle(turn, task, file, Stage.CONTACTED)
        if meant:
            to_hospital(turn, file.episode, task)
    elif found is Outcome.ABSENT:
        settle(turn, task, file, Stage.ABSENT if meant else Stage.CONTACTED)
        if meant and task.kind is not TaskKind.ABSENT:
            _absent(turn, file, how)
    elif found in {Outcome.UNWELL, Outcome.PHONE_TROUBLE} and task.kind in _SEEN_WELL:
        settle(turn, task, file, Stage.CONTACTED)
    elif found is Outcome.FINE and task.kind in _SEEN_WELL:
        measured = turn.memory.get("temperature")
        degrees = measured if isinstance(measured, float) else None
        _report(turn, task, file, frozenset(), Level.GREEN, degrees=degrees)
        settle(turn, task, file, Stage.CONTACTED)
    if task.kind is TaskKind.FOLLOW and found in {Outcome.FINE, Outcome.UNWELL}:
        _place(turn, file, how)


def _place(turn: Turn, file: File, how: Method | None) -> None:
    """Whom an officer met at home was there; by telephone nobody knows."""
    verdict = Verdict.SEEN if how is Method.VISIT else Verdict.UNSEEN
    last = turn.store.last_checkin(file.episode.id)
    about = last.id if last else None
    turn.record(FixShared(turn.ids(), file.episode.id, about, None, Judgement(verdict), None, turn.now))


def _absent(turn: Turn, file: File, how: Method | None) -> None:
    open_task(
        turn,
        TaskKind.ABSENT,
        unit_id=file.episode.unit_id,
        person_id=file.person.id,
        episode=file.episode,
        how=Term(f"task.how_{how}") if how else Term("word.nothing"),
    )


def _meant(turn: Turn, task: Task) -> list[File]:
    """The members that the outcome is about."""
    files = members(turn, task)
    chosen = turn.memory.get("member", EVERYBODY)
    return files if chosen == EVERYBODY else [file for file in files if f"e{file.episode.id}" == chosen]


def _found(turn: Turn) -> Outcome:
    return Outcome(str(turn.memory["outcome"]))


def _how(turn: Turn) -> Method | None:
    how = turn.memory.get("method")
    return Method(str(how)) if how else None


def _report(
    turn: Turn,
    task: Task,
    file: File,
    felt: frozenset[str],
    level: Level,
    reasons: tuple[str, ...] = (),
    degrees: float | None = None,
) -> None:
    checkins = open_checkins(turn, task, file)
    about = task.checkin_id if file.episode.id == task.episode_id else None
    turn.record(
        Reported(
            id=turn.ids(),
            episode_id=file.episode.id,
            checkin_id=checkins[0].id if checkins else about,
            at=turn.now,
            signs=felt,
            level=level,
            reasons=reasons,
            temperature=degrees,
            by=ReportedBy.STAFF,
            reporter_id=turn.me,
            method=_how(turn),
        )
    )
