"""`cachly run` behind a webhook: what Telegram pushes arrives, and nobody else may push."""

import aiohttp
import pytest

from channels.telegram_webhook import HEADER
from tests.e2e.phones import Phones
from tests.e2e.processes import SECRET, fetched, installation

STRANGER = 5001


@pytest.fixture
def place(tmp_path):
    """An installation beside a stand-in Telegram."""
    with installation(tmp_path) as found:
        yield found


async def test_a_webhook_takes_only_what_shows_its_secret(place):
    """Telegram pushes with the secret and is heard; without it, with another, or to another account not."""
    forged = {"update_id": 1, "message": {"message_id": 1, "date": 1, "text": "/start"}}
    person = {"id": STRANGER, "is_bot": False, "first_name": "Lạ", "type": "private"}
    forged["message"] |= {"from": person, "chat": person}
    async with aiohttp.ClientSession() as http:
        phones = Phones(http, place.telegram)
        await phones.sim("phones", id=STRANGER, name="Lạ", started=True)
        with place.running(webhook=True) as process:
            hook = f"{place.site}/hooks/telegram"
            for headers, status in (({}, 401), ({HEADER: "another-secret-of-tests"}, 403)):
                async with http.post(hook, json=forged, headers=headers) as answer:
                    assert answer.status == status
            async with http.post(f"{place.site}/hooks/zalo", json=forged, headers={HEADER: SECRET}) as answer:
                assert answer.status == 404
            assert await phones.said(STRANGER) == []
            await phones.act(STRANGER, "start")
            await phones.hears(STRANGER, "Đây là kênh theo dõi cách ly tại nhà")
            async with http.post(hook, json=forged, headers={HEADER: SECRET}) as answer:
                assert answer.status == 200
            await phones.hears(STRANGER, "Đây là kênh theo dõi cách ly tại nhà")
            assert place.health()["status"] == "ok"
            async with http.post(f"{place.site}/demo/clock", json={"to": "next_day"}) as answer:
                assert answer.status == 404
            assert process.stop() == 0


async def test_messages_wait_while_nothing_runs(place):
    """What is written while Cachly is away is answered after its start, once, whichever way it comes in."""
    async with aiohttp.ClientSession() as http:
        phones = Phones(http, place.telegram)
        await phones.sim("phones", id=STRANGER, name="Lạ")
        for webhook in (True, False):
            await phones.act(STRANGER, "text", text="Có ai không?")
            with place.running(webhook=webhook) as process:
                await phones.hears(STRANGER, "Đây là kênh theo dõi cách ly tại nhà")
                assert process.stop() == 0
        assert len(await phones.said(STRANGER)) == 2
        hook = fetched(f"{place.telegram}/bot123456:DEMO/getWebhookInfo")["result"]
        assert (hook["url"], hook["pending_update_count"]) == ("", 0)
