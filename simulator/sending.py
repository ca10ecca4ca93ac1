"""The Bot API's methods that put new messages into a chat."""

from simulator.content import caption_content, content_of, forwarded, place, quoted
from simulator.files import StoredFile
from simulator.formatting import read_text, units
from simulator.markup import Markup, read_markup
from simulator.people import Phone
from simulator.refusal import Json, bad_request, forbidden
from simulator.wire import LinkPreviewOptions, MessageEntity, ReplyParameters, Wire
from simulator.world import Stored, World

TEXT_UNITS = 4096
ACTIONS = frozenset(
    (
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    )
)


class ToChat(Wire):
    """What every sending method may carry."""

    chat_id: int | str = ""
    message_thread_id: int | None = None
    direct_messages_topic_id: int | None = None
    business_connection_id: str | None = None
    disable_notification: bool = False
    protect_content: bool = False
    allow_paid_broadcast: bool = False
    message_effect_id: str | None = None
    suggested_post_parameters: dict[str, object] | None = None


class Sent(ToChat):
    """What every sending method but forwarding may carry."""

    reply_parameters: ReplyParameters | None = None
    reply_markup: dict[str, object] | None = None
    reply_to_message_id: int | None = None
    allow_sending_without_reply: bool = False


class SendMessage(Sent):
    """Bot API: sendMessage."""

    text: str = ""
    parse_mode: str | None = None
    entities: list[MessageEntity] | None = None
    link_preview_options: LinkPreviewOptions | None = None
    disable_web_page_preview: bool = False


class Captioned(Sent):
    """A file with a caption."""

    caption: str = ""
    parse_mode: str | None = None
    caption_entities: list[MessageEntity] | None = None
    show_caption_above_media: bool = False


class SendPhoto(Captioned):
    """Bot API: sendPhoto."""

    photo: str = ""
    has_spoiler: bool = False


class SendDocument(Captioned):
    """Bot API: sendDocument."""

    document: str = ""
    thumbnail: str | None = None
    disable_content_type_detection: bool = False


class SendLocation(Sent):
    """Bot API: sendLocation."""

    latitude: float | None = None
    longitude: float | None = None
    horizontal_accuracy: float | None = None
    live_period: int | None = None
    heading: int | None = None
    proximity_alert_radius: int | None = None


class SendVenue(Sent):
    """Bot API: sendVenue."""

    latitude: float | None = None
    longitude: float | None = None
    title: str = ""
    address: str = ""
    foursquare_id: str | None = None
    foursquare_type: str | None = None
    google_place_id: str | None = None
    google_place_type: str | None = None


class SendChatAction(Wire):
    """Bot API: sendChatAction."""

    chat_id: int | str = ""
    action: str = ""
    message_thread_id: int | None = None
    business_connection_id: str | None = None


class ForwardMessage(ToChat):
    """Bot API: forwardMessage."""

    from_chat_id: int | str = ""
    message_id: int | None = None
    video_start_timestamp: int | None = None


class CopyMessage(Captioned):
    """Bot API: copyMessage; `caption` None keeps the old caption."""

    from_chat_id: int | str = ""
    message_id: int | None = None
    caption: str | None = None  # type: ignore[assignment]  # here alone "not given" differs from "empty"
    video_start_timestamp: int | None = None


def known_chat(world: World, chat_id: int | str) -> int:
    """The number of a chat that exists; raises "chat not found" and the answer after a migration."""
    if chat_id == "":
        raise bad_request("chat_id is empty")
    try:
        number = int(chat_id)
    except ValueError:
        raise bad_request("chat not found") from None
    group = world.groups.get(number)
    if group is not None and group.moved_to is not None:
        moved = {"migrate_to_chat_id": group.moved_to}
        raise bad_request("group chat was upgraded to a supergroup chat", moved)
    if group is None and number not in world.phones:
        raise bad_request("chat not found")
    return number


def open_chat(world: World, chat_id: int | str) -> int:
    """The number of a chat that the bot may write to; raises 403 as Telegram does."""
    number = known_chat(world, chat_id)
    phone = world.phones.get(number)
    if phone is None:
        if not world.groups[number].bot_is_in:
            raise forbidden("bot was kicked from the group chat")
        return number
    if phone.deactivated:
        raise forbidden("user is deactivated")
    if phone.blocked:
        raise forbidden("bot was blocked by the user")
    if not phone.started:
        raise forbidden("bot can't initiate conversation with a user")
    return number


def text_content(params: SendMessage) -> Json:
    """The text and its entities; raises for empty and for too long ones."""
    text, entities = read_text(params.text, params.parse_mode, params.entities)
    if not text:
        raise bad_request("message text is empty")
    if units(text) > TEXT_UNITS:
        raise bad_request("message is too long")
    content: Json = {"text": text} | ({"entities": entities} if entities else {})
    if params.link_preview_options:
        content["link_preview_options"] = {"is_disabled": bool(params.link_preview_options.is_disabled)}
    return content


def put(world: World, params: Sent, content: Json) -> Stored:
    """Send `content` as the bot: checks chat, reply and keyboard, and changes the phone's keyboard."""
    chat_id = open_chat(world, params.chat_id)
    markup = read_markup(params.reply_markup, private=chat_id > 0)
    content = content | _replied(world, params, chat_id)
    if markup.inline:
        content["reply_markup"] = markup.inline
    if params.protect_content:
        content["has_protected_content"] = True
    stored = world.post(chat_id, content, world.bot(), silent=params.disable_notification)
    stored.fixed = markup.fixes
    stored.protected = params.protect_content
    _show_keyboard(world, chat_id, markup, stored)
    return stored


def _replied(world: World, params: Sent, chat_id: int) -> Json:
    reply = params.reply_parameters
    message_id = reply.message_id if reply else params.reply_to_message_id
    if message_id is None:
        return {}
    where = known_chat(world, reply.chat_id) if reply and reply.chat_id is not None else chat_id
    original = world.find(where, message_id)
    if original is not None:
        return {"reply_to_message": quoted(original)}
    if params.allow_sending_without_reply or (reply and reply.allow_sending_without_reply):
        return {}
    raise bad_request("message to be replied not found")


def _show_keyboard(world: World, chat_id: int, markup: Markup, stored: Stored) -> None:
    phone: Phone | None = world.phones.get(chat_id)
    if phone is None or not markup.fixes:
        return
    phone.keyboard = markup.keyboard
    phone.keyboard_message_id = stored.body["message_id"] if markup.keyboard else None
    world.show_phone(phone)


def send_message(world: World, params: SendMessage) -> Json:
    """Bot API: sendMessage."""
    known_chat(world, params.chat_id)
    return put(world, params, text_content(params)).body


def send_photo(world: World, params: SendPhoto) -> Json:
    """Bot API: sendPhoto."""
    known_chat(world, params.chat_id)
    photo = world.files.photo(world.files.wanted(params.photo, "photo"))
    caption = caption_content(params.caption, params.parse_mode, params.caption_entities)
    return put(world, params, {"photo": photo} | caption).body


def send_document(world: World, params: SendDocument) -> Json:
    """Bot API: sendDocument."""
    known_chat(world, params.chat_id)
    stored: StoredFile = world.files.wanted(params.document, "document")
    caption = caption_content(params.caption, params.parse_mode, params.caption_entities)
    return put(world, params, {"document": world.files.document(stored)} | caption).body


def send_location(world: World, params: SendLocation) -> Json:
    """Bot API: sendLocation."""
    known_chat(world, params.chat_id)
    location = place(
        params.latitude,
        params.longitude,
        horizontal_accuracy=params.horizontal_accuracy,
        live_period=params.live_period,
        heading=params.heading,
        proximity_alert_radius=params.proximity_alert_radius,
    )
    return put(world, params, {"location": location}).body


def send_venue(world: World, params: SendVenue) -> Json:
    """Bot API: sendVenue."""
    known_chat(world, params.chat_id)
    location = place(params.latitude, params.longitude)
    if not params.title or not params.address:
        raise bad_request(f"venue {'title' if not params.title else 'address'} must be non-empty")
    venue = {"location": location, "title": params.title, "address": params.address}
    return put(world, params, {"venue": venue, "location": location}).body


def send_chat_action(world: World, params: SendChatAction) -> bool:
    """Bot API: sendChatAction."""
    chat_id = open_chat(world, params.chat_id)
    if params.action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.publish({"kind": "action", "chat_id": chat_id, "action": params.action})
    return True


def _original(world: World, from_chat_id: int | str, message_id: int | None, deed: str) -> Stored:
    original = world.find(known_chat(world, from_chat_id), message_id or 0)
    if original is None:
        raise bad_request(f"message to {deed} not found")
    if original.protected:
        raise bad_request(f"message can't be {'forwarded' if deed == 'forward' else 'copied'}")
    return original


def forward_message(world: World, params: ForwardMessage) -> Json:
    """Bot API: forwardMessage."""
    original = _original(world, params.from_chat_id, params.message_id, "forward")
    chat_id = open_chat(world, params.chat_id)
    content = forwarded(world, original)
    if params.protect_content:
        content["has_protected_content"] = True
    stored = world.post(chat_id, content, world.bot(), silent=params.disable_notification)
    stored.protected = params.protect_content
    return stored.body


def copy_message(world: World, params: CopyMessage) -> Json:
    """Bot API: copyMessage; answers only the new number."""
    original = _original(world, params.from_chat_id, params.message_id, "copy")
    content = content_of(original)
    if params.caption is not None and "text" not in content:
        content = {name: value for name, value in content.items() if not name.startswith("caption")}
        content |= caption_content(params.caption, params.parse_mode, params.caption_entities)
    return {"message_id": put(world, params, content).body["message_id"]}
