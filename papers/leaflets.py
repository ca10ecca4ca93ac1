"""Leaflets: guidance cards as a PDF to print, one or many to an A4 page, and the list of who gets which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from io import BytesIO
from itertools import groupby
from unicodedata import normalize

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from papers.guide_card import GREY, HEIGHT, INK, PALE, WIDTH, Card, draw_card
from papers.surfaces import BOLD, NUMBER_SIZE, QUIET, REGULAR, qr_of

ASCENT, MIDDLE = 1.069, 0.388
"""Of Noto Sans, in parts of its size: from the top of a line, and from its middle, to where letters stand."""
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
    canvas = Canvas(written, pagesize=A4, invariant=1, lang="vi", initialFontName=face(bold=False))
    canvas.setTitle(TITLE)
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
        sheet.text(sheet.shortened(text, TEXT, width), left, top, TEXT, INK)
    sheet.tick(COLUMNS[-1][1] + 12, top, 12, GREY)


class Print:
    """A surface of a PDF page, `height` units tall."""

    def __init__(self, canvas: Canvas, height: float) -> None:
        self._canvas = canvas
        self._height = height

    def width(self, text: str, size: int, *, bold: bool = False) -> float:
        """How wide the text will be."""
        return float(pdfmetrics.stringWidth(normalize("NFC", text), face(bold=bold), size))

    def shortened(self, text: str, size: int, width: float) -> str:
        """The text, or as much of its beginning as fits."""
        if self.width(text, size) <= width:
            return text
        while self.width(f"{text}…", size) > width:
            text = text[:-1].rstrip()
        return f"{text}…"

    def text(self, text: str, left: float, top: float, size: int, colour: str, *, bold: bool = False) -> None:
        """Write one line."""
        self._write(text, left, top + ASCENT * size, size, colour, bold=bold)

    def centred(
        self, text: str, middle: float, top: float, size: int, colour: str, *, bold: bool = False
    ) -> None:
        """Write one line around a middle."""
        left = middle - self.width(text, size, bold=bold) / 2
        self._write(text, left, top + ASCENT * size, size, colour, bold=bold)

    def box(
        self, left: float, top: float, right: float, bottom: float, colour: str, *, round_by: float = 0
    ) -> None:
        """Fill a rectangle."""
        self._canvas.setFillColor(colour)
        self._canvas.roundRect(
            left, self._height - bottom, right - left, bottom - top, round_by, stroke=0, fill=1
        )

    def tick(self, left: float, top: float, size: float, colour: str) -> None:
        """An empty box to tick by hand."""
        self._canvas.setStrokeColor(colour)
        self._canvas.rect(left, self._height - top - size, size, size, stroke=1, fill=0)

    def numbered(self, number: int, left: float, top: float, across: float, dot: str, ink: str) -> None:
        """A dot with a number in its middle."""
        half, size = across / 2, round(across * NUMBER_SIZE)
        self._canvas.setFillColor(dot)
        self._canvas.circle(left + half, self._height - top - half, half, stroke=0, fill=1)
        shift = self.width(str(number), size, bold=True) / 2
        self._write(str(number), left + half - shift, top + half + MIDDLE * size, size, ink, bold=True)

    def qr(self, link: str, middle: float, top: float, size: int, dark: str, light: str) -> int:
        """A QR code as rectangles, a run of dark modules each: sharp on every printer."""
        code = qr_of(link)
        modules = int(code.symbol_size(border=QUIET)[0])
        module = max(1, size // modules)
        size = module * modules
        left, down = middle - size / 2, self._height - top
        self._canvas.setFillColor(light)
        self._canvas.rect(left, down - size, size, size, stroke=0, fill=1)
        self._canvas.setFillColor(dark)
        path = self._canvas.beginPath()
        for y, row in enumerate(code.matrix_iter(border=QUIET), start=1):
            x = 0
            for is_dark, run in groupby(row):
                length = len(list(run))
                if is_dark:
                    path.rect(left + x * module, down - y * module, length * module, module)
                x += length
        self._canvas.drawPath(path, stroke=0, fill=1)
        return size

    def _write(self, text: str, left: float, baseline: float, size: int, colour: str, *, bold: bool) -> None:
        self._canvas.setFillColor(colour)
        self._canvas.setFont(face(bold=bold), size)
        self._canvas.drawString(left, self._height - baseline, normalize("NFC", text))


@lru_cache(maxsize=2)
def face(*, bold: bool) -> str:
    """The name under which the embedded font is known; letters that are used go into the file."""
    name = "CachlyBold" if bold else "CachlyRegular"
    pdfmetrics.registerFont(TTFont(name, BOLD if bold else REGULAR))
    return name
