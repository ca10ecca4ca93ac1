"""How the control API under /sim reads requests and answers them."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from aiohttp import web

from simulator.actions import Impossible
from simulator.refusal import Json

T = TypeVar("T")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def decoded(body: bytes, kind: type[T]) -> T:
    """A JSON body as `kind`; a bad one is answered with 400 and the reason."""
    try:
        return msgspec.json.decode(body or b"{}", type=kind)
    except msgspec.MsgspecError as error:
        raise web.HTTPBadRequest(text=f"the request is not right: {error}") from error


async def read(request: web.Request, kind: type[T]) -> T:
    """The request's JSON as `kind`; a bad one is answered with 400 and the reason."""
    return decoded(await request.read(), kind)


def done(body: Json) -> web.Response:
    """`{"ok": true, …}`."""
    return web.Response(body=msgspec.json.encode({"ok": True, **body}), content_type="application/json")


@web.middleware
async def plain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors of the control API are JSON with one sentence; the messengers have answers of their own."""
    if not request.path.startswith("/sim/"):
        return await handler(request)
    try:
        return await handler(request)
    except Impossible as error:
        return web.json_response({"ok": False, "error": str(error)}, status=400)
    except web.HTTPException as error:
        return web.json_response({"ok": False, "error": error.text}, status=error.status)
