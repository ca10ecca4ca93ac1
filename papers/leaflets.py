"""Leaflets: guidance cards as a PDF to print, one or many to an A4 page, and the list of who gets which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from papers.guide_card import GREY, HEIGHT, INK, PALE, WIDTH, Card, draw_card
from papers.surfaces import Print, new_pdf, shortened

LAYOUTS = {1: (1, 1, A4), 4: (2, 2, A4), 8: (4, 2, landscape(A4))}
"""Columns, rows and paper by how many cards share a page."""
FILLED = 0.94
"""So much of its part of the page a card takes: printers reach no edge, and scissors need room."""
NAME = "phieu-huong-dan.pdf"
"""Of the file: it says nothing about anybody."""
TITLE = "Phiếu hướng dẫn theo dõi cách ly tại nhà"
LIST_TITLE, LIST_PAGE = "Danh sách phát phiếu", "trang {page}"
LIST_NOTE = "Trên phiếu chỉ có số. Tờ này giữ ở trạm, không phát kèm phiếu."
COLUMNS = (
    ("Số", 40, 28),
    ("Họ tên", 72, 150),
    ("Địa chỉ", 228, 214),
    ("Điện thoại", 448, 70),
    ("Đã đưa", 522, 40),
)
"""Of the list: heading, left edge and width in points."""
TOP, ROW, TEXT, PER_LIST = 60, 23, 10, 30
"""Points from the top to the list's title and from row to row, size of its letters, rows to a page."""


@dataclass(frozen=True, slots=True)
class Leaflet:
    """A card and whom it is for; the latter is on the list alone."""

    card: Card
    name: str
    address: str = ""
    phone: str = ""


def leaflets(given: Sequence[Leaflet], per_page: int) -> bytes:
    """The leaflets as a PDF, in Vietnamese; several are numbered, and a list of who gets which leads them.

    Raises ValueError for a number of cards to a page that is not in LAYOUTS.
    """
    if per_page not in LAYOUTS:
        raise ValueError(f"{per_page} cards do not fit a page; there are {', '.join(map(str, LAYOUTS))}")
    written = BytesIO()
    canvas = new_pdf(written, TITLE, A4)
    cards = [one.card for one in given]
    if len(given) > 1:
        cards = [replace(card, number=number) for number, card in enumerate(cards, start=1)]
        _list(canvas, given)
    _cards(canvas, cards, per_page)
    canvas.save()
    return written.getvalue()


def _cards(canvas: Canvas, cards: Sequence[Card], per_page: int) -> None:
    columns, rows, (across, down) = LAYOUTS[per_page]
    width, height = across / columns, down / rows
    for first in range(0, len(cards), per_page):
        canvas.setPageSize((across, down))
        for place, card in enumerate(cards[first : first + per_page]):
            row, column = divmod(place, columns)
            _card(canvas, card, column * width, down - (row + 1) * height, width, height)
        _cuts(canvas, columns, rows)
        canvas.showPage()


def _card(canvas: Canvas, card: Card, left: float, bottom: float, width: float, height: float) -> None:
    """One card in the middle of its part of the page."""
    scale = FILLED * min(width / WIDTH, height / HEIGHT)
    canvas.saveState()
    canvas.translate(left + (width - scale * WIDTH) / 2, bottom + (height - scale * HEIGHT) / 2)
    canvas.scale(scale, scale)
    draw_card(Print(canvas, HEIGHT), card)
    canvas.restoreState()


def _cuts(canvas: Canvas, columns: int, rows: int) -> None:
    """Where to cut."""
    across, down = canvas._pagesize  # noqa: SLF001 - the library has no public name for it
    canvas.setDash(2, 3)
    canvas.setLineWidth(0.4)
    canvas.setStrokeColor(GREY)
    for column in range(1, columns):
        canvas.line(across * column / columns, 0, across * column / columns, down)
    for row in range(1, rows):
        canvas.line(0, down * row / rows, across, down * row / rows)


def _list(canvas: Canvas, given: Sequence[Leaflet]) -> None:
    """Who gets which number, with a box to tick."""
    for page, first in enumerate(range(0, len(given), PER_LIST), start=1):
        canvas.setPageSize(A4)
        sheet = Print(canvas, A4[1])
        heading = f"{LIST_TITLE}, {LIST_PAGE.format(page=page)}" if len(given) > PER_LIST else LIST_TITLE
        sheet.text(heading, COLUMNS[0][1], TOP - 22, 18, INK, bold=True)
        sheet.text(LIST_NOTE, COLUMNS[0][1], TOP + 4, TEXT, GREY)
        for title, left, _ in COLUMNS:
            sheet.text(title, left, TOP + 28, TEXT, INK, bold=True)
        for row, one in enumerate(given[first : first + PER_LIST]):
            _row(sheet, first + row + 1, one, TOP + 28 + (row + 1) * ROW)
        canvas.showPage()


def _row(sheet: Print, number: int, one: Leaflet, top: float) -> None:
    if number % 2:
        sheet.box(COLUMNS[0][1] - 6, top - 3, sum(COLUMNS[-1][1:]), top + ROW - 3, PALE)
    cells = (str(number), one.name, one.address, one.phone)
    for text, (_, left, width) in zip(cells, COLUMNS, strict=False):
        sheet.text(shortened(sheet, text, TEXT, width), left, top, TEXT, INK)
    sheet.tick(COLUMNS[-1][1] + 12, top, 12, GREY)
