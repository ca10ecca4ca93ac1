"""Surfaces that a card is drawn on: one set of strokes, a picture or a printed page beneath them."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Protocol

import segno
from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).parent / "fonts"
REGULAR, BOLD = FONTS / "NotoSans-Regular.ttf", FONTS / "NotoSans-Bold.ttf"
QUIET = 4
"""Light modules around a QR code, as its standard wants."""


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
        code = qr_of(link)
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


NUMBER_SIZE = 0.6
"""Of a number in a dot, as a part of the dot's width."""


def qr_of(link: str) -> segno.QRCode:
    """The QR code of a link: medium correction survives a fold or a stain."""
    return segno.make_qr(link, error="m")


@lru_cache(maxsize=32)
def _font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(BOLD if bold else REGULAR, size)
