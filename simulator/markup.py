"""Reads the keyboards that a bot sends and refuses what Telegram would refuse."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec

from simulator.refusal import Json, bad_request
from simulator.wire import (
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Wire,
)

CALLBACK_BYTES = 64
MOST_BUTTONS = 100
MOST_IN_ROW = 8
PLACEHOLDER_CHARS = 64
INLINE_DEEDS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
KEY_DEEDS = (
    "request_users",
    "request_chat",
    "request_contact",
    "request_location",
    "request_poll",
    "web_app",
)
KINDS: dict[str, type[Wire]] = {
    "inline_keyboard": InlineKeyboardMarkup,
    "keyboard": ReplyKeyboardMarkup,
    "remove_keyboard": ReplyKeyboardRemove,
    "force_reply": ForceReply,
}


@dataclass(frozen=True, slots=True)
class Markup:
    """What a message's reply_markup means.

    Attributes:
        inline: the buttons under the message, as the API shows them; None when there are none.
        keyboard: the buttons for the phone's keyboard or a forced reply; None when there are none.
        removes: takes the phone's buttons away.
    """

    inline: Json | None = None
    keyboard: Json | None = None
    removes: bool = False

    @property
    def fixes(self) -> bool:
        """A message sent with other than inline buttons can never be edited (Bot API, Updating messages)."""
        return self.removes or self.keyboard is not None


def read_markup(raw: object, *, private: bool) -> Markup:
    """The checked keyboard in `raw`; raises `Refused` in Telegram's words."""
    if raw is None:
        return Markup()
    if not isinstance(raw, dict):
        raise bad_request("object expected as reply markup")
    kind = next((KINDS[key] for key in KINDS if key in raw), None)
    if kind is None:
        if raw:
            raise bad_request(f"can't parse reply markup: unknown kind with fields {sorted(raw)}")
        return Markup()
    try:
        markup = msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        raise bad_request(f"can't parse reply markup: {error}") from error
    if isinstance(markup, InlineKeyboardMarkup):
        return _inline(markup)
    if isinstance(markup, ReplyKeyboardMarkup):
        return _keyboard(markup, private=private)
    if isinstance(markup, ForceReply):
        _check_placeholder(markup.input_field_placeholder)
        return Markup(keyboard=msgspec.to_builtins(markup))
    return Markup(removes=True)


def read_inline(raw: object) -> Json | None:
    """The checked inline buttons of an edit, which may hold no other keyboard."""
    markup = read_markup(raw, private=True)
    if markup.fixes:
        raise bad_request("inline keyboard expected")
    return markup.inline


def _inline(markup: InlineKeyboardMarkup) -> Markup:
    rows = [row for row in markup.inline_keyboard if row]
    _check_size([len(row) for row in rows])
    for row in rows:
        for button in row:
            _check_inline_button(button)
    return Markup(inline={"inline_keyboard": msgspec.to_builtins(rows)} if rows else None)


def _check_inline_button(button: InlineKeyboardButton) -> None:
    where = "can't parse inline keyboard button"
    if not button.text.strip():
        raise bad_request(f"{where}: Button text must be non-empty")
    deeds = [name for name in INLINE_DEEDS if getattr(button, name) is not None]
    if not deeds:
        raise bad_request(f"{where}: Text buttons are unallowed in the inline keyboard")
    if len(deeds) > 1:
        raise bad_request(f"{where}: exactly one optional field must be used, got {' and '.join(deeds)}")
    if button.callback_data is not None and not 1 <= len(button.callback_data.encode()) <= CALLBACK_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    if button.url is not None:
        _check_url(button.url)


def _check_url(url: str) -> None:
    wrong = f"inline keyboard button URL '{url}' is invalid"
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
    except ValueError as error:
        raise bad_request(f"{wrong}: Wrong HTTP URL") from error
    if parts.scheme not in {"http", "https", "tg", "ton"}:
        raise bad_request(f"{wrong}: Unsupported URL protocol")
    if parts.scheme in {"http", "https"} and "." not in (parts.hostname or ""):
        raise bad_request(f"{wrong}: Wrong HTTP URL")


def _keyboard(markup: ReplyKeyboardMarkup, *, private: bool) -> Markup:
    rows = [[_key(key) for key in row] for row in markup.keyboard if row]
    if not rows:
        raise bad_request("reply keyboard must contain at least one button")
    _check_size([len(row) for row in rows])
    _check_placeholder(markup.input_field_placeholder)
    for row in rows:
        for key in row:
            _check_key(key, private=private)
    return Markup(keyboard=msgspec.to_builtins(markup) | {"keyboard": msgspec.to_builtins(rows)})


def _key(key: KeyboardButton | str) -> KeyboardButton:
    return KeyboardButton(text=key) if isinstance(key, str) else key


def _check_key(key: KeyboardButton, *, private: bool) -> None:
    if not key.text.strip():
        raise bad_request("can't parse keyboard button: Button text must be non-empty")
    deeds = [name for name in KEY_DEEDS if getattr(key, name)]
    if len(deeds) > 1:
        raise bad_request(f"can't parse keyboard button: only one of {' and '.join(deeds)} may be used")
    if deeds and not private:
        asked = {"request_location": "location", "request_contact": "phone number"}.get(deeds[0], deeds[0])
        raise bad_request(f"{asked} can be requested in private chats only")


def _check_size(row_sizes: list[int]) -> None:
    if sum(row_sizes) > MOST_BUTTONS or any(size > MOST_IN_ROW for size in row_sizes):
        raise bad_request("reply markup is too long")


def _check_placeholder(text: str | None) -> None:
    if text is not None and not 1 <= len(text) <= PLACEHOLDER_CHARS:
        raise bad_request("input field placeholder must be 1-64 characters long")
