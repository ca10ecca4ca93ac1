"""The check-in: how are you, and where are you?"""

from __future__ import annotations

from dataclasses import dataclass

from handlers.answers import current, finish, members_left, open_checkins, report_signs, signs_reported
from handlers.script import script
from handlers.whereabouts import LOCATION, judged
from quarantine.checkins import Checkin
from quarantine.conversation import HUMAN, Again, Ask, Asking, Choice, Next, Question, Standing, Unclear
from quarantine.days import local_day
from quarantine.letters import Asked, Option
from quarantine.location import Fix, Source
from quarantine.measures import Status, read_temperature
from quarantine.messages import Term
from quarantine.names import given_name
from quarantine.numbers import PROMPT, number
from quarantine.people import Episode, Person
from quarantine.store import Prompt
from quarantine.symptoms import read_symptoms
from quarantine.turn import Turn

NONE = "none"


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


def prompt_letter(
    prompt: Prompt, episodes: list[Episode], persons: list[Person]
) -> tuple[dict[str, object], Asked]:
    """What the prompt of a slot says and asks; the sweep that posts it writes no text (DESIGN.md §5).

    `episodes` are those of the prompt's check-ins, `persons` the people in them.
    """
    first = next((one for one in episodes if one.id == prompt.checkins[0].episode_id), episodes[0])
    today = prompt.checkins[0].day
    names = {person.id: given_name(person.name) for person in persons}
    params: dict[str, object] = {
        "part": Term(f"checkin.{prompt.slot}"),
        "date_short": today,
        "day": first.day_number(today),
        "days": first.length,
        "who": _who(first, prompt.responder_id, names),
    }
    return params, Asked(
        SYMPTOMS.key, number(PROMPT, prompt.id), SYMPTOMS.options(), SYMPTOMS.columns, many=True
    )


def _who(episode: Episode, responder_id: int, names: dict[int, str]) -> Term:
    """Whom the question is about: the reader, or a member of the household by given name."""
    if episode.person_id == responder_id:
        return Term("checkin.who_you")
    return Term("checkin.who_member", {"name": names.get(episode.person_id, "")})


def _open(turn: Turn, prompt_id: int) -> Ask | None:
    prompt = turn.context.prompt
    if prompt is None or prompt.id != prompt_id or not open_checkins(turn):
        return None
    left = members_left(turn)
    return ask_symptoms(turn, left[0]) if left else Ask(LOCATION)


def ask_symptoms(turn: Turn, checkin: Checkin) -> Ask:
    """The symptoms question about the member whose turn it is."""
    episode = next(one for one in turn.context.episodes if one.id == checkin.episode_id)
    names = {person.id: given_name(person.name) for person in turn.context.members}
    who = _who(episode, turn.owner, names)
    return Ask(SYMPTOMS, {"who": who}, memory={"checkin": checkin.id})


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
    _, episode = current(turn)
    names = {person.id: given_name(person.name) for person in turn.context.members}
    return _who(episode, turn.owner, names)


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
    if left:
        return ask_symptoms(turn, left[0])
    early = turn.memory.pop("early", None)
    if isinstance(early, dict):
        lat, lng, accuracy = (early[key] for key in ("lat", "lng", "accuracy"))
        return where(turn, Fix(lat, lng, accuracy, early["at"], Source(early["source"])))
    turn.lead_in("checkin.noted")
    return LOCATION


@script.answers(LOCATION)
def where(turn: Turn, answer: object) -> Next:
    """Judge the position against each member's home; far or old ones are asked for once more."""
    again = judged(turn, answer)
    return Again(again) if again is not None else finish(turn)


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


def redo(turn: Turn) -> Next:
    """Answer today's newest check-in once more: a correction is a new version, the old one is kept."""
    prompt = turn.context.prompt
    if prompt is None or prompt.checkins[0].day != local_day(turn.now):
        return Again(Term("checkin.nothing_to_redo"))
    return ask_symptoms(turn, prompt.checkins[0])


def reminder_question(prompt: Prompt, *, reported: bool) -> Asked:
    """What stands under a reminder: the symptoms, or only the location that is still missing."""
    mark = number(PROMPT, prompt.id)
    if reported:
        options = tuple(Option(choice.value, Term(choice.label)) for choice in LOCATION.choices)
        return Asked(
            LOCATION.key, mark, options, LOCATION.columns, LOCATION.want, LOCATION.want_label, free=True
        )
    return Asked(SYMPTOMS.key, mark, SYMPTOMS.options(), SYMPTOMS.columns, many=True)
