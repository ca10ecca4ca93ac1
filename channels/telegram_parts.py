"""Cuts a reply into the messages that Telegram needs for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from channels.long_texts import split, tidy, units
from channels.telegram_keyboards import Markup, Unsendable, markup
from quarantine.messages import Reply

TEXT_UNITS: Final = 4096
CAPTION_UNITS: Final = 1024
"""Telegram's limits in UTF-16 units: channels.md §3.1."""


@dataclass(frozen=True, slots=True)
class Part:
    """One message: a picture with a caption, a position, or a text; the last one has the keyboard."""

    text: str = ""
    photo: bytes | None = None
    pin: tuple[float, float] | None = None
    markup: Markup | None = None


def parts_of(reply: Reply) -> tuple[Part, ...]:
    """The messages of a reply in order; raises Unsendable for what Telegram would refuse.

    What is shown comes before what is said, so that text and keyboard stand last, where the reader looks.
    """
    second_way = f"\n{reply.link.label}: {reply.link.url}" if reply.link is not None else ""
    text = tidy(reply.text + second_way)
    captioned = reply.photo is not None and reply.pin is None and units(text) <= CAPTION_UNITS
    shown = [Part(photo=reply.photo, text=text if captioned else "")] if reply.photo is not None else []
    if reply.pin is not None:
        shown.append(Part(pin=_place(reply.pin)))
    parts = shown if captioned else [*shown, *(Part(text=piece) for piece in split(text, TEXT_UNITS))]
    if not parts:
        raise Unsendable("a reply that says nothing")
    *before, last = parts
    return (*before, Part(last.text, last.photo, last.pin, markup(reply)))


def editable(reply: Reply, parts: tuple[Part, ...]) -> bool:
    """Whether an earlier message can become this reply: one text with inline choices or none."""
    only = parts[0]
    drawn_below = reply.want is not None or (reply.words and not reply.buttons)
    return len(parts) == 1 and only.photo is None and only.pin is None and not drawn_below


def _place(pin: tuple[float, float]) -> tuple[float, float]:
    lat, lng = pin
    if not (-90 <= lat <= 90 and -180 <= lng <= 180):  # noqa: PLR2004 - degrees of the globe
        raise Unsendable("a position that is not on the globe")
    return pin
