"""Lists of people as they are brought in: their columns, what can be wrong, and the row that results."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from quarantine.people import Reason, Sex

T = TypeVar("T")


class Field(StrEnum):
    """What a column of a list can mean; the words are those of `cachly import --map` and `--json`."""

    NAME = "name"
    FAMILY_NAME = "family_name"  # "Họ và tên đệm", where the given name has a column of its own
    GIVEN_NAME = "given_name"
    PHONE = "phone"
    BIRTH = "birth"  # a year or a date
    AGE = "age"
    SEX = "sex"
    MALE = "male"  # a column "Nam" that holds a cross or the year of birth
    FEMALE = "female"
    IDENTITY = "identity"
    ADDRESS = "address"
    COMMUNE = "commune"
    DISTRICT = "district"
    PROVINCE = "province"
    ORDER_NUMBER = "order_number"
    ORDER_DATE = "order_date"
    FIRST_DAY = "first_day"
    LAST_DAY = "last_day"
    REASON = "reason"
    NOTE = "note"
    ROW_NUMBER = "row_number"
    HOUSEHOLD_PHONE = "household_phone"


class Flaw(StrEnum):
    """What is wrong with a value; a closed set, told by the text `list.flaw_…` of the catalogues."""

    MISSING = "missing"
    NAME_UNCLEAR = "name_unclear"
    PHONE_UNCLEAR = "phone_unclear"
    ROUNDED = "rounded"  # a spreadsheet wrote 7.92E+10 and lost the last digits
    BIRTH_UNCLEAR = "birth_unclear"
    BIRTH_IMPOSSIBLE = "birth_impossible"
    SEX_UNCLEAR = "sex_unclear"
    IDENTITY_UNCLEAR = "identity_unclear"
    IDENTITY_PROVINCE = "identity_province"
    IDENTITY_BIRTH = "identity_birth"
    IDENTITY_SEX = "identity_sex"
    ADDRESS_UNCLEAR = "address_unclear"
    COMMUNE_UNKNOWN = "commune_unknown"
    COMMUNE_SEVERAL = "commune_several"
    COMMUNE_SPLIT = "commune_split"
    COMMUNE_FOREIGN = "commune_foreign"  # known, but not the sender's to write to
    ORDER_UNCLEAR = "order_unclear"
    DAY_UNCLEAR = "day_unclear"
    DAY_IMPOSSIBLE = "day_impossible"
    MONTH_FIRST = "month_first"
    LAST_BEFORE_FIRST = "last_before_first"
    REASON_UNCLEAR = "reason_unclear"
    TOO_LONG = "too_long"
    # From here on: accepted, and said.
    NO_PHONE = "no_phone"
    NO_ADDRESS = "no_address"
    PHONE_SEVERAL = "phone_several"
    BIRTH_GUESSED = "birth_guessed"
    IDENTITY_OLD = "identity_old"
    IDENTITY_PASSPORT = "identity_passport"
    ZEROS_RESTORED = "zeros_restored"
    DAY_UNUSUAL = "day_unusual"

    @property
    def refuses(self) -> bool:
        """Whether a row with it goes back to the sender; else it is only said."""
        return self not in _WARNINGS


_WARNINGS = frozenset(
    {
        Flaw.NO_PHONE,
        Flaw.NO_ADDRESS,
        Flaw.PHONE_SEVERAL,
        Flaw.BIRTH_GUESSED,
        Flaw.IDENTITY_OLD,
        Flaw.IDENTITY_PASSPORT,
        Flaw.ZEROS_RESTORED,
        Flaw.DAY_UNUSUAL,
    }
)


class ValueKind(StrEnum):
    """What sort of thing stood in a cell: all that may be told of it where no personal data may go."""

    EMPTY = "empty"
    DATE = "date"
    NUMBER = "number"
    TEXT = "text"
    MIXED = "mixed"  # letters and digits


_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T]\d{1,2}:\d\d(?::\d\d)?)?")
_NUMBER = re.compile(r"[+\d\s.,()'eE-]*\d[\s.,)]*")


def kind_of(text: str) -> ValueKind:
    """The sort of a cell's text."""
    bare = text.strip()
    if not bare:
        return ValueKind.EMPTY
    if _DATE.fullmatch(bare):
        return ValueKind.DATE
    if _NUMBER.fullmatch(bare):
        return ValueKind.NUMBER
    return ValueKind.MIXED if any(map(str.isdigit, bare)) else ValueKind.TEXT


@dataclass(frozen=True, slots=True)
class Value(Generic[T]):
    """A cell as it was read: a value, or none, and what is wrong with it."""

    value: T | None = None
    flaws: tuple[Flaw, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a row, told without the value itself; `hint` holds names of units only."""

    field: Field
    kind: ValueKind
    flaw: Flaw
    hint: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class RowRef:
    """Where a row stands: the sheet and the row's number as the spreadsheet shows it, from 1."""

    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a list, read: what enrolment needs, and the problems; None is what the row does not say."""

    ref: RowRef
    name: str = ""
    phone: str | None = None
    birth_year: int | None = None
    sex: Sex | None = None
    identity: str | None = None
    address: str = ""
    unit_code: str | None = None
    order_number: str | None = None
    order_date: date | None = None
    first_day: date | None = None
    last_day: date | None = None
    reason: Reason | None = None
    note: str = ""
    household_phone: str | None = None
    problems: tuple[Problem, ...] = field(default=())

    @property
    def refused(self) -> bool:
        """Whether the row has to go back to the sender."""
        return any(problem.flaw.refuses for problem in self.problems)
