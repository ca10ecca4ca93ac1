"""What Telegram's refusals mean to the sender (channels.md §3.3), with nothing personal in the words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from channels.connections import NO_ANSWER, NOT_REACHED, NOT_UNDERSTOOD
from channels.telegram_request import NotReached
from quarantine.messages import FLOOD, AccountDown, Later, Moved, Never, Outcome, Reason

NOT_MODIFIED: Final = "message is not modified"
NOT_EDITABLE: Final = "message can't be edited"
NOTHING_TO_EDIT: Final = (
    NOT_EDITABLE,
    "message to edit not found",
    "there is no text in the message to edit",
    "message_id_invalid",
    "message identifier is not specified",
)

_GONE: Final = (
    "chat not found",
    "user not found",
    "user is deactivated",
    "user_is_deactivated",
    "input_user_deactivated",
    "peer_id_invalid",
    "chat_id_invalid",
    "user_id_invalid",
    "bot can't initiate conversation",
    "bot can't send messages to bots",
    "bot can't send messages to the user",
    "bot was kicked",
    "bot is not a member",
)
_REFUSED: Final = (
    "message text is empty",
    "message is too long",
    "message caption is too long",
    "media_caption_too_long",
    "text must be non-empty",
    "text must be encoded in utf-8",
    "button_data_invalid",
    "button_type_invalid",
    "button_url_invalid",
    "text buttons are unallowed in the inline keyboard",
    "can't parse",
    "reply markup is too long",
    "reply_markup_too_long",
    "keyboard button",
    "image_process_failed",
    "photo_invalid_dimensions",
    "file is too big",
    "request entity too large",
    "wrong file identifier",
    "bot_command",
    "command",
    "not enough rights",
    "have no rights",
    "message to delete not found",
    "message can't be deleted",
    "query is too old",
    "bad webhook",
)


def told(error: TelegramError, phrases: tuple[str, ...]) -> str | None:
    """The first of the phrases that Telegram's answer holds; ours, for its own may quote a message."""
    text = error.message.lower()
    return next((phrase for phrase in phrases if phrase in text), None)


def outcome_of(error: TelegramError) -> Outcome:
    """What to do about a refused or failed call; whatever broke off once connected may have got through."""
    return next(answer(error) for kind, answer in _ANSWERS if isinstance(error, kind))


def _wait(error: Any) -> Later:  # noqa: ANN401 - the row of _ANSWERS says RetryAfter
    wait = error.retry_after
    return Later(wait if isinstance(wait, timedelta) else timedelta(seconds=wait), FLOOD)


def _forbidden(error: TelegramError) -> Never:
    gone = told(error, _GONE)
    return Never(Reason.GONE, gone) if gone else Never(Reason.BLOCKED, "forbidden")


def _refused(error: TelegramError) -> Never:
    gone = told(error, _GONE)
    if gone is not None:
        return Never(Reason.GONE, gone)
    return Never(Reason.REFUSED, told(error, _REFUSED) or "bad request of a kind not known to us")


_UNKNOWN_BOT: Final = AccountDown("Telegram does not know this bot: the token is wrong or was revoked")
_TWO_READERS: Final = AccountDown("another process polls this bot, or a webhook is set")

_ANSWERS: Final[tuple[tuple[type[TelegramError], Callable[[Any], Outcome]], ...]] = (
    # In this order: BadRequest, TimedOut and NotReached are NetworkErrors too (DESIGN.md §10).
    (RetryAfter, _wait),
    (ChatMigrated, lambda error: Moved(str(error.new_chat_id))),
    (Forbidden, _forbidden),
    (InvalidToken, lambda _: _UNKNOWN_BOT),
    (Conflict, lambda _: _TWO_READERS),
    (BadRequest, _refused),
    (NotReached, lambda _: NOT_REACHED),
    (NetworkError, lambda _: NO_ANSWER),
    (TelegramError, lambda _: NOT_UNDERSTOOD),
)
