"""The host that trades tokens: the page where an administrator consents, and the exchange (OAuth v4)."""

import hmac
from html import escape
from urllib.parse import urlencode

from aiohttp import web

from simulator.mishaps import Dropped
from simulator.refusal import Json
from simulator.zalo_oa_errors import OaRefused, OauthRefused
from simulator.zalo_oa_tokens import BAD_APP, BAD_CODE, BAD_SECRET
from simulator.zalo_oa_world import OA, Oa

PERMISSION = "/v4/oa/permission"
ACCESS_TOKEN = "/v4/oa/access_token"  # noqa: S105 - a path
ASKED = ("app_id", "redirect_uri", "code_challenge", "state")
TRADES = {
    "authorization_code": {"code", "app_id", "grant_type", "code_verifier"},
    "refresh_token": {"refresh_token", "app_id", "grant_type"},
}
PAGE = """<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Zalo OA (mô phỏng)</title>
<style>body{{font:1.1rem sans-serif;max-width:28rem;margin:3rem auto;padding:0 1rem;color:#0b2540}}
h1{{color:#0068ff;font-size:1.4rem}}button{{background:#0068ff;color:#fff;border:0;border-radius:8px;
font:inherit;padding:.8rem 1.4rem}}</style></head>
<body><h1>Zalo OA (mô phỏng)</h1><p>Ứng dụng {app} xin quyền nhắn tin thay mặt
<b>{name}</b>.</p>
<form method="post">{fields}<button>Cho phép</button></form></body></html>
"""


async def ask(request: web.Request) -> web.Response:
    """GET /v4/oa/permission: the question, with one button."""
    oa, wanted = request.app[OA], dict(request.query)
    try:
        _allow(oa, wanted)
    except OauthRefused as refusal:
        return web.json_response(refusal.as_json())
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(text)}">' for name, text in wanted.items()
    )
    page = PAGE.format(app=escape(wanted["app_id"]), name=escape(oa.settings.oa_name), fields=hidden)
    return web.Response(text=page, content_type="text/html")


async def consent(request: web.Request) -> web.Response:
    """The button was pressed: back to the app's callback with code, oa_id and state."""
    oa, wanted = request.app[OA], await _form(request)
    try:
        _allow(oa, wanted)
        code = oa.grants.consent(wanted["app_id"], wanted["redirect_uri"], wanted["code_challenge"])
    except OauthRefused as refusal:
        return web.json_response(refusal.as_json())
    answer = {"code": code, "oa_id": oa.settings.oa_id}
    answer |= {"state": wanted["state"]} if "state" in wanted else {}
    glue = "&" if "?" in wanted["redirect_uri"] else "?"
    return web.Response(status=302, headers={"Location": wanted["redirect_uri"] + glue + urlencode(answer)})


def _allow(oa: Oa, wanted: dict[str, str]) -> None:
    if extra := wanted.keys() - set(ASKED):
        raise OauthRefused(BAD_CODE, "Invalid parameter", f"unknown: {', '.join(sorted(extra))}")
    oa.grants.allow(*(wanted.get(name, "") for name in ASKED[:3]))


async def trade(request: web.Request) -> web.StreamResponse:
    """POST /v4/oa/access_token: a code or a refresh token for the next pair."""
    oa = request.app[OA]
    wanted = await _form(request)

    async def run() -> Json:
        return _traded(oa, request, wanted)

    try:
        answer = await oa.faults.meet(ACCESS_TOKEN, None, run)
    except OauthRefused as refusal:
        answer = refusal.as_json()
    except OaRefused as refusal:
        named = OauthRefused(refusal.error, refusal.message, refusal.message)
        return web.json_response(named.as_json(), status=refusal.status)
    except Dropped:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()
    oa.calls.append(
        {
            "verb": "POST",
            "path": ACCESS_TOKEN,
            "grant": wanted.get("grant_type"),
            "error": answer.get("error", 0),
        }
    )
    return web.json_response(answer)


def _traded(oa: Oa, request: web.Request, wanted: dict[str, str]) -> Json:
    names = TRADES.get(wanted.get("grant_type", ""))
    if request.content_type != "application/x-www-form-urlencoded" or names != wanted.keys():
        raise OauthRefused(
            BAD_CODE, "Invalid parameter", "a form with the fields of its grant_type is needed"
        )
    if wanted["app_id"] != oa.settings.app_id:
        raise OauthRefused(BAD_APP, "Invalid app id", "app_id is not the app's")
    secret = request.headers.get("secret_key", "")
    if not hmac.compare_digest(secret.encode(), oa.settings.app_secret.encode()):
        raise OauthRefused(BAD_SECRET, "Invalid secret key", "the header secret_key is not the app's secret")
    if wanted["grant_type"] == "refresh_token":
        return oa.grants.trade_refresh(wanted["refresh_token"])
    return oa.grants.trade_code(wanted["code"], wanted["code_verifier"])


async def _form(request: web.Request) -> dict[str, str]:
    return {name: text for name, text in (await request.post()).items() if isinstance(text, str)}


def add_routes(app: web.Application) -> None:
    """Serve the host in `app`."""
    app.router.add_get(PERMISSION, ask)
    app.router.add_post(PERMISSION, consent)
    app.router.add_post(ACCESS_TOKEN, trade)
