"""The map of the country comes out of the package, and the changes since then are ours."""

import csv
import subprocess
import sys
from datetime import date

import pytest

from papers.unit_list import UnitListError, read_map
from papers.unit_package import packaged
from quarantine.names import marked
from quarantine.old_places import KnownPlaces
from quarantine.people import UnitKind
from quarantine.places import Doubt
from quarantine.unit_changes import RENAMED, brought_to

TODAY = date(2026, 11, 25)


@pytest.fixture(scope="module")
def country():
    """The map as of today."""
    return brought_to(TODAY, packaged())


def facts(units):
    """What two sources must agree on: everything but where a tone mark stands (Hoà, Hòa)."""
    return {
        (one.id, one.code, one.kind, marked(one.name), marked(one.province), one.parent_id) for one in units
    }


def test_the_map_is_that_of_july_2026(country, real_data):
    """34 provinces and 3,321 communes named and coded as in a list of July 2026; 187 spelt otherwise."""
    listed = read_map(real_data / "units" / "units_2026_07.tsv").units
    assert (country.counted(UnitKind.CDC), country.counted(UnitKind.STATION)) == (34, 3321)
    assert facts(country.units) == facts(listed)
    assert {one.name for one in country.units} != {one.name for one in listed}


def test_the_change_of_30_april_2026_is_held(country):
    """Đồng Nai is a city and ten of its communes are wards; the names of before lead there."""
    dong_nai = next(one for one in country.units if one.code == "75")
    wards = {change.code for change in RENAMED if change.code != "75"}
    assert dong_nai.name == "Thành phố Đồng Nai"
    assert len(wards) == 10
    assert {one.name.split()[0] for one in country.units if one.code in wards} == {"Phường"}
    assert {one.province for one in country.units if one.parent_id == dong_nai.id} == {dong_nai.name}
    places = KnownPlaces(country)
    assert places.find("Tỉnh Đồng Nai", "", "xã Trảng Bom").code == "26248"
    assert places.find("Bình Phước", "Lộc Ninh", "thị trấn Lộc Ninh").code == "25270"


def test_before_that_day_the_map_is_as_it_was():
    """The changes are dated: on 29 April 2026 Đồng Nai was a province with communes."""
    units = brought_to(date(2026, 4, 29), packaged("75")).units
    assert units[0].name == "Tỉnh Đồng Nai"
    assert next(one.name for one in units if one.code == "26248") == "Xã Trảng Bom"


def test_a_list_that_has_the_change_gains_the_names_of_before(real_data):
    """Bringing up to date what is up to date changes no unit."""
    listed = read_map(real_data / "units" / "units_2026_07.tsv")
    brought = brought_to(TODAY, listed)
    assert brought.units == listed.units
    assert brought_to(TODAY, brought) == brought
    assert {one.name for one in brought.names} >= {"Tỉnh Đồng Nai", "Xã Trảng Bom"}


def test_old_communes_lead_where_an_independent_list_says(country, real_data):
    """Of 10,033 old addresses none is sent elsewhere, and where several may be meant somebody is asked."""
    places = KnownPlaces(country)
    went, asked, unknown = {}, set(), 0
    with (real_data / "units" / "commune_old_to_new.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row["old_ward"] and row["new_ward_code"]:
                key = row["old_province"], row["old_district"], row["old_ward"]
                went.setdefault(key, set()).add(row["new_ward_code"].replace("06970", "06978"))
    for key, codes in went.items():
        found = places.find(*key)
        if found.code is None:
            asked.add(key)
            unknown += found.doubt is Doubt.UNKNOWN
        elif found.code not in codes:
            pytest.fail(f"{key} went to {codes}, not to {found.code}")
    split = {key for key, codes in went.items() if len(codes) > 1}
    assert len(went) > 10_000
    assert len(split - asked) <= 2  # that list says of two communes that each went wholly to two places
    assert len(asked - split) < 40
    assert unknown <= 10  # "Phường IV" and "Kan Hồ" are spelt otherwise there


def test_one_province_can_be_chosen_and_another_is_refused():
    """A province comes with its own communes and predecessors only."""
    known = packaged("04")
    here = {one.id for one in known.units}
    assert (known.counted(UnitKind.CDC), known.counted(UnitKind.STATION)) == (1, 56)
    assert {one.unit_id for one in known.names} <= here
    with pytest.raises(UnitListError, match="no province 99"):
        packaged("99")


def test_the_geometry_libraries_stay_unloaded():
    """Only the package's data is read: what it imports would cost a second and a hundred megabytes."""
    look = (
        "import sys; from papers.unit_package import packaged; packaged('04'); "
        "print(sorted({'numpy', 'shapely', 'geopy', 'vietnamadminunits'} & set(sys.modules)))"
    )
    assert (
        subprocess.run((sys.executable, "-c", look), capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )
