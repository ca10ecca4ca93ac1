"""Zalo Bot calls over real HTTP: bodies compared whole, and what each refusal means."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from channels.connections import SOON
from channels.zalo_bot import ZaloBot
from channels.zalo_bot_account import ELSEWHERE
from channels.zalo_bot_calls import FLOOD_WAIT, Timeouts
from quarantine.channel import CallFailedError, Finding, MenuEntry, Presence, Refusal
from quarantine.messages import (
    FLOOD,
    AccountDown,
    Address,
    Button,
    Delivered,
    Document,
    Incoming,
    Kind,
    Later,
    Link,
    Never,
    Reason,
    Reply,
    Want,
)
from tests.channels.conftest import Call, Server

NOW = datetime(2026, 3, 1, 7, 30, tzinfo=UTC)
TOKEN = "42:SECRET-TOKEN"
SECRET = "a-secret-of-ours"
DOWN = AccountDown("Zalo does not know this bot: the token is wrong or was revoked")
EVENT = {"event_name": "message.text.received", "message": {"text": "chào"}}


class ZaloServer(Server):
    """A tiny Zalo Bot server: JSON in, envelopes out."""

    async def take(self, request):
        """Answer one call."""
        assert (request.method, request.content_type) == ("POST", "application/json")
        assert request.match_info["token"] == TOKEN
        fields = json.loads(await request.read())
        self.calls.append(Call(request.match_info["method"], fields, {}, request.content_type))
        self.last_id += 1
        sent = {"ok": True, "result": {"message_id": f"m{self.last_id}", "date": 1772350140000}}
        status, body = self.answers.pop(0) if self.answers else (200, sent)
        return await self._answer(request, status, body)

    def refuse(self, code, description="", status=200):
        """Let the next call be refused in Zalo's way."""
        self.answers.append((status, {"ok": False, "error_code": code, "description": description}))


@pytest.fixture
async def server():
    """The tiny server on a free local port."""
    async with ZaloServer().running() as tiny:
        yield tiny


@pytest.fixture
async def bot(server):
    """The channel under test, with short patience."""
    patience = Timeouts(connect=0.3, read=0.3)
    link = "https://zalo.me/123"
    async with ZaloBot("zb", TOKEN, server.url, timeouts=patience, hook_secret=SECRET, link=link) as channel:
        yield channel


def text(said):
    """The call that sends a text."""
    return ("sendMessage", {"chat_id": "u1", "text": said})


async def test_a_text_is_one_call(bot, server):
    """A text is sent as it is, and delivered under Zalo's id of it."""
    assert await bot.send("u1", Reply("Chào chị Lan.")) == Delivered("m101")
    assert server.sent == [text("Chào chị Lan.")]


async def test_choices_are_always_a_numbered_list(bot, server):
    """No button exists: choices are numbered in the text with the hint, the page is a line of it."""
    reply = Reply(
        "Chị khỏe không?",
        buttons=((Button("Khỏe", "1:a"),), (Button("Mệt", "1:b"),)),
        hint="Chị gõ 1 hoặc 2.",
        link=Link("Trang của trạm", "https://c.vn/x"),
    )
    await bot.send("u1", reply)
    assert server.sent == [
        text("Chị khỏe không?\nTrang của trạm: https://c.vn/x\n1. Khỏe\n2. Mệt\nChị gõ 1 hoặc 2.")
    ]


@pytest.mark.parametrize(
    "extra",
    [
        {"want": Want.CONTACT, "want_label": "Gửi số"},
        {"document": Document("a.pdf", b"%PDF")},
        {"photo": b"PNG"},
        {"protect": True},
        {"replaces": "m1"},
    ],
)
async def test_what_cannot_be_carried_leaves_the_text(bot, server, extra):
    """A number cannot be asked for, a file or uploaded picture not be sent: the text comes alone."""
    await bot.send("u1", Reply("Đây ạ.", **extra))
    assert server.sent == [text("Đây ạ.")]


async def test_a_place_is_a_map(bot, server):
    """A position opens as a map."""
    await bot.send("u1", Reply("Nhà:", pin=(21.0341, 105.82)))
    assert server.sent == [text("Nhà:\n📍 https://maps.google.com/?q=21.03410,105.82000")]


async def test_a_picture_is_fetched_by_zalo(bot, server):
    """A picture with a public address has the text as its caption."""
    await bot.send("u1", Reply("Phiếu của chị.", photo=b"PNG", photo_url="https://c.vn/p/1.png"))
    call = {"chat_id": "u1", "photo": "https://c.vn/p/1.png", "caption": "Phiếu của chị."}
    assert server.sent == [("sendPhoto", call)]


async def test_a_picture_that_is_refused_leaves_the_text(bot, server):
    """When Zalo cannot fetch the picture the text is sent alone; when the reader is gone it is not."""
    server.refuse(400, "Bad Request: failed to get photo")
    reply = Reply("Phiếu của chị.", photo_url="https://c.vn/p/1.png")
    assert await bot.send("u1", reply) == Delivered("m102")
    assert server.sent[1:] == [text("Phiếu của chị.")]
    server.refuse(403)
    assert await bot.send("u1", reply) == Never(Reason.BLOCKED, "forbidden")
    assert len(server.sent) == 3


async def test_a_long_text_is_cut_between_sentences(bot, server):
    """Over 2,000 characters a text is cut behind a sentence; all of it arrives, in order."""
    sentence = "Chị đo nhiệt độ mỗi sáng. "
    reply = Reply(sentence * 100)
    assert bot.messages_in(reply) == 2
    assert await bot.send("u1", reply) == Delivered("m102")
    pieces = [fields["text"] for _, fields in server.sent]
    assert " ".join(pieces) == (sentence * 100).strip()
    assert all(len(piece) <= 2000 and piece.endswith(".") for piece in pieces)


async def test_a_second_part_that_must_wait_says_that_something_was_sent(bot, server):
    """When a later part fails for now, what has arrived may arrive again; when for good, it is not tried."""
    reply = Reply("Chị đo nhiệt độ. " * 200)
    server.succeed({"message_id": "m1", "date": 1})
    server.refuse(429)
    assert await bot.send("u1", reply) == Later(FLOOD_WAIT, FLOOD, maybe_sent=True)
    server.succeed({"message_id": "m1", "date": 1})
    server.refuse(403)
    assert await bot.send("u1", reply) == Never(Reason.BLOCKED, "forbidden")


async def test_a_reply_that_says_nothing_is_refused(bot, server):
    """An empty reply is refused without a call."""
    assert await bot.send("u1", Reply(" ")) == Never(Reason.REFUSED, "a reply that says nothing")
    assert bot.messages_in(Reply(" ")) == 1
    assert not server.calls


def refused(code, description="", status=200):
    """A refusal as Zalo words it."""
    return status, {"ok": False, "error_code": code, "description": description}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (refused(400, "Bad Request: text is empty"), Never(Reason.REFUSED, "refused with 400")),
        (refused(400, "Bad Request: chat not found"), Never(Reason.GONE, "chat not found")),
        (refused(404, "Chat not found"), Never(Reason.GONE, "chat not found")),
        (refused(404, "Not Found"), DOWN),
        (refused(401, "Unauthorized"), DOWN),
        (refused(403, "Forbidden"), Never(Reason.BLOCKED, "forbidden")),
        (refused(403, "Internal Server Error"), Later(SOON, "no answer", maybe_sent=True)),
        (refused(426), Never(Reason.QUOTA, "the bot's plan allows no more")),
        (refused(429, "Quota exceeded"), Later(FLOOD_WAIT, FLOOD)),
        (refused(500, "Internal"), Later(SOON, "no answer", maybe_sent=True)),
        (refused("401"), DOWN),
        ((401, {"ok": False}), DOWN),
        ((401, b"<html>"), DOWN),
        ((429, b""), Later(FLOOD_WAIT, FLOOD)),
        ((502, b"<html>"), Later(SOON, "no answer", maybe_sent=True)),
        ((302, b""), Later(SOON, "no answer", maybe_sent=True)),
        ((200, b"<html>"), Later(SOON, "unreadable answer", maybe_sent=True)),
        ((200, b'{"ok": 1'), Later(SOON, "unreadable answer", maybe_sent=True)),
        ((200, "hang"), Later(SOON, "no answer", maybe_sent=True)),
        ((200, "drop"), Later(SOON, "no answer", maybe_sent=True)),
        ((200, {"ok": True, "result": {}}), Delivered("")),
        (
            (200, {"ok": True, "result": 5}),
            AccountDown("the server's answer is not that of the Zalo Bot Platform"),
        ),
    ],
)
async def test_what_each_answer_means(bot, server, answer, outcome):
    """Success is `ok`, not HTTP 200; each refusal and each failure has one outcome, without Zalo's words."""
    server.answers.append(answer)
    assert await bot.send("u1", Reply("Chào chị.")) == outcome


async def test_a_server_that_is_not_there():
    """What never left may be sent again without doubt; the token is in no word of it."""
    async with ZaloBot("zb", TOKEN, "http://localhost:1") as bot:
        outcome = await bot.send("u1", Reply("Chào chị."))
        with pytest.raises(CallFailedError) as failed:
            await bot.meet(())
    assert outcome == Later(SOON, "not reached")
    assert "SECRET" not in str(failed.value)
    assert failed.value.__cause__ is None


async def test_before_it_is_opened_nothing_is_reached():
    """Outside `async with` a send is put off, it does not break."""
    assert await ZaloBot("zb", TOKEN).send("u1", Reply("Chào.")) == Later(SOON, "not reached")


async def test_typing_is_one_call_that_may_be_lost(bot, server):
    """The typing sign is one call; when it is lost it is counted, and nothing else happens."""
    await bot.typing("u1")
    assert server.sent == [("sendChatAction", {"chat_id": "u1", "action": "typing"})]
    assert not bot.lost
    server.refuse(403)
    await bot.typing("u1")
    assert bot.lost == {"typing": 1}


async def test_what_does_not_exist_calls_nobody(bot, server):
    """Presses, edits and command menus do not exist here."""
    await bot.acknowledge(Incoming(Address("zb", "u1"), "1", NOW, Kind.TEXT), "Đã ghi")
    await bot.settle("u1", "m1")
    await bot.menu("u1", (MenuEntry("khai_bao", "Khai báo"),))
    assert not server.calls


async def test_a_poll_brings_the_one_event_that_came(bot, server):
    """One event, as it came, is heard like a pushed one; the number of none is sent."""
    server.succeed(EVENT)
    bodies = await bot.poll(None, 0)
    assert [json.loads(body) for body in bodies] == [EVENT]
    assert server.sent == [("getUpdates", {"timeout": 0})]


@pytest.mark.parametrize("answer", [refused(408, "Request timeout"), (408, b""), (200, {"ok": True})])
async def test_a_poll_to_which_nothing_came(bot, server, answer):
    """408 says that nothing came; that is no failure."""
    server.answers.append(answer)
    assert await bot.poll(None, 0) == []


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (refused(401), DOWN),
        (refused(400, "webhook is set"), Never(Reason.REFUSED, "refused with 400")),
        ((200, "hang"), Later(SOON, "no answer", maybe_sent=True)),
    ],
)
async def test_a_poll_that_fails_says_why(bot, server, answer, outcome):
    """Any other refusal is a failure whose meaning the poller is told."""
    server.answers.append(answer)
    with pytest.raises(CallFailedError) as failed:
        await bot.poll(None, 0)
    assert failed.value.outcome == outcome


async def test_a_poll_may_wait_longer_than_a_call(bot, server):
    """The wait that was asked for is added to the patience for an answer."""
    server.latency = 0.6
    server.succeed(EVENT)
    assert len(await bot.poll(None, 1)) == 1


async def test_pushing_is_set_and_taken_back(bot, server):
    """The address is set together with our secret, and taken back without anything."""
    server.succeed({"url": "https://c.vn/hooks/zb", "updated_at": 1})
    await bot.push_to("https://c.vn/hooks/zb")
    await bot.push_nowhere()
    assert server.sent == [
        ("setWebhook", {"url": "https://c.vn/hooks/zb", "secret_token": SECRET}),
        ("deleteWebhook", {}),
    ]
    server.refuse(400)
    with pytest.raises(CallFailedError):
        await bot.push_to("http://c.vn")
    with pytest.raises(ValueError, match="secret"):
        await ZaloBot("zb", TOKEN, server.url).push_to("https://c.vn")


@pytest.mark.parametrize(
    ("headers", "refusal"),
    [
        ({"X-Bot-Api-Secret-Token": SECRET}, None),
        ({}, Refusal.UNSIGNED),
        ({"X-Bot-Api-Secret-Token": ""}, Refusal.FORGED),
        ({"X-Bot-Api-Secret-Token": SECRET + "x"}, Refusal.FORGED),
        ({"X-Bot-Api-Secret-Token": "bí mật \udcff"}, Refusal.FORGED),
    ],
)
def test_only_our_secret_lets_a_push_in(headers, refusal):
    """A push without a secret is unsigned, with another it is forged."""
    assert ZaloBot("zb", TOKEN, hook_secret=SECRET).admits(headers, b"{}", NOW) == refusal


def test_without_a_secret_of_ours_nothing_is_let_in():
    """An empty secret matches nothing, not even an empty header."""
    assert ZaloBot("zb", TOKEN).admits({"X-Bot-Api-Secret-Token": ""}, b"{}", NOW) == Refusal.FORGED


def test_a_pushed_event_is_heard_on_this_account():
    """One body, one thing heard, under the account's name."""
    message = {"chat": {"id": "u1", "chat_type": "PRIVATE"}, "message_id": "m1", "date": 1, "text": "a"}
    body = json.dumps({"event_name": "message.text.received", "message": message}).encode()
    (heard,) = ZaloBot("zb", TOKEN).hear(body, NOW)
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=1)
    assert heard.incoming == Incoming(Address("zb", "u1"), "m1", at, Kind.TEXT, text="a")
    assert (heard.ignored, heard.order) == (None, None)


@pytest.mark.parametrize(
    "settings",
    [
        {"token": ""},
        {"token": TOKEN, "api": "bot-api.zaloplatforms.com"},
        {"token": TOKEN, "hook_secret": "short"},
        {"token": TOKEN, "hook_secret": "x" * 257},
    ],
)
def test_settings_that_cannot_work_are_refused(settings):
    """An empty token, an address without a scheme, a secret that Zalo would refuse: said at once."""
    with pytest.raises(ValueError, match="Zalo bot"):
        ZaloBot("zb", **settings)


ME = {"id": "1459", "account_name": "bot.CachlyHN", "account_type": "BASIC", "can_join_groups": False}
PLAN = Finding("plan", "BASIC: at most 50 people and 3,000 messages a month")


async def test_how_people_find_the_bot(bot, server):
    """The name is Zalo's, the link the operator's, for Zalo tells none."""
    server.succeed(ME)
    assert await bot.meet(()) == Presence("bot.CachlyHN", "https://zalo.me/123")
    assert server.sent == [("getMe", {})]


@pytest.mark.parametrize(
    ("hook", "wanted", "finding"),
    [
        ({"url": "https://c.vn/h"}, "https://c.vn/h", Finding("messages", "webhook set")),
        ({"url": "https://old.vn/h"}, "https://c.vn/h", Finding("messages", "webhook set", ELSEWHERE)),
        ({"url": "https://c.vn/h"}, "", Finding("messages", "webhook set", ELSEWHERE)),
        ({"url": ""}, "", Finding("messages", "polling")),
        (None, "", Finding("messages", "polling")),
    ],
)
async def test_what_the_doctor_finds(bot, server, hook, wanted, finding):
    """The bot's name, whether messages come in as the settings say, and the limits of the plan."""
    server.succeed(ME)
    server.succeed(hook)
    assert await bot.examine(wanted, NOW) == [Finding("bot", "bot.CachlyHN"), finding, PLAN]


async def test_what_the_doctor_finds_when_the_token_is_wrong(bot, server):
    """A token that Zalo does not know is said in words, without the token, with what to do."""
    server.refuse(401)
    (finding,) = await bot.examine("", NOW)
    assert finding.part == "bot"
    assert DOWN.detail in finding.found
    assert "token" in finding.wrong
