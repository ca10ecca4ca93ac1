"""The Official Account itself: what it can draw, how it is found, how it stands, who pushes to it."""

import json
from datetime import timedelta

import pytest

from channels.zalo_oa import TYPED, ZaloOa
from channels.zalo_oa_marks import Marks
from channels.zalo_oa_signature import HEADER, signature
from quarantine.channel import CallFailedError, Channel, Finding, Presence, Refusal
from quarantine.messages import Incoming, Kind
from tests.channels.zalo_oa_room import (
    APP,
    GETOA,
    LAN,
    OA,
    QUOTA,
    START,
    Clock,
    Store,
    channel_to,
    fresh_pair,
    room,
)

HOOK = "https://cachly.vn/hooks/zalo"
WINDOW = Finding("window", "after 7 days of silence these templates go: 301, 302")
WEBHOOK = Finding("webhook", f"Zalo does not tell; its console must hold {HOOK}, with every event on")
TOKEN = Finding("token", "renewed 01/03 14:30, next 02/03 10:30")
ACCOUNT = Finding("account", "Trạm Y tế; package: Nâng cao; verified")


@pytest.fixture
async def here():
    """The channel, and the tiny Zalo that it speaks to."""
    async with room() as opened:
        yield opened


@pytest.fixture
def alone():
    """The channel with nobody to speak to."""
    return channel_to("http://127.0.0.1:1", Store(fresh_pair()), Clock())


def pushed(text):
    """A signed push of a text."""
    body = json.dumps(
        {
            "app_id": APP,
            "sender": {"id": LAN},
            "recipient": {"id": OA},
            "event_name": "user_send_text",
            "message": {"text": text, "msg_id": "1"},
            "timestamp": "1772350215000",
        },
        ensure_ascii=False,
    ).encode()
    mac = signature(APP, body, "1772350215000", "oa-secret-key")
    return {HEADER: f"mac={mac}"}, body


def test_a_push_is_judged_and_heard(alone):
    """A signed push is let in and heard; the same bytes under another signature are not."""
    headers, body = pushed("Sốt 38")
    assert alone.admits(headers, body, START) is None
    assert alone.admits(headers, body + b" ", START) is Refusal.FORGED
    assert alone.admits(headers, body, START + timedelta(hours=3)) is Refusal.STALE
    (heard,) = alone.hear(body, START)
    assert (heard.incoming.kind, heard.incoming.text, heard.incoming.at) == (Kind.TEXT, "Sốt 38", START)


def test_a_payload_typed_by_hand_is_counted(alone):
    """It is heard as a text, and the operator can see that somebody tries."""
    mark = Marks("oa-secret-key").put(LAN, "q7:none")
    (pressed,) = alone.hear(pushed(mark)[1], START)
    assert (pressed.incoming.kind, alone.lost[TYPED]) == (Kind.PRESS, 0)
    (typed,) = alone.hear(pushed("#" + "0" * 16 + ":q7:none")[1], START)
    assert (typed.incoming.kind, alone.lost[TYPED]) == (Kind.TEXT, 1)


async def test_its_name_and_address(here):
    """People find it by its name; its address opens the chat and takes no code."""
    assert await here.channel.meet([]) == Presence("Trạm Y tế", f"https://zalo.me/{OA}")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"error": -204}, "disabled"),
        ({"error": 0, "data": {"oaid": "1", "name": "Quán phở"}}, "another Official Account"),
        ({"error": 0, "data": {"oaid": OA}}, "unreadable"),
        ((502, b""), "status 502"),
    ],
)
async def test_an_account_that_is_not_met(here, answer, why):
    """What keeps us from it is said in words; a token of another account is not ours to use."""
    here.zalo.answer(GETOA, answer)
    with pytest.raises(CallFailedError, match=why):
        await here.channel.meet([])


async def test_an_account_that_is_well(here):
    """Token, account, webhook, window and quota, each in words, nothing wrong."""
    assert await here.channel.examine(HOOK, START) == [
        TOKEN,
        ACCOUNT,
        WEBHOOK,
        WINDOW,
        Finding("quota", "499 of 500 templates left today"),
    ]


async def test_an_account_without_templates():
    """What that means after a week is said; a quota of templates is not asked for."""
    async with room(templates=()) as here:
        findings = await here.channel.examine(HOOK, START)
        assert [one.part for one in findings] == ["token", "account", "webhook", "window"]
        assert findings[-1].found == (
            "after 7 days of silence nobody is reached here: no approved template is set"
        )


async def test_an_account_with_something_wrong(here):
    """Each part says by itself what is to be done."""
    here.zalo.answer(GETOA, {"error": 0, "data": {"oaid": OA, "name": "Trạm", "is_verified": [False]}})
    here.zalo.answer(QUOTA, {"error": 0, "data": {"dailyQuota": 500, "remainingQuota": 0}})
    _, account, webhook, _, quota = await here.channel.examine("http://cachly.vn", START)
    assert account == Finding(
        "account", "Trạm; package: no package; not verified", "have the account verified by Zalo"
    )
    assert "https" in webhook.wrong
    assert quota == Finding(
        "quota", "0 of 500 templates left today", "no template can be sent before tomorrow"
    )


async def test_parts_that_are_not_told(here):
    """A refusal of one part hides no other."""
    here.zalo.refuse(GETOA, -212)
    here.zalo.refuse(QUOTA, -135)
    findings = await here.channel.examine("", START)
    assert [(one.part, bool(one.wrong)) for one in findings] == [
        ("token", False),
        ("account", True),
        ("webhook", True),
        ("window", False),
        ("quota", True),
    ]


async def test_an_account_that_needs_consent(here):
    """Without a token nothing else can be looked at."""
    here.store.dead = "spent"
    (token,) = await here.channel.examine(HOOK, START)
    assert (token.part, token.found) == ("token", "none that works")
    assert "cachly zalo consent zalo" in token.wrong


async def test_a_token_that_has_run_out(here):
    """A pair that could not be renewed in time is told."""
    here.zalo.answer("/v4/oa/access_token", "drop")
    here.clock.time = START + timedelta(hours=26)
    (token,) = await here.channel.examine(HOOK, here.clock.time)
    assert token == Finding("token", "none that works", "no answer; try again in 5 s")


async def test_what_an_official_account_does_not_do(alone):
    """Nothing is polled; a console sets the address; signs and menus that Zalo lacks cost no call."""
    for call in (alone.poll(None, 1), alone.push_nowhere()):
        with pytest.raises(CallFailedError, match="only pushes"):
            await call
    (heard,) = alone.hear(pushed("x")[1], START)
    assert isinstance(heard.incoming, Incoming)
    await alone.push_to(HOOK)
    await alone.acknowledge(heard.incoming)
    await alone.settle(LAN, "1")
    await alone.typing(LAN)
    await alone.menu(LAN, [])


def test_its_form(alone):
    """Five buttons, nothing edited, no button for a place, a window of seven days."""
    form = alone.form
    assert form == ZaloOa.form
    assert (form.buttons, form.edits, form.asks_location, form.polls) == (5, False, False, False)
    assert (form.takes_location, form.asks_contact, form.documents) == (True, True, True)
    assert form.window == timedelta(days=7)


def test_it_is_a_channel(alone):
    """It has every call of the contract."""
    wanted = {name for name in vars(Channel) if not name.startswith("_")}
    assert not [name for name in wanted if not hasattr(alone, name)]


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/list.xlsx",
        "https://zdn.vn.example.com/list.xlsx",
        "http://f1.zdn.vn/list.xlsx",
        "https://f1.zdn.vn:8443/list.xlsx",
        "https://f1.zdn.vn@example.com/list.xlsx",
        "file:///etc/passwd",
        "https://[",
        "",
    ],
)
async def test_files_are_fetched_from_zalos_own_servers_only(url):
    """Whoever can name an address must not make us call another."""
    async with room() as found:
        with pytest.raises(CallFailedError):
            await found.channel.fetch(url, 1_000)
        assert found.zalo.calls == []
