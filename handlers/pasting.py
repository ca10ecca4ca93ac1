"""Pasting: people pasted as lines are enrolled one after the other; only what a line leaves out is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from handlers import draft
from handlers.communes import tops, within_reach
from handlers.fields import FIELDS, pasted_in
from handlers.gate import may_somewhere
from quarantine.access import Action
from quarantine.conversation import Again, Ask, Next
from quarantine.days import local_day
from quarantine.free_lines import MOST, Pasted
from quarantine.list_rules import Rules, judge
from quarantine.list_values import phones_in
from quarantine.lists import Entry, Field, Flaw, RowRef
from quarantine.messages import Kind, Term
from quarantine.old_places import KnownPlaces
from quarantine.phones import show_phone
from quarantine.turn import Turn
from quarantine.units import UnitMap

SHOWN = 5
"""So many unread lines are shown; so much of each."""
_LENGTH = 40
_ASKED_ANYWAY = frozenset(
    {Flaw.MISSING, Flaw.NO_ADDRESS, Flaw.NO_PHONE, Flaw.PHONE_SEVERAL, Flaw.DAY_UNUSUAL}
)
"""What needs no remark: the question itself comes."""


def pasted(turn: Turn) -> Next | None:
    """The people in what was written, if the speaker may enrol anybody and it is no ordinary sentence."""
    said = turn.said
    if said is None or said.kind is not Kind.TEXT or not may_somewhere(Action.ENROL)(turn):
        return None
    found = pasted_in(turn, said.text)
    return begin(turn, found) if found else None


def begin(turn: Turn, found: Pasted) -> Next:
    """The first of those who were pasted; lines that nobody could be read from are told."""
    if len(found.people) > MOST:
        return Again(Term("enrol.line_too_many", {"count": len(found.people), "most": MOST}))
    if not within_reach(turn):
        return Again(Term("enrol.no_commune"))
    if found.unread:
        turn.lead_in("enrol.line_unread", lines=[line[:_LENGTH] for line in found.unread[:SHOWN]])
    turn.memory = {"queue": [dict(cells) for cells in found.people], "total": len(found.people)}
    return following(turn)


draft.INSTEAD[Pasted] = begin


def following(turn: Turn) -> Ask:
    """The next of those who were pasted; what came before cannot be gone back to."""
    queue, total = turn.memory["queue"], turn.memory["total"]
    cells, *rest = queue if isinstance(queue, list) else []
    if isinstance(total, int) and total > 1:
        turn.lead_in("enrol.line_of", number=total - len(rest), total=total)
    entry, known = _known(turn, {Field(key): text for key, text in cells.items()})
    _remark(turn, entry, cells)
    turn.memory = {**draft.fresh(draft.ENROL, known), "queue": rest, "total": total}
    asked = (FIELDS["first_day"].check(turn) if "first_day" in known else None) or draft.onward(turn, "")
    ask = asked if isinstance(asked, Ask) else Ask(asked)  # type: ignore[arg-type]  # a question or an ask
    return replace(ask, memory={**turn.memory, **ask.memory}, anew=True)


def _known(turn: Turn, cells: Mapping[Field, str]) -> tuple[Entry, dict[str, object]]:
    """The line judged by the rules of lists, and the draft that it amounts to."""
    communes = within_reach(turn)
    names = turn.store.other_names(tops(turn))
    places = KnownPlaces(UnitMap((*communes, *turn.store.tops()), tuple(names)))
    entry = judge(RowRef("", 1), cells, Rules(local_day(turn.now), places))
    here = [unit.id for unit in communes if unit.code == entry.unit_code]
    if len(communes) == 1 and not cells.get(Field.COMMUNE):
        here = [communes[0].id]
    several = any(problem.flaw is Flaw.PHONE_SEVERAL for problem in entry.problems)
    facts: dict[str, object] = {
        "name": entry.name,
        "phone": None if several else entry.phone,
        "birth_year": entry.birth_year,
        "sex": entry.sex,
        "address": entry.address,
        "unit": here[0] if here else None,
        "order": entry.order_number,
        "first_day": entry.first_day,
        "reason": entry.reason,
        "identity": entry.identity,
    }
    return entry, {name: value for name, value in facts.items() if value}


def _remark(turn: Turn, entry: Entry, cells: Mapping[str, str]) -> None:
    for problem in entry.problems:
        if problem.flaw is Flaw.PHONE_SEVERAL:
            turn.lead_in("enrol.line_phones", numbers=[*map(show_phone, phones_in(cells[Field.PHONE]))])
        elif problem.flaw not in _ASKED_ANYWAY:
            what = Term(f"list.field_{problem.field}")
            turn.lead_in("enrol.line_flaw", what=what, flaw=Term(f"list.flaw_{problem.flaw}"))
