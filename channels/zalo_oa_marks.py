"""Marks the data of buttons on Zalo, where a press arrives as a text that anybody could type."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, field
from typing import Final

_DIGITS: Final = 16  # 64 bits: nobody guesses that through a chat
_SHAPE = re.compile(rf"#([0-9a-f]{{{_DIGITS}}}):(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Marks:
    """Makes and knows marks under a secret of the account; each holds for one reader and one choice."""

    secret: str = field(repr=False)

    def put(self, user: str, data: str) -> str:
        """The payload of this reader's button: "#", the mark, ":" and the data."""
        return f"#{self.of('button', user, data)}:{data}"

    def data(self, user: str, text: str) -> str | None:
        """The data of a button of ours that this reader pressed; None for any other text."""
        shape = _SHAPE.fullmatch(text)
        if shape is None:
            return None
        mark, data = shape.groups()
        return data if hmac.compare_digest(mark, self.of("button", user, data)) else None

    def of(self, *words: str) -> str:
        """A mark of these words, from which they cannot be told."""
        told = "\0".join(words).encode("utf-8", "surrogatepass")
        return hmac.digest(self.secret.encode(), told, "sha256").hex()[:_DIGITS]


def looks_pressed(text: str) -> bool:
    """Whether a text has the shape of a button's payload."""
    return _SHAPE.fullmatch(text) is not None
