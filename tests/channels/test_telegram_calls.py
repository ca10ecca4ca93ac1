"""The calls beside sending: those that lose nothing when lost, and those of the operator and the poller."""

from datetime import UTC, datetime, timedelta

import pytest

from channels.telegram import Telegram
from channels.telegram_account import Me
from channels.telegram_kinds import WANTED
from channels.telegram_webhook import HEADER, secret_matches
from quarantine.channel import CallFailedError, Finding, MenuEntry, Presence, Profile, Refusal
from quarantine.messages import AccountDown, Address, Incoming, Kind, Later
from tests.channels.conftest import TOKEN

NOW = datetime(2026, 3, 1, 7, 30, tzinfo=UTC)
PRESS = Incoming(Address("tg", "7"), "5", NOW, Kind.PRESS, pressed="1:a", pressed_in="3", press_id="pp")
MENU = (MenuEntry("khai_bao", "Khai báo"), MenuEntry("tro_giup", "Trợ giúp"))
COMMANDS = [
    {"command": "khai_bao", "description": "Khai báo"},
    {"command": "tro_giup", "description": "Trợ giúp"},
]

LOSSY = [
    (
        "acknowledge",
        lambda channel: channel.acknowledge(PRESS),
        ("answerCallbackQuery", {"callback_query_id": "pp"}),
    ),
    (
        "acknowledge",
        lambda channel: channel.acknowledge(PRESS, "Đã ghi " * 50),
        ("answerCallbackQuery", {"callback_query_id": "pp", "text": ("Đã ghi " * 50)[:200]}),
    ),
    (
        "settle",
        lambda channel: channel.settle("7", "3"),
        ("editMessageReplyMarkup", {"chat_id": 7, "message_id": 3}),
    ),
    (
        "typing",
        lambda channel: channel.typing("7"),
        ("sendChatAction", {"chat_id": 7, "action": "typing"}),
    ),
    (
        "menu",
        lambda channel: channel.menu("7", MENU),
        ("setMyCommands", {"commands": COMMANDS, "scope": {"type": "chat", "chat_id": 7}}),
    ),
]


@pytest.mark.parametrize(("name", "act", "call"), LOSSY)
async def test_a_small_call_on_the_wire(telegram, server, name, act, call):
    """Acknowledging, settling, the typing sign and menus are one call each."""
    server.succeed()
    await act(telegram)
    assert server.sent == [call]
    assert not telegram.lost[name]


@pytest.mark.parametrize(("name", "act", "call"), LOSSY)
@pytest.mark.parametrize(
    "answer",
    [
        (400, {"ok": False, "description": "Bad Request: query is too old"}),
        (403, {"ok": False, "description": "Forbidden: bot was blocked by the user"}),
        (502, b"<html>"),
        (200, {"ok": True}),
        (200, "drop"),
        (200, "hang"),
    ],
)
async def test_a_small_call_that_fails_is_counted_and_forgotten(telegram, server, name, act, call, answer):
    """What loses nothing when it is lost never raises; how often it was lost is counted."""
    server.answers.append(answer)
    await act(telegram)
    assert telegram.lost == {name: 1}


async def test_only_presses_are_acknowledged(telegram, server):
    """A typed answer has nothing on the screen that would wait."""
    await telegram.acknowledge(Incoming(Address("tg", "7"), "5", NOW, Kind.TEXT))
    assert server.calls == []


@pytest.mark.parametrize(
    "act",
    [
        lambda channel: channel.settle("7", "zalo-id"),
        lambda channel: channel.settle("an", "3"),
        lambda channel: channel.typing("an"),
        lambda channel: channel.menu("an", MENU),
    ],
)
async def test_ids_of_another_messenger_are_lost_not_raised(telegram, server, act):
    """An id that Telegram cannot have is counted as a lost call."""
    await act(telegram)
    assert telegram.lost.total() == 1
    assert server.calls == []


@pytest.mark.parametrize(
    "entry", [("Khai", "x"), ("a-b", "x"), ("", "x"), ("a" * 33, "x"), ("a", ""), ("a", "x" * 257)]
)
async def test_a_menu_that_telegram_would_refuse_is_an_error_of_ours(telegram, server, entry):
    """Commands are 1-32 of a-z, 0-9 and _; labels 1-256 characters: told when the menu is built."""
    with pytest.raises(ValueError, match="a command is"):
        await telegram.menu("7", [MenuEntry(*entry)])
    assert server.calls == []


async def test_who_the_bot_is(telegram, server):
    """The operator sees whom the token belongs to."""
    server.succeed({"id": 42, "is_bot": True, "first_name": "Cachly", "username": "CachlyBot"})
    assert await telegram.me() == Me("42", "CachlyBot", "Cachly")
    assert server.sent == [("getMe", {})]


ME = {"id": 42, "is_bot": True, "first_name": "Cachly", "username": "CachlyBot"}


async def test_how_people_find_the_bot(telegram, server):
    """Meeting the account gives its name and the link that opens its chat with a code."""
    server.succeed(ME)
    assert await telegram.meet(()) == Presence("@CachlyBot", "https://t.me/CachlyBot?start={code}")


HOOK = "https://cachly.example/hooks/tg"


@pytest.mark.parametrize(
    ("info", "wanted", "found", "wrong"),
    [
        ({"url": ""}, "", "polling, 0 updates wait", ""),
        ({"url": HOOK, "pending_update_count": 2}, HOOK, "webhook set, 2 updates wait", ""),
        ({"url": HOOK}, "", "webhook set, 0 updates wait", "Not as CACHLY_PUBLIC_URL says"),
        ({"url": ""}, HOOK, "polling, 0 updates wait", "Not as CACHLY_PUBLIC_URL says"),
        (
            {"url": HOOK, "pending_update_count": 3, "last_error_message": "Wrong response: 502"},
            HOOK,
            "webhook set, 3 updates wait",
            "Telegram cannot deliver: Wrong response: 502.",
        ),
    ],
)
async def test_the_account_is_examined_in_words(telegram, server, info, wanted, found, wrong):
    """Doctor is told who the bot is and whether messages come in the way that they should."""
    server.succeed(ME)
    server.succeed({"has_custom_certificate": False, "pending_update_count": 0} | info)
    bot, messages = await telegram.examine(wanted, NOW)
    assert bot == Finding("bot", "@CachlyBot")
    assert (messages.part, messages.found) == ("messages", found)
    assert messages.wrong.startswith(wrong)
    assert bool(messages.wrong) is bool(wrong)


async def test_a_wrong_token_is_found(telegram, server):
    """A token that Telegram refuses is one finding that says what to look at, and does not show it."""
    server.refuse(401, "Unauthorized")
    (found,) = await telegram.examine("", NOW)
    assert found.wrong.startswith("Is its token whole")
    assert TOKEN not in repr(found)


async def test_a_webhook_is_set_with_its_secret(server):
    """Updates of the kinds that we read are pushed under the secret; what waits is kept."""
    async with Telegram("tg", TOKEN, server.url, hook_secret="s3cret_-") as telegram:
        server.succeed()
        await telegram.push_to("https://cachly.example/hooks/tg")
        server.succeed()
        await telegram.push_nowhere()
    hook = {
        "url": "https://cachly.example/hooks/tg",
        "secret_token": "s3cret_-",
        "max_connections": 40,
        "allowed_updates": list(WANTED),
    }
    assert server.sent == [("setWebhook", hook), ("deleteWebhook", {})]


@pytest.mark.parametrize("secret", ["", "có dấu", "a b", "x" * 257])
async def test_a_secret_that_telegram_cannot_send_is_refused(secret):
    """A secret outside A-Z, a-z, 0-9, _ and - would never match again."""
    telegram = Telegram("tg", TOKEN, hook_secret=secret)
    with pytest.raises(ValueError, match="1 to 256"):
        await telegram.push_to("https://cachly.example/hooks/tg")


@pytest.mark.parametrize(
    ("headers", "refusal"),
    [
        ({}, Refusal.UNSIGNED),
        ({HEADER: ""}, Refusal.FORGED),
        ({HEADER: "s3cret_"}, Refusal.FORGED),
        ({HEADER: "s3cret_-"}, None),
    ],
)
def test_a_push_is_admitted_by_its_secret(headers, refusal):
    """What shows our secret is Telegram's; anything else is refused, and why is said."""
    telegram = Telegram("tg", TOKEN, hook_secret="s3cret_-")
    assert telegram.admits(headers, b"{}", NOW) is refusal


async def test_what_everybody_sees_is_set_by_language(telegram, server):
    """Commands and descriptions for all, and for readers of one language."""
    for _ in range(6):
        server.succeed()
    await telegram.configure(
        [Profile(None, MENU, "Theo dõi", "Ngắn"), Profile("en", MENU, "Follow", "Short")]
    )
    assert server.sent == [
        ("setMyCommands", {"commands": COMMANDS}),
        ("setMyDescription", {"description": "Theo dõi"}),
        ("setMyShortDescription", {"short_description": "Ngắn"}),
        ("setMyCommands", {"commands": COMMANDS, "language_code": "en"}),
        ("setMyDescription", {"description": "Follow", "language_code": "en"}),
        ("setMyShortDescription", {"short_description": "Short", "language_code": "en"}),
    ]


async def test_a_poll_brings_updates_as_they_came(telegram, server):
    """A poll asks from its offset for the kinds that we read, and hands each update on unread."""
    server.answers.append((200, b'{"ok":true,"result":[ {"update_id":8, "x":1.50} ,17]}'))
    assert await telegram.poll(8, 0) == [b'{"update_id":8, "x":1.50}', b"17"]
    server.answers.append((200, b'{"ok":true,"result":[]}'))
    assert await telegram.poll(None, 0) == []
    asked = {"timeout": 0, "limit": 100, "allowed_updates": list(WANTED)}
    assert server.sent == [("getUpdates", asked | {"offset": 8}), ("getUpdates", asked)]


async def test_a_long_poll_outwaits_the_patience_of_other_calls(telegram, server):
    """A poll waits for as long as it asked the server to, whatever the time-out of sends."""
    server.latency = 0.5
    server.answers.append((200, b'{"ok":true,"result":[]}'))
    assert await telegram.poll(None, 1) == []


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (
            (409, {"ok": False, "description": "Conflict: webhook is active"}),
            AccountDown("another process polls this bot, or a webhook is set"),
        ),
        (
            (401, {"ok": False, "description": "Unauthorized"}),
            AccountDown("Telegram does not know this bot: the token is wrong or was revoked"),
        ),
        (
            (429, {"ok": False, "description": "x", "parameters": {"retry_after": 4}}),
            Later(timedelta(seconds=4), "flood control"),
        ),
        ((200, b"<html>"), AccountDown("the server's answer is not that of a Bot API")),
    ],
)
@pytest.mark.parametrize("ask", [lambda channel: channel.poll(1, 0), lambda channel: channel.me()])
async def test_a_call_of_the_poller_says_what_to_do_when_it_fails(telegram, server, ask, answer, outcome):
    """A failed poll carries the outcome, without the token in its words."""
    server.answers.append(answer)
    with pytest.raises(CallFailedError) as failed:
        await ask(telegram)
    if answer[1] != b"<html>":
        assert failed.value.outcome == outcome
    assert str(failed.value)
    assert TOKEN not in str(failed.value)


def test_hearing_is_bound_to_the_account(telegram):
    """The channel hears for its own account."""
    body = b'{"update_id":5,"message":{"chat":{"id":7,"type":"private"},"date":1,"text":"hi"}}'
    (one,), (other,) = telegram.hear(body, NOW), telegram.hear(b"?", NOW)
    assert one.incoming.address == Address("tg", "7")
    assert [one.order, other.order] == [5, None]


@pytest.mark.parametrize(("token", "api"), [("", "https://api.telegram.org"), ("42:x", "api.telegram.org")])
def test_an_account_without_token_or_server_is_refused(token, api):
    """A setting that cannot work is said at once."""
    with pytest.raises(ValueError, match="needs a token"):
        Telegram("tg", token, api)


@pytest.mark.parametrize(
    ("header", "secret", "same"),
    [
        ("s3cret", "s3cret", True),
        ("s3cret ", "s3cret", False),
        ("S3CRET", "s3cret", False),
        ("", "s3cret", False),
        (None, "s3cret", False),
        ("", "", False),
        (None, "", False),
        ("đ\udcff", "s3cret", False),
    ],
)
def test_only_our_secret_opens_the_webhook(header, secret, same):
    """A push without our secret is not Telegram's; an account without a secret takes no pushes."""
    assert secret_matches(header, secret) is same
