"""The stand-in Zalo Bot as a bot uses it: polling without a net, webhooks in two shapes, what is refused."""

import asyncio
import json

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.simulator.zalo import BOT_LAN, BOT_TOKEN, App, bot_bench

SECRET = "bi-mat-123"
GROUP = "g-1"


@pytest.fixture
async def stranger():
    """Lan's phone; nobody has written yet."""
    async for bench in bot_bench():
        yield bench


@pytest.fixture
async def bot(stranger):
    """Lan has written, and the bot has fetched it."""
    await stranger.act("text", text="Chào")
    await stranger.ok("getUpdates")
    return stranger


@pytest.fixture
async def app():
    """The bot's webhook on a free local port."""
    taken = App()
    served = web.Application()
    served.router.add_post("/hooks/bot", taken.take)
    async with TestServer(served) as server:
        taken.url = str(server.make_url("/hooks/bot"))
        yield taken


async def test_a_text_is_fetched_as_one_object_and_is_gone(stranger):
    """No list, no number, no acknowledgement; then 408 until something comes."""
    sent = await stranger.act("text", text="Tôi khoẻ")
    event = await stranger.ok("getUpdates", timeout="30")
    assert event["event_name"] == "message.text.received"
    message = event["message"]
    assert message["text"] == "Tôi khoẻ"
    assert message["from"] == {"id": BOT_LAN, "display_name": "Lan", "is_bot": False}
    assert message["chat"] == {"id": BOT_LAN, "chat_type": "PRIVATE"}
    assert message["message_id"] == sent["message"]["message_id"]
    assert message["date"] == int(stranger.world.clock.now().timestamp() * 1000)
    assert await stranger.refused("getUpdates", timeout=0) == 408


async def test_a_poll_waits_for_what_comes(bot):
    """An event ends the wait."""
    async with asyncio.TaskGroup() as group:
        poll = group.create_task(bot.ok("getUpdates", timeout=5))
        while not (await bot.sim("zalo-bot", verb="GET"))["polling"]:
            continue
        await bot.act("text", text="Sốt")
    assert poll.result()["message"]["text"] == "Sốt"


async def test_a_poller_that_hung_up_takes_nothing(bot):
    """What comes after a poller was killed is for the next one."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await bot.call("getUpdates", timeout=5)
    await bot.act("text", text="Sốt")
    assert (await bot.ok("getUpdates", timeout=5))["message"]["text"] == "Sốt"


async def test_events_change_hands_with_the_webhook(bot, app):
    """What waited for a poll is pushed once a webhook is set; what is not pushed yet waits for a poll."""
    await bot.act("text", text="chờ")
    await bot.ok("setWebhook", url=app.url, secret_token=SECRET)
    await app.wait(1)
    app.delay = 0.3
    await bot.act("text", text="một")
    await bot.act("text", text="hai")
    await app.wait(2)
    await bot.ok("deleteWebhook")
    assert (await bot.ok("getUpdates", timeout=5))["message"]["text"] == "hai"


async def test_a_lost_answer_is_a_lost_message(bot):
    """The connection breaks after the event was taken: nobody gets it again."""
    await bot.act("text", text="Khó thở")
    await bot.sim("zalo-bot/faults", method="getUpdates", drop=True, accept=True)
    with pytest.raises(aiohttp.ClientError):
        await bot.call("getUpdates", timeout=0)
    assert await bot.refused("getUpdates", timeout=0) == 408


async def test_what_the_bot_can_and_cannot_read(bot):
    """Pictures, stickers and sound have an address; places, files and cards come without content."""
    for action, name, field in (
        ("photo", "image", "photo"),
        ("voice", "voice", "voice_url"),
        ("sticker", "sticker", "url"),
    ):
        await bot.act(action)
        event = await bot.ok("getUpdates", timeout=0)
        assert event["event_name"] == f"message.{name}.received"
        assert event["message"][field].startswith(bot.root)
    for action, fields in (
        ("location", {"latitude": 21.0, "longitude": 105.8}),
        ("document", {}),
        ("unsupported", {}),
    ):
        await bot.act(action, **fields)
        event = await bot.ok("getUpdates", timeout=0)
        assert event["event_name"] == "message.unsupported.received"
        assert event["message"].keys() == {"from", "chat", "message_id", "date"}


async def test_who_has_not_written_cannot_be_written_to(stranger):
    """There is no chat before the first word."""
    assert await stranger.refused("sendMessage", chat_id=BOT_LAN, text="a") == 400
    await stranger.act("text", text="Chào")
    sent = await stranger.ok("sendMessage", chat_id=BOT_LAN, text="Chào chị Lan")
    assert sent["message_id"] == (await stranger.chat())[-1]["message_id"]
    assert isinstance(sent["date"], int)


@pytest.mark.parametrize(
    ("method", "fields", "code"),
    [
        ("sendMessage", {"text": "a" * 2000}, 0),
        ("sendMessage", {"text": "a" * 2001}, 400),
        ("sendMessage", {"text": ""}, 400),
        ("sendMessage", {}, 400),
        ("sendMessage", {"text": 5}, 400),
        ("sendMessage", {"text": "a", "reply_markup": {"inline_keyboard": []}}, 400),
        ("sendMessage", {"text": "<b>a</b>", "parse_mode": "html"}, 0),
        ("sendMessage", {"text": "<b>a", "parse_mode": "html"}, 400),
        ("sendMessage", {"text": "**a**", "parse_mode": "markdown"}, 0),
        ("sendMessage", {"text": "a", "parse_mode": "MarkdownV2"}, 400),
        ("sendMessage", {"text": "a", "chat_id": "nobody"}, 400),
        ("sendSticker", {"sticker": "bfe458bf64fa8da4d4eb"}, 0),
        ("sendSticker", {"sticker": ""}, 400),
        ("sendChatAction", {"action": "typing"}, 0),
        ("sendChatAction", {"action": "upload_photo"}, 400),
        ("sendVoice", {"voice_url": "https://x.vn/a.aac"}, 0),
        ("sendVoice", {"voice_url": "https://x.vn/a.mp3"}, 400),
        ("sendPhoto", {"photo": "http://127.0.0.1:9/none.png"}, 400),
        ("sendPhoto", {"photo": "http://x.vn/a.png"}, 400),
        ("editMessageText", {"text": "a"}, 404),
        ("SendMessage", {"text": "a"}, 404),
    ],
)
async def test_what_is_not_documented_is_refused(bot, method, fields, code):
    """Each method is taken at its limit and refused beyond it; HTTP says 200 to all of it."""
    envelope = await bot.call(method, **{"chat_id": BOT_LAN} | fields)
    assert envelope.get("error_code", 0) == code
    assert envelope["ok"] is (code == 0)


async def test_a_photo_is_fetched_from_its_address(bot):
    """A picture with a caption arrives; a caption has at most 2,000 characters."""
    await bot.act("photo")
    url = (await bot.ok("getUpdates"))["message"]["photo"]
    await bot.ok("sendPhoto", chat_id=BOT_LAN, photo=url, caption="Thẻ")
    shown = (await bot.chat())[-1]
    assert (shown["caption"], shown["photo"][-1]["width"]) == ("Thẻ", 240)
    assert await bot.refused("sendPhoto", chat_id=BOT_LAN, photo=url, caption="a" * 2001) == 400


async def test_the_token_opens_this_bot_beside_telegram(bot):
    """On the shared path the token tells whose call it is; a wrong one is 401; forms and GET are read too."""
    assert (await bot.call("getMe", token="wrong"))["error_code"] == 401
    async with bot.http.get(f"{bot.root}/bot{BOT_TOKEN}/getMe") as answer:
        me = (await answer.json())["result"]
    assert me == {"id": "777", "account_name": "Bot Cachly", "account_type": "BASIC", "can_join_groups": True}
    form = {"chat_id": BOT_LAN, "text": "bằng biểu mẫu"}
    async with bot.http.post(f"{bot.root}/bot{BOT_TOKEN}/sendMessage", data=form) as answer:
        assert (await answer.json())["ok"]
    assert (await bot.chat())[-1]["text"] == "bằng biểu mẫu"


@pytest.mark.parametrize("flat", [False, True])
async def test_events_are_pushed_wrapped_or_flat(bot, app, flat):
    """With the secret in the header, in the documented shape or in the one that is seen too."""
    await bot.sim("zalo-bot", flat_bodies=flat)
    info = await bot.ok("setWebhook", url=app.url, secret_token=SECRET)
    assert info["url"] == app.url
    assert await bot.refused("getUpdates") == 400
    await bot.act("text", text="Tôi khoẻ")
    await app.wait(1)
    headers, raw = app.seen[0]
    body = json.loads(raw)
    assert headers["X-Bot-Api-Secret-Token"] == SECRET
    assert (body if flat else body["result"])["message"]["text"] == "Tôi khoẻ"
    assert ("ok" in body) is not flat
    await bot.ok("deleteWebhook")
    assert (await bot.ok("getWebhookInfo"))["url"] == ""


@pytest.mark.parametrize(
    "fields",
    [
        {"url": "http://x.vn/hook", "secret_token": SECRET},
        {"url": "https://x.vn/hook"},
        {"secret_token": SECRET},
        {"url": "https://x.vn/hook", "secret_token": "short"},
        {"url": "https://x.vn/hook", "secret_token": SECRET, "max_connections": 1},
    ],
)
async def test_a_webhook_must_be_whole(bot, fields):
    """Https and a secret of 8 to 256 characters, both needed."""
    assert await bot.refused("setWebhook", **fields) == 400


async def test_what_a_webhook_does_not_take_is_lost(bot, app):
    """Nothing is promised, so nothing comes again."""
    app.statuses = [500]
    await bot.ok("setWebhook", url=app.url, secret_token=SECRET)
    await bot.act("text", text="một")
    await bot.act("text", text="hai")
    await app.wait(2)
    texts = [json.loads(raw)["result"]["message"]["text"] for _, raw in app.seen]
    assert texts == ["một", "hai"]
    assert (await bot.sim("zalo-bot", verb="GET"))["lost"] == 1


async def test_a_group_is_told_apart(bot):
    """A word in a group comes with the group's id and GROUP; the bot can answer there, but not with sound."""
    await bot.sim("zalo-bot/groups", id=GROUP)
    await bot.act("text", text="Chào cả nhà", chat_id=GROUP)
    message = (await bot.ok("getUpdates"))["message"]
    assert message["chat"] == {"id": GROUP, "chat_type": "GROUP"}
    assert message["from"]["id"] == BOT_LAN
    await bot.ok("sendMessage", chat_id=GROUP, text="Chào")
    texts = [shown["text"] for shown in (await bot.sim(f"zalo-bot/groups/{GROUP}", verb="GET"))["messages"]]
    assert texts == ["Chào cả nhà", "Chào"]
    assert await bot.refused("sendVoice", chat_id=GROUP, voice_url="https://x.vn/a.aac") == 400


async def test_the_plan_has_its_limits(bot):
    """A person beyond the plan's number is not heard; messages beyond the month's are 429."""
    await bot.sim("zalo-bot", users_limit=1, messages_limit=1)
    await bot.sim("phones", kind="zalo-bot", id="tam", name="Tâm")
    assert (await bot.act("text", phone="tam", text="Chào"))["event"] is None
    assert await bot.refused("getUpdates", timeout=0) == 408
    await bot.ok("sendMessage", chat_id=BOT_LAN, text="một")
    assert await bot.refused("sendMessage", chat_id=BOT_LAN, text="hai") == 429
    await bot.sim("zalo-bot", limits_on=False)
    await bot.ok("sendMessage", chat_id=BOT_LAN, text="hai")


@pytest.mark.parametrize("code", [400, 401, 403, 429])
async def test_any_code_can_be_had(bot, code):
    """A fault answers with its code and HTTP 200, as often as told, and leaves polling alone."""
    await bot.sim("zalo-bot/faults", error_code=code)
    assert await bot.refused("getUpdates", timeout=0) == 408
    assert await bot.refused("sendMessage", chat_id=BOT_LAN, text="a") == code
    await bot.ok("sendMessage", chat_id=BOT_LAN, text="a")


async def test_a_proxy_may_fail(bot):
    """A fault with a status fails as HTTP does."""
    await bot.sim("zalo-bot/faults", status=502)
    async with bot.http.post(f"{bot.root}/bot{BOT_TOKEN}/getMe") as answer:
        assert answer.status == 502


async def test_a_reset_forgets_the_chats_of_every_kind(bot):
    """What was said is gone; the phone stays when it is told to."""
    await bot.sim("reset", keep_phones=True)
    assert await bot.chat() == []
    assert await bot.refused("sendMessage", chat_id=BOT_LAN, text="a") == 400
    await bot.sim("reset")
    assert [phone["id"] for phone in (await bot.sim("phones", verb="GET"))["phones"]] == []
