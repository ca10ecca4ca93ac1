"""Turns too slow for the messenger: it is answered in time, the message is safe, and its turn runs once."""

import asyncio
import json
import threading
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.hearing import REPEATED, Hearing
from quarantine.channel import Form
from quarantine.messages import Heard
from storage import tables
from tests.faults.room import furnished
from tests.faults.ward import ACCOUNT, says

PATIENCE = 0.3
INBOX, REPORTS = tables.Inbox, tables.Report


class Zalo:
    """A messenger that waits for an answer no longer than `PATIENCE`; a push is [resident, text]."""

    name = "zalo-oa"
    account = ACCOUNT
    form = Form(
        buttons=5,
        edits=False,
        asks_location=False,
        takes_location=True,
        asks_contact=True,
        documents=True,
        answer_within=timedelta(seconds=PATIENCE),
    )

    def hear(self, body, now):
        """The one message of a push."""
        return [Heard(says(*json.loads(body), now))]

    async def acknowledge(self, *_):
        """Nothing."""

    async def typing(self, *_):
        """Nothing."""

    async def menu(self, *_):
        """Nothing."""


class Gate:
    """Holds the database thread at a point of the turn until it is opened."""

    def __init__(self, point):
        """Shut for whoever comes to this point."""
        self.point = point
        self.opened = threading.Event()
        self.opened.set()
        self.reached = threading.Event()

    def shut(self):
        """Hold the next one."""
        self.opened.clear()

    def __call__(self, point):
        """The probe of a room."""
        if point == self.point and not self.opened.is_set():
            self.reached.set()
            assert self.opened.wait(20)


def push(number, text):
    """A push of the messenger."""
    return json.dumps([number, text]).encode()


@asynccontextmanager
async def hearing(here):
    """The way into a room."""
    way = Hearing({ACCOUNT: Zalo()}, here.turns, here.database, lambda: None)
    async with way.open():
        yield way


async def _asked(here, clock):
    furnished(here.engine, clock, 2)
    clock.on(hours=1)
    await here.settle()


async def test_a_slow_turn_is_answered_in_time_and_runs_once(room, clock):
    """A message that waits in the queue is kept sealed before the answer, and its turn runs once."""
    gate = Gate("after commit")
    here = room(probe=gate)
    await _asked(here, clock)
    gate.shut()
    async with hearing(here) as way:
        async with asyncio.timeout(PATIENCE + 1):
            await way.hear(ACCOUNT, push(1, "không"))
            assert gate.reached.is_set()
            await way.hear(ACCOUNT, push(0, "không"))
        kept = [row for row in here.rows(INBOX) if row.state == "waiting"]
        assert len(kept) == 2
        assert all(row.raw and "không".encode() not in row.raw for row in kept)
        gate.opened.set()
    clock.on(seconds=30)
    await here.settle()
    assert sorted(here.count(REPORTS, "episode_id").values()) == [1, 1]
    assert here.count(INBOX, "state").keys() == {"done"}
    assert not any(row.native_id.startswith("aside") for row in here.rows(INBOX))


async def test_a_message_set_aside_outlives_the_process(room, clock):
    """When the process ends before the turn began, another takes it up, and a repeat is dropped."""
    gate = Gate("after commit")
    here = room(probe=gate)
    await _asked(here, clock)
    gate.shut()
    async with hearing(here) as way:
        await way.hear(ACCOUNT, push(1, "không"))
        await way.hear(ACCOUNT, push(0, "không"))
        clock.on(seconds=30)
        other = room()
        await other.settle()
        assert sorted(other.count(REPORTS, "episode_id").values()) == [1, 1]
        async with hearing(other) as again:
            await again.hear(ACCOUNT, push(0, "không"))
            assert again.ignored[ACCOUNT][REPEATED] == 1
        gate.opened.set()
    await here.settle()
    assert sorted(here.count(REPORTS, "episode_id").values()) == [1, 1]


async def test_a_turn_that_hangs_in_its_transaction(room, clock, engine):
    """PostgreSQL keeps the message beside the transaction that holds its key; nobody takes it up meanwhile.

    SQLite has one writer: there nothing can be kept, so the messenger is told to bring it again.
    """
    gate = Gate("before commit")
    here = room(probe=gate)
    await _asked(here, clock)
    gate.shut()
    async with hearing(here) as way:
        async with asyncio.timeout(PATIENCE + 1):
            if engine.dialect.name == "sqlite":
                with pytest.raises(TimeoutError):
                    await way.hear(ACCOUNT, push(0, "không"))
            else:
                await way.hear(ACCOUNT, push(0, "không"))
        assert gate.reached.is_set()
        if engine.dialect.name == "postgresql":
            clock.on(seconds=30)
            other = room()
            await other.settle()
            assert other.rows(REPORTS) == []
        gate.opened.set()
    # On SQLite the message may be kept only now, behind the turn that it has already had: it is dropped then.
    async with asyncio.timeout(20):
        clock.on(seconds=30)
        await here.settle()
        while here.count(INBOX, "state").keys() != {"done"}:
            clock.on(seconds=30)
            await here.settle()
    assert len(here.rows(REPORTS)) == 1


async def test_what_is_quick_costs_nothing_more(room, clock):
    """A turn that is done in time leaves one row in the inbox, without the message."""
    here = room()
    await _asked(here, clock)
    before = len(here.rows(INBOX))
    async with hearing(here) as way:
        await way.hear(ACCOUNT, push(0, "không"))
    rows = here.rows(INBOX)[before:]
    assert [(row.state, row.raw) for row in rows] == [("done", None)]


async def test_a_turn_that_cannot_be_taken_is_told(room, clock):
    """When neither the turn nor the inbox has it, the messenger is asked to bring it again."""
    here = room()
    await _asked(here, clock)
    async with hearing(here) as way:
        here.database.message = _no_database
        with pytest.raises(OSError, match="gone"):
            await way.hear(ACCOUNT, push(0, "không"))


async def _no_database(_):
    raise OSError("the database is gone")
