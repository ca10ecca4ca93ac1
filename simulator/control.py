"""The control API under /sim: groups, faults, limits, the clock, events; phones are in phones.py."""

import json

import msgspec
from aiohttp import web

from simulator.botapi import WORLD
from simulator.control_json import done, read
from simulator.faults import Fault
from simulator.people import Group
from simulator.timekeeper import TIMEKEEPER
from simulator.zalo_bot_world import ZALO_BOT
from simulator.zalo_oa_world import OA

FIRST_GROUP = -1_000_001
KEEP_ALIVE_SECONDS = 15


class NewGroup(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A group with the bot in it; `moved_to` makes the old number answer with a migration."""

    id: int | None = None
    title: str = "Nhóm"
    kind: str = "group"
    moved_to: int | None = None
    bot_is_in: bool = True


class Reset(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a reset leaves."""

    keep_phones: bool = False


class Switch(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The sending limits, on or off."""

    on: bool


class ClockMove(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A move of the clock, passed on to Cachly as it is."""

    advance_seconds: float | None = None
    to: str | None = None


async def make_group(request: web.Request) -> web.Response:
    """POST /sim/groups: make or change a group."""
    world, wanted = request.app[WORLD], await read(request, NewGroup)
    number = wanted.id or min([FIRST_GROUP + 1, *world.groups]) - 1
    if number >= 0:
        raise web.HTTPBadRequest(text="a group's id is a negative number")
    group = Group(number, wanted.title, wanted.kind, wanted.moved_to, wanted.bot_is_in)
    world.groups[number] = group
    if group.moved_to is not None and group.moved_to not in world.groups:
        world.groups[group.moved_to] = Group(group.moved_to, group.title, "supergroup")
    return done({"group": group.as_chat()})


async def show_group(request: web.Request) -> web.Response:
    """GET /sim/groups/{id}: the messages of a group."""
    world, number = request.app[WORLD], int(request.match_info["group"])
    if number not in world.groups:
        raise web.HTTPNotFound(text=f"there is no group {number}")
    messages = [stored.view() for stored in world.messages.get(number, {}).values()]
    return done({"group": world.groups[number].as_chat(), "messages": messages})


async def send_raw(request: web.Request) -> web.Response:
    """POST /sim/updates: hand any update to the bot; update_id is given here."""
    update = await read(request, dict)
    update.pop("update_id", None)
    if not update:
        raise web.HTTPBadRequest(text="an update holds at least one field besides update_id")
    return done({"update_id": request.app[WORLD].mailbox.put(update)})


async def add_fault(request: web.Request) -> web.Response:
    """POST /sim/faults: let the next calls fail (simulator/faults.py)."""
    world = request.app[WORLD]
    world.faults.add(await read(request, Fault))
    return done({"faults": world.faults.as_json()})


async def show_faults(request: web.Request) -> web.Response:
    """GET /sim/faults."""
    return done({"faults": request.app[WORLD].faults.as_json()})


async def clear_faults(request: web.Request) -> web.Response:
    """DELETE /sim/faults: forget them and let hung calls go."""
    request.app[WORLD].faults.clear()
    return done({})


async def switch_limits(request: web.Request) -> web.Response:
    """POST /sim/limits {"on": false}: keep the sending limits or not."""
    limits = request.app[WORLD].limits
    limits.on = (await read(request, Switch)).on
    limits.forget()
    return done({"on": limits.on})


async def show_calls(request: web.Request) -> web.Response:
    """GET /sim/calls: the newest calls of the bot, and how many long polls wait, for tests."""
    world = request.app[WORLD]
    return done({"calls": list(world.calls), "polling": world.mailbox.polling})


async def reset(request: web.Request) -> web.Response:
    """POST /sim/reset: forget everything, but the phones when {"keep_phones": true}."""
    keep_phones = (await read(request, Reset)).keep_phones
    for account in (request.app[OA], request.app[ZALO_BOT], request.app[WORLD]):
        account.reset(keep_phones=keep_phones)
    return done({})


async def show_file(request: web.Request) -> web.Response:
    """GET /sim/files/{file_id}: a file as it was sent, for the page."""
    stored = request.app[WORLD].files.find(request.match_info["file"])
    if stored is None:
        raise web.HTTPNotFound(text="there is no such file")
    safe = (
        stored.mime
        if stored.mime.startswith(("image/png", "image/jpeg", "audio/"))
        else "application/octet-stream"
    )
    return web.Response(body=stored.content, content_type=safe)


async def show_clock(request: web.Request) -> web.Response:
    """GET /sim/clock: the phones' time, and whether Cachly answers."""
    answer = await request.app[TIMEKEEPER].ask()
    return web.json_response({"ok": True, **answer})


async def move_clock(request: web.Request) -> web.Response:
    """POST /sim/clock: {"advance_seconds": n} or {"to": "next_prompt" | "next_day"}, passed on to Cachly."""
    wanted = await read(request, ClockMove)
    if (wanted.advance_seconds is None) == (wanted.to is None):
        raise web.HTTPBadRequest(text='give either "advance_seconds" or "to"')
    answer = await request.app[TIMEKEEPER].move(msgspec.to_builtins(wanted))
    return web.json_response(
        {"ok": answer["reachable"], **answer}, status=200 if answer["reachable"] else 502
    )


async def stream_events(request: web.Request) -> web.StreamResponse:
    """GET /sim/events: server-sent events, one JSON object each, from now on."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    with request.app[WORLD].reading() as events:
        await response.prepare(request)
        await response.write(b": open\n\n")
        try:
            while (event := await events.get()) is not None:
                await response.write(f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode())
        except ConnectionResetError:
            return response
    return response


def add_routes(app: web.Application) -> None:
    """Serve the control API in `app`."""
    app.router.add_routes(
        [
            web.post("/sim/groups", make_group),
            web.get("/sim/groups/{group:-?[0-9]+}", show_group),
            web.post("/sim/updates", send_raw),
            web.get("/sim/faults", show_faults),
            web.post("/sim/faults", add_fault),
            web.delete("/sim/faults", clear_faults),
            web.post("/sim/limits", switch_limits),
            web.get("/sim/calls", show_calls),
            web.post("/sim/reset", reset),
            web.get("/sim/files/{file}", show_file),
            web.get("/sim/clock", show_clock),
            web.post("/sim/clock", move_clock),
            web.get("/sim/events", stream_events),
        ]
    )
