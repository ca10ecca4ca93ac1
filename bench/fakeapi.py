"""A Bot API server that takes its time and refuses nothing, as a process of its own.

python -m bench.fakeapi PORT SECONDS
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from urllib.parse import parse_qs

from aiohttp import web

from bench.processes import READY
from bench.usual.handling import ME

MESSAGE = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "x"}


def site(seconds: float) -> web.Application:
    """The server; GET /arrivals tells chat and monotonic instant of every message, and forgets them."""
    arrived: list[tuple[str, float]] = []

    async def call(request: web.Request) -> web.Response:
        at = time.monotonic()
        body = await request.read()
        method = request.match_info["method"]
        if method == "sendMessage":
            arrived.append((parse_qs(body.decode())["chat_id"][0], at))
        await asyncio.sleep(seconds)
        result = {"getMe": ME, "sendMessage": MESSAGE}.get(method, True)
        return web.json_response({"ok": True, "result": result})

    async def arrivals(_: web.Request) -> web.Response:
        told = list(arrived)
        arrived.clear()
        return web.json_response(told)

    app = web.Application()
    app.router.add_get("/arrivals", arrivals)
    app.router.add_post("/bot{token}/{method}", call)
    return app


async def serve(port: int, seconds: float) -> None:
    """Serve until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    runner = web.AppRunner(site(seconds), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
    print(READY, flush=True)
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
