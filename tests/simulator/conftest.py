"""A stand-in server on a free local port, its clocks moved by hand, and a few words to drive it with."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from simulator.clock import MovedClock
from simulator.limits import Limits
from simulator.server import make_app
from simulator.settings import Settings
from simulator.world import World

TOKEN = "123456:DEMO"
LAN = 1_000_001
START = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


@dataclass
class HandClock:
    """A monotonic clock that stands until it is moved."""

    seconds: float = 100.0

    def __call__(self):
        """The seconds on it."""
        return self.seconds


@dataclass
class Bench:
    """A running stand-in: `call` speaks as the bot, `act` as a phone's owner, `sim` to the control API."""

    world: World
    http: aiohttp.ClientSession
    root: str
    hands: HandClock = field(default_factory=HandClock)

    async def call(self, method, token=TOKEN, **fields):
        """Call a Bot API method with JSON; gives (status, body)."""
        async with self.http.post(f"{self.root}/bot{token}/{method}", json=fields) as answer:
            return answer.status, await answer.json()

    async def ok(self, method, **fields):
        """Call a method that must succeed; gives the result."""
        status, body = await self.call(method, **fields)
        assert status == 200, body
        return body["result"]

    async def refused(self, method, **fields):
        """Call a method that must be refused; gives the description."""
        status, body = await self.call(method, **fields)
        assert status == body["error_code"]
        assert not body["ok"]
        return body["description"]

    async def sim(self, path, verb="POST", **fields):
        """Call the control API; gives the body."""
        async with self.http.request(verb, f"{self.root}/sim/{path}", json=fields or None) as answer:
            return await answer.json()

    async def act(self, action, phone=LAN, **fields):
        """Let the owner of a phone do something; gives the body."""
        body = await self.sim(f"phones/{phone}/{action}", **fields)
        assert body["ok"], body
        return body

    async def updates(self, **fields):
        """What waits for the bot, now."""
        return await self.ok("getUpdates", **fields)

    async def say(self, text="Xin chào", chat_id=LAN, **fields):
        """Send a message as the bot; gives it."""
        return await self.ok("sendMessage", chat_id=chat_id, text=text, **fields)


async def serving(settings=None):
    """A running bench; closes when the generator ends."""
    hands = HandClock()
    world = World(settings or Settings(), clock=MovedClock(hands, START))
    world.monotonic = hands
    world.limits = Limits(world.settings, hands)
    async with TestServer(make_app(world=world)) as server, aiohttp.ClientSession() as http:
        bench = Bench(world, http, str(server.make_url("")).rstrip("/"), hands)
        await bench.sim(
            "phones", id=LAN, first_name="Lan", label="Người cách ly", phone_number="+84912345678"
        )
        yield bench


@pytest.fixture
async def stranger():
    """A bench with one phone whose owner has never written to the bot."""
    async for bench in serving():
        yield bench


@pytest.fixture
async def bench(stranger):
    """A bench with Lan's phone, started, and nothing waiting."""
    await stranger.act("start")
    stranger.world.mailbox.drop_all()
    stranger.world.messages.clear()
    return stranger


@dataclass
class Hook:
    """A bot that is pushed to: keeps what arrives and answers with the statuses it is told, then 200."""

    url: str = ""
    statuses: list = field(default_factory=list)
    seen: list = field(default_factory=list)
    reply: dict | None = None
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    inside: int = 0
    most_inside: int = 0

    def __post_init__(self):
        """Let everything in at once, unless a test shuts the gate."""
        self.gate.set()

    async def take(self, request):
        """One push."""
        self.seen.append((dict(request.headers), await request.json()))
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        await self.gate.wait()
        self.inside -= 1
        status = self.statuses.pop(0) if self.statuses else 200
        return web.json_response(self.reply or {}, status=status)


@pytest.fixture
async def hook():
    """A webhook on a free local port."""
    taken = Hook()
    app = web.Application()
    app.router.add_post("/hooks/demo", taken.take)
    async with TestServer(app) as server:
        taken.url = str(server.make_url("/hooks/demo"))
        yield taken
