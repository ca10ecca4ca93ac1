"""The page on which a list is handed in, over real HTTP: what it takes, and all that it refuses."""

import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp import web

from bot.links import UPLOAD_FOR, Links
from bot.upload_page import UploadPage
from bot.web import serving
from papers.sheets import MOST_BYTES
from quarantine.messages import Address, Kind
from storage.sealing import Keyring

START = datetime(2026, 12, 5, 0, 30, tzinfo=UTC)
CHAT, LETTER, NUMBER = 471100471100471100, 815008150081500815, "q7kz7kz7kz7k"
OURS = Keyring.parse(Keyring.make_key("ours"))
LIST = "Họ tên;SĐT\nAn;0912345678\n".encode()


@dataclass
class Behind:
    """What is behind the links: a clock, a chat, and an inbox that drops repeats."""

    at: datetime = START
    taken: list = field(default_factory=list)
    chats: dict = field(default_factory=lambda: {CHAT: Address("zalo-bot", "612")})
    fault: Exception | None = None

    def now(self):
        """The clock."""
        return self.at

    async def chat(self, address_id):
        """The chat with this id."""
        return self.chats.get(address_id)

    async def upload(self, incoming, file):
        """Commit, unless it was there before."""
        if self.fault:
            raise self.fault
        if incoming.id in {one.id for one, _ in self.taken}:
            return False
        self.taken.append((incoming, file))
        return True


@pytest.fixture
def behind():
    """What lies behind the page."""
    return Behind()


@pytest.fixture
async def client(behind):
    """A browser before the page, on a free port."""
    links, app = Links(OURS, "https://cachly.example.vn"), web.Application()
    UploadPage(links, behind, behind).add_to(app)
    async with (
        serving(app, "127.0.0.1", 0) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session,
    ):
        yield session


def path(links=None, now=START):
    """The path of a link that was made at the start."""
    made = (links or Links(OURS, "https://cachly.example.vn")).upload(CHAT, LETTER, NUMBER, now)
    return made.removeprefix("https://cachly.example.vn")


async def sent(client, body, to=None):
    """Hand a file in: the status and the state that the page's script sees."""
    async with client.post(to or path(), data=body) as answer:
        return answer.status, (await answer.json())["state"]


async def test_a_file_becomes_a_message_of_the_chat_the_link_was_made_for(client, behind):
    """It answers the question of the link, with the bytes as they were."""
    assert await sent(client, LIST) == (200, "received")
    ((said, file),) = behind.taken
    assert (said.address, said.kind, said.answers, file) == (behind.chats[CHAT], Kind.FILE, NUMBER, LIST)
    assert await sent(client, b"another") == (200, "used")
    assert len(behind.taken) == 1


@pytest.mark.parametrize(
    ("body", "to", "after", "status", "state"),
    [
        (b"", None, timedelta(), 400, "empty"),
        (LIST, "/u/made-up", timedelta(), 404, "unknown"),
        (LIST, None, UPLOAD_FOR, 410, "expired"),
    ],
)
async def test_what_is_refused_changes_nothing(client, behind, body, to, after, status, state):
    """An empty file, a forged or an old link: told by the page, counted, nothing taken in."""
    behind.at += after
    assert await sent(client, body, to) == (status, state)
    assert behind.taken == []


async def test_a_file_that_is_too_large_is_not_read_to_its_end(client, behind):
    """Beyond 20 MB it is refused by what it says it is, before it has come."""
    assert await sent(client, io.BytesIO(bytes(MOST_BYTES + 1))) == (413, "large")
    assert behind.taken == []


async def test_a_link_for_a_position_hands_no_file_in(client, behind):
    """A link serves what it was made for."""
    other = Links(OURS, "https://cachly.example.vn").place(CHAT, LETTER, NUMBER, START, None)
    assert await sent(client, LIST, "/u/" + other.rpartition("/")[2]) == (404, "unknown")
    assert behind.taken == []


async def test_a_fault_of_ours_keeps_the_page_open(client, behind):
    """What could not be committed may be sent again."""
    behind.fault = RuntimeError("full disk")
    assert await sent(client, LIST) == (503, "later")
    behind.fault = None
    assert await sent(client, LIST) == (200, "received")


async def test_the_page_names_nobody_and_loads_nothing_from_elsewhere(client):
    """It says what to do in Vietnamese, and may speak to us only."""
    async with client.get(path()) as answer:
        text, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    assert 'data-state="ask"' in text
    assert "kéo tệp vào đây" in text
    assert "default-src 'none'" in policy
    assert "https://" not in text
    async with client.get("/u/made-up") as answer:
        assert (answer.status, 'data-state="unknown"' in await answer.text()) == (404, True)
