"""Typed measurements, years, days, yes and no, places and choices: the value, or why there is none."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarantine.measures import (
    Reading,
    Status,
    read_choices,
    read_coordinates,
    read_day,
    read_number,
    read_temperature,
    read_year,
    read_yes_no,
)

TODAY = date(2026, 12, 5)
OK, CONFIRM, NONE = Status.OK, Status.CONFIRM, Status.NONE
OUT, UNCLEAR, MONTH_FIRST = Status.OUT_OF_RANGE, Status.UNCLEAR, Status.MONTH_FIRST


@pytest.mark.parametrize(
    ("typed", "status", "value"),
    [
        ("38,5", OK, 38.5),
        ("38.5", OK, 38.5),
        ("38o5", OK, 38.5),
        ("38đ5", OK, 38.5),
        ("38d5", OK, 38.5),
        ("38 độ 5", OK, 38.5),
        ("38độ5", OK, 38.5),
        ("38 do 5", OK, 38.5),
        ("38 rưỡi", OK, 38.5),
        ("38 ruoi", OK, 38.5),
        ("38 độ rưỡi", OK, 38.5),
        ("38'5", OK, 38.5),
        ("38,5 độ", OK, 38.5),
        ("38.5°C", OK, 38.5),
        ("38°5", OK, 38.5),
        ("38º5", OK, 38.5),
        ("38 phẩy 5", OK, 38.5),
        ("38 chấm 5", OK, 38.5),
        ("38,5 oC", OK, 38.5),
        ("T 36.8", OK, 36.8),
        ("36,8.", OK, 36.8),
        ("36..8", OK, 36.8),
        ("36, 8", OK, 36.8),
        ("36,65", OK, 36.65),
        ("37", OK, 37.0),
        ("37 độ", OK, 37.0),
        ("dạ 37 độ ạ", OK, 37.0),
        ("sốt 38,5", OK, 38.5),
        ("đo lúc 7h30 được 38,2", OK, 38.2),
        ("7:30 38,2", OK, 38.2),
        ("5/12 đo 37,1", OK, 37.1),
        ("38 độ 2 ngày nay", OK, 38.0),
        ("37,0", OK, 37.0),
        ("34", OK, 34.0),
        ("42,5", OK, 42.5),
        ("385", CONFIRM, 38.5),
        ("368", CONFIRM, 36.8),
        ("38 5", CONFIRM, 38.5),
        ("38-5", CONFIRM, 38.5),
        ("38/5", CONFIRM, 38.5),
        ("sáng 37, chiều 38,5", CONFIRM, 38.5),
        ("37-38", CONFIRM, 38.0),
        ("37,38", CONFIRM, 38.0),
        ("37,5 đến 38", CONFIRM, 38.0),
        ("hơn 39", CONFIRM, 39.0),
        ("trên 38 độ", CONFIRM, 38.0),
        ("38 hơn", CONFIRM, 38.0),
        ("ba mươi tám độ rưỡi", CONFIRM, 38.5),
        ("ba tám độ năm", CONFIRM, 38.5),
        ("không có nhiệt kế", NONE, None),
        ("không có", NONE, None),
        ("ko co", NONE, None),
        ("ko có ạ", NONE, None),
        ("dạ không", NONE, None),
        ("k", NONE, None),
        ("0 có", NONE, None),
        ("0", NONE, None),
        ("chưa đo", NONE, None),
        ("em chưa đo được", NONE, None),
        ("nhiệt kế hỏng rồi", NONE, None),
        ("nhiet ke het pin", NONE, None),
        ("nhà không có nhiệt kế", NONE, None),
        ("33,9", OUT, None),
        ("42,6", OUT, None),
        ("98.6", OUT, None),
        ("100,4", OUT, None),
        ("108", OUT, None),
        ("3", OUT, None),
        ("3850", OUT, None),
        ("hơi nóng", UNCLEAR, None),
        ("không sốt", UNCLEAR, None),
        ("không biết", UNCLEAR, None),
        ("bình thường", UNCLEAR, None),
        ("", UNCLEAR, None),
        ("👍", UNCLEAR, None),
    ],
)
def test_temperature(typed, status, value):
    """domain.md A8's spellings; B5's range; digits run together or apart are asked back."""
    assert read_temperature(typed) == Reading(status, value)


@given(st.integers(340, 425))
def test_every_temperature_in_every_spelling(tenths):
    """Each tenth of a degree that can be reads the same however it is written."""
    whole, part = divmod(tenths, 10)
    for written in ("{},{}", "{}.{}", "{}o{}", "{}đ{}", "{} độ {}", "{} do {}", "{}°{}", "{},{} độ C"):
        assert read_temperature(written.format(whole, part)) == Reading(OK, tenths / 10)
    assert read_temperature(str(tenths)) == Reading(CONFIRM, tenths / 10)


@given(st.text() | st.from_regex(r"[0-9,. oCđh/:-]{0,20}", fullmatch=True))
def test_no_text_breaks_a_reader(text):
    """Whatever is typed is answered, and a value is there exactly with OK and CONFIRM."""
    readings = (
        read_temperature(text),
        read_number(text, 0, 100),
        read_year(text, TODAY),
        read_day(text, TODAY),
        read_coordinates(text),
    )
    for reading in readings:
        assert (reading.value is not None) == (reading.status in {OK, CONFIRM})
    temperature = readings[0].value
    assert temperature is None or 34.0 <= temperature <= 42.5
    assert read_yes_no(text) in {True, False, None}
    assert all(1 <= number <= 8 for number in read_choices(text, 8))


@pytest.mark.parametrize(
    ("typed", "status", "value"),
    [
        ("96", OK, 96.0),
        ("96%", OK, 96.0),
        ("spo2: 96", UNCLEAR, None),
        ("97,5", OK, 97.5),
        ("50", OK, 50.0),
        ("100", OK, 100.0),
        ("49", OUT, None),
        ("101", OUT, None),
        ("-96", OUT, None),
        ("96 97", UNCLEAR, None),
        ("cao", UNCLEAR, None),
    ],
)
def test_number(typed, status, value):
    """One number between the limits, both included."""
    assert read_number(typed, 50, 100) == Reading(status, value)


def test_number_in_words():
    """Small counts are often written out."""
    assert read_number("dạ ba người", 1, 10) == Reading(OK, 3.0)


@pytest.mark.parametrize(
    ("typed", "status", "value"),
    [
        ("1985", OK, 1985),
        ("sn 1985", OK, 1985),
        ("sinh năm 1985 ạ", OK, 1985),
        ("1985.0", OK, 1985),
        ("12/03/1985", OK, 1985),
        ("12-3-1985", OK, 1985),
        ("12 tháng 3 năm 1985", OK, 1985),
        ("12031985", OK, 1985),
        ("1985-03-12", OK, 1985),
        ("85", CONFIRM, 1985),
        ("sn 85", CONFIRM, 1985),
        ("12/3/85", CONFIRM, 1985),
        ("05", CONFIRM, 2005),
        ("26", CONFIRM, 2026),
        ("27", CONFIRM, 1927),
        ("40 tuổi", CONFIRM, 1986),
        ("2026", OK, 2026),
        ("1906", OK, 1906),
        ("1905", OUT, None),
        ("2027", OUT, None),
        ("150 tuổi", OUT, None),
        ("1985 1986", UNCLEAR, None),
        ("85 86", UNCLEAR, None),
        ("198", UNCLEAR, None),
        ("5", UNCLEAR, None),
        ("012345678901", UNCLEAR, None),
        ("không nhớ", UNCLEAR, None),
    ],
)
def test_year(typed, status, value):
    """A year of birth; two digits or an age are asked back, the future and over 120 years refused."""
    assert read_year(typed, TODAY) == Reading(status, value)


@pytest.mark.parametrize(
    ("typed", "status", "value"),
    [
        ("23/11", OK, date(2026, 11, 23)),
        ("23/11/2026", OK, date(2026, 11, 23)),
        ("23-11-26", OK, date(2026, 11, 23)),
        ("23.11.2026", OK, date(2026, 11, 23)),
        ("20.11", OK, date(2026, 11, 20)),
        ("23 11 2026", OK, date(2026, 11, 23)),
        ("23112026", OK, date(2026, 11, 23)),
        ("2026-11-23", OK, date(2026, 11, 23)),
        ("23 tháng 11", OK, date(2026, 11, 23)),
        ("ngày 23 tháng 11 năm 2026", OK, date(2026, 11, 23)),
        ("từ ngày 1/12 nhé", OK, date(2026, 12, 1)),
        ("7h30 ngày 23/11", OK, date(2026, 11, 23)),
        ("05/06", OK, date(2026, 6, 5)),
        ("07/03", OK, date(2027, 3, 7)),
        ("08/03", OK, date(2026, 3, 8)),
        ("29/02", OUT, None),
        ("29/02/2024", OK, date(2024, 2, 29)),
        ("12/03/85", OK, date(1985, 3, 12)),
        ("hôm nay", OK, TODAY),
        ("hom nay", OK, TODAY),
        ("Hôm nay ạ", OK, TODAY),
        ("từ hôm nay", OK, TODAY),
        ("hôm qua", OK, date(2026, 12, 4)),
        ("hôm kia", OK, date(2026, 12, 3)),
        ("mai", OK, date(2026, 12, 6)),
        ("ngày mai", OK, date(2026, 12, 6)),
        ("ngày kia", OK, date(2026, 12, 7)),
        ("3 ngày trước", CONFIRM, date(2026, 12, 2)),
        ("23", CONFIRM, date(2026, 11, 23)),
        ("ngày 6", CONFIRM, date(2026, 12, 6)),
        ("11/23", MONTH_FIRST, None),
        ("11/23/2026", MONTH_FIRST, None),
        ("31/02", OUT, None),
        ("29/02/2026", OUT, None),
        ("32/13", OUT, None),
        ("45", OUT, None),
        ("23/11 - 07/12", UNCLEAR, None),
        ("thứ hai", UNCLEAR, None),
        ("chưa biết", UNCLEAR, None),
        ("", UNCLEAR, None),
    ],
)
def test_day(typed, status, value):
    """Day before month; the nearest such day without a year; the American order has a status of its own."""
    assert read_day(typed, TODAY) == Reading(status, value)


@given(st.dates(date(2000, 1, 1), date(2060, 12, 31)))
def test_every_day_in_every_spelling(day):
    """Each day reads as itself in the spellings people use."""
    for written in (
        "%d/%m/%Y",
        "%d-%m-%Y",
        "%d.%m.%Y",
        "%d %m %Y",
        "%Y-%m-%d",
        "%d%m%Y",
        "%d tháng %m năm %Y",
    ):
        assert read_day(day.strftime(written), day) == Reading(OK, day)
    assert read_day(day.strftime("%d/%m"), day) == Reading(OK, day)


YES = "có|co|c|dạ có|da co|vâng|dạ vâng ạ|ừ|u|uh|um|phải|đúng|dung|dạ đúng rồi ạ|có nhé|Có.|ok|có chị ơi"
NAY = (
    "không|khong|ko|k|kg|kh|hông|hổng|hok|hong|hem|khg|chưa|chưa có|chả|chẳng|hết rồi|đỡ rồi|dạ không|"
    "ko co|Không.|không có gì|ko sao|dạ thưa không|không bác sĩ ơi|k ạ|đâu có|đừng"
)
NEITHER = (
    "có không|không thở được|không biết|không rõ|dạ|hơi mệt|bình thường|được không|khó thở|co giat|"
    "không hẳn|chưa chắc|38,5|để em xem|"
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *((typed, True) for typed in YES.split("|")),
        *((typed, False) for typed in NAY.split("|")),
        *((typed, None) for typed in NEITHER.split("|")),
    ],
)
def test_yes_no(typed, meant):
    """domain.md A8's words for yes and no, and only they: "không thở được" must never be a no."""
    assert read_yes_no(typed) is meant


@pytest.mark.parametrize(
    ("typed", "status", "value"),
    [
        ("21.0341, 105.8200", OK, (21.0341, 105.82)),
        ("21.0341,105.8200", OK, (21.0341, 105.82)),
        ("21.0341 105.8200", OK, (21.0341, 105.82)),
        ("21,0341 105,8200", OK, (21.0341, 105.82)),
        ("21,0341, 105,8200", OK, (21.0341, 105.82)),
        ("21,0341; 105,8200", OK, (21.0341, 105.82)),
        ("(21.0341, 105.8200)", OK, (21.0341, 105.82)),
        ("nhà em ở 21.0341, 105.8200 ạ", OK, (21.0341, 105.82)),
        ("105.8200, 21.0341", OK, (21.0341, 105.82)),
        ("21.0341N, 105.8200E", OK, (21.0341, 105.82)),
        ("21.03, 105.82", CONFIRM, (21.03, 105.82)),
        ("https://www.google.com/maps/@21.0341,105.8200,17z", OK, (21.0341, 105.82)),
        ("https://maps.google.com/?q=21.0341,105.8200", OK, (21.0341, 105.82)),
        ("https://www.google.com/maps?q=21.0341%2C105.8200&z=17", OK, (21.0341, 105.82)),
        ("https://www.google.com/maps/search/?api=1&query=21.0341,105.8200", OK, (21.0341, 105.82)),
        ("https://www.google.com/maps/search/21.0341,+105.8200", OK, (21.0341, 105.82)),
        (
            "https://www.google.com/maps/place/Nh%C3%A0/@21.0999,105.8999,17z/data=!3m1!4b1!8m2!3d21.0341!4d105.82",
            OK,
            (21.0341, 105.82),
        ),
        ("21°02'02.8\"N 105°49'12.0\"E", OK, (21.034111, 105.82)),
        ("8.6400, 111.9200", OK, (8.64, 111.92)),
        ("48.8566, 2.3522", OUT, None),
        ("https://maps.google.com/?q=48.8566,2.3522", OUT, None),
        ("-21.0341, 105.8200", OUT, None),
        ("0.0000, 0.0000", OUT, None),
        ("21, 105", UNCLEAR, None),
        ("221.0341, 405.8200", UNCLEAR, None),
        ("https://maps.app.goo.gl/AbCdEf123", UNCLEAR, None),
        ("12 Đội Cấn", UNCLEAR, None),
        ("21.0341", UNCLEAR, None),
        ("", UNCLEAR, None),
    ],
)
def test_coordinates(typed, status, value):
    """Pasted pairs and Google Maps links, decimal commas, swapped order; abroad is told apart from unread."""
    assert read_coordinates(typed) == Reading(status, value)


@given(st.floats(8, 24), st.floats(102, 118))
def test_every_place_in_vietnam(lat, lng):
    """Any place of the country is read from any spelling, in either order."""
    lat, lng = round(lat, 6), round(lng, 6)
    texts = (
        f"{lat:.6f}, {lng:.6f}",
        f"{lng:.6f} {lat:.6f}",
        f"https://maps.google.com/?q={lat:.6f},{lng:.6f}",
    )
    for text in (*texts, texts[0].replace(", ", " ").replace(".", ",")):
        assert read_coordinates(text) == Reading(OK, (lat, lng))


@pytest.mark.parametrize(
    ("typed", "chosen"),
    [
        ("1 3 5", (1, 3, 5)),
        ("1,3", (1, 3)),
        ("1, 3 , 5", (1, 3, 5)),
        ("1 và 3", (1, 3)),
        ("1 va 3", (1, 3)),
        ("1+2", (1, 2)),
        ("1-2", (1, 2)),
        ("1-3-5", (1, 3, 5)),
        ("1-4", ()),
        ("từ 1 đến 4", (1, 2, 3, 4)),
        ("so 2", (2,)),
        ("số 2", (2,)),
        ("số hai", (2,)),
        ("câu 1 và câu 3", (1, 3)),
        ("em bị 1 với 2 ạ", (1, 2)),
        ("2.", (2,)),
        ("2)", (2,)),
        ("135", (1, 3, 5)),
        ("3 1 3", (3, 1)),
        ("1 3 9", ()),
        ("0", ()),
        ("11", ()),
        ("38,5", ()),
        ("38.5", ()),
        ("sốt 2 ngày", ()),
        ("1 hoặc 2", ()),
        ("không", ()),
        ("", ()),
    ],
)
def test_choices_of_eight(typed, chosen):
    """Typed numbers of the eight signs, and nothing when anything else is said or a number is not there."""
    assert read_choices(typed, 8) == chosen


def test_choices_of_many():
    """With ten or more choices the digits of a number belong together."""
    assert read_choices("12", 12) == (12,)
    assert read_choices("1 12", 12) == (1, 12)
    assert read_choices("13", 12) == ()
