"""Reads what the Zalo Bot Platform tells, wrapped or flat, tolerant of events that do not exist yet."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

import msgspec
from msgspec import Raw, Struct

from channels.json_fields import UNREADABLE
from quarantine.messages import Address, Heard, Incoming, Kind

MAX_TEXT: Final = 4096
"""Characters of a text or caption that are read; Zalo sends at most half of it."""

_LAST_MILLISECOND: Final = 253_402_300_799_999  # the end of the year 9999, where datetime ends


class Ignored(StrEnum):
    """Why an event is not somebody speaking to us."""

    NOT_JSON = "not JSON"
    UNKNOWN_KIND = "unknown kind of event"
    UNREADABLE = "unreadable"
    GROUP = "group chat"
    NOT_PRIVATE = "not a private chat"
    FROM_BOT = "from a bot"


class Sender(Struct):
    """Who wrote; ids are strings, numbers in an older body."""

    id: str | int = ""
    is_bot: bool = False


class Chat(Struct):
    """Where: PRIVATE or GROUP."""

    id: str | int = ""
    chat_type: str = ""


class Message(Struct):
    """The fields of a message that we read; what a person sent is unread, so that none spoils another."""

    chat: Chat
    sender: Sender = msgspec.field(name="from", default_factory=Sender)
    message_id: str | int = ""
    date: int | None = None
    text: Raw = Raw(b"null")
    caption: Raw = Raw(b"null")
    photo: Raw = Raw(b"null")
    voice_url: Raw = Raw(b"null")
    sticker: Raw = Raw(b"null")


class _Body(Struct):
    """An event, or the envelope around one."""

    result: Raw = Raw(b"null")
    event_name: str = ""
    message: Raw = Raw(b"null")


_BODY: Final = msgspec.json.Decoder(_Body)
_MESSAGE: Final = msgspec.json.Decoder(Message)
_STR: Final = msgspec.json.Decoder(str)


def hear(body: bytes, account: str, now: datetime) -> Heard:
    """What one event says; never raises, whatever `body` holds.

    `now` (UTC) stands in where Zalo gives no time. Events have no numbers, so `order` is None.
    """
    try:
        event = _BODY.decode(body)
        if not event.event_name and bytes(event.result) != b"null":
            event = _BODY.decode(event.result)
    except UNREADABLE:
        return Heard(None, Ignored.NOT_JSON)
    if not (event.event_name.startswith("message.") and event.event_name.endswith(".received")):
        return Heard(None, Ignored.UNKNOWN_KIND)
    try:
        message = _MESSAGE.decode(event.message)
    except UNREADABLE:
        return Heard(None, Ignored.UNREADABLE)
    refused = _not_private(message)
    if refused is not None:
        return Heard(None, refused)
    said = Incoming(
        address=Address(account, str(message.chat.id)),
        # Without an id of its own an event is known again by what it says.
        id=str(message.message_id) or hashlib.sha256(event.message).hexdigest(),
        at=_instant(message.date, now),
        kind=Kind.OTHER,
    )
    # Whatever else a person sent, known or not, is answered: nobody is left talking to a wall.
    reader = CONTENT.get(event.event_name)
    return Heard(reader(message, said) if reader else said)


def _not_private(message: Message) -> Ignored | None:
    chat, sender = message.chat, message.sender
    kind = chat.chat_type.upper()
    untyped_private = not kind and chat.id == sender.id
    if not chat.id or (kind != "PRIVATE" and not untyped_private):
        return Ignored.GROUP if kind == "GROUP" else Ignored.NOT_PRIVATE
    return Ignored.FROM_BOT if sender.is_bot else None


def _instant(milliseconds: int | None, now: datetime) -> datetime:
    if milliseconds is None or not 0 < milliseconds <= _LAST_MILLISECOND:
        return now
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _string(raw: Raw) -> str:
    try:
        return _STR.decode(raw).replace("\0", "")[:MAX_TEXT]
    except UNREADABLE:
        return ""


def _text(message: Message, said: Incoming) -> Incoming:
    return replace(said, kind=Kind.TEXT, text=_string(message.text))


def _image(message: Message, said: Incoming) -> Incoming:
    file = _string(message.photo) or None
    return replace(said, kind=Kind.PHOTO, file=file, text=_string(message.caption))


def _sticker(message: Message, said: Incoming) -> Incoming:
    return replace(said, kind=Kind.STICKER, file=_string(message.sticker) or None)


def _voice(message: Message, said: Incoming) -> Incoming:
    return replace(said, kind=Kind.VOICE, file=_string(message.voice_url) or None)


CONTENT: Final[dict[str, Callable[[Message, Incoming], Incoming]]] = {
    "message.text.received": _text,
    "message.image.received": _image,
    "message.sticker.received": _sticker,
    "message.voice.received": _voice,
}
"""What each event holds. `message.unsupported.received` holds nothing: a place, a file, a contact card."""
