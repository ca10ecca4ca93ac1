"""The channel against the strict stand-in Zalo Bot, over real HTTP, pushes included."""

from dataclasses import dataclass, replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from channels.connections import SOON
from channels.zalo_bot import ZaloBot
from channels.zalo_bot_account import ELSEWHERE
from channels.zalo_bot_calls import FLOOD_WAIT, Timeouts
from channels.zalo_bot_updates import Ignored
from quarantine.channel import CallFailedError, Finding, Presence, Refusal
from quarantine.messages import (
    FLOOD,
    AccountDown,
    Address,
    Button,
    Delivered,
    Kind,
    Later,
    Never,
    Reason,
    Reply,
)
from tests.simulator.zalo import BOT_LAN, BOT_TOKEN, App, BotBench, bot_bench

SECRET = "a-secret-of-ours"
HELLO = Reply("Chào chị Lan.")
PATIENCE = Timeouts(connect=2, read=0.5)


@dataclass
class Meeting:
    """The stand-in and the channel that hears and sends."""

    bench: BotBench
    channel: ZaloBot

    @property
    def now(self):
        """The phones' hour."""
        return self.bench.world.clock.now()

    async def polled(self):
        """All that waits, as the channel hears it."""
        heard = []
        while bodies := await self.channel.poll(None, 0):
            heard += [one for body in bodies for one in self.channel.hear(body, self.now)]
        return heard

    async def screen(self):
        """What the bot has written on Lan's phone."""
        return [one for one in await self.bench.chat() if one["from_bot"]]


def channel_on(bench, token=BOT_TOKEN):
    """The channel on the stand-in."""
    api = f"{bench.root}/zalo-bot"
    return ZaloBot("zb", token, api, timeouts=PATIENCE, hook_secret=SECRET, link="https://zalo.me/777")


async def meeting(**settings):
    """Lan has written to the bot; what she wrote has been read."""
    async for bench in bot_bench(**settings):
        await bench.act("text", text="chào")
        async with channel_on(bench) as channel:
            await channel.poll(None, 0)
            yield Meeting(bench, channel)


@pytest.fixture
async def meet():
    """A meeting with the usual settings."""
    async for one in meeting():
        yield one


async def test_each_kind_that_a_phone_sends(meet):
    """Everything that the phone can send is heard once, in order, on the private chat."""
    await meet.bench.act("sticker")
    await meet.bench.act("location", latitude=22.67, longitude=106.26)
    await meet.bench.act("document")
    await meet.bench.act("unsupported")
    await meet.bench.act("text", text="không sốt")
    await meet.bench.act("photo", caption="nhiệt kế")
    await meet.bench.act("voice")
    said = [heard.incoming for heard in await meet.polled()]
    assert [(one.kind, one.text) for one in said] == [
        (Kind.STICKER, ""),
        (Kind.OTHER, ""),
        (Kind.OTHER, ""),
        (Kind.OTHER, ""),
        (Kind.TEXT, "không sốt"),
        (Kind.PHOTO, "nhiệt kế"),
        (Kind.VOICE, ""),
    ]
    assert {one.address for one in said} == {Address("zb", BOT_LAN)}
    assert len({one.id for one in said}) == len(said)
    assert await meet.channel.poll(None, 0) == []


async def test_kinds_that_do_not_exist_yet_are_counted(meet):
    """An event of a new kind is ignored with a reason, and the next is heard."""
    await meet.bench.act("event", body={"event_name": "bot.moved", "message": {}})
    await meet.bench.act("text", text="alo")
    unknown, heard = await meet.polled()
    assert unknown.ignored == Ignored.UNKNOWN_KIND
    assert heard.incoming.text == "alo"


async def test_choices_arrive_as_a_numbered_list(meet):
    """The strict stand-in takes what is sent, and the phone shows all of it."""
    reply = Reply("Chị khỏe không?", buttons=((Button("Khỏe", "1:a"), Button("Mệt", "1:b")),), hint="Gõ số.")
    outcome = await meet.channel.send(BOT_LAN, reply)
    (shown,) = await meet.screen()
    assert outcome == Delivered(shown["message_id"])
    assert shown["text"] == "Chị khỏe không?\n1. Khỏe\n2. Mệt\nGõ số."


async def test_long_texts_fit_the_limit(meet):
    """A text beyond 2,000 characters arrives whole, in pieces that the stand-in does not refuse."""
    text = "Chị đo nhiệt độ mỗi sáng nhé. " * 150
    assert isinstance(await meet.channel.send(BOT_LAN, Reply(text)), Delivered)
    shown = await meet.screen()
    assert len(shown) == meet.channel.messages_in(Reply(text)) == 3
    assert " ".join(one["text"] for one in shown) == text.strip()


async def test_a_picture_is_fetched_from_its_address(meet):
    """A picture with an address is shown with its caption; one that cannot be fetched leaves the text."""
    stored = (await meet.bench.act("photo"))["event"]["message"]["photo"]
    reply = Reply("Phiếu của chị.", photo=b"PNG", photo_url=stored)
    assert isinstance(await meet.channel.send(BOT_LAN, reply), Delivered)
    lost = replace(reply, photo_url=f"{meet.bench.root}/nothing.png")
    assert isinstance(await meet.channel.send(BOT_LAN, lost), Delivered)
    with_picture, without = await meet.screen()
    assert with_picture["caption"] == without["text"] == "Phiếu của chị."
    assert "photo" in with_picture
    assert "photo" not in without


async def test_the_typing_sign_is_taken(meet):
    """The stand-in takes the typing sign of a chat that it knows, and of no other."""
    await meet.channel.typing(BOT_LAN)
    assert not meet.channel.lost
    await meet.channel.typing("0000")
    assert meet.channel.lost == {"typing": 1}


async def test_nobody_is_written_to_who_has_not_written(meet):
    """A chat exists only after its owner has written."""
    assert await meet.channel.send("0000", HELLO) == Never(Reason.GONE, "chat not found")


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ({"error_code": 429}, Later(FLOOD_WAIT, FLOOD)),
        ({"error_code": 403}, Later(SOON, "no answer", maybe_sent=True)),
        ({"error_code": 400}, Never(Reason.REFUSED, "refused with 400")),
        ({"status": 502}, Later(SOON, "no answer", maybe_sent=True)),
    ],
)
async def test_failures_become_outcomes(meet, fault, outcome):
    """Whatever goes wrong at Zalo's is one of the closed set; afterwards all is well."""
    await meet.bench.sim("zalo-bot/faults", method="sendMessage", times=1, **fault)
    assert await meet.channel.send(BOT_LAN, HELLO) == outcome
    assert isinstance(await meet.channel.send(BOT_LAN, HELLO), Delivered)


async def test_the_plan_of_the_bot_has_an_end():
    """The message over the month's limit is put off, not lost."""
    async for one in meeting(messages_limit=1):
        assert isinstance(await one.channel.send(BOT_LAN, HELLO), Delivered)
        assert await one.channel.send(BOT_LAN, HELLO) == Later(FLOOD_WAIT, FLOOD)


async def test_a_wrong_token_is_told_in_words(meet):
    """With a token that Zalo does not know the account is down, and doctor says what to do."""
    async with channel_on(meet.bench, "777:OLD") as channel:
        assert isinstance(await channel.send(BOT_LAN, HELLO), AccountDown)
        with pytest.raises(CallFailedError):
            await channel.poll(None, 0)
        (finding,) = await channel.examine("", meet.now)
    assert finding.wrong
    assert "OLD" not in finding.found


@pytest.mark.parametrize("flat", [True, False])
async def test_pushed_events_are_let_in_and_heard(flat):
    """Wrapped or flat, a push shows our secret and is heard; meanwhile nothing can be polled."""
    async for one in meeting(flat_bodies=flat):
        app, server = App(), web.Application()
        server.router.add_post("/hooks/zb", app.take)
        async with TestServer(server) as running:
            url = str(running.make_url("/hooks/zb"))
            await one.channel.push_to(url)
            await one.bench.act("text", text="sốt 38,5")
            await app.wait(1)
            headers, body = app.seen[0]
            assert one.channel.admits(headers, body, one.now) is None
            assert ZaloBot("zb", BOT_TOKEN, hook_secret="another-one").admits(headers, body, one.now) is (
                Refusal.FORGED
            )
            (heard,) = one.channel.hear(body, one.now)
            assert heard.incoming.text == "sốt 38,5"
            with pytest.raises(CallFailedError):
                await one.channel.poll(None, 0)
            assert (await one.channel.examine(url, one.now))[1] == Finding("messages", "webhook set")
            await one.channel.push_nowhere()
            assert await one.channel.poll(None, 0) == []
            assert (await one.channel.examine(url, one.now))[1] == Finding("messages", "polling", ELSEWHERE)


async def test_who_the_bot_is(meet):
    """The name is the stand-in's, the link the operator's."""
    assert await meet.channel.meet(()) == Presence("Bot Cachly", "https://zalo.me/777")
