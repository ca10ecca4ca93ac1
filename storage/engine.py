"""The engine: SQLite with the settings that make it durable, or PostgreSQL, behind one function."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ColumnElement

from storage.types import Instant

THREADS = 8
"""Connections kept open per process; a few threads use them, four more may be opened for a moment."""

BUSY_MILLISECONDS = 10_000
PING_AFTER_SECONDS = 1.0
"""A server does not go and come back faster: a connection used since then is as good as one just tried."""
PREPARED = 300
"""Statements kept planned on a connection: turns, sweeps and the sender run more than psycopg's hundred."""
_ON_CONNECT = (
    f"PRAGMA busy_timeout={BUSY_MILLISECONDS}",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-65536",
    "PRAGMA wal_autocheckpoint=16000",  # pages; the default of 1000 checkpoints within a sweep's chunk
)
_READ_ONLY = "cachly_read_only"


class UnusableUrlError(ValueError):
    """The database address is none that Cachly can use."""


class DatabaseNow(ColumnElement[datetime]):
    """The database's own clock, for leases: the one clock that all processes share (DESIGN.md §5)."""

    inherit_cache = True
    type = Instant()


@compiles(DatabaseNow)
def _sqlite_now(element: DatabaseNow, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401 - its signature
    del element, compiler, kw
    seconds, thousandths = "strftime('%s', 'now')", "substr(strftime('%f', 'now'), 4)"
    return f"(CAST({seconds} AS INTEGER) * 1000000 + CAST({thousandths} AS INTEGER) * 1000)"


@compiles(DatabaseNow, "postgresql")
def _postgres_now(element: DatabaseNow, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401 - as above
    del element, compiler, kw
    return "clock_timestamp()"


def open_engine(url: str) -> Engine:
    """An engine for sqlite:///path or postgresql://…; raises UnusableUrlError for any other address."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise UnusableUrlError("the database address is not a URL such as sqlite:///cachly.db") from error
    name = parsed.get_backend_name()
    if name == "sqlite":
        if parsed.database in {None, "", ":memory:"}:
            raise UnusableUrlError("SQLite needs a file: sqlite:///cachly.db")
        engine = create_engine(
            parsed.set(drivername="sqlite+pysqlite"), pool_size=THREADS, max_overflow=4, hide_parameters=True
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if name in {"postgresql", "postgres"}:
        engine = create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_size=THREADS,
            max_overflow=4,
            hide_parameters=True,  # else the texts of errors hold what people told us
            connect_args={"options": "-c timezone=UTC", "application_name": "cachly"},
        )
        event.listen(engine, "connect", _prepare_postgres)
        _ping_after_rest(engine)
        return engine
    raise UnusableUrlError(f"{name} is neither sqlite nor postgresql")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that only reads: on SQLite it neither waits for the writer nor holds it up."""
    with engine.connect().execution_options(**{_READ_ONLY: True}) as conn:
        yield conn


def database_now(conn: Connection) -> datetime:
    """The present by the database's clock (milliseconds on SQLite), for leases only."""
    found: datetime = conn.execute(select(DatabaseNow())).scalar_one()
    return found


def _ping_after_rest(engine: Engine) -> None:
    """Look whether the server is still there before a connection is used that has lain idle.

    A ping before each transaction, as `pool_pre_ping` has it, is a round trip more for every turn.
    """

    def rests(_: object, record: ConnectionPoolEntry) -> None:
        record.info["rests_since"] = monotonic()

    def taken(connection: Any, record: ConnectionPoolEntry, _: object) -> None:  # noqa: ANN401 - the driver's
        if monotonic() - record.info.get("rests_since", monotonic()) < PING_AFTER_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError("the server has gone in the meantime") from error

    event.listen(engine, "checkin", rests)
    event.listen(engine, "checkout", taken)


def _prepare_sqlite(connection: Any, record: object) -> None:  # noqa: ANN401 - the driver's own connection
    del record
    connection.isolation_level = None  # else the driver begins and commits behind SQLAlchemy's back
    connection.create_function("unhex", 1, bytes.fromhex, deterministic=True)  # SQLite has it from 3.41 on
    cursor = connection.cursor()
    for pragma in _ON_CONNECT:
        cursor.execute(pragma)
    _switch_to_wal(cursor)
    cursor.close()


def _prepare_postgres(connection: Any, record: object) -> None:  # noqa: ANN401 - the driver's own connection
    del record
    connection.prepared_max = PREPARED


def _switch_to_wal(cursor: sqlite3.Cursor) -> None:
    # Needed once in the life of a file; when two processes start at once it does not heed busy_timeout.
    give_up = monotonic() + BUSY_MILLISECONDS / 1_000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > give_up:
                raise
            sleep(0.02)
        else:
            return


def _begin_sqlite(conn: Connection) -> None:
    # A transaction that reads first and writes later cannot be upgraded once another has written.
    read_only = conn.get_execution_options().get(_READ_ONLY, False)
    conn.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
