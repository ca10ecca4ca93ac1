"""Units of the staff's administration: whoever leads several chooses one by typing part of its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from handlers.gate import passes, postings_for
from handlers.script import script
from quarantine.access import Action
from quarantine.conversation import DONE, Ask, Next, Question, Unclear
from quarantine.letters import Option
from quarantine.names import fold, rank
from quarantine.people import Unit
from quarantine.turn import Turn

OFFERED = 8
"""More hits than this are not drawn; typing on narrows them."""
THEN: dict[Action, Callable[[Turn, Unit], Next]] = {}
"""What follows once the unit is known, by what it was chosen for."""


def choose(turn: Turn, action: Action) -> Next:
    """The unit for which something is to be done; whoever leads one alone is not asked."""
    units = within_reach(turn, action)
    if len(units) == 1:
        return THEN[action](turn, units[0])
    own = {one.unit_id for one in postings_for(turn, action)}
    return Ask(UNIT, {}, _options([one for one in units if one.id in own]), {"for": str(action)})


def within_reach(turn: Turn, action: Action) -> Sequence[Unit]:
    """The units for whose staff the speaker may do it."""
    return turn.store.units_below([one.unit_id for one in postings_for(turn, action)])


def read_unit(turn: Turn, text: str) -> list[int]:
    """Ids of the units that may be meant, best first; at least one."""
    units = within_reach(turn, Action(str(turn.memory["for"])))
    hits = rank(text, units, lambda unit: unit.name)
    same = [one for one in hits if fold(one.name) == fold(text)]
    if not hits:
        raise Unclear("staff.unit_none", typed=text[:60])
    return [one.id for one in (same if len(same) == 1 else hits)]


UNIT = Question("staff.unit", read=read_unit)


def _options(units: Sequence[Unit]) -> tuple[Option, ...]:
    return tuple(Option(f"u{one.id}", one.name) for one in units[:OFFERED])


@script.answers(UNIT)
def chosen(turn: Turn, answer: str | list[int]) -> Next:
    """One unit goes on; of several hits one is chosen."""
    if isinstance(answer, list) and len(answer) > 1:
        if len(answer) > OFFERED:
            turn.lead_in("staff.unit_many", count=len(answer))
        return Ask(UNIT, {}, _options([turn.store.unit(one) for one in answer[:OFFERED]]))
    unit_id = answer[0] if isinstance(answer, list) else int(answer[1:])
    action = Action(str(turn.memory["for"]))
    if not passes(turn, action, unit_id):
        turn.say("staff.refused")
        return DONE
    return THEN[action](turn, turn.store.unit(unit_id))
