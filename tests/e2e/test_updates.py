"""All real updates through a running Cachly, pushed and polled: answered or ignored, and none stops it."""

import json
from collections import Counter

import aiohttp
import pytest

from channels.telegram_webhook import HEADER
from tests.channels.test_telegram_updates import EXPECTATIONS
from tests.e2e.phones import Phones
from tests.e2e.processes import SECRET, installation

FIRST_CHAT, LAST = 70_000, 99_999
SENDS = ("send", "edit")


def rows():
    """The stated expectations: file, understood as what, facts."""
    lines = EXPECTATIONS.read_text("utf-8").splitlines()
    return [line.split("\t")[:3] for line in lines if not line.startswith("#")]


def moved(value, old, new):
    """JSON with one number in place of another, wherever it stands."""
    if isinstance(value, dict):
        return {name: moved(inner, old, new) for name, inner in value.items()}
    if isinstance(value, list):
        return [moved(inner, old, new) for inner in value]
    return new if type(value) is int and value == old else value


def prepared(folder):
    """Each update with a number and, where it is understood, a chat of its own: (body, chat or None).

    A chat of its own, because one chat gets one message a second: the real ones share sixteen.
    """
    for place, (file, kind, facts) in enumerate(rows()):
        body = json.loads((folder / file).read_bytes())
        chat = None if kind == "ignored" else FIRST_CHAT + place
        if chat is not None:
            body = moved(body, int(json.loads(facts)["user"]), chat)
        yield body | {"update_id": place + 1}, chat


async def answered(phones, chats):
    """Wait until each of the chats was written to; answers to whom else something was sent."""
    for chat in chats:
        await phones.answered(chat)
    calls = (await phones.sim("calls", "GET"))["calls"]
    written = Counter(
        int(call["fields"]["chat_id"])
        for call in calls
        if call["method"].startswith(SENDS) and "chat_id" in call["fields"] and call["status"] == 200
    )
    return set(written) - set(chats)


@pytest.mark.parametrize("way", ["webhook", "polling"])
async def test_all_real_updates(tmp_path, real_data, way):
    """What is understood is answered in its chat, what is ignored causes nothing, and Cachly goes on."""
    updates = list(prepared(real_data / "telegram_updates"))
    assert len(updates) == 128
    chats = [chat for _, chat in updates if chat is not None]
    with installation(tmp_path) as place:
        async with aiohttp.ClientSession() as http:
            phones = Phones(http, place.telegram)
            for chat in (*chats, LAST):
                await phones.sim("phones", id=chat, name="Lạ", started=True)
            with place.running(webhook=way == "webhook") as process:
                for body, _ in updates:
                    if way == "polling":
                        await phones.sim("updates", **body)
                        continue
                    async with http.post(
                        f"{place.site}/hooks/telegram", json=body, headers={HEADER: SECRET}
                    ) as answer:
                        assert answer.status == 200, body
                assert await answered(phones, chats) == set()
                await phones.act(LAST, "text", text="Xin chào")
                await phones.hears(LAST, "Đây là kênh theo dõi cách ly tại nhà")
                assert process.alive()
                assert place.health()["status"] == "ok"
                said = process.said.read_text("utf-8")
    assert "turn failed" not in said
    assert "Traceback" not in said
