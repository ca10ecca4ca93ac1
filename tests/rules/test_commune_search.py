"""Communes by typing: today's names, then aliases and names of before, and where in doubt a question."""

import pytest

from quarantine.commune_search import search
from quarantine.people import Unit, UnitKind
from quarantine.units import LAST_DAY_BEFORE, OtherName

PROVINCE = "Tỉnh Cao Bằng"
PLACES = ("Phường Thục Phán", "Xã Hòa An", "Xã Bảo Lạc", "Phường Tân Giang", "Xã Hợp Giang Hạ", "Xã Cư M'gar")
COMMUNES = [Unit(n, f"{n:05}", UnitKind.STATION, name, PROVINCE) for n, name in enumerate(PLACES, 1)]
THUC_PHAN, HOA_AN, BAO_LAC, TAN_GIANG, HOP_GIANG_HA, CU_MGAR = COMMUNES


def old(unit, name, district="Thành phố Cao Bằng", *, partly=False):
    """A commune of before July 2025."""
    return OtherName(unit.id, name, "01273", district, PROVINCE, partly, LAST_DAY_BEFORE)


NAMES = [
    old(THUC_PHAN, "Phường Đề Thám"),
    old(THUC_PHAN, "Phường Hợp Giang"),
    old(THUC_PHAN, "Phường Tân Giang", partly=True),
    old(TAN_GIANG, "Phường Tân Giang", partly=True),
    old(THUC_PHAN, "Xã Vĩnh Quang"),
    old(BAO_LAC, "Xã Vĩnh Quang", "Huyện Bảo Lâm"),
    OtherName(HOA_AN.id, "Nước Hai"),
    OtherName(99, "Đề Thám của nơi khác"),
]


def found(text):
    """Units and old names of the hits, and whether the first may be taken when it is alone."""
    hits = search(text, COMMUNES, lambda: NAMES)
    return [(hit.unit, hit.was.name if hit.was else None) for hit in hits]


@pytest.mark.parametrize(
    ("typed", "hits"),
    [
        ("thuc phan", [(THUC_PHAN, None)]),
        ("Hoà An", [(HOA_AN, None)]),
        ("nước hai", [(HOA_AN, None)]),
        ("đề thám", [(THUC_PHAN, "Phường Đề Thám")]),
        ("P. De Tham", [(THUC_PHAN, "Phường Đề Thám")]),
        ("de th", [(THUC_PHAN, "Phường Đề Thám")]),
        ("phường cũ Đề Thám", [(THUC_PHAN, "Phường Đề Thám")]),
        ("thị trấn cũ Đề Thám", [(THUC_PHAN, "Phường Đề Thám")]),
        ("Đề Thám (cũ)", [(THUC_PHAN, "Phường Đề Thám")]),
        ("de tham cu", [(THUC_PHAN, "Phường Đề Thám")]),
        ("hợp giang", [(THUC_PHAN, "Phường Hợp Giang"), (HOP_GIANG_HA, None)]),
        ("hợp giang hạ", [(HOP_GIANG_HA, None)]),
        ("tân giang", [(TAN_GIANG, None)]),
        ("Tân Giang cũ", [(THUC_PHAN, "Phường Tân Giang"), (TAN_GIANG, "Phường Tân Giang")]),
        ("vĩnh quang", [(THUC_PHAN, "Xã Vĩnh Quang"), (BAO_LAC, "Xã Vĩnh Quang")]),
        ("vĩnh quang, bảo lâm", [(BAO_LAC, "Xã Vĩnh Quang")]),
        ("vinh quang huyen bao lam", [(BAO_LAC, "Xã Vĩnh Quang")]),
        ("xã Cư M'gar", [(CU_MGAR, None)]),
        ("xa cu m'gar", [(CU_MGAR, None)]),
        ("cũ", [(CU_MGAR, None)]),
        ("", []),
        ("Sài Gòn cũ", []),
    ],
)
def test_what_may_be_meant(typed, hits):
    """Whole names before parts, today's before those of before, unless the clerk says "cũ"."""
    assert found(typed) == hits


def test_a_part_of_a_split_commune_is_never_sure():
    """Even alone, as the other part may lie where the clerk does not work."""
    (only,) = search("tân giang cũ", [TAN_GIANG], lambda: NAMES)
    assert not only.sure
    (whole,) = search("đề thám", COMMUNES, lambda: NAMES)
    assert whole.sure


def test_names_of_before_are_read_only_when_needed():
    """A name of today is settled without them: most turns cost no further statement."""

    def unneeded():
        raise AssertionError("asked for the other names")

    assert [hit.unit for hit in search("Phường Thục Phán", COMMUNES, unneeded)] == [THUC_PHAN]
    assert [hit.unit for hit in search("bao lac", COMMUNES, unneeded)] == [BAO_LAC]
