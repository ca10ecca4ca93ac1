"""What the owner of a phone can do in the chat, each as the update that Telegram would send to the bot."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulator.content import forwarded, place, quoted
from simulator.deeds import (
    Contact,
    Deed,
    Forward,
    Key,
    Move,
    OfMessage,
    Place,
    Plain,
    Press,
    Rewrite,
    Spot,
    Start,
    Text,
    Upload,
)
from simulator.files import StoredFile, sample_photo
from simulator.formatting import detect
from simulator.people import Phone
from simulator.refusal import Json, Refused
from simulator.world import Stored, World

START = "/start"


class Impossible(Exception):  # noqa: N818 - says what a phone cannot do
    """The owner of the phone cannot do this; the text says why."""


@dataclass(frozen=True, slots=True)
class Action:
    """An action: what it takes and what it does; answers what the control API shows."""

    fields: type[Deed]
    run: Callable[[World, Phone, Any], Json]


def words(text: str) -> Json:
    """A user's text with the entities Telegram finds in it."""
    text = text.strip()
    if not text:
        raise Impossible("an empty text cannot be sent")
    found = detect(text)
    return {"text": text} | ({"entities": found} if found else {})


def say(world: World, phone: Phone, deed: Deed, content: Json) -> Json:
    """Put the owner's message into the chat and tell the bot."""
    if phone.deactivated:
        raise Impossible("a deactivated account cannot write")
    chat_id = phone.id if deed.chat_id is None else deed.chat_id
    if chat_id != phone.id and chat_id not in world.groups:
        raise Impossible(f"there is no group {chat_id}")
    if chat_id == phone.id and phone.blocked:
        raise Impossible("the bot is blocked on this phone; unblock it first")
    if deed.reply_to is not None:
        content = {"reply_to_message": quoted(_message(world, chat_id, deed.reply_to)), **content}
    if chat_id == phone.id and not phone.started:
        phone.started = True
        world.show_phone(phone)
    stored = world.post(chat_id, content, phone.as_user())
    return _told(world, {"message": stored.body})


def _told(world: World, update: Json) -> Json:
    return {"update_id": world.mailbox.put(update), **update}


def _message(world: World, chat_id: int, message_id: int) -> Stored:
    stored = world.find(chat_id, message_id)
    if stored is None:
        raise Impossible(f"there is no message {message_id} in chat {chat_id}")
    return stored


def _own(world: World, phone: Phone, deed: Move | OfMessage | Rewrite) -> Stored:
    stored = _message(world, phone.id if deed.chat_id is None else deed.chat_id, deed.message_id)
    if stored.body["from"]["id"] != phone.id:
        raise Impossible(f"message {deed.message_id} is not of this phone's owner")
    return stored


def _rewritten(world: World, stored: Stored, content: Json) -> Json:
    stored.body = {**stored.body, **content, "edit_date": world.clock.seconds()}
    world.changed(stored)
    return _told(world, {"edited_message": stored.body})


def send_text(world: World, phone: Phone, deed: Text) -> Json:
    """Type and send."""
    return say(world, phone, deed, words(deed.text))


def start(world: World, phone: Phone, deed: Start) -> Json:
    """Press START, which sends "/start" with the link's payload."""
    return say(world, phone, deed, words(f"{START} {deed.payload}".strip()))


def press(world: World, phone: Phone, deed: Press) -> Json:
    """Press an inline button; a button with an address opens it and tells the bot nothing."""
    stored, button = _inline_button(world, phone, deed)
    if "callback_data" not in button:
        return {"update_id": None, "url": button.get("url"), "button": button}
    query_id = world.press(phone)
    query = {
        "id": query_id,
        "from": phone.as_user(),
        "message": stored.body,
        "chat_instance": str(-stored.body["chat"]["id"]),
        "data": button["callback_data"],
    }
    return _told(world, {"callback_query": query}) | {"callback_query_id": query_id}


def _inline_button(world: World, phone: Phone, deed: Press) -> tuple[Stored, Json]:
    chat_id = phone.id if deed.chat_id is None else deed.chat_id
    candidates = (
        [_message(world, chat_id, deed.message_id)]
        if deed.message_id is not None
        else list(reversed(world.messages.get(chat_id, {}).values()))
    )
    for stored in candidates:
        rows = stored.body.get("reply_markup", {}).get("inline_keyboard", [])
        for row_number, row in enumerate(rows):
            for col_number, button in enumerate(row):
                if _meant(deed, button, row_number, col_number):
                    return stored, button
    raise Impossible("there is no such button")


def _meant(deed: Press, button: Json, row: int, col: int) -> bool:
    if deed.callback_data is not None:
        return bool(button.get("callback_data") == deed.callback_data)
    if deed.text is not None:
        return bool(button["text"] == deed.text)
    return (deed.row or 0, deed.col or 0) == (row, col)


def press_key(world: World, phone: Phone, deed: Key) -> Json:
    """Press a button of the reply keyboard; what it asks for is sent as a reply to the prompt."""
    keyboard = phone.keyboard or {}
    keys = [key for row in keyboard.get("keyboard", []) for key in row]
    key = next((key for key in keys if key["text"] == deed.text), None)
    if key is None:
        raise Impossible(f'there is no key "{deed.text}" on the keyboard')
    prompt = Deed(reply_to=_prompt(world, phone))
    if keyboard.get("one_time_keyboard"):
        phone.keyboard = phone.keyboard_message_id = None
        world.show_phone(phone)
    if key.get("request_contact"):
        return send_contact(world, phone, Contact(reply_to=prompt.reply_to))
    if not key.get("request_location"):
        return say(world, phone, deed, words(deed.text))
    if deed.latitude is None or deed.longitude is None:
        raise Impossible("a location key needs latitude and longitude")
    location = _location(deed.latitude, deed.longitude, horizontal_accuracy=deed.horizontal_accuracy)
    return say(world, phone, prompt, {"location": location})


def _prompt(world: World, phone: Phone) -> int | None:
    number = phone.keyboard_message_id
    return number if number is not None and world.find(phone.id, number) else None


def _location(latitude: float, longitude: float, **more: float | None) -> Json:
    try:
        return place(latitude, longitude, **more)
    except Refused as error:
        raise Impossible(error.description) from error


def send_location(world: World, phone: Phone, deed: Spot) -> Json:
    """Share a position, or start to share it live."""
    location = _location(
        deed.latitude,
        deed.longitude,
        horizontal_accuracy=deed.horizontal_accuracy,
        live_period=deed.live_period,
        heading=deed.heading,
    )
    return say(world, phone, deed, {"location": location})


def move(world: World, phone: Phone, deed: Move) -> Json:
    """A live position moves: an edited message with the same number."""
    stored = _own(world, phone, deed)
    period = stored.body.get("location", {}).get("live_period")
    if period is None:
        raise Impossible(f"message {deed.message_id} is not a live location")
    location = _location(
        deed.latitude,
        deed.longitude,
        horizontal_accuracy=deed.horizontal_accuracy,
        live_period=period,
        heading=deed.heading,
    )
    return _rewritten(world, stored, {"location": location})


def stop_live(world: World, phone: Phone, deed: OfMessage) -> Json:
    """Sharing ends: an edit without live_period."""
    stored = _own(world, phone, deed)
    location = stored.body.get("location", {})
    if "live_period" not in location:
        raise Impossible(f"message {deed.message_id} is not a live location")
    last = {name: location[name] for name in ("latitude", "longitude")}
    return _rewritten(world, stored, {"location": last})


def send_venue(world: World, phone: Phone, deed: Place) -> Json:
    """Share a picked place."""
    location = _location(deed.latitude, deed.longitude)
    venue = {"location": location, "title": deed.title, "address": deed.address}
    return say(world, phone, deed, {"venue": venue, "location": location})


def send_contact(world: World, phone: Phone, deed: Contact) -> Json:
    """Share the own number, or somebody else's card."""
    if deed.phone_number:
        card: Json = {"phone_number": deed.phone_number, "first_name": deed.first_name or "?"}
        more: Json = {"last_name": deed.last_name, "user_id": deed.user_id}
    else:
        if not phone.phone_number:
            raise Impossible("this phone has no number (phone_number)")
        card = {"phone_number": phone.phone_number, "first_name": phone.first_name}
        more = {"last_name": phone.last_name, "user_id": phone.id}
    card |= {name: value for name, value in more.items() if value}
    return say(world, phone, deed, {"contact": card})


def _uploaded(world: World, deed: Upload, kind: str, example: Callable[[], bytes]) -> StoredFile:
    try:
        content = example() if deed.data is None else base64.b64decode(deed.data, validate=True)
        return world.files.add(content, deed.name, deed.mime, kind)
    except (binascii.Error, Refused) as error:
        raise Impossible(f"the file cannot be sent: {error}") from error


def _captioned(deed: Upload, content: Json) -> Json:
    return content | ({"caption": deed.caption} if deed.caption else {})


def send_photo(world: World, phone: Phone, deed: Upload) -> Json:
    """Send a photo."""
    stored = _uploaded(world, deed, "photo", sample_photo)
    try:
        sizes = world.files.photo(stored)
    except Refused as error:
        raise Impossible(f"the photo cannot be sent: {error.description}") from error
    return say(world, phone, deed, _captioned(deed, {"photo": sizes}))


def send_document(world: World, phone: Phone, deed: Upload) -> Json:
    """Send a file as it is."""
    if deed.data is None:
        deed.name, deed.mime = deed.name or "ghi-chu.txt", deed.mime or "text/plain"
    stored = _uploaded(world, deed, "document", "Tệp ví dụ".encode)
    return say(world, phone, deed, _captioned(deed, {"document": world.files.document(stored)}))


def send_voice(world: World, phone: Phone, deed: Upload) -> Json:
    """Send a voice message; the example holds no sound."""
    deed.mime = deed.mime or "audio/ogg"
    stored = _uploaded(world, deed, "voice", lambda: b"OggS stand-in")
    voice = stored.reference() | {"duration": deed.duration, "mime_type": stored.mime}
    return say(world, phone, deed, _captioned(deed, {"voice": voice}))


def send_sticker(world: World, phone: Phone, deed: Upload) -> Json:
    """Send a sticker, shown by its emoji."""
    stored = _uploaded(world, deed, "sticker", sample_photo)
    sticker = stored.reference() | {
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
        "emoji": deed.emoji,
    }
    return say(world, phone, deed, {"sticker": sticker})


def forward(world: World, phone: Phone, deed: Forward) -> Json:
    """Forward a message; protected ones cannot be."""
    original = _message(world, deed.from_chat_id, deed.message_id)
    if original.protected:
        raise Impossible("this message is protected: it cannot be forwarded")
    return say(world, phone, deed, forwarded(world, original))


def edit(world: World, phone: Phone, deed: Rewrite) -> Json:
    """Edit an own text."""
    stored = _own(world, phone, deed)
    if "text" not in stored.body:
        raise Impossible(f"message {deed.message_id} has no text")
    stored.body.pop("entities", None)
    return _rewritten(world, stored, words(deed.text))


def _membership(world: World, phone: Phone, old: str, new: str) -> Json:
    world.show_phone(phone)

    def member(status: str) -> Json:
        until = {"until_date": 0} if status == "kicked" else {}
        return {"user": world.bot(), "status": status, **until}

    change = {
        "chat": phone.as_chat(),
        "from": phone.as_user(),
        "date": world.clock.seconds(),
        "old_chat_member": member(old),
        "new_chat_member": member(new),
    }
    return _told(world, {"my_chat_member": change})


def block(world: World, phone: Phone, _: Plain) -> Json:
    """Block the bot."""
    if phone.blocked:
        raise Impossible("the bot is blocked already")
    phone.blocked = True
    return _membership(world, phone, "member", "kicked")


def unblock(world: World, phone: Phone, _: Plain) -> Json:
    """Let the bot write again."""
    if not phone.blocked:
        raise Impossible("the bot is not blocked")
    phone.blocked = False
    return _membership(world, phone, "kicked", "member")


def deactivate(world: World, phone: Phone, _: Plain) -> Json:
    """Delete the account, of which Telegram tells the bot nothing."""
    phone.deactivated = True
    world.show_phone(phone)
    return {"update_id": None}


ACTIONS = {
    "text": Action(Text, send_text),
    "start": Action(Start, start),
    "press": Action(Press, press),
    "key": Action(Key, press_key),
    "location": Action(Spot, send_location),
    "move": Action(Move, move),
    "stop-live": Action(OfMessage, stop_live),
    "venue": Action(Place, send_venue),
    "contact": Action(Contact, send_contact),
    "photo": Action(Upload, send_photo),
    "document": Action(Upload, send_document),
    "voice": Action(Upload, send_voice),
    "sticker": Action(Upload, send_sticker),
    "forward": Action(Forward, forward),
    "edit": Action(Rewrite, edit),
    "block": Action(Plain, block),
    "unblock": Action(Plain, unblock),
    "deactivate": Action(Plain, deactivate),
}
