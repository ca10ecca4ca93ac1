"""The stand-in Official Account as an app uses it: messages, windows, uploads, and what is refused."""

import hashlib
import hmac
import io

import aiohttp
import pytest

from simulator.files import sample_photo
from tests.simulator.zalo import CS, LAN, oa_bench


@pytest.fixture
async def oa():
    """Lan's phone follows the account; the app holds a token."""
    async for bench in oa_bench():
        yield bench


def buttons(*found):
    """A text with buttons."""
    return {
        "text": "Anh/chị có triệu chứng không?",
        "attachment": {"type": "template", "payload": {"buttons": list(found)}},
    }


def query(title="Không", payload="#a1:no", kind="oa.query.hide"):
    """A button that sends its payload."""
    return {"title": title, "type": kind, "payload": payload}


def media(**element):
    """A picture with a caption."""
    payload = {"template_type": "media", "elements": [element]}
    return {"text": "Thẻ", "attachment": {"type": "template", "payload": payload}}


def asking(**changes):
    """A request for the profile."""
    element = {"title": "Số điện thoại", "subtitle": "Để trạm gọi", "image_url": "https://x.vn/a.png"}
    payload = {"template_type": "request_user_info", "elements": [element | changes]}
    return {"attachment": {"type": "template", "payload": payload}}


def paper(token):
    """An uploaded file."""
    return {"attachment": {"type": "file", "payload": {"token": token}}}


async def upload(oa, kind, content, name):
    """Upload; gives the envelope."""
    form = aiohttp.FormData()
    form.add_field("file", io.BytesIO(content), filename=name)
    return await oa.api("POST", f"/v2.0/oa/upload/{kind}", data=form)


async def test_a_text_arrives_and_is_free_within_48_hours(oa):
    """The answer carries ids and times as strings; a reply within 48 hours names its quota."""
    envelope = await oa.cs({"text": "Xin chào chị Lan"})
    data = envelope["data"]
    assert (envelope["error"], envelope["message"]) == (0, "Success")
    assert data["user_id"] == LAN
    assert data["quota"] == {"quota_type": "reply"}
    assert data["sent_time"].isdigit()
    [shown] = await oa.chat()
    assert (shown["text"], shown["message_id"]) == ("Xin chào chị Lan", data["message_id"])


async def test_the_window_is_kept_on_the_moved_clock(oa):
    """Free for 48 hours, billed for seven days, then −230; the user's next word opens it anew."""
    oa.later(hours=49)
    await oa.tokens()
    assert "quota" not in (await oa.cs({"text": "a"}))["data"]
    assert (await oa.chat())[-1]["note"] == "tính phí"
    oa.later(days=4, hours=23)
    await oa.tokens()
    assert (await oa.cs({"text": "a"}))["error"] == 0
    oa.later(minutes=1)
    assert await oa.error({"text": "a"}) == -230
    await oa.act("text", text="Tôi khoẻ")
    assert (await oa.cs({"text": "a"}))["data"]["quota"] == {"quota_type": "reply"}


async def test_who_never_wrote_or_left_cannot_be_written_to(oa):
    """−232 without any interaction, −213 after "Bỏ quan tâm", −201 for an id that nobody has."""
    await oa.sim("phones", kind="zalo-oa", id="99", name="Tâm")
    assert await oa.error({"text": "a"}, user="99") == -232
    await oa.act("unfollow")
    assert await oa.error({"text": "a"}) == -213
    assert await oa.error({"text": "a"}, user="98") == -201
    await oa.act("follow")
    assert (await oa.cs({"text": "a"}))["error"] == 0


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ({"text": "a" * 2000}, 0),
        ({"text": "a" * 2001}, -210),
        ({"text": "ệ" * 2000}, 0),
        ({"text": "e\u0323\u0302" * 700}, -210),
        ({"text": " "}, -201),
        ({}, -201),
        ({"text": 5}, -201),
        ({"text": "a", "colour": "red"}, -201),
        ({"text": "a", "quote_message_id": "none"}, -201),
        (buttons(*[query()] * 5), 0),
        (buttons(*[query()] * 6), -210),
        (buttons(), -201),
        (buttons(query(title="a" * 101)), -210),
        (buttons(query(title="")), -201),
        (buttons(query(payload="a" * 1001)), -210),
        (buttons(query(payload={"url": "https://x.vn"})), -201),
        (buttons(query(kind="oa.query.location")), -201),
        (buttons({"title": "Mở", "type": "oa.open.url", "payload": {"url": "https://x.vn/a"}}), 0),
        (buttons({"title": "Mở", "type": "oa.open.url", "payload": {"url": "http://x.vn/a"}}), -201),
        (buttons({"title": "Mở", "type": "oa.open.url", "payload": "https://x.vn/a"}), -201),
        (buttons({"title": "Gọi", "type": "oa.open.phone", "payload": {"phone_code": "84912"}}), 0),
        (buttons({"title": "Gọi", "type": "oa.open.phone", "payload": {"number": "84912"}}), -201),
        (
            buttons({"title": "SMS", "type": "oa.open.sms", "payload": {"content": "a", "phone_code": "84"}}),
            0,
        ),
        ({"attachment": buttons(query())["attachment"]}, -201),
        (asking(), 0),
        (asking(image_url=""), -201),
        ({"text": "a"} | asking(), -201),
        (media(media_type="image", attachment_id="none"), -201),
        (media(media_type="image", url="https://a.vn/b.png", attachment_id="b"), -201),
        (media(media_type="video", url="https://a.vn/b.mp4"), -201),
        (media(media_type="gif", attachment_id="a"), -201),
        (media(media_type="sticker", attachment_id="46958"), 0),
        (media(media_type="image", url="http://127.0.0.1:9/none.png"), -201),
        (paper("none"), -201),
        ({"attachment": {"type": "template", "payload": {"template_type": "list", "elements": []}}}, -233),
        ({"attachment": {"type": "audio", "payload": {}}}, -201),
    ],
)
async def test_what_is_not_documented_is_refused(oa, message, error):
    """Each kind of message is taken at its limit and refused beyond it, with the documented code."""
    assert (await oa.cs(message))["error"] == error
    assert len(await oa.chat()) == (error == 0)


async def test_uploads_are_checked_and_live_seven_days(oa):
    """A PNG under 1 MB and a PDF can be sent for a week, then −100; other kinds and sizes are refused."""
    image = await upload(oa, "image", sample_photo(), "the.png")
    token = (await upload(oa, "file", b"%PDF-1.7", "to-roi.pdf"))["data"]["token"]
    picture = media(media_type="image", attachment_id=image["data"]["attachment_id"])
    assert (await oa.cs(picture))["error"] == 0
    assert (await oa.cs(paper(token)))["error"] == 0
    first, second = await oa.chat()
    assert first["text"] == "Thẻ"
    assert first["photo"][-1]["width"] == 240
    assert second["document"]["file_name"] == "to-roi.pdf"
    for kind, content, name, error in (
        ("image", b"no picture", "a.png", -201),
        ("image", sample_photo(), "a.bmp", -201),
        ("image", b"\x89PNG" + bytes(1024 * 1024), "a.png", -210),
        ("gif", sample_photo(), "a.gif", -201),
        ("file", b"PK", "a.xlsx", -201),
        ("file", bytes(5 * 1024 * 1024 + 1), "a.pdf", -210),
    ):
        assert (await upload(oa, kind, content, name))["error"] == error, (kind, name)
    assert (await oa.post("/v2.0/oa/upload/image", {}))["error"] == -201
    oa.later(days=8)
    await oa.tokens()
    await oa.act("text", text="a")
    assert await oa.error(picture) == -100
    assert await oa.error(paper(token)) == -100


async def test_a_picture_may_be_named_by_its_address(oa):
    """Zalo fetches the address itself."""
    photo = (await oa.act("photo"))["event"]["message"]["attachments"][0]["payload"]["url"]
    assert (await oa.cs(media(media_type="image", url=photo)))["error"] == 0
    assert (await oa.chat())[-1]["photo"]


async def test_tokens_are_asked_for_first(oa):
    """A wrong or missing token is −216, also as Bearer; of the business host −124."""
    bearer = {"Authorization": f"Bearer {oa.token}"}
    assert (await oa.cs({"text": "a"}, token="wrong"))["error"] == -216
    assert (await oa.cs({"text": "a"}, token="", headers=bearer))["error"] == -216
    assert (await oa.api("GET", "/message/quota", token="wrong"))["error"] == -124


async def test_unknown_paths_and_old_ones_are_refused(oa):
    """What does not exist answers in the envelope; what was shut down is −240."""
    assert (await oa.post("/v3.0/oa/message/nothing", {}))["error"] == 404
    assert (await oa.api("GET", CS))["error"] == 404
    assert (await oa.post("/v3.0/oa/message/transaction", {}))["error"] == -240
    old = {"recipient": {"user_id": LAN}, "message": {"text": "a"}}
    assert (await oa.post("/v2.0/oa/message", old))["error"] == -240
    assert (await oa.api("POST", CS, data=b"{", headers={"Content-Type": "application/json"}))[
        "error"
    ] == -201
    assert (await oa.api("POST", CS, data={"a": "b"}))["error"] == -201


async def test_the_proof_of_the_app_secret_may_be_asked_for(oa):
    """With the switch on, a call without the right appsecret_proof is −242."""
    await oa.sim("zalo-oa", proof_required=True)
    assert await oa.error({"text": "a"}) == -242
    proof = hmac.new(oa.settings.app_secret.encode(), oa.token.encode(), hashlib.sha256).hexdigest()
    assert (await oa.cs({"text": "a"}, headers={"appsecret_proof": proof}))["error"] == 0


async def test_the_minute_has_its_calls(oa):
    """Beyond the calls of a minute −32; the next minute takes calls again."""
    await oa.sim("zalo-oa", calls_per_minute=2)
    oa.hands.seconds += 60
    assert [(await oa.cs({"text": "a"}))["error"] for _ in range(3)] == [0, 0, -32]
    oa.hands.seconds += 60
    assert (await oa.cs({"text": "a"}))["error"] == 0


@pytest.mark.parametrize("error", [-32, -200, -211, -218, -227, -244, -248, -204, -223])
async def test_any_code_can_be_had_for_one_user(oa, error):
    """A fault answers with its code, for its user alone, as often as told."""
    await oa.sim("phones", kind="zalo-oa", id="99", name="Tâm")
    await oa.act("follow", phone="99")
    await oa.sim("zalo-oa/faults", error=error, chat_id=LAN)
    assert (await oa.cs({"text": "a"}, user="99"))["error"] == 0
    assert [(await oa.cs({"text": "a"}))["error"] for _ in range(2)] == [error, 0]


async def test_a_proxy_may_fail_and_an_answer_may_be_lost(oa):
    """A fault may be HTTP 502, or close the connection after the message was sent."""
    head = {"access_token": oa.token}
    body = {"recipient": {"user_id": LAN}, "message": {"text": "a"}}
    await oa.sim("zalo-oa/faults", status=502)
    async with oa.http.post(oa.root + CS, json=body, headers=head) as answer:
        assert answer.status == 502
    await oa.sim("zalo-oa/faults", drop=True, accept=True)
    with pytest.raises(aiohttp.ClientError):
        await oa.cs({"text": "b"})
    assert [message["text"] for message in await oa.chat()] == ["b"]


async def test_users_the_account_and_the_quota_are_told(oa):
    """user/detail, getoa and quota/message answer; the number is there after it was shared."""
    detail = {"data": f'{{"user_id": "{LAN}"}}'}
    found = await oa.api("GET", "/v3.0/oa/user/detail", params=detail)
    assert found["data"]["display_name"] == "Lan"
    assert found["data"]["user_is_follower"] is True
    assert found["data"]["shared_info"] == {}
    await oa.cs(asking())
    await oa.act("press", text="Chia sẻ thông tin")
    found = await oa.api("GET", "/v3.0/oa/user/detail", params=detail)
    assert found["data"]["shared_info"]["phone"] == "84912345678"
    assert (await oa.api("GET", "/v3.0/oa/user/detail", params={"user_id": LAN}))["error"] == -201
    assert (await oa.api("GET", "/v2.0/oa/getoa"))["data"]["oaid"] == oa.settings.oa_id
    assert (await oa.ok("/v3.0/oa/quota/message", {"user_id": LAN}))["last_interaction"].isdigit()


async def test_a_reaction_is_put_below_the_users_message(oa):
    """The one call that is left of the old message API."""
    sent = await oa.act("text", text="Tôi khoẻ")
    action = {"react_icon": "/-strong", "react_message_id": sent["message"]["message_id"]}
    await oa.ok("/v2.0/oa/message", {"recipient": {"user_id": LAN}, "sender_action": action})
    assert (await oa.chat())[-1]["reaction"] == "/-strong"
