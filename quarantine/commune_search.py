"""Communes by typing: parts of names of today, aliases, whole names of communes of before July 2025."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from quarantine.names import fold, rank
from quarantine.old_places import same_district, same_name
from quarantine.people import Unit
from quarantine.units import OtherName

_TYPE_WORDS = 2
"""At most so many words stand before "cũ": "xã cũ …", "thị trấn cũ …"."""
_UNMARKED = re.compile(r"\bcu\b", re.IGNORECASE)
_PARTS = re.compile(r"[,;()]|\s[-–]\s|\s+(?=(?:quận|huyện|thị xã|quan|huyen|thi xa)\s)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hit:
    """A commune of today that may be meant, and the old place that was typed if it was one."""

    unit: Unit
    was: OtherName | None = None

    @property
    def sure(self) -> bool:
        """Whether it can be taken when there is no other: of a split commune this may be the wrong part."""
        return self.was is None or not self.was.partly


def search(text: str, communes: Sequence[Unit], names: Callable[[], Sequence[OtherName]]) -> list[Hit]:
    """The communes that a typed text may mean, most likely first; one alone when its whole name was typed.

    Today's whole names come first, then aliases and whole old names ("xã cũ …" means these alone), then parts
    of today's names, then parts of old ones. `names` is asked only where today's names do not settle it.
    """
    asked, only_old = _without_old_word(text)
    today = [] if only_old else rank(asked, communes, lambda unit: unit.name)
    whole = [unit for unit in today if fold(unit.name) == fold(asked)]
    if len(whole) == 1:
        return [Hit(whole[0])]
    if any(same_name(unit.name) == same_name(asked) for unit in today):
        return [Hit(unit) for unit in today]
    units = {unit.id: unit for unit in communes}
    known = [one for one in names() if one.unit_id in units]
    others = _whole(asked, known)
    if aliases := [one for one in others if one.until is None]:
        return _hits(aliases, units)
    if not others and not today:
        others = rank(_PARTS.split(asked)[0], [one for one in known if one.until], lambda one: one.name)
    found = _hits(others, units)
    found += [Hit(unit) for unit in today if unit not in {hit.unit for hit in found}]
    marked = _UNMARKED.sub("cũ", text)
    return found if found or marked == text else search(marked, communes, names)


def _hits(names: Sequence[OtherName], units: dict[int, Unit]) -> list[Hit]:
    """A hit for each unit, under the first of its names that fits."""
    first: dict[int, OtherName] = {}
    for one in names:
        first.setdefault(one.unit_id, one)
    return [Hit(units[unit_id], one if one.until else None) for unit_id, one in first.items()]


def _whole(asked: str, names: Sequence[OtherName]) -> list[OtherName]:
    """Names that were typed whole; a district behind it excludes the namesakes of others."""
    name, *behind = [part for part in _PARTS.split(asked) if part.strip()] or [asked]
    named = [one for one in names if same_name(one.name) in {same_name(asked), same_name(name)}]
    if not behind:
        return named
    districts = {same_district(part) for part in behind}
    return [one for one in named if one.district and same_district(one.district) in districts] or named


def _without_old_word(text: str) -> tuple[str, bool]:
    """The text without its "cũ", and whether it said so: "xã cũ Hợp Giang", "Hợp Giang (cũ)"."""
    words = text.split()
    said = [word.strip("()").lower() for word in words]
    places = [n for n, word in enumerate(said) if word == "cũ" and (n <= _TYPE_WORDS or n == len(said) - 1)]
    if not places or len(words) == 1:
        return text, False
    kept = [word for n, word in enumerate(words) if n != places[0]]
    return " ".join(kept), True
