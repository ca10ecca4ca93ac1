"""Titles: what a health unit and its place are called inside a sentence."""

from __future__ import annotations

from quarantine.messages import Term
from quarantine.names import fold
from quarantine.people import Unit

_TITLES = ("tram y te", "trung tam", "cdc", "diem tram", "so y te")
_PLACES = frozenset({"phuong", "xa", "dac khu", "thi tran", "quan", "huyen", "thi xa", "thanh pho", "tinh"})
_LONGEST_PLACE_WORD = 2


def unit_title(unit: Unit) -> Term | str:
    """What a unit is called in a sentence: "Phường Ngọc Hà" → "Trạm Y tế phường Ngọc Hà"."""
    if fold(unit.name).startswith(_TITLES):
        return unit.name
    return Term(f"word.unit_{unit.kind}", {"place": place_name(unit.name)})


def place_name(name: str) -> str:
    """A place inside a sentence: its type word is not a name ("Phường Ngọc Hà" → "phường Ngọc Hà")."""
    words = name.split(" ")
    for length in range(_LONGEST_PLACE_WORD, 0, -1):
        if len(words) > length and fold(" ".join(words[:length])) in _PLACES:
            return " ".join([*map(str.lower, words[:length]), *words[length:]])
    return name
