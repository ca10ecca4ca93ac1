"""Names are compared without marks, written as people write them, and found by typing a part of them."""

import csv
import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarantine import names

DATA = Path(os.environ.get("CACHLY_TEST_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
UNITS = DATA / "units" / "units_2026_07.tsv"


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Nguyễn Thị  Lan", "nguyen thi lan"),
        ("ĐẶNG VĂN Đức", "dang van duc"),
        ("Ðặng", "dang"),
        ("P.Ngọc Hà,", "p ngoc ha"),
        ("  a\u00a0b\tc\n", "a b c"),
        ("khoẻ", "khoe"),
        ("khỏe", "khoe"),
        ("Hoà Bình", "hoa binh"),
        ("Hòa Bình", "hoa binh"),
        ("H'Hen_Niê", "h hen nie"),
        ("３８", "38"),
        ("", ""),
    ],
)
def test_fold(typed, folded):
    """Marks, case, punctuation, spacing and the placement of tone marks do not matter to a comparison."""
    assert names.fold(typed) == folded
    assert names.fold(unicodedata.normalize("NFD", typed)) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text):
    """A folded text is its own folding, whatever was typed, and NFC and NFD fold alike."""
    folded = names.fold(text)
    assert names.fold(folded) == folded
    assert names.fold(unicodedata.normalize("NFC", text)) == names.fold(unicodedata.normalize("NFD", text))
    assert names.words(text) == tuple(folded.split())


@pytest.mark.parametrize(
    ("full", "given_part"),
    [
        ("Nguyễn Thị Lan", "Lan"),
        ("NGUYỄN THỊ LAN ", "Lan"),
        ("Lan", "Lan"),
        ("", ""),
        ("H'Hen Niê", "H'Hen"),
        ("H’HEN NIÊ", "H'Hen"),
        ("Y Bhăm Niê", "Y Bhăm"),
        ("Y Moan", "Y Moan"),
        ("Như Ý", "Ý"),
    ],
)
def test_given_name(full, given_part):
    """People are spoken to by the last word of their name; Ê Đê names carry the clan there instead."""
    assert names.given_name(full) == given_part


@pytest.mark.parametrize(
    ("typed", "tidy"),
    [
        ("NGUYỄN THỊ  LAN", "Nguyễn Thị Lan"),
        ("nguyễn văn a", "Nguyễn Văn A"),
        ("trần\n\nvăn  đức", "Trần Văn Đức"),
        ("h'hen niê", "H'Hen Niê"),
        ("H’HEN NIÊ", "H'Hen Niê"),
        ("Y BHĂM", "Y Bhăm"),
        ("John McDonald", "John McDonald"),
        ("Lê Lan,", "Lê Lan"),
        (unicodedata.normalize("NFD", "Nguyễn Thị Lan"), "Nguyễn Thị Lan"),
    ],
)
def test_tidy_name(typed, tidy):
    """Names typed all in capitals or all in small letters are written properly; others are kept."""
    assert names.tidy_name(typed) == tidy
    assert names.tidy_name(tidy) == tidy


@pytest.mark.parametrize("age", [None, *range(121)])
@pytest.mark.parametrize(
    ("sex", "grown"),
    [
        ("male", "anh"),
        ("nam", "anh"),
        ("female", "chi"),
        ("Nữ", "chi"),
        (None, "anhchi"),
        ("other", "anhchi"),
    ],
)
def test_honorific_walks_every_age(age, sex, grown):
    """voice.md rule 2: 12–17 em, 18–59 by sex, 60 and over bác; for a child and the unknown anh/chị."""
    expected = grown
    if age is None or age < 12:
        expected = "anhchi"
    elif age <= 17:
        expected = "em"
    elif age >= 60:
        expected = "bac"
    assert names.honorific(age, sex) == expected


COMMUNES = [
    "Xã Ngọc Hà Thượng",
    "Phường Ngọc Hà",
    "Phường Ba Đình",
    "Xã Xa Dung",
    "Xã Dung Quất",
    "Xã Hà Ngọc",
    "Đặc khu Phú Quốc",
    "Phường 1 Bảo Lộc",
    "Xã M'Drắk",
    "Xã Hòa Bình",
    "Xã Hoả Bính",
]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("p ngoc ha", ["Phường Ngọc Hà", "Xã Ngọc Hà Thượng"]),
        ("phường Ngọc Hà", ["Phường Ngọc Hà", "Xã Ngọc Hà Thượng"]),
        ("P.NGỌC HÀ", ["Phường Ngọc Hà", "Xã Ngọc Hà Thượng"]),
        ("ngocha", ["Phường Ngọc Hà", "Xã Ngọc Hà Thượng"]),
        ("ng ha", ["Phường Ngọc Hà", "Xã Ngọc Hà Thượng"]),
        ("ngoc", ["Phường Ngọc Hà", "Xã Ngọc Hà Thượng", "Xã Hà Ngọc"]),
        ("xa ba dinh", ["Phường Ba Đình"]),
        ("xa dung", ["Xã Xa Dung", "Xã Dung Quất"]),
        ("goc", ["Xã Hà Ngọc", "Phường Ngọc Hà", "Xã Ngọc Hà Thượng"]),
        ("dac khu phu quoc", ["Đặc khu Phú Quốc"]),
        ("p1 bao loc", ["Phường 1 Bảo Lộc"]),
        ("mdrak", ["Xã M'Drắk"]),
        ("hoà bình", ["Xã Hòa Bình", "Xã Hoả Bính"]),
        ("Hoả Bính", ["Xã Hoả Bính", "Xã Hòa Bình"]),
        ("Q1", []),
        ("", []),
        ("...", []),
        ("không có đâu", []),
    ],
)
def test_a_commune_is_found_by_part_of_its_name(query, found):
    """Exact before beginning before later word before any part; type words are optional and may be wrong."""
    assert names.rank(query, COMMUNES) == found
    assert [name for name in COMMUNES if names.matches(query, name)] == sorted(found, key=COMMUNES.index)


def test_rank_keeps_the_callers_things():
    """Units are ranked by any name of theirs, and equal names stay in the order in which they were given."""
    units = [("b", "Xã Tân Lập"), ("a", "Xã Tân Lập"), ("c", "Xã Khác")]
    assert names.rank("tan lap", units, name=lambda unit: unit[1]) == units[:2]


def test_every_real_commune_is_found_by_its_own_name():
    """Each of the real communes comes first for its full name, and among the first for it without marks."""
    if not UNITS.exists():
        pytest.skip(f"the real units are not at {UNITS}")
    with UNITS.open(encoding="utf-8") as file:
        full = sorted({row["ward"] for row in csv.DictReader(file, delimiter="\t")})
    assert len(full) > 2_000
    for name in full[::37]:
        assert names.rank(name, full)[0] == name
        assert name in names.rank(names.fold(name), full)[:5]
