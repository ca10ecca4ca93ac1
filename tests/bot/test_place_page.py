"""The page behind a link, over real HTTP: what it takes in, and all that it refuses without a trace."""

import asyncio
import contextlib
import io
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp import web

from bot.links import Links
from bot.place_page import BODY_LIMIT, FILE, PlacePage
from bot.web import serving
from quarantine.location import Source, Verdict, judge
from quarantine.messages import Address, Kind
from storage.sealing import Keyring
from tests.bot.captured_logs import taken_over

START = datetime(2026, 12, 5, 0, 30, tzinfo=UTC)
CHAT, LETTER, NUMBER = 471100471100471100, 815008150081500815, "q7kz7kz7kz7k"
HERE = {"lat": 22.66569, "lng": 106.25786, "accuracy": 14.5, "age_ms": 1200}
OURS = Keyring.parse(Keyring.make_key("ours"))


@dataclass
class Behind:
    """What is behind the links: a clock, a chat, an inbox that drops repeats, and one picture."""

    at: datetime = START
    taken: list = field(default_factory=list)
    chats: dict = field(default_factory=lambda: {CHAT: Address("zalo", "6123456789012345678")})
    fault: Exception | None = None

    def now(self):
        """The clock."""
        return self.at

    async def chat(self, address_id):
        """The chat with this id."""
        return self.chats.get(address_id)

    async def take(self, incoming):
        """Commit, unless it was there before."""
        if self.fault:
            raise self.fault
        if incoming.id in {one.id for one in self.taken}:
            return False
        self.taken.append(incoming)
        return True

    async def picture(self, letter_id, address_id):
        """One letter has a picture."""
        return b"\x89PNG" if (letter_id, address_id) == (LETTER, CHAT) else None


@dataclass
class Visitor:
    """Somebody with a link, and what is behind it."""

    client: aiohttp.ClientSession
    page: PlacePage
    behind: Behind
    links: Links

    def path(self, letter=LETTER, links=None, **more):
        """The path of a link that was made at the start."""
        given = {"address_id": CHAT, "number": NUMBER, "now": START, "valid_until": None, **more}
        return (links or self.links).place(letter_id=letter, **given).removeprefix(self.links.root)

    async def sends(self, path=None, **facts):
        """Send a position; the status and the state that the page's script sees."""
        return await self.sends_raw(json.dumps({**HERE, **facts}).encode(), path)

    async def sends_raw(self, body, path=None):
        """Send any body."""
        async with self.client.post(path or self.path(), data=body) as answer:
            return answer.status, (await answer.json())["state"]


@pytest.fixture
async def visitor():
    """A visitor of a page that serves on a free port."""
    behind, links = Behind(), Links(OURS, "https://cachly.example.vn")
    page, app = PlacePage(links, behind, behind), web.Application()
    page.add_to(app)
    async with (
        serving(app, "127.0.0.1", 0) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client,
    ):
        yield Visitor(client, page, behind, links)


@contextlib.asynccontextmanager
async def nothing_changes(visitor, why):
    """Refused, counted once under this reason, logged without a word about anybody, nothing taken in."""
    before = list(visitor.behind.taken)
    with taken_over() as logged:
        yield
    assert visitor.behind.taken == before
    assert visitor.page.refused == {why: 1}
    said = logged.getvalue()
    assert "link refused" in said
    for secret in ("22.66569", "106.25786", "6123456789", NUMBER, str(CHAT), str(LETTER), "/v/", "/p/"):
        assert secret not in said


async def test_a_position_becomes_a_message_of_the_chat_the_link_was_made_for(visitor):
    """It answers the question of the link, and says that our own page sent it."""
    assert await visitor.sends() == (200, "received")
    (said,) = visitor.behind.taken
    assert (said.address, said.kind, said.answers) == (visitor.behind.chats[CHAT], Kind.LOCATION, NUMBER)
    assert (said.fix.lat, said.fix.lng, said.fix.accuracy_m) == (22.66569, 106.25786, 14.5)
    assert (said.fix.source, said.fix.taken_at) == (Source.WEB, START - timedelta(milliseconds=1200))
    assert visitor.page.refused == {}


async def test_a_link_serves_once(visitor):
    """Used again, by whomever: told that it has been received, and nothing is taken in twice."""
    assert await visitor.sends() == (200, "received")
    async with nothing_changes(visitor, "used"):
        assert await visitor.sends(lat=10.0) == (200, "used")


async def test_the_answer_comes_after_the_commit(visitor):
    """What could not be committed is asked for again, and the link is not used up."""
    visitor.behind.fault = OSError("database away")
    assert await visitor.sends() == (503, "later")
    visitor.behind.fault = None
    assert await visitor.sends() == (200, "received")


async def test_a_forged_link_is_refused(visitor):
    """Signed with a key that is not ours: neither shown nor taken."""
    stranger = Links(Keyring.parse(Keyring.make_key("theirs")), visitor.links.root)
    async with nothing_changes(visitor, "forged"):
        assert await visitor.sends(visitor.path(links=stranger)) == (404, "unknown")
    answer = await visitor.client.get(visitor.path(links=stranger))
    assert (answer.status, 'data-state="unknown"' in await answer.text()) == (404, True)


async def test_a_link_that_was_bent_to_somebody_else_is_refused(visitor):
    """The chat stands inside what is signed: nobody can answer for another one."""
    mine, theirs = visitor.path(), visitor.path(address_id=CHAT + 1)
    bent = theirs[:30] + mine[30:]
    assert bent not in {mine, theirs}
    async with nothing_changes(visitor, "forged"):
        assert await visitor.sends(bent) == (404, "unknown")


async def test_a_link_to_a_chat_that_is_gone_is_refused(visitor):
    """Signed by us once, but there is nobody any more."""
    async with nothing_changes(visitor, "no chat"):
        assert await visitor.sends(visitor.path(address_id=1)) == (404, "unknown")


async def test_an_expired_link_is_refused(visitor):
    """After its time it takes nothing, and the page says what to do instead."""
    path = visitor.path()
    visitor.behind.at += timedelta(hours=5)
    async with nothing_changes(visitor, "expired"):
        assert await visitor.sends(path) == (410, "expired")
    answer = await visitor.client.get(path)
    assert answer.status == 410
    assert 'data-state="expired"' in await answer.text()


@pytest.mark.parametrize(
    "wrong",
    [
        {"lat": 90.1},
        {"lat": -91},
        {"lng": 180.5},
        {"lng": -1e308},
        {"lat": 0, "lng": 0},
        {"accuracy": -1},
        {"lat": "22.66"},
        {"lat": None},
        {"accuracy": None},
        {"age_ms": "now"},
        {"name": "Lan"},
        {"lat": True},
    ],
    ids=str,
)
async def test_what_is_no_position_is_refused(visitor, wrong):
    """Out of range, of another kind, or more than was asked for."""
    async with nothing_changes(visitor, "unreadable"):
        assert await visitor.sends(**wrong) == (400, "wrong")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"[22.66, 106.26]",
        b"lat=22.66&lng=106.26",
        b'{"lat": NaN, "lng": 106.26, "accuracy": 10, "age_ms": 0}',
        b'{"lat": 22.66, "lng": Infinity, "accuracy": 10, "age_ms": 0}',
        b'{"lat": 22.66, "lng": 106.26, "accuracy": 1e999, "age_ms": 0}',
        b'{"lat": 22.66, "lng": 106.26, "accuracy": 10}',
        b"\xff\xfe{}",
        b"{" * 2_000,
    ],
    ids=lambda body: repr(body[:40]),
)
async def test_malformed_bodies_are_refused(visitor, body):
    """Not JSON, not numbers, or not all that is needed."""
    async with nothing_changes(visitor, "unreadable"):
        assert await visitor.sends_raw(body) == (400, "wrong")


@pytest.mark.parametrize("announced", [True, False])
async def test_ten_megabytes_are_refused(visitor, announced):
    """Read no further than a position is long, whether the length is announced or not."""

    async def pieces():
        for _ in range(160):
            yield b" " * 65_536

    data = io.BytesIO(b" " * 10_485_760) if announced else pieces()
    async with nothing_changes(visitor, "too large"):
        with contextlib.suppress(aiohttp.ClientError):  # hanging up in the middle of it refuses it too
            assert (await visitor.client.post(visitor.path(), data=data)).status == 413
    assert await visitor.sends_raw(b" " * BODY_LIMIT) == (400, "wrong")


@pytest.mark.parametrize("age_ms", [600_001, -1, 1e15])
async def test_an_age_that_cannot_be_believed_makes_the_position_stale(visitor, age_ms):
    """It is asked for again in the chat; nobody is judged by where they were."""
    assert await visitor.sends(age_ms=age_ms) == (200, "received")
    (said,) = visitor.behind.taken
    assert judge(said.fix, (22.66569, 106.25786), START).verdict is Verdict.STALE


@pytest.mark.parametrize("path", ["/v/", "/v/x", "/v/x/y", "/p/", "/p/x", "/v/" + "A" * 5_000])
async def test_what_is_typed_behind_the_address_leads_nowhere(visitor, path):
    """404 for all that is no link of ours."""
    assert (await visitor.client.get(path)).status == 404


async def test_the_page_is_shown_to_whoever_has_the_link(visitor):
    """Under 30 KB with all that belongs to it, nothing from elsewhere, nothing kept, nobody named."""
    answer = await visitor.client.get(visitor.path())
    text = await answer.text()
    assert (answer.status, 'data-state="ask"' in text) == (200, True)
    assert len(text.encode()) < 30_000
    assert "http://" not in text
    assert "https://" not in text
    assert NUMBER not in text
    told = answer.headers
    assert (told["Cache-Control"], told["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert told["X-Robots-Tag"] == "noindex, nofollow"
    assert "default-src 'none'" in told["Content-Security-Policy"]
    assert "unsafe" not in told["Content-Security-Policy"]
    assert visitor.page.refused == {}
    assert visitor.behind.taken == []


async def test_looking_at_the_page_uses_nothing_up(visitor):
    """Messengers open links to show what is behind them: that must not cost the reader the link."""
    for _ in range(3):
        assert (await visitor.client.get(visitor.path())).status == 200
        assert (await visitor.client.head(visitor.path())).status == 200
    assert await visitor.sends() == (200, "received")


async def test_a_picture_is_drawn_for_its_link(visitor):
    """A PNG that nobody keeps, for an hour, and for no other letter."""
    path = visitor.links.picture(CHAT, LETTER, START).removeprefix(visitor.links.root)
    answer = await visitor.client.get(path)
    assert (answer.status, answer.content_type, await answer.read()) == (200, "image/png", b"\x89PNG")
    assert answer.headers["Cache-Control"] == "no-store"
    other = visitor.links.picture(CHAT, LETTER + 1, START).removeprefix(visitor.links.root)
    assert (await visitor.client.get(other)).status == 404
    visitor.behind.at += timedelta(hours=1)
    assert (await visitor.client.get(path)).status == 410
    assert (await visitor.client.post(path, data=b"{}")).status == 405
    assert visitor.page.refused == {"no picture": 1, "expired": 1}


async def test_a_slow_visitor_holds_nobody_up(visitor, monkeypatch):
    """A body that never ends is its sender's affair alone, and only for a while."""
    monkeypatch.setattr("bot.place_page.SECONDS", 0.5)
    never = asyncio.Event()

    async def endless():
        yield b'{"lat": 22'
        await never.wait()

    async with asyncio.TaskGroup() as group:
        slow = group.create_task(visitor.client.post(visitor.path(), data=endless()))
        assert await visitor.sends(visitor.path(letter=2)) == (200, "received")
        assert (await slow).status == 408
    assert visitor.page.refused == {"too slow": 1}


def test_the_script_is_plain_enough_for_an_old_phone():
    """A phone of five years ago, and the browsers inside messengers: no syntax newer than ES5."""
    text = FILE.read_text(encoding="utf-8")
    script = text.partition("<script>")[2].partition("</script>")[0]
    for newer in ("=>", "let ", "const ", "`", "fetch(", "async ", "...", "?.", "??", "class "):
        assert newer not in script
