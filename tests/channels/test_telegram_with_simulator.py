"""The channel against the strict stand-in Bot API server, over real HTTP."""

from datetime import UTC, datetime, timedelta

import pytest

from channels.telegram import Telegram
from channels.telegram_account import Me
from channels.telegram_request import Timeouts
from quarantine.channel import CallFailedError, FileTooLargeError, MenuEntry, Profile
from quarantine.location import Fix, Source
from quarantine.messages import (
    Button,
    Contact,
    Delivered,
    Document,
    Kind,
    Later,
    Never,
    Reason,
    Reply,
    Want,
)
from tests.simulator.conftest import LAN, START, TOKEN, serving

NOW = datetime(2026, 1, 1, tzinfo=UTC)
USER = str(LAN)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c626001000000"
    "ffff03000006000557bfabd40000000049454e44ae426082"
)
CHOICES = ((Button("Không có", "3:none"), Button("Sốt", "3:fever")),)


@pytest.fixture
async def bench():
    """The stand-in with Lan's phone, whose owner has started the bot."""
    async for stand_in in serving():
        await stand_in.act("start")
        stand_in.world.mailbox.drop_all()
        stand_in.world.calls.clear()
        stand_in.world.limits.on = False
        yield stand_in


@pytest.fixture
async def channel(bench):
    """The channel on that server."""
    patience = Timeouts(connect=2, read=0.5, write=1)
    async with Telegram("telegram", TOKEN, bench.root, timeouts=patience, hook_secret="s3cret") as telegram:
        yield telegram


async def hear_all(channel):
    """Everything that waits, as messages."""
    return [heard.incoming for body in await channel.poll(None, 0) for heard in channel.hear(body, NOW)]


def on_screen(bench, message_id):
    """A message as Lan sees it."""
    return bench.world.find(LAN, int(message_id)).body


@pytest.mark.parametrize(
    "reply",
    [
        Reply("Cảm ơn chị."),
        Reply("Có gì?", CHOICES),
        Reply("Có gì?", (tuple(Button(str(n), f"3:{n}") for n in range(20)),)),
        Reply("Ở đâu?", want=Want.LOCATION, want_label="📍 Gửi vị trí", words=("Trợ giúp",)),
        Reply("Số?", CHOICES, want=Want.CONTACT, want_label="Gửi số"),
        Reply("Nhé?", words=("Có", "Không")),
        Reply("Hồ sơ https://example.org *_[<b>", protect=True),
        Reply("Nhà", pin=(21.03, 105.85)),
        Reply("Thẻ", CHOICES, photo=PNG),
        Reply("Phiếu", CHOICES, document=Document("phieu.pdf", b"%PDF-1.4")),
        Reply("Thẻ " * 600, CHOICES, photo=PNG, pin=(21.03, 105.85), protect=True),
        Reply("Sốt à? 😀 " * 2000, CHOICES),
    ],
)
async def test_every_shape_of_a_reply_passes_a_strict_server(channel, bench, reply):
    """A server that refuses unknown methods, fields and broken limits takes all that we send."""
    outcome = await channel.send(USER, reply)
    assert isinstance(outcome, Delivered)
    assert bench.world.find(LAN, int(outcome.id)) is not None
    assert [call["status"] for call in bench.world.calls] == [200] * channel.messages_in(reply)


async def test_a_round_of_two_taps(channel, bench):
    """A press comes back with its data and its message, is acknowledged, and the message edited in place."""
    asked = await channel.send(USER, Reply("Có triệu chứng gì không?", CHOICES))
    await bench.act("press", text="Không có")
    (press,) = await hear_all(channel)
    assert (press.kind, press.pressed, press.pressed_in) == (Kind.PRESS, "3:none", asked.id)

    await channel.acknowledge(press, "Đã ghi")
    assert await channel.send(USER, Reply("Ghi nhận: không có.", replaces=press.pressed_in)) == asked
    assert on_screen(bench, asked.id)["text"] == "Ghi nhận: không có."
    assert "reply_markup" not in on_screen(bench, asked.id)
    assert await channel.send(USER, Reply("Ghi nhận: không có.", replaces=asked.id)) == asked

    await channel.send(USER, Reply("Ở đâu?", want=Want.LOCATION, want_label="📍 Gửi vị trí"))
    await bench.act("key", text="📍 Gửi vị trí", latitude=21.03, longitude=105.85, horizontal_accuracy=12.0)
    place = (await hear_all(channel))[-1]
    assert place.fix == Fix(21.03, 105.85, 12.0, place.at, Source.PIN)
    assert (place.at, place.live) == (START, False)

    await channel.send(USER, Reply("Cảm ơn chị."))
    assert bench.world.phones[LAN].keyboard is None
    assert not channel.lost


async def test_a_deep_link_a_contact_a_venue_and_a_live_share(channel, bench):
    """What a phone's owner does arrives as what it is."""
    await bench.act("start", payload="Ab3")
    await bench.act("contact")
    await bench.act("contact", phone_number="+84900000000", first_name="Bình")
    await bench.act("venue", latitude=21.0, longitude=105.0, title="Chợ", address="Hà Nội")
    live = await bench.act("location", latitude=21.0, longitude=105.0, live_period=900)
    await bench.act("move", message_id=live["message"]["message_id"], latitude=21.1, longitude=105.0)
    await bench.act("stop-live", message_id=live["message"]["message_id"])
    start, own, other, venue, shared, moved, stopped = await hear_all(channel)
    assert (start.kind, start.start) == (Kind.TEXT, "Ab3")
    assert own.contact == Contact("+84912345678", own=True)
    assert other.contact == Contact("+84900000000", own=False)
    assert venue.fix.source is Source.VENUE
    assert (shared.fix.source, shared.live) == (Source.LIVE, False)
    assert (moved.fix.lat, moved.fix.source, moved.live) == (21.1, Source.LIVE, True)
    assert (stopped.fix.source, stopped.live) == (Source.LIVE, True)
    assert len({one.id for one in (shared, moved, stopped)}) == 3


async def test_a_line_of_progress_stays_one_line(channel, bench):
    """The first change of a line that took a keyboard away needs a new message; later ones are in place."""
    first = await channel.send(USER, Reply("Đang nhập: 10 %"))
    second = await channel.send(USER, Reply("Đang nhập: 50 %", replaces=first.id))
    third = await channel.send(USER, Reply("Đang nhập: 100 %", replaces=second.id))
    assert first != second == third
    shown = [stored.body["text"] for stored in bench.world.messages[LAN].values() if stored.from_bot]
    assert shown == ["Đang nhập: 100 %"]


async def test_a_blocked_bot_is_heard_and_told(channel, bench):
    """Blocking arrives as a message of its own, and letters are refused for that reason."""
    await bench.act("block")
    assert await channel.send(USER, Reply("Chào")) == Never(Reason.BLOCKED, "forbidden")
    await bench.act("unblock")
    assert [one.kind for one in await hear_all(channel)] == [Kind.BLOCKED, Kind.UNBLOCKED]
    await bench.act("deactivate")
    assert await channel.send(USER, Reply("Chào")) == Never(Reason.GONE, "user is deactivated")
    assert await channel.send("999", Reply("Chào")) == Never(Reason.GONE, "chat not found")


async def test_faults_of_the_server_are_outcomes(channel, bench):
    """Floods, gateways, silence and a dropped line are tried again later, with what is known of each."""
    await bench.sim("faults", retry_after=7)
    assert await channel.send(USER, Reply("1")) == Later(timedelta(seconds=7), "flood control")
    for fault in ({"status": 502, "accept": True}, {"drop": True, "accept": True}, {"hang": True}):
        await bench.sim("faults", **fault)
        outcome = await channel.send(USER, Reply("2"))
        assert isinstance(outcome, Later)
        assert outcome.maybe_sent
    assert isinstance(await channel.send(USER, Reply("3")), Delivered)


async def test_small_calls_and_settings_pass_a_strict_server(channel, bench):
    """Menus, the typing sign, taking buttons off, commands and descriptions are taken as they are."""
    asked = await channel.send(USER, Reply("Có gì?", CHOICES))
    entries = (MenuEntry("khai_bao", "Khai báo"),)
    await channel.typing(USER)
    await channel.menu(USER, entries)
    await channel.settle(USER, asked.id)
    await channel.configure([Profile(None, entries, "Theo dõi cách ly", "Cách ly tại nhà")])
    assert await channel.me() == Me("123456", "CachlyDemoBot", "Cachly")
    assert not channel.lost
    assert "reply_markup" not in on_screen(bench, asked.id)
    assert {call["status"] for call in bench.world.calls} == {200}


async def test_polling_lets_go_only_of_what_was_asked_beyond(channel, bench):
    """An update comes again until the poll asks from the number behind it."""
    await bench.act("text", text="một")
    await bench.act("text", text="hai")
    first, second = await hear_all(channel)
    assert [first.text, second.text] == ["một", "hai"]
    (body,) = await channel.poll(int(first.id) + 1, 0)
    (again,) = channel.hear(body, NOW)
    assert again.incoming == second
    assert await channel.poll(int(second.id) + 1, 0) == []


async def test_the_webhook_brings_the_secret(channel, bench):
    """The server keeps the address and the secret with which it will push."""
    await channel.push_to("http://127.0.0.1:9/hooks/telegram")
    assert (bench.world.webhook.url, bench.world.webhook.secret) == (
        "http://127.0.0.1:9/hooks/telegram",
        "s3cret",
    )
    await channel.push_nowhere()
    assert bench.world.webhook is None


async def test_a_file_that_somebody_sent_is_fetched_up_to_a_limit(bench, channel):
    """Its bytes come from the server of the account; beyond the limit they are not read."""
    await bench.act("document")
    (said,) = [one for one in await hear_all(channel) if one.kind is Kind.FILE]
    assert await channel.fetch(said.file, 1_000) == "Tệp ví dụ".encode()
    with pytest.raises(FileTooLargeError):
        await channel.fetch(said.file, 3)
    with pytest.raises(CallFailedError):
        await channel.fetch("no-such-file", 1_000)
