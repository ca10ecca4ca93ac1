"""What comes in from a messenger and what goes out to one, in words that know no messenger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from quarantine.location import Fix


@dataclass(frozen=True, slots=True)
class Address:
    """A chat: the account it is on and the messenger's own id of the user (a string: Zalo's exceed 2^53)."""

    account: str
    user: str


class Kind(StrEnum):
    """What an incoming message is."""

    TEXT = "text"
    PRESS = "press"
    LOCATION = "location"
    CONTACT = "contact"
    PHOTO = "photo"
    VOICE = "voice"
    FILE = "file"
    STICKER = "sticker"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Contact:
    """A shared phone number; `own` when the messenger vouches that it is the sender's."""

    phone: str
    own: bool


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing that somebody did in a chat.

    `id` is unique per account and serves to drop repeats. `pressed` is the button's data
    ("number:value"), `pressed_in` the messenger's id of the message that held it, `press_id` what the
    messenger wants acknowledged. `start` is the payload of a deep link. `live` marks the movement of a
    live location, the one that the message `live_of` began, which is stored but never answered. `answers` is
    the number of the one question that this may answer, where it came through a link made for that question.
    """

    address: Address
    id: str
    at: datetime
    kind: Kind
    text: str = ""
    start: str | None = None
    pressed: str | None = None
    pressed_in: str | None = None
    press_id: str | None = None
    fix: Fix | None = None
    live: bool = False
    live_of: str | None = None
    answers: str | None = None
    edited: bool = False
    contact: Contact | None = None
    file: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What a channel made of one update: a message, or why it is rightly ignored."""

    incoming: Incoming | None
    ignored: str | None = None
    order: int | None = None
    """The messenger's running number of the update, where it has one."""


class Priority(IntEnum):
    """Alerts before replies before prompts before reports (DESIGN.md §4)."""

    ALERT = 0
    REPLY = 1
    PROMPT = 2
    REPORT = 3


class Want(StrEnum):
    """What a reply asks the phone for by a button of its own."""

    LOCATION = "location"
    CONTACT = "contact"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Button:
    """A choice as the reader sees it; `data` comes back when it is pressed.

    Where there is no room for all, the `wide` ones are drawn: what most people press, and the way to a human.
    """

    label: str
    data: str
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A page to open, as the reader sees it; the address holds nothing personal."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Template:
    """An approved message that may be sent when the messenger's window is closed, by its account's own name.

    `params` are the values of its fields. `phone` (E.164 digits, "84…") is whom it reaches where the account
    sends by phone number, empty when none is known.
    """

    name: str
    params: Mapping[str, str]
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A file to send, to be printed or filled in; the name says nothing about anybody."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """A message as one reader will see it: text in their language, choices in rows.

    `want` asks for a location or a contact by a button labelled `want_label`; `words` are further labels
    that answer by being typed or tapped. Choices have the numbers 1, 2, … in reading order, which may be
    typed: `hint` says so in words, for channels that draw them as a numbered list; of `many` several may
    be typed at once. `link` is a page that serves instead of a button. `replaces` is the messenger's id of
    our message to edit in place. `photo` is a PNG, `photo_url` a short-lived public address of the same, for
    messengers that fetch it. `document` is a file beside the text. `protect` keeps the text from being
    forwarded, `pin` is a position to show. `template` is what may be sent instead when the messenger's window
    is closed.
    """

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    want: Want | None = None
    want_label: str = ""
    words: tuple[str, ...] = ()
    many: bool = False
    hint: str = ""
    link: Link | None = None
    replaces: str | None = None
    photo: bytes | None = None
    photo_url: str = ""
    document: Document | None = None
    pin: tuple[float, float] | None = None
    protect: bool = False
    template: Template | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """The messenger has it under this id."""

    id: str


FLOOD = "flood control"
"""The reason for a wait that the messenger itself has named: it is kept, not stretched."""
ACCOUNT_DOWN = "account down"
"""The reason for a wait that ends when the account is put right."""


@dataclass(frozen=True, slots=True)
class Later:
    """Not now; try again after this long. `maybe_sent` when the call may have got through."""

    after: timedelta
    reason: str
    maybe_sent: bool = False


class Reason(StrEnum):
    """Why a letter will never arrive at an address."""

    BLOCKED = "blocked"
    GONE = "gone"
    NO_ADDRESS = "no_address"
    REFUSED = "refused"
    EXPIRED = "expired"
    WINDOW = "window"
    """Nobody is written to who has been silent for so long; a message from them opens it again."""
    QUOTA = "quota"
    """The account, or the reader, has had as many messages as the messenger allows."""


@dataclass(frozen=True, slots=True)
class Never:
    """It will not be delivered there, and why."""

    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """The chat lives under another user id now; send there."""

    user: str


@dataclass(frozen=True, slots=True)
class AccountDown:
    """The account itself cannot send (bad token, refused); the operator is told."""

    detail: str


Outcome = Delivered | Later | Never | Moved | AccountDown
"""The closed set of what a channel answers to a send (DESIGN.md §4)."""


Params = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Term:
    """A parameter that is itself a message, translated for the reader: a label, a sign, a day part."""

    key: str
    params: Params = field(default_factory=dict)
