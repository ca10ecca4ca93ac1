"""The HTTP face of the stand-in Zalo Bot: JSON, form and query; faults; the envelope."""

import json

import aiohttp
from aiohttp import web

from simulator.mishaps import Dropped
from simulator.refusal import Json
from simulator.timekeeper import TIMEKEEPER
from simulator.zalo_bot_errors import BotRefused, bad_request
from simulator.zalo_bot_methods import found, read_call
from simulator.zalo_bot_world import ZALO_BOT
from simulator.zalo_fetch import HTTP

FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


async def handle_call(request: web.Request) -> web.StreamResponse:
    """/bot<token>/<method>, GET or POST."""
    bot, name = request.app[ZALO_BOT], request.match_info["method"]
    fields: Json = {}
    try:
        method = found(bot, request.match_info["token"], name)
        fields = await _fields(request)
        if method.counted:
            await request.app[TIMEKEEPER].catch_up()
        http: aiohttp.ClientSession = request.app[HTTP]
        result = await bot.faults.meet(
            name, fields.get("chat_id"), lambda: method.run(bot, read_call(method, fields), http)
        )
    except BotRefused as refusal:
        bot.calls.append({"method": name, "fields": fields, "error_code": refusal.error_code})
        return web.json_response(refusal.as_json(), status=refusal.status)
    except Dropped:
        bot.calls.append({"method": name, "fields": fields, "error_code": None})
        if request.transport is not None:
            request.transport.abort()
        return web.Response()
    bot.calls.append({"method": name, "fields": fields, "error_code": 0})
    if name == "getUpdates" and (request.transport is None or request.transport.is_closing()):
        bot.waiting.appendleft(result)  # the poller hung up before anything came
        bot.wake()
    return web.json_response({"ok": True} | ({"result": result} if name != "sendChatAction" else {}))


async def _fields(request: web.Request) -> Json:
    """Parameters of the query and the body; a list comes in forms as JSON text."""
    fields: Json = dict(request.query)
    if request.method == "POST" and request.content_type == "application/json":
        fields |= _object(await request.read())
    elif request.method == "POST" and request.content_type in FORMS:
        for name, text in (await request.post()).items():
            if not isinstance(text, str):
                raise bad_request(f"{name}: files cannot be uploaded")
            fields[name] = text
    if isinstance(styles := fields.get("text_styles"), str):
        fields["text_styles"] = _object(b'{"list": %s}' % styles.encode())["list"]
    return fields


def _object(body: bytes) -> Json:
    try:
        read = json.loads(body) if body else {}
    except ValueError as error:
        raise bad_request("the JSON cannot be read") from error
    if not isinstance(read, dict):
        raise bad_request("a JSON object is needed")
    return read


def add_routes(app: web.Application) -> None:
    """Serve the bot under a path of its own, where a wrong token is told in this bot's words."""
    app.router.add_route("*", "/zalo-bot/bot{token:[^/]+}/{method}", handle_call)
