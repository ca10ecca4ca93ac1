"""A row of a list judged: every value read, checked against the others, and placed in a commune."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from quarantine import list_values as values
from quarantine.lists import Entry, Field, Flaw, Problem, RowRef, Value, kind_of
from quarantine.people import Sex
from quarantine.places import Doubt, Located, Places, readings, split_address
from quarantine.protocol import DEFAULT_PROTOCOL, protocol

T = TypeVar("T")

OF_THE_ORDER = (Field.ORDER_NUMBER, Field.FIRST_DAY, Field.REASON)
"""What a whole list may say once, above its rows; a list that says it nowhere is asked once."""
_DOUBTS = {
    Doubt.UNKNOWN: Flaw.COMMUNE_UNKNOWN,
    Doubt.SEVERAL: Flaw.COMMUNE_SEVERAL,
    Doubt.SPLIT: Flaw.COMMUNE_SPLIT,
    Doubt.FOREIGN: Flaw.COMMUNE_FOREIGN,
}


@dataclass(frozen=True)
class Rules:
    """What rows are judged by: the day, the places (None: none are loaded), what the list says once."""

    today: date
    places: Places | None = None
    given: Mapping[Field, str] = field(default_factory=dict)
    """Values for the whole list, used where a row is silent: an order number, a first day, a province."""


def judge(ref: RowRef, cells: Mapping[Field, str], rules: Rules) -> Entry:
    """The row as an entry with its problems; `cells` holds a text, maybe empty, for each column there is."""
    return _Row(ref, cells, rules).entry()


class _Row:
    """One row while it is read; each step notes the problems that it meets."""

    def __init__(self, ref: RowRef, cells: Mapping[Field, str], rules: Rules) -> None:
        self.ref, self.cells, self.rules = ref, cells, rules
        self.problems: list[Problem] = []

    def entry(self) -> Entry:
        name = self._name()
        sex, birth_year, sure = self._sex_and_birth()
        identity = self._identity(sex, birth_year, sure=sure)
        phone = self._phone()
        order_number, order_date = self._order()
        first_day, last_day = self._days()
        reason = self._needed(Field.REASON, values.read_reason)
        address, unit_code = self._dwelling()
        note = values.one_line(self._text(Field.NOTE))[: values.LONGEST_NOTE]
        return Entry(
            ref=self.ref,
            name=name,
            phone=phone,
            birth_year=birth_year,
            sex=sex,
            identity=identity,
            address=address,
            unit_code=unit_code,
            order_number=order_number,
            order_date=order_date,
            first_day=first_day,
            last_day=last_day,
            reason=reason,
            note=note,
            household_phone=self._household_phone(),
            problems=tuple(self.problems),
        )

    def _text(self, column: Field) -> str:
        """The cell, or where it is silent what the list says once."""
        cell = self.cells.get(column, "")
        return cell if not values.is_nothing(cell) else self.rules.given.get(column, "") or cell

    def _note(self, column: Field, flaw: Flaw, hint: tuple[str, ...] = ()) -> None:
        self.problems.append(Problem(column, kind_of(self._text(column)), flaw, hint))

    def _keep(self, column: Field, read: Value[T]) -> T | None:
        for flaw in read.flaws:
            self._note(column, flaw)
        return read.value

    def _needed(self, column: Field, read: Callable[[str], Value[T]]) -> T | None:
        """A value that each row must have where the list has a column for it."""
        found = read(self._text(column))
        if found.value is None and not found.flaws and column in self.cells:
            self._note(column, Flaw.MISSING)
        return self._keep(column, found)

    def _name(self) -> str:
        column = (
            Field.NAME
            if Field.NAME in self.cells or Field.FAMILY_NAME not in self.cells
            else Field.FAMILY_NAME
        )
        parts = (self._text(column), self._text(Field.GIVEN_NAME))
        return self._keep(column, values.read_name(*parts)) or ""

    def _sex_and_birth(self) -> tuple[Sex | None, int | None, bool]:
        today = self.rules.today
        sex = self._keep(Field.SEX, values.read_sex(self._text(Field.SEX)))
        birth = values.read_birth(self._text(Field.BIRTH), today)
        if birth == Value() and Field.AGE in self.cells:
            birth = values.read_age(self._text(Field.AGE), today)
        year, sure = self._keep(Field.BIRTH, birth), Flaw.BIRTH_GUESSED not in birth.flaws
        if {Field.MALE, Field.FEMALE} & self.cells.keys():
            crossed, dated = values.read_crosses(self._text(Field.MALE), self._text(Field.FEMALE), today)
            sex = sex or self._keep(Field.MALE, crossed)
            year = year or self._keep(Field.MALE, dated)
        return sex, year, sure

    def _identity(self, sex: Sex | None, birth_year: int | None, *, sure: bool) -> str | None:
        identity = self._keep(Field.IDENTITY, values.read_identity(self._text(Field.IDENTITY)))
        if identity is None:
            return None
        for flaw in values.identity_flaws(identity, sex, birth_year, sure=sure):
            self._note(Field.IDENTITY, flaw)
        return identity.number

    def _phone(self) -> str | None:
        if Field.PHONE not in self.cells and not self.rules.given.get(Field.PHONE):
            return None
        return self._keep(Field.PHONE, values.read_phones(self._text(Field.PHONE)))

    def _household_phone(self) -> str | None:
        """A second number that nobody depends on: an unreadable one is left to the note of the list."""
        return values.read_phones(self._text(Field.HOUSEHOLD_PHONE)).value

    def _order(self) -> tuple[str | None, date | None]:
        today = self.rules.today
        number, within = values.read_order(self._text(Field.ORDER_NUMBER), today)
        day = values.read_date(self._text(Field.ORDER_DATE), today)
        kept = self._needed(Field.ORDER_NUMBER, lambda _: number)
        return kept, self._keep(Field.ORDER_DATE, day if day != Value() else Value(within.value))

    def _days(self) -> tuple[date | None, date | None]:
        today = self.rules.today
        first = self._needed(Field.FIRST_DAY, lambda text: values.read_date(text, today))
        last = self._keep(Field.LAST_DAY, values.read_date(self._text(Field.LAST_DAY), today))
        if first and last and last < first:
            self._note(Field.LAST_DAY, Flaw.LAST_BEFORE_FIRST)
        elif first and values.unusual_first_day(first, last, today, protocol(DEFAULT_PROTOCOL).days):
            self._note(Field.FIRST_DAY, Flaw.DAY_UNUSUAL)
        return first, last

    def _dwelling(self) -> tuple[str, str | None]:
        """The address in words, and the commune it lies in."""
        written = self._text(Field.ADDRESS)
        address = self._keep(Field.ADDRESS, values.read_address([written])) or ""
        province, district, commune = (
            self._text(column) for column in (Field.PROVINCE, Field.DISTRICT, Field.COMMUNE)
        )
        column = Field.COMMUNE
        if values.is_nothing(commune):
            column = Field.ADDRESS
            within, nearer, commune = split_address(written)
            province, district = province or within, district or nearer
        if not address and not commune:
            self._note(Field.ADDRESS, Flaw.MISSING)
            return "", None
        if not address and not any(problem.field is Field.ADDRESS for problem in self.problems):
            self._note(Field.ADDRESS, Flaw.NO_ADDRESS)
        return address, self._commune(column, province, district, commune)

    def _located(self, places: Places, province: str, district: str, commune: str) -> Located:
        """As the columns say; where the commune's own cell says more, as that may be meant."""
        located = places.find(province, district, commune)
        if located.doubt is not Doubt.UNKNOWN:
            return located
        meant = [places.find(province or p, district or d, name) for p, d, name in readings(commune)]
        told = [one for one in meant if one.doubt is not Doubt.UNKNOWN]
        return next((one for one in told if one.code), told[0] if told else located)

    def _commune(self, column: Field, province: str, district: str, commune: str) -> str | None:
        if not commune:
            self._note(Field.COMMUNE, Flaw.MISSING)
            return None
        if self.rules.places is None:
            return None
        located = self._located(self.rules.places, province, district, commune)
        if located.doubt is not None:
            self._note(column, _DOUBTS[located.doubt], located.names)
        return located.code
