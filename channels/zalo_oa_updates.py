"""Reads what Zalo pushes to an Official Account, tolerant of events and fields that do not exist yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from channels.json_fields import Fields, fields_of
from channels.zalo_oa_kinds import Ignored, reason_to_ignore
from channels.zalo_oa_marks import Marks
from channels.zalo_oa_signature import instant
from channels.zalo_oa_wire import Message, identifier, inside, message_of, plain
from quarantine.location import Fix, Source
from quarantine.messages import Address, Contact, Heard, Incoming, Kind
from quarantine.phones import read_phone

MAX_TEXT: Final = 4096
"""Characters of a text that are read."""
OPENED: Final = "/start"
"""Following the account is what opening the chat is elsewhere."""


@dataclass(frozen=True, slots=True)
class Ears:
    """Whose events are heard: our name of each account by Zalo's id of it, and their buttons' marks."""

    accounts: Mapping[str, str]
    marks: Marks


def hear(body: bytes, ears: Ears, now: datetime) -> Heard:
    """What one event says; never raises, whatever `body` holds.

    `now` (UTC) stands in where Zalo gives no time. The message's own id becomes `Incoming.id`; where there
    is none, a mark of account, user and time does.
    """
    fields = fields_of(body)
    if fields is None:
        return Heard(None, Ignored.NOT_JSON)
    name = plain(fields, "event_name")
    if name is None:
        return Heard(None, Ignored.NO_EVENT_NAME)
    reader = _READERS.get(name)
    if reader is None:
        return Heard(None, reason_to_ignore(name, fields))
    oa_id = next((one for one in _named(fields) if one in ears.accounts), None)
    if oa_id is None:
        return Heard(None, Ignored.OTHER_ACCOUNT)
    user = identifier(fields, "sender", "id") or identifier(fields, "follower", "id")
    if not user:
        return Heard(None, Ignored.UNREADABLE)
    return Heard(reader(fields, _said(name, fields, user, oa_id, ears, now), ears.marks))


def _named(fields: Fields) -> tuple[str, str]:
    """Where an event may name the account that it is for."""
    return identifier(fields, "recipient", "id"), identifier(fields, "oa_id")


def _said(name: str, fields: Fields, user: str, oa_id: str, ears: Ears, now: datetime) -> Incoming:
    stamp = plain(fields, "timestamp") or ""
    return Incoming(
        address=Address(ears.accounts[oa_id], user),
        id=identifier(fields, "message", "msg_id") or ears.marks.of(name, oa_id, user, stamp),
        at=instant(stamp) or now,
        kind=Kind.OTHER,
    )


def _follow(fields: Fields, said: Incoming, marks: Marks) -> Incoming:  # noqa: ARG001 - as all readers
    return replace(said, kind=Kind.TEXT, text=OPENED)


def _unfollow(fields: Fields, said: Incoming, marks: Marks) -> Incoming:  # noqa: ARG001 - as all readers
    return replace(said, kind=Kind.BLOCKED)


def _submitted(fields: Fields, said: Incoming, marks: Marks) -> Incoming:  # noqa: ARG001 - as all readers
    phone = plain(inside(fields, "info"), "phone") or plain(fields, "phone")
    return _shared(phone, said, own=True)


def _shared(phone: str | None, said: Incoming, *, own: bool) -> Incoming:
    if not phone:
        return said
    return replace(said, kind=Kind.CONTACT, contact=Contact(read_phone(phone) or phone[:64], own))


def _of_message(
    reader: Callable[[Message, Incoming], Incoming],
) -> Callable[[Fields, Incoming, Marks], Incoming]:
    return lambda fields, said, _: reader(message_of(fields), said)


def _text(fields: Fields, said: Incoming, marks: Marks) -> Incoming:
    text = message_of(fields).text
    pressed = marks.data(said.address.user, text.strip())
    if pressed is not None:
        return replace(said, kind=Kind.PRESS, pressed=pressed)
    return replace(said, kind=Kind.TEXT, text=text[:MAX_TEXT])


def _link(message: Message, said: Incoming) -> Incoming:
    url = message.first("url") or ""
    text = message.text if url in message.text else f"{message.text}\n{url}"
    return replace(said, kind=Kind.TEXT, text=text.strip()[:MAX_TEXT])


def _file_as(kind: Kind) -> Callable[[Message, Incoming], Incoming]:
    def read_file(message: Message, said: Incoming) -> Incoming:
        return replace(said, kind=kind, file=message.first("url"), text=message.text[:MAX_TEXT])

    return read_file


def _document(message: Message, said: Incoming) -> Incoming:
    text = message.text or message.first("name") or ""
    return replace(said, kind=Kind.FILE, file=message.first("url"), text=text[:MAX_TEXT])


def _location(message: Message, said: Incoming) -> Incoming:
    payload = message.payloads[0] if message.payloads else {}
    place = inside(payload, "coordinates") or payload
    lat, lng = _degrees(place, "latitude", 90), _degrees(place, "longitude", 180)
    if lat is None or lng is None:
        return said
    # Zalo gives a chosen place its name; what was dropped by hand or by the phone has none.
    source = Source.VENUE if message.text.strip() else Source.MAP
    return replace(said, kind=Kind.LOCATION, fix=Fix(lat, lng, None, said.at, source))


def _degrees(place: Fields, key: str, limit: float) -> float | None:
    try:
        degrees = float(plain(place, key) or "none")
    except ValueError:
        return None
    return degrees if -limit <= degrees <= limit else None


def _card(message: Message, said: Incoming) -> Incoming:
    inner = fields_of((message.first("description") or "").encode("utf-8", "replace")) or {}
    return _shared(message.first("phone") or plain(inner, "phone"), said, own=False)


_READERS: Final[dict[str, Callable[[Fields, Incoming, Marks], Incoming]]] = {
    "user_send_text": _text,
    "user_send_link": _of_message(_link),
    "user_send_image": _of_message(_file_as(Kind.PHOTO)),
    "user_send_gif": _of_message(_file_as(Kind.PHOTO)),
    "user_send_audio": _of_message(_file_as(Kind.VOICE)),
    "user_send_video": _of_message(_file_as(Kind.OTHER)),
    "user_send_sticker": _of_message(_file_as(Kind.STICKER)),
    "user_send_file": _of_message(_document),
    "user_send_location": _of_message(_location),
    "user_send_business_card": _of_message(_card),
    "user_submit_info": _submitted,
    "follow": _follow,
    "unfollow": _unfollow,
}
