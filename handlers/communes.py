"""Communes: found by typing part of the name, with or without marks."""

from __future__ import annotations

from collections.abc import Sequence

from handlers import draft
from handlers.gate import postings_for
from handlers.script import script
from quarantine.access import Action
from quarantine.commune_search import Hit, search
from quarantine.conversation import Ask, Choice, Next, Question, Unclear
from quarantine.letters import Option
from quarantine.names import matches
from quarantine.people import Unit
from quarantine.turn import Turn

OFFERED = 8
"""More hits than this are not drawn; typing on narrows them."""


def hits_below(turn: Turn, text: str, above: Sequence[int]) -> list[Hit]:
    """The communes at or below these units that a typed text may mean, old names and aliases included."""
    return search(text, turn.store.communes(above), lambda: turn.store.other_names(above))


def anywhere(turn: Turn, text: str) -> list[Unit]:
    """The communes of the whole country that may be meant; a province may follow after a comma."""
    commune, _, province = text.partition(",")
    found = [hit.unit for hit in hits_below(turn, commune, [unit.id for unit in turn.store.tops()])]
    return [unit for unit in found if not province.strip() or matches(province, unit.province)]


def options(units: Sequence[Unit]) -> tuple[Option, ...]:
    """The first hits as choices; the province tells namesakes apart."""
    return tuple(Option(f"u{unit.id}", place_of(unit)) for unit in units[:OFFERED])


def place_of(unit: Unit) -> str:
    """The commune in full, as in "Xã Ba Vì (Hà Nội)"."""
    return f"{unit.name} ({unit.province})"


def within_reach(turn: Turn) -> Sequence[Unit]:
    """The communes for which the speaker may enrol people."""
    return turn.store.communes(tops(turn))


def tops(turn: Turn) -> list[int]:
    """The units below which the speaker may enrol people."""
    return [posting.unit_id for posting in postings_for(turn, Action.ENROL)]


def read_commune(turn: Turn, text: str) -> list[Hit]:
    """The communes that may be meant, best first; at least one."""
    hits = hits_below(turn, text, tops(turn))
    if not hits:
        raise Unclear("enrol.commune_none", typed=text[:60])
    return hits


COMMUNE = Question("enrol.commune", read=read_commune)
AGAIN = Choice("again", "enrol.commune_again", ("khong co", "go lai", "khong dung", "khac"))
PICK = Question("enrol.commune_pick", choices=(AGAIN,), read=read_commune)


@script.answers(COMMUNE)
def found(turn: Turn, hits: list[Hit]) -> Next:
    """One hit is taken, and said if it goes by another name now; of several the clerk chooses."""
    first = hits[0]
    if len(hits) == 1 and first.sure:
        if first.was is not None:
            turn.lead_in("enrol.commune_now", was=first.was.name, unit=first.unit.name)
        return _take(turn, first.unit.id)
    if len(hits) > OFFERED:
        turn.lead_in("enrol.commune_many", count=len(hits))
    elif first.was is not None:
        turn.lead_in(_why_asked(hits), was=first.was.name)
    return Ask(PICK, {}, _choices(hits))


def _why_asked(hits: Sequence[Hit]) -> str:
    """An old commune was split, or there were several of that name, or it may be one of today as well."""
    old = {hit.was.place for hit in hits if hit.was}
    if len(old) > 1:
        return "enrol.commune_namesakes"
    return "enrol.commune_split" if not hits[0].sure else "enrol.commune_was"


def _choices(hits: Sequence[Hit]) -> tuple[Option, ...]:
    """The first hits as choices, those by an old name with it, and with its district where that matters."""
    several = _why_asked(hits) == "enrol.commune_namesakes"
    labels = []
    for hit in hits[:OFFERED]:
        old = (hit.was.name, hit.was.district if several else "") if hit.was else ()
        labels.append(f"{hit.unit.name} (cũ: {', '.join(filter(None, old))})" if old else place_of(hit.unit))
    return tuple(Option(f"u{hit.unit.id}", label) for hit, label in zip(hits, labels, strict=False))


@script.answers(PICK)
def picked(turn: Turn, answer: str | list[Hit]) -> Next:
    """A choice, another search, or none of these."""
    if isinstance(answer, list):
        return found(turn, answer)
    return COMMUNE if answer == "again" else _take(turn, int(answer[1:]))


def _take(turn: Turn, unit_id: int) -> Next:
    draft.values(turn)["unit"] = unit_id
    return draft.onward(turn, "unit")
