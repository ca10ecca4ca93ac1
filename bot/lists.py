"""A list from a file, checked as a whole: what can be enrolled, what goes back, what somebody must decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from papers.reading import read
from papers.sheets import Book
from papers.tables import Table, tables
from quarantine.list_matches import Household, Repeat, households, repeats
from quarantine.list_rules import OF_THE_ORDER, Rules, judge
from quarantine.lists import Entry, Field, Problem, RowRef
from quarantine.places import Places


@dataclass(frozen=True)
class Checked:
    """A file read and judged; nothing of it is written anywhere."""

    book: Book
    tables: tuple[Table, ...]
    entries: tuple[Entry, ...]
    repeats: Mapping[RowRef, Repeat]
    """Rows without a mistake that may repeat an earlier one: shown for decision."""
    households: tuple[Household, ...]
    missing: tuple[Field, ...]
    """What neither a column nor a word for the whole list says: to be asked once."""

    @property
    def refused(self) -> list[Entry]:
        """Rows that go back to the sender."""
        return [entry for entry in self.entries if entry.refused]

    @property
    def accepted(self) -> list[Entry]:
        """Rows that can be enrolled as they are."""
        return [entry for entry in self.entries if not entry.refused and entry.ref not in self.repeats]

    def problems(self, *, refusing: bool) -> list[tuple[RowRef, Problem]]:
        """What sends rows back, or what is only said of them, in the order of the list."""
        return [
            (entry.ref, problem)
            for entry in self.entries
            for problem in entry.problems
            if problem.flaw.refuses is refusing
        ]

    def counts(self, *, refusing: bool) -> Counter[tuple[Field, str]]:
        """The same counted by field and flaw."""
        return Counter((problem.field, problem.flaw.value) for _, problem in self.problems(refusing=refusing))


def check(
    data: bytes,
    today: date,
    places: Places | None = None,
    *,
    sheet: str = "",
    mapping: Mapping[Field, str] | None = None,
    given: Mapping[Field, str] | None = None,
    read_file: Callable[[bytes], Book] = read,
) -> Checked:
    """Read a file in a process of its own, find its tables and judge every row.

    `mapping` corrects which column is which; `given` are values for all rows that say nothing themselves.
    UnreadableError, UnknownSheetError and UnknownColumnError (papers/) say why it is refused as a whole.
    """
    book = read_file(data)
    found = tables(book, sheet, mapping)
    said = dict(given or {})
    entries = tuple(
        judge(record.ref, record.cells, rules)
        for table in found
        for rules in (Rules(today, places, {**table.said, **said}),)
        for record in table.records
    )
    sound = [entry for entry in entries if not entry.refused]
    known = {field for table in found for field in (*table.header.columns, *table.said)} | said.keys()
    return Checked(
        book,
        tuple(found),
        entries,
        {repeat.ref: repeat for repeat in repeats(sound)},
        tuple(households(sound)),
        tuple(field for field in OF_THE_ORDER if field not in known),
    )
