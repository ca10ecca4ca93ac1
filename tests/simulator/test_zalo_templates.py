"""Approved templates of the stand-in Official Account, by user id and by phone number."""

import json

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.simulator.zalo import LAN, NUMBER, App, oa_bench

TEXT = "Chào <name>, trạm chưa nhận được điểm danh ngày <date>."
DATA = {"name": "Lan", "date": "23/11"}


@pytest.fixture
async def oa():
    """An account with one approved template."""
    async for bench in oa_bench(templates={"301": TEXT}):
        yield bench


async def by_user(oa, **changes):
    """Send by user id; gives the envelope."""
    body = {"user_id": LAN, "template_id": "301", "template_data": DATA} | changes
    return await oa.post("/v3.0/oa/message/template", body)


async def by_phone(oa, **changes):
    """Send by phone number; gives the envelope."""
    body = {"phone": NUMBER, "template_id": "301", "template_data": DATA, "tracking_id": "t1"} | changes
    return await oa.post("/message/template", body)


async def test_a_template_by_user_id_passes_the_seven_days(oa):
    """It arrives filled in when a consultation message is refused already."""
    oa.later(days=8)
    await oa.tokens()
    assert await oa.error({"text": "a"}) == -230
    data = (await by_user(oa))["data"]
    assert data["user_id"] == LAN
    shown = (await oa.chat())[-1]
    assert shown["text"] == "Chào Lan, trạm chưa nhận được điểm danh ngày 23/11."
    assert shown["note"] == "tin mẫu ZBS"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"template_id": "302"}, -201),
        ({"template_data": {"name": "Lan"}}, -201),
        ({"template_data": DATA | {"more": "1"}}, -201),
        ({"template_data": DATA | {"name": "L" * 31}}, -201),
        ({"user_id": "98"}, -201),
        ({"tracking_id": "t1"}, -201),
    ],
)
async def test_a_template_by_user_id_must_fit(oa, changes, error):
    """Template, parameters and user must exist and fit."""
    assert (await by_user(oa, **changes))["error"] == error


async def test_a_template_may_lack_the_channel_and_a_user_may_have_left(oa):
    """−249 for a template by phone only; −213 after "Bỏ quan tâm"."""
    await oa.sim("zalo-oa", templates_without_uid=["301"])
    assert (await by_user(oa))["error"] == -249
    await oa.sim("zalo-oa", templates_without_uid=[])
    await oa.act("unfollow")
    assert (await by_user(oa))["error"] == -213


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({}, 0),
        ({"phone": "0912345678"}, -108),
        ({"phone": "84900000009"}, -118),
        ({"template_id": "302"}, -131),
        ({"template_data": DATA | {"date": "2" * 21}}, -1121),
        ({"tracking_id": "t" * 49}, -201),
        ({"sending_mode": "2"}, -201),
        ({"user_id": LAN}, -201),
    ],
)
async def test_a_template_by_phone_reaches_the_phone_of_that_number(oa, changes, error):
    """It reaches whoever has the number, and is refused in the business host's codes."""
    assert (await by_phone(oa, **changes))["error"] == error
    assert len(await oa.chat()) == (error == 0)


async def test_templates_by_phone_rest_at_night_and_have_a_days_quota(oa):
    """−133 between ten and six, −144 beyond the quota, which is new each day."""
    await oa.sim("zalo-oa", day_quota=1)
    sent = (await by_phone(oa))["data"]
    assert sent["quota"] == {"dailyQuota": "1", "remainingQuota": "0"}
    assert (await by_phone(oa))["error"] == -144
    oa.later(hours=15)
    assert (await by_phone(oa))["error"] == -133
    oa.later(hours=9)
    await oa.tokens()
    assert (await oa.api("GET", "/message/quota"))["data"]["remainingQuota"] == "1"
    assert (await by_phone(oa))["error"] == 0


async def test_the_status_of_a_template_is_told(oa):
    """−1 unknown, 0 pushed while the phone has no network, 1 delivered, with a receipt of the ZNS server."""
    app = App()
    served = web.Application()
    served.router.add_post("/", app.take)
    async with TestServer(served) as server:
        await oa.sim("zalo-oa", webhook_url=str(server.make_url("/")))
        await oa.act("offline")
        number = (await by_phone(oa))["data"]["msg_id"]

        async def status(message_id):
            asked = {"message_id": message_id, "phone": NUMBER}
            return (await oa.api("GET", "/message/status", params=asked))["data"]["status"]

        assert [await status("none"), await status(number)] == [-1, 0]
        await oa.act("online")
        assert await status(number) == 1
        await app.wait(1)
        headers, body = app.seen[-1]
        event = json.loads(body)
        assert headers["X-ZEvent-Server"] == "ZNS"
        assert event["recipient"] == {"id": NUMBER}
        assert event["message"]["tracking_id"] == "t1"
        assert event["message"]["msg_id"] == number
