"""Queries: statements of SQLAlchemy's that are compiled once for each database and then go to the driver."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, Dialect, Executable, Select, Update
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeDecorator, TypeEngine

from storage.trips import Call, together

Convert = Callable[[Any], Any]

DIALECTS: dict[str, Dialect] = {
    "sqlite": sqlite.dialect(),
    # With the server's own marks, $1, $2, …, psycopg need not look for any.
    "postgresql": PGDialect_psycopg(paramstyle="numeric_dollar"),  # type: ignore[no-untyped-call]  # theirs
}
"""As they write statements; what they would learn from a server plays no part."""


class Query:
    """A select, or an update of one set of values, that is run often; its rows are named tuples."""

    def __init__(self, statement: Select[Any] | Update) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def __call__(self, conn: Connection, **values: object) -> Call:
        """The call with these values for the parameters, for `together`."""
        name = conn.dialect.name
        if name not in self._compiled:
            self._compiled[name] = _Compiled(self._statement, DIALECTS[name])
        return self._compiled[name].call(values)

    def rows(self, conn: Connection, **values: object) -> list[Any]:
        """Run it by itself."""
        return together(conn, [self(conn, **values)])[0].rows

    def scalars(self, conn: Connection, **values: object) -> list[Any]:
        """Run it by itself; the first column."""
        return [row[0] for row in self.rows(conn, **values)]


class _Compiled:
    """The text for one database, the values in their order, and how rows are read."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled: SQLCompiler = statement.compile(dialect=dialect)  # type: ignore[attr-defined]  # all have it
        self.text = str(compiled)
        self.values = [
            (name, compiled.params[name], into(compiled.binds[name].type, dialect))
            for name in compiled.positiontup or ()
        ]
        self.read = _reader(statement, dialect) if isinstance(statement, Select) else list

    def call(self, values: dict[str, object]) -> Call:
        given = [
            convert(values.get(name, default)) if convert else values.get(name, default)
            for name, default, convert in self.values
        ]
        return Call(self.text, given, read=self.read)


def into(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """What brings a value into the form that the driver takes, if anything must."""
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _out_of(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    if dialect.name == "postgresql" and not isinstance(kind, TypeDecorator):
        return None  # psycopg makes Python's own values
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _reader(statement: Select[Any], dialect: Dialect) -> Callable[[Sequence[Any]], list[Any]]:
    columns = statement.selected_columns
    make = _named(columns.keys())
    converts = [_out_of(one.type, dialect) for one in columns]
    return partial(_read, make, [(at, convert) for at, convert in enumerate(converts) if convert])


def _named(names: Sequence[str]) -> Callable[[Sequence[Any]], Any]:
    row: Any = namedtuple("Row", names)  # type: ignore[misc]  # noqa: PYI024 - what it holds is only known here
    return row._make


def _read(
    make: Callable[[Sequence[Any]], Any], converts: Sequence[tuple[int, Convert]], rows: Sequence[Any]
) -> list[Any]:
    if not converts:
        return list(map(make, rows))
    found = []
    for row in rows:
        values = list(row)
        for at, convert in converts:
            values[at] = convert(values[at])
        found.append(make(values))
    return found
