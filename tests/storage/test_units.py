"""The map of units: loaded in any order, corrected by loading again, refused when it is no tree."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from quarantine.people import Unit, UnitKind
from storage import tables
from storage.tables import core
from storage.unit_tree import UnitTree
from storage.units import UnitTreeError, load_units, parents_first
from tests.storage.rows import SUPPORTS, UNITS

UNIT = core(tables.Unit)


def test_children_may_come_before_their_parents(conn):
    """A list in any order is loaded: every parent is written before its children."""
    assert load_units(conn, list(reversed(UNITS)), SUPPORTS) == 5
    tree = UnitTree(conn)
    assert [tree.unit(unit.id) for unit in UNITS] == list(UNITS)


def test_loading_again_corrects(conn):
    """The same list may come again, corrected; nothing is doubled."""
    load_units(conn, UNITS, SUPPORTS)
    renamed = replace(UNITS[3], name="Phường Ngọc Hà mới", hotline="0243")
    load_units(conn, [renamed], SUPPORTS)
    tree = UnitTree(conn)
    assert tree.unit(12) == renamed
    assert list(tree.supported(2)) == [11, 12]
    folded = conn.execute(select(UNIT.c.folded).where(UNIT.c.id == 12)).scalar_one()
    assert folded == "phuong ngoc ha moi"


def test_command_and_support_are_two_things(conn):
    """A centre supports a ward without standing above it."""
    load_units(conn, UNITS, SUPPORTS)
    tree = UnitTree(conn)
    assert [unit.id for unit in tree.superiors(13)] == [12, 1]
    assert [unit.id for unit in tree.supporters(12)] == [2]
    assert list(tree.supported(2)) == [11, 12]
    assert list(tree.supported(12)) == []
    assert tree.superiors(1) == []


def test_subtrees(conn):
    """A subtree holds its tops and all below, each once however the tops overlap."""
    load_units(conn, UNITS, SUPPORTS)
    tree = UnitTree(conn)
    assert sorted(tree.subtree([12])) == [12, 13]
    assert sorted(tree.subtree([1, 12, 13])) == [1, 2, 11, 12, 13]
    assert list(tree.subtree([])) == []


def test_communes_are_the_stations_below(conn, now):
    """Only stations that still exist can be chosen, not centres, points or the CDC."""
    load_units(conn, UNITS, SUPPORTS)
    assert [unit.id for unit in UnitTree(conn).communes([1])] == [11, 12]
    assert [unit.id for unit in UnitTree(conn).communes([12])] == [12]
    conn.execute(UNIT.update().where(UNIT.c.id == 11).values(valid_to=now.date()))
    assert [unit.id for unit in UnitTree(conn).communes([1])] == [12]


def test_an_unknown_unit_is_an_error(conn):
    """Asking for a unit that does not exist is a mistake of the caller."""
    with pytest.raises(LookupError, match="999"):
        UnitTree(conn).unit(999)


@pytest.mark.parametrize(
    ("parents", "said"),
    [({1: 99}, "missing"), ({1: 1}, "above itself"), ({1: 2, 2: 3, 3: 1}, "above itself")],
)
def test_what_is_no_tree_is_refused(parents, said):
    """A missing parent or a circle is named before anything is written."""
    units = [Unit(n, f"c{n}", UnitKind.STATION, "Xã", "Hà Nội", parents.get(n)) for n in (1, 2, 3)]
    with pytest.raises(UnitTreeError, match=said):
        parents_first(units)
