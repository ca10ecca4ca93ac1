"""What people type when asked for a measurement, a year, a day, yes or no, a place or numbers of choices."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from quarantine.names import fold, plain

T = TypeVar("T")


class Status(StrEnum):
    """What became of a typed answer; OK and CONFIRM alone carry a value."""

    OK = "ok"
    CONFIRM = "confirm"  # a likely value: ask "38,5 phải không?" before using it
    NONE = "none"  # the person says that there is none, for instance no thermometer
    OUT_OF_RANGE = "out_of_range"  # understood, but it cannot be
    MONTH_FIRST = "month_first"  # a day written in the American order
    UNCLEAR = "unclear"  # not understood: ask again


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """A typed answer as it was read; `value` is there exactly when the status is OK or CONFIRM."""

    status: Status
    value: T | None = None


LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE = 34.0, 42.5
"""°C that a living person can show (domain.md §B5)."""
OLDEST_AGE = 120
VIETNAM = ((8.0, 24.0), (102.0, 118.0))
"""Latitudes and longitudes of Vietnam, Hoàng Sa and Trường Sa included, in degrees."""

_NO = r"(?:khong|khg|kg|ko|kh|k|hok|hong|hem|chua|chang|cha|0)"
_COUNTED = r"(?!\s*(?:ngay|lan|hom|tieng|gio|h\b|nguoi|phut|vien|lieu|bua))"
_DAY_OR_CLOCK = re.compile(
    r"(?<![\d.,])(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|1[0-2])(?:/\d{2,4})?(?!\d)"
    r"|\b\d{1,2}\s*(?:gio\b|[hg](?![a-z])|:)\s*(?:\d{1,2}\b|ruoi\b)?"
)
_HALF = re.compile(r"(\d{2})\s*(?:do|o|d|°)?\s*c?\s*ruoi")
_TENTHS = re.compile(r"(\d{2})\s*(?:(?:do|o|d|°|phay|cham|')\s*c?|[.,]{1,2})\s*(\d{1,2})(?!\d)" + _COUNTED)
_LOOSE_TENTHS = re.compile(r"(?<![\d.])(\d{2})\s*[\s/*-]\s*(\d)(?![\d.])" + _COUNTED)
_SPOKEN = re.compile(r"\b(ba|bon) (?:muoi )?(mot|hai|ba|bon|tu|nam|lam|sau|bay|tam|chin)\b")
_SPOKEN_TENTH = re.compile(r"(\d{2} (?:do|phay|cham)) (mot|hai|ba|bon|tu|nam|lam|sau|bay|tam|chin)\b")
_DIGITS = {
    "mot": 1,
    "hai": 2,
    "ba": 3,
    "bon": 4,
    "tu": 4,
    "nam": 5,
    "lam": 5,
    "sau": 6,
    "bay": 7,
    "tam": 8,
    "chin": 9,
    "muoi": 10,
}
_DECIMAL = re.compile(r"\d+(?:\.\d+)?")
_VAGUE = re.compile(r"\b(?:tren|hon|gan|duoi|hinh nhu|chac|co le)\s*(?:la )?\d|\d\s*(?:do)?\s*(?:hon|may)\b")
_NO_THERMOMETER = re.compile(
    rf"^{_NO}$|\b{_NO} (?:\w+ )?(?:co|do|cap|kep|mua)\b"
    r"|\bnhiet ke\b.* (?:het pin|hong|hu|vo|be|mat|dau)\b|\b(?:het pin|hong|hu|vo|mat)\b.* nhiet ke\b"
)


def read_temperature(text: str) -> Reading[float]:
    """A body temperature in °C: "38,5", "38o5", "38 độ rưỡi", "T 36.8°C"; "385" is to be confirmed as 38,5.

    "không có nhiệt kế" gives NONE; outside 34.0–42.5, Fahrenheit included, OUT_OF_RANGE. Of several figures
    the highest is to be confirmed: missing a fever is the worse mistake.
    """
    typed = _DAY_OR_CLOCK.sub(" ", plain(text))
    exact = _TENTHS.sub(_tenths, _HALF.sub(r" \1.5 ", typed))
    read = _LOOSE_TENTHS.sub(r" \1.\2 ", _spoken(exact))
    figures = {_degrees(figure) for figure in _DECIMAL.findall(read)}
    if not figures:
        bare = _without_courtesy(fold(typed))
        return Reading(Status.NONE if _NO_THERMOMETER.search(bare) else Status.UNCLEAR)
    fitting = {figure for figure in figures if LOWEST_TEMPERATURE <= figure <= HIGHEST_TEMPERATURE}
    if not fitting:
        none = _NO_THERMOMETER.search(fold(typed)) and max(figures) == 0
        return Reading(Status.NONE if none else Status.OUT_OF_RANGE)
    # What was only guessed from digits run together or apart is asked back.
    sure = len(fitting) == 1 and read == exact and _is_written(exact, fitting) and not _VAGUE.search(typed)
    return Reading(Status.OK if sure else Status.CONFIRM, max(fitting))


def _tenths(found: re.Match[str]) -> str:
    whole, part = found.groups()
    # "37,38" is rather two readings than one of a hundredth of a degree.
    two = len(part) > 1 and LOWEST_TEMPERATURE <= int(part) <= HIGHEST_TEMPERATURE
    return f" {whole} ; {part} " if two else f" {whole}.{part} "


def _spoken(typed: str) -> str:
    """Figures said in words ("ba mươi tám độ năm") as digits, where no digit was typed."""
    if any(map(str.isdigit, typed)):
        return typed
    read = _SPOKEN.sub(lambda said: f"{_DIGITS[said[1]]}{_DIGITS[said[2]]}", typed)
    read = _SPOKEN_TENTH.sub(lambda said: f"{said[1]} {_DIGITS[said[2]]}", read)
    return _TENTHS.sub(_tenths, _HALF.sub(r" \1.5 ", read))


def _degrees(figure: str) -> float:
    number = float(figure)
    run_together = "." not in figure and LOWEST_TEMPERATURE * 10 <= number <= HIGHEST_TEMPERATURE * 10
    return number / 10 if run_together else number


def _is_written(exact: str, fitting: set[float]) -> bool:
    return fitting <= {float(figure) for figure in _DECIMAL.findall(exact)}


_COUNTED_NUMBER = re.compile(r"(?<![\d.,])-?\d+(?:[.,]\d+)?(?![.,]?\d)")


def read_number(text: str, low: float, high: float) -> Reading[float]:
    """The one number of an answer ("96", "96 %", "ba") between two limits, both included."""
    found = {float(figure.replace(",", ".")) for figure in _COUNTED_NUMBER.findall(plain(text))}
    if not found:
        said = [_DIGITS[word] for word in fold(text).split() if word in _DIGITS]
        found = {float(said[0])} if len(said) == 1 else set()
    if len(found) != 1:
        return Reading(Status.UNCLEAR)
    number = found.pop()
    return Reading(Status.OK, number) if low <= number <= high else Reading(Status.OUT_OF_RANGE)


_FULL_YEAR = re.compile(r"(?<!\d)(?:1[89]|2[0-9])\d\d(?!\d)")
_RUN_TOGETHER_DAY = re.compile(r"(?<!\d)(\d\d)(\d\d)((?:19|20)\d\d)(?!\d)")
_SHORT_DATE_YEAR = re.compile(r"(?<!\d)\d{1,2}[-/.]\d{1,2}[-/.](\d\d)(?!\d)")
_SHORT_YEAR = re.compile(r"(?<!\d)\d\d(?!\d)")
_AGE = re.compile(r"(?<!\d)(\d{1,3})\s*(?:tuoi|t\b)")


def read_year(text: str, today: date) -> Reading[int]:
    """A year of birth: "1985", "sn 1985", "12/03/1985"; "85" and "40 tuổi" are to be confirmed.

    The future and more than 120 years ago are OUT_OF_RANGE.
    """
    typed = _RUN_TOGETHER_DAY.sub(r"\1/\2/\3", re.sub(r"\.0$", "", plain(text).strip()))
    years = {int(year) for year in _FULL_YEAR.findall(typed)}
    if len(years) == 1:
        return _year(years.pop(), today, Status.OK)
    if not years and (age := _AGE.search(typed)):
        return _year(today.year - int(age[1]), today, Status.CONFIRM)
    dated = _SHORT_DATE_YEAR.search(typed)
    short = [dated[1]] if dated else _SHORT_YEAR.findall(typed)
    if years or len(short) != 1 or (not dated and len(re.findall(r"\d+", typed)) > 1):
        return Reading(Status.UNCLEAR)
    century = today.year - today.year % 100
    year = century + int(short[0])
    return _year(year if year <= today.year else year - 100, today, Status.CONFIRM)


def _year(year: int, today: date, status: Status) -> Reading[int]:
    fits = today.year - OLDEST_AGE <= year <= today.year
    return Reading(status, year) if fits else Reading(Status.OUT_OF_RANGE)


_RELATIVE_DAYS = {
    "hom kia": -2,
    "hom qua": -1,
    "qua": -1,
    "hqua": -1,
    "hom nay": 0,
    "bua nay": 0,
    "ngay nay": 0,
    "nay": 0,
    "hnay": 0,
    "hn": 0,
    "ngay mai": 1,
    "mai": 1,
    "ngay kia": 2,
    "ngay mot": 2,
}
_ISO = re.compile(r"(?<!\d)((?:19|20)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_DAY_MONTH = re.compile(
    r"(?<!\d)(\d{1,2})\s*(?:[-/.]|thang|th|t|,|\s)\s*(\d{1,2})"
    r"(?:\s*(?:[-/.]|nam|,|\s)\s*(\d{4}|\d{2})(?!\d|\s*[-/.]\s*\d))?(?!\d)"
)
_DAY_ALONE = re.compile(r"(?:ngay |mung |mong )?(\d{1,2})")
_CLOCK_IN_DAY = re.compile(r"\b\d{1,2}\s*(?:h(?![a-z])|gio\b|:)\s*(?:\d{1,2}\b)?")
_AGO = re.compile(r"(\d{1,2}) (?:ngay|hom) (truoc|nua)")


_SOON = timedelta(days=92)


def read_day(text: str, today: date) -> Reading[date]:
    """A day as typed: "23/11", "23-11-26", "20.11.2026", "23 tháng 11", "hôm qua", "mai"; day before month.

    Without a year the latest such day up to three months ahead is meant; the day of the month alone is to be
    confirmed. The American order is MONTH_FIRST, a day that does not exist OUT_OF_RANGE.
    """
    typed = _CLOCK_IN_DAY.sub(" ", re.sub(r"\s+", " ", plain(text))).strip()
    typed = _RUN_TOGETHER_DAY.sub(r"\1/\2/\3", typed)
    written = {(iso[3], iso[2], iso[1]) for iso in _ISO.finditer(typed)}
    written |= {(found[1], found[2], found[3]) for found in _DAY_MONTH.finditer(_ISO.sub(" ", typed))}
    if len(written) > 1:
        return Reading(Status.UNCLEAR)
    if written:
        return _calendar_day(*written.pop(), today)
    return _relative_day(_without_courtesy(fold(typed)), today)


def _calendar_day(day: str, month: str, year: str | None, today: date) -> Reading[date]:
    century = today.year - today.year % 100
    if year is None:
        years = [today.year - 1, today.year, today.year + 1]
    elif len(year) == len("26"):
        years = [century + int(year) + shift for shift in (-100, 0, 100)]
    else:
        years = [int(year)]
    possible = [made for one in years if (made := _make_day(one, int(month), int(day)))]
    if year is None:
        possible = [made for made in possible if made <= today + _SOON]
    if possible:
        return Reading(
            Status.OK, max(possible) if year is None else min(possible, key=lambda d: abs(d - today))
        )
    swapped = any(_make_day(one, int(day), int(month)) for one in years)
    return Reading(Status.MONTH_FIRST if swapped else Status.OUT_OF_RANGE)


def _relative_day(said: str, today: date) -> Reading[date]:
    said = re.sub(r"^(?:tu|bat dau|vao|la|ngay bat dau|tinh tu) ", "", said)
    if said in _RELATIVE_DAYS:
        return Reading(Status.OK, today + timedelta(days=_RELATIVE_DAYS[said]))
    if ago := _AGO.fullmatch(said):
        days = int(ago[1]) * (1 if ago[2] == "nua" else -1)
        return Reading(Status.CONFIRM, today + timedelta(days=days))
    alone = _DAY_ALONE.fullmatch(said)
    if alone is None:
        return Reading(Status.UNCLEAR)
    around = (today + timedelta(days=shift) for shift in range(-31, 32))
    same = [day for day in around if day.day == int(alone[1])]
    if not same:
        return Reading(Status.OUT_OF_RANGE)
    return Reading(Status.CONFIRM, min(same, key=lambda day: (abs(day - today), day)))


def _make_day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _phrases(listed: str) -> frozenset[str]:
    return frozenset(" ".join(phrase.split()) for phrase in listed.split("|"))


_COURTESY = re.compile(
    r"^(?:(?:da|thua|vang a|a) (?=\w))+|(?: (?:a|ah|nha|nhe|nghe|roi|day|do|luon|ma|em|anh|chi|bac|bac si))+$"
    r"| (?:ban|em|anh|chi|bac|co|chu|bac si|bs|can bo) oi$"
)
_YES = _phrases(
    """
    co | co co | c | vang | vang co | u | uh | uhm | um | uk | u co | phai | dung | dung vay | co chu |
    yes | y | ok | oke | okay | okie | dong y | chuan | duoc | cung co | co mot chut | co 1 chut | co
    chut | co it | co hoi | hoi hoi | hoi | mot chut | 1 chut | chut chut | van con | van co | con
    """
)
_NAY = _phrases(
    """
    khong | khong khong | ko | k | kg | kh | khg | khong he | hong | hok | hem | hk | hg | khum | kong |
    khog | no | chua | chua co | chua thay | cha | chang | khong co | ko co | k co | kg co | kh co | khg
    co | hong co | hok co | hem co | 0 | 0 co | khong phai | ko phai | k phai | khong dung | khong co gi
    | ko co gi | k co gi | khong sao | ko sao | k sao | khong bi | ko bi | k bi | khong thay | ko thay |
    dau co | het | do | het han | khoi
    """
)


_LONGEST_ANSWER = 200  # characters; more is a letter, not a yes, a day or a number


def _without_courtesy(folded: str) -> str:
    """The folded text without "dạ", "ạ", "chị ơi" and their like."""
    if len(folded) > _LONGEST_ANSWER:
        return folded
    bare, before = _COURTESY.sub("", folded), folded
    while bare != before:
        bare, before = _COURTESY.sub("", bare), bare
    return bare


def read_yes_no(text: str) -> bool | None:
    """Yes, no, or None for anything else (domain.md §A8); only whole answers count.

    "không thở được" is no plain "không", and "có không" says nothing.
    """
    said = fold(text)
    bare = _without_courtesy(said)
    if bare == "dung" and "đừng" in text.lower():
        return False
    if said in _YES or bare in _YES:
        return True
    return False if said in _NAY or bare in _NAY else None


_PLACE_MARK = re.compile(r"!3d(-?\d+(?:\.\d+)?)!4d(-?\d+(?:\.\d+)?)")
_QUERY = re.compile(
    r"(?:[?&/](?:q|ll|query|destination|daddr|center|sll)=(?:loc:)?|/place/|/search/)"
    r"(-?\d+\.\d+),\s*(-?\d+\.\d+)"
)
_VIEW = re.compile(r"@(-?\d+\.\d+),(-?\d+\.\d+)")
_DMS = re.compile(r"(\d{1,3})\s*°\s*(\d{1,2})\s*['′’]\s*(\d{1,2}(?:[.,]\d+)?)\s*(?:\"|″|”|'')")
_PAIR = re.compile(r"(?<![\d.,])(-?\d{1,3}[.,]\d+)\s*°?\s*[ne]?\s*[,;\s]\s*(-?\d{1,3}[.,]\d+)(?![\d.,]*\d)")
_EXACT_DECIMALS = 4  # about ten metres


def read_coordinates(text: str) -> Reading[tuple[float, float]]:
    """(latitude, longitude) in degrees of a pasted pair or a Google Maps link; swapped ones are set right.

    Fewer than four decimals (worse than ten metres) are to be confirmed. A place outside Vietnam is
    OUT_OF_RANGE, a short link or anything else UNCLEAR.
    """
    typed = text.replace("%2C", ",").replace("%2c", ",").replace("+", " ").replace("%20", " ")
    sexagesimal = _DMS.findall(plain(typed))
    if len(sexagesimal) == 2:  # noqa: PLR2004 - latitude and longitude
        first, second = (int(d) + int(m) / 60 + float(s.replace(",", ".")) / 3600 for d, m, s in sexagesimal)
        return _place(round(first, 6), round(second, 6), exact=True)
    forms = (_PLACE_MARK, _QUERY, _VIEW) if "http" in typed or "google" in typed else (_PAIR,)
    found = next((match for form in forms if (match := form.search(typed.lower()))), None)
    if found is None:
        return Reading(Status.UNCLEAR)
    pair = [number.replace(",", ".") for number in found.groups()]
    exact = all(len(number.partition(".")[2]) >= _EXACT_DECIMALS for number in pair)
    return _place(float(pair[0]), float(pair[1]), exact=exact or forms[0] is not _PAIR)


def _place(first: float, second: float, *, exact: bool) -> Reading[tuple[float, float]]:
    for lat, lng in ((first, second), (second, first)):
        if all(low <= value <= high for value, (low, high) in zip((lat, lng), VIETNAM, strict=True)):
            return Reading(Status.OK if exact else Status.CONFIRM, (lat, lng))
    on_the_globe = max(abs(first), abs(second)) <= 180  # noqa: PLR2004 - degrees
    return Reading(Status.OUT_OF_RANGE if on_the_globe else Status.UNCLEAR)


_CHOICE_FILLERS = _phrases(
    "so|cau|muc|chon|em|toi|minh|bi|co|va|voi|cung|ca|la|o|thu|y|lua|dau|trieu|chung|hieu"
)


_TEN = 10  # with fewer choices each digit is one


def read_choices(text: str, n: int) -> tuple[int, ...]:
    """The numbers of choices 1…n in a typed answer ("1 3 5", "1,3", "1 và 3", "số 2", "135"), once each.

    Empty when anything else is said too or a number is not on the list. "1-4" may
    mean two or four choices and is empty as well; "từ 1 đến 4" is a range.
    """
    said = _without_courtesy(fold(text))
    if span := re.fullmatch(r"(?:tu )?(\d+) (?:den|toi) (\d+)", said):
        first, last = int(span[1]), int(span[2])
        return tuple(range(first, last + 1)) if 1 <= first <= last <= n else ()
    if re.search(r"\d\d[.,]\d", text) and n < _TEN:  # a measurement, as "38,5"
        return ()
    if (pair := re.fullmatch(r"\s*(\d+)\s*[-–]\s*(\d+)\s*", text)) and abs(int(pair[1]) - int(pair[2])) > 1:
        return ()
    numbers = [number for word in said.split() if word not in _CHOICE_FILLERS for number in _choice(word, n)]
    return tuple(dict.fromkeys(numbers)) if all(1 <= number <= n for number in numbers) else ()


def _choice(word: str, n: int) -> list[int]:
    """The numbers that one word stands for; 0, which is never on the list, for any other word."""
    if not word.isdecimal():
        return [_DIGITS.get(word, 0)]
    together = n < _TEN and len(word) > 1 and len(set(word)) == len(word)
    return [int(digit) for digit in word] if together else [int(word)]
