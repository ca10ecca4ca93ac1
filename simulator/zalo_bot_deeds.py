"""What the owner of a phone with Zalo can do in the chat with the Zalo Bot, each as the platform's event."""

from simulator.actions import Impossible
from simulator.refusal import Json
from simulator.zalo_bot_world import ZaloBot
from simulator.zalo_deeds import Deed, Picked, Plain, Raw, Spot, Text, Upload, example_photo, kept, shown_file
from simulator.zalo_messages import text_content
from simulator.zalo_people import ZaloPhone
from simulator.zalo_phones import Action


def say(bot: ZaloBot, phone: ZaloPhone, deed: Deed, event_name: str, sent: tuple[Json, Json]) -> Json:
    """The owner sends something: `sent` is what the chat shows and what the event holds."""
    content, told = sent
    chat_id = deed.chat_id or phone.id
    if chat_id != phone.id and chat_id not in bot.groups:
        raise Impossible(f"there is no group {chat_id}")
    phone.last_interaction = bot.clock.now()
    stored = bot.put(chat_id, content, from_bot=False)
    bot.show(phone)
    message = {
        "from": {"id": phone.id, "display_name": phone.name, "is_bot": False},
        "chat": {"id": chat_id, "chat_type": "PRIVATE" if chat_id == phone.id else "GROUP"},
        "message_id": stored["message_id"],
        "date": bot.now_ms(),
    }
    event = {"event_name": f"message.{event_name}.received", "message": message | told}
    return {"message": stored, "event": bot.tell(event, phone.id)}


def send_text(bot: ZaloBot, phone: ZaloPhone, deed: Text, _: str) -> Json:
    """Type and send."""
    text = deed.text.strip()
    if not text:
        raise Impossible("an empty text cannot be sent")
    return say(bot, phone, deed, "text", (text_content(text), {"text": text}))


def send_photo(bot: ZaloBot, phone: ZaloPhone, deed: Upload, root: str) -> Json:
    """Send a photo; the bot gets its address."""
    stored = example_photo(bot.files, deed)
    caption = {"caption": deed.caption} if deed.caption else {}
    told = {"photo": f"{root}/zdn/{stored.file_id}"} | caption
    return say(bot, phone, deed, "image", ({"photo": bot.files.photo(stored)} | caption, told))


def send_voice(bot: ZaloBot, phone: ZaloPhone, deed: Upload, root: str) -> Json:
    """Send a voice message; the example holds no sound."""
    stored = kept(bot.files, deed, "voice", b"stand-in", "tieng-noi.aac")
    told = {"voice_url": f"{root}/zdn/{stored.file_id}"}
    return say(bot, phone, deed, "voice", ({"voice": {"duration": 3}}, told))


def send_sticker(bot: ZaloBot, phone: ZaloPhone, deed: Picked, root: str) -> Json:
    """Send a sticker."""
    told = {"sticker": deed.id, "url": f"{root}/zdn/sticker"}
    return say(bot, phone, deed, "sticker", ({"sticker": {"emoji": deed.emoji}}, told))


def send_location(bot: ZaloBot, phone: ZaloPhone, deed: Spot, _: str) -> Json:
    """Share a place, of which the bot learns nothing."""
    spot = {"latitude": deed.latitude, "longitude": deed.longitude}
    return say(bot, phone, deed, "unsupported", ({"location": spot}, {}))


def send_file(bot: ZaloBot, phone: ZaloPhone, deed: Upload, _: str) -> Json:
    """Send a file, of which the bot learns nothing."""
    stored = kept(bot.files, deed, "document", "Tệp ví dụ".encode(), "ghi-chu.txt")
    return say(bot, phone, deed, "unsupported", ({"document": shown_file(stored)}, {}))


def send_unsupported(bot: ZaloBot, phone: ZaloPhone, deed: Plain, _: str) -> Json:
    """Send something that the platform hides, a contact card or a protected sender's words."""
    return say(bot, phone, deed, "unsupported", ({"note": "tin bot không đọc được"}, {}))


def raw_event(bot: ZaloBot, phone: ZaloPhone, deed: Raw, _: str) -> Json:
    """Tell the bot any event, also kinds that do not exist."""
    return {"event": bot.tell(deed.body, phone.id)}


ACTIONS = {
    "text": Action(Text, send_text),
    "photo": Action(Upload, send_photo),
    "voice": Action(Upload, send_voice),
    "sticker": Action(Picked, send_sticker),
    "location": Action(Spot, send_location),
    "document": Action(Upload, send_file),
    "unsupported": Action(Plain, send_unsupported),
    "event": Action(Raw, raw_event),
}
