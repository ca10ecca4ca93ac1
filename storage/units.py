"""Loading the map of health units: units come as a list and may come again, corrected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from quarantine.names import fold
from quarantine.people import Unit
from storage.tables import Unit as UnitRow
from storage.tables import UnitSupport, core

UNIT = core(UnitRow)
SUPPORT = core(UnitSupport)
_CHANGEABLE = ("code", "kind", "name", "folded", "province", "parent_id", "hotline")


class UnitTreeError(ValueError):
    """The units do not form a tree: a parent is missing, or a unit stands above itself."""


def load_units(conn: Connection, units: Sequence[Unit], supports: Iterable[tuple[int, int]] = ()) -> int:
    """Insert units, or correct those of the same id, and note who supports whom as (centre id, unit id).

    Parents may come in any order, or be there already; raises UnitTreeError. Returns the number of units.
    """
    insert = sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert
    known = set(conn.execute(UNIT.select().with_only_columns(UNIT.c.id)).scalars())
    rows = [_row(unit) for unit in parents_first(units, known)]
    if rows:
        statement = insert(UNIT)
        correct = {column: statement.excluded[column] for column in _CHANGEABLE}
        conn.execute(statement.on_conflict_do_update(index_elements=["id"], set_=correct), rows)
    pairs = [{"centre_id": centre, "unit_id": unit} for centre, unit in supports]
    if pairs:
        conn.execute(insert(SUPPORT).on_conflict_do_nothing(), pairs)
    return len(rows)


def parents_first(units: Sequence[Unit], known: Iterable[int] = ()) -> list[Unit]:
    """The units with every parent before its children; `known` ids count as being there already."""
    by_id = {unit.id: unit for unit in units}
    placed = set(known) - set(by_id)
    ordered: list[Unit] = []
    for unit in units:
        chain: list[Unit] = []
        step: Unit | None = unit
        while step is not None and step.id not in placed:
            if step in chain:
                raise UnitTreeError(f"unit {step.code} stands above itself")
            chain.append(step)
            if step.parent_id is not None and step.parent_id not in placed and step.parent_id not in by_id:
                raise UnitTreeError(f"the parent of unit {step.code} is missing")
            step = None if step.parent_id is None else by_id.get(step.parent_id)
        ordered.extend(reversed(chain))
        placed.update(link.id for link in chain)
    return ordered


def _row(unit: Unit) -> dict[str, object]:
    return {
        "id": unit.id,
        "code": unit.code,
        "kind": unit.kind.value,
        "name": unit.name,
        "folded": fold(unit.name),
        "province": unit.province,
        "parent_id": unit.parent_id,
        "hotline": unit.hotline,
    }
