"""Makes pictures small enough for Zalo, which takes no more than a megabyte."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image

PICTURE_BYTES: Final = 1_000_000
_QUALITIES: Final = (90, 75, 60)
_SMALLEST: Final = 64
"""Pixels of a side under which nothing is left to be seen."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is uploaded."""

    name: str
    mime: str
    content: bytes


def fitted(png: bytes, limit: int = PICTURE_BYTES) -> Picture:
    """The picture itself where it fits, else a JPEG of it: coarser first, then smaller.

    Raises ValueError for what is no picture, or does not fit at any size.
    """
    if len(png) <= limit:
        return Picture("cachly.png", "image/png", png)
    try:
        with Image.open(BytesIO(png)) as opened:
            flat = _flat(opened)
    except OSError:
        raise ValueError("no picture") from None
    while min(flat.size) >= _SMALLEST:
        for quality in _QUALITIES:
            written = BytesIO()
            flat.save(written, "JPEG", quality=quality, optimize=True)
            if written.tell() <= limit:
                return Picture("cachly.jpg", "image/jpeg", written.getvalue())
        flat = flat.resize((flat.width * 3 // 4, flat.height * 3 // 4))
    raise ValueError("no size of the picture fits")


def _flat(picture: Image.Image) -> Image.Image:
    """Without transparency, which a JPEG cannot hold: on white paper."""
    layered = picture.convert("RGBA")
    paper = Image.new("RGBA", layered.size, "white")
    return Image.alpha_composite(paper, layered).convert("RGB")
