"""The HTTP face of the Official Account's API: token, rate, faults, envelope; unknown things are refused."""

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

from simulator.mishaps import Dropped
from simulator.refusal import Json
from simulator.timekeeper import TIMEKEEPER
from simulator.zalo_fetch import HTTP
from simulator.zalo_oa_errors import OaRefused, bad_param
from simulator.zalo_oa_sending import ask_quota, react, send_consultation
from simulator.zalo_oa_templates import send_to_phone, send_to_user, show_quota, show_status
from simulator.zalo_oa_uploads import RULES, upload
from simulator.zalo_oa_users import show_account, show_user
from simulator.zalo_oa_wire import (
    Consultation,
    Nothing,
    OfTemplateMessage,
    OfUser,
    Reaction,
    TemplateToPhone,
    TemplateToUser,
    Wire,
    read,
)
from simulator.zalo_oa_world import OA, Oa

BUSINESS = "/message/"
UPLOADS = "/v2.0/oa/upload/"
SHUT_DOWN = frozenset({"/v3.0/oa/message/transaction", "/v3.0/oa/message/promotion", "/v2.0/oa/message"})


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the body that it reads and what it does."""

    fields: type[Wire]
    run: Callable[[Oa, Any, aiohttp.ClientSession], Awaitable[Json]]


CALLS = {
    ("POST", "/v3.0/oa/message/cs"): Call(Consultation, send_consultation),
    ("POST", "/v2.0/oa/message"): Call(Reaction, react),
    ("POST", "/v3.0/oa/quota/message"): Call(OfUser, ask_quota),
    ("POST", "/v3.0/oa/message/template"): Call(TemplateToUser, send_to_user),
    ("GET", "/v3.0/oa/user/detail"): Call(OfUser, show_user),
    ("GET", "/v2.0/oa/getoa"): Call(Nothing, show_account),
    ("POST", "/message/template"): Call(TemplateToPhone, send_to_phone),
    ("GET", "/message/status"): Call(OfTemplateMessage, show_status),
    ("GET", "/message/quota"): Call(Nothing, show_quota),
}


async def handle(request: web.Request) -> web.StreamResponse:
    """Any path of the API's hosts."""
    oa = request.app[OA]
    fields: Json = {}
    headers = {"X-RateLimit-Limit": str(oa.settings.calls_per_minute), "X-RateLimit-Remain": "0"}
    try:
        left = oa.spend()
        headers["X-RateLimit-Remain"] = str(left)
        await request.app[TIMEKEEPER].catch_up()
        _authorise(oa, request)
        fields = await _fields(request)
        data = await oa.faults.meet(request.path, _user(fields), lambda: _perform(request, fields))
    except OaRefused as refusal:
        _remember(oa, request, fields, refusal.error)
        return web.json_response(refusal.as_json(), status=refusal.status, headers=headers)
    except Dropped:
        _remember(oa, request, fields, None)
        if request.transport is not None:
            request.transport.abort()
        return web.Response()
    _remember(oa, request, fields, 0)
    return web.json_response({"data": data, "error": 0, "message": "Success"}, headers=headers)


def _authorise(oa: Oa, request: web.Request) -> None:
    """The bare header access_token; the business host names a wrong one by a code of its own."""
    token = request.headers.get("access_token", "")
    try:
        oa.grants.check(token)
    except OaRefused:
        if request.path.startswith(BUSINESS):
            raise OaRefused(-124) from None
        raise
    proof = request.headers.get("appsecret_proof")
    right = hmac.new(oa.settings.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
    if proof != right and (proof is not None or oa.settings.proof_required):
        raise OaRefused(-242)


async def _fields(request: web.Request) -> Json:
    """The parameters: a JSON body; of a GET one query parameter `data` (of the business host plain ones)."""
    if request.path.startswith(UPLOADS):
        return {}
    if request.method == "POST":
        if request.query:
            raise bad_param("a POST has no query")
        if request.content_type != "application/json":
            raise bad_param("send application/json")
        return _object(await request.read())
    if request.path.startswith(BUSINESS):
        return dict(request.query)
    if request.query.keys() - {"data"}:
        raise bad_param("a GET has one query parameter, data")
    return _object(request.query["data"]) if "data" in request.query else {}


def _object(text: bytes | str) -> Json:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise bad_param("the JSON cannot be read") from error
    if not isinstance(found, dict):
        raise bad_param("a JSON object is needed")
    return found


def _user(fields: Json) -> object:
    """Whom a call concerns, for faults that are meant for one user."""
    recipient = fields.get("recipient")
    inner = recipient.get("user_id") if isinstance(recipient, dict) else None
    return inner or fields.get("user_id") or fields.get("phone")


async def _perform(request: web.Request, fields: Json) -> Json:
    oa, path = request.app[OA], request.path
    kind = path.removeprefix(UPLOADS)
    if path.startswith(UPLOADS) and request.method == "POST" and kind in RULES:
        return await upload(oa, kind, request)
    call = CALLS.get((request.method, path))
    if path in SHUT_DOWN and (call is None or "message" in fields):
        raise OaRefused(-240)
    if call is None:
        raise OaRefused(404, f"{request.method} {path}")
    return await call.run(oa, read(fields, call.fields), request.app[HTTP])


def _remember(oa: Oa, request: web.Request, fields: Json, error: int | None) -> None:
    """Keep the call for tests; None is a dropped connection."""
    oa.calls.append({"verb": request.method, "path": request.path, "fields": fields, "error": error})


def add_routes(app: web.Application) -> None:
    """Serve the API in `app`."""
    for path in (r"/v{version:[0-9.]+}/oa/{rest:.*}", "/message/{rest:.*}", "/template/{rest:.*}"):
        app.router.add_route("*", path, handle)
