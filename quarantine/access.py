"""Who may do what: one table of role × action × relation to the unit (DESIGN.md §7)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from quarantine.people import Posting, Role, UnitKind


class Action(StrEnum):
    """What an officer may want to do with somebody's file or with the staff of a unit."""

    VIEW = "view"
    ENROL = "enrol"
    IMPORT = "import"
    VERIFY = "verify"
    GUIDE = "guide"
    TAKE_TASK = "take_task"
    DECIDE = "decide"
    STAFF = "staff"
    INVITE = "invite"
    REVOKE = "revoke"
    REST = "rest"
    CHANGE = "change"
    ORDER = "order"
    """To record what changes the order itself: its last day, or that it was a mistake."""


class Reach(StrEnum):
    """How far from the officer's own unit an action reaches."""

    NOBODY = "nobody"
    OWN = "own"
    SUPPORTED = "supported"
    SUBTREE = "subtree"


class Relation(StrEnum):
    """How the unit of a file stands to the unit of a posting."""

    OWN = "own"
    BELOW = "below"
    SUPPORTED = "supported"
    FOREIGN = "foreign"


_REACHED = {
    Reach.NOBODY: frozenset[Relation](),
    Reach.OWN: frozenset({Relation.OWN}),
    Reach.SUPPORTED: frozenset({Relation.OWN, Relation.SUPPORTED}),
    Reach.SUBTREE: frozenset({Relation.OWN, Relation.BELOW}),
}

TABLE: dict[Role, dict[Action, Reach]] = {
    Role.CDC_ADMIN: {
        Action.VIEW: Reach.SUBTREE,
        Action.ENROL: Reach.SUBTREE,
        Action.IMPORT: Reach.SUBTREE,
        Action.TAKE_TASK: Reach.SUBTREE,
        Action.DECIDE: Reach.SUBTREE,
        Action.STAFF: Reach.SUBTREE,
        Action.INVITE: Reach.SUBTREE,
        Action.CHANGE: Reach.SUBTREE,
        Action.ORDER: Reach.SUBTREE,
        Action.REVOKE: Reach.SUBTREE,
        Action.REST: Reach.OWN,
    },
    Role.CDC_CLERK: {
        Action.VIEW: Reach.SUBTREE,
        Action.ENROL: Reach.SUBTREE,
        Action.IMPORT: Reach.SUBTREE,
        Action.TAKE_TASK: Reach.SUBTREE,
        Action.DECIDE: Reach.SUBTREE,
        Action.CHANGE: Reach.SUBTREE,
        Action.ORDER: Reach.SUBTREE,
        Action.REST: Reach.OWN,
    },
    Role.CENTRE: {
        Action.VIEW: Reach.SUPPORTED,
        Action.TAKE_TASK: Reach.SUPPORTED,
        Action.REST: Reach.OWN,
    },
    Role.DIRECTOR: {
        Action.VIEW: Reach.SUBTREE,
        Action.ENROL: Reach.SUBTREE,
        Action.VERIFY: Reach.SUBTREE,
        Action.GUIDE: Reach.SUBTREE,
        Action.TAKE_TASK: Reach.SUBTREE,
        Action.DECIDE: Reach.SUBTREE,
        Action.STAFF: Reach.SUBTREE,
        Action.INVITE: Reach.SUBTREE,
        Action.CHANGE: Reach.SUBTREE,
        Action.ORDER: Reach.SUBTREE,
        Action.REVOKE: Reach.SUBTREE,
        Action.REST: Reach.OWN,
    },
    Role.OFFICER: {
        Action.VIEW: Reach.SUBTREE,
        Action.VERIFY: Reach.SUBTREE,
        Action.GUIDE: Reach.SUBTREE,
        Action.TAKE_TASK: Reach.SUBTREE,
        Action.DECIDE: Reach.SUBTREE,
        Action.CHANGE: Reach.SUBTREE,
        Action.REST: Reach.OWN,
    },
    Role.VIEWER: {Action.VIEW: Reach.SUBTREE},
}
"""What is not in the table is nobody's."""

APPOINTED: dict[Role, frozenset[Role]] = {
    Role.CDC_ADMIN: frozenset(Role),
    Role.DIRECTOR: frozenset({Role.OFFICER, Role.VIEWER}),
}
"""Which roles an INVITE or REVOKE may be about: nobody makes, or ends, a posting that is above their own."""

EXISTS_AT: dict[Role, frozenset[UnitKind]] = {
    Role.CDC_ADMIN: frozenset({UnitKind.CDC}),
    Role.CDC_CLERK: frozenset({UnitKind.CDC}),
    Role.CENTRE: frozenset({UnitKind.CENTRE}),
    Role.DIRECTOR: frozenset({UnitKind.STATION}),
    Role.OFFICER: frozenset({UnitKind.STATION, UnitKind.POINT}),
    Role.VIEWER: frozenset(UnitKind),
}
"""At which kinds of unit a role exists (DESIGN.md §2)."""


def reach(role: Role, action: Action) -> Reach:
    """How far the role may do the action."""
    return TABLE[role].get(action, Reach.NOBODY)


def allows(role: Role, action: Action, relation: Relation) -> bool:
    """Whether a posting of this role may do the action to a file whose unit stands in this relation."""
    return relation in _REACHED[reach(role, action)]


def appoints(role: Role, other: Role, kind: UnitKind) -> bool:
    """Whether whoever may invite, or revoke, in this role may do so for the other role at such a unit."""
    return other in APPOINTED.get(role, frozenset()) and kind in EXISTS_AT[other]


def roles_with(action: Action) -> frozenset[Role]:
    """The roles that may do the action anywhere at all."""
    return frozenset(role for role in Role if reach(role, action) is not Reach.NOBODY)


def relation(unit_id: int, posting: Posting, above: Iterable[int], supporters: Iterable[int]) -> Relation:
    """How `unit_id` stands to the posting: `above` are its superior units, `supporters` its centres."""
    if unit_id == posting.unit_id:
        return Relation.OWN
    if posting.unit_id in set(above):
        return Relation.BELOW
    return Relation.SUPPORTED if posting.unit_id in set(supporters) else Relation.FOREIGN
