"""The draft: what has been typed of a file and is not saved yet, and which conversation it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from quarantine.conversation import Next, Question
from quarantine.people import Episode, Person, Reason, Sex
from quarantine.turn import Turn

QUESTIONS: dict[str, Question] = {}
"""The question of each field by the field's name, in the order in which they are asked."""
ENROL = "enrol"
"""The conversation that gathers somebody new, among FLOWS."""
FILE = "file"
"""What shows a file, by the id of its episode, among FLOWS."""
INSTEAD: dict[type, Callable[[Turn, Any], Next]] = {}
"""What an answer that is more than the field it was asked for leads to, by its type."""
FLOWS: dict[str, Callable[[Turn, str], Next]] = {}
"""What follows once a field is known, for each conversation that asks for fields."""


def fresh(
    flow: str, known_values: Mapping[str, object], *, known_people: tuple[int, ...] = ()
) -> dict[str, object]:
    """What a conversation remembers when its draft begins; finding `known_people` again is no news."""
    return {"flow": flow, "draft": dict(known_values), "known": list(known_people)}


def values(turn: Turn) -> dict[str, object]:
    """The draft's values by field name; a field that was left open on purpose holds None."""
    kept = turn.memory["draft"]
    if not isinstance(kept, dict):
        raise TypeError("The draft is lost.")
    return kept


def onward(turn: Turn, name: str) -> Next:
    """Go on after this field is known."""
    return FLOWS[str(turn.memory["flow"])](turn, name)


def of_file(person: Person, episode: Episode) -> dict[str, object]:
    """The draft that a saved file amounts to."""
    return {
        "name": person.name,
        "phone": person.phone,
        "birth_year": person.birth_year,
        "sex": person.sex,
        "address": episode.home.address,
        "unit": episode.unit_id,
        "order": episode.order_number,
        "first_day": episode.first_day,
        "reason": episode.reason,
        "identity": person.identity,
    }


def person_facts(draft: Mapping[str, object]) -> dict[str, object]:
    """The draft's part that belongs to the person, as arguments of Person."""
    facts = {name: draft[name] for name in ("name", "phone", "birth_year", "identity")}
    return {**facts, "sex": Sex(str(draft["sex"])) if draft["sex"] else None}


def episode_facts(draft: Mapping[str, object]) -> dict[str, object]:
    """The draft's part that belongs to the episode itself, as arguments of Episode."""
    return {
        "order_number": draft["order"],
        "first_day": draft["first_day"],
        "reason": Reason(str(draft["reason"])),
    }
