"""The channel against the strict stand-in Official Account, over real HTTP, pushes included."""

from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from PIL import Image

from channels.zalo_oa import ZaloOa
from channels.zalo_oa_account import Credentials, Hosts, Signing
from channels.zalo_oa_kinds import Ignored
from quarantine.channel import Presence, Refusal
from quarantine.location import Source
from quarantine.messages import (
    FLOOD,
    AccountDown,
    Button,
    Contact,
    Delivered,
    Document,
    Kind,
    Later,
    Link,
    Never,
    Reason,
    Reply,
    Template,
    Want,
)
from quarantine.tokens import Tokens
from tests.channels.zalo_oa_room import PATIENCE, Store
from tests.simulator.zalo import CALLBACK, LAN, NUMBER, VERIFIER, App, OaBench, oa_bench

CHOICES = ((Button("Không có", "q3:none", wide=True), Button("Sốt", "q3:fever")),)
PAGE = Link("📍 Gửi vị trí", "https://cachly.vn/v/Ab3")
HELLO = Reply("Chào chị.")
TEMPLATES = {"301": "Chào <name>, mời chị gọi trạm."}


def drawn_png(side=8):
    """A picture; a large one hardly compresses."""
    written = BytesIO()
    Image.effect_noise((side, side), 100).save(written, "PNG")
    return written.getvalue()


@dataclass
class Meeting:
    """The stand-in, the webhook that it pushes to, and the channel that hears and sends."""

    oa: OaBench
    app: App
    channel: ZaloOa
    store: Store

    @property
    def now(self):
        """The phones' hour."""
        return self.oa.world.clock.now()

    async def heard(self, count):
        """What the channel makes of the first `count` pushes, each let in by its signature."""
        await self.app.wait(count)
        seen, self.app.seen = self.app.seen[:count], self.app.seen[count:]
        assert [self.channel.admits(head, body, self.now) for head, body in seen] == [None] * count
        return [heard for _, body in seen for heard in self.channel.hear(body, self.now)]

    async def said(self, count=1):
        """The same, of which somebody must have said something."""
        return [one.incoming for one in await self.heard(count) if one.incoming is not None]


async def meeting(signing=Signing.APP_ID, **settings):
    """Lan follows the account; pushes arrive; the channel holds the live pair."""
    settings = {"templates": TEMPLATES, "signature_first": signing.value} | settings
    async for oa in oa_bench(**settings):
        app = App()
        server = web.Application()
        server.router.add_post("/hooks/zalo", app.take)
        async with TestServer(server) as running:
            await oa.sim("zalo-oa", webhook_url=str(running.make_url("/hooks/zalo")))
            now = oa.world.clock.now
            pair = await oa.tokens()
            store = Store(
                Tokens(pair["access_token"], pair["refresh_token"], now(), now() + timedelta(hours=25))
            )
            chosen = oa.settings
            ours = Credentials(
                chosen.oa_id,
                chosen.app_id,
                chosen.app_secret,
                chosen.oa_secret_key,
                VERIFIER,
                signing,
                chosen.proof_required,
            )
            hosts = Hosts(oa.root, oa.root, oa.root)
            async with ZaloOa(
                "zalo",
                ours,
                store,
                now,
                hosts=hosts,
                templates=TEMPLATES,
                form_picture="https://cachly.vn/a.png",
                timeouts=PATIENCE,
            ) as channel:
                yield Meeting(oa, app, channel, store)


@pytest.fixture
async def met():
    """The ordinary meeting."""
    async for one in meeting():
        yield one


@pytest.mark.parametrize(
    "reply",
    [
        HELLO,
        Reply("Có gì?", CHOICES),
        Reply("Có gì?", (tuple(Button(f"Dấu hiệu {n}", f"q3:{n}") for n in range(20)),), hint="Gõ 1 3"),
        Reply("Có gì?", CHOICES, many=True, hint="Gõ 1 2"),
        Reply("Ở đâu?", want=Want.LOCATION, words=("Không gửi được",), link=PAGE),
        Reply("Ở đâu?", want=Want.LOCATION, words=("Không gửi được",)),
        Reply("Số?", want=Want.CONTACT, want_label="Gửi số điện thoại"),
        Reply("Hồ sơ https://example.org *_[<b>", protect=True),
        Reply("Nhà", pin=(21.03, 105.85)),
        Reply("Thẻ", CHOICES, photo=drawn_png()),
        Reply("Thẻ", photo=drawn_png()),
        Reply("Bản đồ", photo=drawn_png(1500)),
        Reply("Báo cáo", document=Document("bao-cao.csv", "ngày,số\n1,2\n".encode())),
        Reply("Cu\u031b\u0309a " * 1500, CHOICES, photo=drawn_png(), pin=(21.03, 105.85), protect=True),
        Reply("Sốt à? 😀 " * 2000, ((Button("x" * 300, "q3:x"),),)),
    ],
)
async def test_every_shape_of_a_reply_passes_a_strict_server(met, reply):
    """A server that refuses unknown fields and broken limits takes all that we send."""
    outcome = await met.channel.send(LAN, reply)
    assert isinstance(outcome, Delivered)
    shown = await met.oa.chat()
    assert (len(shown), shown[-1]["message_id"]) == (met.channel.messages_in(reply), outcome.id)


async def test_a_round_of_two_taps(met):
    """A hidden press comes back as its data, a shown one as the word; neither needs typing."""
    await met.channel.send(LAN, Reply("Có triệu chứng gì không?", CHOICES))
    await met.oa.act("press", text="Không có")
    await met.channel.send(LAN, Reply("Ở đâu?", want=Want.LOCATION, words=("Không gửi được",), link=PAGE))
    await met.oa.act("press", text="Không gửi được")
    heard = await met.heard(6)
    press, word = [one.incoming for one in heard if one.incoming is not None]
    assert (press.kind, press.pressed, press.address.user) == (Kind.PRESS, "q3:none", LAN)
    assert (word.kind, word.text) == (Kind.TEXT, "Không gửi được")
    ignored = sorted(one.ignored for one in heard if one.incoming is None)
    assert ignored == [Ignored.ECHO] * 2 + [Ignored.RECEIPT] * 2
    mine = [one["text"] for one in await met.oa.chat() if not one["from_bot"]]
    assert mine == ["Không gửi được"]


async def test_everything_that_a_phone_can_send(met):
    """What its owner does arrives as what it is, signed."""
    await met.oa.act("unfollow")
    await met.oa.act("follow")
    await met.oa.act("text", text="Sốt 38")
    await met.oa.act("location", latitude=21.03, longitude=105.85)
    await met.oa.act("location", latitude=21.03, longitude=105.85, name="Chợ Hà Đông")
    await met.oa.act("photo", caption="đây")
    await met.oa.act("document")
    await met.oa.act("voice")
    await met.oa.act("sticker")
    gone, come, text, pin, venue, photo, paper, voice, sticker = await met.said(9)
    assert (gone.kind, come.text, text.text) == (Kind.BLOCKED, "/start", "Sốt 38")
    assert (pin.fix.lat, pin.fix.lng, pin.fix.source) == (21.03, 105.85, Source.MAP)
    assert venue.fix.source is Source.VENUE
    assert (photo.kind, photo.text, voice.kind, sticker.kind) == (
        Kind.PHOTO,
        "đây",
        Kind.VOICE,
        Kind.STICKER,
    )
    assert (paper.kind, paper.text) == (Kind.FILE, "ghi-chu.csv")
    for one in (photo, paper):
        async with met.oa.http.get(one.file) as answer:
            assert answer.status == 200
    assert len({one.id for one in (gone, come, text, pin, venue, photo, paper, voice, sticker)}) == 9


async def test_a_shared_phone_number(met):
    """Zalo's own form brings the number in the form in which it is stored."""
    await met.channel.send(LAN, Reply("Số?", want=Want.CONTACT, want_label="Gửi số điện thoại"))
    await met.oa.act("share")
    (shared,) = [one for one in await met.said(5) if one.kind is Kind.CONTACT]
    assert shared.contact == Contact("0912345678", own=True)


async def test_what_is_not_said_to_us(met):
    """Staff who write past us, receipts, the wish to be forgotten and unknown events are told apart."""
    await met.oa.act("staff", text="Chào chị, trạm đây")
    await met.oa.act("seen")
    await met.oa.act("event", body={"event_name": "user_withdraw"})
    await met.oa.act("event", body={"event_name": "user_send_hologram", "message": {}})
    ignored = [one.ignored for one in await met.heard(5)]
    receipts = [Ignored.RECEIPT, Ignored.RECEIPT]
    assert sorted(ignored) == sorted([Ignored.STAFF, *receipts, Ignored.ERASURE, Ignored.UNKNOWN])


async def test_a_payload_typed_by_hand(met):
    """The mark of another reader, or a guessed one, presses nothing."""
    await met.oa.act("text", text="#0123456789abcdef:q3:none")
    (typed,) = await met.said()
    assert (typed.kind, typed.pressed) == (Kind.TEXT, None)


@pytest.mark.parametrize("signing", list(Signing))
async def test_both_readings_of_the_signature(signing):
    """Whichever id Zalo signs with, the setting that names it lets the push in, and the other does not."""
    async for met in meeting(signing):
        await met.oa.act("text", text="x")
        await met.heard(1)
        other = Signing.OA_ID if signing is Signing.APP_ID else Signing.APP_ID
        await met.oa.sim("zalo-oa", signature_first=other.value)
        await met.oa.act("text", text="x")
        await met.app.wait(1)
        assert met.channel.admits(*met.app.seen[0], met.now) is Refusal.FORGED


async def test_an_event_that_comes_again_and_one_that_is_replayed(met):
    """Zalo's last retry is let in with the same id; a copy sent the next day is not."""
    met.app.statuses.extend([500] * 5)
    await met.oa.act("text", text="x")
    for count, wait in enumerate((30, 300, 900, 1800, 3600), start=1):
        await met.app.wait(count)
        met.oa.later(seconds=wait)
    await met.app.wait(6)
    assert len({one.id for one in await met.said(6)}) == 1
    await met.oa.act("text", text="y")
    await met.app.wait(1)
    met.oa.later(days=1)
    assert met.channel.admits(*met.app.seen[0], met.now) is Refusal.STALE


async def test_the_window_of_seven_days(met):
    """Until then a message goes, then only a template, to phone or chat; a word opens it again."""
    met.oa.later(days=6, hours=23)
    assert isinstance(await met.channel.send(LAN, HELLO), Delivered)
    met.oa.later(hours=8)
    closed = await met.channel.send(LAN, HELLO)
    assert isinstance(closed, Never)
    assert closed.reason is Reason.WINDOW
    for phone in (NUMBER, ""):
        template = Template("301", {"name": "Lan"}, phone)
        assert isinstance(await met.channel.send(LAN, Reply("Chào", template=template)), Delivered)
        assert (await met.oa.chat())[-1]["text"] == "Chào Lan, mời chị gọi trạm."
    unapproved = Reply("Chào", template=Template("999", {"name": "Lan"}, NUMBER))
    assert await met.channel.send(LAN, unapproved) == Never(Reason.WINDOW, "template refused: code -131")
    await met.oa.act("text", text="Tôi đây")
    assert isinstance(await met.channel.send(LAN, HELLO), Delivered)


async def test_who_leaves_is_lost_and_who_comes_back_is_found(met):
    """−213 after "Bỏ quan tâm"."""
    await met.oa.act("unfollow")
    assert await met.channel.send(LAN, HELLO) == Never(Reason.BLOCKED, "code -213")
    await met.oa.act("follow")
    assert isinstance(await met.channel.send(LAN, HELLO), Delivered)


async def test_a_minute_that_is_used_up():
    """−32: the channel says that it must wait for the next minute."""
    async for met in meeting(calls_per_minute=2):
        outcomes = [await met.channel.send(LAN, HELLO) for _ in range(3)]
        assert [type(one) for one in outcomes] == [Delivered, Delivered, Later]
        assert outcomes[2].reason == FLOOD


async def test_tokens_that_age_and_die(met):
    """Renewed at 20 hours and when too old; when the consent is taken back only a new one helps."""
    first = met.store.pair
    met.oa.later(hours=20)
    assert isinstance(await met.channel.send(LAN, HELLO), Delivered)
    second = met.store.pair
    assert second.refresh != first.refresh
    await met.oa.sim("zalo-oa/tokens/expire")
    assert isinstance(await met.channel.send(LAN, HELLO), Delivered)
    assert met.store.pair.refresh != second.refresh
    await met.oa.sim("zalo-oa/tokens", verb="DELETE")
    down = await met.channel.send(LAN, HELLO)
    assert isinstance(down, AccountDown)
    assert "needs consent" in down.detail
    asked = urlsplit(met.channel.consent_url(CALLBACK, "s1"))
    answer = await met.oa.http.post(
        met.oa.root + asked.path,
        data={name: one for name, (one,) in parse_qs(asked.query).items()},
        allow_redirects=False,
    )
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert back["state"] == ["s1"]
    await met.channel.exchange(back["code"][0])
    assert isinstance(await met.channel.send(LAN, HELLO), Delivered)


async def test_a_console_that_demands_proof():
    """Each call shows that the app's secret is known."""
    async for met in meeting(proof_required=True):
        assert isinstance(await met.channel.send(LAN, HELLO), Delivered)


async def test_the_account_as_doctor_sees_it(met):
    """Its name, its address, and nothing wrong."""
    assert await met.channel.meet([]) == Presence(
        met.oa.settings.oa_name, f"https://zalo.me/{met.oa.settings.oa_id}"
    )
    findings = await met.channel.examine("https://cachly.vn/hooks/zalo", met.now)
    assert [one.part for one in findings] == ["token", "account", "webhook", "window", "quota"]
    assert not [one.wrong for one in findings if one.wrong]
