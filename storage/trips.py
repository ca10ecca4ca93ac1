"""Trips to the database: calls on the driver's own cursor, those that need not wait for each other together.

SQLAlchemy's execution costs some 100 µs a statement, and on PostgreSQL a round trip comes on top: the hot
paths (DESIGN.md §6) hand the driver what storage/queries.py and storage/bulk.py have written out once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

PIPELINE_FROM = 3
"""So many calls go through psycopg's pipeline; fewer are as quick one by one (measured)."""


@dataclass(frozen=True, slots=True)
class Call:
    """A statement with its values in the driver's form; `many` has the values of several runs (SQLite)."""

    text: str
    values: Sequence[Any]
    many: bool = False
    read: Callable[[Sequence[Any]], list[Any]] = list


class Found(NamedTuple):
    """What a call brought back: its rows, and how many rows it touched."""

    rows: list[Any]
    touched: int


def together(conn: Connection, calls: Sequence[Call]) -> list[Found]:
    """Run the calls in order within the connection's transaction, on PostgreSQL without waiting in between.

    Raises what SQLAlchemy would raise, without the values: those may hold what people told us.
    """
    if not conn.in_transaction():
        conn.begin()
    driver: Any = conn.connection.driver_connection
    # Who listens for SQLAlchemy's statements, as the tests of query plans do, hears of ours.
    for call in calls:
        for told in conn.dispatch.before_cursor_execute:
            told(conn, None, call.text, call.values, None, call.many)
    try:
        return _on_sqlite(driver, calls) if conn.dialect.name == "sqlite" else _on_postgres(driver, calls)
    except conn.dialect.loaded_dbapi.Error as error:
        raise _explained(conn, error) from error


def _on_sqlite(driver: Any, calls: Sequence[Call]) -> list[Found]:  # noqa: ANN401 - the driver's connection
    found = []
    for call in calls:
        cursor = (driver.executemany if call.many else driver.execute)(call.text, call.values)
        rows = call.read(cursor.fetchall()) if cursor.description else []
        found.append(Found(rows, cursor.rowcount))
    return found


def _on_postgres(driver: psycopg.Connection[Any], calls: Sequence[Call]) -> list[Found]:
    cursors = [psycopg.RawCursor(driver) for _ in calls]
    if len(calls) < PIPELINE_FROM:
        _execute(cursors, calls)
    else:
        with driver.pipeline():
            _execute(cursors, calls)
    return [
        Found(call.read(cursor.fetchall()) if cursor.description else [], cursor.rowcount)
        for cursor, call in zip(cursors, calls, strict=True)
    ]


def _execute(cursors: Sequence[psycopg.RawCursor[Any]], calls: Sequence[Call]) -> None:
    for cursor, call in zip(cursors, calls, strict=True):
        cursor.execute(call.text.encode(), call.values, prepare=True)


def _explained(conn: Connection, error: Exception) -> BaseException:
    """The error as SQLAlchemy tells it; where the server has gone, SQLAlchemy must see that for itself."""
    if conn.dialect.is_disconnect(error, conn.connection.driver_connection, None):  # type: ignore[arg-type]  # one of two shapes
        conn.exec_driver_sql("SELECT 1")  # raises, and tells the pool that its connections are of no use
    kinds = conn.dialect.loaded_dbapi.Error
    return DBAPIError.instance(None, None, error, kinds, hide_parameters=True, dialect=conn.dialect)
