"""Rows sent back: a file like the one sent, the reason in the first column, to be mended and sent again."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

import xlsxwriter

from papers.archives import Form
from papers.headers import RETURNED
from papers.sheets import Book, Cells
from papers.tables import Table
from quarantine.lists import RowRef

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_FORMULA = re.compile(r"^[=+\-@\t\r]")
_WIDTH = 18
_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")


def returned(book: Book, tables: Sequence[Table], reasons: Mapping[RowRef, str]) -> bytes:
    """The rows that have a reason, beneath the header of their list: .csv for .csv, else .xlsx."""
    if book.form is Form.TEXT:
        return _delimited(tables, reasons, book.delimiter)
    return _spreadsheet(tables, reasons)


def harmless(cell: str) -> str:
    """The text with an apostrophe before what a spreadsheet would take for a formula; the reader drops it."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _concerned(tables: Sequence[Table], reasons: Mapping[RowRef, str]) -> list[Table]:
    """The tables with rows to send back; the first where there is none."""
    return [one for one in tables if any(row.ref in reasons for row in one.records)] or list(tables[:1])


def _rows(table: Table, reasons: Mapping[RowRef, str]) -> list[tuple[str, Cells]]:
    *above, last = table.head
    head = [*(("", cells) for cells in (*table.title, *above)), (RETURNED, last)]
    return [*head, *((reasons[one.ref], one.sent) for one in table.records if one.ref in reasons)]


def _delimited(tables: Sequence[Table], reasons: Mapping[RowRef, str], delimiter: str) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter)
    for table in _concerned(tables, reasons):
        writer.writerows([reason, *map(harmless, cells)] for reason, cells in _rows(table, reasons))
    return file.getvalue().encode("utf-8-sig")


def _spreadsheet(tables: Sequence[Table], reasons: Mapping[RowRef, str]) -> bytes:
    file = io.BytesIO()
    # Nothing is taken for a formula, a link or a number: identity numbers keep their zeros.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, {"in_memory": True, **options}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for number, table in enumerate(_concerned(tables, reasons), start=1):
            name = _NO_SHEET_NAME.sub(" ", table.sheet)[:31].strip() or f"Trang {number}"
            sheet = book.add_worksheet(name)
            sheet.set_column(0, 0, 2 * _WIDTH)
            sheet.set_column(1, max(map(len, table.head)), _WIDTH)
            for row, (reason, cells) in enumerate(_rows(table, reasons)):
                style = bold if row < len(table.title) + len(table.head) else None
                sheet.write_string(row, 0, reason, style)
                for column, cell in enumerate(cells, start=1):
                    if _DATE.fullmatch(cell):
                        sheet.write_datetime(
                            row, column, datetime.combine(date.fromisoformat(cell), time()), day
                        )
                    elif cell:
                        sheet.write_string(row, column, cell, style)
    return file.getvalue()
