"""The house: one question about all whom a phone answers for, answered by who of them is unwell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers.answers import members_left
from handlers.called import episode_of, name_of
from quarantine.checkins import Checkin
from quarantine.conversation import HUMAN, Ask, Asking, Choice, Question, Unclear
from quarantine.days import local_day
from quarantine.household import Member, Spoken, is_child, spoken_of
from quarantine.letters import Option
from quarantine.measures import Status, read_temperature
from quarantine.messages import Term
from quarantine.symptoms import read_symptoms
from quarantine.turn import Turn

WELL = "well"
Signs = tuple[frozenset[str], float | None]
Told = dict[int, Signs | None]
"""Who is unwell, by check-in: the signs and temperature that were told, None where they are to be asked."""


def member_options(names: Mapping[int, Term | str]) -> tuple[Option, ...]:
    """The members as choices; `names` by check-in."""
    return tuple(Option(f"c{checkin_id}", name) for checkin_id, name in names.items())


def spoken(turn: Turn, text: str, checkins: Sequence[Checkin]) -> Spoken:
    """Of whom among these check-ins the text speaks."""
    people = {one.id: one for one in turn.context.members}
    today = local_day(turn.now)
    mine = [(one.id, people[episode_of(turn, one).person_id]) for one in checkins]
    return spoken_of(text, [Member(one, who.name, is_child(who, today)) for one, who in mine])


def read_house(turn: Turn, text: str) -> frozenset[str] | Told:
    """Who is unwell ("bé Bi sốt", "cả nhà khỏe"); without an unwell one nobody unnamed is taken for well."""
    left = members_left(turn)
    said = spoken(turn, text, left)
    if said.unsure:
        raise Unclear("checkin.house_which")
    found = {one: _read(words) for one, words in said.words.items()}
    rest = [one.id for one in left if one.id not in found]
    if said.everybody and rest:
        signs = _read(said.rest)
        if signs is None:
            raise Unclear("checkin.house_unclear")
        found |= dict.fromkeys(rest, signs)
    unwell: Told = {one: signs for one, signs in found.items() if signs is None or signs[0]}
    if not unwell and len(found) < len(left):
        raise Unclear("checkin.house_unclear")
    return unwell or frozenset({WELL})


def _read(words: str) -> Signs | None:
    """What is said of one member: signs, none of them where they are well; None when it is to be asked."""
    reading = read_symptoms(words)
    if reading.about_other or reading.red_uncertain or not (reading.present or reading.well):
        return None
    measured = read_temperature(words) if any(mark.isdigit() for mark in words) else None
    sure = reading.present and measured is not None and measured.status is Status.OK
    return reading.present, measured.value if sure and measured is not None else None


HOUSE = Question(
    "checkin.house",
    Asking.MANY,
    (
        Choice(
            WELL,
            "checkin.house_well",
            (
                *("ca nha khoe", "deu khoe", "khoe ca", "khoe het", "khong", "ko", "k"),
                *("khong ai", "ko ai", "khong co", "ko co", "khong co ai", "khong ai ca"),
            ),
            exclusive=True,
        ),
        Choice(HUMAN, "word.human"),
    ),
    read=read_house,
    columns=2,
)
"""Well first and exclusive, then the members: well and at home is two taps for a house of any size."""


def ask_house(turn: Turn, left: Sequence[Checkin]) -> Ask:
    """Who of these is unwell?"""
    names = {one.id: name_of(turn, one) for one in left}
    return Ask(HOUSE, {"who": list(names.values())}, member_options(names))


def in_turn(answer: frozenset[str] | Told, left: Sequence[Checkin]) -> Told:
    """The answer by check-in, of those who are unwell."""
    if isinstance(answer, dict):
        return answer
    return {one.id: None for one in left if f"c{one.id}" in answer}


def named(left: Sequence[Checkin]) -> Sequence[Checkin]:
    """Those whom the prompt named when it arrived: a member who joined later is asked about by name."""
    asked = [one for one in left if one.delivered_at is not None]
    return asked or left
