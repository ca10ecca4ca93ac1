"""A tiny Zalo that keeps what it is sent and answers as it is told, and a store of tokens in memory."""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from channels.zalo_oa import ZaloOa
from channels.zalo_oa_account import Credentials, Hosts
from quarantine.tokens import ConsentNeededError, Tokens

OA, APP, LAN = "388613280878808645", "360846524940903967", "246845883529197922"
START = datetime(2026, 3, 1, 7, 30, 15, tzinfo=UTC)
CREDENTIALS = Credentials(OA, APP, "app-secret", "oa-secret-key", "v" * 43)
CS, BY_USER, BY_PHONE = "/v3.0/oa/message/cs", "/v3.0/oa/message/template", "/message/template"
IMAGE, FILE, TOKEN = "/v2.0/oa/upload/image", "/v2.0/oa/upload/file", "/v4/oa/access_token"
GETOA, QUOTA = "/v2.0/oa/getoa", "/message/quota"
PATIENCE = aiohttp.ClientTimeout(total=2, connect=1, sock_connect=1, sock_read=0.3)
TEMPLATES = ("301", "302")
PICTURE = "https://cachly.vn/a.png"


@dataclass
class Clock:
    """The hour that the channel is told."""

    time: datetime = START

    def __call__(self):
        """Now."""
        return self.time


@dataclass
class Store:
    """Tokens in memory, with the promises of quarantine.tokens.TokenStore."""

    pair: Tokens | None
    dead: str = ""
    busy: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def read(self, account):
        """The pair as it is now."""
        assert account == "zalo"
        if self.dead or self.pair is None:
            raise ConsentNeededError(self.dead or "no consent yet")
        return self.pair

    async def renew(self, account, seen, fetch):
        """The pair after `seen`."""
        if self.busy:
            raise TimeoutError
        async with self.lock:
            if await self.read(account) == seen:
                try:
                    self.pair = await fetch(seen)
                except ConsentNeededError as why:
                    self.dead = str(why)
                    raise
            return self.pair

    async def keep(self, account, tokens):
        """A human's consent gave this pair."""
        assert account == "zalo"
        self.pair, self.dead = tokens, ""


@dataclass
class Call:
    """One call as it came."""

    method: str
    path: str
    headers: dict
    body: dict
    files: dict


@dataclass
class Zalo:
    """Remembers the calls; `answers` by path are for the next ones, then each succeeds.

    An answer is a dict (sent as JSON), bytes, a (status, bytes) pair, "hang" or "drop". Tokens rotate as
    Zalo's do: a refresh token works once, and the old access token is dead when a new one is made.
    """

    url: str = ""
    access: str = "access-1"
    refresh: str = "refresh-1"
    calls: list = field(default_factory=list)
    answers: dict = field(default_factory=dict)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request):
        """Answer one call."""
        body, files = await _read(request)
        call = Call(request.method, request.path, dict(request.headers), body, files)
        self.calls.append(call)
        queue = self.answers.get(call.path)
        answer = queue.pop(0) if queue else self._answer(call)
        if answer == "hang":
            await self.stopping.wait()
        if isinstance(answer, str):
            request.transport.abort()
            return web.Response()
        status, raw = answer if isinstance(answer, tuple) else (200, answer)
        raw = raw if isinstance(raw, bytes) else json.dumps(raw).encode()
        return web.Response(body=raw, status=status, content_type="text/json")

    def _answer(self, call):
        if call.path == TOKEN:
            return self._trade(call)
        if call.headers.get("access_token") != self.access:
            return {"error": -216, "message": "Access token is invalid"}
        return {"error": 0, "message": "Success", "data": self._data(call.path)}

    def _trade(self, call):
        fresh = call.body.get("refresh_token") == self.refresh or call.body.get("code") == "good"
        if call.headers.get("secret_key") != "app-secret" or not fresh:
            return {"error": -14014, "error_name": "Invalid refresh token", "error_reason": "used"}
        number = int(self.access.rpartition("-")[2]) + 1
        self.access, self.refresh = f"access-{number}", f"refresh-{number}"
        return {"access_token": self.access, "refresh_token": self.refresh, "expires_in": "90000"}

    def _data(self, path):
        number = str(len(self.calls))
        return {
            IMAGE: {"attachment_id": f"image-{number}"},
            FILE: {"token": f"file-{number}"},
            BY_PHONE: {"msg_id": f"zns-{number}", "sent_time": "1"},
            GETOA: {"oaid": OA, "name": "Trạm Y tế", "is_verified": True, "package_name": "Nâng cao"},
            QUOTA: {"dailyQuota": "500", "remainingQuota": "499"},
        }.get(path, {"message_id": f"sent-{number}", "user_id": LAN, "quota": {"quota_type": "reply"}})

    def answer(self, path, *answers):
        """Let the next calls of this path be answered so."""
        self.answers.setdefault(path, []).extend(answers)

    def refuse(self, path, *codes):
        """Let the next calls of this path be refused."""
        self.answer(path, *({"error": code, "message": f"no, {LAN}"} for code in codes))

    @property
    def sent(self):
        """The calls as (path, body)."""
        return [(call.path, call.body) for call in self.calls]

    @property
    def paths(self):
        """The paths that were called, in order."""
        return [call.path for call in self.calls]


async def _read(request):
    if request.content_type == "application/json":
        return await request.json(), {}
    form = await request.post()
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    files = {
        name: (part.filename, part.content_type, part.file.read())
        for name, part in form.items()
        if not isinstance(part, str)
    }
    return texts, files


@dataclass
class Room:
    """The channel under test, the Zalo that it speaks to, its clock and its store."""

    zalo: Zalo
    channel: ZaloOa
    clock: Clock
    store: Store


def fresh_pair(issued_at=START):
    """The pair that the tiny Zalo knows at first."""
    return Tokens("access-1", "refresh-1", issued_at, issued_at + timedelta(hours=25))


def channel_to(url, store, clock, credentials=CREDENTIALS, **chosen):
    """A channel of the account that speaks to this address."""
    hosts = Hosts(url, url, url)
    options = {"hosts": hosts, "templates": TEMPLATES, "form_picture": PICTURE, "timeouts": PATIENCE} | chosen
    return ZaloOa("zalo", credentials, store, clock, **options)


@asynccontextmanager
async def room(credentials=CREDENTIALS, **chosen):
    """The tiny Zalo on a free local port, and a channel that speaks to it."""
    zalo, clock, store = Zalo(), Clock(), Store(fresh_pair())
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", zalo.take)
    async with TestServer(app) as running:
        zalo.url = str(running.make_url("")).rstrip("/")
        async with channel_to(zalo.url, store, clock, credentials, **chosen) as channel:
            yield Room(zalo, channel, clock, store)
        zalo.stopping.set()
