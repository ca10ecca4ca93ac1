"""The day sheet as a PDF: the official form "BẢNG THEO DÕI SỨC KHỎE …", a line a day (domain.md §A6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.lib.pagesizes import A4, landscape

from papers.guide_card import GREY, INK, PALE
from papers.surfaces import Print, new_pdf, shortened

NAME = "bang-theo-doi.pdf"
"""Of the file: it says nothing about anybody."""
TITLE = "BẢNG THEO DÕI SỨC KHỎE NGƯỜI ĐƯỢC CÁCH LY TẠI NHÀ/NƠI LƯU TRÚ"
NOTE = "Dòng trống là chưa điểm danh, không phải vắng mặt. Nếu vắng mặt báo ngay cho lãnh đạo phụ trách."
COLUMNS = (
    ("Ngày thứ", 40, 46),
    ("Ngày giám sát", 92, 78),
    ("Thân nhiệt đo được", 176, 106),
    ("Có triệu chứng nghi ngờ", 288, 228),
    ("Sức khỏe bình thường", 522, 112),
    ("Ca bệnh nghi ngờ", 640, 88),
    ("Vắng mặt", 734, 64),
)
"""Heading, left edge and width in points, on A4 laid across."""
TOP, LINE, ROW, TEXT, PER_PAGE = 40, 17, 28, 9, 14
"""Points from the top to the title, between lines of the head and of the table; size; lines to a page."""
ACROSS, DOWN = landscape(A4)


@dataclass(frozen=True, slots=True)
class DaySheet:
    """What stands above the table, and a text for each of its columns, line by line."""

    head: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]


def day_sheet(sheet: DaySheet) -> bytes:
    """The form as a PDF, with as many pages as its days need."""
    written = BytesIO()
    canvas = new_pdf(written, TITLE, (ACROSS, DOWN))
    for first in range(0, max(1, len(sheet.lines)), PER_PAGE):
        _page(Print(canvas, DOWN), sheet, sheet.lines[first : first + PER_PAGE])
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def _page(page: Print, sheet: DaySheet, lines: Sequence[tuple[str, ...]]) -> None:
    page.centred(TITLE, ACROSS / 2, TOP, 14, INK, bold=True)
    top = TOP + 30
    for line in sheet.head:
        page.text(shortened(page, line, TEXT + 1, ACROSS - 80), COLUMNS[0][1], top, TEXT + 1, INK)
        top += LINE
    top += 6
    for title, left, width in COLUMNS:
        page.text(shortened(page, title, TEXT, width, bold=True), left, top, TEXT, INK, bold=True)
    for number, cells in enumerate(lines, start=1):
        _row(page, number, cells, top + number * ROW)
    page.text(NOTE, COLUMNS[0][1], DOWN - 36, TEXT, GREY)


def _row(page: Print, number: int, cells: Sequence[str], top: float) -> None:
    if number % 2:
        page.box(COLUMNS[0][1] - 6, top - 4, sum(COLUMNS[-1][1:]), top + ROW - 4, PALE)
    for text, (_, left, width) in zip(cells, COLUMNS, strict=True):
        for place, line in enumerate(_in_two(page, text, width)):
            page.text(line, left, top + place * (TEXT + 2), TEXT, INK)


def _in_two(page: Print, text: str, width: float) -> tuple[str, ...]:
    """The text as it fits, in two lines where one is too short; signs stay whole."""
    if page.width(text, TEXT) <= width:
        return (text,)
    parts = text.split(", ")
    fitting = next(
        count for count in reversed(range(len(parts))) if page.width(", ".join(parts[:count]), TEXT) <= width
    )
    rest = shortened(page, ", ".join(parts[fitting:]), TEXT, width)
    return (", ".join(parts[:fitting]) + ",", rest) if fitting else (rest,)
