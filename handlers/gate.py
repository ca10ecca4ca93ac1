"""The gate: whether the one who writes may do this to a file, and the note of a refusal (DESIGN.md §7)."""

from __future__ import annotations

from collections.abc import Callable

from quarantine.access import Action, Reach, appoints, reach, roles_with
from quarantine.conversation import DONE, Next
from quarantine.people import Posting, Role, Unit
from quarantine.turn import Turn, permitted


def may_somewhere(action: Action) -> Callable[[Turn], bool]:
    """The condition of commands: the one who writes may do the action to some file at least."""
    return lambda turn: any(posting.role in roles_with(action) for posting in turn.context.postings)


def passes(turn: Turn, action: Action, unit_id: int, *, episode_id: int | None = None) -> bool:
    """Whether the action is allowed on a file of this unit; a refusal goes into the history."""
    if turn.may(action, unit_id):
        return True
    turn.note("refused", episode_id=episode_id, action=str(action), unit_id=unit_id)
    return False


def may_appoint(turn: Turn, action: Action, unit: Unit, role: Role) -> bool:
    """Whether the speaker may invite, or end, a posting of this role at the unit."""
    able = [one for one in turn.context.postings if appoints(one.role, role, unit.kind)]
    return permitted(turn.store, able, action, unit.id)


def refused(turn: Turn, action: Action, unit: Unit) -> Next:
    """The note of an attempt on a unit's staff that is not the speaker's to make, and what they are told."""
    turn.note("refused", action=str(action), unit_id=unit.id)
    turn.say("staff.refused")
    return DONE


def postings_for(turn: Turn, action: Action) -> list[Posting]:
    """The speaker's postings that allow the action."""
    return [one for one in turn.context.postings if reach(one.role, action) is not Reach.NOBODY]


def units_within(turn: Turn, action: Action) -> list[int]:
    """Ids of all units on whose files the speaker may do the action."""
    found: set[int] = set()
    for posting in postings_for(turn, action):
        how_far = reach(posting.role, action)
        found.add(posting.unit_id)
        if how_far is Reach.SUBTREE:
            found.update(turn.store.subtree([posting.unit_id]))
        elif how_far is Reach.SUPPORTED:
            found.update(turn.store.supported(posting.unit_id))
    return sorted(found)
