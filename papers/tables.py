"""The people in a list: their rows told apart from titles, samples, repeated headers and signatures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from papers.columns import Column, Header, find_header, remap
from papers.refusing import Refusal, UnreadableError
from papers.sheets import Book, Cells, Sheet
from quarantine.lists import Field, RowRef
from quarantine.names import fold


class Skipped(StrEnum):
    """Rows of a list that are nobody; each kind is counted and said."""

    HEADER = "header"  # repeated on each page
    NUMBERS = "numbers"  # (1) (2) (3) beneath the header
    SAMPLE = "sample"
    SECTION = "section"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Record:
    """One person's row: where it stands, a cell for each field that has a column, all as sent."""

    ref: RowRef
    cells: Mapping[Field, str]
    sent: Cells


@dataclass(frozen=True)
class Table:
    """A sheet read as a list: header, people, what was skipped, and what the lines above the header say."""

    sheet: str
    header: Header
    records: tuple[Record, ...]
    skipped: Mapping[Skipped, int]
    said: Mapping[Field, str]
    title: tuple[Cells, ...]
    head: tuple[Cells, ...]
    """The rows above the header and those of the header as they were sent, for an answer in the same form."""


class UnknownSheetError(ValueError):
    """There is no sheet of that name; `names` are those there are."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


def tables(book: Book, sheet: str = "", mapping: Mapping[Field, str] | None = None) -> list[Table]:
    """Every sheet that is a list of people, or the one that is named; sheets of look-up values are no lists.

    `mapping` says fields by header text or letter where the recognition is wrong. UnreadableError when no
    sheet is a list, UnknownSheetError when there is no such sheet, UnknownColumnError for a wrong mapping.
    """
    sheets = [one for one in book.sheets if not sheet or fold(one.name) == fold(sheet)]
    if not sheets:
        raise UnknownSheetError([one.name for one in book.sheets])
    headed = [(one, header) for one in sheets if (header := find_header(one))]
    if not headed:
        raise UnreadableError(Refusal.NOT_A_LIST)
    read = [_table(one, remap(header, mapping or {})) for one, header in headed]
    return [table for table in read if table.records] or read[:1]


def _table(sheet: Sheet, header: Header) -> Table:
    after = _filled(sheet, header.rows[-1] + 1)
    header = _with_given_name(header, after)
    skipped: Counter[Skipped] = Counter()
    records = []
    section: dict[Field, str] = {}
    for number, sent, kind in _kinds(sheet, header, after):
        if kind is None:
            cells = {**section, **_by_field(header, sent)}
            records.append(Record(RowRef(sheet.name, number), cells, sent))
            continue
        skipped[kind] += 1
        if kind is Skipped.SECTION:
            section = _said_by_section(sent)
    title = tuple(cells for _, cells in sheet.rows[: header.rows[0]])
    head = tuple(sheet.rows[row][1] for row in header.rows)
    return Table(sheet.name, header, tuple(records), skipped, _said(title, header), title, head)


def _filled(sheet: Sheet, first: int) -> list[tuple[int, Cells]]:
    """The rows from `first` on, a cell merged over several rows (the address of a family) said in each."""
    rows = dict(sheet.rows[first:])
    for (top, left), (bottom, right) in sheet.merged:
        if left != right or not top < bottom <= top + _TALLEST_MERGE or top not in rows:
            continue
        cell = rows[top][left] if left < len(rows[top]) else ""
        for number in range(top + 1, bottom + 1):
            if cell and (below := rows.get(number)):
                padded = [*below, *[""] * (left + 1 - len(below))]
                padded[left] = padded[left] or cell
                rows[number] = tuple(padded)
    return list(rows.items())


def _said_by_section(sent: Cells) -> dict[Field, str]:
    """The commune that a section title names for the rows beneath it: "II. Xã Bảo Lạc"."""
    title = next(cell for cell in reversed(sent) if cell)
    found = _COMMUNE_TITLE.match(" ".join(title.split()))
    return {Field.COMMUNE: found[1]} if found else {}


def _by_field(header: Header, sent: Cells) -> dict[Field, str]:
    """The cells by field; the parts of an address in several columns become one."""
    found = {}
    for field, column in header.columns.items():
        cells = [sent[place].strip() for place in column.places if place < len(sent)]
        found[field] = ", ".join(dict.fromkeys(cell for cell in cells if cell))
    return found


_TALLEST_MERGE = 60
"""Rows: a merged cell that is taller is no family's."""
_COMMUNE_TITLE = re.compile(
    r"(?:[IVXivx\d]+\s*[.)/:-]\s*)?((?:xã|phường|thị trấn|đặc khu)\s+[^:(,]*[^:(,\s\d])", re.IGNORECASE
)
_GIVEN = re.compile(r"[^\W\d_]+")


def _with_given_name(header: Header, rows: Sequence[tuple[int, Cells]]) -> Header:
    """The same with "Họ và tên" over two columns: the second, without a header, holds single words."""
    name = header.columns.get(Field.NAME)
    if name is None or Field.GIVEN_NAME in header.columns or name.places[0] + 1 in header.labels:
        return header
    place = name.places[0] + 1
    beside = [sent[place] if place < len(sent) else "" for _, sent in rows if len(sent) >= place]
    words = sum(bool(_GIVEN.fullmatch(cell)) for cell in beside)
    if not words or words * 10 < len(beside) * 7:
        return header
    columns = {**header.columns, Field.GIVEN_NAME: Column((place,), name.header, name.sure)}
    return Header(header.rows, columns, header.unknown, header.labels)


# What is true of nobody, and what makes a row somebody even beneath the signatures.
_NAMES = (Field.NAME, Field.FAMILY_NAME, Field.GIVEN_NAME)
_TELLING = (Field.PHONE, Field.BIRTH, Field.AGE, Field.IDENTITY, Field.FIRST_DAY, Field.MALE, Field.FEMALE)
_SIGNATURE = re.compile(
    r"\b(?:nguoi lap|lap bieu|lap bang|ky ten|ky ghi ro|giam doc|thu truong|truong tram|tram truong|lanh dao"
    r"|noi nhan|xac nhan cua|chu tich|ngay thang nam|can bo dieu tra|nguoi bao cao"
    r"|danh sach nay co|an dinh danh sach)\b|^tong(?: cong| so| \d|$)|^cong(?: thon| xa| to| khu| \d|$)"
)
_SIGNED_ON = re.compile(r"\bngay (?:\d+ )?thang (?:\d+ )?nam\b")
_SECTION = re.compile(
    r"^(?:[ivx]+|[a-h]|\d+)? ?(?:xa|phuong|thi tran|dac khu|thon|to|ap|khu|khom|xom|ban|huyen|quan|tinh"
    r"|thanh pho|truong|cong ty|khu pho|doi tuong|nhom)\b|^[ivx]+ \w"
)
_SAMPLE_MARK = re.compile(r"^(?:vi du|vd|mau|example|sample)\b")
_SAMPLE_NAME = re.compile(r"(?:nguyen|tran|le|pham) (?:van|thi) [a-z]|ho va ten|ho ten")
_COLUMN_NUMBER = re.compile(r"\(?-?(?:\d{1,2}|[A-Za-z])\)?")
_HINT = re.compile(r"\b(?:dd mm yyyy|dd mm|yyyy|bat buoc|nhap theo|chon trong|dinh dang)\b")


def _kinds(
    sheet: Sheet, header: Header, rows: Sequence[tuple[int, Cells]]
) -> Iterator[tuple[int, Cells, Skipped | None]]:
    """Each row with what it is; None is a person."""
    heads = [{place: cell for place, cell in enumerate(sheet.rows[row][1]) if cell} for row in header.rows]
    ended, first = False, True
    for place, (number, sent) in enumerate(rows):
        kind = _kind(header, sent, heads, ended=ended)
        if (
            first
            and kind is None
            and _is_sample(header, sent, rows[place + 1][1] if rows[place + 1 :] else ())
        ):
            kind = Skipped.SAMPLE
        ended = (ended or kind is Skipped.SIGNATURE) and kind not in {Skipped.HEADER, None}
        first = first and kind is not None
        yield number, sent, kind


def _kind(header: Header, sent: Cells, heads: Sequence[Mapping[int, str]], *, ended: bool) -> Skipped | None:
    used = [cell for cell in sent if cell]
    cells = _by_field(header, sent)
    name = _name(cells)
    if len(used) > 1 and all(_COLUMN_NUMBER.fullmatch(cell) for cell in used):
        return Skipped.NUMBERS
    if any(_repeats(sent, head) for head in heads):
        return Skipped.HEADER
    told = sum(bool(cells.get(one)) for one in _TELLING)
    return None if name and told else _of_nobody(used, name, told, ended=ended)


def _of_nobody(used: Sequence[str], name: str, told: int, *, ended: bool) -> Skipped | None:
    """What a row is that does not say both a name and something of that person; None: a person after all."""
    said = [fold(cell) for cell in used]
    signed = not told and any(_SIGNATURE.search(cell) or _SIGNED_ON.search(cell) for cell in said)
    if signed or (ended and told < 2):  # noqa: PLR2004 - a date beside a signature is one
        return Skipped.SIGNATURE
    short = len(used) <= 2 and not told  # noqa: PLR2004 - a number and a title
    return Skipped.SECTION if short and (not name or _SECTION.match(" ".join(said))) else None


def _repeats(sent: Cells, head: Mapping[int, str]) -> bool:
    """Whether a row says again what the header says, as on each printed page."""
    same = sum(place < len(sent) and sent[place] == label for place, label in head.items())
    return same > 1 and same * 10 >= len(head) * 6


def _name(cells: Mapping[Field, str]) -> str:
    return " ".join(filter(None, (cells.get(one) for one in _NAMES)))


def _is_sample(header: Header, sent: Cells, following: Cells) -> bool:
    """Whether the first row shows how to fill in the others: "VD", "Nguyễn Văn A", "dd/mm/yyyy"."""
    used = [cell for cell in sent if cell]
    folded = [fold(cell) for cell in used]
    if any(_SAMPLE_MARK.match(cell) for cell in folded[:3]):
        return True
    if any(_HINT.search(cell) for cell in folded) and not any(re.search(r"\d{4}", cell) for cell in used):
        return True
    cells, next_cells = _by_field(header, sent), _by_field(header, following)
    if not _SAMPLE_NAME.fullmatch(fold(_name(cells))) or not _name(next_cells):
        return False
    # Lists whose names were made unknown count "A", "B", "C" and number their rows: those are people.
    number = cells.get(Field.ROW_NUMBER, "")
    counted = number.isdecimal() and number != next_cells.get(Field.ROW_NUMBER)
    return not counted and not _SAMPLE_NAME.fullmatch(fold(_name(next_cells)))


_ORDER = re.compile(
    r"(?:quyết\s+định|qđ)\s*(?:cách\s+ly\s*)?(?:số)?\s*[:.]?\s*(\d+\s*/\s*[^\s,;)]+)"
    r"(?:\s*(?:,|-)?\s*ngày\s+(\d{1,2}\s*(?:[/.\-]|tháng)\s*\d{1,2}\s*(?:[/.\-]|năm)\s*\d{4}))?",
    re.IGNORECASE,
)


def _said(above: Sequence[Cells], header: Header) -> dict[Field, str]:
    """What the title says for all rows: "(kèm theo Quyết định số 131/QĐ-UBND ngày 20/11/2026)"."""
    title = " ".join(cell for cells in above for cell in cells if cell)
    found = _ORDER.search(" ".join(title.split()))
    if not found or Field.ORDER_NUMBER in header.columns:
        return {}
    said = {Field.ORDER_NUMBER: re.sub(r"\s+", "", found[1])}
    if found[2] and Field.ORDER_DATE not in header.columns:
        said[Field.ORDER_DATE] = found[2]
    return said
