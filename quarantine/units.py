"""The map of health units: the units, the other names they are found by, and the numbers of their rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from quarantine.people import Unit, UnitKind
from quarantine.phones import read_phone

MAP_OF_2025 = date(2025, 7, 1)
"""Since then a province has communes and no districts (domain.md §D2)."""
LAST_DAY_BEFORE = MAP_OF_2025 - timedelta(days=1)

_ROOM = {
    UnitKind.STATION: 0,
    UnitKind.CDC: 1_000_000,
    UnitKind.CENTRE: 2_000_000,
}
"""Codes of communes have five digits, and "04" and "00004" are two units: each kind has its own numbers."""
_BEFORE = 10_000_000
"""Codes of before July 2025 were given again to other places: 00004 was Trúc Bạch, and is Ba Đình."""


def row_id(kind: UnitKind, code: str, *, before: bool = False) -> int:
    """The id of a unit whose code is official; `before` for the map of before July 2025.

    Raises ValueError for a code that is no number.
    """
    return _ROOM[kind] + int(code) + (_BEFORE if before else 0)


EMERGENCY = "115"
"""The ambulance, everywhere and at any hour: said beside a unit's own number, never instead of it."""
_SHORT_NUMBER = range(3, 11)


def read_hotline(text: str) -> str:
    """A number that can be called: a telephone's in its national form, or a service's such as 1022 or 1900….

    Raises ValueError with a sentence for anything else.
    """
    digits = "".join(mark for mark in text if mark.isdecimal())
    found = read_phone(text) or (digits if digits.startswith("1") and len(digits) in _SHORT_NUMBER else None)
    if found is None:
        raise ValueError(f"“{text}” is no number to call: write it like 0206 3852 272 or 1022")
    return found


@dataclass(frozen=True, slots=True)
class OtherName:
    """Another name by which a unit is found: an alias, or a unit of before that went into it.

    `until` is the last day on which that place existed under this name and code, None for an alias; `partly`
    when only a part of it came here and the rest went elsewhere.
    """

    unit_id: int
    name: str
    code: str = ""
    district: str = ""
    province: str = ""
    partly: bool = False
    until: date | None = None

    @property
    def place(self) -> tuple[str, str, str, str]:
        """What is the same in all parts of one old place."""
        return self.code, self.name, self.district, self.province


@dataclass(frozen=True, slots=True)
class UnitMap:
    """Units and their other names, as a file or a package lists them."""

    units: tuple[Unit, ...]
    names: tuple[OtherName, ...] = ()

    def counted(self, kind: UnitKind) -> int:
        """How many units of this kind there are."""
        return sum(unit.kind is kind for unit in self.units)
