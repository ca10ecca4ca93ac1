"""Puts the stand-in together: Bot API, control API, page, and the pushing of updates to a webhook."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
from aiohttp import web

from simulator import botapi, control
from simulator.files import UPLOAD_BYTES
from simulator.settings import Settings
from simulator.timekeeper import TIMEKEEPER, Timekeeper
from simulator.webhook import Pusher
from simulator.world import World

PAGE = Path(__file__).parent / "page"
WORLD = botapi.WORLD
MULTIPART_EXTRA = 1024 * 1024


async def _outward(app: web.Application) -> AsyncIterator[None]:
    """The tasks that speak first: one pushes updates to a webhook, one follows Cachly's clock."""
    world = app[WORLD]
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        app[TIMEKEEPER] = Timekeeper(world, session)
        tasks = [
            group.create_task(Pusher(world, session).run()),
            group.create_task(app[TIMEKEEPER].run()),
        ]
        yield
        for task in tasks:
            task.cancel()


async def _let_go(app: web.Application) -> None:
    """End long polls, hung calls and event streams, so that the server can stop at once."""
    app[WORLD].mailbox.close()
    app[WORLD].faults.clear()
    app[WORLD].publish(None)


async def show_page(_: web.Request) -> web.FileResponse:
    """The page of phones."""
    return web.FileResponse(PAGE / "index.html")


async def healthy(_: web.Request) -> web.Response:
    """Answers as soon as the server takes calls."""
    return web.json_response({"ok": True})


def make_app(settings: Settings | None = None, world: World | None = None) -> web.Application:
    """The whole server; its state is `app[simulator.server.WORLD]`."""
    app = web.Application(client_max_size=UPLOAD_BYTES + MULTIPART_EXTRA, middlewares=[control.plain_errors])
    app[WORLD] = world or World(settings or Settings())
    app.cleanup_ctx.append(_outward)
    app.on_shutdown.append(_let_go)
    botapi.add_routes(app)
    control.add_routes(app)
    app.router.add_get("/", show_page)
    app.router.add_get("/healthz", healthy)
    app.router.add_static("/page", PAGE)
    return app
