"""Rows that may mean one person, and rows that may be one household: proposed, never assumed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from quarantine.lists import Entry, RowRef
from quarantine.names import fold, whole_name

COMPARED = 50
"""Of one name at most so many rows are compared with each: ten thousand "Nguyễn Văn An" stay cheap."""


class Likeness(StrEnum):
    """By what two rows seem to be one person."""

    IDENTITY = "identity"
    PHONE = "phone"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Repeat:
    """A row that may repeat an earlier one; a human decides."""

    ref: RowRef
    of: RowRef
    by: Likeness


def repeats(entries: Iterable[Entry]) -> list[Repeat]:
    """Each row that may repeat an earlier one, with the surest likeness; the first of them repeats nothing.

    The same identity number; the same phone, unless the rows speak of different people; the same name,
    whatever its marks and the order of its words, with sex, year and identity number that do not contradict.
    """
    seen: dict[tuple[Likeness, str], list[Entry]] = defaultdict(list)
    found = []
    for entry in entries:
        keys = keys_of(entry)
        first = next((hit for by, key in keys if (hit := _earlier(seen[by, key], entry, by))), None)
        if first is not None:
            found.append(first)
        for likeness, key in keys:
            if len(seen[likeness, key]) < COMPARED:
                seen[likeness, key].append(entry)
    return found


def recognised(entry: Entry, known: Mapping[tuple[Likeness, str], Sequence[Entry]]) -> Repeat | None:
    """The same for people who are known already, each under all their keys as an entry of its own."""
    keys = keys_of(entry)
    return next((hit for by, key in keys if (hit := _earlier(known.get((by, key), ()), entry, by))), None)


def keys_of(entry: Entry) -> list[tuple[Likeness, str]]:
    """What a person is recognised by, the surest first."""
    keys = (
        (Likeness.IDENTITY, entry.identity),
        (Likeness.PHONE, entry.phone),
        (Likeness.NAME, whole_name(entry.name)),
    )
    return [(by, key) for by, key in keys if key]


def _earlier(earlier: Sequence[Entry], entry: Entry, by: Likeness) -> Repeat | None:
    fits: Callable[[Entry], bool] = {
        Likeness.IDENTITY: lambda _: True,
        Likeness.PHONE: lambda other: _same_name(other, entry) or not _contradict(other, entry),
        Likeness.NAME: lambda other: not _contradict(other, entry),
    }[by]
    other = next((one for one in earlier if fits(one)), None)
    return None if other is None else Repeat(entry.ref, other.ref, by)


def _same_name(one: Entry, other: Entry) -> bool:
    return whole_name(one.name) == whole_name(other.name)


def _contradict(one: Entry, other: Entry) -> bool:
    """Whether both rows state something that cannot be true of one person."""
    pairs = (
        (one.birth_year, other.birth_year),
        (one.sex, other.sex),
        (one.identity, other.identity),
    )
    return any(first and second and first != second for first, second in pairs)


class Bond(StrEnum):
    """Why rows may be one household."""

    PHONE = "phone"
    ADDRESS = "address"  # and the same family name


@dataclass(frozen=True, slots=True)
class Household:
    """Rows that may live together, at least two; proposed, for somebody who knows them to confirm."""

    refs: tuple[RowRef, ...]
    bond: Bond


def households(entries: Iterable[Entry]) -> list[Household]:
    """Rows with the same phone, and rows with the same dwelling and family name, in the order of the list."""
    together: defaultdict[tuple[Bond, str], list[RowRef]] = defaultdict(list)
    for entry in entries:
        if entry.phone:
            together[Bond.PHONE, entry.phone].append(entry.ref)
        dwelling, family = fold(entry.address), fold(entry.name).partition(" ")[0]
        # "Tổ 3" is a hundred houses: a dwelling has a number and a name of a street or hamlet.
        if family and any(map(str.isdigit, dwelling)) and len(dwelling.split()) > 2:  # noqa: PLR2004 - words
            together[Bond.ADDRESS, f"{entry.unit_code} {dwelling} {family}"].append(entry.ref)
    proposed: dict[tuple[RowRef, ...], Bond] = {}
    for (bond, _), refs in together.items():
        if len(refs) > 1:
            proposed.setdefault(tuple(refs), bond)
    return [Household(refs, bond) for refs, bond in proposed.items()]
