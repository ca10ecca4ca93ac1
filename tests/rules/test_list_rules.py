"""Rows of a list: each value read or refused with its reason, and the row checked against itself."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarantine import list_values as values
from quarantine.list_rules import Rules, judge
from quarantine.lists import Field, Flaw, RowRef, ValueKind, kind_of
from quarantine.people import Reason, Sex, Unit, UnitKind
from quarantine.places import Doubt, Located, NamedPlaces, split_address

TODAY = date(2026, 11, 25)
COMMUNES = (
    Unit(1, "04", UnitKind.CDC, "Tỉnh Cao Bằng", "Tỉnh Cao Bằng"),
    Unit(2, "01", UnitKind.CDC, "Thành phố Hà Nội", "Thành phố Hà Nội"),
    Unit(3, "01273", UnitKind.STATION, "Phường Thục Phán", "Tỉnh Cao Bằng", 1),
    Unit(4, "00008", UnitKind.STATION, "Phường Ngọc Hà", "Thành phố Hà Nội", 2),
    Unit(5, "01300", UnitKind.STATION, "Xã Tân An", "Tỉnh Cao Bằng", 1),
    Unit(6, "00900", UnitKind.STATION, "Xã Tân An", "Thành phố Hà Nội", 2),
    Unit(8, "01400", UnitKind.STATION, "Xã Ba Tơ", "Tỉnh Cao Bằng", 1),
    Unit(9, "01401", UnitKind.STATION, "Xã Ba Tô", "Tỉnh Cao Bằng", 1),
    Unit(7, "03200", UnitKind.STATION, "Xã Xa Dung", "Tỉnh Điện Biên", None),
)
PLACES = NamedPlaces(COMMUNES)
WHOLE = {
    Field.NAME: "NGUYỄN THỊ LAN",
    Field.PHONE: "912345678",
    Field.BIRTH: "12/03/1985",
    Field.SEX: "Nữ",
    Field.IDENTITY: "4185012345",
    Field.ADDRESS: "Số 5 tổ 3",
    Field.COMMUNE: "P. Thục Phán",
    Field.PROVINCE: "Cao Bằng",
    Field.ORDER_NUMBER: "131/QĐ-UBND ngày 20/11/2026",
    Field.FIRST_DAY: "20/11/2026",
    Field.REASON: "F1",
}


def judged(**changes):
    """The whole row with some cells changed; None takes the column away."""
    cells = {**WHOLE, **{Field(name): text for name, text in changes.items()}}
    cells = {column: text for column, text in cells.items() if text is not None}
    return judge(RowRef("Sheet1", 5), cells, Rules(TODAY, PLACES))


def flaws(entry):
    """What is wrong, by field."""
    return {(problem.field.value, problem.flaw.value) for problem in entry.problems}


def test_a_row_is_read_whole():
    """Every fact is there in the form that is stored, and only what was guessed or mended is said."""
    entry = judged(identity="004185012345")
    assert (entry.name, entry.phone, entry.birth_year, entry.sex) == (
        "Nguyễn Thị Lan",
        "0912345678",
        1985,
        Sex.FEMALE,
    )
    assert (entry.identity, entry.unit_code, entry.address) == ("004185012345", "01273", "Số 5 tổ 3")
    assert (entry.order_number, entry.order_date) == ("131/QĐ-UBND", date(2026, 11, 20))
    assert (entry.first_day, entry.reason) == (date(2026, 11, 20), Reason.CONTACT)
    assert entry.problems == ()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"name": ""}, ("name", "missing")),
        ({"name": "Billie78"}, ("name", "name_unclear")),
        ({"name": "=cmd|' /C calc'!A0"}, ("name", "name_unclear")),
        ({"phone": "12345"}, ("phone", "phone_unclear")),
        ({"phone": "9.12E+08"}, ("phone", "rounded")),
        ({"birth": "2031"}, ("birth", "birth_impossible")),
        ({"birth": "31/02/1985"}, ("birth", "birth_impossible")),
        ({"birth": "03/17/1985"}, ("birth", "month_first")),
        ({"birth": "abc"}, ("birth", "birth_unclear")),
        ({"sex": "asdf"}, ("sex", "sex_unclear")),
        ({"identity": "123"}, ("identity", "identity_unclear")),
        ({"identity": "7.92E+10"}, ("identity", "rounded")),
        ({"identity": "003185012345"}, ("identity", "identity_province")),
        ({"identity": "004186012345"}, ("identity", "identity_birth")),
        ({"identity": "004085012345"}, ("identity", "identity_sex")),
        ({"commune": "Thục Phánn"}, ("commune", "commune_unknown")),
        ({"commune": "Tân An", "province": ""}, ("commune", "commune_several")),
        ({"commune": "", "address": "Số 5 tổ 3"}, ("commune", "missing")),
        ({"commune": "", "address": ""}, ("address", "missing")),
        ({"order_number": ""}, ("order_number", "missing")),
        ({"order_number": "UBND"}, ("order_number", "order_unclear")),
        ({"first_day": ""}, ("first_day", "missing")),
        ({"first_day": "31/11/2026"}, ("first_day", "day_impossible")),
        ({"first_day": "11/23/2026"}, ("first_day", "month_first")),
        ({"first_day": "sớm"}, ("first_day", "day_unclear")),
        ({"last_day": "10/11/2026"}, ("last_day", "last_before_first")),
        ({"reason": "F9"}, ("reason", "reason_unclear")),
        ({"reason": ""}, ("reason", "missing")),
        ({"address": "a" * 201}, ("address", "too_long")),
    ],
)
def test_what_is_wrong_goes_back(changes, expected):
    """Each mistake is told by field and reason, and the row is refused; nothing else is said of it."""
    entry = judged(**{"identity": "", **changes})
    assert flaws(entry) == {expected}
    assert entry.refused


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"phone": "không có"}, ("phone", "no_phone")),
        ({"phone": "0912345678 / 0987654321"}, ("phone", "phone_several")),
        ({"birth": "41 tuổi"}, ("birth", "birth_guessed")),
        ({"identity": "4185012345"}, ("identity", "zeros_restored")),
        ({"identity": "080123456"}, ("identity", "identity_old")),
        ({"identity": "C1234567"}, ("identity", "identity_passport")),
        ({"address": ""}, ("address", "no_address")),
        ({"first_day": "20/11/2025"}, ("first_day", "day_unusual")),
    ],
)
def test_what_is_doubtful_is_accepted_and_said(changes, expected):
    """A guess or a gap that the station can mend does not send the row back."""
    entry = judged(**{"identity": "", **changes})
    assert flaws(entry) == {expected}
    assert not entry.refused


def test_a_hint_names_units_only():
    """Whoever mends the row is offered the communes that may be meant."""
    (problem,) = judged(identity="", commune="Thục Phánn").problems
    assert problem.hint == ("Phường Thục Phán (Tỉnh Cao Bằng)",)
    assert problem.kind is ValueKind.TEXT


def test_a_column_that_the_list_lacks_is_no_mistake_of_a_row():
    """Order, first day and reason may be said once for the whole list; the row is not refused for it."""
    entry = judged(identity="", order_number=None, first_day=None, reason=None, phone=None)
    assert entry.problems == ()
    assert (entry.order_number, entry.first_day, entry.reason) == (None, None, None)


def test_what_the_list_says_once_counts_for_each_row():
    """A value for the whole list stands where the row is silent, and never over what the row says."""
    rules = Rules(TODAY, PLACES, {Field.FIRST_DAY: "19/11/2026", Field.REASON: "F0"})
    entry = judge(RowRef("a", 1), {**WHOLE, Field.FIRST_DAY: ""}, rules)
    assert (entry.first_day, entry.reason) == (date(2026, 11, 19), Reason.CONTACT)


class OldPlaces:
    """Knows one commune of before July 2025, whose parts lie in two of today's."""

    def find(self, province, district, commune):
        """Split, whatever is asked; the district is handed on too."""
        assert (province, district, commune) == ("Hà Nội", "Ba Đình", "Ngọc Hà")
        return Located(doubt=Doubt.SPLIT, names=("Phường Ngọc Hà", "Phường Ba Đình"))


def test_an_old_commune_that_was_split_is_asked_about():
    """Whoever knows old addresses may say that one has two answers; the row goes back with both."""
    cells = {**WHOLE, Field.PROVINCE: "Hà Nội", Field.DISTRICT: "Ba Đình", Field.COMMUNE: "Ngọc Hà"}
    entry = judge(RowRef("a", 1), {**cells, Field.IDENTITY: ""}, Rules(TODAY, OldPlaces()))
    (problem,) = entry.problems
    assert (problem.flaw, problem.hint) == (Flaw.COMMUNE_SPLIT, ("Phường Ngọc Hà", "Phường Ba Đình"))


def test_without_units_the_commune_is_not_checked():
    """A row is not refused because nobody has loaded the units."""
    entry = judge(RowRef("a", 1), {**WHOLE, Field.COMMUNE: "Nowhere"}, Rules(TODAY))
    assert (entry.unit_code, entry.refused) == (None, False)


@pytest.mark.parametrize(
    ("province", "commune", "code"),
    [
        ("Tỉnh Cao Bằng", "Phường Thục Phán", "01273"),
        ("CAO BANG", "thuc phan", "01273"),
        ("04", "1273", "01273"),
        ("", "P.Ngọc Hà", "00008"),
        ("HN", "Xã Ngọc Hà", "00008"),
        ("TP Hà Nội", "Tân An", "00900"),
        ("Điện Biên", "Xa Dung", "03200"),
        ("Cao Bằng", "Ba Tô", "01401"),
        ("Cao Bằng", "X. BA TƠ", "01400"),
        ("Cao Bằng", "ba to", None),
        ("Điện Biên", "xã Xa Dung", "03200"),
    ],
)
def test_communes_are_found_by_name_and_code(province, commune, code):
    """With or without marks, type word and province, by a code with or without its zeros."""
    assert PLACES.find(province, "", commune).code == code


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("12 Lê Lợi, phường Ngọc Hà, Hà Nội", ("Hà Nội", "", "phường Ngọc Hà")),
        ("12 Lê Lợi, P.Ngọc Hà, Q. Ba Đình, TP Hà Nội", ("TP Hà Nội", "Q. Ba Đình", "P.Ngọc Hà")),
        ("Xóm 3 - xã Tân An - Cao Bằng", ("Cao Bằng", "", "xã Tân An")),
        ("5 tổ 3, Thục Phán, Cao Bằng", ("Cao Bằng", "", "Thục Phán")),
        ("Số 5 tổ 3", ("", "", "")),
    ],
)
def test_an_address_names_its_commune(address, parts):
    """The commune stands at the end of an address that is written in one cell."""
    assert split_address(address) == parts


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("Phường Thục Phán, tỉnh Cao Bằng", "01273"),
        ("Thục Phán - Cao Bằng", "01273"),
        ("Thục Phán (phường)", "01273"),
        ("Tổ 3, phường Thục Phán", "01273"),
        ("Xã Tân An, Hà Nội", "00900"),
        ("phường Ngọc Hà, TP Hà Nội", "00008"),
    ],
)
def test_a_communes_cell_may_say_more_than_its_name(cell, code):
    """Province, house or type beside the name: read all the same; what a hint says can be written there."""
    row = {Field.NAME: "Lê Văn Dần", Field.BIRTH: "1980", Field.ADDRESS: "Tổ 3", Field.COMMUNE: cell}
    assert judge(RowRef("", 2), row, Rules(TODAY, PLACES)).unit_code == code


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("F0", Reason.CASE),
        ("f 1", Reason.CONTACT),
        ("Tiếp xúc F0", Reason.CONTACT),
        ("tiếp xúc gần F1", Reason.SECOND_CONTACT),
        ("F2 (tiếp xúc F1)", Reason.SECOND_CONTACT),
        ("Về từ vùng dịch", Reason.RETURN),
        ("nhập cảnh", Reason.RETURN),
        ("Dương tính", Reason.CASE),
    ],
)
def test_reasons_in_words_and_codes(text, reason):
    """The reason is read however the list writes it."""
    assert values.read_reason(text).value is reason


@pytest.mark.parametrize("text", ["F0/F1", "F0 hoặc F1", "abc", "F3"])
def test_two_reasons_are_none(text):
    """A cell that leaves the reason open is asked back."""
    assert values.read_reason(text).flaws == (Flaw.REASON_UNCLEAR,)


@pytest.mark.parametrize(
    ("male", "female", "sex", "year"),
    [("1985", "", Sex.MALE, 1985), ("", "x", Sex.FEMALE, None), ("12/03/1990", "", Sex.MALE, 1990)],
)
def test_sex_by_the_column_that_is_filled(male, female, sex, year):
    """Forms have columns Nam and Nữ with the year of birth or a cross in one of them."""
    entry = judged(identity="", sex=None, birth=None, male=male, female=female)
    assert (entry.sex, entry.birth_year) == (sex, year)


def test_two_digits_beneath_a_sex_are_asked_back():
    """35 beneath "Nam" may be an age or a year of birth: nobody's year is guessed."""
    assert ("male", "birth_unclear") in flaws(judged(identity="", sex=None, birth=None, male="35"))


def test_a_cross_in_both_columns_is_asked_back():
    """Nobody is guessed to be one or the other."""
    assert ("male", "sex_unclear") in flaws(judged(identity="", sex=None, male="x", female="x"))


@given(st.dates(date(1920, 1, 1), date(2098, 12, 31)))
def test_every_way_to_write_a_day_is_the_same_day(day):
    """d/m/Y, d-m-Y, d.m.Y, ISO, words and the serial number of a spreadsheet agree."""
    serial = (day - values.SERIAL_ZERO).days
    written = (
        f"{day:%d/%m/%Y}",
        f"{day:%d-%m-%Y}",
        f"{day:%d.%m.%Y}",
        f"{day.day}/{day.month}/{day.year}",
        day.isoformat(),
        f"{day:%d/%m/%Y} 08:30",
        f"ngày {day.day} tháng {day.month} năm {day.year}",
        str(serial),
        f"{serial}.0",
    )
    assert {values.read_date(text, TODAY).value for text in written} == {day}


@given(st.text(max_size=40), st.sampled_from(Field))
def test_no_text_breaks_a_row(text, column):
    """Whatever stands in a cell, the row comes out with an answer, and no problem quotes the cell."""
    entry = judge(RowRef("a", 1), {**WHOLE, column: text}, Rules(TODAY, PLACES))
    assert all(problem.hint == () or column in {Field.COMMUNE, Field.PROVINCE} for problem in entry.problems)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", ValueKind.EMPTY),
        (" ", ValueKind.EMPTY),
        ("20/11/2026", ValueKind.DATE),
        ("2026-11-20", ValueKind.DATE),
        ("7.92E+10", ValueKind.NUMBER),
        ("+84 912 345 678", ValueKind.NUMBER),
        ("Lan", ValueKind.TEXT),
        ("Tổ 3", ValueKind.MIXED),
    ],
)
def test_the_kind_of_a_value_is_all_that_is_told(text, kind):
    """Reports name the kind of what stood there, never the value."""
    assert kind_of(text) is kind
