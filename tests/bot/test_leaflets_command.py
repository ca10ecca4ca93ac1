"""The command `cachly leaflets`, on a database and a stand-in Telegram: what it prints, refuses and keeps."""

from __future__ import annotations

import asyncio
import re
import secrets
import stat
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pypdfium2
import pytest
from sqlalchemy import select

from bot.demo import units
from bot.ids import Ids
from bot.leaflets import write_leaflets
from bot.refusals import RefusedError
from bot.settings import Settings
from quarantine.effects import EpisodeAdded, EpisodeChanged, PersonAdded
from quarantine.people import Episode, EpisodeState, Home, Person, Reason
from quarantine.protocol import DEFAULT_PROTOCOL
from storage import migrate, tables
from storage.apply import apply
from storage.engine import open_engine
from storage.reader import SqlStore
from storage.sealing import Keyring
from storage.tables import core
from storage.units import load_units
from tests.simulator.conftest import TOKEN, serving

CODE, EVENT = core(tables.Code), core(tables.Event)
SENT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
STATION, OTHER = 1273, 1279
KEY = Keyring.make_key("k1")
KEYRING = Keyring.parse(KEY)
SHOWN = re.compile(r"\b([A-Z0-9]{4})-([A-Z0-9]{4})\b")


@dataclass
class Place:
    """A folder with a database in which people wait to connect."""

    folder: Path

    def engine(self):
        """The database."""
        return open_engine(f"sqlite:///{self.folder / 'cachly.db'}")

    def add(self, number: int, state: EpisodeState = EpisodeState.VERIFIED, unit: int = STATION) -> int:
        """Somebody of that number in this state; the id of the episode."""
        person = Person(200 + number, f"Nguyễn Thị Lan {number}", f"09876540{number:02d}", 1992)
        days = date(2026, 11, 20), date(2026, 12, 3)
        home = Home("12 Đội Cấn")
        facts = (person.id, person.id, unit, "1/QĐ", Reason.CONTACT, *days, EpisodeState.NOTIFIED)
        episode = Episode(300 + number, *facts, DEFAULT_PROTOCOL, home)
        ids = Ids(lambda: SENT, secrets.randbelow)
        with self.engine().begin() as conn:
            apply(conn, KEYRING, [PersonAdded(person, SENT), EpisodeAdded(episode, SENT)], SENT, ids.one)
            if state is not EpisodeState.NOTIFIED:
                change = EpisodeChanged(episode, replace(episode, state=state), None, SENT, str(state))
                apply(conn, KEYRING, [change], SENT, ids.one)
        return episode.id

    async def prints(self, *episodes: int, unit: str = "01273", per_page: int = 4, out: str = "l.pdf") -> str:
        """What the command says."""
        return await asyncio.to_thread(write_leaflets, unit, episodes, out, per_page)

    def pages(self, out: str = "l.pdf") -> list[str]:
        """The words of each page."""
        with closing(pypdfium2.PdfDocument(self.folder / out)) as document:
            return [page.get_textpage().get_text_bounded() for page in document]

    def codes(self) -> list[tuple[int, bool]]:
        """Whose codes there are, and whether each still lives."""
        with self.engine().begin() as conn:
            rows = conn.execute(select(CODE.c.episode_id, CODE.c.used_at).order_by(CODE.c.id))
            return [(row.episode_id, row.used_at is None) for row in rows]


@pytest.fixture
async def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Place]:
    """A folder with settings, a database with the units of the demonstration, and a bot that answers."""
    for field in Settings.model_fields:
        monkeypatch.delenv(f"CACHLY_{field.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CACHLY_KEYS", KEY)
    monkeypatch.setenv("CACHLY_TELEGRAM_TOKEN", TOKEN)
    migrate.upgrade(f"sqlite:///{tmp_path / 'cachly.db'}")
    found = Place(tmp_path)
    with found.engine().begin() as conn:
        load_units(conn, units())
    async for stand_in in serving():
        monkeypatch.setenv("CACHLY_TELEGRAM_API", stand_in.root)
        yield found


async def test_everybody_who_waits_gets_a_leaflet_with_a_living_code(place: Place):
    """Of the unit alone; the list leads, each code on paper is one that opens that episode, for 72 hours."""
    first, second = place.add(1), place.add(2, EpisodeState.GUIDED)
    place.add(3, EpisodeState.NOTIFIED)
    place.add(4, unit=OTHER)
    said = await place.prints()
    assert re.fullmatch(
        r"2 leaflets of Phường Thục Phán are in l\.pdf\. "
        r"Each code works once, until \d\d:\d\d \d\d/\d\d/\d{4}\.",
        said,
    )
    listed, cards = place.pages()
    assert "Nguyễn Thị Lan 1" in listed
    assert "Nguyễn Thị Lan 2" in listed
    printed = ["".join(found) for found in SHOWN.findall(cards)]
    with place.engine().begin() as conn:
        store = SqlStore(conn, KEYRING, datetime(2026, 11, 21, tzinfo=UTC))
        assert {store.code(code).episode_id for code in printed} == {first, second}
    assert stat.S_IMODE((place.folder / "l.pdf").stat().st_mode) == 0o600
    assert not list(place.folder.glob("*.part"))


async def test_a_whole_province_is_printed_by_the_code_of_its_cdc(place: Place):
    """Those of all units below it, each with their own station on the card."""
    place.add(1)
    place.add(2, unit=OTHER)
    assert "2 leaflets of Tỉnh Cao Bằng" in await place.prints(unit="04")
    cards = place.pages()[1]
    assert "Thục Phán" in cards
    assert "Nùng Trí Cao" in cards


async def test_printing_again_ends_the_older_codes_and_is_in_the_history(place: Place):
    """Single-use, the newest alone; who printed for whom stays."""
    episode = place.add(1)
    await place.prints()
    await place.prints(per_page=1)
    assert place.codes() == [(episode, False), (episode, True)]
    with place.engine().begin() as conn:
        kinds = list(conn.execute(select(EVENT.c.kind).order_by(EVENT.c.id)).scalars())
    assert kinds.count("leaflet_printed") == 2
    assert len(place.pages()) == 1


async def test_only_those_named_are_printed(place: Place):
    """By the id of the episode, each once."""
    place.add(1)
    second = place.add(2)
    await place.prints(second, second)
    assert place.codes() == [(second, True)]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"unit": "99999"}, "There is no unit with the code 99999"),
        ({"unit": "01279"}, "Nobody of Phường Nùng Trí Cao is verified and waits to connect"),
        ({"per_page": 5}, "5 leaflets do not fit a page. There are: 1, 4, 8."),
        ({"out": "no/such/folder.pdf"}, "no/such/folder.pdf cannot be written: No such file or directory."),
    ],
)
async def test_what_cannot_be_printed_changes_nothing(place: Place, wrong: dict, says: str):
    """The sentence says what is wrong; no code dies for it, and no half a file is left."""
    place.add(1)
    with pytest.raises(RefusedError) as refused:
        await place.prints(**wrong)
    assert says in str(refused.value)
    assert place.codes() == []
    assert not list(place.folder.glob("*.pdf*"))


async def test_who_is_not_among_them_is_refused_by_id(place: Place):
    """Somebody connected, of another unit, or unknown: nothing is printed for the others either."""
    first, other = place.add(1), place.add(2, unit=OTHER)
    with pytest.raises(RefusedError, match=f"not of Phường Thục Phán: {other}, 5. Nothing is printed."):
        await place.prints(first, other, 5)
    assert place.codes() == []


async def test_without_an_account_that_answers_nothing_is_printed(
    place: Place, monkeypatch: pytest.MonkeyPatch
):
    """A leaflet that says nowhere where to hand in the code would be waste paper."""
    place.add(1)
    monkeypatch.setenv("CACHLY_TELEGRAM_API", "http://127.0.0.1:9")
    with pytest.raises(RefusedError) as refused:
        await place.prints()
    assert "telegram could not be asked for its name" in str(refused.value)
    assert TOKEN not in str(refused.value)
    assert place.codes() == []
    monkeypatch.delenv("CACHLY_TELEGRAM_TOKEN")
    with pytest.raises(RefusedError, match="There is no account"):
        await place.prints()
