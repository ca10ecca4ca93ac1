"""The role that takes lists from chats: fetched, looked at, written when their sender says so, and told."""

import asyncio
import contextlib
import secrets
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from bot.database import Database
from bot.ids import Ids
from bot.list_progress import Progress
from bot.list_role import ListRole
from bot.turns import Arrived, Turns
from channels.telegram import Telegram
from handlers.book import script
from papers.sheets import MOST_BYTES
from quarantine.channel import CallFailedError, FileTooLargeError
from quarantine.list_drafts import DraftState, ListDraft
from quarantine.messages import Address, Incoming, Kind, Never, Reason
from quarantine.people import Person, Posting, Role, Unit, UnitKind
from storage import jobs, tables
from storage.engine import reading
from storage.sealing import Keyring
from storage.tables import core
from storage.units import load_units
from tests.bot.test_importing import HEAD, LAN, NAM, ORDER, WRONG
from tests.papers import written
from tests.storage.rows import Rows

NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
CLERK = 7001
UNITS = (
    Unit(1, "04", UnitKind.CDC, "Tỉnh Cao Bằng", "Tỉnh Cao Bằng"),
    Unit(2, "01273", UnitKind.STATION, "Phường Thục Phán", "Tỉnh Cao Bằng", parent_id=1),
    Unit(3, "01321", UnitKind.STATION, "Xã Bảo Lạc", "Tỉnh Cao Bằng", parent_id=1),
)
EPISODE, LETTER = core(tables.Episode), core(tables.Letter)
LIST = written.xlsx([HEAD, *([*one, *ORDER] for one in (LAN, NAM, WRONG))])


class Messenger:
    """A channel that keeps one file."""

    form = Telegram.form

    def __init__(self, file):
        self.file = file

    async def fetch(self, file, limit):
        """The file, an error that it stands for, or nothing for another name."""
        if isinstance(self.file, Exception):
            raise self.file
        assert (file, limit) == ("file-1", MOST_BYTES)
        return self.file


class Still:
    """A clock that stands."""

    def now(self):
        """The instant."""
        return NOW


@pytest.fixture
def room(engine):
    """Turns and a database with a clerk who has sent a list."""
    keyring = Keyring.parse(Keyring.make_key("k1"))
    with engine.begin() as conn:
        load_units(conn, UNITS)
        rows = Rows(conn, keyring, NOW)
        rows.person(Person(CLERK, "Trần Thị Mai", "0912000001"))
        rows.address(7003, "telegram", "71", CLERK)
        rows.posting(Posting(7002, CLERK, 1, Role.CDC_CLERK), NOW)
    clock = Still()
    return Turns(
        engine=engine,
        keyring=keyring,
        script=script,
        speak=lambda term, _: term.key,
        clock=clock,
        ids=Ids(clock.now, secrets.randbelow),
        random_below=secrets.randbelow,
    )


def send(turns):
    """The clerk's file waits."""
    task = {
        "account": "telegram",
        "file": "file-1",
        "today": date(2026, 11, 25).isoformat(),
        "under": None,
        "sheet": "",
        "mapping": {},
        "given": {},
        "doubles": "skip",
    }
    draft = ListDraft(turns.ids.one(), CLERK, DraftState.LOOKING, task)
    with turns.engine.begin() as conn:
        jobs.queue(conn, turns.keyring, draft, NOW)
    return draft.id


def draft_of(turns, draft_id):
    """The list as it is now."""
    with reading(turns.engine) as conn:
        return jobs.draft(conn, turns.keyring, draft_id)


def letters(turns):
    """What was said to the clerk."""
    with reading(turns.engine) as conn:
        return list(conn.execute(select(LETTER.c.key).order_by(LETTER.c.id)).scalars())


@contextlib.asynccontextmanager
async def working(turns, file):
    """The role at work."""
    database = Database(turns.engine, turns.take_group, lambda one: one)
    role = ListRole(turns, database, {"telegram": Messenger(file)}, lambda: None, seconds=0.02)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(role.run())
        try:
            yield
        finally:
            role.stop()
    await asyncio.to_thread(database.close)


async def until(truth):
    """Wait for something that the role does."""
    async with asyncio.timeout(60):
        while not truth():  # noqa: ASYNC110 - a table rings no bell
            await asyncio.sleep(0.05)


async def test_a_list_is_shown_first_and_written_when_its_sender_says_so(room):
    """Nothing is written at the look; after the yes people are there, and the rows to be mended come back."""
    draft_id = send(room)
    async with working(room, LIST):
        await until(lambda: draft_of(room, draft_id).state is DraftState.SHOWN)
        with reading(room.engine) as conn:
            assert conn.execute(select(func.count()).select_from(EPISODE)).scalar_one() == 0
        shown = draft_of(room, draft_id)
        assert (shown.found["accepted"], shown.found["rejected"]) == (2, 1)
        with room.engine.begin() as conn:
            after = ListDraft(shown.id, shown.by, DraftState.WRITING, shown.task)
            assert jobs.move(conn, room.keyring, shown, after)
        await until(lambda: draft_of(room, draft_id).state is DraftState.DONE)
    with reading(room.engine) as conn:
        assert conn.execute(select(func.count()).select_from(EPISODE)).scalar_one() == 2
        assert jobs.kept_file(conn, room.keyring, draft_id).startswith(b"PK")
    assert {"lists.preview", "lists.done", "lists.returned"} <= set(letters(room))


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (b"\x89PNG\r\n\x1a\n0000", "list.file_wrong_type"),
        (CallFailedError(Never(Reason.REFUSED, "gone")), "lists.not_fetched"),
        (FileTooLargeError(), "list.file_too_large"),
    ],
    ids=["picture", "gone", "large"],
)
async def test_a_file_that_is_not_taken_is_told_and_forgotten(room, file, says):
    """The sender hears why; nothing of it is kept."""
    draft_id = send(room)
    async with working(room, file):
        await until(lambda: draft_of(room, draft_id).state is DraftState.FAILED)
    assert letters(room) == [says]


async def test_somebody_whose_post_has_ended_brings_nothing_in(room):
    """Access is asked again when the list is looked at."""
    posting = core(tables.Posting)
    with room.engine.begin() as conn:
        conn.execute(posting.update().values(valid_to=NOW))
    draft_id = send(room)
    async with working(room, LIST):
        await until(lambda: draft_of(room, draft_id).state is DraftState.FAILED)
    assert letters(room) == ["lists.not_allowed"]


def types(turns, text, message="m1"):
    """The clerk writes something."""
    said = Incoming(Address("telegram", "71"), message, NOW, Kind.TEXT, text=text)
    turns.take_group([Arrived(said)])


async def test_a_list_that_is_still_being_read_can_be_dropped(room):
    """Whoever sees at once that it is the wrong file types "hủy" and is shown nothing of it any more."""
    draft_id = send(room)
    types(room, "hủy")
    assert draft_of(room, draft_id).state is DraftState.CANCELLED
    async with working(room, LIST):
        await asyncio.sleep(0.2)
    assert draft_of(room, draft_id).state is DraftState.CANCELLED
    assert letters(room) == ["lists.dropped"]


async def test_a_list_that_is_being_written_is_not_dropped_by_a_word(room):
    """It goes in as a whole; afterwards it can be taken back."""
    draft_id = send(room)
    looked = draft_of(room, draft_id)
    with room.engine.begin() as conn:
        assert jobs.move(conn, room.keyring, looked, replace(looked, state=DraftState.WRITING))
    types(room, "hủy")
    assert draft_of(room, draft_id).state is DraftState.WRITING
    assert letters(room) == ["lists.stale_writing"]


@pytest.mark.parametrize(("redraws", "times"), [({"telegram"}, 19), (set(), 4)], ids=["redrawn", "new lines"])
async def test_progress_is_told_as_the_senders_messenger_allows(room, redraws, times):
    """Every 5 % in one message where it can be drawn anew, else every 20 %; in one slot, so it stays one."""
    draft_id = send(room)
    with reading(room.engine) as conn:
        job = jobs.first(conn, room.keyring, jobs.LOOK)
    seconds = iter(range(0, 1_000, 5))
    progress = Progress(redraws.__contains__, seconds=lambda: next(seconds))
    with room.engine.begin() as conn:
        for percent in range(101):
            room.clock_turn(conn, lambda turn, done=percent: progress(turn, job, done * 100, 10_000))
    assert letters(room) == ["lists.progress"] * times
    with reading(room.engine) as conn:
        assert set(conn.execute(select(LETTER.c.slot)).scalars()) == {f"list{draft_id}"}
