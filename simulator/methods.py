"""The table of Bot API methods that the stand-in knows, and how a call's fields are read."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from simulator import editing, fetching, profile, sending
from simulator.refusal import Json, bad_request
from simulator.wire import Wire
from simulator.world import World

NESTED = frozenset(
    (
        "reply_markup",
        "entities",
        "caption_entities",
        "reply_parameters",
        "link_preview_options",
        "suggested_post_parameters",
        "allowed_updates",
        "commands",
        "scope",
        "menu_button",
        "message_ids",
    )
)


@dataclass(frozen=True, slots=True)
class Method:
    """One method: its name as the Bot API writes it, its fields, and what it does.

    `counted` calls are messages and fall under the sending limits.
    """

    name: str
    fields: type[Wire]
    run: Callable[[World, Any], object]
    counted: bool = False


_ALL = (
    Method("getMe", profile.Nothing, profile.get_me),
    Method("logOut", profile.Nothing, profile.log_out),
    Method("close", profile.Nothing, profile.log_out),
    Method("getUpdates", fetching.GetUpdates, fetching.get_updates),
    Method("setWebhook", fetching.SetWebhook, fetching.set_webhook),
    Method("deleteWebhook", fetching.DeleteWebhook, fetching.delete_webhook),
    Method("getWebhookInfo", profile.Nothing, fetching.get_webhook_info),
    Method("getFile", fetching.GetFile, fetching.get_file),
    Method("getChat", profile.OfChat, profile.get_chat),
    Method("sendMessage", sending.SendMessage, sending.send_message, counted=True),
    Method("sendPhoto", sending.SendPhoto, sending.send_photo, counted=True),
    Method("sendDocument", sending.SendDocument, sending.send_document, counted=True),
    Method("sendLocation", sending.SendLocation, sending.send_location, counted=True),
    Method("sendVenue", sending.SendVenue, sending.send_venue, counted=True),
    Method("forwardMessage", sending.ForwardMessage, sending.forward_message, counted=True),
    Method("copyMessage", sending.CopyMessage, sending.copy_message, counted=True),
    Method("sendChatAction", sending.SendChatAction, sending.send_chat_action),
    Method("editMessageText", editing.EditMessageText, editing.edit_message_text),
    Method("editMessageCaption", editing.EditMessageCaption, editing.edit_message_caption),
    Method("editMessageReplyMarkup", editing.EditMessageReplyMarkup, editing.edit_message_reply_markup),
    Method("editMessageLiveLocation", editing.EditMessageLiveLocation, editing.edit_message_live_location),
    Method("stopMessageLiveLocation", editing.EditMessageReplyMarkup, editing.stop_message_live_location),
    Method("deleteMessage", editing.DeleteMessage, editing.delete_message),
    Method("deleteMessages", editing.DeleteMessages, editing.delete_messages),
    Method("answerCallbackQuery", editing.AnswerCallbackQuery, editing.answer_callback_query),
    Method("setMyCommands", profile.SetMyCommands, profile.set_my_commands),
    Method("getMyCommands", profile.OfCommands, profile.get_my_commands),
    Method("deleteMyCommands", profile.OfCommands, profile.delete_my_commands),
    Method("setMyName", profile.SetMyName, profile.set_my_name),
    Method("getMyName", profile.OfLanguage, profile.get_my_name),
    Method("setMyDescription", profile.SetMyDescription, profile.set_my_description),
    Method("getMyDescription", profile.OfLanguage, profile.get_my_description),
    Method("setMyShortDescription", profile.SetMyShortDescription, profile.set_my_short_description),
    Method("getMyShortDescription", profile.OfLanguage, profile.get_my_short_description),
    Method("setChatMenuButton", profile.SetChatMenuButton, profile.set_chat_menu_button),
    Method("getChatMenuButton", profile.OfMenuButton, profile.get_chat_menu_button),
)
METHODS = {method.name.lower(): method for method in _ALL}


def read_call(method: Method, fields: Json) -> Wire:
    """The checked fields of a call; an unknown or ill-typed one is refused by its name."""
    known = method.fields.__struct_fields__
    if unknown := [name for name in fields if name not in known]:
        raise bad_request(f'method {method.name} has no field "{unknown[0]}"')
    opened = {name: _opened(name, value) for name, value in fields.items()}
    try:
        return msgspec.convert(opened, method.fields, strict=False)
    except msgspec.ValidationError as error:
        raise bad_request(f"can't parse the fields of {method.name}: {error}") from error


def _opened(name: str, value: object) -> object:
    """Forms carry nested objects as JSON text."""
    if name not in NESTED or not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value else None
    except ValueError as error:
        raise bad_request(f"can't parse {name} JSON object") from error
