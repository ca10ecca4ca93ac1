"""The map of units: loaded in any order, corrected by loading again, refused when it is no tree."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from quarantine.days import local_day
from quarantine.people import EpisodeState, Unit, UnitKind
from quarantine.units import OtherName, UnitMap, row_id
from storage import tables
from storage.reader import SqlStore
from storage.tables import core
from storage.unit_tree import UnitTree
from storage.units import Loaded, UnitTreeError, load_map, load_units, parents_first, stop_support
from tests.storage.rows import LAN, SUPPORTS, UNITS

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


MAP = UnitMap(
    UNITS,
    (
        OtherName(
            12, "Phường Cống Vị", "00031", "Quận Ba Đình", "Hà Nội", partly=True, until=date(2025, 6, 30)
        ),
        OtherName(12, "Ngọc Hà – Vĩnh Phúc"),
    ),
)


def test_a_map_loaded_twice_changes_nothing(conn):
    """The second time nothing is new and nothing changed; names are there once."""
    assert load_map(conn, MAP) == Loaded(5, 0)
    assert load_map(conn, MAP) == Loaded(0, 0)
    assert list(UnitTree(conn).other_names([1])) == [MAP.names[1], MAP.names[0]]
    assert UnitTree(conn).other_names([11]) == []


def test_a_unit_keeps_its_id_its_number_and_its_end(conn):
    """A list that knows less, and calls the row by another id, takes away nothing that was set here."""
    load_map(conn, MAP)
    load_units(conn, [replace(UNITS[3], hotline="0243")])
    other = replace(UNITS[3], id=8, name="Phường Ngọc Hà (mới)")
    below = Unit(99, "00008-2", UnitKind.POINT, "Điểm trạm Hữu Tiệp", "Hà Nội", 8)
    assert load_map(conn, UnitMap((other, below), (OtherName(8, "Làng hoa"),))) == Loaded(1, 1)
    tree = UnitTree(conn)
    assert tree.by_code("00008") == replace(UNITS[3], name="Phường Ngọc Hà (mới)", hotline="0243")
    assert [one.id for one in tree.points(12)] == [13, 99]
    assert [one.unit_id for one in tree.other_names([1]) if one.name == "Làng hoa"] == [12]


def test_a_unit_that_ended_keeps_its_people(rows, conn, now):
    """After its last day it is among the communes no longer; episodes stay, and no list revives it."""
    load_map(conn, MAP)
    rows.person(LAN)
    rows.episode(501, LAN.id)
    last = local_day(now)
    load_map(conn, UnitMap((replace(UNITS[3], valid_to=last),)))
    load_map(conn, MAP)
    assert [unit.id for unit in SqlStore(conn, rows.keyring, now).communes([1])] == [11, 12]
    store = SqlStore(conn, rows.keyring, now + timedelta(days=1))
    assert [unit.id for unit in store.communes([1])] == [11]
    assert store.unit(12).valid_to == last
    assert [file.episode.id for file in store.files(store.subtree([1]), list(EpisodeState), 10)] == [501]


def test_a_code_may_belong_to_a_place_of_before_and_to_one_of_today(conn):
    """00004 was Trúc Bạch until 30 June 2025 and is Ba Đình: two units, and the code means that of today."""
    load_map(conn, MAP)
    old = Unit(
        row_id(UnitKind.STATION, "00004", before=True),
        "00004",
        UnitKind.STATION,
        "Phường Trúc Bạch",
        "Thành phố Hà Nội",
        valid_to=date(2025, 6, 30),
    )
    assert load_map(conn, UnitMap((old,))) == Loaded(1, 0)
    tree = UnitTree(conn)
    assert tree.by_code("00004") == UNITS[2]
    assert tree.unit(old.id) == old
    assert old in tree.everywhere(ended=True)
    assert old not in tree.everywhere()


def test_support_can_end(conn):
    """A centre that supports a ward no longer is not told of it; nothing else changes."""
    load_units(conn, UNITS, SUPPORTS)
    assert stop_support(conn, 2, [11, 13]) == 1
    assert list(UnitTree(conn).supported(2)) == [12]


def test_a_unit_that_is_announced_is_not_there_yet(conn):
    """Loaded ahead of its first day it is known by its code, and offered from that day on."""
    first = date(2027, 1, 1)
    load_map(
        conn, UnitMap((*UNITS, Unit(14, "00010", UnitKind.STATION, "Phường Mới", "Hà Nội", 1, None, first)))
    )
    eve, there = UnitTree(conn, first - timedelta(days=1)), UnitTree(conn, first)
    assert [unit.id for unit in eve.communes([1])] == [11, 12]
    assert [unit.id for unit in there.communes([1])] == [11, 12, 14]
