"""Delivers a reply to a Telegram chat: in place, or as new messages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.error import BadRequest, TelegramError

from channels.telegram_errors import NOT_EDITABLE, NOT_MODIFIED, NOTHING_TO_EDIT, outcome_of, told
from channels.telegram_keyboards import Unsendable
from channels.telegram_parts import Part, editable, parts_of
from quarantine.messages import AccountDown, Delivered, Later, Never, Outcome, Reason, Reply

MISSHAPEN: Final = (TypeError, KeyError, AttributeError, ValueError)
"""What the library raises for an answer that is well-formed but lacks what it must hold."""

NOT_UNDERSTOOD: Final = AccountDown("the server's answer is not that of a Bot API")

_CHAT = re.compile(r"-?[0-9]{1,19}")
_MESSAGE = re.compile(r"[0-9]{1,19}")
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


async def deliver(bot: Bot, user: str, reply: Reply) -> Outcome:
    """Send one reply; every failure becomes an outcome. The id delivered is that of the last message."""
    if _CHAT.fullmatch(user) is None:
        return Never(Reason.REFUSED, "the address is no number of a Telegram chat")
    try:
        parts = parts_of(reply)
    except Unsendable as fault:
        return Never(Reason.REFUSED, str(fault))
    try:
        if reply.replaces is not None and _MESSAGE.fullmatch(reply.replaces) and editable(reply, parts):
            return await _edit(bot, int(user), reply.replaces, reply, parts[0])
        return await _post_all(bot, int(user), reply, parts)
    except TelegramError as error:
        return outcome_of(error)
    except MISSHAPEN:
        return NOT_UNDERSTOOD


async def _edit(bot: Bot, chat: int, message_id: str, reply: Reply, part: Part) -> Outcome:
    keyboard = part.markup if isinstance(part.markup, InlineKeyboardMarkup) else None
    try:
        await bot.edit_message_text(
            part.text, chat, int(message_id), reply_markup=keyboard, link_preview_options=_NO_PREVIEW
        )
    except BadRequest as refusal:
        if told(refusal, (NOT_MODIFIED,)):
            return Delivered(message_id)
        why = told(refusal, NOTHING_TO_EDIT)
        if why is None:
            raise
    else:
        return Delivered(message_id)
    outcome = await _post_all(bot, chat, reply, (part,), silent=True)
    if why == NOT_EDITABLE and isinstance(outcome, Delivered):
        # What cannot be changed is taken away, else a line of progress would become a column.
        with suppress(TelegramError):
            await bot.delete_message(chat, int(message_id))
    return outcome


async def _post_all(
    bot: Bot, chat: int, reply: Reply, parts: Sequence[Part], *, silent: bool | None = None
) -> Outcome:
    sent: Message | None = None
    for part in parts:
        try:
            sent = await _post(bot, chat, part, silent=silent, protect=reply.protect or None)
        except TelegramError as error:
            outcome = outcome_of(error)
            # Tried again, the parts that have arrived arrive once more.
            return replace(outcome, maybe_sent=True) if sent and isinstance(outcome, Later) else outcome
    return Delivered(str(sent.message_id)) if sent else Never(Reason.REFUSED, "a reply that says nothing")


async def _post(bot: Bot, chat: int, part: Part, *, silent: bool | None, protect: bool | None) -> Message:
    if part.photo is not None:
        return await bot.send_photo(
            chat,
            part.photo,
            caption=part.text or None,
            filename="cachly.png",
            reply_markup=part.markup,
            disable_notification=silent,
            protect_content=protect,
        )
    if part.document is not None:
        return await bot.send_document(
            chat,
            part.document.content,
            caption=part.text or None,
            filename=part.document.name,
            # What is inside is known by its name: Telegram must not guess, and make a video of a list.
            disable_content_type_detection=True,
            reply_markup=part.markup,
            disable_notification=silent,
            protect_content=protect,
        )
    if part.pin is not None:
        return await bot.send_location(
            chat,
            *part.pin,
            reply_markup=part.markup,
            disable_notification=silent,
            protect_content=protect,
        )
    return await bot.send_message(
        chat,
        part.text,
        reply_markup=part.markup,
        link_preview_options=_NO_PREVIEW,
        disable_notification=silent,
        protect_content=protect,
    )
