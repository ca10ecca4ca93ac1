"""A tiny Bot API server that keeps what it is sent and answers as it is told."""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from channels.telegram import Telegram
from channels.telegram_request import Timeouts

TOKEN = "42:SECRET-TOKEN"


@dataclass
class Call:
    """One call: its method, its fields with nested JSON read, its files, its kind of body."""

    method: str
    fields: dict
    files: dict
    content_type: str


@dataclass
class Server:
    """Remembers the calls; `answers` are (status, body) for the next ones, then each succeeds.

    A body is sent as JSON, bytes as they are; "hang" never answers, "drop" closes the connection.
    """

    url: str = ""
    calls: list = field(default_factory=list)
    answers: list = field(default_factory=list)
    latency: float = 0.0
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    last_id: int = 100

    @asynccontextmanager
    async def running(self):
        """Itself, on a free local port."""
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self.take)
        async with TestServer(app) as server:
            self.url = str(server.make_url("")).rstrip("/")
            yield self
            self.stopping.set()

    async def take(self, request):
        """Answer one call."""
        assert request.match_info["token"] == TOKEN
        form = await request.post()
        texts = {name: _plain(value) for name, value in form.items() if isinstance(value, str)}
        files = {name: part.file.read() for name, part in form.items() if not isinstance(part, str)}
        fields = {name: _plain(value) for name, value in request.query.items()} | texts
        self.calls.append(Call(request.match_info["method"], fields, files, request.content_type))
        if self.latency:
            await asyncio.sleep(self.latency)
        status, body = self.answers.pop(0) if self.answers else (200, self._success(fields))
        return await self._answer(request, status, body)

    async def _answer(self, request, status, body):
        if body == "hang":
            await self.stopping.wait()
        if body == "hang" or body == "drop":  # noqa: PLR1714 - a dict cannot be in a set
            request.transport.abort()
            return web.Response()
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return web.Response(body=raw, status=status, content_type="application/json")

    def _success(self, fields):
        self.last_id += 1
        chat = {"id": fields.get("chat_id", 7), "type": "private"}
        return {"ok": True, "result": {"message_id": self.last_id, "date": 1772350140, "chat": chat}}

    def succeed(self, result=True):  # noqa: FBT002 - what most methods answer
        """Let the next call give this result."""
        self.answers.append((200, {"ok": True, "result": result}))

    def refuse(self, status, description, **parameters):
        """Let the next call be refused in the Bot API's way."""
        body = {"ok": False, "error_code": status, "description": description}
        self.answers.append((status, body | ({"parameters": parameters} if parameters else {})))

    @property
    def sent(self):
        """The calls as (method, fields)."""
        return [(call.method, call.fields) for call in self.calls]


def _plain(value):
    try:
        return json.loads(value)
    except ValueError:
        return value


@pytest.fixture
async def server():
    """The tiny server on a free local port."""
    async with Server().running() as tiny:
        yield tiny


@pytest.fixture
async def telegram(server):
    """The channel under test, speaking to the tiny server with short patience."""
    patience = Timeouts(connect=1.0, read=1.0, write=1.0)
    async with Telegram("tg", TOKEN, server.url, timeouts=patience) as channel:
        yield channel
