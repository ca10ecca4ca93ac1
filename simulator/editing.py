"""The Bot API's methods that change what is already in a chat, and that answer a pressed button."""

import msgspec

from simulator.content import caption_content, place
from simulator.markup import read_inline
from simulator.refusal import Json, bad_request
from simulator.sending import (
    SendMessage,
    known_chat,
    open_chat,
    text_content,
)
from simulator.wire import LinkPreviewOptions, MessageEntity, Wire
from simulator.world import Stored, World

ANSWER_CHARS = 200
DELETE_SECONDS = 48 * 3600
MOST_DELETED = 100
SAME = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


class Edit(Wire):
    """What every editing method may carry."""

    chat_id: int | str = ""
    message_id: int | None = None
    inline_message_id: str | None = None
    business_connection_id: str | None = None
    reply_markup: dict[str, object] | None = None


class EditMessageText(Edit):
    """Bot API: editMessageText."""

    text: str = ""
    parse_mode: str | None = None
    entities: list[MessageEntity] | None = None
    link_preview_options: LinkPreviewOptions | None = None
    disable_web_page_preview: bool = False


class EditMessageCaption(Edit):
    """Bot API: editMessageCaption."""

    caption: str = ""
    parse_mode: str | None = None
    caption_entities: list[MessageEntity] | None = None
    show_caption_above_media: bool = False


class EditMessageReplyMarkup(Edit):
    """Bot API: editMessageReplyMarkup."""


class EditMessageLiveLocation(Edit):
    """Bot API: editMessageLiveLocation."""

    latitude: float | None = None
    longitude: float | None = None
    horizontal_accuracy: float | None = None
    live_period: int | None = None
    heading: int | None = None
    proximity_alert_radius: int | None = None


class DeleteMessage(Wire):
    """Bot API: deleteMessage."""

    chat_id: int | str = ""
    message_id: int | None = None


class DeleteMessages(Wire):
    """Bot API: deleteMessages."""

    chat_id: int | str = ""
    message_ids: list[int] = msgspec.field(default_factory=list)


class AnswerCallbackQuery(Wire):
    """Bot API: answerCallbackQuery."""

    callback_query_id: str = ""
    text: str = ""
    show_alert: bool = False
    url: str | None = None
    cache_time: int = 0


def _own(world: World, params: Edit) -> Stored:
    """The bot's own message that is to be changed."""
    if params.inline_message_id is not None:
        raise bad_request("MESSAGE_ID_INVALID")
    chat_id = open_chat(world, params.chat_id)
    if params.message_id is None:
        raise bad_request("message identifier is not specified")
    stored = world.find(chat_id, params.message_id)
    if stored is None:
        raise bad_request("message to edit not found")
    if not stored.from_bot or stored.fixed or "forward_origin" in stored.body:
        raise bad_request("message can't be edited")
    return stored


def _change(world: World, stored: Stored, params: Edit, old: tuple[str, ...], content: Json) -> Json:
    """Replace the fields `old` by `content` and the buttons by the new ones; refuse what changes nothing."""
    markup = read_inline(params.reply_markup)
    before = {name: value for name, value in stored.body.items() if name != "edit_date"}
    body = {name: value for name, value in before.items() if name not in {*old, "reply_markup"}}
    body |= content | ({"reply_markup": markup} if markup else {})
    if body == before:
        raise bad_request(SAME)
    stored.body = body | {"edit_date": world.clock.seconds()}
    world.changed(stored)
    return stored.body


def edit_message_text(world: World, params: EditMessageText) -> Json:
    """Bot API: editMessageText."""
    stored = _own(world, params)
    content = text_content(
        SendMessage(
            text=params.text,
            parse_mode=params.parse_mode,
            entities=params.entities,
            link_preview_options=params.link_preview_options,
        )
    )
    if "text" not in stored.body:
        raise bad_request("there is no text in the message to edit")
    return _change(world, stored, params, ("text", "entities", "link_preview_options"), content)


def edit_message_caption(world: World, params: EditMessageCaption) -> Json:
    """Bot API: editMessageCaption."""
    stored = _own(world, params)
    if not {"photo", "document", "voice"} & stored.body.keys():
        raise bad_request("there is no caption in the message to edit")
    content = caption_content(params.caption, params.parse_mode, params.caption_entities)
    return _change(world, stored, params, ("caption", "caption_entities"), content)


def edit_message_reply_markup(world: World, params: EditMessageReplyMarkup) -> Json:
    """Bot API: editMessageReplyMarkup."""
    return _change(world, _own(world, params), params, (), {})


def edit_message_live_location(world: World, params: EditMessageLiveLocation) -> Json:
    """Bot API: editMessageLiveLocation."""
    stored = _own(world, params)
    if "live_period" not in stored.body.get("location", {}):
        raise bad_request("message can't be edited")
    location = place(
        params.latitude,
        params.longitude,
        horizontal_accuracy=params.horizontal_accuracy,
        live_period=params.live_period or stored.body["location"]["live_period"],
        heading=params.heading,
        proximity_alert_radius=params.proximity_alert_radius,
    )
    return _change(world, stored, params, ("location",), {"location": location})


def stop_message_live_location(world: World, params: EditMessageReplyMarkup) -> Json:
    """Bot API: stopMessageLiveLocation."""
    stored = _own(world, params)
    location = stored.body.get("location", {})
    if "live_period" not in location:
        raise bad_request("message can't be edited")
    still = place(location["latitude"], location["longitude"])
    return _change(world, stored, params, ("location",), {"location": still})


def _may_delete(world: World, stored: Stored) -> bool:
    return world.clock.seconds() - int(stored.body["date"]) < DELETE_SECONDS


def delete_message(world: World, params: DeleteMessage) -> bool:
    """Bot API: deleteMessage; only within 48 hours (Bot API)."""
    chat_id = known_chat(world, params.chat_id)
    if params.message_id is None:
        raise bad_request("message identifier is not specified")
    stored = world.find(chat_id, params.message_id)
    if stored is None:
        raise bad_request("message to delete not found")
    if not _may_delete(world, stored):
        raise bad_request("message can't be deleted for everyone")
    world.remove(chat_id, params.message_id)
    return True


def delete_messages(world: World, params: DeleteMessages) -> bool:
    """Bot API: deleteMessages; what cannot be found or deleted is skipped (Bot API)."""
    chat_id = known_chat(world, params.chat_id)
    if not 1 <= len(params.message_ids) <= MOST_DELETED:
        raise bad_request("there must be 1-100 message identifiers")
    for message_id in params.message_ids:
        stored = world.find(chat_id, message_id)
        if stored is not None and _may_delete(world, stored):
            world.remove(chat_id, message_id)
    return True


def answer_callback_query(world: World, params: AnswerCallbackQuery) -> bool:
    """Bot API: answerCallbackQuery; refused when the press is too old."""
    if len(params.text) > ANSWER_CHARS:
        raise bad_request("MESSAGE_TOO_LONG")
    if params.url is not None:
        raise bad_request("URL_INVALID")
    shown: Json = {"text": params.text, "show_alert": params.show_alert}
    if not world.answer(params.callback_query_id, shown):
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    return True
