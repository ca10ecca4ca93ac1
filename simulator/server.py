"""Puts the stand-in together: Bot API, control API, page, and the pushing of updates to a webhook."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
from aiohttp import web

from simulator import botapi, control, phones, zalo_bot_api, zalo_control, zalo_oa_api, zalo_oa_consent
from simulator import zalo_bot_deeds as bot_deeds
from simulator import zalo_oa_deeds as oa_deeds
from simulator.control_json import plain_errors
from simulator.files import UPLOAD_BYTES
from simulator.settings import Settings
from simulator.telegram_phones import TelegramShelf
from simulator.timekeeper import TIMEKEEPER, Timekeeper
from simulator.webhook import Pusher
from simulator.world import World
from simulator.zalo_bot_webhook import BotPusher
from simulator.zalo_bot_world import ZALO_BOT, ZaloBot
from simulator.zalo_fetch import HTTP
from simulator.zalo_oa_webhook import EventPusher
from simulator.zalo_oa_world import OA, Oa
from simulator.zalo_phones import ZaloShelf, bot_user_id, oa_user_id

PAGE = Path(__file__).parent / "page"
WORLD = botapi.WORLD
MULTIPART_EXTRA = 1024 * 1024


async def _outward(app: web.Application) -> AsyncIterator[None]:
    """The tasks that speak first: three push to webhooks, one follows Cachly's clock."""
    world = app[WORLD]
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        app[TIMEKEEPER] = Timekeeper(world, session)
        app[HTTP] = session
        tasks = [
            group.create_task(Pusher(world, session).run()),
            group.create_task(EventPusher(app[OA], session).run()),
            group.create_task(BotPusher(app[ZALO_BOT], session).run()),
            group.create_task(app[TIMEKEEPER].run()),
        ]
        yield
        for task in tasks:
            task.cancel()


async def _let_go(app: web.Application) -> None:
    """End long polls, hung calls and event streams, so that the server can stop at once."""
    app[WORLD].mailbox.close()
    app[ZALO_BOT].close()
    for account in (app[WORLD], app[OA], app[ZALO_BOT]):
        account.faults.clear()
    app[WORLD].publish(None)


async def show_page(_: web.Request) -> web.FileResponse:
    """The page of phones."""
    return web.FileResponse(PAGE / "index.html")


async def show_upload(request: web.Request) -> web.Response:
    """A photo or file that a phone with Zalo sent, at the address its event names."""
    stored = request.app[WORLD].files.find(request.match_info["file"])
    if stored is None:
        raise web.HTTPNotFound(text="there is no such file")
    return web.Response(body=stored.content, content_type=stored.mime.partition(";")[0])


async def healthy(_: web.Request) -> web.Response:
    """Answers as soon as the server takes calls."""
    return web.json_response({"ok": True})


def make_app(settings: Settings | None = None, world: World | None = None) -> web.Application:
    """The whole server; its state is `app[simulator.server.WORLD]`."""
    app = web.Application(client_max_size=UPLOAD_BYTES + MULTIPART_EXTRA, middlewares=[plain_errors])
    app[WORLD] = world = world or World(settings or Settings())
    around = (world.clock, world.files, world.publish)
    app[OA] = Oa(world.settings.oa, *around, world.monotonic)
    app[ZALO_BOT] = ZaloBot(world.settings.zalo_bot, *around)
    shelves: dict[str, phones.Shelf] = {
        "telegram": TelegramShelf(world),
        "zalo-oa": ZaloShelf("zalo-oa", app[OA], oa_deeds.ACTIONS, oa_user_id),
        "zalo-bot": ZaloShelf("zalo-bot", app[ZALO_BOT], bot_deeds.ACTIONS, bot_user_id),
    }
    app[phones.SHELVES] = shelves
    app.cleanup_ctx.append(_outward)
    app.on_shutdown.append(_let_go)
    for room in (botapi, zalo_bot_api, zalo_oa_api, zalo_oa_consent, phones, control, zalo_control):
        room.add_routes(app)
    app.router.add_get("/zdn/{file}", show_upload)
    app.router.add_get("/", show_page)
    app.router.add_get("/healthz", healthy)
    app.router.add_static("/page", PAGE)
    return app
