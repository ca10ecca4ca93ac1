"""Surfaces that a card is drawn on: one set of strokes, a picture or a printed page beneath them."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Protocol
from unicodedata import normalize

import segno
from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

FONTS = Path(__file__).parent / "fonts"
REGULAR, BOLD = FONTS / "NotoSans-Regular.ttf", FONTS / "NotoSans-Bold.ttf"
QUIET = 4
"""Light modules around a QR code, as its standard wants."""
NUMBER_SIZE = 0.6
"""Of a number in a dot, as a part of the dot's width."""
ASCENT, MIDDLE = 1.069, 0.388
"""Of Noto Sans, in parts of its size: from the top of a line, and from its middle, to where letters stand."""


class Surface(Protocol):
    """What a card is drawn on, in dots from the top left corner; text hangs below its `top`."""

    def width(self, text: str, size: int, *, bold: bool = False) -> float:
        """How wide the text will be."""
        ...

    def text(self, text: str, left: float, top: float, size: int, colour: str, *, bold: bool = False) -> None:
        """Write one line."""
        ...

    def centred(
        self, text: str, middle: float, top: float, size: int, colour: str, *, bold: bool = False
    ) -> None:
        """Write one line around a middle."""
        ...

    def box(
        self, left: float, top: float, right: float, bottom: float, colour: str, *, round_by: float = 0
    ) -> None:
        """Fill a rectangle."""
        ...

    def numbered(self, number: int, left: float, top: float, across: float, dot: str, ink: str) -> None:
        """A dot with a number in its middle."""
        ...

    def qr(self, link: str, middle: float, top: float, size: int, dark: str, light: str) -> int:
        """A QR code with its quiet zone, at most `size` wide; answers how tall it became."""
        ...


def shortened(page: Surface, text: str, size: int, width: float, *, bold: bool = False) -> str:
    """The text, or as much of its beginning as fits."""
    if page.width(text, size, bold=bold) <= width:
        return text
    while page.width(f"{text}…", size, bold=bold) > width:
        text = text[:-1].rstrip()
    return f"{text}…"


class Picture:
    """A surface of pixels, a dot each."""

    def __init__(self, width: int, height: int, paper: str) -> None:
        self._page = Image.new("RGB", (width, height), paper)
        self._draw = ImageDraw.Draw(self._page)

    def width(self, text: str, size: int, *, bold: bool = False) -> float:
        """How wide the text will be."""
        return self._draw.textlength(text, _font(size, bold=bold))

    def text(self, text: str, left: float, top: float, size: int, colour: str, *, bold: bool = False) -> None:
        """Write one line."""
        self._draw.text((left, top), text, colour, _font(size, bold=bold))

    def centred(
        self, text: str, middle: float, top: float, size: int, colour: str, *, bold: bool = False
    ) -> None:
        """Write one line around a middle."""
        self._draw.text((middle, top), text, colour, _font(size, bold=bold), anchor="ma")

    def box(
        self, left: float, top: float, right: float, bottom: float, colour: str, *, round_by: float = 0
    ) -> None:
        """Fill a rectangle."""
        self._draw.rounded_rectangle((left, top, right - 1, bottom - 1), round_by, colour)

    def numbered(self, number: int, left: float, top: float, across: float, dot: str, ink: str) -> None:
        """A dot with a number in its middle."""
        half = across / 2
        self._draw.ellipse((left, top, left + across, top + across), dot)
        font = _font(round(across * NUMBER_SIZE), bold=True)
        self._draw.text((left + half, top + half), str(number), ink, font, anchor="mm")

    def qr(self, link: str, middle: float, top: float, size: int, dark: str, light: str) -> int:
        """A QR code; whole dots for each module keep its edges sharp."""
        code = _qr_of(link)
        drawn = BytesIO()
        scale = max(1, size // code.symbol_size(border=QUIET)[0])
        code.save(drawn, kind="png", scale=scale, border=QUIET, dark=dark, light=light)
        drawn.seek(0)
        with Image.open(drawn) as picture:
            self._page.paste(picture.convert("RGB"), (round(middle - picture.width / 2), round(top)))
            return picture.height

    def png(self) -> bytes:
        """The picture as a small PNG."""
        written = BytesIO()
        self._page.quantize(64).save(written, "png", optimize=True, dpi=(300, 300))
        return written.getvalue()


class Print:
    """A surface of a PDF page, `height` units tall."""

    def __init__(self, canvas: Canvas, height: float) -> None:
        self._canvas = canvas
        self._height = height

    def width(self, text: str, size: int, *, bold: bool = False) -> float:
        """How wide the text will be."""
        return float(pdfmetrics.stringWidth(normalize("NFC", text), _face(bold=bold), size))

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
        code = _qr_of(link)
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
        self._canvas.setFont(_face(bold=bold), size)
        self._canvas.drawString(left, self._height - baseline, normalize("NFC", text))


def new_pdf(written: BytesIO, title: str, size: tuple[float, float]) -> Canvas:
    """A document in Vietnamese, the same bytes for the same strokes."""
    canvas = Canvas(written, pagesize=size, invariant=1, lang="vi", initialFontName=_face(bold=False))
    canvas.setTitle(title)
    return canvas


def _qr_of(link: str) -> segno.QRCode:
    """The QR code of a link: medium correction survives a fold or a stain."""
    return segno.make_qr(link, error="m")


@lru_cache(maxsize=32)
def _font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(BOLD if bold else REGULAR, size)


@lru_cache(maxsize=2)
def _face(*, bold: bool) -> str:
    """The name under which the embedded font is known; letters that are used go into the file."""
    name = "CachlyBold" if bold else "CachlyRegular"
    pdfmetrics.registerFont(TTFont(name, BOLD if bold else REGULAR))
    return name
