"""The JSON of Telegram's updates as structs of the few fields that we read."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta, Raw, Struct

from channels.json_fields import fields_of, read

UpdateId = Annotated[int, Meta(ge=0, lt=2**53)]
Id = Annotated[int, Meta(gt=-(2**53), lt=2**53)]
Name = Annotated[str, Meta(min_length=1, max_length=1024)]


class User(Struct):
    """Who wrote or pressed."""

    id: Id
    is_bot: bool = False
    language_code: Annotated[str, Meta(max_length=35)] | None = None


class Chat(Struct):
    """Where; servers of 2015 gave no type."""

    id: Id
    type: str | None = None


class Location(Struct):
    """A shared position in degrees."""

    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    horizontal_accuracy: float | None = None
    live_period: int | None = None


class Venue(Struct):
    """A place chosen from a list."""

    location: Location


class SharedContact(Struct):
    """A shared phone number; `user_id` where it belongs to a Telegram account."""

    phone_number: Annotated[str, Meta(min_length=1, max_length=64)]
    user_id: Id | None = None


class File(Struct):
    """Any file; the sizes are there for photos."""

    file_id: Name
    width: int = 0
    height: int = 0


class Pressed(Struct):
    """The message that held a pressed button; `date` 0 says that it can no longer be reached."""

    chat: Chat
    message_id: Id | None = None
    date: int = 0


class Membership(Struct):
    """What became of somebody in a chat."""

    status: str


RAWS: Final = msgspec.json.Decoder(list[Raw])
UPDATE_ID: Final = msgspec.json.Decoder(UpdateId)
USER: Final = msgspec.json.Decoder(User)
CHAT: Final = msgspec.json.Decoder(Chat)
INT: Final = msgspec.json.Decoder(int)
STR: Final = msgspec.json.Decoder(str)
NAME: Final = msgspec.json.Decoder(Name)
LOCATION: Final = msgspec.json.Decoder(Location)
VENUE: Final = msgspec.json.Decoder(Venue)
CONTACT: Final = msgspec.json.Decoder(SharedContact)
FILE: Final = msgspec.json.Decoder(File)
PRESSED: Final = msgspec.json.Decoder(Pressed)
MEMBERSHIP: Final = msgspec.json.Decoder(Membership)


def updates_of(answer: bytes) -> list[bytes]:
    """The single updates in an answer of getUpdates, unread; raises ValueError where it is no such answer."""
    fields = fields_of(answer)
    raws = None if fields is None else read(fields, "result", RAWS)
    if raws is None:
        raise ValueError("the answer to getUpdates holds no list of updates")
    return [bytes(raw) for raw in raws]
