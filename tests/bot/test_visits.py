"""A position by a link, from the prompt to the database: real turns, real storage, real HTTP."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import select

from bot.database import Database
from bot.document_page import DocumentPage
from bot.links import Links
from bot.place_page import PlacePage
from bot.turns import Arrived
from bot.visits import Visits
from bot.web import serving
from channels.telegram import Telegram
from channels.zalo_bot import ZaloBot
from quarantine.days import ZONE
from quarantine.letters import Enclosure
from quarantine.messages import Incoming, Kind
from storage import tables
from storage.tables import core
from tests.cast import HOMES
from tests.stage import Stage

ADDRESS, FIX, LETTER = core(tables.Address), core(tables.Fix), core(tables.Letter)
LAN = "Lan (Zalo Bot)"
FAR = {"lat": 22.70, "lng": 106.30}


class Story:
    """Lan on a messenger with nothing but words, her officer, and the page behind her links."""

    def __init__(self) -> None:
        self.stage = Stage((LAN, "Lan", "Hạnh"))
        self.links = Links(self.stage.keyring, "https://cachly.example.vn")
        self.stage.renderer = replace(
            self.stage.renderer,
            links=self.links,
            forms={"telegram": Telegram.form, "zalo-bot": ZaloBot.form},
            draw_card=lambda *given: f"card {given[1]}".encode(),
        )
        self.serial = 0
        self.refused: dict[str, int] = {}

    def writes(self, text: str, who: str = LAN) -> None:
        """Something is typed in the chat."""
        self.serial += 1
        phone, now = self.stage.phone(who), self.stage.clock.now()
        self.stage.hear(Incoming(phone.address, f"u{self.serial}", now, Kind.TEXT, text=text))

    def asked(self, who: str = LAN):
        """Until the question where she is; the reply with the link."""
        self.stage.move_to(datetime(2026, 12, 3, 7, 30, tzinfo=ZONE))
        self.writes("khong", who)
        return self.newest(who)

    def newest(self, who: str = LAN):
        """The last message on this phone."""
        return [one.reply for one in self.stage.deliveries if one.to == who][-1]

    def visits(self, url: str, **facts: float) -> tuple[int, str]:
        """Open the link and send a position; then everything that this causes."""
        lat, lng = HOMES["Lan"]
        body = {"lat": lat, "lng": lng, "accuracy": 15.0, "age_ms": 900, **facts}
        found = asyncio.run(self._opened(url, lambda client, path: client.post(path, json=body)))
        self.stage.settle()
        return found

    def fetches(self, url: str) -> tuple[int, str]:
        """Fetch a picture."""
        return asyncio.run(self._opened(url, lambda client, path: client.get(path)))

    async def _opened(self, url, call):
        turns = self.stage.turns()
        database: Database[Arrived] = Database(
            self.stage.engine, turns.take_group, lambda one: one.incoming.id
        )
        visits = Visits(database, turns, self.stage.renderer, lambda: None)
        app, refused = web.Application(), Counter()
        for page in (PlacePage, DocumentPage):
            page(self.links, visits, self.stage.clock, refused).add_to(app)
        try:
            async with (
                serving(app, "127.0.0.1", 0) as port,
                aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client,
                call(client, url.removeprefix(self.links.root)) as answer,
            ):
                self.refused = dict(refused)
                return answer.status, await answer.text()
        finally:
            await asyncio.to_thread(database.close)

    def rows(self, statement):
        """What the database holds."""
        with self.stage.engine.connect() as conn:
            return conn.execute(statement).all()

    def fixes(self) -> list[tuple[object, ...]]:
        """Source, grade and verdict of every position stored."""
        return [
            tuple(row)
            for row in self.rows(select(FIX.c.source, FIX.c.grade, FIX.c.verdict).order_by(FIX.c.id))
        ]


@pytest.fixture
def story():
    """The story, from the morning's prompt on."""
    told = Story()
    yield told
    told.stage.close()


def test_the_prompt_is_answered_through_the_page(story):
    """Prompt, answer, link, position: stored with grade B, thanked in the chat, nobody alarmed."""
    reply = story.asked()
    assert reply.text.endswith("Chị bấm 📍 Gửi vị trí là xong nhé.")
    assert story.visits(reply.link.url) == (200, '{"state": "received"}')
    assert story.fixes() == [("web", "B", "inside")]
    assert "Hẹn chị 16:30 nhé." in story.newest().text
    assert [one.to for one in story.stage.deliveries if one.to == "Hạnh"] == []


def test_a_position_far_away_is_asked_for_once_more_with_a_new_link(story):
    """The old link is used up, the new one leads to the same question."""
    first = story.asked().link.url
    story.visits(first, **FAR)
    again = story.newest()
    assert "hơi xa nơi cách ly" in again.text
    assert again.link.url != first
    assert story.visits(again.link.url)[0] == 200
    assert story.fixes() == [("web", "B", "far"), ("web", "B", "inside")]


def test_an_old_position_is_asked_for_once_more(story):
    """What a browser kept from before is worth nothing, and nobody is accused of anything."""
    story.visits(story.asked().link.url, age_ms=400_000)
    assert story.fixes() == [("web", "D", "stale")]
    assert "vị trí cũ" in story.newest().text


def test_a_link_used_twice_changes_nothing_more(story):
    """The second time it is told so: one fix, and the chat stays still."""
    url = story.asked().link.url
    story.visits(url)
    said = len(story.stage.deliveries)
    assert story.visits(url, **FAR) == (200, '{"state": "used"}')
    assert story.refused == {"used": 1}
    assert story.fixes() == [("web", "B", "inside")]
    assert len(story.stage.deliveries) == said


def test_a_link_whose_question_was_answered_otherwise_gets_a_polite_word(story):
    """Sent a pin after all, then found the page: no second fix, and a friendly answer."""
    url = story.asked().link.url
    story.writes("khong gui duoc")
    before = story.fixes()
    assert story.visits(url)[0] == 200
    assert story.fixes() == before
    assert "thuộc câu hỏi trước" in story.newest().text


def test_a_link_of_the_morning_does_not_answer_in_the_afternoon(story):
    """It expires with its check-in: refused, and nothing is written."""
    url = story.asked().link.url
    story.stage.move_to(datetime(2026, 12, 3, 16, 30, tzinfo=ZONE))
    before = story.fixes(), len(story.stage.deliveries)
    assert story.visits(url) == (410, '{"state": "expired"}')
    assert (story.fixes(), len(story.stage.deliveries)) == before


def test_the_link_under_a_reminder_answers_too(story):
    """Only the location was missing: the reminder brings a link of its own."""
    story.asked()
    story.stage.move_to(datetime(2026, 12, 3, 8, 30, tzinfo=ZONE))
    reminder = story.newest()
    assert "chỉ còn thiếu vị trí" in reminder.text
    assert story.visits(reminder.link.url)[0] == 200
    assert story.fixes() == [("web", "B", "inside")]


def test_the_page_is_no_message_in_the_chat(story):
    """It renews no window, and a chat that cannot be written to stays so (channels.md: the 7-day window)."""
    url = story.asked().link.url
    heard = select(ADDRESS.c.last_inbound_at).where(ADDRESS.c.account == "zalo-bot")
    before = story.rows(heard)
    story.stage.clock.instant += timedelta(minutes=5)
    assert story.visits(url)[0] == 200
    assert story.rows(heard) == before


def test_beside_telegrams_button_the_link_is_the_second_way(story):
    """There both work, and whichever comes first counts."""
    reply = story.asked("Lan")
    assert (reply.want_label, reply.link.label) == ("📍 Gửi vị trí", "Cách khác")
    assert story.visits(reply.link.url)[0] == 200
    assert story.fixes() == [("web", "B", "inside")]


def test_a_picture_is_drawn_again_when_the_messenger_fetches_it(story):
    """Nothing is stored but the letter itself; the card is the one that its chat was sent."""
    story.asked()
    card = {"code": "2CFH-4KMN", "station": "Trạm", "phone": "0905", "expires": story.stage.clock.now()}
    with story.stage.engine.begin() as conn:
        story.stage.turns().clock_turn(
            conn, lambda turn: turn.say("word.received", card, to=4, enclosure=Enclosure.GUIDE_CARD) and None
        )
    story.stage.settle()
    reply = story.newest()
    assert reply.photo is None
    assert story.fetches(reply.photo_url) == (200, "card 2CFH-4KMN")
    story.stage.clock.instant += timedelta(hours=1)
    assert story.fetches(reply.photo_url) == (410, "")


def test_a_letter_without_a_picture_has_none_behind_a_link(story):
    """A link to a picture that never was shows nothing of the letter."""
    story.asked()
    letter, chat = story.rows(
        select(LETTER.c.id, LETTER.c.address_id).where(LETTER.c.address_id.is_not(None))
    )[0]
    assert story.fetches(story.links.picture(chat, letter, story.stage.clock.now())) == (404, "")
    assert story.fetches(story.links.picture(chat, 1, story.stage.clock.now()))[0] == 404
    assert story.fetches(story.links.picture(1, letter, story.stage.clock.now()))[0] == 404


def test_leaflets_are_drawn_again_when_the_link_is_opened_and_handed_out_once(story):
    """A messenger that carries no files: nothing is stored but the letter, and that it was fetched."""
    story.asked()
    sheet = {
        "code": "2CFH-4KMN",
        "station": "Trạm",
        "call": "0905",
        "name": "Lan",
        "address": "",
        "phone": "",
    }
    now = story.stage.clock.now()
    facts = {"leaflets": [sheet], "per_page": 4, "count": 1, "expires": now}
    story.stage.renderer = replace(
        story.stage.renderer,
        draw_leaflets=lambda given, per_page: f"{given[0].card.code} {given[0].name} {per_page}".encode(),
    )
    with story.stage.engine.begin() as conn:
        story.stage.turns().clock_turn(
            conn, lambda turn: turn.say("print.one", facts, to=4, enclosure=Enclosure.LEAFLETS) and None
        )
    story.stage.settle()
    reply = story.newest()
    assert (reply.document, reply.link.label) == (None, "Tải tệp PDF")
    assert story.fetches(reply.link.url)[0] == 200
    assert story.fetches(reply.link.url + "/tep") == (200, "2CFH-4KMN Lan 4")
    story.stage.clock.instant += timedelta(minutes=11)
    assert story.fetches(reply.link.url + "/tep")[0] == 410
    assert story.refused == {"used": 1}


def test_a_letter_without_leaflets_has_no_document_behind_a_link(story):
    """A link to a document that never was hands out nothing of the letter."""
    story.asked()
    letter, chat = story.rows(
        select(LETTER.c.id, LETTER.c.address_id).where(LETTER.c.address_id.is_not(None))
    )[0]
    for wrong in ((chat, letter), (chat, 1), (1, letter)):
        assert story.fetches(story.links.document(*wrong, story.stage.clock.now()) + "/tep")[0] == 404
