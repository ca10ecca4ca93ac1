"""Vietnamese names: how they are compared, tidied and found by typing, and how people are addressed."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from enum import IntEnum
from functools import lru_cache
from typing import TypeVar

T = TypeVar("T")

# The eth (Ð, ð) looks like đ and comes out of old fonts and phone keyboards.
_LETTERS = str.maketrans({"đ": "d", "ð": "d", "Đ": "d", "Ð": "d"})
_MARKS = re.compile(r"[\u0300-\u036f]+")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_BETWEEN_WORDS = re.compile(r"[\W_]+")
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2019\u2018\u02bc\u00b4`", "'"))

# Type words of units as people type them; units of before July 2025 still stand in old addresses.
_TYPES = {
    "xã": ("xa", "x"),
    "phường": ("phuong", "p", "ph", "f", "phuog", "phuon", "puong", "phuongg", "fuong"),
    "đặc khu": ("dac khu", "dk", "dackhu", "dac khu hanh chinh"),
    "thị trấn": ("thi tran", "tt", "ttr", "thitran"),
    "tỉnh": ("tinh",),
    "thành phố": ("thanh pho", "tp", "t p", "thanhpho"),
}
_TYPE_OF = {typed: kind for kind, spellings in _TYPES.items() for typed in spellings}
_NUMBERED_TYPE = re.compile(r"^(p|x|tt|dk)(\d+)\b")

# Data of voice.md rule 2: from this age on, who is called what.
CHILD_UNTIL, _ADULT, _ELDER = 12, 18, 60
_MEN = frozenset({"male", "man", "m", "nam", "trai"})
_WOMEN = frozenset({"female", "woman", "f", "w", "nu", "gai"})


def plain(text: str) -> str:
    """The text in small letters without marks (đ → d), its punctuation and spacing kept; NFC or NFD alike."""
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", _INVISIBLE.sub("", text)))
    return unicodedata.normalize("NFKC", bare.translate(_LETTERS).lower())


def fold(text: str) -> str:
    """The form in which texts are compared: `plain`, punctuation as space, single spaces.

    Hoà and Hòa, NFC and NFD, "P. NGỌC HÀ" and "p ngoc ha" fold to the same. Folding twice changes nothing.
    """
    return _BETWEEN_WORDS.sub(" ", _MARKS.sub("", unicodedata.normalize("NFKD", plain(text)))).strip()


def words(text: str) -> tuple[str, ...]:
    """The folded words of a text, for instance for an index by words."""
    return tuple(fold(text).split())


def whole_name(text: str) -> str:
    """A name as it is compared as a whole: without marks, in whatever order its words were written."""
    return " ".join(sorted(words(text)))


def tidy_name(text: str) -> str:
    """A name as it is written: NFC, single spaces, and capitals where all or none were typed.

    "NGUYỄN THỊ  LAN" → "Nguyễn Thị Lan", "h'hen niê" → "H'Hen Niê", "Y BHĂM" → "Y Bhăm". A name with capitals
    of its own is kept.
    """
    name = unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).translate(_APOSTROPHES)
    name = " ".join(name.split()).strip(" ,;.:-")
    if name not in {name.upper(), name.lower()}:
        return name
    return re.sub(r"[^\W\d_]+", lambda part: part[0].capitalize(), name)


def given_name(full: str) -> str:
    """The name by which a person is spoken to: the last word; "Nguyễn Thị Lan" → "Lan"; empty for no name.

    Ê Đê and M'Nông names put the clan last and mark the given name with H' or Y: "H'Hen Niê" → "H'Hen",
    "Y Bhăm Niê" → "Y Bhăm".
    """
    parts = tidy_name(full).split()
    if not parts:
        return ""
    if parts[0].startswith("H'") and len(parts[0]) > len("H'"):
        return parts[0]
    if parts[0] == "Y" and len(parts) > 1:
        return " ".join(parts[:2])
    return parts[-1]


def honorific(age: int | None, sex: str | None) -> str:
    """How a resident is addressed (voice.md rule 2): "anh", "chi", "bac", "em" or "anhchi".

    Under twelve the responder is addressed, whose age we do not know. `sex` may be "male"/"female",
    "nam"/"nữ" or a string enum with such a value; what is not known gives "anhchi".
    """
    if age is None or age < CHILD_UNTIL:
        return "anhchi"
    if age < _ADULT:
        return "em"
    if age >= _ELDER:
        return "bac"
    known = fold(sex or "")
    if known in _MEN:
        return "anh"
    return "chi" if known in _WOMEN else "anhchi"


class Closeness(IntEnum):
    """How well a typed text fits a name, best first."""

    EXACT = 0
    PREFIX = 1
    WORD_PREFIX = 2
    SUBSTRING = 3


def matches(query: str, name: str) -> bool:
    """Whether what was typed may mean this unit: part of its name, with or without marks and type word."""
    return _closeness(query, name) is not None


def rank(query: str, items: Iterable[T], name: Callable[[T], str] = str) -> list[T]:
    """The items that a typed text may mean, most likely first; the order of equals is by name, then as given.

    Exact names, then beginnings, then beginnings of later words, then any part. Among equals come first those
    whose type word was typed, then those with the marks that were typed. A wrong type word excludes nothing:
    people still say "xã" of what became a ward.
    """
    found = []
    for place, item in enumerate(items):
        called = name(item)
        closeness = _closeness(query, called)
        if closeness is not None:
            found.append((closeness, *_agreement(query, called), place, item))
    found.sort(key=lambda row: row[:-1])
    return [row[-1] for row in found]


def _closeness(query: str, name: str) -> Closeness | None:
    _, bare, _ = _unit(name)
    fits = (fit for asked in _asked(query) if (fit := _fit(asked, bare)) is not None)
    return min(fits, default=None)


def _fit(asked: str, bare: str) -> Closeness | None:
    together, whole = asked.replace(" ", ""), bare.replace(" ", "")
    if together == whole:
        return Closeness.EXACT
    if bare.startswith(asked) or _begin(asked.split(), bare.split()):
        return Closeness.PREFIX
    parts = bare.split()
    if any(_begin(asked.split(), parts[start:]) for start in range(1, len(parts))):
        return Closeness.WORD_PREFIX
    return Closeness.SUBSTRING if together in whole else None


def _begin(asked: list[str], parts: list[str]) -> bool:
    """Whether each typed word begins the name's word in the same place ("ng ha" → "Ngọc Hà")."""
    return len(asked) <= len(parts) and all(map(str.startswith, parts, asked))


def _agreement(query: str, name: str) -> tuple[bool, bool, int, str]:
    kind, bare, with_marks = _unit(name)
    typed_kind = _typed_type(query)
    return (
        typed_kind not in {None, kind},
        marked(query) not in f"{marked(name)} {with_marks}",
        len(bare),
        bare,
    )


@lru_cache(maxsize=64)
def _asked(query: str) -> tuple[str, ...]:
    """What was typed, and the same without its type word: "xa dung" may be xã Dung… or xã Xa Dung."""
    folded = _NUMBERED_TYPE.sub(r"\1 \2", fold(query))
    if not folded:
        return ()
    bare = next((folded[len(t) + 1 :] for t in _TYPE_OF if folded.startswith(t + " ")), None)
    return (folded,) if bare is None else (folded, bare)


@lru_cache(maxsize=64)
def _typed_type(query: str) -> str | None:
    folded = _NUMBERED_TYPE.sub(r"\1 \2", fold(query))
    return next((kind for typed, kind in _TYPE_OF.items() if folded.startswith(typed + " ")), None)


@lru_cache(maxsize=16_384)
def _unit(name: str) -> tuple[str | None, str, str]:
    """Type word, folded name and marked name of a unit; remembered, as units are only some thousands."""
    lower = " ".join(unicodedata.normalize("NFC", name).lower().split())
    kind = next((kind for kind in _TYPES if lower.startswith(kind + " ")), None)
    bare = lower if kind is None else lower[len(kind) + 1 :]
    return kind, fold(bare), marked(bare)


@lru_cache(maxsize=4_096)
def marked(text: str) -> str:
    """The words with their marks gathered at the end of each, so that Hoà and Hòa are the same."""
    return " ".join(
        fold(word) + "".join(_MARKS.findall(unicodedata.normalize("NFD", word.lower())))
        for word in text.split()
    )
