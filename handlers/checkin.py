"""The check-in: how are you, and where are you?"""

from __future__ import annotations

from dataclasses import dataclass

from handlers.answers import (
    close_reported,
    current,
    finish,
    members_left,
    open_checkins,
    report_signs,
    signs_reported,
)
from handlers.called import episode_of, name_of, whose
from handlers.house import HOUSE, Told, ask_house, in_turn, member_options, named
from handlers.script import script
from handlers.whereabouts import LOCATION, judged
from quarantine.checkins import Checkin
from quarantine.conversation import (
    DONE,
    HUMAN,
    Again,
    Ask,
    Asking,
    Choice,
    Next,
    Question,
    Standing,
    Unclear,
)
from quarantine.days import local_day
from quarantine.location import Fix, Source
from quarantine.measures import Status, read_temperature
from quarantine.messages import Term
from quarantine.numbers import PROMPT
from quarantine.symptoms import read_symptoms
from quarantine.turn import Turn

NONE = "none"
PLACED = "placed"
"""In the memory of a check-in: the position is known, and was judged for each home."""
TO_MEASURE = "to_measure"
"""In the memory of a check-in: those of whom signs were told, and whose temperature is still to be asked."""


def read_signs(turn: Turn, text: str) -> frozenset[str]:
    """Signs from typed words ("ko sao ca", "sốt 38,5, ho"); unsure is asked again, never taken for none."""
    reading = read_symptoms(text)
    if reading.about_other:
        raise Unclear("checkin.about_other")
    if reading.unsure or reading.red_uncertain or not (reading.present or reading.well):
        raise Unclear("unclear.symptoms")
    measured = read_temperature(text) if any(mark.isdigit() for mark in text) else None
    if reading.present and measured is not None and measured.status is Status.OK:
        turn.memory["temperature"] = measured.value
    return reading.present or frozenset({NONE})


SYMPTOMS = Question(
    "checkin.symptoms",
    Asking.MANY,
    (
        Choice(
            NONE,
            "sign.none",
            ("khong", "khong co", "ko", "ko co", "k", "khoe", "binh thuong", "bt", "on", "ok", "0"),
            exclusive=True,
        ),
        Choice("fever", "sign.fever", ("sot",)),
        Choice("cough", "sign.cough", ("ho",)),
        Choice("breathless", "sign.breathless", ("kho tho", "ngop", "hut hoi"), eager=True),
        Choice("sore_throat", "sign.sore_throat", ("dau hong", "rat hong")),
        Choice("vomiting", "sign.vomiting", ("non", "oi", "buon non")),
        Choice("diarrhoea", "sign.diarrhoea", ("tieu chay", "di ngoai")),
        Choice("bleeding", "sign.bleeding", ("xuat huyet",)),
        Choice("rash", "sign.rash", ("noi ban", "phat ban", "noi man")),
        Choice(HUMAN, "word.human"),
    ),
    read=read_signs,
    columns=2,
)
"""The eight signs of the national form in its order, "none" first and exclusive (domain.md §A6)."""


@dataclass(frozen=True, slots=True)
class Meant:
    """A temperature that was probably meant ("385"): it is asked back, not assumed."""

    value: float


def read_degrees(_: Turn, text: str) -> object:
    """A temperature in °C, one that was probably meant, or "none" without a thermometer."""
    reading = read_temperature(text)
    if reading.status is Status.OK:
        return reading.value
    if reading.status is Status.NONE:
        return "none"
    if reading.status is Status.CONFIRM and reading.value is not None:
        return Meant(float(reading.value))
    raise Unclear("unclear.temperature")


TEMPERATURE = Question(
    "checkin.temperature",
    Asking.TEXT,
    (Choice("none", "checkin.no_thermometer", ("khong co", "khong", "ko co", "ko", "chua do")),),
    read=read_degrees,
)
TEMPERATURE_MEANT = Question(
    "checkin.temperature_meant",
    Asking.ONE,
    (
        Choice("yes", "menu.signs_yes", ("co", "dung", "phai", "da", "vang", "u", "uh", "dung roi")),
        Choice("no", "menu.signs_no", ("khong", "ko", "k", "sai", "khong phai")),
    ),
    columns=2,
)


def _open(turn: Turn, prompt_id: int) -> Ask | None:
    prompt = turn.context.prompt
    if prompt is None or prompt.id != prompt_id or not open_checkins(turn):
        return None
    left = members_left(turn)
    if len(left) > 1:
        return ask_house(turn, left)
    return ask_symptoms(turn, left[0]) if left else Ask(LOCATION)


def ask_symptoms(turn: Turn, checkin: Checkin) -> Ask:
    """The symptoms question about the member whose turn it is."""
    who = whose(turn, episode_of(turn, checkin))
    return Ask(SYMPTOMS, {"who": who}, memory={"checkin": checkin.id})


@script.answers(HOUSE)
def house(turn: Turn, answer: frozenset[str] | Told) -> Next:
    """The well are recorded first, then what was told of the unwell; what was not told is asked."""
    left = named(members_left(turn))
    told = in_turn(answer, left)
    well = [one for one in left if one.id not in told]
    for checkin in well:
        turn.memory["checkin"] = checkin.id
        report_signs(turn, frozenset(), None)
    to_measure = []
    for checkin in members_left(turn):
        signs = told.get(checkin.id)
        if signs is not None:
            turn.memory["checkin"] = checkin.id
            red = report_signs(turn, *signs)
            to_measure += [checkin.id] if signs[1] is None and not red else []
    turn.memory[TO_MEASURE] = to_measure
    if told and well:
        turn.lead_in("checkin.rest_well", who=[name_of(turn, one) for one in well])
    return _onward(turn)


def _stale(turn: Turn, prompt_id: int) -> Term:
    prompt = turn.context.prompt
    if not turn.context.episodes:
        return Term("menu.former")
    if prompt is not None and prompt.id == prompt_id:
        return Term("stale.checkin_done", {"part": Term(f"checkin.{prompt.slot}")})
    return Term("stale.checkin" if open_checkins(turn) else "stale.checkin_old")


script.stands(Standing(PROMPT, _open, _stale, cancelled="cancel.checkin"))


@script.answers(SYMPTOMS)
def symptoms(turn: Turn, felt: frozenset[str]) -> Next:
    """Record what is felt, alert at once, and only then ask on."""
    temperature = turn.memory.get("temperature")
    known = temperature if isinstance(temperature, float) else None
    level_red = report_signs(turn, felt - {NONE}, known)
    if felt - {NONE} and known is None and not level_red:
        return Ask(TEMPERATURE, {"who": _whose(turn)})
    return _onward(turn)


def _whose(turn: Turn) -> Term:
    """Whose check-in is being answered."""
    return whose(turn, current(turn)[1])


@script.answers(TEMPERATURE)
def temperature(turn: Turn, degrees: object) -> Next:
    """Add the temperature to the answers as a new version; it alone may be the danger."""
    if isinstance(degrees, Meant):
        turn.memory["meant"] = degrees.value
        return Ask(TEMPERATURE_MEANT, {"value": degrees.value})
    if isinstance(degrees, float):
        report_signs(turn, signs_reported(turn), degrees)
    return _onward(turn)


@script.answers(TEMPERATURE_MEANT)
def temperature_meant(turn: Turn, value: str) -> Next:
    """Only a yes makes it a temperature; otherwise it is asked for again."""
    meant = turn.memory.pop("meant", None)
    if value == "yes" and isinstance(meant, float):
        return temperature(turn, meant)
    return Ask(TEMPERATURE, {"who": _whose(turn)})


def _onward(turn: Turn) -> Next:
    """The next member of the household, else the one question that is left: where."""
    left = members_left(turn)
    turn.memory.pop("temperature", None)
    to_measure = turn.memory.get(TO_MEASURE)
    if isinstance(to_measure, list) and to_measure:
        turn.memory["checkin"], turn.memory[TO_MEASURE] = to_measure[0], to_measure[1:]
        return Ask(TEMPERATURE, {"who": _whose(turn)})
    if left:
        return ask_symptoms(turn, left[0])
    early = turn.memory.pop("early", None)
    if isinstance(early, dict):
        lat, lng, accuracy = (early[key] for key in ("lat", "lng", "accuracy"))
        return where(turn, Fix(lat, lng, accuracy, early["at"], Source(early["source"])))
    if turn.memory.pop(PLACED, None):
        return finish(turn)
    turn.lead_in("checkin.noted")
    return LOCATION


@script.answers(LOCATION)
def where(turn: Turn, answer: object) -> Next:
    """Judge the position against each member's home; far or old ones are asked for once more."""
    again = judged(turn, answer)
    if again is not None:
        return Again(again)
    left = members_left(turn)
    if not left:
        return finish(turn)
    # Somebody has joined the household since the question about symptoms.
    close_reported(turn)
    turn.memory[PLACED] = True
    return ask_house(turn, left) if len(left) > 1 else ask_symptoms(turn, left[0])


def keep_early(turn: Turn, fix: Fix) -> Again:
    """A position that comes before its question is kept, so that nobody has to send it twice."""
    turn.memory["early"] = {
        "lat": fix.lat,
        "lng": fix.lng,
        "accuracy": fix.accuracy_m,
        "at": fix.taken_at,
        "source": str(fix.source),
    }
    return Again(Term("checkin.location_early"))


REDO = Question("checkin.redo_who")


def redo(turn: Turn) -> Next:
    """Answer today's newest check-in once more: a correction is a new version, the old one is kept."""
    prompt = turn.context.prompt
    followed = {one.id for one in turn.context.episodes}
    mine = [one for one in prompt.checkins if one.episode_id in followed] if prompt else []
    if not mine or mine[0].day != local_day(turn.now):
        return Again(Term("checkin.nothing_to_redo"))
    if len(mine) > 1:
        return Ask(REDO, {}, member_options({one.id: name_of(turn, one) for one in mine}))
    return ask_symptoms(turn, mine[0])


@script.answers(REDO)
def redo_who(turn: Turn, value: str) -> Next:
    """Whose answers are corrected; a new day may have begun, or the member may have left."""
    prompt = turn.context.prompt
    followed = {one.id for one in turn.context.episodes}
    for checkin in prompt.checkins if prompt else ():
        if f"c{checkin.id}" == value and checkin.episode_id in followed:
            return ask_symptoms(turn, checkin)
    turn.say("checkin.nothing_to_redo")
    return DONE
