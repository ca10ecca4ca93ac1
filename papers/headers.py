"""What the header of a column means, typing slips included, and whose place or person it speaks of."""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from papers.header_words import AS_WRITTEN, MEANINGS, SHORT
from quarantine.lists import Field
from quarantine.names import fold

RETURNED = "Lý do trả lại"
"""The first column of rows that were sent back; when they come again it says nothing."""

# Single words inside a longer header that cannot be part of another: "tinh" stands in "tinh trang" too.
_TELLING = {"cccd", "cmnd", "cmt", "sdt", "dtdd", "zalo", "phone", "telephone", "email", "dob", "stt", "bhyt"}
_WITHIN = sorted(
    (phrase for phrase in MEANINGS if " " in phrase or phrase in _TELLING), key=len, reverse=True
)
_MARKS = re.compile(r"\(\s*\*+\s*\)|\*+|\(\s*bắt buộc\s*\)", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")  # "BirthDate", as programs name columns
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_SHORTEST_FUZZY, _LONGEST_FUZZY, _CLOSE = 5, 40, 0.84
EXACT, PART, SLIP = 1.0, 0.8, 0.7


class Meaning(NamedTuple):
    """What a header means; `known` without a field is a column of no use here; `sure` is from 0 to 1."""

    field: Field | None
    known: bool
    sure: float


UNKNOWN = Meaning(None, known=False, sure=0.0)


@lru_cache(maxsize=16_384)
def meaning(header: str, *, slips: bool = True) -> Meaning:
    """The meaning of a header: its whole text, a telling part of it, or with `slips` a text close to it."""
    clean = _CAMEL.sub(" ", _MARKS.sub(" ", header))
    exactly = unicodedata.normalize("NFC", clean).strip(" .:").lower()
    if exactly in AS_WRITTEN:
        return Meaning(AS_WRITTEN[exactly], known=True, sure=EXACT)
    whole, without_brackets = fold(clean), fold(_BRACKETS.sub(" ", clean))
    spelled_out = " ".join(SHORT.get(word, word) for word in without_brackets.split())
    ways = [text for text in dict.fromkeys((whole, without_brackets, spelled_out)) if text]
    for text in ways:
        if text in MEANINGS:
            return Meaning(MEANINGS[text], known=True, sure=EXACT)
    for text in reversed(ways):
        if len(text) <= 2 * _LONGEST_FUZZY and (part := _telling_part(text)):
            return Meaning(MEANINGS[part], known=True, sure=PART)
    for text in ways if slips else ():
        if _SHORTEST_FUZZY <= len(text) <= _LONGEST_FUZZY:
            close = get_close_matches(text, MEANINGS, n=1, cutoff=_CLOSE)
            if close:
                return Meaning(MEANINGS[close[0]], known=True, sure=SLIP)
    return UNKNOWN


def _telling_part(text: str) -> str | None:
    """The longest phrase that stands in the text as whole words."""
    padded = f" {text} "
    return next((phrase for phrase in _WITHIN if f" {phrase} " in padded), None)


class Whose(IntEnum):
    """Which place or person a group of columns is about, in the order in which they are believed."""

    QUARANTINE = 0
    PRESENT = 1
    UNSAID = 2
    PERMANENT = 3
    OTHER_PERSON = 8
    ELSEWHERE = 9


_WHOSE = (
    (
        Whose.OTHER_PERSON,
        (
            r"nguoi than|giam ho|chu ho|bo me|phu huynh|nguoi nha|nguoi lien he|tiep xuc voi|f0 lien quan"
            r"|ca chi diem|thong tin f0|nguoi tiep xuc|guardian|emergency|can bo|nguoi bao"
        ),
    ),
    (
        Whose.ELSEWHERE,
        (
            r"lam viec|cong tac|co quan|hoc tap|noi sinh|khai sinh|que quan|noi di|khoi hanh|noi den|noi cap"
            r"|work|business|foreign|origin|arrival|\bport\b|monitored"
        ),
    ),
    (Whose.QUARANTINE, r"cach ly|theo doi|dieu tri tai nha|quarantine|isolation"),
    (
        Whose.PRESENT,
        r"hien nay|hien tai|tam tru|luu tru|noi o|cho o|dang o|cu tru|temporary|current|locate|residence",
    ),
    (Whose.PERMANENT, r"thuong tru|ho khau|permanent|\bperm\b"),
)


@lru_cache(maxsize=4_096)
def whose(label: str) -> Whose:
    """Which place or person a header or the label of a group of columns speaks of."""
    said = fold(label)
    return next((whom for whom, words in _WHOSE if re.search(words, said)), Whose.UNSAID)
