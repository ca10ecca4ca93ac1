"""The values of a list: each cell's text read into what is stored, or refused with a reason."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta

from quarantine.identity import Identity
from quarantine.identity import read_identity as identity_in
from quarantine.lists import Flaw, Value
from quarantine.measures import OLDEST_AGE, Status, read_day, read_year
from quarantine.names import fold, tidy_name
from quarantine.people import Reason, Sex
from quarantine.phones import read_phone

LONGEST_NAME, LONGEST_ORDER, LONGEST_ADDRESS, LONGEST_NOTE = 80, 60, 200, 500
SERIAL_ZERO = date(1899, 12, 30)
"""Day 0 of the serial days of spreadsheets (from 1900-03-01 on, which is all that lists need)."""
_FIRST_SERIAL, _LAST_SERIAL = 7_000, 73_000  # 1919 to 2099

_NOTHING = frozenset(
    {"", "khong", "khong co", "ko", "ko co", "k co", "chua co", "chua ro", "khong ro", "na", "n a", "null"}
    | {"none", "0", "unknown", "khong biet", "khong nho", "kxd", "khong xac dinh", "ko ro"}
)
_LONGEST_NOTHING = 24  # characters; asked of every cell, so it has to be cheap
_ROUNDED = re.compile(r"^\d(?:[.,]\d+)?\s*e\+?\d+$", re.IGNORECASE)
_BETWEEN_NUMBERS = re.compile(r"[\n;,/|]|\s+-\s+|\bhoặc\b|\bvà\b")
_BRACKETS = re.compile(r"\([^)]*\)")
_NO_NAME = re.compile(r"[^\w\s'.\-’]|[\d_]")
_FULL_DATE = re.compile(r"(?<!\d)(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*((?:\d{2}){1,2})(?!\d)")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T].*)?")
_SERIAL = re.compile(r"(\d{4,5})(?:[.,]\d+)?")
_ORDER_DATE = re.compile(r"\s*(?:,|-|–)?\s*(?:ngày|ngay)\s*(\d.*)$", re.IGNORECASE)


def is_nothing(text: str) -> bool:
    """Whether a cell says that there is nothing to say: empty, a dash, "không có"."""
    return len(text) <= _LONGEST_NOTHING and fold(text) in _NOTHING


def one_line(text: str) -> str:
    """The text in composed Unicode, its line breaks and spaces single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def read_name(*parts: str) -> Value[str]:
    """A name of one cell or of two ("Nguyễn Văn", "An"); remarks in brackets are left out, digits refused."""
    name = tidy_name(_BRACKETS.sub(" ", " ".join(parts)).strip("'"))
    if not fold(name):
        return Value(None, (Flaw.MISSING,))
    if len(name) > LONGEST_NAME:
        return Value(None, (Flaw.TOO_LONG,))
    if _NO_NAME.search(name) or len(fold(name)) == 1:
        return Value(None, (Flaw.NAME_UNCLEAR,))
    return Value(name)


def read_phones(text: str) -> Value[str]:
    """The number in a cell; of several the first, which is said; an empty cell is no flaw of the number."""
    clean = text.strip().strip("'\"")
    if is_nothing(clean):
        return Value(None, (Flaw.NO_PHONE,))
    if _ROUNDED.match(clean):
        return Value(None, (Flaw.ROUNDED,))
    if (whole := read_phone(" ".join(clean.split()))) is not None:
        return Value(whole)
    found = phones_in(clean)
    if not found:
        return Value(None, (Flaw.PHONE_UNCLEAR,))
    return Value(found[0], (Flaw.PHONE_SEVERAL,) if len(found) > 1 else ())


def phones_in(text: str) -> list[str]:
    """Every number that stands in a text, each once, in its national form."""
    return list(dict.fromkeys(filter(None, map(read_phone, _BETWEEN_NUMBERS.split(text)))))


def read_birth(text: str, today: date) -> Value[int]:
    """The year of birth in a year, a date (d/m/Y, a serial day) or "40 tuổi"; only years are kept."""
    clean = one_line(text).strip("'")
    if is_nothing(clean):
        return Value()
    if (serial := _serial(clean)) is not None and len(clean.split(".")[0]) > len("1985"):
        clean = str(serial.year)
    for day, month, year in _FULL_DATE.findall(clean):
        if flaw := _calendar_flaw(int(day), int(month), int(year)):
            return Value(None, (flaw,))
    reading = read_year(clean, today)
    if reading.status is Status.OUT_OF_RANGE:
        return Value(None, (Flaw.BIRTH_IMPOSSIBLE,))
    if reading.value is None:
        return Value(None, (Flaw.BIRTH_UNCLEAR,))
    return Value(reading.value, (Flaw.BIRTH_GUESSED,) if reading.status is Status.CONFIRM else ())


def read_age(text: str, today: date) -> Value[int]:
    """The year of birth of an age in years; months ("8 tháng") are this year or the last."""
    said = fold(text)
    if is_nothing(said):
        return Value()
    found = re.fullmatch(r"(\d{1,3})(?: 0)?(?: (tuoi|t|thang|th))?", said)
    if not found:
        return read_birth(text, today)
    years = int(found[1]) // 12 if (found[2] or "").startswith("th") else int(found[1])
    if years > OLDEST_AGE:
        return Value(None, (Flaw.BIRTH_IMPOSSIBLE,))
    return Value(today.year - years, (Flaw.BIRTH_GUESSED,))


def read_sex(text: str) -> Value[Sex]:
    """Nam or nữ, in the words and letters of lists."""
    said = fold(text)
    if said in {"nam", "n a m", "male", "m", "trai", "con trai", "ong", "anh", "be trai", "nam gioi"}:
        return Value(Sex.MALE)
    if said in {"nu", "n u", "female", "f", "gai", "con gai", "ba", "chi", "be gai", "nu gioi"}:
        return Value(Sex.FEMALE)
    return Value() if is_nothing(said) else Value(None, (Flaw.SEX_UNCLEAR,))


def read_crosses(male: str, female: str, today: date) -> tuple[Value[Sex], Value[int]]:
    """Sex and year of birth from a pair of columns "Nam" and "Nữ" that hold a cross, a year or a date."""
    crossed = [bool(cell.strip()) and fold(cell) not in {"0", "khong"} for cell in (male, female)]
    if all(crossed):
        return Value(None, (Flaw.SEX_UNCLEAR,)), Value()
    if not any(crossed):
        return Value(), Value()
    cell = male if crossed[0] else female
    if re.fullmatch(r"\d\d", cell.strip()):
        # 35 may be an age, 85 a year: over such columns stands "Tuổi", "Năm sinh" or both.
        return Value(Sex.MALE if crossed[0] else Sex.FEMALE), Value(None, (Flaw.BIRTH_UNCLEAR,))
    dated = any(map(str.isdigit, cell)) and fold(cell) != "1"
    return Value(Sex.MALE if crossed[0] else Sex.FEMALE), read_birth(cell, today) if dated else Value()


def read_identity(text: str) -> Value[Identity]:
    """An identity number; whether it fits the row is `identity_flaws`' question."""
    if is_nothing(text):
        return Value()
    if _ROUNDED.match(text.strip()):
        return Value(None, (Flaw.ROUNDED,))
    found = identity_in(text)
    if found is None:
        return Value(None, (Flaw.IDENTITY_UNCLEAR,))
    if not found.is_citizen:
        return Value(found, (Flaw.IDENTITY_OLD if found.number.isdigit() else Flaw.IDENTITY_PASSPORT,))
    if not found.known_province:
        return Value(None, (Flaw.IDENTITY_PROVINCE,))
    return Value(found, (Flaw.ZEROS_RESTORED,) if found.restored else ())


def identity_flaws(identity: Identity, sex: Sex | None, birth_year: int | None, *, sure: bool) -> list[Flaw]:
    """Where a citizen's number contradicts the row; a year that is not `sure` may be off by one."""
    flaws = []
    if identity.birth_year is not None and birth_year is not None:
        apart = abs(identity.birth_year - birth_year)
        if apart > (0 if sure else 1):
            flaws.append(Flaw.IDENTITY_BIRTH)
    if identity.sex is not None and sex is not None and identity.sex is not sex:
        flaws.append(Flaw.IDENTITY_SEX)
    return flaws


def read_date(text: str, today: date) -> Value[date]:
    """A day: d/m/Y, Y-m-d, "ngày 20 tháng 11", a serial day of a spreadsheet; month before day is refused."""
    clean = one_line(text).strip("'")
    if is_nothing(clean):
        return Value()
    if iso := _ISO.fullmatch(clean):
        try:
            return Value(date(int(iso[1]), int(iso[2]), int(iso[3])))
        except ValueError:
            return Value(None, (Flaw.DAY_IMPOSSIBLE,))
    if (serial := _serial(clean)) is not None:
        return Value(serial)
    reading = read_day(clean, today)
    if reading.status is Status.OK and any(map(str.isdigit, clean)):
        return Value(reading.value)
    refused = {Status.MONTH_FIRST: Flaw.MONTH_FIRST, Status.OUT_OF_RANGE: Flaw.DAY_IMPOSSIBLE}
    return Value(None, (refused.get(reading.status, Flaw.DAY_UNCLEAR),))


def read_order(text: str, today: date) -> tuple[Value[str], Value[date]]:
    """The number of the decision, and its day where the cell holds both: "131/QĐ-UBND ngày 20/11/2026"."""
    clean = one_line(text).strip("'")
    if is_nothing(clean):
        return Value(), Value()
    day: Value[date] = Value()
    if dated := _ORDER_DATE.search(clean):
        day, clean = read_date(dated[1], today), clean[: dated.start()]
    number = re.sub(
        r"^(?:quyết định|quyet dinh|qđ|qd)?(?:\s*(?:số|so))?\s*:?\s+(?=\S*\d)", "", clean, flags=re.IGNORECASE
    )
    if len(number) > LONGEST_ORDER:
        return Value(None, (Flaw.TOO_LONG,)), day
    return (Value(number) if any(map(str.isdigit, number)) else Value(None, (Flaw.ORDER_UNCLEAR,))), day


_REASONS: tuple[tuple[Reason, re.Pattern[str]], ...] = (
    (
        Reason.SECOND_CONTACT,
        re.compile(r"\bf ?2\b|tiep xuc (?:gan )?(?:voi )?f ?1|second|contact of contact"),
    ),
    (Reason.CONTACT, re.compile(r"\bf ?1\b|tiep xuc|\bcontact\b|exposed|exposure|\btxg\b")),
    (Reason.CASE, re.compile(r"\bf ?0\b|duong tinh|mac benh|ca benh|benh nhan|nhiem benh|\bcase\b|positive")),
    (
        Reason.RETURN,
        re.compile(r"nhap canh|(?:di|ve|den) tu|ve que|hoi huong|vung (?:co )?dich|nuoc ngoai|return|travel"),
    ),
)


def read_reason(text: str) -> Value[Reason]:
    """F0, F1, F2 or the return from a place with the disease, as codes or in words."""
    said = fold(text)
    if said in {"", "khong ro", "chua ro"}:
        return Value()
    named = {int(digit) for digit in re.findall(r"\bf ?(\d)\b", said)}
    written = [reason for reason, words in _REASONS if words.search(said)]
    if len(named) > 1 and "tiep xuc" not in said:
        return Value(None, (Flaw.REASON_UNCLEAR,))
    return Value(written[0]) if written else Value(None, (Flaw.REASON_UNCLEAR,))


def read_address(parts: Iterable[str]) -> Value[str]:
    """House, street, hamlet and what the list says of the old units, kept as given in one line."""
    address = ", ".join(
        line for part in parts if (line := one_line(part).strip(" ,;")) and not is_nothing(line)
    )
    if len(address) > LONGEST_ADDRESS:
        return Value(None, (Flaw.TOO_LONG,))
    if not address:
        return Value()
    return Value(address) if re.search(r"\w", address) else Value(None, (Flaw.ADDRESS_UNCLEAR,))


def unusual_first_day(first: date, last: date | None, today: date, length: int) -> bool:
    """Whether it would be over by now, begins in over a week or lasts over sixty days: is that meant?"""
    ends = last or first + timedelta(days=length - 1)
    return ends < today or first > today + timedelta(days=7) or ends - first > timedelta(days=60)


def _serial(clean: str) -> date | None:
    found = _SERIAL.fullmatch(clean)
    if not found or not _FIRST_SERIAL <= int(found[1]) <= _LAST_SERIAL:
        return None
    return SERIAL_ZERO + timedelta(days=int(found[1]))


def _calendar_flaw(day: int, month: int, year: int) -> Flaw | None:
    """What is wrong with a full date of birth; 00/00/1985 is a year whose day nobody knows."""
    if not day or not month:
        return None
    try:
        date(year if year > 99 else 2000 + year, month, day)  # noqa: PLR2004 - a year of two digits
    except ValueError:
        swapped = 12 < month <= 31 and day <= 12  # noqa: PLR2004 - months and days
        return Flaw.MONTH_FIRST if swapped else Flaw.BIRTH_IMPOSSIBLE
    return None
