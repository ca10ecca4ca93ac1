"""What the stand-in Official Account tells the app: every kind of event, signed, and again if not taken."""

import asyncio
import hashlib
import json

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from simulator.zalo_oa_webhook import LOOK_SECONDS
from tests.simulator.zalo import LAN, NUMBER, App, oa_bench


@pytest.fixture
async def app():
    """The app's webhook on a free local port."""
    taken = App()
    served = web.Application()
    served.router.add_post("/hooks/oa", taken.take)
    async with TestServer(served) as server:
        taken.url = str(server.make_url("/hooks/oa"))
        yield taken


@pytest.fixture
async def oa(app):
    """Lan follows; what was told so far is forgotten."""
    async for bench in oa_bench(webhook_url=app.url):
        await app.wait(1)
        app.seen.clear()
        yield bench


async def told(oa, app, count=1):
    """The bodies of the next events."""
    await app.wait(count)
    bodies = [json.loads(body) for _, body in app.seen]
    app.seen.clear()
    return bodies if count > 1 else bodies[0]


def signed(first, body, secret):
    """The signature as the documentation writes it."""
    timestamp = json.loads(body)["timestamp"]
    return "mac=" + hashlib.sha256(first.encode() + body + timestamp.encode() + secret.encode()).hexdigest()


async def test_a_text_is_told_in_the_documented_envelope(oa, app):
    """Ids and the timestamp are strings; the message has its number."""
    sent = await oa.act("text", text="  Tôi khoẻ ")
    event = await told(oa, app)
    assert event["message"] == {"text": "Tôi khoẻ", "msg_id": sent["message"]["message_id"]}
    assert (event["event_name"], event["app_id"]) == ("user_send_text", oa.settings.app_id)
    assert (event["sender"], event["recipient"]) == ({"id": LAN}, {"id": oa.settings.oa_id})
    assert event["timestamp"].isdigit()
    assert event["user_id_by_app"] != LAN
    await oa.act("text", text="Vâng", reply_to=sent["message"]["message_id"])
    assert (await told(oa, app))["message"]["quote_msg_id"] == sent["message"]["message_id"]


@pytest.mark.parametrize("first", ["app_id", "oa_id"])
async def test_an_event_is_signed_in_either_reading(oa, app, first):
    """SHA-256 of app id (or OA id), raw body, timestamp and the OA's secret key; of no other secret."""
    await oa.sim("zalo-oa", signature_first=first)
    await oa.act("text", text="Sốt 38 độ")
    await app.wait(1)
    headers, body = app.seen[0]
    own = getattr(oa.settings, first)
    assert headers["X-ZEvent-Signature"] == signed(own, body, oa.settings.oa_secret_key)
    assert headers["X-ZEvent-Signature"] != signed(own, body, oa.settings.app_secret)


async def test_a_button_sends_its_payload_as_a_text(oa, app):
    """oa.query.hide leaves no trace in the chat, oa.query.show does; an address is opened and not told."""
    found = [
        {"title": "Không", "type": "oa.query.hide", "payload": "#a1:no"},
        {"title": "Có", "type": "oa.query.show", "payload": "#a1:yes"},
        {"title": "Xem", "type": "oa.open.url", "payload": {"url": "https://x.vn/a"}},
    ]
    payload = {"buttons": found}
    await oa.cs({"text": "?", "attachment": {"type": "template", "payload": payload}})
    await told(oa, app, 2)
    await oa.act("press", text="Không")
    first = (await told(oa, app))["message"]
    assert first["text"] == "#a1:no"
    await oa.act("press", text="Không")
    assert (await told(oa, app))["message"]["msg_id"] != first["msg_id"]
    assert len(await oa.chat()) == 1
    await oa.act("press", payload="#a1:yes")
    assert (await told(oa, app))["message"]["text"] == "#a1:yes"
    assert (await oa.chat())[-1]["text"] == "#a1:yes"
    assert (await oa.act("press", row=2))["url"] == "https://x.vn/a"
    assert app.seen == []


async def test_attachments_are_told_with_their_addresses(oa, app):
    """Picture, sound and file have an address that can be read; a sticker has its id; numbers are texts."""
    for action, name, kind in (
        ("photo", "user_send_image", "image"),
        ("voice", "user_send_audio", "audio"),
        ("document", "user_send_file", "file"),
    ):
        await oa.act(action)
        event = await told(oa, app)
        [attachment] = event["message"]["attachments"]
        assert (event["event_name"], attachment["type"]) == (name, kind)
        async with oa.http.get(attachment["payload"]["url"]) as answer:
            content = await answer.read()
        assert content
        if kind == "file":
            assert (
                attachment["payload"]["checksum"] == hashlib.md5(content, usedforsecurity=False).hexdigest()
            )
            assert attachment["payload"]["size"] == str(len(content))
    await oa.act("contact", phone_number="84900000001", name="Hàng xóm")
    assert (await told(oa, app))["event_name"] == "user_send_business_card"
    await oa.act("sticker", id="777")
    [attachment] = (await told(oa, app))["message"]["attachments"]
    assert attachment["payload"]["id"] == "777"


async def test_a_place_is_told_with_texts_for_numbers(oa, app):
    """Coordinates are strings; a picked place brings its name as the text, a bare pin brings none."""
    await oa.act("location", latitude=21.0366, longitude=105.8182, name="Chợ Ngọc Hà")
    message = (await told(oa, app))["message"]
    assert message["text"] == "Chợ Ngọc Hà"
    coordinates = {"latitude": "21.0366", "longitude": "105.8182"}
    assert message["attachments"] == [{"type": "location", "payload": {"coordinates": coordinates}}]
    await oa.act("location", latitude=21.0366, longitude=105.8182)
    assert "text" not in (await told(oa, app))["message"]


async def test_following_has_an_envelope_of_its_own(oa, app):
    """Unfollow and follow name the OA and the follower."""
    await oa.act("unfollow")
    await oa.act("follow")
    gone, back = await told(oa, app, 2)
    assert (gone["event_name"], back["event_name"]) == ("unfollow", "follow")
    assert back["follower"] == {"id": LAN}
    assert back["oa_id"] == oa.settings.oa_id
    assert "sender" not in back


async def test_what_is_sent_comes_back_as_echo_and_receipts(oa, app):
    """An echo without admin_id, a receipt from the OA to the user, "seen" once; a human's has admin_id."""
    number = (await oa.cs({"text": "Chào chị"}))["data"]["message_id"]
    echo, received = await told(oa, app, 2)
    assert (echo["event_name"], echo["message"]) == ("oa_send_text", {"msg_id": number, "text": "Chào chị"})
    assert echo["sender"] == {"id": oa.settings.oa_id}
    assert received["event_name"] == "user_received_message"
    assert (received["recipient"], received["message"]) == ({"id": LAN}, {"msg_id": number})
    await oa.act("seen")
    seen = await told(oa, app)
    assert (seen["event_name"], seen["message"]) == ("user_seen_message", {"msg_ids": [number]})
    assert (await oa.act("seen"))["event"] is None
    await oa.act("staff", text="Trạm đây")
    assert (await told(oa, app, 2))[0]["sender"]["admin_id"]


async def test_a_phone_without_network_receives_later(oa, app):
    """The receipt waits for the network."""
    await oa.act("offline")
    await oa.cs({"text": "a"})
    assert (await told(oa, app))["event_name"] == "oa_send_text"
    assert (await oa.act("online"))["told"] == 1
    assert (await told(oa, app))["event_name"] == "user_received_message"


async def test_the_profile_is_shared_on_request_only(oa, app):
    """Without a request there is nothing to press; then the number comes as 84…, or as the owner gives it."""
    refused = await oa.sim(f"phones/{LAN}/share")
    assert not refused["ok"]
    element = {"title": "Số điện thoại", "subtitle": "Để trạm gọi", "image_url": "https://x.vn/a.png"}
    payload = {"template_type": "request_user_info", "elements": [element]}
    await oa.cs({"attachment": {"type": "template", "payload": payload}})
    await told(oa, app, 2)
    await oa.act("press", text="Chia sẻ thông tin")
    event = await told(oa, app)
    assert event["event_name"] == "user_submit_info"
    assert (event["info"]["name"], event["info"]["phone"]) == ("Lan", NUMBER)
    await oa.act("share", phone_number="84900000001", name="Hàng xóm")
    assert (await told(oa, app))["info"]["phone"] == "84900000001"


async def test_unknown_kinds_can_be_told(oa, app):
    """Any body goes out signed, what it lacks filled in."""
    await oa.act("event", body={"event_name": "user_dreams", "message": {"msg_id": "m1"}})
    assert (await told(oa, app))["event_name"] == "user_dreams"
    await oa.act("event", body={"event_name": "user_send_text", "timestamp": "0", "message": {"text": "a"}})
    assert (await told(oa, app))["timestamp"] == "0"


async def test_the_text_filter_keeps_texts_from_the_app(oa, app):
    """With "Lọc cú pháp" on, only a text that begins with # is told."""
    await oa.sim("zalo-oa", filter_texts=True)
    assert (await oa.act("text", text="Tôi khoẻ"))["event"] is None
    await oa.act("text", text="#khoe")
    assert (await told(oa, app))["message"]["text"] == "#khoe"


async def test_what_nobody_took_comes_again_and_then_the_webhook_is_switched_off(oa, app):
    """30 s, 5, 15, 30 minutes and an hour later, the same bytes, counted in num_retry; then silence."""
    app.statuses = [500] * 6
    await oa.act("text", text="Sốt")
    for tries, pause in enumerate((30, 300, 900, 1800, 3600), start=1):
        await app.wait(tries)
        await asyncio.sleep(2 * LOOK_SECONDS)
        oa.later(seconds=pause - 1)
        await asyncio.sleep(2 * LOOK_SECONDS)
        assert len(app.seen) == tries
        oa.later(seconds=1)
    await app.wait(6)
    assert len({body for _, body in app.seen}) == 1
    assert [headers.get("num_retry") for headers, _ in app.seen] == [None, "1", "2", "3", "4", "5"]
    app.seen.clear()
    for _ in range(100):
        if not (state := await oa.sim("zalo-oa", verb="GET"))["webhook_on"]:
            break
    assert not state["webhook_on"]
    assert not (await oa.sim(f"phones/{LAN}", verb="GET"))["phone"]["webhook_on"]
    await oa.act("text", text="Còn ai không")
    assert (await oa.sim("zalo-oa", verb="GET"))["events"]["waiting"] == 0
    await oa.sim("zalo-oa", webhook_on=True)
    await oa.act("text", text="Chào")
    assert (await told(oa, app))["message"]["text"] == "Chào"


async def test_an_answer_after_the_time_is_no_answer(oa, app):
    """What is answered too late comes again; later events do not wait for it."""
    oa.settings.answer_seconds, app.delay = 0.2, 0.5
    await oa.act("text", text="một")
    await app.wait(1)
    await asyncio.sleep(0.3)
    oa.settings.answer_seconds, app.delay = 2.0, 0.0
    await oa.act("text", text="hai")
    await app.wait(2)
    oa.later(seconds=31)
    await app.wait(3)
    assert [json.loads(body)["message"]["text"] for _, body in app.seen] == ["một", "hai", "một"]
