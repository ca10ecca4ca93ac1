"""A household: the people one phone answers for, how they are told apart, and of whom typed words speak."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from quarantine.names import CHILD_UNTIL, fold, given_name
from quarantine.people import Person

ANSWERS_FROM = 16
"""Years of age: nobody younger answers for anybody, a minor's guardian does."""
_TITLES = ("bé", "em", "cháu", "con", "anh", "chị", "bác", "ông", "bà", "cô", "chú", "cụ", "thằng", "cái")
_TITLED = re.compile(
    rf"(?:^|[\s,;])(?:{'|'.join(_TITLES)}|be|chau|chi|bac|ong|ba|co|chu|cu)\s*$", re.IGNORECASE
)
_THE_CHILD = re.compile(r"\b(?:bé|cháu|nhóc|con)\b|\b(?:be|chau|nhoc)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_JOINING = frozenset({"va", "voi", "cung", "ca", "hai", "deu", ""})
"""Words between two names of whom the same is said: "Lan và Bi ho"."""
_EVERYBODY = re.compile(r"\b(?:(?:ca|toan|het) nha|moi nguoi|tat ca|ai cung|khong ai|ko ai|k ai|nha deu)\b")
_BUT = re.compile(r"\b(?:tru|con lai)\b")
"""Words after which what was said of the house before does not hold for those who are named."""
_ALSO_WORDS = frozenset(
    {"an", "ba", "bi", "chin", "con", "ho", "hai", "mai", "nam", "on", "sang", "sau", "tam"}
)
"""Given names that are, without their marks, common words of a report: only a capital or a title tells."""


@dataclass(frozen=True, slots=True)
class Member:
    """One of the household, under the id by which the caller knows them."""

    id: int
    name: str
    child: bool = False


def is_child(person: Person, today: date) -> bool:
    """Whether the person is called "bé" (voice.md rule 2); of unknown age nobody is."""
    age = person.age(today)
    return age is not None and age < CHILD_UNTIL


def called(people: Sequence[Person]) -> dict[int, str]:
    """What each is called at home, by person id: the given name where it tells them apart, else more of it.

    Two who share the whole name are told apart by year of birth; if that is the same too, by a number.
    """
    tiers: tuple[dict[int, str], ...] = (
        {one.id: given_name(one.name) for one in people},
        {one.id: one.name for one in people},
        {one.id: f"{one.name} {one.birth_year or ''}".strip() for one in people},
    )
    numbered = {one.id: f"{one.name} ({place})" for place, one in enumerate(people, start=1)}
    counts = [Counter(fold(name) for name in tier.values()) for tier in tiers]
    found: dict[int, str] = {}
    for one in people:
        alone = (
            tier[one.id] for tier, count in zip(tiers, counts, strict=True) if count[fold(tier[one.id])] == 1
        )
        found[one.id] = next(alone, numbered[one.id])
    return found


@dataclass(frozen=True, slots=True)
class Spoken:
    """Of whom a text speaks and in which words; "" where only the name was said.

    `everybody`: it speaks of the whole house, and `rest` is what it says of those whom it does not name.
    `unsure`: a name in it may be that of several.
    """

    words: Mapping[int, str]
    everybody: bool = False
    rest: str = ""
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class _Named:
    start: int
    end: int
    ids: tuple[int, ...]


def spoken_of(text: str, members: Sequence[Member]) -> Spoken:
    """Whom of the household the text names, and what it says of each ("bé Bi sốt, Nam ho")."""
    text = unicodedata.normalize("NFC", text)
    folded = fold(text)
    named = _names_in(text, members) or _the_child(text, members)
    everybody = bool(_EVERYBODY.search(folded))
    if any(len(one.ids) > 1 for one in named):
        return Spoken({}, everybody, unsure=True)
    before = _TITLED.sub(" ", text[: named[0].start]).strip(" ,;:.-–") if named else text
    words = _said_of_each(text, named)
    if before and named and not everybody and not _BUT.search(folded):
        first = named[0].ids[0]
        words[first] = f"{before} {words[first]}".strip()
    return Spoken(words, everybody, rest=before if everybody else "")


def _said_of_each(text: str, named: Sequence[_Named]) -> dict[int, str]:
    """What follows each name up to the next; names that are only joined share what follows the last."""
    words: dict[int, str] = {}
    waiting: list[int] = []
    for place, one in enumerate(named):
        until = named[place + 1].start if place + 1 < len(named) else len(text)
        said = _TITLED.sub(" ", text[one.end : until]).strip(" ,;:.-–")
        waiting += one.ids
        if set(fold(said).split()) <= _JOINING and place + 1 < len(named):
            continue
        words.update(dict.fromkeys(waiting, said))
        waiting = []
    return words


def _names_in(text: str, members: Sequence[Member]) -> list[_Named]:
    """The names in the text from left to right, the longest at each place."""
    typed = list(_WORD.finditer(text))
    found: list[_Named] = []
    place = 0
    while place < len(typed):
        longest, ids = 0, list[int]()
        for one in members:
            for name in (one.name, given_name(one.name)):
                size = len(name.split())
                if size >= max(longest, 1) and _is_name(text, typed[place : place + size], name):
                    ids = [one.id] if size > longest else [*ids, one.id]
                    longest = size
        if ids:
            span = (typed[place].start(), typed[place + longest - 1].end())
            found.append(_Named(*span, tuple(dict.fromkeys(ids))))
        place += max(longest, 1)
    return found


def _is_name(text: str, typed: Sequence[re.Match[str]], name: str) -> bool:
    """Whether these words are the name: with its marks, or without them unless that is a word as well."""
    parts = name.split()
    if len(typed) != len(parts):
        return False
    if all(one[0].lower() == part.lower() for one, part in zip(typed, parts, strict=True)):
        exact = any(not mark.isascii() for mark in name)
    elif all(fold(one[0]) == fold(part) and one[0].isascii() for one, part in zip(typed, parts, strict=True)):
        exact = False
    else:
        return False
    word_too = len(parts) == 1 and fold(name) in _ALSO_WORDS
    marked = any(not mark.isascii() for mark in text)
    capital = typed[0][0][:1].isupper() and (typed[0].start() > 0 or not text.isupper())
    return exact or not word_too or capital or marked or bool(_TITLED.search(text[: typed[0].start()]))


def _the_child(text: str, members: Sequence[Member]) -> list[_Named]:
    """What "bé sốt" means where the house has one child."""
    children = [one.id for one in members if one.child]
    found = _THE_CHILD.search(text)
    if found is None or len(children) != 1:
        return []
    return [_Named(found.start(), found.end(), (children[0],))]
