"""Cuts a text that is too long for one message where a reader would pause."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_PAUSES: Final = tuple(re.compile(pause) for pause in (r"\n\s*\n", r"\n", r"[.!?…;:]\s", r"\s"))
_WIDE: Final = 0x10000


def tidy(text: str) -> str:
    """NFC, in which limits are counted; halves of a character, which no server takes, are replaced."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return unicodedata.normalize("NFC", whole).replace("\0", "").strip()


def units(text: str) -> int:
    """Length in UTF-16 units, as Telegram counts."""
    return len(text) + sum(ord(char) >= _WIDE for char in text)


def split(text: str, limit: int) -> list[str]:
    """The text in pieces of at most `limit` UTF-16 units (limit ≥ 2), cut at the best pause of each piece.

    A pause counts if it leaves at least half a piece: paragraph, line, sentence, word; else the cut is hard.
    An empty text has no pieces.
    """
    pieces = []
    rest = text.strip()
    while rest:
        piece = rest if units(rest) <= limit else _first(rest, limit)
        pieces.append(piece.rstrip())
        rest = rest[len(piece) :].lstrip()
    return [piece for piece in pieces if piece]


def _first(text: str, limit: int) -> str:
    window = text.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore")
    for pause in _PAUSES:
        # A space just behind the window makes a good end too, for it is left out.
        ends = [found.end() for found in pause.finditer(text, 0, len(window) + 1)]
        if ends and 2 * ends[-1] >= len(window):
            return text[: ends[-1]]
    return window
