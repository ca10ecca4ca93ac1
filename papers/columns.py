"""The header of a list: found under titles and logos, its columns recognised beneath their groups."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from papers.headers import UNKNOWN, Meaning, Whose, meaning, whose
from papers.sheets import Sheet
from quarantine.lists import Field
from quarantine.names import fold

SEARCHED = 60
"""Among so many used rows from the top the header is looked for."""
_TALLEST = 3
_PLACE = (Field.ADDRESS, Field.COMMUNE, Field.DISTRICT, Field.PROVINCE)
_NAMES = {Field.NAME, Field.FAMILY_NAME, Field.GIVEN_NAME}
_OF_PEOPLE = (
    set(Field)
    - _NAMES
    - {
        Field.COMMUNE,
        Field.DISTRICT,
        Field.PROVINCE,
        Field.ROW_NUMBER,
        Field.NOTE,
    }
)
"""A list of people says more of them than a name: else it may be a list of communes."""
_LONG_NUMBER = re.compile(r"\d{5}|\d[-/.]\d+[-/.]\d")


@dataclass(frozen=True, slots=True)
class Column:
    """Where a field stands: columns from 0 (several only of an address), the header as written, how sure."""

    places: tuple[int, ...]
    header: str
    sure: float

    @property
    def letter(self) -> str:
        """The first column as the spreadsheet names it."""
        return letters(self.places[0])


@dataclass(frozen=True)
class Header:
    """The header of a table: its rows, the columns by field, the headers that say nothing to us."""

    rows: tuple[int, ...]
    """Positions among the sheet's used rows."""
    columns: Mapping[Field, Column]
    unknown: tuple[str, ...] = ()
    labels: Mapping[int, str] = field(default_factory=dict)
    """The header of each column, whatever it means."""


def letters(column: int) -> str:
    """A, B, … Z, AA as spreadsheets count."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def find_header(sheet: Sheet) -> Header | None:
    """The one to three rows that name the most fields, a name among them; None when there are none."""
    best: tuple[int, int, int] | None = None
    found: _Block | None = None
    for block in _blocks(sheet):
        named = {meant.field for meant in block.meanings.values() if meant.field}
        if not named & _NAMES or not named & _OF_PEOPLE:
            continue
        score = (len(named), -len(block.rows), -block.rows[0])
        if best is None or score > best:
            best, found = score, block
    return None if found is None else found.header()


def _blocks(sheet: Sheet) -> Iterator[_Block]:
    top = sheet.rows[:SEARCHED]
    for first in range(len(top)):
        for height in range(1, _TALLEST + 1):
            rows = tuple(range(first, first + height))
            if rows[-1] >= len(top) or not all(_may_be_header(top[row][1]) for row in rows):
                break
            yield _Block(sheet, rows)


def _may_be_header(cells: Sequence[str]) -> bool:
    """Labels hold no long numbers and no dates, and at least some of them say something."""
    used = [cell for cell in cells if cell]
    numbers = sum(bool(_LONG_NUMBER.search(cell)) for cell in used)
    known = sum(meaning(cell, slips=False).known for cell in used)
    return numbers * 5 <= len(used) and known * 4 >= len(used)


class _Block:
    """Rows that may be a header: the label of each column, and what stands above it."""

    def __init__(self, sheet: Sheet, rows: tuple[int, ...]) -> None:
        self.sheet, self.rows = sheet, rows
        width = max(len(sheet.rows[row][1]) for row in rows)
        self.paths = {column: self._path(column) for column in range(width)}
        self.meanings = {column: self._meaning(path) for column, path in self.paths.items() if path}

    def _cell(self, row: int, column: int) -> str:
        cells = self.sheet.rows[row][1]
        return cells[column] if column < len(cells) else ""

    def _path(self, column: int) -> list[str]:
        """The labels of a column, the lowest first, each written in it (not only spread over it)."""
        return [cell for row in reversed(self.rows) if (cell := self._cell(row, column))]

    @staticmethod
    def _meaning(path: Sequence[str]) -> Meaning:
        """The lowest label that says something; "Từ" beneath "Thời gian cách ly" may need both."""
        meant = (meaning(label) for label in path)
        return next((one for one in meant if one.known), UNKNOWN)

    def _groups(self, column: int) -> list[str]:
        """What stands over a column, the nearest first: labels of merged cells, or spread to the right."""
        above = range(max(0, self.rows[0] - 2), self.rows[-1] + 1)
        return [label for row in reversed(above) if (label := self._over(row, column))]

    def _over(self, row: int, column: int) -> str:
        number, cells = self.sheet.rows[row]
        for (top, left), (bottom, right) in self.sheet.merged:
            if top <= number <= bottom and left <= column <= right and right > left:
                covers_all = right - left + 1 >= len(self.paths) * 4 // 5
                return "" if covers_all or left >= len(cells) else cells[left]
        if self.sheet.merged or sum(map(bool, cells)) < 2 or row == self.rows[-1]:  # noqa: PLR2004 - a title
            return ""
        return next((cell for cell in reversed(cells[: column + 1]) if cell), "")

    def _whose(self, column: int) -> Whose:
        labels = [*self.paths[column], *self._groups(column)]
        return next((whom for label in labels if (whom := whose(label)) is not Whose.UNSAID), Whose.UNSAID)

    def header(self) -> Header:
        """The best column for each field."""
        about = {column: self._whose(column) for column, meant in self.meanings.items() if meant.field}
        chosen = _choose(self.meanings, about)
        labels = {column: " ".join(path[0].split()) for column, path in self.paths.items() if path}
        columns = {
            field: Column(places, labels[places[0]], min(self.meanings[place].sure for place in places))
            for field, places in chosen.items()
        }
        unknown = [labels[column] for column, meant in self.meanings.items() if not meant.known]
        return Header(self.rows, columns, tuple(unknown), labels)


def _choose(meanings: Mapping[int, Meaning], about: Mapping[int, Whose]) -> dict[Field, tuple[int, ...]]:
    """For each field the column that speaks of the person's quarantine rather than of anything else."""
    candidates: dict[Field, list[int]] = {}
    for column, meant in meanings.items():
        if meant.field:
            candidates.setdefault(meant.field, []).append(column)

    def rank(column: int) -> tuple[int, float, int]:
        return about[column], -meanings[column].sure, column

    names = [column for one in _NAMES for column in candidates.get(one, [])]
    # In a list of contacts all columns may stand under "người tiếp xúc": then that is whom it is about.
    of_others = min((about[column] for column in names), default=Whose.UNSAID) >= Whose.OTHER_PERSON
    chosen: dict[Field, tuple[int, ...]] = {}
    for one, columns in candidates.items():
        if one in _PLACE:
            continue
        anybodys = of_others or one is Field.HOUSEHOLD_PHONE
        own = [column for column in columns if anybodys or about[column] < Whose.OTHER_PERSON]
        if own:
            chosen[one] = (min(own, key=rank),)
        elif one is Field.PHONE and Field.HOUSEHOLD_PHONE not in candidates:
            chosen[Field.HOUSEHOLD_PHONE] = (min(columns, key=rank),)
    chosen.update(_choose_place(candidates, about))
    if Field.FAMILY_NAME in chosen and Field.GIVEN_NAME not in chosen and Field.NAME in chosen:
        # "Họ" beside "Tên": the second is the given name, not the whole.
        chosen[Field.GIVEN_NAME] = chosen.pop(Field.NAME)
    return chosen


def _choose_place(
    candidates: Mapping[Field, Sequence[int]], about: Mapping[int, Whose]
) -> dict[Field, tuple[int, ...]]:
    """Address, commune, district and province of one and the same place, the most telling one."""
    places: dict[Whose, dict[Field, list[int]]] = {}
    for one in _PLACE:
        for column in candidates.get(one, ()):
            places.setdefault(about[column], {}).setdefault(one, []).append(column)
    usable = [whom for whom in sorted(places) if whom < Whose.OTHER_PERSON]
    complete = [whom for whom in usable if Field.COMMUNE in places[whom] or Field.ADDRESS in places[whom]]
    chosen: dict[Field, tuple[int, ...]] = {}
    for whom in (complete or usable)[:1]:
        for one, columns in places[whom].items():
            chosen[one] = tuple(columns) if one is Field.ADDRESS else tuple(columns[:1])
    # Columns that do not say whose they are complete a place that does: "Nơi cách ly", "Xã", "Tỉnh".
    for one, columns in places.get(Whose.UNSAID, {}).items():
        chosen.setdefault(one, tuple(columns) if one is Field.ADDRESS else tuple(columns[:1]))
    return chosen


class UnknownColumnError(ValueError):
    """A mapping names a column that the list does not have; the text is what was named."""


def remap(header: Header, wanted: Mapping[Field, str]) -> Header:
    """The header with some fields said by the sender, by header text or by the letter of the column.

    A column that is claimed belongs to that field alone; an empty text takes the field away.
    """
    columns = dict(header.columns)
    for one, named in wanted.items():
        columns.pop(one, None)
        if not named:
            continue
        place = _place_named(header, named)
        columns = {other: column for other, column in columns.items() if place not in column.places}
        columns[one] = Column((place,), header.labels.get(place, named), 1.0)
    return Header(header.rows, columns, header.unknown, header.labels)


def _place_named(header: Header, named: str) -> int:
    same = [place for place, label in header.labels.items() if fold(label) == fold(named)]
    lettered = [place for place in range(256) if letters(place) == named.strip().upper()]
    found = same or lettered
    if not found:
        raise UnknownColumnError(named)
    return found[0]
