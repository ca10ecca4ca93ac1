"""Places: which health unit an address of a list belongs to, as far as its names and codes say."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Protocol, TypeVar

from quarantine.names import fold, marked
from quarantine.people import Unit, UnitKind


class Doubt(StrEnum):
    """Why no single commune was found."""

    UNKNOWN = "unknown"
    SEVERAL = "several"  # namesakes: the province, or more of the address, is needed
    SPLIT = "split"  # an old commune whose parts belong to several of today's: somebody must be asked
    FOREIGN = "foreign"  # found, but outside what the sender may write to


@dataclass(frozen=True, slots=True)
class Located:
    """The one unit (its code), or why not and which names may be meant."""

    code: str | None = None
    doubt: Doubt | None = None
    names: tuple[str, ...] = ()


class Named(Protocol):
    """Whatever has a name."""

    @property
    def name(self) -> str:
        """The name as it is written."""


N = TypeVar("N", bound=Named)


class Places(Protocol):
    """Whatever knows communes: today's units, or old addresses too."""

    def find(self, province: str, district: str, commune: str) -> Located:
        """The commune that these names or codes mean; an empty one is not known."""


@dataclass(frozen=True)
class WithinReach:
    """Places of which only those with these codes may be written to."""

    places: Places
    codes: frozenset[str]

    def find(self, province: str, district: str, commune: str) -> Located:
        """As `places` finds it; a commune out of reach is told apart from one that nobody knows."""
        found = self.places.find(province, district, commune)
        return found if found.code is None or found.code in self.codes else Located(doubt=Doubt.FOREIGN)


_TYPE = re.compile(r"^(?:xa|x|phuong|p|ph|f|dac khu|dk|thi tran|tt|ttr|thanh pho|tp|t p|tinh|t)\s+(?=\S)")
SHORT_PROVINCES = {"hcm": "ho chi minh", "tphcm": "ho chi minh", "sai gon": "ho chi minh", "hn": "ha noi"}
_GLUED = re.compile(r"^(p|x|q|h|tp|tx|tt)(?=\d)")
_CLOSE = 0.84
_COMPARED = 400  # names: more than in any province; the whole country would be slow, and mostly wrong
CODE_DIGITS = 5
MOST_TOLD = 5


def bare(name: str) -> str:
    """A unit's name without its type word: "P. Ngọc Hà", "phường ngọc hà" and "NGOC HA" are the same."""
    return _TYPE.sub("", unglued(name))


def unglued(name: str) -> str:
    """The folded name, its type word and number apart: "P4" and "Q.6" are "p 4" and "q 6"."""
    return _GLUED.sub(r"\1 ", fold(name))


class NamedPlaces:
    """Today's communes by name and code, within their provinces."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._codes: dict[str, Unit] = {}
        self._by_name: defaultdict[str, list[Unit]] = defaultdict(list)
        self._provinces: defaultdict[str, set[str]] = defaultdict(set)
        self._names: defaultdict[str, set[str]] = defaultdict(set)
        for unit in units:
            if unit.kind is UnitKind.CDC:
                self._provinces[unit.code.lstrip("0")].add(unit.province)
            self._provinces[bare(unit.province)].add(unit.province)
            if unit.kind is UnitKind.STATION:
                self._codes[unit.code] = unit
                self._by_name[bare(unit.name)].append(unit)
                self._names[unit.province].add(bare(unit.name))

    def find(self, province: str, district: str, commune: str) -> Located:  # noqa: ARG002 - today there is none
        """By code or by name; a wrong type word excludes nothing, but tells namesakes apart."""
        with_marks, commune = marked(commune.lower()), fold(commune)
        within = self._within(fold(province))
        coded = self._codes.get(commune.zfill(CODE_DIGITS)) if commune.isdecimal() else None
        if coded and (within is None or coded.province in within):  # phường 4 of another province is no 00004
            return Located(coded.code)
        # "Xa Dung" is the name of xã Xa Dung, not xã Dung: the words as they stand come first.
        named = self._by_name.get(commune) or self._by_name.get(bare(commune), [])
        hits = [unit for unit in named if within is None or unit.province in within]
        if len(hits) > 1:
            hits = narrowed(hits, commune, with_marks)
        if len(hits) == 1:
            return Located(hits[0].code)
        if hits:
            return Located(doubt=Doubt.SEVERAL, names=shown(hits))
        return Located(doubt=Doubt.UNKNOWN, names=shown(named or self._similar(bare(commune), within)))

    def knows(self, province: str) -> bool:
        """Whether a name or code means a province that is known here."""
        return self._within(fold(province)) is not None

    def _within(self, province: str) -> set[str] | None:
        """The provinces that a name or code means; None when it means none that we know."""
        name = bare(province)
        known = (name, SHORT_PROVINCES.get(name, name), province, province.lstrip("0"))
        return next((found for key in known if key and (found := self._provinces.get(key))), None)

    def _similar(self, name: str, within: set[str] | None) -> list[Unit]:
        """What may have been meant: offered to whoever mends the row, never taken."""
        provinces = self._names.keys() if within is None else within
        known = [one for province in provinces for one in self._names[province]]
        if len(known) > _COMPARED:
            return []
        close = get_close_matches(name, known, n=MOST_TOLD, cutoff=_CLOSE)
        return [unit for one in close for unit in self._by_name[one] if unit.province in provinces]


def narrowed(hits: list[N], commune: str, with_marks: str) -> list[N]:
    """The one of several that has the marks that were written ("Ba Tô", not "Ba Tơ"), or the type word."""
    words = len(bare(commune).split())
    end = with_marks.split()[-words:]
    for fitting in (
        [unit for unit in hits if marked(unit.name.lower()).split()[-words:] == end],
        [unit for unit in hits if fold(unit.name) == commune],
    ):
        hits = fitting if len(fitting) == 1 else hits
    return hits


def shown(units: Iterable[Unit]) -> tuple[str, ...]:
    """The first of these with their provinces, as a hint for whoever mends the row."""
    return tuple(f"{unit.name} ({unit.province})" for unit in units)[:MOST_TOLD]


_COMMUNE_WORD = re.compile(r"^(?:xa|x|phuong|p|ph|f|dac khu|dk|thi tran|tt|ttr)\s+\S")
_DISTRICT_WORD = re.compile(r"^(?:quan|q|huyen|h|thi xa|tx)\s+\S")
_STREET_AND_TWO = 3
_TYPE_ALONE = re.compile(r"^(?:xa|phuong|dac khu|thi tran)$")
_PROVINCE_WORD = re.compile(r"^(?:tinh|t|thanh pho|tp|t p)\s+\S")


def split_address(address: str) -> tuple[str, str, str]:
    """Province, district and commune at the end of an address written in one line; empty where it names none.

    "12 Lê Lợi, phường Ngọc Hà, Hà Nội" → ("Hà Nội", "", "phường Ngọc Hà"). Without any type word the last of
    three parts is taken for the province and the one before it for the commune.
    """
    parts = _parts(address)
    folded = [unglued(part) for part in parts]
    place = next((n for n in reversed(range(len(parts))) if _COMMUNE_WORD.match(folded[n])), None)
    if place is None:
        return (parts[-1], "", parts[-2]) if len(parts) >= _STREET_AND_TWO else ("", "", "")
    after = list(zip(parts[place + 1 :], folded[place + 1 :], strict=True))
    province = next((part for part, said in reversed(after) if _PROVINCE_WORD.match(said)), "")
    district = next((part for part, said in after if _DISTRICT_WORD.match(said)), "")
    unmarked = [part for part, _ in after if part not in {province, district}]
    if not province and unmarked:
        province = unmarked.pop()
    return province, district or (unmarked[0] if unmarked else ""), parts[place]


def readings(cell: str) -> list[tuple[str, str, str]]:
    """Province, district and commune as a commune's own cell may mean them when it says more than its name.

    "Xã Vĩnh Quang, TP Cao Bằng": what follows may be the province or, of before July 2025, the district. None
    where the cell says no more than a name.
    """
    parts = [part for part in _parts(re.sub(r"[()]", ",", cell)) if not _TYPE_ALONE.match(fold(part))]
    if not parts or parts == [cell.strip()]:
        return []
    named = (n for n in reversed(range(len(parts))) if _COMMUNE_WORD.match(unglued(parts[n])))
    place = next(named, 0)
    commune, after = parts[place], parts[place + 1 :]
    if not after:
        return [("", "", commune)]
    if len(after) == 1:
        return [(after[0], "", commune), ("", after[0], commune)]
    return [(after[-1], after[0], commune), (after[-1], "", commune)]


def _parts(address: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,;\n]|\s[-–]\s", address) if part.strip()]
