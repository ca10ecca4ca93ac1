"""Draws a reply's choices as Telegram's keyboards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from channels.long_texts import tidy
from quarantine.messages import Button, Reply, Want

DATA_BYTES: Final = 64
INLINE_BUTTONS: Final = 100
IN_A_ROW: Final = 8
"""Telegram's limits: channels.md §3.1."""


class Unsendable(ValueError):  # noqa: N818 - says what is the matter with the reply
    """A reply that Telegram would refuse; the message names the limit and nothing of the content."""


Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove


def markup(reply: Reply) -> Markup | None:
    """The keyboard under a reply; raises Unsendable for buttons that Telegram would refuse.

    Telegram takes one keyboard a message. A reply that asks the phone for something gets the keyboard below
    the chat, its choices as words on it, which answer as well as a press. A reply with neither takes such a
    keyboard away, even if none is there: nobody here knows. One with inline choices leaves it, and so does
    one that replaces a message, since Telegram never edits a message again that came with `remove_keyboard`.
    """
    if reply.want is None and reply.buttons:
        return inline(reply.buttons)
    words = (*(button.label for row in reply.buttons for button in row), *reply.words)
    if reply.want is not None or words:
        return below(reply.want, reply.want_label, words)
    return ReplyKeyboardRemove() if reply.replaces is None else None


def inline(rows: Sequence[Sequence[Button]]) -> InlineKeyboardMarkup:
    """Choices under the message, long rows broken; raises Unsendable for what Telegram would refuse."""
    count = sum(len(row) for row in rows)
    if count > INLINE_BUTTONS:
        raise Unsendable(f"{count} buttons; Telegram takes {INLINE_BUTTONS}")
    fitting = (row[at : at + IN_A_ROW] for row in rows for at in range(0, len(row), IN_A_ROW))
    return InlineKeyboardMarkup([[_inline_button(button) for button in row] for row in fitting])


def _inline_button(button: Button) -> InlineKeyboardButton:
    size = len(button.data.encode("utf-8", "surrogatepass"))
    if not 1 <= size <= DATA_BYTES:
        raise Unsendable(f"callback_data of {size} bytes; Telegram takes 1 to {DATA_BYTES}")
    return InlineKeyboardButton(_label(button.label), callback_data=button.data)


def below(want: Want | None, want_label: str, words: Sequence[str]) -> ReplyKeyboardMarkup:
    """Buttons in place of the phone's keyboard: what is asked of the phone first, then words to say.

    It stays until a reply takes it away: a keyboard for one time would be gone after a tap whose question for
    permission was answered with no.
    """
    asked = [] if want is None else [_asking(want, _label(want_label))]
    rows = [*asked, *(KeyboardButton(_label(word)) for word in words)]
    return ReplyKeyboardMarkup([[button] for button in rows], resize_keyboard=True)


def _asking(want: Want, label: str) -> KeyboardButton:
    if want is Want.LOCATION:
        return KeyboardButton(label, request_location=True)
    return KeyboardButton(label, request_contact=True)


def _label(label: str) -> str:
    shown = tidy(label)
    if not shown:
        raise Unsendable("a button without a label")
    return shown
