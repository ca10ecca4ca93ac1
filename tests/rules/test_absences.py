"""Absences: the days off that staff type, read or refused with the reason."""

from datetime import date

import pytest

from quarantine.absences import Span, Wrong, asks_for, read_span

TODAY = date(2026, 12, 3)


def span(first, last=None):
    """Days of December 2026, or of the month after."""
    days = [date(2026, 12, day) if day < 32 else date(2027, 1, day - 31) for day in (first, last or first)]
    return Span(*days)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("nghỉ từ 05/12 đến 07/12", span(5, 7)),
        ("NGHI TU 5/12 DEN HET NGAY 7/12", span(5, 7)),
        ("xin nghỉ phép từ ngày 5/12/2026 đến hết ngày 7/12/2026", span(5, 7)),
        ("5/12 - 7/12", span(5, 7)),
        ("5/12-7/12", span(5, 7)),
        ("5/12–7/12", span(5, 7)),
        ("5-12 đến 7-12", span(5, 7)),
        ("nghỉ mai", span(4)),
        ("hôm nay", span(3)),
        ("hôm nay đến 7/12", span(3, 7)),
        ("05/12", span(5)),
        ("từ 28/12 đến 03/01", span(28, 34)),
    ],
)
def test_days_off_are_read_as_people_type_them(typed, meant):
    """With or without marks and the word, one day or from–to, over the turn of the year."""
    assert read_span(typed, TODAY) == meant


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("nghỉ từ 07/12 đến 05/12", Wrong.BACKWARDS),
        ("01/12", Wrong.PAST),
        ("hôm qua", Wrong.PAST),
        ("31/02", Wrong.NO_SUCH_DAY),
        ("từ 05/12/2026 đến 05/12/2027", Wrong.TOO_LONG),
        ("nghỉ", Wrong.UNCLEAR),
        ("3", Wrong.UNCLEAR),
        ("nghỉ 3 ngày", Wrong.UNCLEAR),
        ("để xem đã", Wrong.UNCLEAR),
        ("5/12 đến 6/12 đến 7/12", Wrong.UNCLEAR),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(typed, why):
    """Nothing is guessed: a number alone is a choice, and a slip of a few days is no absence in a year."""
    assert read_span(typed, TODAY) is why


@pytest.mark.parametrize(
    "text", ["nghỉ", "Nghỉ từ 05/12", "xin nghỉ mai", "em xin nghỉ hôm nay", "nghi 5/12"]
)
def test_words_that_ask_for_days_off(text):
    """Staff need no command for it."""
    assert asks_for(text)


@pytest.mark.parametrize("text", ["nghi ngờ bị sốt", "nghĩ lại đã", "đi làm lại", "Nghĩa", "bệnh nhân nghỉ"])
def test_words_that_do_not(text):
    """What only begins like it is left to others."""
    assert not asks_for(text)
