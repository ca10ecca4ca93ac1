"""Loading the map of health units: units come as a list and may come again, corrected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from quarantine.names import fold
from quarantine.people import Unit
from quarantine.units import MAP_OF_2025, OtherName, UnitMap
from storage.spelling import insert_into
from storage.tables import Unit as UnitRow
from storage.tables import UnitName, UnitSupport, core

UNIT = core(UnitRow)
NAME = core(UnitName)
SUPPORT = core(UnitSupport)
_CHANGEABLE = ("code", "kind", "name", "folded", "province", "parent_id")
_KEPT = ("hotline", "valid_from", "valid_to")
"""What somebody has set here stays where a list says nothing of it: an unknown end revives nobody."""


class UnitTreeError(ValueError):
    """The units do not form a tree: a parent is missing, or a unit stands above itself."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many units were not there before, and how many are no longer as they were."""

    new: int
    changed: int


def load_map(conn: Connection, known: UnitMap) -> Loaded:
    """Bring the units and other names of a map in; ids that units already have are kept, nothing is removed.

    Raises UnitTreeError, and then nothing has been written.
    """
    before = _by_id(conn)
    ids = _kept_ids(known.units, before)
    units = [
        replace(unit, id=ids[unit.id], parent_id=ids.get(unit.parent_id or 0, unit.parent_id))
        for unit in known.units
    ]
    load_units(conn, units)
    load_names(conn, [replace(one, unit_id=ids.get(one.unit_id, one.unit_id)) for one in known.names])
    after = _by_id(conn)
    same = sum(before[unit.id] == after[unit.id] for unit in units if unit.id in before)
    new = len(after) - len(before)
    return Loaded(new, len(units) - new - same)


def load_names(conn: Connection, names: Sequence[OtherName]) -> None:
    """Other names of units that are there; one that is known already is corrected."""
    if not names:
        return
    statement = insert_into(conn.dialect.name, NAME)
    correct = {name: statement.excluded[name] for name in ("district", "province", "partly", "until")}
    keys = ["unit_id", "code", "name"]
    conn.execute(
        statement.on_conflict_do_update(index_elements=keys, set_=correct), [asdict(one) for one in names]
    )


def set_hotline(conn: Connection, unit_id: int, number: str | None) -> None:
    """The number of a unit, or that it has none."""
    conn.execute(UNIT.update().where(UNIT.c.id == unit_id).values(hotline=number))


def stop_support(conn: Connection, centre_id: int, unit_ids: Sequence[int]) -> int:
    """The centre supports these units no longer; how many it did."""
    ended = SUPPORT.delete().where(SUPPORT.c.centre_id == centre_id, SUPPORT.c.unit_id.in_(list(unit_ids)))
    return conn.execute(ended).rowcount


def _by_id(conn: Connection) -> dict[int, RowMapping]:
    return {row["id"]: row for row in conn.execute(select(UNIT)).mappings()}


def _kept_ids(units: Sequence[Unit], there: Mapping[int, RowMapping]) -> dict[int, int]:
    """Under which id each unit is kept: that of the row of today that has its code, else its own."""
    today = {row["code"]: row for row in there.values() if row["valid_to"] is None}
    ids = {}
    for unit in units:
        row = today.get(unit.code)
        ended = row is not None and unit.valid_to and unit.valid_to < (row["valid_from"] or MAP_OF_2025)
        ids[unit.id] = unit.id if row is None or ended else row["id"]
    return ids


def load_units(conn: Connection, units: Sequence[Unit], supports: Iterable[tuple[int, int]] = ()) -> int:
    """Insert units, or correct those of the same id, and note who supports whom as (centre id, unit id).

    Parents may come in any order, or be there already; raises UnitTreeError. Returns the number of units.
    """
    known = set(conn.execute(UNIT.select().with_only_columns(UNIT.c.id)).scalars())
    rows = [_row(unit) for unit in parents_first(units, known)]
    if rows:
        statement = insert_into(conn.dialect.name, UNIT)
        correct: dict[str, Any] = {column: statement.excluded[column] for column in _CHANGEABLE}
        correct |= {column: func.coalesce(statement.excluded[column], UNIT.c[column]) for column in _KEPT}
        conn.execute(statement.on_conflict_do_update(index_elements=["id"], set_=correct), rows)
    pairs = [{"centre_id": centre, "unit_id": unit} for centre, unit in supports]
    if pairs:
        conn.execute(insert_into(conn.dialect.name, SUPPORT).on_conflict_do_nothing(), pairs)
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
        "valid_from": unit.valid_from,
        "valid_to": unit.valid_to,
    }
