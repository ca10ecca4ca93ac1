"""The methods of the Zalo Bot Platform and the parameters they read; unknown ones are refused."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import msgspec
from msgspec import Struct

from simulator.formatting import read_text
from simulator.refusal import Json, Refused
from simulator.zalo_bot_errors import BotRefused, bad_request
from simulator.zalo_bot_world import ZaloBot
from simulator.zalo_fetch import Unfit, check_address, fetch_picture
from simulator.zalo_messages import text_content

TEXT_CHARS = 2000
PHOTO_BYTES = 10 * 1024 * 1024
SECRET = re.compile(r"\S{8,256}")
POLL_SECONDS = 30


class Wire(Struct, forbid_unknown_fields=True, kw_only=True):
    """The parameters of a method."""


class Nothing(Wire):
    """No parameters."""


class GetUpdates(Wire):
    """The longest wait, in seconds."""

    timeout: int | str = POLL_SECONDS


class SetWebhook(Wire):
    """Both are needed."""

    url: str
    secret_token: str


class SendMessage(Wire):
    """A text."""

    chat_id: str
    text: str
    parse_mode: str | None = None
    text_styles: list[Json] | None = None


class SendPhoto(Wire):
    """A picture at a public address."""

    chat_id: str
    photo: str
    caption: str | None = None


class SendSticker(Wire):
    """A sticker by its id."""

    chat_id: str
    sticker: str


class SendChatAction(Wire):
    """What the bot is seen to do."""

    chat_id: str
    action: str


class SendVoice(Wire):
    """Sound at a public address."""

    chat_id: str
    voice_url: str


@dataclass(frozen=True, slots=True)
class Method:
    """A method: what it reads, what it does, and whether it counts as a message."""

    fields: type[Wire]
    run: Callable[[ZaloBot, Any, aiohttp.ClientSession], Awaitable[Json]]
    counted: bool = False


async def get_me(bot: ZaloBot, _: Nothing, __: aiohttp.ClientSession) -> Json:
    """GetMe."""
    name = {"id": bot.settings.bot_id, "account_name": bot.settings.name}
    return name | {"account_type": "BASIC", "can_join_groups": True}


async def get_updates(bot: ZaloBot, call: GetUpdates, _: aiohttp.ClientSession) -> Json:
    """GetUpdates: one event, gone with this answer."""
    if bot.webhook_url:
        raise bad_request("a webhook is set; delete it first")
    if not str(call.timeout).isdigit():
        raise bad_request("timeout is a number of seconds")
    return await bot.poll(int(call.timeout))


async def set_webhook(bot: ZaloBot, call: SetWebhook, _: aiohttp.ClientSession) -> Json:
    """SetWebhook; plain http is taken on this machine alone."""
    try:
        check_address(call.url)
    except Unfit as error:
        raise bad_request(f"url: {error}") from error
    if not SECRET.fullmatch(call.secret_token):
        raise bad_request("secret_token has 8 to 256 characters")
    bot.webhook_url, bot.secret, bot.updated_at = call.url, call.secret_token, bot.now_ms()
    bot.pushes.extend(bot.waiting)
    bot.waiting.clear()
    bot.wake()
    return webhook_info(bot)


async def delete_webhook(bot: ZaloBot, _: Nothing, __: aiohttp.ClientSession) -> Json:
    """DeleteWebhook."""
    bot.webhook_url, bot.secret, bot.updated_at = "", "", bot.now_ms()
    bot.waiting.extend(bot.pushes)
    bot.pushes.clear()
    bot.wake()
    return webhook_info(bot)


async def get_webhook_info(bot: ZaloBot, _: Nothing, __: aiohttp.ClientSession) -> Json:
    """GetWebhookInfo."""
    return webhook_info(bot)


def webhook_info(bot: ZaloBot) -> Json:
    """Where events go, "" when nowhere."""
    return {"url": bot.webhook_url, "updated_at": bot.updated_at}


def chat(bot: ZaloBot, chat_id: str) -> str:
    """A chat that the bot knows: somebody wrote there first."""
    if chat_id in bot.groups or chat_id in bot.users & bot.phones.keys():
        return chat_id
    raise bad_request("chat not found")


def sized(text: str, what: str) -> str:
    """A text of 1 to 2,000 characters."""
    if not text.strip():
        raise bad_request(f"{what} is empty")
    if len(text) > TEXT_CHARS:
        raise bad_request(f"{what} has {len(text)} characters, at most {TEXT_CHARS}")
    return text


def _sent(bot: ZaloBot, chat_id: str, content: Json) -> Json:
    bot.count()
    number = bot.put(chat_id, content, from_bot=True)["message_id"]
    return {"message_id": number, "date": bot.now_ms()}


async def send_message(bot: ZaloBot, call: SendMessage, _: aiohttp.ClientSession) -> Json:
    """SendMessage; markdown is shown as it is written."""
    chat_id, content = chat(bot, call.chat_id), text_content(sized(call.text, "text"))
    if call.parse_mode not in {None, "markdown", "html"}:
        raise bad_request("parse_mode is markdown or html")
    if call.parse_mode == "html":
        try:
            plain, entities = read_text(call.text, "HTML", None)
        except Refused as error:
            raise bad_request(error.description) from error
        content = {"text": plain, "entities": entities}
    return _sent(bot, chat_id, content)


async def send_photo(bot: ZaloBot, call: SendPhoto, http: aiohttp.ClientSession) -> Json:
    """SendPhoto: the platform fetches the picture."""
    chat_id = chat(bot, call.chat_id)
    caption = {} if call.caption is None else {"caption": sized(call.caption, "caption")}
    try:
        content, mime = await fetch_picture(http, call.photo, PHOTO_BYTES)
        photo = bot.files.photo(bot.files.add(content, mime=mime, kind="photo"))
    except (Unfit, Refused) as error:
        raise bad_request(f"photo: {error}") from error
    return _sent(bot, chat_id, {"photo": photo} | caption)


async def send_sticker(bot: ZaloBot, call: SendSticker, _: aiohttp.ClientSession) -> Json:
    """SendSticker."""
    chat_id = chat(bot, call.chat_id)
    return _sent(bot, chat_id, {"sticker": {"emoji": "🙂", "id": sized(call.sticker, "sticker")}})


async def send_voice(bot: ZaloBot, call: SendVoice, _: aiohttp.ClientSession) -> Json:
    """SendVoice: an .aac file, in private chats only."""
    chat_id = chat(bot, call.chat_id)
    try:
        check_address(call.voice_url)
    except Unfit as error:
        raise bad_request(f"voice_url: {error}") from error
    if not call.voice_url.partition("?")[0].endswith(".aac"):
        raise bad_request("voice_url must end with .aac")
    if chat_id in bot.groups:
        raise bad_request("voice goes to private chats only")
    return _sent(bot, chat_id, {"voice": {"duration": 3}})


async def send_chat_action(bot: ZaloBot, call: SendChatAction, _: aiohttp.ClientSession) -> Json:
    """SendChatAction; typing alone."""
    chat_id = chat(bot, call.chat_id)
    if call.action != "typing":
        raise bad_request("action is typing")
    bot.publish({"kind": "action", "chat_id": chat_id, "action": call.action})
    return {}


METHODS = {
    "getMe": Method(Nothing, get_me),
    "getUpdates": Method(GetUpdates, get_updates),
    "setWebhook": Method(SetWebhook, set_webhook),
    "deleteWebhook": Method(Nothing, delete_webhook),
    "getWebhookInfo": Method(Nothing, get_webhook_info),
    "sendMessage": Method(SendMessage, send_message, counted=True),
    "sendPhoto": Method(SendPhoto, send_photo, counted=True),
    "sendSticker": Method(SendSticker, send_sticker, counted=True),
    "sendVoice": Method(SendVoice, send_voice, counted=True),
    "sendChatAction": Method(SendChatAction, send_chat_action),
}


def read_call(method: Method, fields: Json) -> Wire:
    """The parameters of a call; raises 400 with the reason."""
    try:
        return msgspec.convert(fields, type=method.fields)
    except msgspec.ValidationError as error:
        raise bad_request(str(error)) from error


def found(bot: ZaloBot, token: str, name: str) -> Method:
    """The method of a name; 401 for a wrong token, 404 for a wrong name."""
    if token != bot.settings.token:
        raise BotRefused(401)
    method = METHODS.get(name)
    if method is None:
        raise BotRefused(404, "method not found")
    return method
