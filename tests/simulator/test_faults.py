"""Failures on demand, limits and polling."""

import asyncio

import aiohttp
import pytest

from tests.simulator.conftest import LAN, TOKEN
from tests.simulator.littlebot import until


@pytest.mark.parametrize(
    ("fault", "status", "parameters"),
    [
        ({"retry_after": 7}, 429, {"retry_after": 7}),
        ({"migrate_to_chat_id": -100}, 400, {"migrate_to_chat_id": -100}),
        ({"status": 500}, 500, None),
        ({"status": 403}, 403, None),
        ({"status": 401}, 401, None),
    ],
)
async def test_the_next_calls_fail_as_told(bench, fault, status, parameters):
    """A fault refuses the next N calls of its method with its status, then no more."""
    await bench.sim("faults", method="sendMessage", times=2, **fault)
    assert (await bench.call("getMe"))[0] == 200
    for _ in range(2):
        answered, body = await bench.call("sendMessage", chat_id=LAN, text="a")
        assert (answered, body["error_code"], body.get("parameters")) == (status, status, parameters)
    assert await bench.say()
    assert len(bench.world.messages[LAN]) == 1


async def test_a_fault_may_concern_one_chat_and_leaves_polling_alone(bench):
    """A fault for a chat spares others; a fault without a method spares getUpdates."""
    await bench.sim("phones", id=7, first_name="Tâm", label="Bác Tâm")
    await bench.act("start", phone=7)
    await bench.sim("faults", chat_id=7, status=500, times=None)
    assert await bench.say()
    assert (await bench.call("sendMessage", chat_id=7, text="a"))[0] == 500
    await bench.sim("faults", verb="DELETE")
    await bench.sim("faults", status=500)
    assert await bench.updates()
    assert (await bench.call("getMe"))[0] == 500


async def test_a_bad_gateway_speaks_html(bench):
    """502 comes from a proxy: no JSON."""
    await bench.sim("faults", status=502)
    async with bench.http.post(f"{bench.root}/bot{TOKEN}/getMe") as answer:
        assert answer.status == 502
        assert answer.content_type == "text/html"


@pytest.mark.parametrize(("accept", "sent"), [(False, 0), (True, 1)])
async def test_a_dropped_connection_may_or_may_not_have_sent(bench, accept, sent):
    """The connection closes without an answer; with `accept` the message is in the chat all the same."""
    await bench.sim("faults", method="sendMessage", drop=True, accept=accept)
    with pytest.raises(aiohttp.ClientError):
        await bench.call("sendMessage", chat_id=LAN, text="a")
    assert len(bench.world.messages.get(LAN, {})) == sent


async def test_a_hung_call_is_never_answered(bench):
    """The client's own time-out ends a hung call; what was accepted has been sent."""
    await bench.sim("faults", method="sendMessage", hang=True, accept=True)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await bench.call("sendMessage", chat_id=LAN, text="a")
    assert len(bench.world.messages[LAN]) == 1


async def test_cleared_faults_let_hung_calls_go(bench):
    """Clearing the faults drops the connections that hang."""

    async def hang():
        with pytest.raises(aiohttp.ClientError):
            await bench.call("getMe")

    await bench.sim("faults", method="getMe", hang=True)
    async with asyncio.TaskGroup() as group:
        group.create_task(hang())
        await until(lambda: not bench.world.faults.waiting)
        await bench.sim("faults", verb="DELETE")


async def test_latency_delays_but_succeeds(bench):
    """A slow call is answered all the same."""
    await bench.sim("faults", method="sendMessage", latency=0.01)
    assert await bench.say()


async def test_one_message_a_second_to_a_chat_after_a_short_burst(bench):
    """After the burst comes 429 with retry_after; a second later one more may go."""
    for _ in range(bench.world.settings.chat_burst):
        await bench.say()
    status, body = await bench.call("sendMessage", chat_id=LAN, text="a")
    assert (status, body["parameters"]) == (429, {"retry_after": 1})
    assert await bench.ok("sendChatAction", chat_id=LAN, action="typing")
    bench.hands.seconds += 1
    await bench.say()
    assert (await bench.call("sendMessage", chat_id=LAN, text="a"))[0] == 429
    await bench.sim("limits", on=False)
    assert await bench.say()


async def test_thirty_messages_a_second_in_all(bench):
    """The thirty-first message of one second is refused, whoever it is for."""
    for number in range(1, 32):
        await bench.sim("phones", id=number, label=f"Máy {number}")
        await bench.act("start", phone=number)
    for number in range(1, 31):
        await bench.say(chat_id=number)
    assert (await bench.call("sendMessage", chat_id=31, text="a"))[0] == 429
    bench.hands.seconds += 1
    await bench.say(chat_id=31)


async def test_twenty_messages_a_minute_to_a_group(bench):
    """A group takes twenty messages at once, then one every three seconds."""
    group = (await bench.sim("groups", title="Trạm"))["group"]["id"]
    for _ in range(20):
        await bench.say(chat_id=group)
    status, body = await bench.call("sendMessage", chat_id=group, text="a")
    assert (status, body["parameters"]) == (429, {"retry_after": 3})


async def test_polling_confirms_by_offset(bench):
    """Updates come again until an offset confirms them; a negative offset keeps the newest."""
    for text in "abc":
        await bench.act("text", text=text)
    first = (await bench.updates(limit=1))[0]
    assert [update["message"]["text"] for update in await bench.updates()] == ["a", "b", "c"]
    rest = await bench.updates(offset=first["update_id"] + 1)
    assert [update["message"]["text"] for update in rest] == ["b", "c"]
    assert [update["message"]["text"] for update in await bench.updates(offset=-1)] == ["c"]
    assert len(await bench.updates()) == 1


async def test_a_long_poll_wakes_for_an_update_and_a_second_poller_ends_the_first(bench):
    """Long polling answers as soon as something comes; the first of two pollers gets 409."""
    async with asyncio.TaskGroup() as group:
        first = group.create_task(bench.call("getUpdates", timeout=30))
        await until(lambda: bench.world.mailbox.polling)
        second = group.create_task(bench.call("getUpdates", timeout=30))
        status, body = await first
        assert status == 409
        assert body["description"].startswith("Conflict: terminated by other getUpdates")
        await bench.act("text", text="có người nhắn")
        assert (await second)[1]["result"][0]["message"]["text"] == "có người nhắn"
