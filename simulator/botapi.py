"""The HTTP face of the Bot API: reads forms, multipart and JSON, lets faults happen, answers."""

import inspect
import json

import msgspec
from aiohttp import web
from multidict import MultiDictProxy

from simulator import zalo_bot_api
from simulator.files import UPLOAD_BYTES, Files
from simulator.methods import METHODS, Method, read_call
from simulator.mishaps import Dropped
from simulator.refusal import Json, Refused, bad_request
from simulator.sending import known_chat
from simulator.timekeeper import TIMEKEEPER
from simulator.world import World

WORLD: web.AppKey[World] = web.AppKey("world", World)
UNAUTHORIZED = Refused(401, "Unauthorized")
NOT_FOUND = Refused(404, "Not Found")
ATTACHED = "attach://"
PHOTO_FIELDS = frozenset({"photo"})
PROXY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"


async def handle_path(request: web.Request) -> web.StreamResponse:
    """/bot<token>/<method>: Zalo's bots have paths that look the same, so the token tells whose it is."""
    if request.match_info["token"] == request.app[WORLD].settings.zalo_bot.token:
        return await zalo_bot_api.handle_call(request)
    return await handle_call(request)


async def handle_call(request: web.Request) -> web.StreamResponse:
    """A call of the Bot API."""
    world = request.app[WORLD]
    name = request.match_info["method"]
    method = METHODS.get(name.lower())
    fields: Json = {}
    if request.match_info["token"] != world.settings.token:
        return _answer(UNAUTHORIZED.as_json(), UNAUTHORIZED.status)
    if method is None:
        return _answer(NOT_FOUND.as_json(), NOT_FOUND.status)
    try:
        fields = await read_fields(request, world.files)
        if method.counted:
            await request.app[TIMEKEEPER].catch_up()
        chat_id = fields.get("chat_id")
        result = await world.faults.meet(method.name, chat_id, lambda: perform(world, method, fields))
    except Refused as refusal:
        _remember(world, name, fields, refusal.status)
        if refusal.status == web.HTTPBadGateway.status_code:
            return web.Response(status=refusal.status, text=PROXY_PAGE, content_type="text/html")
        return _answer(refusal.as_json(), refusal.status)
    except Dropped:
        _remember(world, name, fields, 0)
        if request.transport is not None:
            request.transport.abort()
        return web.Response()
    _remember(world, name, fields, 200)
    return _answer({"ok": True, "result": result}, 200)


def _answer(body: Json, status: int) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), status=status, content_type="application/json")


def _remember(world: World, name: str, fields: Json, status: int) -> None:
    """Keep the call for tests; status 0 is a dropped connection."""
    world.calls.append({"method": name, "fields": fields, "status": status})


async def perform(world: World, method: Method, fields: Json) -> object:
    """Check the fields, count the message against the limits, and do it."""
    params = read_call(method, fields)
    if method.counted:
        world.limits.spend(known_chat(world, fields.get("chat_id", "")))
    result = method.run(world, params)
    return await result if inspect.isawaitable(result) else result


async def read_fields(request: web.Request, files: Files) -> Json:
    """The fields of a call from its query and body; an uploaded file becomes the id it is kept under."""
    fields: Json = dict(request.query)
    kind = request.content_type
    try:
        if request.method == "POST" and kind == "application/json":
            fields |= _object(await request.read())
        elif request.method == "POST" and kind in {
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        }:
            fields |= _form(await request.post(), files)
    except web.HTTPRequestEntityTooLarge:
        raise Refused(413, "Request Entity Too Large") from None
    except ValueError as error:
        raise bad_request(f"can't read the request: {error}") from error
    return fields


def _object(body: bytes) -> Json:
    try:
        found = json.loads(body) if body else {}
    except ValueError as error:
        raise bad_request("can't parse JSON object") from error
    if not isinstance(found, dict):
        raise bad_request("object expected")
    return found


def _form(form: MultiDictProxy[str | bytes | bytearray | web.FileField], files: Files) -> Json:
    fields: Json = {}
    parts: dict[str, web.FileField] = {}
    for name, value in form.items():
        if isinstance(value, web.FileField):
            parts[name] = value
        else:
            fields[name] = value if isinstance(value, str) else bytes(value).decode()
    for name, value in list(fields.items()):
        if isinstance(value, str) and value.startswith(ATTACHED):
            part = value.removeprefix(ATTACHED)
            if part not in parts:
                raise bad_request(f'file "{part}" is not attached')
            fields[name] = _kept(parts.pop(part), name, files)
    return fields | {name: _kept(part, name, files) for name, part in parts.items()}


def _kept(part: web.FileField, field_name: str, files: Files) -> str:
    with part.file as opened:
        content = opened.read()
    if len(content) > UPLOAD_BYTES:
        raise Refused(413, "Request Entity Too Large")
    kind = "photo" if field_name in PHOTO_FIELDS else "document"
    return files.add(content, part.filename, part.content_type, kind).file_id


async def handle_file(request: web.Request) -> web.StreamResponse:
    """/file/bot<token>/<path>."""
    world = request.app[WORLD]
    if request.match_info["token"] != world.settings.token:
        return _answer(UNAUTHORIZED.as_json(), UNAUTHORIZED.status)
    stored = world.files.at(request.match_info["path"])
    if stored is None:
        return _answer(NOT_FOUND.as_json(), NOT_FOUND.status)
    return web.Response(body=stored.content, content_type="application/octet-stream")


def add_routes(app: web.Application) -> None:
    """Serve the Bot API in `app`."""
    app.router.add_route("*", "/bot{token:[^/]+}/{method}", handle_path)
    app.router.add_get("/file/bot{token:[^/]+}/{path:.+}", handle_file)
