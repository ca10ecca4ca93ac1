"""Identity numbers: the twelve digits of a citizen's card, the nine of the older one, and passports."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from quarantine.people import Sex

CITIZEN_DIGITS, OLD_DIGITS = 12, 9

# Thông tư 59/2021/TT-BCA, phụ lục I: the province where the birth was registered (63 codes; births since July
# 2025 use a part of them).
_CODES = (
    "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 "
    "037 038 040 042 044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 "
    "077 079 080 082 083 084 086 087 089 091 092 093 094 095 096"
)
_PROVINCES = frozenset(_CODES.split())
_PASSPORT = re.compile(r"[A-Z]{1,2}\d{6,8}")
_SPREADSHEET = re.compile(r"^(\d+)\.0+$")


@dataclass(frozen=True, slots=True)
class Identity:
    """A number as it is stored, and what it says by itself; `restored` when it had lost leading zeros."""

    number: str
    province: str | None = None
    sex: Sex | None = None
    birth_year: int | None = None
    restored: bool = False

    @property
    def is_citizen(self) -> bool:
        """Whether it is a citizen's number of twelve digits."""
        return len(self.number) == CITIZEN_DIGITS and self.number.isdigit()

    @property
    def known_province(self) -> bool:
        """Whether its first three digits are a province's code."""
        return self.province in _PROVINCES


def read_identity(text: str) -> Identity | None:
    """The number in a cell: spaces, dots, an apostrophe and letters such as "CCCD:" around it are left out.

    Eight digits are an old number that lost its 0, ten or eleven a citizen's number that lost one or two.
    None when it can be no identity number.
    """
    clean = unicodedata.normalize("NFKC", text).strip().strip("'\"").upper()
    clean = _SPREADSHEET.sub(
        r"\1", re.sub(r"^(?:SỐ\s*)?(?:CCCD|CMND|CMT|CC|CĂN CƯỚC|HỘ CHIẾU)\b[\s:.]*", "", clean)
    )
    bare = re.sub(r"[\s.\-_/']", "", clean)
    if _PASSPORT.fullmatch(bare):
        return Identity(bare)
    if not (bare.isascii() and bare.isdigit()):
        return None
    if len(bare) in {OLD_DIGITS - 1, OLD_DIGITS}:
        return Identity(bare.zfill(OLD_DIGITS), restored=len(bare) < OLD_DIGITS)
    if CITIZEN_DIGITS - 2 <= len(bare) <= CITIZEN_DIGITS:
        return _citizen(bare.zfill(CITIZEN_DIGITS), restored=len(bare) < CITIZEN_DIGITS)
    return None


def _citizen(number: str, *, restored: bool) -> Identity:
    """Nghị định 137/2015/NĐ-CP, điều 7: province, century and sex, two digits of the year, six at random."""
    century = int(number[3])
    return Identity(
        number,
        number[:3],
        Sex.FEMALE if century % 2 else Sex.MALE,
        1900 + 100 * (century // 2) + int(number[4:6]),
        restored,
    )
