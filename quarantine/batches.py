"""Batches: a list brought in as a whole, who brought it, what becomes of its rows and of the batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from quarantine.list_matches import Likeness
from quarantine.lists import Entry, RowRef
from quarantine.names import fold, whole_name


class BatchState(StrEnum):
    """Staging until one commit makes all of it visible; void when it was given up before that."""

    STAGING = "staging"
    IN = "in"
    VOID = "void"
    UNDONE = "undone"


class Doubles(StrEnum):
    """What is decided about rows that may mean somebody who is known already, or an earlier row."""

    SKIP = "skip"
    SAME = "same"  # the same person, in a new quarantine: where the last one is over
    ADD = "add"  # somebody else all the same
    RETURN = "return"  # back to the sender with the rows to be mended


@dataclass(frozen=True, slots=True)
class Double:
    """A row that may repeat: a row of the list (`of`), or a person who is known (`person_id`).

    `open` is whether that person is in quarantine now: then there is no second one to begin. `elsewhere` is
    somebody outside the sender's reach: no more may be told than that there is one.
    """

    ref: RowRef
    by: Likeness
    of: RowRef | None = None
    person_id: int | None = None
    open: bool = False
    elsewhere: bool = False

    @property
    def pair(self) -> str:
        """What is decided about: this row and the one it is like; of another pair it says nothing."""
        like = f"p{self.person_id}" if self.of is None else f"{self.of.sheet}!{self.of.row}"
        return f"{self.ref.sheet}!{self.ref.row}={like}"

    @property
    def ways(self) -> tuple[Doubles, ...]:
        """What may become of the row."""
        again = self.person_id is not None and not self.open and not self.elsewhere
        return tuple(way for way in Doubles if again or way is not Doubles.SAME)


@dataclass(frozen=True, slots=True)
class Decided:
    """What is decided about doubles: `single` of a pair by itself, `others` of all the rest together."""

    others: Doubles = Doubles.SKIP
    single: Mapping[str, Doubles] = field(default_factory=dict)

    def of(self, double: Double) -> Doubles:
        """What becomes of the row; skipped where what was decided cannot be."""
        way = self.single.get(double.pair, self.others)
        return way if way in double.ways else Doubles.SKIP


NOTHING_DECIDED = Decided()


@dataclass(frozen=True, slots=True)
class Placed:
    """A row as it is to be written; `person_id` is a person who is known already."""

    number: int
    entry: Entry
    content: str
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """A list that was brought in; `by` is None for the command line."""

    id: int
    by: int | None
    at: datetime
    state: BatchState
    added: int = 0
    verified: int = 0
    """Of its people, so many are no longer only notified: from the first on nothing is undone."""


def content_of(entry: Entry) -> str:
    """What makes two rows the same row, in whatever file they stand: the person, the dwelling, the order."""
    facts = (
        whole_name(entry.name),
        entry.phone,
        entry.identity,
        entry.birth_year,
        entry.sex,
        fold(entry.address),
        entry.unit_code,
        entry.order_number,
        entry.first_day,
    )
    return "\n".join("" if fact is None else str(fact) for fact in facts)


def placed(
    entries: Iterable[Entry],
    doubles: Mapping[RowRef, Double],
    repeated: Iterable[str],
    decided: Decided,
) -> list[Placed]:
    """The rows that go in, numbered by their place among the sound ones.

    `repeated` are the contents of rows that are in already; these never go in again, whatever is decided. Of
    two rows that mean the same known person the first begins the new quarantine.
    """
    seen, begun = set(repeated), set[int]()
    found = []
    for number, entry in enumerate(entries):
        content = content_of(entry)
        double = doubles.get(entry.ref)
        way = Doubles.ADD if double is None else decided.of(double)
        same = double.person_id if double is not None and way is Doubles.SAME else None
        if content in seen or way not in _GO_IN or same in begun:
            continue
        seen.add(content)
        if same is not None:
            begun.add(same)
        found.append(Placed(number, entry, content, same))
    return found


_GO_IN = frozenset({Doubles.ADD, Doubles.SAME})
