"""Reads Telegram's updates, tolerant of kinds and fields that do not exist yet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from msgspec import Raw

from channels.json_fields import Fields, fields_of, read
from channels.telegram_kinds import (
    ABOUT_MESSAGE,
    CHATS_IGNORED,
    SERVICE,
    UPDATES_IGNORED,
    WANTED,
    Ignored,
)
from channels.telegram_wire import (
    CHAT,
    CONTACT,
    FILE,
    INT,
    LOCATION,
    MEMBERSHIP,
    NAME,
    PRESSED,
    RAWS,
    STR,
    UPDATE_ID,
    USER,
    VENUE,
    Chat,
    Location,
    User,
)
from quarantine.location import Fix, Source
from quarantine.messages import Address, Contact, Heard, Incoming, Kind

MAX_TEXT: Final = 4096
"""Characters of a text or caption that are read: what Telegram allows one message."""

_LAST_SECOND: Final = 253_402_300_799  # the end of the year 9999, where datetime ends
_START = re.compile(r"/start(?:@\w+)?\s+([A-Za-z0-9_-]{1,64})\s*")


@dataclass(frozen=True, slots=True)
class _Update:
    """What every reader needs to know of the update around its part."""

    id: int
    account: str
    now: datetime

    def incoming(self, chat: Chat, sender: User | None, at: datetime, kind: Kind) -> Incoming:
        return Incoming(
            address=Address(self.account, str(chat.id)),
            id=str(self.id),
            at=at,
            kind=kind,
            language=sender.language_code if sender else None,
        )


def hear(body: bytes | Raw, account: str, now: datetime) -> Heard:
    """What one update says; never raises, whatever `body` holds.

    `now` (UTC) stands in where Telegram gives no time. The update's own number becomes `Incoming.id`.
    """
    fields = fields_of(body)
    if fields is None:
        return Heard(None, Ignored.NOT_JSON)
    number = read(fields, "update_id", UPDATE_ID)
    if number is None:
        return Heard(None, Ignored.NO_UPDATE_ID)
    update = _Update(number, account, now)
    for kind, reader in _UPDATES.items():
        part = fields.get(kind)
        if part is not None:
            inner = fields_of(part)
            heard = Ignored.UNREADABLE if inner is None else reader(inner, update)
            break
    else:
        reasons = (UPDATES_IGNORED[kind] for kind in fields if kind in UPDATES_IGNORED)
        heard = next(reasons, Ignored.UNKNOWN_KIND)
    return Heard(None, heard, number) if isinstance(heard, Ignored) else Heard(heard, None, number)


def hear_many(bodies: Iterable[bytes | Raw], account: str, now: datetime) -> list[Heard]:
    """What a batch of updates says, each by itself: one bad item loses none of the others."""
    return [hear(body, account, now) for body in bodies]


def _not_private(chat: Chat | None, sender: User | None) -> Ignored | None:
    if chat is None:
        return Ignored.NO_CHAT
    # A private chat has its user's number; that also tells the chats of servers that gave no type.
    untyped_private = chat.type is None and sender is not None and sender.id == chat.id
    if chat.type != "private" and not untyped_private:
        return CHATS_IGNORED.get(chat.type or "", Ignored.NOT_PRIVATE)
    return Ignored.FROM_BOT if sender is not None and sender.is_bot else None


def _instant(fields: Fields, keys: Iterable[str], now: datetime) -> datetime:
    for key in keys:
        seconds = read(fields, key, INT)
        if seconds is not None and 0 < seconds <= _LAST_SECOND:
            return datetime.fromtimestamp(seconds, UTC)
    return now


def _hear_message(fields: Fields, update: _Update) -> Incoming | Ignored:
    return _hear_said(fields, update, edited=False)


def _hear_edit(fields: Fields, update: _Update) -> Incoming | Ignored:
    return _hear_said(fields, update, edited=True)


def _hear_said(fields: Fields, update: _Update, *, edited: bool) -> Incoming | Ignored:
    chat, sender = read(fields, "chat", CHAT), read(fields, "from", USER)
    refused = _not_private(chat, sender)
    if chat is None or refused is not None:
        return refused or Ignored.NO_CHAT
    at = _instant(fields, ("edit_date", "date") if edited else ("date",), update.now)
    said = replace(update.incoming(chat, sender, at, Kind.OTHER), edited=edited)
    for key, reader in CONTENT.items():
        if key in fields:
            understood = reader(fields, key, said)
            if understood is not None:
                return understood
    if not SERVICE.isdisjoint(fields):
        return Ignored.SERVICE
    # Whatever else a person sent, known or not, is answered: nobody is left talking to a wall.
    return Ignored.EMPTY if ABOUT_MESSAGE.issuperset(fields) else replace(said, text=_caption(fields))


def _text(fields: Fields, key: str, said: Incoming) -> Incoming | None:
    text = read(fields, key, STR)
    if text is None:
        return None
    start = None if said.edited else _START.fullmatch(text)
    return replace(said, kind=Kind.TEXT, text=_tidy(text), start=start and start[1])


def _tidy(text: str) -> str:
    return text.replace("\0", "")[:MAX_TEXT]


def _caption(fields: Fields) -> str:
    return _tidy(read(fields, "caption", STR) or "")


def _position(fields: Fields, key: str, said: Incoming) -> Incoming | None:
    venue = read(fields, key, VENUE) if key == "venue" else None
    place = venue.location if venue else read(fields, key, LOCATION)
    if place is None:
        return None
    source = _source(fields, place, said)
    fix = Fix(place.latitude, place.longitude, place.horizontal_accuracy, said.at, source)
    # Only a live location can be edited, and its last edit comes without live_period.
    began = read(fields, "message_id", INT) if said.edited else None
    of = None if began is None else str(began)
    return replace(said, kind=Kind.LOCATION, fix=fix, live=said.edited, live_of=of, edited=False)


def _source(fields: Fields, place: Location, said: Incoming) -> Source:
    if _is_forwarded(fields):
        return Source.FORWARDED
    if "via_bot" in fields:
        return Source.INLINE
    if "venue" in fields:
        return Source.VENUE
    return Source.LIVE if said.edited or place.live_period else Source.PIN


def _is_forwarded(fields: Fields) -> bool:
    return "forward_origin" in fields or "forward_date" in fields


def _contact(fields: Fields, key: str, said: Incoming) -> Incoming | None:
    shared = read(fields, key, CONTACT)
    if shared is None:
        return None
    sender = read(fields, "from", USER)
    # Somebody else's card of this person can be forwarded with any number on it.
    own = sender is not None and shared.user_id == sender.id and not _is_forwarded(fields)
    return replace(said, kind=Kind.CONTACT, contact=Contact(_tidy(shared.phone_number), own))


def _photo(fields: Fields, key: str, said: Incoming) -> Incoming | None:
    sizes = read(fields, key, RAWS)
    files = [file for size in sizes or () if (file := read({"size": size}, "size", FILE)) is not None]
    if not files:
        return None
    # The sizes come in rising order, which decides where none is stated.
    largest = max(reversed(files), key=lambda file: file.width * file.height)
    return replace(said, kind=Kind.PHOTO, file=largest.file_id, text=_caption(fields))


def _file_as(kind: Kind) -> Callable[[Fields, str, Incoming], Incoming | None]:
    def read_file(fields: Fields, key: str, said: Incoming) -> Incoming | None:
        file = read(fields, key, FILE)
        return replace(said, kind=kind, file=file.file_id, text=_caption(fields)) if file else None

    return read_file


def _sticker(fields: Fields, key: str, said: Incoming) -> Incoming:
    file = read(fields, key, FILE)
    return replace(said, kind=Kind.STICKER, file=file.file_id if file else None)


CONTENT: Final[dict[str, Callable[[Fields, str, Incoming], Incoming | None]]] = {
    "text": _text,
    "venue": _position,  # before location: a venue's message carries both
    "location": _position,
    "contact": _contact,
    "photo": _photo,
    "voice": _file_as(Kind.VOICE),
    "audio": _file_as(Kind.VOICE),
    "video_note": _file_as(Kind.VOICE),
    "video": _file_as(Kind.FILE),
    "animation": _file_as(Kind.FILE),
    "document": _file_as(Kind.FILE),
    "sticker": _sticker,
    "dice": _sticker,
}


def _hear_press(fields: Fields, update: _Update) -> Incoming | Ignored:
    sender, press_id = read(fields, "from", USER), read(fields, "id", NAME)
    data = read(fields, "data", NAME)
    if "inline_message_id" in fields:
        return Ignored.INLINE
    if sender is None or press_id is None:
        return Ignored.UNREADABLE
    held = read(fields, "message", PRESSED)
    # Without its message the press still comes from a private chat: we speak nowhere else.
    chat = held.chat if held else Chat(sender.id, "private")
    refused = _not_private(chat, sender)
    if refused is not None:
        return refused
    if data is None:
        return Ignored.PRESS_WITHOUT_DATA
    reachable = held is not None and held.date > 0 and held.message_id is not None
    return replace(
        update.incoming(chat, sender, update.now, Kind.PRESS),
        pressed=_tidy(data),
        pressed_in=str(held.message_id) if held and reachable else None,
        press_id=press_id,
    )


_MEMBERSHIPS: Final = {"kicked": Kind.BLOCKED, "member": Kind.UNBLOCKED}


def _hear_membership(fields: Fields, update: _Update) -> Incoming | Ignored:
    chat, sender = read(fields, "chat", CHAT), read(fields, "from", USER)
    refused = _not_private(chat, sender)
    if chat is None or refused is not None:
        return refused or Ignored.NO_CHAT
    new = read(fields, "new_chat_member", MEMBERSHIP)
    kind = _MEMBERSHIPS.get(new.status) if new else None
    if kind is None:
        return Ignored.MEMBERSHIP
    return update.incoming(chat, sender, _instant(fields, ("date",), update.now), kind)


_UPDATES: Final[dict[str, Callable[[Fields, _Update], Incoming | Ignored]]] = dict(
    zip(WANTED, (_hear_message, _hear_edit, _hear_press, _hear_membership), strict=True)
)
