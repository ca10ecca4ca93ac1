"""The engine: SQLite that is durable and never commits early, PostgreSQL in UTC, words for a bad address."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from storage import tables
from storage.engine import UnusableUrlError, database_now, open_engine, reading
from storage.tables import core

LEASE = core(tables.Lease)
POSTING = core(tables.Posting)


def _lease(name, now):
    return insert(LEASE).values(name=name, holder="h", until=now, fence=1)


def test_sqlite_is_durable_and_checks_references(sqlite_url):
    """WAL, synchronous=FULL and foreign keys hold for every connection of the pool."""
    engine = open_engine(sqlite_url)
    with engine.connect() as one, engine.connect().execution_options(cachly_read_only=True) as other:
        one.exec_driver_sql("SELECT 1")
        for conn in (one, other):
            found = [conn.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in _PRAGMAS]
            assert found == list(_PRAGMAS.values())
    engine.dispose()


_PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


def test_a_savepoint_does_not_commit_early(engine, now):
    """What is written around a nested transaction is undone with the outer one (DESIGN.md §10)."""
    with engine.connect() as conn:
        conn.execute(_lease("outer", now))
        with conn.begin_nested():
            conn.execute(_lease("inner", now))
        conn.rollback()
    with reading(engine) as conn:
        assert conn.execute(select(LEASE)).all() == []


def test_references_are_checked(engine, now):
    """A posting of a person who does not exist is refused by both databases."""
    with engine.connect() as conn, pytest.raises(IntegrityError):
        conn.execute(insert(POSTING).values(id=1, person_id=5, unit_id=6, role="officer", valid_from=now))


def test_readers_do_not_wait_for_the_writer(engine, now):
    """While one connection writes, a reader answers at once with what was committed before."""
    with engine.begin() as conn:
        conn.execute(_lease("before", now))
    with engine.connect() as writer:
        writer.execute(_lease("during", now))
        with reading(engine) as reader:
            assert reader.execute(select(LEASE.c.name)).scalars().all() == ["before"]


def test_writers_on_sqlite_queue_up(sqlite_url, now):
    """A second writer waits for the first instead of failing half-way: every transaction begins IMMEDIATE."""
    engine = open_engine(sqlite_url)
    order = []
    writer = engine.connect()
    writer.execute(select(LEASE))
    started = threading.Event()

    def second():
        with engine.connect() as conn:
            started.set()
            found = conn.execute(select(LEASE.c.name)).scalars().all()
            order.append(("second", found))
            conn.execute(_lease("second", now))
            conn.commit()

    thread = threading.Thread(target=second)
    thread.start()
    started.wait()
    writer.execute(_lease("first", now))
    order.append(("first", []))
    writer.commit()
    writer.close()
    thread.join()
    assert order == [("first", []), ("second", ["first"])]
    engine.dispose()


def test_database_time_is_aware_and_goes_on(engine):
    """The database's clock is an aware instant that does not stand still within a transaction."""
    with engine.connect() as conn:
        first = database_now(conn)
        later = first
        while later == first:
            later = database_now(conn)
    assert first.utcoffset() == timedelta(0)
    assert timedelta(0) < later - first < timedelta(minutes=1)


def test_errors_do_not_quote_what_was_stored(engine, now):
    """The text of a database error holds no parameters: they may be what people told us."""
    with engine.connect() as conn:
        conn.execute(_lease("Nguyễn Thị Lan", now))
        with pytest.raises(IntegrityError) as caught:
            conn.execute(_lease("Nguyễn Thị Lan", now))
    assert "[SQL parameters hidden" in str(caught.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("cachly.db", "not a URL"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("mysql://x/y", "mysql"),
    ],
)
def test_unusable_addresses_are_explained(url, said):
    """An address that Cachly cannot use is refused in a sentence, before anything is opened."""
    with pytest.raises(UnusableUrlError, match=said):
        open_engine(url)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg", "postgresql+asyncpg"])
def test_every_spelling_of_postgresql_uses_psycopg(scheme):
    """However the operator's platform writes the address, the one driver is used."""
    engine = open_engine(f"{scheme}://user@host/name")
    assert engine.dialect.driver == "psycopg"
    engine.dispose()


def test_postgresql_speaks_utc(postgres_url):
    """Sessions run in UTC whatever the server is set to."""
    engine = open_engine(postgres_url)
    with engine.connect() as conn:
        assert conn.execute(text("SHOW timezone")).scalar_one() == "UTC"
    engine.dispose()


def test_an_unreachable_database_is_an_error_not_a_wait(tmp_path):
    """A SQLite file in a directory that does not exist fails when it is opened."""
    engine = open_engine(f"sqlite:///{tmp_path}/nowhere/cachly.db")
    with pytest.raises(OperationalError):
        engine.connect()
    engine.dispose()
