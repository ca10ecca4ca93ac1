"""The list of units is read as published, and a wrong file is answered with the line and what is missing."""

import unicodedata

import pytest

from papers.unit_list import UnitListError, read_units
from quarantine.people import UnitKind

HEAD = "province_code\tprovince\tward_code\tward\tward_name\tname_en\n"
TWO = (
    HEAD
    + "01\tThành phố Hà Nội\t00004\tPhường Ba Đình\tBa Đình\tBa Dinh\n"
    + "04\tTỉnh Cao Bằng\t01273\tPhường Thục Phán\tThục Phán\tThuc Phan\n"
)


@pytest.fixture
def listed(tmp_path):
    """Write a list and name its file."""

    def write(text, encoding="utf-8"):
        path = tmp_path / "units.tsv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


@pytest.mark.parametrize(
    "text", [TWO, "\ufeff" + TWO, unicodedata.normalize("NFD", TWO), TWO.replace("\n", "\r\n")]
)
def test_provinces_and_communes_become_units(listed, text):
    """A CDC for each province above a station for each commune, whatever the file's Unicode and line ends."""
    hanoi, ba_dinh, cao_bang, thuc_phan = read_units(listed(text))
    assert (hanoi.kind, ba_dinh.kind) == (UnitKind.CDC, UnitKind.STATION)
    assert (ba_dinh.code, ba_dinh.name, ba_dinh.parent_id) == ("00004", "Phường Ba Đình", hanoi.id)
    assert (thuc_phan.province, thuc_phan.parent_id) == ("Tỉnh Cao Bằng", cao_bang.id)


def test_one_province_can_be_chosen(listed):
    """A province loads its own communes only."""
    assert [unit.code for unit in read_units(listed(TWO), "04")] == ["04", "01273"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the first line names no column province_code"),
        (HEAD, "there is no commune in it"),
        (HEAD.replace("\t", ","), "columns end at tabs"),
        (HEAD + "01\tHà Nội\t\tBa Đình\n", "line 2: ward_code is empty"),
        (HEAD + "01\tHà Nội\n", "line 2: ward_code is empty"),
        (HEAD + "HN\tHà Nội\t00004\tBa Đình\n", "line 2: codes are digits"),
        (TWO + "04\tTỉnh Cao Bằng\t01273\tXã Khác\n", "line 4: the code 01273 is there twice"),
    ],
)
def test_a_wrong_file_is_answered_with_its_fault(listed, text, says):
    """Bad input: the line, and what is missing there."""
    with pytest.raises(UnitListError, match=says.replace("(", r"\(")):
        read_units(listed(text))


def test_files_that_cannot_be_read(listed, tmp_path):
    """Another encoding, no file at all, or a province that is not in it."""
    with pytest.raises(UnitListError, match="not text in UTF-8"):
        read_units(listed(TWO, "utf-16"))
    with pytest.raises(UnitListError, match="No such file"):
        read_units(tmp_path / "nothing.tsv")
    with pytest.raises(UnitListError, match="there is no province 99"):
        read_units(listed(TWO), "99")


def test_the_map_of_july_2026_is_read(real_data):
    """The real list: 34 provinces and 3,321 communes, each with an id and a code of its own."""
    units = read_units(real_data / "units" / "units_2026_07.tsv")
    assert len(units) == len({unit.id for unit in units}) == len({unit.code for unit in units}) == 34 + 3321
    assert {unit.id for unit in units} >= {unit.parent_id for unit in units if unit.parent_id is not None}
