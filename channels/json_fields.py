"""Reads the JSON that messengers push, field by field, so that one strange field spoils no other."""

from __future__ import annotations

from typing import Final, TypeVar

import msgspec
from msgspec import Raw

UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)
_NOTHING = (b"null", b"false")

T = TypeVar("T")
Fields = dict[str, Raw]

_FIELDS: Final = msgspec.json.Decoder(Fields)


def fields_of(body: bytes | Raw) -> Fields | None:
    """The fields of a JSON object, each unread, without those that say nothing; None where it is none."""
    try:
        fields = _FIELDS.decode(body)
    except UNREADABLE:
        return None
    return {key: raw for key, raw in fields.items() if bytes(raw) not in _NOTHING}


def read(fields: Fields, key: str, decoder: msgspec.json.Decoder[T]) -> T | None:
    """One field by itself, so that a field of an unexpected type spoils no other."""
    raw = fields.get(key)
    if raw is None:
        return None
    try:
        return decoder.decode(raw)
    except UNREADABLE:
        return None
