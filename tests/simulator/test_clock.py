"""The phones' clock follows Cachly's, and the stand-in runs as a process of its own."""

import asyncio
import contextlib
import socket
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from simulator.settings import Settings
from tests.simulator.conftest import START, serving
from tests.simulator.littlebot import until

NEXT = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)


@dataclass
class FakeCachly:
    """A demo clock; a move waits for `may_end` after the time has moved, as while prompts are being sent."""

    now: datetime = START
    moves: list = field(default_factory=list)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)

    async def tell(self, _):
        """GET /demo/clock."""
        return web.json_response({"now": self.now.isoformat()})

    async def move(self, request):
        """POST /demo/clock."""
        self.moves.append(await request.json())
        self.now = NEXT
        await self.may_end.wait()
        return web.json_response({"now": self.now.isoformat()})


@pytest.fixture
async def cachly():
    """A demo clock and a bench that follows it."""
    fake = FakeCachly()
    app = web.Application()
    app.router.add_get("/demo/clock", fake.tell)
    app.router.add_post("/demo/clock", fake.move)
    async with TestServer(app) as server:
        async for bench in serving(Settings(clock_url=str(server.make_url("/demo/clock")))):
            yield fake, bench


async def test_moves_are_passed_on_and_followed(cachly):
    """The same JSON goes on to Cachly; messages carry the hour it answers, which then goes on running."""
    fake, bench = cachly
    fake.may_end.set()
    assert (await bench.sim("clock", to="next_day"))["ok"]
    assert fake.moves == [{"to": "next_day"}]
    assert bench.world.clock.now() == NEXT
    bench.hands.seconds += 5
    sent = (await bench.act("text", text="a"))["message"]
    assert datetime.fromtimestamp(sent["date"], UTC) == NEXT + timedelta(seconds=5)


async def test_messages_sent_during_a_move_carry_the_new_hour(cachly):
    """While a long move runs, the phones already follow the moved time."""
    fake, bench = cachly
    async with asyncio.TaskGroup() as group:
        moving = group.create_task(bench.sim("clock", to="next_prompt"))
        await until(lambda: bench.world.clock.now() == NEXT)
        assert not moving.done()
        fake.may_end.set()
    assert moving.result()["ok"]


async def test_a_clock_moved_elsewhere_is_followed(cachly):
    """Cachly's clock may be moved by others, and back by a restart; the phones' clock follows when asked."""
    fake, bench = cachly
    for instant in (NEXT, START):
        fake.now = instant
        assert (await bench.sim("clock", verb="GET"))["reachable"]
        assert bench.world.clock.now() == instant


async def test_a_move_that_names_nothing_or_two_things_is_refused(cachly):
    """A move is either by seconds or to something."""
    fake, bench = cachly
    assert "either" in (await bench.sim("clock", to="next_day", advance_seconds=3))["error"]
    assert "either" in (await bench.sim("clock"))["error"]
    assert fake.moves == []


async def test_an_unreachable_cachly_is_said_and_the_clock_stays():
    """Without Cachly a move is refused with a reason, and the time does not move."""
    async for alone in serving(Settings(clock_url="http://127.0.0.1:9/demo/clock")):
        body = await alone.sim("clock", advance_seconds=3600)
        assert (body["ok"], body["reachable"]) == (False, False)
        assert "not reachable" in body["error"]
        assert alone.world.clock.now() == START


def _free_port():
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def _answers(http, root):
    with contextlib.suppress(aiohttp.ClientError):
        async with http.get(f"{root}/healthz") as answer:
            return answer.status == 200
    return False


async def test_it_runs_alone_and_stops_at_once_while_a_bot_polls():
    """It serves what its options say, and ends on SIGTERM though a poll and a page are open."""
    port = _free_port()
    words = ("-m", "simulator", "--port", str(port), "--token", "77:X", "--bot-username", "ThuBot")
    process = await asyncio.create_subprocess_exec(sys.executable, *words)
    root = f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession() as http, asyncio.timeout(30):
        assert await _in_time(_answers, http, root)
        async with http.get(f"{root}/bot77:X/getMe") as answer:
            assert (await answer.json())["result"]["username"] == "ThuBot"
        async with http.get(f"{root}/") as answer:
            assert "Cachly" in await answer.text()
        async with http.get(f"{root}/sim/events") as page, asyncio.TaskGroup() as group:
            await page.content.readline()
            polling = group.create_task(_poll(http, root))
            assert await _in_time(_polled, http, root)
            process.terminate()
        assert polling.result() == []
        assert await process.wait() == 0


async def _polled(http, root):
    async with http.get(f"{root}/sim/calls") as answer:
        return (await answer.json())["polling"] == 1


async def _in_time(truth, http, root):
    for _ in range(500):
        if await truth(http, root):
            return True
        await asyncio.sleep(0.05)
    return False


async def _poll(http, root):
    async with http.get(f"{root}/bot77:X/getUpdates", params={"timeout": "50"}) as answer:
        return (await answer.json())["result"]


async def test_a_taken_port_is_said():
    """A port that is taken ends the program with a sentence, not a traceback."""
    with contextlib.closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "simulator", "--port", port, stderr=asyncio.subprocess.PIPE
        )
        _, said = await process.communicate()
    assert process.returncode == 1
    assert said.decode().startswith(f"Cannot listen on 127.0.0.1, port {port}")
    assert "Traceback" not in said.decode()
