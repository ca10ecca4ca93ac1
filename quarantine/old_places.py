"""Old places: communes are found by names and codes of before too; where one was split, somebody is asked."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from quarantine.names import fold, marked
from quarantine.people import UnitKind
from quarantine.places import (
    CODE_DIGITS,
    MOST_TOLD,
    SHORT_PROVINCES,
    Doubt,
    Located,
    NamedPlaces,
    bare,
    narrowed,
    shown,
    unglued,
)
from quarantine.provinces import PROVINCES
from quarantine.units import OtherName, UnitMap

_DISTRICT = re.compile(r"^(?:quan|q|huyen|h|thi xa|tx|thanh pho|tp|t p)\s+(?=\S)")
_Y_FOR_I = re.compile(r"(?<=[bcdghklmnpqrstvx])y\b|(?<=qu)y\b")
"""Quý and Quí, Mỹ and Mĩ are one; Tây and Tai are not."""
_FEWEST_DIGITS = 4
"""A spreadsheet drops the zeros of 00016 as well, but "16" is rather a ward of that number."""


class KnownPlaces:
    """Today's communes, their aliases, and the places of before that went into them, wholly or in part."""

    def __init__(self, known: UnitMap) -> None:
        self._today = NamedPlaces(known.units)
        self._stations = {unit.id: unit for unit in known.units if unit.kind is UnitKind.STATION}
        self._named: defaultdict[str, list[OtherName]] = defaultdict(list)
        self._coded: defaultdict[str, list[OtherName]] = defaultdict(list)
        self._provinces = {same_name(unit.province): unit.province for unit in known.units}
        tops = {unit.id: unit for unit in known.units if unit.kind is UnitKind.CDC}
        for one in known.names:
            if one.unit_id in tops:
                self._provinces.setdefault(same_name(one.name), tops[one.unit_id].province)
            if one.unit_id in self._stations:
                self._named[same_name(one.name)].append(one)
                self._coded[one.code].append(one)
                self._provinces.setdefault(same_name(one.province), self._stations[one.unit_id].province)
        self._districts = {same_district(one.district) for one in known.names if one.district}
        self._named_today = {unit.code: unit for unit in self._stations.values()}
        self._remembered: dict[tuple[str, str, str], Located] = {}

    def find(self, province: str, district: str, commune: str) -> Located:
        """An address with a district is one of before; without, today's names come first."""
        key = (fold(province), fold(district), marked(commune.lower()))
        if key not in self._remembered:
            self._remembered[key] = self._find(province, district, commune)
        return self._remembered[key]

    def _find(self, province: str, district: str, commune: str) -> Located:
        if district and (old := self._old(province, district, commune)):
            return old
        # "TP Cao Bằng" is a district and a province: no district of that place, it is the province.
        where = province or district
        today = self._today.find(self._provinces.get(_province(where), province), district, commune)
        if today.code is not None and not self._is_here(where):
            return Located(doubt=Doubt.UNKNOWN, names=shown([self._named_today[today.code]]))
        if today.doubt is not Doubt.UNKNOWN or not commune:
            return today
        return self._old(province, "", commune) or today

    def _is_here(self, where: str) -> bool:
        """Whether this is no province that we do not know: a namesake there is another commune than ours.

        What is no province at all, a slip or other words, excludes nothing; nor does a district of ours.
        """
        name = bare(where)
        elsewhere = SHORT_PROVINCES.get(name, name) in PROVINCES and _province(where) not in self._provinces
        return not elsewhere or self._today.knows(where) or same_district(where) in self._districts

    def _old(self, province: str, district: str, commune: str) -> Located | None:
        """Where the places of before with these names or this code went; None when there was none."""
        hits = [one for one in self._called(fold(commune)) if self._lay_in(one, province)]
        if district and hits:
            wanted = same_district(district)
            there = [one for one in hits if one.district and same_district(one.district) == wanted]
            if not there:
                return Located(doubt=Doubt.UNKNOWN, names=_told(hits))
            hits = there
        if len({one.place for one in hits}) > 1:
            hits = narrowed_places(hits, commune)
        into = {one.unit_id: self._stations[one.unit_id] for one in hits}
        if not into:
            return None
        if len(into) == 1 and not any(one.partly for one in hits):
            return Located(next(iter(into.values())).code)
        if len({one.place for one in hits}) == 1:
            return Located(doubt=Doubt.SPLIT, names=shown(into.values()))
        return Located(doubt=Doubt.SEVERAL, names=_told(hits))

    def _called(self, commune: str) -> list[OtherName]:
        if commune.isdecimal() and len(commune) >= _FEWEST_DIGITS:
            return self._coded.get(commune.zfill(CODE_DIGITS), [])
        return self._named.get(_key(commune)) or self._named.get(same_name(commune), [])

    def _lay_in(self, one: OtherName, province: str) -> bool:
        """Whether it was, or is, in the province of that name; an unknown province excludes nothing."""
        name = _province(province)
        if not name or name not in self._provinces:
            return True
        return name in {same_name(one.province), same_name(self._stations[one.unit_id].province)}


def narrowed_places(hits: list[OtherName], commune: str) -> list[OtherName]:
    """All parts of the one place of before that has the marks or type word that were written, if one has."""
    first = {one.place: one for one in hits}
    fitting = {one.place for one in narrowed(list(first.values()), fold(commune), marked(commune.lower()))}
    return [one for one in hits if one.place in fitting]


def _key(folded: str) -> str:
    """What is the same however it is written: "Axan" and "A Xan", "Phú Quý" and "Phú Quí", "01" and "1"."""
    return folded.lstrip("0") if folded.isdecimal() else _Y_FOR_I.sub("i", folded).replace(" ", "")


@lru_cache(maxsize=32_768)
def same_name(name: str) -> str:
    """What two spellings of a unit's name have in common, its type word left out. Remembered."""
    return _key(bare(name))


def _province(name: str) -> str:
    return _key(SHORT_PROVINCES.get(bare(name), bare(name)))


def same_district(name: str) -> str:
    """A district's name without its type word: "Q.6", "quận 06" and "6" are the same."""
    return _key(_DISTRICT.sub("", unglued(name)))


def _told(names: Iterable[OtherName]) -> tuple[str, ...]:
    places = dict.fromkeys(one.place for one in names)
    parts = (", ".join(part for part in (name, district) if part) for _, name, district, _ in places)
    return tuple(parts)[:MOST_TOLD]
