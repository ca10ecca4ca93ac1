"""Leaving home care: hospital and back, became a case, enrolled by mistake, released."""

from __future__ import annotations

from dataclasses import replace

from handlers.alerts import task_about
from handlers.cards import HOSPITAL
from handlers.changing import ORDER, Change, add, ask_reason, ask_sure, told, why
from handlers.endings import WAS, ask_tomorrow, back_home, close_others, complete, to_hospital
from handlers.script import script
from quarantine.access import Action
from quarantine.conversation import Ask, Choice, Next, Question
from quarantine.days import local_day
from quarantine.effects import EpisodeAdded, EpisodeChanged, TaskChanged
from quarantine.messages import Term
from quarantine.people import AT_HOME, FOLLOWED, OPEN_STATES, Episode, EpisodeState, Reason
from quarantine.protocol import DEFAULT_PROTOCOL, next_at, protocol
from quarantine.store import File
from quarantine.tasks import Outcome, TaskKind
from quarantine.turn import Turn

PAUSED = frozenset({EpisodeState.PAUSED})
CARED_FOR = Question(
    "change.case_where",
    choices=(
        Choice("home", "change.case_home", ("tai nha", "o nha", "theo doi tai nha", "f0 tai nha")),
        Choice("away", "change.case_away", ("dieu tri", "di dieu tri", "chuyen dieu tri", "benh vien")),
    ),
)


def _reason_first(turn: Turn, _: File) -> Next:
    return ask_reason(turn)


def _with_reason(turn: Turn, _: File) -> Term:
    return Term(f"change.does_{turn.memory['change']}", {"why": turn.memory["why"]})


def _plain(turn: Turn, file: File) -> Term:
    return Term(f"change.does_{turn.memory['change']}", {"last_day": file.episode.last_day})


# Hospital


def _admit(turn: Turn, file: File) -> None:
    task = task_about(turn, file, TaskKind.DECIDE)
    to_hospital(turn, file.episode, task, why(turn, "hospital"))
    if task is not None:
        ask_tomorrow(turn, task, **{HOSPITAL: turn.now, WAS: str(file.episode.state)})
    heard = told(turn, file, "ending.hospital")
    turn.say("change.admitted", name=file.person.name, told=heard)


def _home_again(turn: Turn, file: File) -> None:
    task = task_about(turn, file, TaskKind.DECIDE)
    if task is not None:
        turn.record(TaskChanged(task, task.done(Outcome.HOME, turn.me), turn.me, turn.now))
    back_home(turn, file.episode, task)
    turn.say("change.back_home", name=file.person.name)


# Became a case


def _ask_where(turn: Turn, file: File) -> Next:
    turn.memory.pop("order", None)
    if file.episode.state is EpisodeState.PAUSED:
        return cared_for(turn, "away")
    return Ask(CARED_FOR, {"name": file.person.name})


@script.answers(CARED_FOR)
def cared_for(turn: Turn, value: str) -> Next:
    """Who stays at home is followed on as F0, under a decision of its own; treatment ends the follow-up."""
    turn.memory["cared"] = value
    return ORDER if value == "home" else ask_reason(turn)


def _case(turn: Turn, _: File) -> Term:
    facts = {"why": turn.memory["why"], "order": turn.memory.get("order", "")}
    return Term(f"change.case_{turn.memory['cared']}_sure", facts)


def _became_case(turn: Turn, file: File) -> None:
    over = replace(file.episode, state=EpisodeState.BECAME_CASE, next_at=None)
    turn.record(EpisodeChanged(file.episode, over, turn.me, turn.now, why(turn, "became_case")))
    close_others(turn, file.episode, Outcome.DONE, None)
    if turn.memory["cared"] == "home":
        fresh = _as_case(turn, file.episode)
        turn.record(EpisodeAdded(fresh, turn.now))
        heard = told(turn, file, "ending.case_home", last_day=fresh.last_day)
        turn.say("change.case_home_done", name=file.person.name, last_day=fresh.last_day, told=heard)
    else:
        heard = told(turn, file, "ending.case_away")
        turn.say("change.case_away_done", name=file.person.name, told=heard)


def _as_case(turn: Turn, old: Episode) -> Episode:
    """The episode of somebody ill who stays at home: from today, asked at once where the old one was."""
    first = local_day(turn.now)
    rules = protocol(DEFAULT_PROTOCOL)
    fresh = Episode(
        id=turn.ids(),
        person_id=old.person_id,
        responder_id=old.responder_id,
        unit_id=old.unit_id,
        order_number=str(turn.memory["order"]),
        reason=Reason.CASE,
        first_day=first,
        last_day=rules.last_day(first),
        state=old.state,
        protocol=DEFAULT_PROTOCOL,
        home=old.home,
        created_by=turn.me,
    )
    if old.state is EpisodeState.MONITORING:
        return replace(fresh, next_at=next_at(rules, fresh, turn.now))
    return fresh


# Cancelled, released


def _cancel(turn: Turn, file: File) -> None:
    over = replace(file.episode, state=EpisodeState.CANCELLED, next_at=None)
    turn.record(EpisodeChanged(file.episode, over, turn.me, turn.now, why(turn, "cancelled")))
    close_others(turn, file.episode, Outcome.DONE, None)
    heard = told(turn, file, "ending.cancelled")
    turn.say("change.cancelled", name=file.person.name, told=heard)


def _last_day_come(turn: Turn, file: File) -> bool:
    return local_day(turn.now) >= file.episode.last_day


def _release(turn: Turn, file: File) -> None:
    complete(turn, file.episode)
    turn.say("change.released", name=file.person.name)


HOSPITAL_STAY = add(Change("hospital", Action.CHANGE, AT_HOME, _reason_first, _with_reason, _admit))
BACK = add(Change("back", Action.CHANGE, PAUSED, ask_sure, _plain, _home_again))
CASE = add(Change("case", Action.CHANGE, FOLLOWED, _ask_where, _case, _became_case))
CANCEL = add(Change("cancel", Action.ORDER, OPEN_STATES, _reason_first, _with_reason, _cancel))
RELEASE = add(Change("release", Action.DECIDE, FOLLOWED, ask_sure, _plain, _release, _last_day_come))
