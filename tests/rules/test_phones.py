"""Telephone numbers: every spelling gives the one national form, and what cannot be a number gives none."""

import csv
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarantine.phones import international, read_phone, show_phone

DATA = Path(os.environ.get("CACHLY_TEST_DATA", Path(__file__).parents[2].parent / "shared" / "data"))


def table(name):
    """Rows of a table of real material."""
    path = DATA / "phones" / name
    if not path.exists():
        pytest.skip(f"the real phone spellings are not at {path}")
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_every_recorded_spelling():
    """All spellings of other projects' tests: converted, accepted or refused as expected there."""
    rows = table("phone_cases.tsv")
    assert len(rows) > 60
    for row in rows:
        expected, got = row["expected_national"], read_phone(row["input"])
        if expected == "invalid":
            assert got is None, row
        elif expected == "valid":
            assert got == "0" + row["input"].replace(" ", "")[-9:], row
        else:
            assert got == expected, row


def test_every_old_prefix():
    """Each 11-digit prefix of before 2018 becomes its new one, with and without the country code."""
    for row in table("old_prefix_to_new.tsv"):
        for written in (row["old"], "+84 " + row["old"][1:], "84" + row["old"][1:]):
            assert read_phone(f"{written} 765 4321") == row["new"] + "7654321"


@pytest.mark.parametrize(
    ("typed", "national"),
    [
        ("0912345678", "0912345678"),
        ("0912.345.678", "0912345678"),
        ("0912-345-678", "0912345678"),
        ("0912–345–678", "0912345678"),
        ("09 12 34 56 78", "0912345678"),
        ("(+84) 912 345 678", "0912345678"),
        ("+84(0)912345678", "0912345678"),
        ("+84 0912 345 678", "0912345678"),
        ("084912345678", "0912345678"),
        ("0084 912345678", "0912345678"),
        ("912345678", "0912345678"),
        ("912345678.0", "0912345678"),
        ("84357255117", "0357255117"),
        ("O912345678", "0912345678"),
        ("o9l2345678", None),
        ("０９１２３４５６７８", "0912345678"),
        ("0912345678\t", "0912345678"),
        ("sđt 0912 345 678 ạ", "0912345678"),
        ("số của em là 0912345678.", "0912345678"),
        ("0912345678 (chị Lan)", "0912345678"),
        ("0912345678/0912345678", "0912345678"),
        ("0912345678 / 0987654321", None),
        ("0912345678, 0987654321", None),
        ("091/2345678", "0912345678"),
        ("0841234567", "0841234567"),
        ("841234567", "0841234567"),
        ("024 3825 3531", "02438253531"),
        ("(024) 38253531", "02438253531"),
        ("+84 24 3825 3531", "02438253531"),
        ("2438253531", "02438253531"),
        ("0203 3825 353", "02033825353"),
        ("028.3930.0912", "02839300912"),
        ("0200 3825 353", None),
        ("84035725515", None),
        ("79201017231", None),
        ("9.1234568E+08", None),
        ("115", None),
        ("1022", None),
        ("1900 9095", None),
        ("0012345678", None),
        ("0612345678", None),
        ("091234567", None),
        ("09123456789", None),
        ("không có", None),
        ("", None),
        ("38,5", None),
        ("23/11/2026", None),
    ],
)
def test_spellings(typed, national):
    """What people type and what spreadsheets make of it."""
    assert read_phone(typed) == national


@given(st.text(max_size=40) | st.from_regex(r"[+(]?[0-9 .()-]{0,24}", fullmatch=True))
def test_reading_never_fails_and_is_stable(text):
    """Any text is answered, and what was read reads as itself in every form that we show."""
    phone = read_phone(text)
    if phone is not None:
        assert read_phone(phone) == phone
        assert read_phone(show_phone(phone)) == phone
        assert read_phone(international(phone)) == phone


@pytest.mark.parametrize(
    ("phone", "shown", "abroad"),
    [
        ("0912345678", "0912 345 678", "+84912345678"),
        ("02438253531", "024 3825 3531", "+842438253531"),
        ("02033825353", "0203 3825 353", "+842033825353"),
    ],
)
def test_showing(phone, shown, abroad):
    """Numbers are grouped for reading (voice.md rule 4); the international form is for dialling links."""
    assert show_phone(phone) == shown
    assert international(phone) == abroad


def test_what_is_no_number():
    """A hotline is shown as it is; only a real number has an international form."""
    assert show_phone("115") == "115"
    with pytest.raises(ValueError, match="read_phone"):
        international("115")
