"""Old addresses: today's commune where there is one answer, a question where there are several."""

from datetime import date

import pytest

from quarantine.old_places import KnownPlaces
from quarantine.people import Unit, UnitKind
from quarantine.places import Doubt, Located
from quarantine.units import LAST_DAY_BEFORE, OtherName, UnitMap, read_hotline

HANOI, HCM, LAM_DONG = "Thành phố Hà Nội", "Thành phố Hồ Chí Minh", "Tỉnh Lâm Đồng"


def station(code, name, province):
    """A station of today."""
    return Unit(int(code), code, UnitKind.STATION, name, province)


def before(new, code, name, district, province, *, partly=False):
    """A commune of before July 2025 that went into one of today."""
    return OtherName(int(new), name, code, district, province, partly, LAST_DAY_BEFORE)


PLACES = KnownPlaces(
    UnitMap(
        (
            station("00004", "Phường Ba Đình", HANOI),
            station("00008", "Phường Ngọc Hà", HANOI),
            station("27142", "Phường Nhiêu Lộc", HCM),
            station("27211", "Phường Hòa Hưng", HCM),
            station("26506", "Phường Vũng Tàu", HCM),
            station("26662", "Xã Long Hải", HCM),
            station("23272", "Đặc khu Phú Quý", LAM_DONG),
        ),
        (
            before("00004", "00004", "Phường Trúc Bạch", "Quận Ba Đình", HANOI),
            before("00004", "00016", "Phường Ngọc Hà", "Quận Ba Đình", HANOI, partly=True),
            before("00008", "00016", "Phường Ngọc Hà", "Quận Ba Đình", HANOI, partly=True),
            before("27142", "27151", "Phường 11", "Quận 3", HCM),
            before("27211", "27175", "Phường 11", "Quận 10", HCM),
            before("26506", "26508", "Phường Thắng Tam", "Thành phố Vũng Tàu", "Tỉnh Bà Rịa - Vũng Tàu"),
            before("23272", "23278", "Xã Long Hải", "Huyện Phú Quí", "Tỉnh Bình Thuận"),
            before("23272", "23275", "Xã A Xan", "Huyện Phú Quí", "Tỉnh Bình Thuận"),
            OtherName(8, "Làng hoa"),
        ),
    )
)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (("Hà Nội", "", "Phường Ngọc Hà"), "00008"),  # today's, as no district is named
        (("Hà Nội", "Ba Đình", "truc bach"), "00004"),
        (("Hà Nội", "", "Trúc Bạch"), "00004"),
        (("", "", "làng hoa"), "00008"),
        (("HCM", "Q.3", "P.11"), "27142"),
        (("tphcm", "10", "011"), "27211"),
        (("Bình Thuận", "Phú Quý", "Long Hải"), "23272"),
        (("Bình Thuận", "", "Long Hải"), "23272"),  # not that of Hồ Chí Minh, which is today's
        (("Vũng Tàu", "", "Long Hải"), "26662"),
        (("Bình Thuận", "", "axan"), "23272"),
        (("Bình Thuận", "Phú Quí", "23278"), "23272"),
        (("HCM", "Quận 3", "4"), None),  # ward 4 is not the code 00004
    ],
)
def test_an_old_address_becomes_a_unit_of_today(address, code):
    """By name or code, with its district or without; the province of before holds too."""
    assert PLACES.find(*address).code == code


@pytest.mark.parametrize(
    ("province", "district"),
    [("Đồng Nai", ""), ("Tỉnh Cà Mau", ""), ("", "TP Đà Nẵng"), ("hue", "")],
)
def test_a_namesake_in_a_province_that_is_not_known_here_is_not_taken_for_ours(province, district):
    """Long Hải of elsewhere is none of ours, and the row goes back; a slip excludes nothing."""
    found = PLACES.find(province, district, "Xã Long Hải")
    assert (found.code, found.doubt) == (None, Doubt.UNKNOWN)
    assert PLACES.find("Hồ Chí Min", "", "phường Vũng Tàu").code == "26506"


def test_where_an_old_commune_was_split_both_are_named():
    """Nothing is assumed: whoever mends the row chooses."""
    found = PLACES.find("Hà Nội", "Ba Đình", "P. Ngọc Hà")
    assert found == Located(
        doubt=Doubt.SPLIT, names=(f"Phường Ba Đình ({HANOI})", f"Phường Ngọc Hà ({HANOI})")
    )


def test_one_part_alone_is_no_answer():
    """Where only one part of a split commune is loaded, the rest may still be elsewhere: ask."""
    part = before("00008", "00016", "Phường Ngọc Khánh", "Quận Ba Đình", HANOI, partly=True)
    found = KnownPlaces(UnitMap((station("00008", "Phường Ngọc Hà", HANOI),), (part,))).find(
        "", "", "Ngọc Khánh"
    )
    assert (found.code, found.doubt) == (None, Doubt.SPLIT)


def test_namesakes_are_told_apart_by_their_districts():
    """Without the district the row goes back with the districts that there are."""
    found = PLACES.find("HCM", "", "phường 11")
    assert found == Located(doubt=Doubt.SEVERAL, names=("Phường 11, Quận 3", "Phường 11, Quận 10"))


def test_a_wrong_district_is_not_passed_over():
    """A commune of that name in another district is offered, not taken."""
    found = PLACES.find("HCM", "Quận 5", "Phường 11")
    assert (found.code, found.doubt) == (None, Doubt.UNKNOWN)
    assert "Phường 11, Quận 3" in found.names


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0206 3852 272", "02063852272"),
        ("+84 912 345 678", "0912345678"),
        ("1022", "1022"),
        ("1900 9095", "19009095"),
    ],
)
def test_a_hotline_may_be_a_phone_or_a_service(typed, number):
    """Landlines, mobiles and short numbers of services."""
    assert read_hotline(typed) == number


@pytest.mark.parametrize("typed", ["", "abc", "12", "0206", "1234567890123"])
def test_what_cannot_be_called_is_no_hotline(typed):
    """The sentence shows how to write it."""
    with pytest.raises(ValueError, match="is no number to call: write it like"):
        read_hotline(typed)


def test_the_last_day_of_the_old_map():
    """The new map holds from 1 July 2025."""
    assert date(2025, 6, 30) == LAST_DAY_BEFORE
