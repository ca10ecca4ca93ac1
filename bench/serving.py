"""A server to send webhooks to, as a process of its own: Cachly's, or the usual one.

    python -m bench.serving ours|usual|all DATABASE PORT

`all` is Cachly with its sender and sweeps at work, against the Bot API server named by BENCH_API.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import structlog
from aiohttp import web

from bench.ours import renderer
from bench.processes import READY
from bench.province import ACCOUNT
from bench.usual.handling import TOKEN, Usual
from bot.clock import SystemClock
from bot.running import collect_seldom
from bot.service import Service
from bot.web import Site
from channels.telegram import Telegram
from storage.engine import open_engine
from storage.sealing import Keyring

SECRET = "a-secret-of-the-benchmark"  # noqa: S105 - guards nothing


async def ours(url: str, port: int, *, everything: bool) -> None:
    """Cachly's own site on Cachly's own service."""
    engine = open_engine(url)
    api = os.environ.get("BENCH_API", "http://127.0.0.1:9")
    async with Telegram(ACCOUNT, TOKEN, api, hook_secret=SECRET) as channel:
        service = Service(
            engine=engine,
            keyring=Keyring.parse(os.environ["BENCH_KEYS"]),
            clock=SystemClock(),
            catalogue=renderer().catalogue,
            channels={ACCOUNT: channel},
            pushed=(ACCOUNT,),
        )
        app = Site(service).app()
        collect_seldom()
        if everything:
            async with service.running():
                await _serve(app, port)
        else:
            await _serve(app, port)
            await asyncio.to_thread(service.database.close)
    engine.dispose()


async def usual(url: str, port: int) -> None:
    """A site of aiohttp, and python-telegram-bot behind it; it answers when the handler is done."""
    async with Usual(url) as bot:

        async def hook(request: web.Request) -> web.Response:
            if request.headers.get("X-Telegram-Bot-Api-Secret-Token") != SECRET:
                return web.Response(status=403)
            failed = len(bot.failures)
            await bot.take(await request.read())
            return web.Response(status=500 if len(bot.failures) > failed else 200)

        app = web.Application()
        app.router.add_post("/hooks/{account}", hook)
        await _serve(app, port)


async def _serve(app: web.Application, port: int) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, reuse_port=True).start()
    print(READY, flush=True)
    await stop.wait()
    await runner.cleanup()


def main() -> None:
    """Serve until SIGTERM."""
    kind, url, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    asyncio.run(usual(url, port) if kind == "usual" else ours(url, port, everything=kind == "all"))


if __name__ == "__main__":
    main()
