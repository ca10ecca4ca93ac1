"""The picture above the form in which Zalo asks for a phone number: Zalo takes no form without one."""

from __future__ import annotations

from functools import lru_cache

from papers.guide_card import ACCENT, PAPER, TITLE
from papers.surfaces import Picture

WIDTH, HEIGHT = 800, 450
WORDS = "Số điện thoại của anh/chị"


@lru_cache(maxsize=1)
def form_picture() -> bytes:
    """A PNG that says nothing about anybody."""
    page = Picture(WIDTH, HEIGHT, ACCENT)
    for words, size, top in ((TITLE, 52, 145), (WORDS, 36, 254)):
        page.centred(words, WIDTH / 2, top, size, PAPER, bold=True)
    return page.png()
