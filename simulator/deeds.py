"""What the owner of a phone gives with each action; unknown fields are refused."""

import msgspec


class Deed(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What every action may carry: the chat it happens in (a group's number; the bot's chat by default)."""

    chat_id: int | None = None
    reply_to: int | None = None


class Text(Deed):
    """Sends a text."""

    text: str


class Start(Deed):
    """Opens the bot, by a deep link when there is a payload."""

    payload: str = ""


class Press(Deed):
    """Presses an inline button by place, data or label: of one message, or the newest such button."""

    message_id: int | None = None
    row: int | None = None
    col: int | None = None
    callback_data: str | None = None
    text: str | None = None


class Key(Deed):
    """Presses a button of the reply keyboard; coordinates for a location button."""

    text: str
    latitude: float | None = None
    longitude: float | None = None
    horizontal_accuracy: float | None = None


class Spot(Deed):
    """Shares a position, live when it has a period."""

    latitude: float
    longitude: float
    horizontal_accuracy: float | None = None
    live_period: int | None = None
    heading: int | None = None


class Move(Deed):
    """A live position moves."""

    message_id: int
    latitude: float
    longitude: float
    horizontal_accuracy: float | None = None
    heading: int | None = None


class OfMessage(Deed):
    """Something done to one message."""

    message_id: int


class Place(Deed):
    """Shares a place picked from the map."""

    latitude: float
    longitude: float
    title: str
    address: str


class Contact(Deed):
    """Shares a contact: the owner's own when nothing is given."""

    phone_number: str = ""
    first_name: str = ""
    last_name: str = ""
    user_id: int | None = None


class Upload(Deed):
    """Sends a file: base64 `data`, or an example when there is none."""

    data: str | None = None
    name: str = ""
    mime: str = ""
    caption: str = ""
    emoji: str = "👍"
    duration: int = 3


class Forward(Deed):
    """Forwards a message of any chat to the bot."""

    from_chat_id: int
    message_id: int


class Rewrite(Deed):
    """Edits an own text."""

    message_id: int
    text: str


class Plain(Deed):
    """Needs no details."""
