"""Who may do what: one table of role × action × relation to the unit (DESIGN.md §7)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from quarantine.people import Posting, Role


class Action(StrEnum):
    """What an officer may want to do with somebody's file or with the staff of a unit."""

    VIEW = "view"
    ENROL = "enrol"
    IMPORT = "import"
    VERIFY = "verify"
    GUIDE = "guide"
    TAKE_TASK = "take_task"
    DECIDE = "decide"
    INVITE = "invite"
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
        Action.INVITE: Reach.SUBTREE,
        Action.CHANGE: Reach.SUBTREE,
        Action.ORDER: Reach.SUBTREE,
    },
    Role.CDC_CLERK: {
        Action.VIEW: Reach.SUBTREE,
        Action.ENROL: Reach.SUBTREE,
        Action.IMPORT: Reach.SUBTREE,
        Action.TAKE_TASK: Reach.SUBTREE,
        Action.DECIDE: Reach.SUBTREE,
        Action.CHANGE: Reach.SUBTREE,
        Action.ORDER: Reach.SUBTREE,
    },
    Role.CENTRE: {Action.VIEW: Reach.SUPPORTED, Action.TAKE_TASK: Reach.SUPPORTED},
    Role.DIRECTOR: {
        Action.VIEW: Reach.SUBTREE,
        Action.ENROL: Reach.SUBTREE,
        Action.VERIFY: Reach.SUBTREE,
        Action.GUIDE: Reach.SUBTREE,
        Action.TAKE_TASK: Reach.SUBTREE,
        Action.DECIDE: Reach.SUBTREE,
        Action.INVITE: Reach.SUBTREE,
        Action.CHANGE: Reach.SUBTREE,
        Action.ORDER: Reach.SUBTREE,
    },
    Role.OFFICER: {
        Action.VIEW: Reach.SUBTREE,
        Action.VERIFY: Reach.SUBTREE,
        Action.GUIDE: Reach.SUBTREE,
        Action.TAKE_TASK: Reach.SUBTREE,
        Action.DECIDE: Reach.SUBTREE,
        Action.CHANGE: Reach.SUBTREE,
    },
    Role.VIEWER: {Action.VIEW: Reach.SUBTREE},
}
"""What is not in the table is nobody's."""


def reach(role: Role, action: Action) -> Reach:
    """How far the role may do the action."""
    return TABLE[role].get(action, Reach.NOBODY)


def allows(role: Role, action: Action, relation: Relation) -> bool:
    """Whether a posting of this role may do the action to a file whose unit stands in this relation."""
    return relation in _REACHED[reach(role, action)]


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
