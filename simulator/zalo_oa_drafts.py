"""Reads a consultation message into what the chat shows, and refuses what Zalo would refuse."""

import aiohttp
from msgspec import UNSET, UnsetType

from simulator.files import StoredFile
from simulator.refusal import Json
from simulator.zalo_fetch import Unfit, check_address, fetch_picture
from simulator.zalo_messages import text_content
from simulator.zalo_oa_errors import OaRefused, bad_param, too_much
from simulator.zalo_oa_wire import Button, Element, Message, Payload
from simulator.zalo_oa_world import Oa
from simulator.zalo_people import ZaloPhone

TEXT_CHARS = 2000
MOST_BUTTONS = 5
TITLE_CHARS = 100
PAYLOAD_CHARS = 1000
IMAGE_BYTES = 1024 * 1024
GIF_BYTES = 5 * 1024 * 1024
QUERIES = frozenset({"oa.query.show", "oa.query.hide"})
OPENERS = {
    "oa.open.url": {"url"},
    "oa.open.sms": {"content", "phone_code"},
    "oa.open.phone": {"phone_code"},
}
SHARE = "share_info"
"""The button of a request for the profile; it is Zalo's own and no app can make one."""


async def draft(oa: Oa, phone: ZaloPhone, message: Message, http: aiohttp.ClientSession) -> tuple[str, Json]:
    """The kind of the echo event and what the chat shows; raises `OaRefused`."""
    quoted = _quoted(phone, message.quote_message_id)
    if message.attachment is UNSET:
        return "text", quoted | _text(message.text, needed=True)
    attachment = message.attachment
    if attachment.type == "file":
        return "file", quoted | _file(oa, message, attachment.payload)
    if attachment.type != "template":
        raise bad_param(f'attachment.type "{attachment.type}"')
    payload = attachment.payload
    if payload.token is not UNSET:
        raise bad_param("a template has no token")
    match payload.template_type:
        case UnsetType():
            return "text", quoted | _text(message.text, needed=True) | _buttons(payload)
        case "media":
            kind, content = await _media(oa, payload, http)
            return kind, quoted | _text(message.text, needed=False) | content
        case "request_user_info":
            return "list", quoted | _request(message, payload)
        case "list":
            raise OaRefused(-233, "list")
        case other:
            raise bad_param(f'template_type "{other}"')


def _quoted(phone: ZaloPhone, message_id: str | UnsetType) -> Json:
    if message_id is UNSET:
        return {}
    original = phone.messages.get(message_id)
    if original is None:
        raise bad_param("quote_message_id is not a message of this chat")
    return {"reply_to_message": {name: text for name, text in original.items() if name != "reply_to_message"}}


def _text(text: str | UnsetType, *, needed: bool) -> Json:
    """Measured as it was sent: who does not normalise to NFC pays for each loose mark."""
    if text is UNSET and not needed:
        return {}
    if text is UNSET or not text.strip():
        raise bad_param("text is empty")
    if len(text) > TEXT_CHARS:
        raise too_much(f"text has {len(text)} characters, at most {TEXT_CHARS}")
    return text_content(text)


def _file(oa: Oa, message: Message, payload: Payload) -> Json:
    if message.text is not UNSET:
        raise bad_param("a file goes without text")
    if payload.token is UNSET or (payload.template_type, payload.elements, payload.buttons) != (UNSET,) * 3:
        raise bad_param("a file's payload holds a token and nothing else")
    stored = uploaded(oa, payload.token, {"file"})
    document = {"file_id": stored.file_id, "file_name": stored.name, "file_size": len(stored.content)}
    return {"document": document}


def uploaded(oa: Oa, token: str, kinds: set[str]) -> StoredFile:
    """The file of an attachment_id or token; −100 when it is older than seven days."""
    found = oa.uploads.get(token)
    if found is None or found.kind not in kinds:
        raise bad_param("attachment_id or token is unknown")
    if oa.clock.now() > found.until:
        raise OaRefused(-100)
    return found.stored


def _one(payload: Payload) -> Element:
    if payload.buttons is not UNSET:
        raise bad_param("this template has no buttons")
    if payload.elements is UNSET or len(payload.elements) != 1:
        raise bad_param("exactly one element is needed")
    return payload.elements[0]


async def _media(oa: Oa, payload: Payload, http: aiohttp.ClientSession) -> tuple[str, Json]:
    element = _one(payload)
    if element.media_type not in {"image", "gif", "sticker"}:
        raise bad_param("media_type is image, gif or sticker")
    if (element.title, element.subtitle, element.image_url) != (UNSET,) * 3:
        raise bad_param("a media element has no title, subtitle or image_url")
    if (element.url is UNSET) == (element.attachment_id is UNSET):
        raise bad_param("give either url or attachment_id")
    if element.media_type == "gif" and (element.width is UNSET or element.height is UNSET):
        raise bad_param("a gif needs width and height")
    if element.media_type == "sticker":
        if element.attachment_id is UNSET:
            raise bad_param("a sticker is named by attachment_id")
        return "sticker", {"sticker": {"emoji": "🙂"}}
    kind = str(element.media_type)
    if element.attachment_id is not UNSET:
        return kind, picture(oa, uploaded(oa, element.attachment_id, {kind}))
    try:
        most = GIF_BYTES if kind == "gif" else IMAGE_BYTES
        content, mime = await fetch_picture(http, str(element.url), most)
    except Unfit as error:
        raise bad_param(str(error)) from error
    return kind, picture(oa, oa.files.add(content, mime=mime, kind="photo"))


def picture(oa: Oa, stored: StoredFile) -> Json:
    """A picture as the page draws it."""
    return {"photo": oa.files.photo(stored)}


def _request(message: Message, payload: Payload) -> Json:
    element = _one(payload)
    if message.text is not UNSET:
        raise bad_param("a request for the profile goes without text")
    words = [element.title, element.subtitle, element.image_url]
    if any(word is UNSET or not word for word in words):
        raise bad_param("the element needs title, subtitle and image_url")
    try:
        check_address(str(element.image_url))
    except Unfit as error:
        raise bad_param(f"image_url: {error}") from error
    if len(str(element.title)) > TITLE_CHARS:
        raise too_much(f"title has more than {TITLE_CHARS} characters")
    share = {"text": "Chia sẻ thông tin", "type": SHARE}
    return {
        "text": f"{element.title}\n{element.subtitle}",
        "reply_markup": {"inline_keyboard": [[share]]},
        "note": "Zalo hỏi giúp thông tin của bạn",
    }


def _buttons(payload: Payload) -> Json:
    if payload.elements is not UNSET:
        raise bad_param("buttons below a text go without elements")
    if payload.buttons is UNSET or not payload.buttons:
        raise bad_param("buttons are missing")
    if len(payload.buttons) > MOST_BUTTONS:
        raise too_much(f"{len(payload.buttons)} buttons, at most {MOST_BUTTONS}")
    return {"reply_markup": {"inline_keyboard": [[_button(button)] for button in payload.buttons]}}


def _button(button: Button) -> Json:
    if not button.title.strip():
        raise bad_param("a button's title is empty")
    if len(button.title) > TITLE_CHARS:
        raise too_much(f"a button's title has more than {TITLE_CHARS} characters")
    shown: Json = {"text": button.title, "type": button.type, "payload": button.payload}
    if button.type in QUERIES:
        if not isinstance(button.payload, str) or not button.payload.strip():
            raise bad_param(f"the payload of {button.type} is a text")
        if len(button.payload) > PAYLOAD_CHARS:
            raise too_much(f"a payload has more than {PAYLOAD_CHARS} characters")
        return shown
    wanted = OPENERS.get(button.type)
    if wanted is None:
        raise bad_param(f'button type "{button.type}"')
    if not isinstance(button.payload, dict) or button.payload.keys() != wanted:
        raise bad_param(f"the payload of {button.type} holds {', '.join(sorted(wanted))}")
    if button.type != "oa.open.url":
        return shown
    try:
        check_address(button.payload["url"])
    except Unfit as error:
        raise bad_param(f"url: {error}") from error
    return shown | {"url": button.payload["url"]}
