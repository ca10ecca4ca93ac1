"""What the owner of a phone with Zalo gives with each action; unknown fields are refused."""

import base64
import binascii
from typing import Any

import msgspec

from simulator.actions import Impossible
from simulator.files import Files, StoredFile, sample_photo
from simulator.refusal import Json, Refused
from simulator.zalo_people import ZaloPhone


class Deed(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What every action may carry: a group's number (Zalo Bot), the phone's own chat by default."""

    chat_id: str | None = None


class Plain(Deed):
    """Needs no details."""


class Text(Deed):
    """Sends a text."""

    text: str
    reply_to: str | None = None


class Press(Deed):
    """Presses a button by place, payload or label: of one message, or the newest such button."""

    message_id: str | None = None
    row: int | None = None
    col: int | None = None
    payload: str | None = None
    text: str | None = None


class Spot(Deed):
    """Picks a place on Zalo's map; `name` is what the map calls it."""

    latitude: float
    longitude: float
    name: str = ""


class Upload(Deed):
    """Sends a file: base64 `data`, or an example when there is none."""

    data: str | None = None
    name: str = ""
    mime: str = ""
    caption: str = ""


class Picked(Deed):
    """Sends a sticker of Zalo's collection."""

    id: str = "46958"
    emoji: str = "👍"


class Card(Deed):
    """Sends the card of another user of Zalo."""

    phone_number: str
    name: str


class Share(Deed):
    """Shares the profile that was asked for: the owner's own when nothing is given."""

    name: str = ""
    phone_number: str = ""
    birth: str = ""
    address: str = ""


class Raw(Deed):
    """Any event."""

    body: dict[str, Any]


def button_of(phone: ZaloPhone, deed: Press) -> Json:
    """The button that is meant; the newest that fits, when no message is named."""
    if deed.message_id is not None and deed.message_id not in phone.messages:
        raise Impossible(f"there is no message {deed.message_id}")
    newest = list(reversed(phone.messages.values()))
    for message in newest if deed.message_id is None else [phone.messages[deed.message_id]]:
        for row_number, row in enumerate(message.get("reply_markup", {}).get("inline_keyboard", [])):
            for col_number, button in enumerate(row):
                if _meant(deed, button, row_number, col_number):
                    found: Json = button
                    return found
    raise Impossible("there is no such button")


def _meant(deed: Press, button: Json, row: int, col: int) -> bool:
    if deed.payload is not None:
        return bool(button.get("payload") == deed.payload)
    if deed.text is not None:
        return bool(button["text"] == deed.text)
    return (deed.row or 0, deed.col or 0) == (row, col)


def kept(files: Files, deed: Upload, kind: str, example: bytes, name: str) -> StoredFile:
    """Keep the file that is sent, or the example under its `name`."""
    try:
        content = example if deed.data is None else base64.b64decode(deed.data, validate=True)
        return files.add(content, deed.name or name, deed.mime, kind)
    except (binascii.Error, Refused) as error:
        raise Impossible(f"the file cannot be sent: {error}") from error


def example_photo(files: Files, deed: Upload) -> StoredFile:
    """Keep the picture that is sent, or the sample; refuses what is no picture."""
    stored = kept(files, deed, "photo", sample_photo(), "anh.png")
    try:
        files.photo(stored)
    except Refused as error:
        raise Impossible(f"the photo cannot be sent: {error.description}") from error
    return stored


def shown_file(stored: StoredFile) -> Json:
    """A file as the page draws it."""
    return {"file_id": stored.file_id, "file_name": stored.name, "file_size": len(stored.content)}
