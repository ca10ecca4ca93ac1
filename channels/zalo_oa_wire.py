"""The few fields that we read of what Zalo pushes to an Official Account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from msgspec import Raw

from channels.json_fields import Fields, fields_of, read

_PLAIN: Final = msgspec.json.Decoder(str | int | float)
_RAWS: Final = msgspec.json.Decoder(list[Raw])
_ID_CHARS: Final = 128


def plain(fields: Fields, key: str) -> str | None:
    """A field that is a text, or a number where Zalo would write it as a text; never rounded."""
    value = read(fields, key, _PLAIN)
    if isinstance(value, float):
        return bytes(fields[key]).decode()
    return None if value is None else str(value)


def inside(fields: Fields, key: str) -> Fields:
    """The fields of a nested object; none where there is no such object."""
    raw = fields.get(key)
    return (fields_of(raw) if raw is not None else None) or {}


def identifier(fields: Fields, *path: str) -> str:
    """An id at the end of a path of objects; "" where it is missing or none could be so long."""
    *outer, last = path
    for key in outer:
        fields = inside(fields, key)
    value = plain(fields, last) or ""
    return value if len(value) <= _ID_CHARS else ""


def account_of(fields: Fields) -> str:
    """The OA id of the account that an event of a user is for; "" where none is named."""
    return identifier(fields, "recipient", "id") or identifier(fields, "oa_id")


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody sent: the text, and the payload of each attachment in order."""

    text: str
    payloads: Sequence[Fields]

    def first(self, key: str) -> str | None:
        """The first attachment's field of this name that is there at all."""
        found = (plain(payload, key) for payload in self.payloads)
        return next((value for value in found if value), None)


def message_of(fields: Fields) -> Message:
    """The message of an event; its attachments stand inside it or, in some events, beside it."""
    message = inside(fields, "message")
    holder = message if "attachments" in message else fields
    attachments = (fields_of(raw) or {} for raw in read(holder, "attachments", _RAWS) or ())
    text = (plain(message, "text") or "").replace("\0", "")
    return Message(text, [inside(attachment, "payload") for attachment in attachments])
