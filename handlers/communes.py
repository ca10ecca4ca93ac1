"""Communes: found by typing part of the name, with or without marks."""

from __future__ import annotations

from collections.abc import Sequence

from handlers import draft
from handlers.gate import postings_for
from handlers.script import script
from quarantine.access import Action
from quarantine.conversation import Ask, Choice, Next, Question, Unclear
from quarantine.letters import Option
from quarantine.names import fold, rank
from quarantine.people import Unit
from quarantine.turn import Turn

OFFERED = 8
"""More hits than this are not drawn; typing on narrows them."""


def search(text: str, communes: Sequence[Unit]) -> list[Unit]:
    """The communes that a typed text may mean; one alone when its whole name was typed."""
    hits = rank(text, communes, lambda unit: unit.name)
    same = [unit for unit in hits if fold(unit.name) == fold(text)]
    return same if len(same) == 1 else hits


def options(units: Sequence[Unit]) -> tuple[Option, ...]:
    """The first hits as choices; the province tells namesakes apart."""
    return tuple(Option(f"u{unit.id}", place_of(unit)) for unit in units[:OFFERED])


def place_of(unit: Unit) -> str:
    """The commune in full, as in "Xã Ba Vì (Hà Nội)"."""
    return f"{unit.name} ({unit.province})"


def within_reach(turn: Turn) -> Sequence[Unit]:
    """The communes for which the speaker may enrol people."""
    return turn.store.communes([posting.unit_id for posting in postings_for(turn, Action.ENROL)])


def read_commune(turn: Turn, text: str) -> list[int]:
    """Ids of the communes that may be meant, best first; at least one."""
    hits = search(text, within_reach(turn))
    if not hits:
        raise Unclear("enrol.commune_none", typed=text[:60])
    return [unit.id for unit in hits]


COMMUNE = Question("enrol.commune", read=read_commune)
PICK = Question(
    "enrol.commune_pick",
    choices=(Choice("again", "enrol.commune_again", ("khong co", "go lai", "khong dung", "khac")),),
    read=read_commune,
)


@script.answers(COMMUNE)
def found(turn: Turn, hits: list[int]) -> Next:
    """One hit is taken; of several the clerk chooses."""
    if len(hits) == 1:
        return _take(turn, hits[0])
    units = [turn.store.unit(unit_id) for unit_id in hits[:OFFERED]]
    if len(hits) > OFFERED:
        turn.lead_in("enrol.commune_many", count=len(hits))
    return Ask(PICK, {}, options(units))


@script.answers(PICK)
def picked(turn: Turn, answer: str | list[int]) -> Next:
    """A choice, another search, or none of these."""
    if isinstance(answer, list):
        return found(turn, answer)
    return COMMUNE if answer == "again" else _take(turn, int(answer[1:]))


def _take(turn: Turn, unit_id: int) -> Next:
    draft.values(turn)["unit"] = unit_id
    return draft.onward(turn, "unit")
