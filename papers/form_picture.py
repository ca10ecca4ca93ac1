"""The picture above the form in which Zalo asks for a phone number: Zalo takes no form without one."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from papers.guide_card import ACCENT, PAPER, TITLE
from papers.surfaces import FONTS

SIZE = (800, 450)
WORDS = "Số điện thoại của anh/chị"


@lru_cache(maxsize=1)
def form_picture() -> bytes:
    """A PNG that says nothing about anybody."""
    image = Image.new("RGB", SIZE, ACCENT)
    pen = ImageDraw.Draw(image)
    middle, height = SIZE[0] / 2, SIZE[1]
    for words, size, at in ((TITLE, 52, height * 0.4), (WORDS, 36, height * 0.62)):
        font = ImageFont.truetype(FONTS / "NotoSans-Bold.ttf", size)
        pen.text((middle, at), words, PAPER, font, anchor="mm")
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
