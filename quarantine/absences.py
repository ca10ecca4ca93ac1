"""Absences: the days that a member of staff types when they will not work."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from quarantine.measures import Status, read_day
from quarantine.names import fold, plain

LONGEST = timedelta(days=180)
"""Whoever is away for longer is not posted there any more (maternity leave is six months)."""


class Wrong(StrEnum):
    """Why days off cannot be taken as they were typed."""

    UNCLEAR = "unclear"
    NO_SUCH_DAY = "no_such_day"
    PAST = "past"
    BACKWARDS = "backwards"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Span:
    """Local days, both inclusive."""

    first: date
    last: date


_OPENING = re.compile(
    r"^(?:em |toi |minh |chi |anh )?(?:xin |bao |dang ky )?(?:phep )?nghi(?: phep)?"
    r"(?= (?:tu|ngay|hom|mai|mot|den|het|\d)|$)"
)
_UNTIL = re.compile(r"\s(?:den het|den|toi|het)\s|\s*[-–—]\s+|\s+[-–—]\s*|(?<=\d)\s*[–—]\s*(?=\d)")
_WITH_YEAR = re.compile(r"\d{1,2}\D+\d{1,2}\D+\d{2,4}")
_JOINED = re.compile(r"^(\d{1,2}/\d{1,2}(?:/\d{2,4})?)-(\d{1,2}/\d{1,2}(?:/\d{2,4})?)$")


def asks_for(text: str) -> bool:
    """Whether words of staff ask for days off: "nghỉ từ 05/12 đến 07/12", "xin nghỉ mai", "nghỉ"."""
    return _OPENING.match(fold(text)) is not None


def read_span(text: str, today: date) -> Span | Wrong:
    """The days in "nghỉ từ 05/12 đến 07/12", "5/12 - 7/12", "mai", "hôm nay đến 07/12"; one day is from–to.

    A day without a year is the next such day; what is meant to have begun already is PAST.
    """
    said = " ".join(plain(text).split()).strip(" .,:!")
    said = _OPENING.sub("", said).strip(" .,:")
    said = re.sub(r"^(?:tu ngay|tu|ngay)\s+", "", said)
    joined = _JOINED.match(said)
    parts = list(joined.groups()) if joined else _UNTIL.split(said)
    if not said or len(parts) > 2:  # noqa: PLR2004 - from and to
        return Wrong.UNCLEAR
    days: list[date] = []
    for part in parts:
        day = _day(re.sub(r"^(?:het )?(?:ngay )?(?=\d)", "", part.strip()), today)
        if isinstance(day, Wrong):
            return day
        days.append(day)
    return _checked(Span(days[0], days[-1]), today)


def _checked(span: Span, today: date) -> Span | Wrong:
    if span.last < span.first:
        return Wrong.BACKWARDS
    if span.first < today:
        return Wrong.PAST
    return Wrong.TOO_LONG if span.last - today > LONGEST else span


def _day(typed: str, today: date) -> date | Wrong:
    """One day; one without a year that is long past is meant to be that of next year."""
    if typed.isdigit():  # the number of a choice, or of days: a day has its month
        return Wrong.UNCLEAR
    reading = read_day(typed, today)
    if reading.value is None:
        unreal = reading.status in {Status.OUT_OF_RANGE, Status.MONTH_FIRST}
        return Wrong.NO_SUCH_DAY if unreal else Wrong.UNCLEAR
    ahead = _a_year_on(reading.value)
    return ahead if not _WITH_YEAR.search(typed) and ahead - today <= LONGEST else reading.value


def _a_year_on(day: date) -> date:
    """The same day of the next year; of a leap day the day after."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, month=3, day=1)
