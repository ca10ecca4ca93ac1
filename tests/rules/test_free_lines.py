"""Free lines: parts in any order, with or without marks; an ordinary sentence is never taken for a person."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest

from quarantine.free_lines import read_pasted
from quarantine.list_rules import Rules, judge
from quarantine.lists import Entry, Field, Flaw, RowRef
from quarantine.names import plain
from quarantine.people import Reason, Sex, Unit, UnitKind
from quarantine.places import NamedPlaces

TODAY = date(2026, 11, 23)
PROVINCES = ("Hà Nội", "Hà Giang", "Phú Thọ")
UNITS = (
    Unit(1, "01", UnitKind.CDC, "CDC Hà Nội", "Hà Nội"),
    Unit(2, "00008", UnitKind.STATION, "Phường Ngọc Hà", "Hà Nội", 1),
)
ISSUE = "Nguyễn Văn An, nam, 1985, 0912 345 678, 12 Lê Lợi, phường Ngọc Hà, Hà Nội, F1 từ 20/11"


def people(text: str) -> list[Entry]:
    """Those in a text, judged by the rules of lists."""
    rules = Rules(TODAY, NamedPlaces(UNITS))
    return [judge(RowRef("", 1), cells, rules) for cells in read_pasted(text, TODAY, PROVINCES).people]


def facts(entry: Entry) -> tuple[object, ...]:
    """What the line of the issue says."""
    return (
        entry.name,
        entry.sex,
        entry.birth_year,
        entry.phone,
        entry.address,
        entry.unit_code,
        entry.reason,
        entry.first_day,
    )


AN = (
    "Nguyễn Văn An",
    Sex.MALE,
    1985,
    "0912345678",
    "12 Lê Lợi",
    "00008",
    Reason.CONTACT,
    date(2026, 11, 20),
)


@pytest.mark.parametrize("apart", [", ", "; ", " | ", "\n", "\t", " - ", ","])
def test_the_line_of_the_issue(apart: str):
    """Every fact finds its place, whatever stands between the parts."""
    (entry,) = people(apart.join(ISSUE.split(", ")))
    assert facts(entry) == AN
    assert not entry.problems


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_parts_may_come_in_any_order(order: tuple[int, ...]):
    """Name, person, address and order of quarantine are told apart by their looks, not by their place."""
    groups = (
        "Nguyễn Văn An",
        "1985, 0912 345 678, nam",
        "12 Lê Lợi, phường Ngọc Hà, Hà Nội",
        "20/11, F1",
    )
    (entry,) = people(", ".join(groups[place] for place in order))
    assert facts(entry) == AN


@pytest.mark.parametrize(
    "line",
    [
        "Nguyễn Văn An nam 1985 0912 345 678 12 Lê Lợi phường Ngọc Hà Hà Nội F1 từ 20/11",
        "Nguyễn Văn An nam sn 85 0912.345.678 12 Lê Lợi, p.Ngọc Hà Hà Nội, f1 từ 20/11",
        "Nguyễn Văn An (nam, 1985), sđt 0912-345-678; 12 Lê Lợi; p Ngọc Hà; Hà Nội; F1 20/11",
        "Nguyễn Văn An sn85 nam, 0912345678 12 Lê Lợi, phường Ngọc Hà - Hà Nội, tiếp xúc gần từ 20.11",
        "1) Nguyễn Văn An\tnam 1985 +84912345678\t12 Lê Lợi phường Ngọc Hà\tHà Nội F1 từ 20/11",
    ],
)
def test_commas_may_be_missing(line: str):
    """A clerk late at night marks some of the places where a fact ends, or none."""
    (entry,) = people(line)
    assert facts(entry) == AN


@pytest.mark.parametrize(
    ("line", "name", "sex"),
    [
        ("nguyen thi lan nu sn 85 0912.345.678 12 le loi p ngoc ha", "Nguyen Thi Lan", Sex.FEMALE),
        ("Lê Văn Hoài Nam 1985 0912345678 F1", "Lê Văn Hoài Nam", None),
        ("Lê Văn Nam nam 1985 0912345678 F1", "Lê Văn Nam", Sex.MALE),
        ("Trần Thị Nữ sn 1985 0912345678 F1", "Trần Thị Nữ", None),
        ("le van hoai nam 1985 0912345678 F1", "Le Van Hoai Nam", None),
    ],
)
def test_a_name_keeps_its_last_word_where_that_may_be_no_sex(line: str, name: str, sex: Sex | None):
    """Nam is a name too: in doubt the sex is asked, and the review shows the name."""
    (entry,) = people(line)
    assert (entry.name, entry.sex) == (name, sex)


def test_marks_are_not_needed():
    """What was typed without marks is read the same; the name stays as it was typed."""
    (entry,) = people(plain(ISSUE))
    assert facts(entry)[1:] == (*AN[1:4], "12 le loi", *AN[5:])
    assert entry.name == "Nguyen Van An"


@pytest.mark.parametrize(
    ("part", "field", "value"),
    [
        ("nữ 1990", "birth_year", 1990),
        ("sn 90", "birth_year", 1990),
        ("sinh ngày 12/03/1990", "birth_year", 1990),
        ("12/03/1990", "birth_year", 1990),
        ("41 tuổi", "birth_year", 1985),
        ("năm sinh: 1990", "birth_year", 1990),
        ("sđt 0987654321", "phone", "0987654321"),
        ("+84 987 654 321", "phone", "0987654321"),
        ("CCCD 001190012345", "identity", "001190012345"),
        ("131/QĐ-UBND", "order_number", "131/QĐ-UBND"),
        ("QĐ 131/QĐ-UBND", "order_number", "131/QĐ-UBND"),
        ("qd so 131/qd-ubnd", "order_number", "131/qd-ubnd"),
        ("tiếp xúc gần", "reason", Reason.CONTACT),
        ("về từ vùng dịch", "reason", Reason.RETURN),
        ("cách ly từ ngày 20/11/2026", "first_day", date(2026, 11, 20)),
        ("từ hôm qua", "first_day", date(2026, 11, 22)),
        ("F2 từ hôm nay", "first_day", date(2026, 11, 23)),
        ("20/11", "first_day", date(2026, 11, 20)),
        ("địa chỉ: tổ 3 Đội Cấn", "address", "tổ 3 Đội Cấn"),
    ],
)
def test_what_a_part_may_look_like(part: str, field: str, value: object):
    """Each fact in the ways that clerks write it."""
    beside = "1990" if field == "reason" else "mắc bệnh"
    (entry,) = people(f"Trần Thị Bé, nữ, {beside}, {part}")
    assert getattr(entry, field) == value


def test_several_lines_are_several_people_and_the_rest_is_told():
    """Enumerated or not; a heading is nobody, and is not lost in silence."""
    text = "Danh sách F1:\n1. Nguyễn Văn An, nam, 1985\n2) Trần Thị Bé; nữ; 0987 654 321\n- Lê Tư | nam | F0"
    found = read_pasted(text, TODAY)
    assert [cells[Field.NAME] for cells in found.people] == ["Nguyễn Văn An", "Trần Thị Bé", "Lê Tư"]
    assert found.unread == ("Danh sách F1:",)


def test_two_numbers_are_both_kept_for_the_question():
    """The rules of lists take the first and say so; who enrols in chat is asked instead."""
    for parts in ("0912 345 678, 0987 654 321", "0912345678/0987654321"):
        (entry,) = people(f"Nguyễn Văn An, nam, 1985, {parts}")
        assert [problem.flaw for problem in entry.problems if problem.field is Field.PHONE] == [
            Flaw.PHONE_SEVERAL
        ]


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("Hà Giang, nữ, 1990, 0912345678, 5 tổ 3, phường Ngọc Hà", "Hà Giang", "5 tổ 3"),
        ("Hà Nội, nữ, 1990, phường Ngọc Hà, 5 tổ 3, Lê Thị Lan", "Lê Thị Lan", "5 tổ 3"),
        ("Lê Lợi, nam, 1990, Lê Lợi, phường Ngọc Hà, Hà Nội", "Lê Lợi", "Lê Lợi"),
        ("nam, 1990, 12 Lê Lợi, phường Ngọc Hà, Hà Nội, Lê Lợi", "Lê Lợi", "12 Lê Lợi"),
    ],
)
def test_a_name_that_looks_like_a_place(text: str, name: str, address: str):
    """A province is the name only where nothing else can be; a street may be called like its resident."""
    (entry,) = people(text)
    assert (entry.name, entry.address, entry.unit_code) == (name, address, "00008")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Nguyễn Văn An",
        "Nguyễn Văn An, nam",
        "An, nam, 1985",
        "Chị Lan, hôm nay sốt, 38 độ",
        "Chào anh, em gửi danh sách, anh xem giúp nhé",
        "Nguyễn Văn An, sinh 1985, bị sốt từ hôm qua, đã gọi 115",
        "Bác Tư, 0912345678, sốt, ho, đau họng",
        "sốt, ho, nam, 1985, 0912345678",
        "Ngày mai 10 giờ, họp ở phường Ngọc Hà, anh Nam 0912345678, chị Lan 1985",
        "Nhờ anh xem giúp 0912345678 sinh 1985 F1 chị Lan Anh",
        "Hôm nay chị Nguyễn Thị Lan 0912345678 sinh năm 1985 nói gì",
        "Ngày mai 10 giờ họp ở phường Ngọc Hà anh Nam 0912345678 chị Lan 1985",
        "21.03512, 105.81234",
        "12 Lê Lợi, phường Ngọc Hà, Hà Nội",
        "không có triệu chứng, nhiệt độ 36,8, ở nhà",
        "1, 2, 3",
        "1985, 1990, 2001, nam, nữ",
        ", ; | \n\n",
        "x" * 4000,
        "a, " * 2000,
    ],
)
def test_an_ordinary_sentence_is_nobody(text: str):
    """It takes a name, two facts and hardly anything else."""
    assert read_pasted(text, TODAY, PROVINCES).people == ()
