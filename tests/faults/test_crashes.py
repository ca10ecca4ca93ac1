"""Kill -9 at every crash point of DESIGN.md §9: afterwards nothing is missing and nothing is doubled."""

import multiprocessing
import signal
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from bot.ids import Ids
from storage import tables
from storage.engine import DatabaseNow, open_engine
from storage.sealing import Keyring
from storage.tables import core
from tests.faults.process import Crash, Plan, play
from tests.faults.story import (
    ANSWERS,
    CLOSE,
    DIGESTS,
    FIRST,
    LAST,
    OPEN,
    PROMPTS,
    REMIND,
    REPLIES,
    RESIDENTS,
    SECOND,
    STORY,
    Ending,
    after_the_crash,
    differences,
    ending,
    repeats,
)
from tests.faults.ward import MORNING, furnish, user

SECONDS = 40
"""A process that takes longer than this hangs."""
LETTER, LEASE = core(tables.Letter), core(tables.Lease)
NURSERY = multiprocessing.get_context("forkserver")
NURSERY.set_forkserver_preload(["pytest", "tests.faults.process"])


@dataclass(frozen=True)
class Ward:
    """A furnished database, and what a process that works on it is told."""

    engine: Engine
    plan: Plan

    def live(self, *plans: Plan) -> list[int]:
        """Start a process for each plan, wait for their ends and answer them: 0, or minus the signal."""
        processes = [NURSERY.Process(target=play, args=(plan,)) for plan in plans]
        for one in processes:
            one.start()
        for one in processes:
            one.join(SECONDS)
        hanging = [one for one in processes if one.is_alive()]
        for one in hanging:
            one.kill()
            one.join()
        assert not hanging
        return [one.exitcode for one in processes]

    def in_flight(self) -> Counter[str]:
        """How many letters were claimed by the process that died, by phone."""
        with self.engine.connect() as conn:
            claimed = select(LETTER.c.owner, func.count()).where(LETTER.c.status == "claimed")
            found = conn.execute(claimed.group_by(LETTER.c.owner))
            return Counter({user(owner): count for owner, count in found})

    def a_minute_passes(self) -> None:
        """All leases run out, as they do by the database's clock; of nothing else time makes a difference."""
        with self.engine.begin() as conn:
            conn.execute(LETTER.update().values(lease_until=DatabaseNow()))
            conn.execute(LEASE.update().values(until=DatabaseNow()))

    def ending(self) -> Ending:
        """How the story ended here."""
        with self.engine.connect() as conn:
            return ending(conn, self.plan)


def _ward(url, folder):
    engine, key = open_engine(url), Keyring.make_key("test")
    counter = Ids(lambda: MORNING - timedelta(hours=1), lambda _: 0)
    with engine.begin() as conn:
        furnish(conn, Keyring.parse(key), counter.one, RESIDENTS)
    return Ward(engine, Plan(url, key, folder, STORY))


@pytest.fixture
def ward(database_url, tmp_path):
    """A ward on each kind of database."""
    found = _ward(database_url, tmp_path)
    yield found
    found.engine.dispose()


@pytest.fixture(scope="module")
def undisturbed(sqlite_template, tmp_path_factory):
    """How the story ends when nobody dies."""
    folder = tmp_path_factory.mktemp("undisturbed")
    path = folder / "cachly.db"
    path.write_bytes(sqlite_template.read_bytes())
    found = _ward(f"sqlite:///{path}", folder)
    assert found.live(found.plan) == [0]
    yield found.ending()
    found.engine.dispose()


def test_the_story_is_told_once(undisturbed):
    """Undisturbed, everybody is asked, answered and told, and no phone shows anything twice."""
    assert not repeats(undisturbed.shown)
    assert {row[-1] for row in undisturbed.letters} == {"delivered"}
    assert {row[-1] for row in undisturbed.inbox} == {"done"}
    stages = Counter(row[1] for row in undisturbed.checkins)
    assert stages == {"done": 9, "overdue": 1}
    assert Counter(row[1] for row in undisturbed.tasks) == {
        "red": 1,
        "amber": 1,
        "location": 2,
        "contact": 1,
    }
    assert len(undisturbed.reports) == 10


UNSENT = [
    *(Crash(OPEN, "mid chunk", hit) for hit in (1, 2, 3)),
    *(Crash(FIRST, point) for point in ("before apply", "after apply")),
    *(Crash(FIRST, point, hit) for point in ("before commit", "after commit") for hit in (1, 2)),
    Crash(SECOND, "after apply", 2),
    Crash(LAST, "after commit"),
    *(Crash(REMIND, point) for point in ("before apply", "after apply")),
    Crash(CLOSE, "after apply"),
    *(Crash(step, "before send") for step in (PROMPTS, ANSWERS)),
    *(Crash(step, "after claim") for step in (PROMPTS, DIGESTS)),
]
"""Where no letter is with the messenger whose outcome is not recorded: nobody may see anything twice."""
SENT = [
    *(Crash(PROMPTS, "in flight", hit) for hit in (1, 5)),
    *(Crash(step, "after send") for step in (PROMPTS, ANSWERS, REPLIES)),
    *(Crash(PROMPTS, point) for point in ("before apply", "after apply")),
    *(Crash(step, "mid record") for step in (PROMPTS, ANSWERS, DIGESTS)),
    Crash(ANSWERS, "in flight", 4),
]
"""Where letters may have reached a phone without our knowing: each of those may be seen once more."""


def _crash(ward, crash):
    """Die there, start again, and go on to the end; answers what was in flight at the crash."""
    plan = replace(ward.plan, crash=crash)
    assert ward.live(plan) == [-signal.SIGKILL]
    flying = ward.in_flight()
    ward.a_minute_passes()
    assert ward.live(replace(ward.plan, steps=after_the_crash(plan))) == [0]
    return flying


@pytest.mark.parametrize("crash", UNSENT, ids=str)
def test_a_crash_before_sending_leaves_no_trace(ward, undisturbed, crash):
    """Killed in a turn, a sweep or before a send: the end is as if nothing had happened."""
    _crash(ward, crash)
    found = ward.ending()
    assert not repeats(found.shown)
    assert differences(found, undisturbed) == []


@pytest.mark.parametrize("crash", SENT, ids=str)
def test_a_crash_after_sending_repeats_what_was_in_flight(ward, undisturbed, crash):
    """Killed between a send and its record: the same end, and each letter in flight is seen at most twice."""
    flying = _crash(ward, crash)
    found = ward.ending()
    assert repeats(found.shown) <= flying
    assert differences(found, undisturbed) == []


def test_two_processes_live_the_same_morning(ward, undisturbed):
    """Two processes that sweep, send and hear all the same messages at once end as one alone does.

    Their clocks agree: where one could close a slot while the other still commits its reminder of hours ago,
    that reminder would be void before it is sent, and rightly so.
    """
    plan = replace(ward.plan, clock=NURSERY.Barrier(2, timeout=SECONDS))
    assert ward.live(plan, plan) == [0, 0]
    found = ward.ending()
    assert not repeats(found.shown)
    assert differences(found, undisturbed, ordered=False) == []
