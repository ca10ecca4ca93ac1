"""A list that is being brought in outlives kill -9: nothing of it is seen before all of it, and all once."""

import multiprocessing
import os
import signal
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select

from bot.bringing_in import office
from bot.jobs import Worker
from bot.list_plan import Order, task_of
from quarantine.batches import Decided, Doubles
from quarantine.people import Unit, UnitKind
from storage import batches, jobs, tables
from storage.engine import reading
from storage.reader import SqlStore
from storage.sealing import Keyring
from storage.tables import core
from storage.units import load_units
from tests.bot.test_importing import people
from tests.papers import written

KEY = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
EPISODE, TASK, BATCH, PERSON, LOOKUP = (
    core(one) for one in (tables.Episode, tables.Task, tables.Batch, tables.Person, tables.Lookup)
)
LISTED, SOUND = 42, 39
UNITS = (
    Unit(1, "04", UnitKind.CDC, "Tỉnh Cao Bằng", "Tỉnh Cao Bằng"),
    Unit(2, "01273", UnitKind.STATION, "Phường Thục Phán", "Tỉnh Cao Bằng", parent_id=1),
)
SPAWN = multiprocessing.get_context("spawn")
LEASE = timedelta(seconds=2)


@pytest.fixture
def place(database_url, engine, monkeypatch) -> Engine:
    """A database with a station and a job that waits."""
    monkeypatch.setenv("CACHLY_DATABASE", database_url)
    monkeypatch.setenv("CACHLY_KEYS", KEY)
    with engine.begin() as conn:
        load_units(conn, UNITS)
    queue()
    return engine


def queue():
    """A list waits to be brought in."""
    here = office()
    order = Order(date(2026, 11, 25), decided=Decided(Doubles.ADD))
    data = written.xlsx(list(people(LISTED)))
    here.run(
        lambda conn: jobs.add(
            conn,
            here.keyring,
            here.turns.ids.one,
            kind=jobs.IMPORT,
            by=None,
            at=NOW,
            task=task_of(order),
            file=data,
        )
    )
    here.engine.dispose()


def work(point: str = "", hit: int = 1) -> None:
    """A process that brings in what waits, or dies at the n-th pass of a point; the target of a process."""
    here = office()
    hits = 0

    def probe(passed: str) -> None:
        nonlocal hits
        hits += passed == point
        if hits == hit and passed == point:
            os.kill(os.getpid(), signal.SIGKILL)

    here.turns.probe = probe
    worker = Worker(here.turns, here.run, chunk=10, lease=LEASE)
    for _ in range(60):
        if worker.work() or not waits(here.engine, here.keyring):
            return
        time.sleep(0.2)


def waits(engine, keyring):
    """Whether a job waits."""
    with reading(engine) as conn:
        return jobs.first(conn, keyring, jobs.IMPORT) is not None


def process(*words):
    """Start one and see it end: its exit code."""
    started = SPAWN.Process(target=work, args=words)
    started.start()
    started.join(120)
    return started.exitcode


def seen(engine):
    """What anybody can find: people by number, open episodes, tasks."""
    with reading(engine) as conn:
        found = SqlStore(conn, Keyring.parse(KEY), NOW).persons_by_phone("0912000001")
        episodes = conn.execute(
            select(func.count()).select_from(EPISODE).where(EPISODE.c.closed_at.is_(None))
        ).scalar_one()
        tasks = conn.execute(select(func.count()).select_from(TASK)).scalar_one()
    return len(found), episodes, tasks


@pytest.mark.parametrize(
    ("point", "hit"), [("mid chunk", 1), ("mid chunk", 3), ("before showing", 1)], ids=str
)
def test_killed_before_the_last_commit_nothing_is_seen_and_then_all(place, point, hit):
    """Until the one commit that shows it, a list is invisible; the next process goes on where it ended."""
    assert process(point, hit) == -signal.SIGKILL
    assert seen(place) == (0, 0, 0)
    assert process() == 0
    assert seen(place) == (1, SOUND, SOUND)


@pytest.mark.parametrize("point", ["after showing", "mid telling"])
def test_killed_after_it_the_stations_still_hear_of_everybody_once(place, point):
    """What is seen stays, and each person has one task."""
    assert process(point) == -signal.SIGKILL
    people_found, episodes, tasks = seen(place)
    assert (people_found, episodes) == (1, SOUND)
    assert tasks in {0, SOUND}
    assert process() == 0
    assert seen(place) == (1, SOUND, SOUND)


def test_two_processes_bring_each_row_in_once(place):
    """Two lists of the same rows wait, two processes work: one list adds everybody, the other nobody."""
    queue()
    started = [SPAWN.Process(target=work) for _ in range(2)]
    for one in started:
        one.start()
    for one in started:
        one.join(120)
    assert process() == 0
    assert seen(place) == (1, SOUND, SOUND)
    with reading(place) as conn:
        assert sorted(conn.execute(select(BATCH.c.added)).scalars()) == [0, SOUND]


def test_given_up_it_leaves_nobody(place):
    """A batch that nobody has seen is removed as if it had never been: people, look-ups, rows."""
    assert process("before showing") == -signal.SIGKILL
    with place.begin() as conn:
        batch_id = conn.execute(select(BATCH.c.id)).scalar_one()
        batches.void(conn, batch_id)
        left = [
            conn.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (PERSON, EPISODE, LOOKUP, core(tables.BatchRow))
        ]
    assert left == [0, 0, 0, 0]


def test_a_job_that_always_fails_is_given_up(place):
    """After three tries it is failed and void, and the next list has its turn."""
    here = office()

    def broken(_):
        raise RuntimeError("a fault of ours")

    worker = Worker(here.turns, here.run, read_file=broken)
    for _ in range(3):
        assert worker.work()
    with reading(place) as conn:
        assert jobs.first(conn, here.keyring, jobs.IMPORT) is None
        assert conn.execute(select(BATCH.c.state)).scalar_one() == "void"
    assert not worker.work()
    here.engine.dispose()
