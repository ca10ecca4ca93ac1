"""The page from which a document is fetched, over real HTTP: once, for an hour, telling nobody anything."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp import web

from bot.document_page import AGAIN_FOR, DocumentPage
from bot.links import DOCUMENT_FOR, Links
from bot.web import serving
from quarantine.messages import Document
from storage.sealing import Keyring
from tests.bot.captured_logs import taken_over

START = datetime(2026, 12, 5, 0, 30, tzinfo=UTC)
CHAT, LETTER = 471100471100471100, 815008150081500815
OURS = Keyring.parse(Keyring.make_key("ours"))
PDF = Document("phieu-huong-dan.pdf", b"%PDF-1.4 leaflets")


@dataclass
class Behind:
    """What is behind the links: a clock, one letter with a document, and when it was first fetched."""

    at: datetime = START
    first: datetime | None = None
    letters: dict = field(default_factory=lambda: {(LETTER, CHAT): PDF})
    known: tuple = (LETTER, CHAT)

    def now(self) -> datetime:
        """The clock."""
        return self.at

    async def document(self, letter_id: int, address_id: int) -> Document | None:
        """One letter has a document."""
        return self.letters.get((letter_id, address_id))

    async def fetched(self, letter_id: int, address_id: int) -> timedelta | None:
        """Since the first time."""
        if (letter_id, address_id) != self.known:
            return None
        self.first = self.first or self.at
        return self.at - self.first


@dataclass
class Visitor:
    """Somebody with a link."""

    client: aiohttp.ClientSession
    page: DocumentPage
    behind: Behind
    links: Links

    def path(self, letter: int = LETTER, links: Links | None = None) -> str:
        """The path of a link that was made at the start."""
        return (links or self.links).document(CHAT, letter, START).removeprefix(self.links.root)

    async def gets(self, path: str) -> tuple[int, str, aiohttp.ClientResponse]:
        """Status, text and answer."""
        async with self.client.get(path) as answer:
            return answer.status, (await answer.read()).decode(), answer

    async def refused(self, path: str, state: str, status: int, why: str) -> None:
        """The page says so kindly, it is counted and logged, and nothing about anybody is in the log."""
        before = self.page.refused[why]
        with taken_over() as logged:
            got, text, _ = await self.gets(path)
        assert (got, f'data-state="{state}"' in text) == (status, True)
        assert self.page.refused[why] == before + 1
        assert "link refused" in logged.getvalue()
        for secret in (str(CHAT), str(LETTER), "/d/", "phieu"):
            assert secret not in logged.getvalue()


@pytest.fixture
async def visitor() -> AsyncIterator[Visitor]:
    """A visitor of a page that serves on a free port."""
    behind, links = Behind(), Links(OURS, "https://cachly.example.vn")
    page, app = DocumentPage(links, behind, behind), web.Application()
    page.add_to(app)
    async with (
        serving(app, "127.0.0.1", 0) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client,
    ):
        yield Visitor(client, page, behind, links)


async def test_the_link_opens_a_page_and_the_page_the_document(visitor: Visitor):
    """As a download under its own name; nobody keeps it on the way, and no page outside learns of it."""
    status, text, answer = await visitor.gets(visitor.path())
    assert status == 200
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    href = text.partition('href="')[2].partition('"')[0]
    status, text, answer = await visitor.gets(f"/d/{href}")
    assert (status, text) == (200, "%PDF-1.4 leaflets")
    assert answer.content_type == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="phieu-huong-dan.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert visitor.page.refused == {}


async def test_looking_at_the_page_does_not_use_the_link_up(visitor: Visitor):
    """Messengers open links by themselves to show a preview."""
    for _ in range(3):
        await visitor.gets(visitor.path())
    visitor.behind.at += timedelta(minutes=30)
    assert (await visitor.gets(visitor.path() + "/tep"))[0] == 200


async def test_a_link_serves_once(visitor: Visitor):
    """A browser that fetches twice, or a broken connection, gets it again for ten minutes; then no more."""
    path = visitor.path() + "/tep"
    assert (await visitor.gets(path))[0] == 200
    visitor.behind.at += AGAIN_FOR
    assert (await visitor.gets(path))[0] == 200
    visitor.behind.at += timedelta(seconds=1)
    await visitor.refused(path, "used", 410, "used")


@pytest.mark.parametrize("more", ["", "/tep"])
async def test_a_link_ends_after_an_hour(visitor: Visitor, more: str):
    """Used or not."""
    visitor.behind.at += DOCUMENT_FOR
    await visitor.refused(visitor.path() + more, "expired", 410, "expired")


@pytest.mark.parametrize("more", ["", "/tep"])
async def test_a_link_that_we_did_not_make_opens_nothing(visitor: Visitor, more: str):
    """Forged, cut off, of another key, or made for a picture or a position."""
    others = Links(Keyring.parse(Keyring.make_key("theirs")), "https://cachly.example.vn")
    picture = visitor.links.picture(CHAT, LETTER, START).rpartition("/")[2]
    place = visitor.links.place(CHAT, LETTER, "q7", START, None).rpartition("/")[2]
    for token in (visitor.path()[3:-1], visitor.path(links=others)[3:], picture, place, "x"):
        await visitor.refused(f"/d/{token}{more}", "unknown", 404, "forged")
    assert visitor.behind.first is None


async def test_a_letter_without_a_document_has_none(visitor: Visitor):
    """Whoever changes what the link names holds a forged one; a letter may be gone all the same."""
    await visitor.refused(visitor.path(letter=5) + "/tep", "unknown", 404, "forged")
    assert visitor.behind.first is None
    visitor.behind.known = ()
    await visitor.refused(visitor.path() + "/tep", "unknown", 404, "forged")
