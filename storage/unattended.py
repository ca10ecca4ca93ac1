"""Unattended: units with people in quarantine and nobody posted to look after them, found all at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, or_, select

from quarantine.duty import AT_WORK
from quarantine.people import OPEN_STATES, Role, UnitKind
from storage import tables
from storage.spelling import insert_into
from storage.tables import core
from storage.types import Instant

_UNIT, _EPISODE, _POSTING = core(tables.Unit), core(tables.Episode), core(tables.Posting)
_WATCH = core(tables.UnitWatch)
_OPEN = sorted(OPEN_STATES)


def _nobody_works(at_work: Mapping[UnitKind, Collection[Role]]) -> ColumnElement[bool]:
    """No posting there, of those whose presence makes such a unit attended, goes on."""
    of_kind = [
        and_(_UNIT.c.kind == kind.value, _POSTING.c.role.in_(sorted(roles)))
        for kind, roles in at_work.items()
    ]
    return ~exists().where(_POSTING.c.unit_id == _UNIT.c.id, _POSTING.c.valid_to.is_(None), or_(*of_kind))


_HAS_RESIDENTS = exists().where(_EPISODE.c.unit_id == _UNIT.c.id, _EPISODE.c.state.in_(_OPEN))
_WATCHED = exists().where(_WATCH.c.unit_id == _UNIT.c.id)
_FOUND = select(_UNIT.c.id, bindparam("now", type_=Instant())).where(
    _HAS_RESIDENTS, _nobody_works(AT_WORK), ~_WATCHED
)


def watch_unattended(conn: Connection, now: datetime) -> int:
    """Have every such unit looked at now, unless a look is to come anyway; answers how many were found.

    An event that empties a unit has it watched by itself. This finds what no event has told of: the staff
    was missing before units were watched, or was taken away in the database.
    """
    new = insert_into(conn.dialect.name, _WATCH).from_select(["unit_id", "next_at"], _FOUND)
    found = conn.execute(new.on_conflict_do_nothing().returning(_WATCH.c.unit_id), {"now": now})
    return len(found.all())


def leaderless(conn: Connection) -> list[str]:
    """The codes of the CDCs that answer for people in quarantine while nobody is posted at them.

    What no station takes ends there: nobody could be told but whoever runs Cachly.
    """
    below = select(_UNIT.c.id.label("top"), _UNIT.c.id.label("id")).where(
        _UNIT.c.kind == UnitKind.CDC.value, _nobody_works({UnitKind.CDC: AT_WORK[UnitKind.CDC]})
    )
    tree = below.cte("tree", recursive=True)
    child = _UNIT.alias("child")
    tree = tree.union_all(select(tree.c.top, child.c.id).join(tree, child.c.parent_id == tree.c.id))
    in_use = exists().where(_EPISODE.c.unit_id == tree.c.id, _EPISODE.c.state.in_(_OPEN))
    tops = select(tree.c.top).where(in_use)
    found = select(_UNIT.c.code).where(_UNIT.c.id.in_(tops)).order_by(_UNIT.c.code)
    return list(conn.execute(found).scalars())
