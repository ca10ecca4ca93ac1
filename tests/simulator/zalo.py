"""A few words to drive the stand-in Official Account and Zalo Bot with, over plain HTTP."""

import asyncio
import base64
import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from simulator.settings import Settings
from simulator.zalo_bot_settings import ZaloBotSettings
from simulator.zalo_oa_settings import OaSettings
from tests.simulator.conftest import Bench, serving
from tests.simulator.littlebot import until

LAN = "4611686018427387904001"
NUMBER = "84912345678"
CALLBACK = "http://127.0.0.1:9/callback"
CS = "/v3.0/oa/message/cs"
TRADE = "/v4/oa/access_token"
BOT_TOKEN = "777:ZALO"
BOT_LAN = "6ede9afa66b88fe6d6a9"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@dataclass
class OaBench(Bench):
    """Speaks as the app (`call`, `cs`) and as the owner of Lan's phone (`act`)."""

    token: str = ""

    @classmethod
    def over(cls, bench):
        """The same stand-in, with the words of the Official Account."""
        return cls(bench.world, bench.http, bench.root, bench.hands)

    @property
    def settings(self):
        """The account's settings."""
        return self.world.settings.oa

    async def api(self, verb, path, *, token=None, headers=None, **more):
        """One call; gives the envelope. HTTP is 200 whatever the envelope says."""
        head = {"access_token": self.token if token is None else token} | (headers or {})
        async with self.http.request(verb, self.root + path, headers=head, **more) as answer:
            assert answer.status == 200
            return await answer.json()

    async def post(self, path, body, **more):
        """POST JSON."""
        return await self.api("POST", path, json=body, **more)

    async def ok(self, path, body):
        """POST JSON that must succeed; gives data."""
        envelope = await self.post(path, body)
        assert envelope["error"] == 0, envelope
        return envelope["data"]

    async def cs(self, message, user=LAN, **more):
        """Send a consultation message; gives the envelope."""
        return await self.post(CS, {"recipient": {"user_id": user}, "message": message}, **more)

    async def error(self, message, user=LAN):
        """Send one that must be refused; gives the code."""
        envelope = await self.cs(message, user)
        assert "data" not in envelope
        return envelope["error"]

    async def act(self, action, phone=LAN, **fields):
        """Let the owner do something."""
        return await super().act(action, phone=phone, **fields)

    async def chat(self, phone=LAN):
        """The messages on the phone."""
        return (await self.sim(f"phones/{phone}", verb="GET"))["phone"]["messages"]

    async def tokens(self):
        """A pair by hand."""
        pair = await self.sim("zalo-oa/tokens")
        self.token = pair["access_token"]
        return pair

    async def trade(self, secret=None, **form):
        """Trade a code or a refresh token; gives the answer."""
        head = {"secret_key": self.settings.app_secret if secret is None else secret}
        async with self.http.post(self.root + TRADE, data=form, headers=head) as answer:
            return await answer.json()

    async def refresh(self, token, **more):
        """Trade a refresh token."""
        app_id = self.settings.app_id
        return await self.trade(refresh_token=token, app_id=app_id, grant_type="refresh_token", **more)

    async def consent(self, **changes):
        """Press "Cho phép"; gives the address that the browser is sent to, or the error."""
        asked = {
            "app_id": self.settings.app_id,
            "redirect_uri": CALLBACK,
            "code_challenge": CHALLENGE,
            "state": "s1",
        } | changes
        async with self.http.post(
            f"{self.root}/v4/oa/permission", data=asked, allow_redirects=False
        ) as answer:
            return answer.headers["Location"] if answer.status == 302 else await answer.json()

    async def code(self):
        """A code from a consent."""
        return parse_qs(urlsplit(await self.consent()).query)["code"][0]

    def later(self, **span):
        """Move the phones' clock on, as Cachly's demo clock does."""
        self.world.clock.set_now(self.world.clock.now() + timedelta(**span))


async def oa_bench(**settings):
    """A bench with Lan's phone following, and a token; closes when the generator ends."""
    async for bench in serving(Settings(oa=OaSettings(**settings))):
        oa = OaBench.over(bench)
        await oa.sim("phones", kind="zalo-oa", id=LAN, name="Lan", phone_number="+84912345678")
        await oa.act("follow")
        await oa.tokens()
        yield oa


@dataclass
class App:
    """The app's webhook: keeps raw bodies and headers, answers with what it is told, then 200."""

    url: str = ""
    statuses: list = field(default_factory=list)
    seen: list = field(default_factory=list)
    delay: float = 0.0

    async def take(self, request):
        """One event."""
        self.seen.append((dict(request.headers), await request.read()))
        await asyncio.sleep(self.delay)
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    async def wait(self, count):
        """Wait until `count` events have come."""
        await until(lambda: len(self.seen) >= count)


@dataclass
class BotBench(Bench):
    """Speaks as the Zalo Bot (`call`, `ok`) and as the owner of Lan's phone (`act`)."""

    @classmethod
    def over(cls, bench):
        """The same stand-in, with the words of the Zalo Bot."""
        return cls(bench.world, bench.http, bench.root, bench.hands)

    async def call(self, method, token=BOT_TOKEN, **fields):
        """Call a method with JSON; gives the envelope."""
        async with self.http.post(f"{self.root}/zalo-bot/bot{token}/{method}", json=fields) as answer:
            assert answer.status == 200
            return await answer.json()

    async def ok(self, method, **fields):
        """Call a method that must succeed; gives the result."""
        envelope = await self.call(method, **fields)
        assert envelope["ok"], envelope
        return envelope.get("result")

    async def refused(self, method, **fields):
        """Call a method that must be refused; gives the code."""
        envelope = await self.call(method, **fields)
        assert not envelope["ok"]
        return envelope["error_code"]

    async def act(self, action, phone=BOT_LAN, **fields):
        """Let the owner do something."""
        return await super().act(action, phone=phone, **fields)

    async def chat(self, phone=BOT_LAN):
        """The messages on the phone."""
        return (await self.sim(f"phones/{phone}", verb="GET"))["phone"]["messages"]


async def bot_bench(**settings):
    """A bench with Lan's phone, on which nobody has written yet."""
    zalo_bot = ZaloBotSettings(token=BOT_TOKEN, **settings)
    async for bench in serving(Settings(zalo_bot=zalo_bot)):
        bot = BotBench.over(bench)
        await bot.sim("phones", kind="zalo-bot", id=BOT_LAN, name="Lan")
        yield bot
