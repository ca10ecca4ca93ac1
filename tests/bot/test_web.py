"""The HTTP edge: it answers 200 only after the commit, tells nobody's data, and stops gracefully."""

import asyncio
import json
import socket
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from bot.health import Health
from bot.web import BODY_LIMIT, PortTakenError, Site, serving
from quarantine.channel import Refusal
from tests.bot.captured_logs import taken_over

SECRET = "s3cret-of-the-webhook"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
NOW = datetime(2026, 12, 5, 0, 30, tzinfo=UTC)
WELL = Health(database="ok", migrations="current", outbox_due=2, accounts={"telegram": "webhook"})


class Cachly:
    """A service that commits when it is let, and moves a clock of its own."""

    def __init__(self, health=WELL):
        """Be as well as told."""
        self.commits = asyncio.Event()
        self.commits.set()
        self.committed = []
        self.fault = None
        self.state = health
        self.at = NOW
        self.moves = []
        self.refused = []

    def now(self):
        """The clock."""
        return self.at

    def admit(self, account, headers, body):
        """The secret of the one account."""
        if account != "telegram":
            return Refusal.NO_ACCOUNT
        if HEADER not in headers:
            return Refusal.UNSIGNED
        if len(body) == 1:
            return Refusal.UNREADABLE
        return None if headers[HEADER] == SECRET else Refusal.FORGED

    def refuse(self, account, refusal):
        """Count."""
        assert account
        self.refused.append(refusal)

    async def hear(self, account, body):
        """Commit, or fail."""
        await self.commits.wait()
        if self.fault:
            raise self.fault
        self.committed.append((account, body))

    async def health(self):
        """As told."""
        if isinstance(self.state, Exception):
            raise self.state
        return self.state

    async def move_clock(self, by, to):
        """Move, and say where it is."""
        self.moves.append((by, to))
        self.at += by or timedelta(days=1)
        return self.at


@asynccontextmanager
async def served(service, *, demo=False):
    """A client that speaks to a server on a free port."""
    site = Site(service, service if demo else None)
    async with (
        serving(site.app(), "127.0.0.1", 0) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client,
    ):
        yield client


async def test_an_update_is_acknowledged_after_its_commit():
    """200 means committed: while the commit is waited for, there is no answer."""
    service = Cachly()
    service.commits.clear()
    async with served(service) as client, asyncio.TaskGroup() as group:
        call = group.create_task(
            client.post("/hooks/telegram", data=b'{"update_id":1}', headers={HEADER: SECRET})
        )
        done, _ = await asyncio.wait({call}, timeout=0.1)
        assert not done
        assert not service.committed
        service.commits.set()
        assert (await call).status == 200
    assert service.committed == [("telegram", b'{"update_id":1}')]


@pytest.mark.parametrize("fault", [RuntimeError("bug"), TimeoutError(), OSError("disk full")])
async def test_what_is_not_committed_is_asked_for_again(fault):
    """503 makes the messenger deliver the update again."""
    service = Cachly()
    service.fault = fault
    async with served(service) as client:
        answer = await client.post("/hooks/telegram", data=b"{}", headers={HEADER: SECRET})
        assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
        service.fault = None
        assert (await client.post("/hooks/telegram", data=b"{}", headers={HEADER: SECRET})).status == 200


@pytest.mark.parametrize("given", [None, "", "wrong", SECRET + "x", SECRET[:-1], "\xe9"])
async def test_a_wrong_secret_is_refused(given):
    """Nobody but the messenger may bring updates."""
    service = Cachly()
    async with served(service) as client:
        headers = {} if given is None else {HEADER: given}
        wanted = 401 if given is None else 403
        assert (await client.post("/hooks/telegram", data=b"{}", headers=headers)).status == wanted
    assert not service.committed
    assert service.refused == [Refusal.UNSIGNED if given is None else Refusal.FORGED]


async def test_a_signed_push_that_nobody_can_read_is_refused():
    """400 tells the messenger that the same again would be no better."""
    service = Cachly()
    async with served(service) as client:
        assert (await client.post("/hooks/telegram", data=b"{", headers={HEADER: SECRET})).status == 400
    assert service.refused == [Refusal.UNREADABLE]
    assert not service.committed


async def test_the_picture_of_zalos_form_is_there():
    """Zalo fetches it for the form in which somebody shares their phone number."""
    async with served(Cachly()) as client:
        answer = await client.get("/zalo/form.png")
        assert (answer.status, answer.content_type) == (200, "image/png")
        assert (await answer.read()).startswith(b"\x89PNG")


async def test_unknown_accounts_and_ways_are_refused():
    """404 for an account that is not ours, 405 for a way that does not exist, and nothing is taken in."""
    service = Cachly()
    async with served(service) as client:
        assert (await client.post("/hooks/other", data=b"{}", headers={HEADER: SECRET})).status == 404
        assert (await client.get("/hooks/telegram", headers={HEADER: SECRET})).status == 405
        assert (await client.get("/")).status == 404
    assert not service.committed


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_that_is_too_long_is_refused(chunked):
    """Nobody fills our memory: 413 beyond the limit, whether the length is announced or not."""

    async def pieces():
        for _ in range(20):
            yield b"x" * (BODY_LIMIT // 10)

    service = Cachly()
    async with served(service) as client:
        data = pieces() if chunked else b"x" * (BODY_LIMIT + 1)
        assert (await client.post("/hooks/telegram", data=data, headers={HEADER: SECRET})).status == 413
        fits = b"x" * BODY_LIMIT
        assert (await client.post("/hooks/telegram", data=fits, headers={HEADER: SECRET})).status == 200
    assert service.refused == [Refusal.TOO_LARGE]


async def test_health_is_told_in_counts():
    """/healthz answers 200 with counts and ages while all is well."""
    async with served(Cachly()) as client:
        answer = await client.get("/healthz")
        assert answer.status == 200
        assert await answer.json() == {
            "status": "ok",
            "database": "ok",
            "migrations": "current",
            "outbox_due": 2,
            "outbox_oldest_seconds": 0.0,
            "sweep_age_seconds": None,
            "accounts": {"telegram": "webhook"},
            "ignored": {},
            "refused": {},
            "lost": {},
            "wrong": [],
        }


@pytest.mark.parametrize(
    ("state", "wrong"),
    [
        (Health(database="unreachable", migrations="unknown", wrong=("database",)), ["database"]),
        (RuntimeError("Nguyễn Thị Lan"), ["service"]),
    ],
)
async def test_health_names_what_is_wrong(state, wrong):
    """503 names the part, and never quotes an error."""
    async with served(Cachly(state)) as client:
        answer = await client.get("/healthz")
        text = await answer.text()
        assert (answer.status, json.loads(text)["status"], json.loads(text)["wrong"]) == (503, "wrong", wrong)
        assert "Nguyễn" not in text


async def test_the_clock_is_there_in_the_demonstration_alone():
    """Time can be moved in `demo` only (DESIGN.md §5)."""
    async with served(Cachly()) as client:
        assert (await client.get("/demo/clock")).status == 404
        assert (await client.post("/demo/clock", json={"advance_seconds": 60})).status == 404


async def test_the_clock_is_moved_and_told():
    """The page's buttons: an hour on, to the next prompt, to tomorrow; the answer is the new instant."""
    service = Cachly()
    async with served(service, demo=True) as client:
        assert await (await client.get("/demo/clock")).json() == {"now": "2026-12-05T00:30:00Z"}
        moved = await client.post("/demo/clock", json={"advance_seconds": 3600})
        assert await moved.json() == {"now": "2026-12-05T01:30:00Z"}
        for to in ("next_prompt", "next_day"):
            assert (await client.post("/demo/clock", json={"to": to})).status == 200
    assert service.moves == [(timedelta(hours=1), None), (None, "next_prompt"), (None, "next_day")]


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{}", b"[]", b"nonsense", b'{"back":1}', b'{"to":"yesterday"}', b'{"advance_seconds":"60"}'),
        *(b'{"advance_seconds":-1}', b'{"advance_seconds":0}', b'{"advance_seconds":1e300}'),
        b'{"to":"next_day","advance_seconds":1}',
    ],
)
async def test_a_wrong_move_is_refused(body):
    """400 with a sentence, and the clock stands."""
    service = Cachly()
    async with served(service, demo=True) as client:
        answer = await client.post("/demo/clock", data=body)
        assert answer.status == 400
        assert (await answer.json())["error"]
    assert not service.moves


async def test_a_taken_port_is_said_in_a_sentence():
    """Two Cachlys on one port: the second says so and what to set."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(
            PortTakenError, match=f"port {port}: another program already does. Set CACHLY_HTTP_PORT"
        ):
            async with serving(Site(Cachly()).app(), "127.0.0.1", port):
                pytest.fail("it listens on a port that is taken")


async def test_requests_in_flight_are_finished_on_stopping():
    """A stop lets the updates that are being committed be answered."""
    service = Cachly()
    service.commits.clear()
    async with aiohttp.ClientSession() as client, asyncio.TaskGroup() as group:
        async with serving(Site(service).app(), "127.0.0.1", 0) as port:
            url = f"http://127.0.0.1:{port}/hooks/telegram"
            call = group.create_task(client.post(url, data=b"{}", headers={HEADER: SECRET}))
            await asyncio.wait({call}, timeout=0.1)
            asyncio.get_running_loop().call_later(0.05, service.commits.set)
        assert (await call).status == 200
    assert service.committed


async def test_the_web_server_logs_no_addresses_and_no_bodies():
    """An address may hold a token and a body a name: neither is logged, whatever the outcome."""
    service = Cachly()
    service.fault = ValueError("Nguyễn Thị Lan")
    with taken_over(secrets=(SECRET,), libraries=("aiohttp",)) as lines:
        async with served(service) as client:
            for path in ("/hooks/telegram", "/hooks/0912345678", "/bot123456:ABCDEF/x?phone=0912345678"):
                await client.post(path, data="Nguyễn Thị Lan".encode(), headers={HEADER: SECRET})
            await client.post("/hooks/telegram", data=b"{}", headers={HEADER: "wrong-0912345678"})
    said = lines.getvalue()
    assert "hook not committed" in said
    for secret in (SECRET, "Nguyễn", "0912345678", "ABCDEF"):
        assert secret not in said
