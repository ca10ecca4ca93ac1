"""The control API of the stand-ins for Zalo: their switches, tokens and failures on demand."""

from typing import TypeVar

import msgspec
from aiohttp import web

from simulator.control_json import done, read
from simulator.refusal import Json
from simulator.zalo_bot_world import ZALO_BOT, BotFault
from simulator.zalo_oa_settings import First
from simulator.zalo_oa_world import OA, OaFault

S = TypeVar("S")


class OaChange(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What may be changed of the Official Account while it runs; `webhook_on` is the console's switch."""

    webhook_url: str | None = None
    webhook_on: bool | None = None
    redirect_uri: str | None = None
    signature_first: First | None = None
    proof_required: bool | None = None
    filter_texts: bool | None = None
    limits_on: bool | None = None
    calls_per_minute: int | None = None
    day_quota: int | None = None
    templates: dict[str, str] | None = None
    templates_without_uid: frozenset[str] | None = None


class BotChange(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What may be changed of the Zalo Bot while it runs."""

    flat_bodies: bool | None = None
    limits_on: bool | None = None
    users_limit: int | None = None
    messages_limit: int | None = None


class NewGroup(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A group with the Zalo Bot in it."""

    id: str


def change(settings: object, wanted: msgspec.Struct) -> None:
    """Set what is given."""
    for name in wanted.__struct_fields__:
        if (value := getattr(wanted, name)) is not None:
            setattr(settings, name, value)


async def change_oa(request: web.Request) -> web.Response:
    """POST /sim/zalo-oa: the console's switches."""
    oa, wanted = request.app[OA], await read(request, OaChange)
    if wanted.webhook_on is not None:
        oa.switch_webhook(on=wanted.webhook_on)
        wanted.webhook_on = None
    change(oa.settings, wanted)
    return await show_oa(request)


async def show_oa(request: web.Request) -> web.Response:
    """GET /sim/zalo-oa: how the account stands: webhook, events, calls, faults; no secret."""
    oa = request.app[OA]
    waiting = len(oa.outgoing.fresh) + len(oa.outgoing.again)
    events: Json = {"waiting": waiting, "lost": oa.outgoing.lost, "told": list(oa.outgoing.told)}
    return done(
        {
            "app_id": oa.settings.app_id,
            "oa_id": oa.settings.oa_id,
            "webhook_url": oa.settings.webhook_url,
            "webhook_on": not oa.outgoing.disabled,
            "events": events,
            "calls": list(oa.calls),
            "faults": oa.faults.as_json(),
        }
    )


async def add_oa_fault(request: web.Request) -> web.Response:
    """POST /sim/zalo-oa/faults: let the next calls fail; `method` is the path, `chat_id` the user."""
    oa = request.app[OA]
    oa.faults.add(await read(request, OaFault))
    return done({"faults": oa.faults.as_json()})


async def clear_oa_faults(request: web.Request) -> web.Response:
    """DELETE /sim/zalo-oa/faults."""
    request.app[OA].faults.clear()
    return done({})


async def hand_out_tokens(request: web.Request) -> web.Response:
    """POST /sim/zalo-oa/tokens: a pair by hand, as the console's API Explorer gives it."""
    return done(request.app[OA].grants.hand_out())


async def expire_token(request: web.Request) -> web.Response:
    """POST /sim/zalo-oa/tokens/expire: the access token is too old from now on (−220)."""
    request.app[OA].grants.expire()
    return done({})


async def revoke_tokens(request: web.Request) -> web.Response:
    """DELETE /sim/zalo-oa/tokens: the administrator took the consent back (−216, and no refresh)."""
    request.app[OA].grants.revoke()
    return done({})


async def change_bot(request: web.Request) -> web.Response:
    """POST /sim/zalo-bot: form of the bodies and the plan's limits."""
    change(request.app[ZALO_BOT].settings, await read(request, BotChange))
    return await show_bot(request)


async def show_bot(request: web.Request) -> web.Response:
    """GET /sim/zalo-bot: how the bot stands: webhook, what waits and was lost, calls, faults."""
    bot = request.app[ZALO_BOT]
    return done(
        {
            "webhook_url": bot.webhook_url,
            "waiting": len(bot.waiting),
            "lost": bot.lost,
            "polling": bot.polling,
            "calls": list(bot.calls),
            "faults": bot.faults.as_json(),
        }
    )


async def make_bot_group(request: web.Request) -> web.Response:
    """POST /sim/zalo-bot/groups: put the bot into a group; phones write there with `chat_id`."""
    wanted = await read(request, NewGroup)
    request.app[ZALO_BOT].groups.setdefault(wanted.id, {})
    return done({"group": {"id": wanted.id}})


async def show_bot_group(request: web.Request) -> web.Response:
    """GET /sim/zalo-bot/groups/{id}: the messages of a group."""
    messages = request.app[ZALO_BOT].groups.get(request.match_info["group"])
    if messages is None:
        raise web.HTTPNotFound(text="there is no such group")
    return done({"messages": list(messages.values())})


async def add_bot_fault(request: web.Request) -> web.Response:
    """POST /sim/zalo-bot/faults: let the next calls fail."""
    bot = request.app[ZALO_BOT]
    bot.faults.add(await read(request, BotFault))
    return done({"faults": bot.faults.as_json()})


async def clear_bot_faults(request: web.Request) -> web.Response:
    """DELETE /sim/zalo-bot/faults."""
    request.app[ZALO_BOT].faults.clear()
    return done({})


def add_routes(app: web.Application) -> None:
    """Serve the control of the stand-ins for Zalo in `app`."""
    app.router.add_routes(
        [
            web.get("/sim/zalo-oa", show_oa),
            web.post("/sim/zalo-oa", change_oa),
            web.post("/sim/zalo-oa/faults", add_oa_fault),
            web.delete("/sim/zalo-oa/faults", clear_oa_faults),
            web.post("/sim/zalo-oa/tokens", hand_out_tokens),
            web.delete("/sim/zalo-oa/tokens", revoke_tokens),
            web.post("/sim/zalo-oa/tokens/expire", expire_token),
            web.get("/sim/zalo-bot", show_bot),
            web.post("/sim/zalo-bot", change_bot),
            web.post("/sim/zalo-bot/groups", make_bot_group),
            web.get("/sim/zalo-bot/groups/{group}", show_bot_group),
            web.post("/sim/zalo-bot/faults", add_bot_fault),
            web.delete("/sim/zalo-bot/faults", clear_bot_faults),
        ]
    )
