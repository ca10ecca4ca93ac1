"""Cuts a reply into the messages that Telegram needs for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from channels.long_texts import split, tidy, units
from channels.telegram_keyboards import Markup, Unsendable, markup
from quarantine.messages import Document, Reply

TEXT_UNITS: Final = 4096
CAPTION_UNITS: Final = 1024
"""Telegram's limits in UTF-16 units: channels.md §3.1."""
FILE_BYTES: Final = 50_000_000
"""The longest file that a bot may send: channels.md §3.1."""


@dataclass(frozen=True, slots=True)
class Part:
    """One message: a picture or file with a caption, a position, or a text; the last one has the keyboard."""

    text: str = ""
    photo: bytes | None = None
    document: Document | None = None
    pin: tuple[float, float] | None = None
    markup: Markup | None = None


def parts_of(reply: Reply) -> tuple[Part, ...]:
    """The messages of a reply in order; raises Unsendable for what Telegram would refuse.

    What is shown comes before what is said, so that text and keyboard stand last, where the reader looks.
    """
    second_way = f"\n{reply.link.label}: {reply.link.url}" if reply.link is not None else ""
    text = tidy(reply.text + second_way)
    shown = list(_shown(reply))
    captioned = bool(shown) and shown[-1].pin is None and units(text) <= CAPTION_UNITS
    if captioned:
        shown[-1] = replace(shown[-1], text=text)
    parts = shown if captioned else [*shown, *(Part(text=piece) for piece in split(text, TEXT_UNITS))]
    if not parts:
        raise Unsendable("a reply that says nothing")
    *before, last = parts
    return (*before, replace(last, markup=markup(reply)))


def _shown(reply: Reply) -> Iterator[Part]:
    if reply.photo is not None:
        yield Part(photo=reply.photo)
    if reply.document is not None:
        yield Part(document=_sendable(reply.document))
    if reply.pin is not None:
        yield Part(pin=_place(reply.pin))


def editable(reply: Reply, parts: tuple[Part, ...]) -> bool:
    """Whether an earlier message can become this reply: one text with inline choices or none."""
    only = parts[0]
    drawn_below = reply.want is not None or (reply.words and not reply.buttons)
    shows = (only.photo, only.document, only.pin)
    return len(parts) == 1 and all(one is None for one in shows) and not drawn_below


def _sendable(document: Document) -> Document:
    if not document.content or len(document.content) > FILE_BYTES:
        raise Unsendable(f"a file of {len(document.content)} bytes; Telegram takes 1 to {FILE_BYTES}")
    return document


def _place(pin: tuple[float, float]) -> tuple[float, float]:
    lat, lng = pin
    if not (-90 <= lat <= 90 and -180 <= lng <= 180):  # noqa: PLR2004 - degrees of the globe
        raise Unsendable("a position that is not on the globe")
    return pin
