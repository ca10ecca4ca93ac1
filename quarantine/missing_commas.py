"""Missing commas: where the parts of a pasted line begin and end although nobody has marked it."""

from __future__ import annotations

import re
from collections.abc import Collection

from quarantine.places import bare

_BETWEEN = re.compile(r"[,;|\t\n()]")
_BORN = r"(?:sn|ns|sinh(?:\s+năm|\s+nam|\s+ngày|\s+ngay)?|năm\s+sinh|nam\s+sinh)"
_UNMISTAKABLE = re.compile(
    r"(?:\b(?:số\s+)?(?:sđt|sdt|đt|dt|tel|điện\s+thoại)\s*:?\s*)?"
    r"(?<![\d/])(?:\+?84|0)(?:[ .-]?\d){9}(?![\d/])"
    rf"|\b{_BORN}\s*\d[\d/.-]*|(?<![\d/.-])(?<!ngày )(?:19|20)\d\d(?![\d/.-])"
    r"|\b\d{1,3}\s*(?:tuổi|tuoi)\b|\bf[0-2]\b(?!\s*(?:từ|tu|ngày|ngay|\d))",
    re.IGNORECASE,
)
"""A phone, a birth, an age and a reason without a day stand for themselves wherever they are."""
_BEGINNING = re.compile(
    r"\s(?=(?:phường|phuong|xã|xa|đặc khu|dac khu|thị trấn|quận|quan|huyện|huyen|tỉnh|tinh|tp|p|x|q|h)\b"
    r"\.?\s*\S|f[0-2]\b|tiếp xúc|tiep xuc|cccd\b|cmnd\b|qđ\b|qd\b|quyết định)",
    re.IGNORECASE,
)
"""What begins a part of its own; it ends at the next."""
_SEX_LAST = re.compile(r"^(?P<name>(?:\S+\s+){2,}\S+)\s+(?P<sex>nam|nữ|nu)$", re.IGNORECASE)
_LONGEST_PROVINCE = 4


def with_commas(line: str, provinces: Collection[str]) -> str:
    """The line with a comma at every place where one fact ends and the next begins beyond doubt.

    `provinces` are bare names: one at the end of a part stands behind the name of a commune.
    """
    marked = _BEGINNING.sub(",", _UNMISTAKABLE.sub(r",\g<0>,", line))
    parts = [part.strip() for part in _BETWEEN.split(marked)]
    return ", ".join(_parted(part, provinces) for part in parts if part)


def _parted(part: str, provinces: Collection[str]) -> str:
    """A name without the sex behind it, a commune without its province."""
    named = _SEX_LAST.match(part)
    if named and _is_sex(named["name"], named["sex"]):
        return f"{named['name']}, {named['sex']}"
    words = part.split()
    for size in range(min(_LONGEST_PROVINCE, len(words) - 2), 1, -1):
        if bare(" ".join(words[-size:])) in provinces:
            return f"{' '.join(words[:-size])}, {' '.join(words[-size:])}"
    return part


def _is_sex(name: str, word: str) -> bool:
    """Whether a last word is the sex and no given name: Nam is one, and is then written as the name is."""
    return word.lower() != "nam" or (word.islower() and not name.islower())
