"""The list of units is read as published, and a wrong file is answered with the line and what is missing."""

import unicodedata
from datetime import date

import pytest

from papers.unit_list import UnitListError, read_map
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
    hanoi, ba_dinh, cao_bang, thuc_phan = read_map(listed(text)).units
    assert (hanoi.kind, ba_dinh.kind) == (UnitKind.CDC, UnitKind.STATION)
    assert (ba_dinh.code, ba_dinh.name, ba_dinh.parent_id) == ("00004", "Phường Ba Đình", hanoi.id)
    assert (thuc_phan.province, thuc_phan.parent_id) == ("Tỉnh Cao Bằng", cao_bang.id)


def test_one_province_can_be_chosen(listed):
    """A province loads its own communes only."""
    assert [unit.code for unit in read_map(listed(TWO), "04").units] == ["04", "01273"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the first line names no column province_code"),
        (HEAD, "there is no commune in it"),
        (HEAD.replace("ward_code", "code"), "the first line names no column ward_code"),
        (HEAD.replace("ward_name", "district"), "the first line names no column district_code"),
        (
            HEAD.replace("ward_name", "hotline") + "01\tHà Nội\t00004\tBa Đình\tabc\t\n",
            "line 2: “abc” is no number",
        ),
        (
            HEAD.replace("ward_name", "valid_to") + "01\tHà Nội\t00004\tBa Đình\t1/7\t\n",
            "line 2: valid_to is a day",
        ),
        (HEAD + "01\tHà Nội\t\tBa Đình\n", "line 2: ward_code is empty"),
        (HEAD + "01\tHà Nội\n", "line 2: ward_code is empty"),
        (HEAD + "HN\tHà Nội\t00004\tBa Đình\n", "line 2: codes are digits"),
        (TWO + "04\tTỉnh Cao Bằng\t01273\tXã Khác\n", "line 4: the code 01273 is there twice"),
    ],
)
def test_a_wrong_file_is_answered_with_its_fault(listed, text, says):
    """Bad input: the line, and what is missing there."""
    with pytest.raises(UnitListError, match=says.replace("(", r"\(")):
        read_map(listed(text))


def test_files_that_cannot_be_read(listed, tmp_path):
    """Another encoding, no file at all, or a province that is not in it."""
    with pytest.raises(UnitListError, match="not text in UTF-8"):
        read_map(listed(TWO, "utf-16"))
    with pytest.raises(UnitListError, match="No such file"):
        read_map(tmp_path / "nothing.tsv")
    with pytest.raises(UnitListError, match="there is no province 99"):
        read_map(listed(TWO), "99")


def test_the_map_of_july_2026_is_read(real_data):
    """The real list: 34 provinces and 3,321 communes, each with an id and a code of its own."""
    units = read_map(real_data / "units" / "units_2026_07.tsv").units
    assert len(units) == len({unit.id for unit in units}) == len({unit.code for unit in units}) == 34 + 3321
    assert {unit.id for unit in units} >= {unit.parent_id for unit in units if unit.parent_id is not None}


def test_commas_and_semicolons_do_as_well(listed):
    """A list saved from a spreadsheet, with a quoted name, is the same list."""
    text = TWO.replace("\t", ";").replace("Phường Ba Đình", '"Phường Ba Đình"')
    assert read_map(listed(text)) == read_map(listed(TWO)) == read_map(listed(text.replace(";", ",")))


def test_a_row_may_say_more(listed):
    """A commune's hotline, aliases, and the day on which it ended."""
    head = "province_code\tprovince\tward_code\tward\thotline\taliases\tvalid_to\n"
    row = "04\tTỉnh Cao Bằng\t01273\tPhường Thục Phán\t0206 3852 272\tHợp Giang; Phố cũ\t2027-01-01\n"
    known = read_map(listed(head + row))
    station = known.units[1]
    assert (station.hotline, station.valid_to) == ("02063852272", date(2027, 1, 1))
    assert [(one.unit_id, one.name) for one in known.names] == [(1273, "Hợp Giang"), (1273, "Phố cũ")]


def test_a_map_of_before_july_2025_has_three_levels(listed):
    """Province, district and commune: the district's centre stands between, and all ended on 30 June 2025."""
    head = "province_code\tprovince\tdistrict_code\tdistrict\tward_code\tward\n"
    rows = (
        "01\tThành phố Hà Nội\t001\tQuận Ba Đình\t00004\tPhường Trúc Bạch\n"
        "01\tThành phố Hà Nội\t001\tQuận Ba Đình\t00016\tPhường Ngọc Hà\n"
    )
    cdc, centre, truc_bach, ngoc_ha = read_map(listed(head + rows)).units
    assert (centre.kind, centre.name) == (UnitKind.CENTRE, "Trung tâm Y tế Quận Ba Đình")
    assert (truc_bach.parent_id, ngoc_ha.parent_id, centre.parent_id) == (centre.id, centre.id, cdc.id)
    assert {unit.valid_to for unit in (cdc, centre, truc_bach)} == {date(2025, 6, 30)}
    assert truc_bach.id != read_map(listed(TWO)).units[1].id
