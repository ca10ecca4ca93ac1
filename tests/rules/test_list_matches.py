"""Rows that may be one person or one household are proposed with the reason."""

from time import monotonic

import pytest

from quarantine.batches import Decided, Double, Doubles
from quarantine.list_matches import Bond, Likeness, households, repeats
from quarantine.lists import Entry, RowRef
from quarantine.people import Sex


def entry(row, name, **facts):
    """A row of sheet "a"."""
    return Entry(RowRef("a", row), name, **facts)


@pytest.mark.parametrize(
    ("first", "second", "by"),
    [
        ({"identity": "004185012345"}, {"name": "Khác Hẳn", "identity": "004185012345"}, Likeness.IDENTITY),
        ({"phone": "0912345678"}, {"name": "Lan", "phone": "0912345678"}, Likeness.PHONE),
        (
            {"phone": "0912345678", "birth_year": 1985},
            {"name": "Trần Văn Nam", "phone": "0912345678", "birth_year": 2015},
            None,
        ),
        ({}, {"name": "LAN NGUYEN THI"}, Likeness.NAME),
        ({"birth_year": 1985}, {"birth_year": None}, Likeness.NAME),
        ({"birth_year": 1985}, {"birth_year": 1986}, None),
        ({"sex": Sex.FEMALE}, {"sex": Sex.MALE}, None),
        ({"identity": "004185012345"}, {"identity": "004185012346"}, None),
        ({}, {"name": "Nguyễn Thị Loan"}, None),
    ],
)
def test_what_makes_two_rows_one_person(first, second, by):
    """Identity number; phone unless two people are described; name whatever its marks and order."""
    rows = [entry(1, "Nguyễn Thị Lan", **first), entry(2, **{"name": "Nguyễn Thị Lan", **second})]
    found = repeats(rows)
    assert [(one.ref.row, one.of.row, one.by) for one in found] == ([(2, 1, by)] if by else [])


def test_households_are_proposed_by_phone_and_by_dwelling():
    """The same phone, or the same house and family name; a hamlet alone is no house."""
    rows = [
        entry(1, "Nguyễn Thị Lan", phone="0912345678", address="Số 5 Đội Cấn"),
        entry(2, "Nguyễn Văn Bi", address="so 5, doi can"),
        entry(3, "Trần Văn Nam", phone="0912345678", address="Tổ 3"),
        entry(4, "Trần Văn Tí", address="Tổ 3"),
    ]
    found = {tuple(ref.row for ref in one.refs): one.bond for one in households(rows)}
    assert found == {(1, 3): Bond.PHONE, (1, 2): Bond.ADDRESS}


def test_ten_thousand_namesakes_are_compared_in_time():
    """A list of one name only costs no more than any other: the work grows with the rows."""
    rows = [entry(row, "Nguyễn Văn An", identity=f"{row:012}") for row in range(10_000)]
    started = monotonic()
    assert repeats(rows) == []
    assert monotonic() - started < 8


def double(row, **more):
    """A row of a list that is like somebody."""
    return Double(RowRef("", row), Likeness.NAME, **more)


def test_what_is_decided_of_one_pair_is_decided_of_no_other():
    """The row beside another person is another question; all others become what is decided together."""
    decided = Decided(Doubles.SKIP, {double(4, person_id=7).pair: Doubles.ADD})
    assert decided.of(double(4, person_id=7)) is Doubles.ADD
    assert decided.of(double(4, person_id=8)) is Doubles.SKIP
    assert decided.of(double(5, person_id=7)) is Doubles.SKIP


@pytest.mark.parametrize("more", [{"of": RowRef("", 2)}, {"open": True}, {"elsewhere": True}])
def test_no_new_quarantine_begins_where_none_can(more):
    """Of a row, of somebody who is in quarantine, and of somebody elsewhere: such a row is left out."""
    one = double(4, **{"person_id": None if "of" in more else 7, **more})
    assert Doubles.SAME not in one.ways
    assert Decided(Doubles.SAME).of(one) is Doubles.SKIP
