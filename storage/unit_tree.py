"""Questions about the tree of health units: above, below, and who supports whom (support is not command)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from quarantine.people import Unit, UnitKind
from quarantine.units import OtherName, UnitMap
from storage import records
from storage.tables import Posting, UnitName, UnitSupport, core
from storage.tables import Unit as UnitRow

UNIT = core(UnitRow)
NAME = core(UnitName)
POSTING = core(Posting)
SUPPORT = core(UnitSupport)


class UnitTree:
    """The units as one turn sees them; each is read once.

    `today` decides which are abolished: those whose last day is over. Without it whatever has a last day is.
    """

    def __init__(self, conn: Connection, today: date | None = None) -> None:
        self.conn = conn
        self._still = UNIT.c.valid_to.is_(None) if today is None else _valid_on(today)
        self._units: dict[int, Unit] = {}

    def unit(self, unit_id: int) -> Unit:
        """The unit of that id; LookupError when there is none."""
        if unit_id not in self._units:
            row = self.conn.execute(select(UNIT).where(UNIT.c.id == unit_id)).first()
            if row is None:
                raise LookupError(f"there is no unit {unit_id}")
            self._units[unit_id] = records.unit(row)
        return self._units[unit_id]

    def by_code(self, code: str) -> Unit | None:
        """The unit with that code, of today before those that have ended; None when there is none."""
        found = select(UNIT).where(UNIT.c.code == code).order_by(UNIT.c.valid_to.desc().nulls_first())
        row = self.conn.execute(found).first()
        return None if row is None else records.unit(row)

    def superiors(self, unit_id: int) -> Sequence[Unit]:
        """The units above it, nearest first (command, not support)."""
        above: list[Unit] = []
        parent_id = self.unit(unit_id).parent_id
        while parent_id is not None:
            above.append(self.unit(parent_id))
            parent_id = above[-1].parent_id
        return above

    def supporters(self, unit_id: int) -> Sequence[Unit]:
        """The regional centres that support it."""
        return self._found(
            select(UNIT)
            .join(SUPPORT, SUPPORT.c.centre_id == UNIT.c.id)
            .where(SUPPORT.c.unit_id == unit_id)
            .order_by(UNIT.c.code)
        )

    def supported(self, unit_id: int) -> Sequence[int]:
        """Ids of the units that this centre supports."""
        found = select(SUPPORT.c.unit_id).where(SUPPORT.c.centre_id == unit_id).order_by(SUPPORT.c.unit_id)
        return self.conn.execute(found).scalars().all()

    def communes(self, under: Sequence[int]) -> Sequence[Unit]:
        """All stations at or below these units that are not abolished, by code."""
        return self._found(
            select(UNIT)
            .where(UNIT.c.id.in_(_subtree(under)), UNIT.c.kind == UnitKind.STATION, self._still)
            .order_by(UNIT.c.code)
        )

    def units_below(self, unit_ids: Sequence[int]) -> Sequence[Unit]:
        """These units and all below them that are not abolished, by code."""
        within = UNIT.c.id.in_(_subtree(unit_ids))
        return self._found(select(UNIT).where(within, self._still).order_by(UNIT.c.code))

    def tops(self) -> Sequence[Unit]:
        """The units that nobody stands above and that are not abolished, by code."""
        top = select(UNIT).where(UNIT.c.parent_id.is_(None), UNIT.c.kind == UnitKind.CDC)
        return self._found(top.where(self._still).order_by(UNIT.c.code))

    def other_names(self, under: Sequence[int]) -> Sequence[OtherName]:
        """The other names of all units at or below these, the predecessors' among them."""
        found = select(NAME).where(NAME.c.unit_id.in_(_subtree(under)))
        return [
            records.other_name(row) for row in self.conn.execute(found.order_by(NAME.c.code, NAME.c.name))
        ]

    def names_everywhere(self) -> Sequence[OtherName]:
        """The other names of all units."""
        return [records.other_name(row) for row in self.conn.execute(select(NAME))]

    def whole_map(self) -> UnitMap:
        """All units that are not abolished, and all other names."""
        return UnitMap(tuple(self.everywhere()), tuple(self.names_everywhere()))

    def points(self, station_id: int) -> Sequence[Unit]:
        """The branches of a station that are not abolished, by code."""
        below = UNIT.c.parent_id == station_id, UNIT.c.kind == UnitKind.POINT, self._still
        return self._found(select(UNIT).where(*below).order_by(UNIT.c.code))

    def staffed(self, unit_id: int) -> int:
        """How many people are posted at the unit itself."""
        here = select(func.count(POSTING.c.person_id.distinct()))
        return self.conn.execute(
            here.where(POSTING.c.unit_id == unit_id, POSTING.c.valid_to.is_(None))
        ).scalar_one()

    def everywhere(self, *, ended: bool = False) -> Sequence[Unit]:
        """All units that are not abolished, by code; with those that are, if wanted."""
        every = select(UNIT).order_by(UNIT.c.code)
        return self._found(every if ended else every.where(self._still))

    def subtree(self, unit_ids: Sequence[int]) -> Sequence[int]:
        """Ids of these units and of all below them."""
        return self.conn.execute(_subtree(unit_ids)).scalars().all()

    def _found(self, query: Select[Any]) -> Sequence[Unit]:
        units = [records.unit(row) for row in self.conn.execute(query)]
        self._units.update((unit.id, unit) for unit in units)
        return units


def _valid_on(day: date) -> ColumnElement[bool]:
    begun = or_(UNIT.c.valid_from.is_(None), UNIT.c.valid_from <= day)
    return and_(begun, or_(UNIT.c.valid_to.is_(None), UNIT.c.valid_to >= day))


def _subtree(unit_ids: Sequence[int]) -> Select[int]:
    top = select(UNIT.c.id).where(UNIT.c.id.in_(list(unit_ids)))
    tree = top.cte("tree", recursive=True)
    # UNION, not UNION ALL: overlapping tops give each unit once, and a loop in bad data comes to an end.
    tree = tree.union(select(UNIT.c.id).join(tree, UNIT.c.parent_id == tree.c.id))
    return select(tree.c.id)
