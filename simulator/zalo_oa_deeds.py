"""What the owner of a phone with Zalo can do in the chat with the Official Account, each as Zalo's event."""

import hashlib
import json

from simulator.actions import Impossible
from simulator.refusal import Json
from simulator.zalo_deeds import (
    Card,
    Picked,
    Plain,
    Press,
    Raw,
    Share,
    Spot,
    Text,
    Upload,
    button_of,
    example_photo,
    kept,
    shown_file,
)
from simulator.zalo_messages import new_message, text_content
from simulator.zalo_oa_drafts import QUERIES, SHARE
from simulator.zalo_oa_events import echo, followed, from_user, receipt, received, submitted, tell
from simulator.zalo_oa_world import Oa
from simulator.zalo_people import ZaloPhone
from simulator.zalo_phones import Action


def say(oa: Oa, phone: ZaloPhone, kind: str, content: Json, message: Json, *, hidden: bool = False) -> Json:
    """The owner sends something: into the chat unless hidden, and as an event; the window opens anew."""
    stored = new_message(oa.clock, content, from_account=False)
    if not hidden:
        oa.keep(phone, stored)
    interacted(oa, phone)
    event = from_user(oa, phone, f"user_send_{kind}", message | {"msg_id": stored["message_id"]})
    return {"message": stored, "event": event}


def interacted(oa: Oa, phone: ZaloPhone) -> None:
    """Seven days begin anew; who writes after "Bỏ quan tâm" may be answered."""
    phone.last_interaction = oa.clock.now()
    if phone.follows is False:
        phone.follows = None
    oa.show(phone)


def send_text(oa: Oa, phone: ZaloPhone, deed: Text, _: str) -> Json:
    """Type and send."""
    text = deed.text.strip()
    if not text:
        raise Impossible("an empty text cannot be sent")
    quoted = {"quote_msg_id": deed.reply_to} if deed.reply_to else {}
    if deed.reply_to and deed.reply_to not in phone.messages:
        raise Impossible(f"there is no message {deed.reply_to}")
    shown = {"reply_to_message": phone.messages[deed.reply_to]} if deed.reply_to else {}
    return say(oa, phone, "text", shown | text_content(text), {"text": text} | quoted)


def press(oa: Oa, phone: ZaloPhone, deed: Press, _: str) -> Json:
    """Press a button: it sends its payload as a text, opens an address, or shares the profile."""
    button = button_of(phone, deed)
    if button["type"] == SHARE:
        return share(oa, phone, Share(), "")
    if button["type"] not in QUERIES:
        return {"event": None, "url": button.get("url"), "button": button}
    payload = str(button["payload"])
    hidden = button["type"] == "oa.query.hide"
    return say(oa, phone, "text", text_content(payload), {"text": payload}, hidden=hidden)


def follow(oa: Oa, phone: ZaloPhone, _: Plain, __: str) -> Json:
    """Press "Quan tâm"."""
    if phone.follows:
        raise Impossible("this phone follows the OA already")
    phone.follows = True
    interacted(oa, phone)
    return {"event": followed(oa, phone, "follow", "oa_profile")}


def unfollow(oa: Oa, phone: ZaloPhone, _: Plain, __: str) -> Json:
    """Press "Bỏ quan tâm"."""
    if phone.follows is False:
        raise Impossible("this phone does not follow the OA")
    phone.follows = False
    oa.show(phone)
    return {"event": followed(oa, phone, "unfollow", "oa_profile")}


def send_location(oa: Oa, phone: ZaloPhone, deed: Spot, _: str) -> Json:
    """Pick a place on Zalo's map: coordinates as strings, no accuracy, the place's name where it has one."""
    coordinates = {"latitude": str(deed.latitude), "longitude": str(deed.longitude)}
    message: Json = {"attachments": [{"type": "location", "payload": {"coordinates": coordinates}}]}
    shown: Json = {"location": {"latitude": deed.latitude, "longitude": deed.longitude}}
    if deed.name:
        message["text"] = deed.name
        shown = {"venue": {"title": deed.name, "address": f"{deed.latitude}, {deed.longitude}"}} | shown
    return say(oa, phone, "location", shown, message)


def send_photo(oa: Oa, phone: ZaloPhone, deed: Upload, root: str) -> Json:
    """Send a photo."""
    stored = example_photo(oa.files, deed)
    url = f"{root}/zdn/{stored.file_id}"
    message: Json = {"attachments": [{"type": "image", "payload": {"thumbnail": url, "url": url}}]}
    shown: Json = {"photo": oa.files.photo(stored)}
    if deed.caption:
        message["text"], shown["caption"] = deed.caption, deed.caption
    return say(oa, phone, "image", shown, message)


def send_file(oa: Oa, phone: ZaloPhone, deed: Upload, root: str) -> Json:
    """Send a file as it is."""
    stored = kept(oa.files, deed, "document", "Tệp ví dụ".encode(), "ghi-chu.csv")
    payload = {
        "size": str(len(stored.content)),
        "name": stored.name,
        "checksum": hashlib.md5(stored.content, usedforsecurity=False).hexdigest(),
        "type": stored.name.rpartition(".")[2],
        "url": f"{root}/zdn/{stored.file_id}",
    }
    message: Json = {"attachments": [{"type": "file", "payload": payload}]}
    return say(oa, phone, "file", {"document": shown_file(stored)}, message)


def send_voice(oa: Oa, phone: ZaloPhone, deed: Upload, root: str) -> Json:
    """Send a voice message; the example holds no sound."""
    stored = kept(oa.files, deed, "voice", b"stand-in", "tieng-noi.aac")
    payload = {"url": f"{root}/zdn/{stored.file_id}"}
    shown = {"voice": {"duration": 3}}
    return say(oa, phone, "audio", shown, {"attachments": [{"type": "audio", "payload": payload}]})


def send_card(oa: Oa, phone: ZaloPhone, deed: Card, _: str) -> Json:
    """Send somebody's business card; the shape of its description is [recalled], not documented."""
    description = json.dumps({"phone": deed.phone_number}, ensure_ascii=False)
    payload = {"thumbnail": "", "description": description, "url": "https://zalo.me/"}
    shown = {"contact": {"first_name": deed.name, "phone_number": deed.phone_number}}
    return say(oa, phone, "business_card", shown, {"attachments": [{"type": "link", "payload": payload}]})


def send_sticker(oa: Oa, phone: ZaloPhone, deed: Picked, root: str) -> Json:
    """Send a sticker."""
    payload = {"url": f"{root}/zdn/sticker", "id": deed.id}
    shown = {"sticker": {"emoji": deed.emoji}}
    return say(oa, phone, "sticker", shown, {"attachments": [{"type": "sticker", "payload": payload}]})


def share(oa: Oa, phone: ZaloPhone, deed: Share, _: str) -> Json:
    """Answer a request for the profile with the own number, or with what is given."""
    if not any(_asks(message) for message in phone.messages.values()):
        raise Impossible("the OA has not asked for the profile")
    number = deed.phone_number or phone.number
    if not number:
        raise Impossible("this phone has no number (phone_number)")
    where = {"user_city": "Hà Nội", "user_ward": "", "user_address": deed.address}
    info = {"name": deed.name or phone.name, "phone": number, "user_dob": deed.birth, "full_address": where}
    phone.shared = {
        "name": info["name"],
        "phone": number,
        "address": deed.address,
        "city": "",
        "district": "",
    }
    interacted(oa, phone)
    oa.put(phone, {"contact": {"first_name": info["name"], "phone_number": number}}, from_oa=False)
    return {"event": submitted(oa, phone, info)}


def _asks(message: Json) -> bool:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return any(button["type"] == SHARE for row in rows for button in row)


def see(oa: Oa, phone: ZaloPhone, _: Plain, __: str) -> Json:
    """Look at the chat: what was not seen yet is seen."""
    if not phone.unseen or not phone.online:
        return {"event": None}
    numbers, phone.unseen = phone.unseen, []
    return {"event": receipt(oa, phone, "user_seen_message", {"msg_ids": numbers})}


def go_offline(oa: Oa, phone: ZaloPhone, _: Plain, __: str) -> Json:
    """The phone loses its network: receipts wait."""
    phone.online = False
    oa.show(phone)
    return {}


def go_online(oa: Oa, phone: ZaloPhone, _: Plain, __: str) -> Json:
    """The network is back: what had waited is told."""
    phone.online = True
    waiting, phone.held = phone.held, []
    for let_know in waiting:
        let_know()
    oa.show(phone)
    return {"told": len(waiting)}


def staff(oa: Oa, phone: ZaloPhone, deed: Text, _: str) -> Json:
    """A human writes to this user in OA Manager; the echo names the administrator."""
    message = oa.put(phone, text_content(deed.text) | {"note": "nhân viên OA"}, from_oa=True)
    event = echo(
        oa, phone, "text", {"text": deed.text, "msg_id": message["message_id"]}, admin_id="1618033988"
    )
    received(oa, phone, message["message_id"])
    return {"message": message, "event": event}


def raw_event(oa: Oa, phone: ZaloPhone, deed: Raw, _: str) -> Json:
    """Tell the app any event of this user, also kinds that do not exist; what is missing is filled in."""
    base: Json = {
        "app_id": oa.settings.app_id,
        "sender": {"id": phone.id},
        "recipient": {"id": oa.settings.oa_id},
        "user_id_by_app": phone.id_by_app,
        "timestamp": oa.now_ms(),
    }
    return {"event": tell(oa, base | deed.body)}


ACTIONS = {
    "text": Action(Text, send_text),
    "press": Action(Press, press),
    "follow": Action(Plain, follow),
    "unfollow": Action(Plain, unfollow),
    "location": Action(Spot, send_location),
    "photo": Action(Upload, send_photo),
    "document": Action(Upload, send_file),
    "voice": Action(Upload, send_voice),
    "sticker": Action(Picked, send_sticker),
    "contact": Action(Card, send_card),
    "share": Action(Share, share),
    "seen": Action(Plain, see),
    "offline": Action(Plain, go_offline),
    "online": Action(Plain, go_online),
    "staff": Action(Text, staff),
    "event": Action(Raw, raw_event),
}
