"""Signs written out of turn: words that answer no question, but may be the most important ones of the day."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.alerts import open_task
from handlers.answers import MEMBER, report_signs, signs_reported
from handlers.checkin import SYMPTOMS, symptoms
from handlers.script import script
from quarantine.conversation import DONE, HUMAN, Again, Ask, Asking, Choice, Next, Question
from quarantine.days import local_day
from quarantine.household import Member, is_child, spoken_of
from quarantine.measures import Status, read_temperature
from quarantine.messages import Priority, Term
from quarantine.names import fold
from quarantine.numbers import PROMPT, number
from quarantine.protocol import protocol
from quarantine.symptoms import SymptomReading, read_symptoms
from quarantine.tasks import TaskKind
from quarantine.triage import Level, triage
from quarantine.turn import Turn

SIGNS_CHECK = Question(
    "menu.signs_check",
    Asking.ONE,
    (
        Choice("yes", "menu.signs_yes", ("co", "dung", "phai", "da", "vang", "u", "dung vay", "c", "uh")),
        Choice("no", "menu.signs_no", ("khong", "ko", "k", "khong phai", "kg", "hok", "hong")),
    ),
    columns=2,
)
HOUSE_OF = 2
"""From so many members on, words must name whom they are about."""
_HEAT = ("sot", "nhiet do", "than nhiet", "do c")
"""Words that make a figure a temperature when nobody has asked for one."""
_CRIES = (
    "khong day duoc",
    "ko day duoc",
    "cuu toi",
    "cuu bac",
    "cuu em",
    "cuu con",
    "cuu chau",
    "cuu minh",
    "cuu voi",
    "cap cuu giup",
)
"""Cries for help that name no sign."""


def heard(turn: Turn, text: str) -> Next | None:
    """What follows from signs in a resident's words; None when they hold none.

    A danger sign that is certain acts at once: nobody who cannot breathe has to confirm it. One that is
    doubtful is asked back, and put before the officer meanwhile. Any other sign is asked back once.
    """
    said = _of_members(turn, text)
    if len(said) == 1:
        (turn.memory[MEMBER], text), *_ = said.items()
    following = _heard_of(turn, text, said)
    if following is None:
        turn.memory.pop(MEMBER, None)
    return following


def _heard_of(turn: Turn, text: str, said: Mapping[int, str]) -> Next | None:
    """The same, of the member whom the words name: of several, or of nobody in a house, a human asks."""
    reading = read_symptoms(text)
    degrees = _degrees(text)
    unnamed = not said and "checkin" not in turn.memory and len(turn.context.episodes) > 1
    other = reading.about_other or unnamed or len(said) > 1
    if _cries(text) or (other and (reading.red or reading.red_uncertain)):
        return _somebody_needs_help(turn, Term("task.wrote_only", {"text": text}))
    if reading.about_other and reading.present:
        _put_before_officer(turn, text)
        turn.say("menu.other_kept")
        return DONE
    if _is_red(turn, reading, degrees):
        report_signs(turn, reading.present | reading.red | signs_reported(turn), degrees)
        return DONE
    if reading.red_uncertain:
        _put_before_officer(turn, text)
    return _check(turn, reading, degrees)


def heard_late(turn: Turn, pressed: str) -> Next | None:
    """A sign that is pressed under a question of the past is felt now, and heard like words.

    None for what is no sign, for staff, who may have pressed what they had found with somebody else, and
    where several people are answered for: of whom is not known.
    """
    sign = next((one for one in SYMPTOMS.choices if one.value == pressed and _is_sign(one)), None)
    if sign is None:
        return None
    if not turn.context.episodes:
        return Again(Term("red.stranger")) if sign.eager and not turn.context.postings else None
    if len(turn.context.episodes) > 1:
        return _somebody_needs_help(turn, Term(sign.label)) if sign.eager else None
    if sign.eager:
        report_signs(turn, frozenset({pressed}), None)
        return DONE
    return Ask(SIGNS_CHECK, {"signs": [Term(sign.label)]}, memory={"felt": [pressed]})


def _is_sign(choice: Choice) -> bool:
    return choice.value != HUMAN and not choice.exclusive


def _of_members(turn: Turn, text: str) -> dict[int, str]:
    """What the words say of each member of the household whom they name, by episode."""
    people = {one.id: one for one in turn.context.members}
    if len(people) < HOUSE_OF or "checkin" in turn.memory:
        return {}
    today = local_day(turn.now)
    members = [
        Member(one.id, who.name, is_child(who, today))
        for one in turn.context.episodes
        if (who := people.get(one.person_id)) is not None
    ]
    return {one: words for one, words in spoken_of(text, members).words.items() if words}


def danger_of_stranger(text: str) -> Again | None:
    """Somebody whom nobody follows is told to call 115 all the same."""
    reading = read_symptoms(text)
    urgent = reading.red or reading.red_uncertain or _cries(text)
    return Again(Term("red.stranger")) if urgent else None


def _cries(text: str) -> bool:
    folded = fold(text)
    return any(cry in folded for cry in _CRIES)


def _degrees(text: str) -> float | None:
    """A temperature that was written without being asked for; a bare number is none."""
    folded = fold(text)
    if not any(mark.isdigit() for mark in text) or not any(word in folded for word in _HEAT):
        return None
    reading = read_temperature(text)
    return float(reading.value) if reading.status is Status.OK and reading.value is not None else None


def _is_red(turn: Turn, reading: SymptomReading, degrees: float | None) -> bool:
    """Judged by the same rule as any report."""
    thresholds = protocol(turn.context.episodes[0].protocol).thresholds
    return triage(reading.present | reading.red, degrees, thresholds).level is Level.RED


def _check(turn: Turn, reading: SymptomReading, degrees: float | None) -> Ask | None:
    felt = reading.red_uncertain | reading.present
    warm = degrees is not None and triage(frozenset(), degrees).level is not Level.GREEN
    if reading.well or not (felt or warm):
        return None
    doubtful = reading.red_uncertain or felt
    signs: list[Term] = [Term(f"sign.{code}") for code in sorted(doubtful)]
    if degrees is not None:
        signs.append(Term("report.temperature", {"value": degrees}))
    gathered = {**turn.memory, "felt": sorted(felt), "sure": sorted(reading.present - doubtful)}
    prompt = turn.context.prompt
    about = number(PROMPT, prompt.id) if prompt is not None and "checkin" in turn.memory else ""
    return Ask(SIGNS_CHECK, {"signs": signs}, memory={**gathered, "degrees": degrees}, about=about)


@script.answers(SIGNS_CHECK)
def signs_check(turn: Turn, value: str) -> Next:
    """Yes is a report like any other; after a no only what was never in doubt is reported."""
    felt = turn.memory.pop("felt", [])
    sure = turn.memory.pop("sure", [])
    degrees = turn.memory.pop("degrees", None)
    signs = felt if value == "yes" else sure
    measured = degrees if value == "yes" and isinstance(degrees, float) else None
    if not turn.context.episodes or not isinstance(signs, list) or not (signs or measured):
        turn.say("menu.signs_denied")
        return DONE
    turn.memory["temperature"] = measured
    if "checkin" in turn.memory:
        return symptoms(turn, frozenset(signs) | signs_reported(turn))
    if not report_signs(turn, frozenset(signs), measured):
        turn.say("menu.signs_kept")
    return DONE


def _somebody_needs_help(turn: Turn, what: Term) -> Next:
    """A danger sign of somebody at home, or a mere cry for help: the act first, and a human at once."""
    episode = turn.context.episodes[0]
    turn.say("red.other", priority=Priority.ALERT)
    open_task(
        turn,
        TaskKind.RED,
        unit_id=episode.unit_id,
        person_id=turn.owner,
        episode=episode,
        signs=[what],
        resident=turn.owner,
    )
    return DONE


def _put_before_officer(turn: Turn, text: str) -> None:
    episode = turn.context.episodes[0]
    open_task(
        turn,
        TaskKind.HELP,
        unit_id=episode.unit_id,
        person_id=turn.owner,
        episode=episode,
        words=Term("task.wrote_only", {"text": text}),
    )
