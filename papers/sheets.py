"""The sheets of a list as plain text: .xlsx, .xls, .ods and delimited text read into rows of cells."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import TypeAlias

import msgspec
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from papers.archives import Form, form_of
from papers.delimited import decode, rows_of
from papers.old_fonts import unify
from papers.refusing import Refusal, UnreadableError

MOST_BYTES = 20 << 20
"""What Telegram lets a bot fetch; a list of 50,000 rows is about half of it."""
MOST_ROWS = 50_000
MOST_COLUMNS = 256
MOST_LETTERS = 40_000_000
"""Letters of all cells together, as many as a process is willing to hand on."""
LONGEST_CELL = 2_000
_TEXT_MARK = re.compile(r"^'(?=[\d=+\-@])")  # the apostrophe that says "this is text" to a spreadsheet
_WHOLE = 1e15  # from here on a number of a spreadsheet is not exact

Cells: TypeAlias = tuple[str, ...]
Corner: TypeAlias = tuple[int, int]
_Raw: TypeAlias = object


class Sheet(msgspec.Struct, frozen=True):
    """The used rows of a sheet, each with its number as the spreadsheet shows it, from 1.

    A date is a text such as 2026-11-20, a whole number has no decimal point, a formula is its stored value.
    """

    name: str
    rows: tuple[tuple[int, Cells], ...]
    merged: tuple[tuple[Corner, Corner], ...] = ()
    """Merged cells, as (row number, column from 0) of the first and the last corner."""


class Book(msgspec.Struct, frozen=True):
    """A file of one or more sheets; the delimiter of a text file is kept to answer in the same form."""

    form: Form
    sheets: tuple[Sheet, ...]
    delimiter: str = ""


def read_book(data: bytes) -> Book:
    """All visible sheets with anything in them; UnreadableError says why a file is refused.

    Does all of it in this process: for a file from outside use papers/reading.py.
    """
    if len(data) > MOST_BYTES:
        raise UnreadableError(Refusal.TOO_LARGE)
    form = form_of(data)
    delimiter = ""
    if form is Form.TEXT:
        rows, delimiter = rows_of(decode(data))
        sheets = [_sheet("", enumerate(rows, start=1))]
    else:
        sheets = _spreadsheet(data)
    used = tuple(sheet for sheet in sheets if sheet.rows)
    if not used:
        raise UnreadableError(Refusal.EMPTY)
    if sum(len(sheet.rows) for sheet in used) > MOST_ROWS:
        raise UnreadableError(Refusal.TOO_MANY_ROWS)
    return Book(form, used, delimiter)


def _spreadsheet(data: bytes) -> list[Sheet]:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            visible = [
                about.name
                for about in book.sheets_metadata
                if about.visible is SheetVisibleEnum.Visible and about.typ is SheetTypeEnum.WorkSheet
            ]
            return [_read(book.get_sheet_by_name(name)) for name in visible]
    except PasswordError as error:
        raise UnreadableError(Refusal.ENCRYPTED) from error
    except CalamineError as error:
        raise UnreadableError(Refusal.BROKEN) from error


def _read(sheet: CalamineSheet) -> Sheet:
    if sheet.start is None:
        return Sheet(sheet.name, ())
    merged = tuple(
        ((first[0] + 1, first[1]), (last[0] + 1, last[1])) for first, last in sheet.merged_cell_ranges or ()
    )
    # The reader gives the empty rows above the first used one, but not the columns before it.
    before = [""] * sheet.start[1]
    rows = ((number, before + list(row)) for number, row in enumerate(sheet.iter_rows(), start=1))
    return _sheet(sheet.name, rows, merged)


def _sheet(
    name: str, rows: Iterable[tuple[int, Sequence[_Raw]]], merged: tuple[tuple[Corner, Corner], ...] = ()
) -> Sheet:
    """The used rows alone, cut behind their last used cell."""
    numbers: list[int] = []
    used: list[list[str]] = []
    letters = 0
    for number, row in rows:
        cells = [_text(cell) for cell in row[:MOST_COLUMNS]]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        letters += sum(map(len, cells))
        if len(used) == MOST_ROWS or letters > MOST_LETTERS:
            raise UnreadableError(Refusal.TOO_MANY_ROWS)
        numbers.append(number)
        used.append(cells)
    unified = map(tuple, unify(used))
    return Sheet(name, tuple(zip(numbers, unified, strict=True)), merged)


def _text(cell: _Raw) -> str:
    """A cell as text; a long one is cut, as no fact of a list is as long."""
    if isinstance(cell, str):
        return _TEXT_MARK.sub("", cell.strip(" \t\r\n\xa0\0")[:LONGEST_CELL])
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _WHOLE:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell)
