"""Bulk writes: rows into a table, or onto its rows, in one statement however many they are.

PostgreSQL gets all rows as one JSON document: measured, that costs the process a tenth of what arrays or a
message for each row cost. SQLite's driver runs the statement for each row in C. In the texts `new` stands for
the row that is being written, whatever the database.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import count
from typing import Any

import msgspec
from sqlalchemy import Connection, LargeBinary, Table
from sqlalchemy.types import TypeEngine

from storage.queries import DIALECTS, Convert, into
from storage.trips import Call
from storage.types import Instant, Sealed

Row = Mapping[str, Any]

LONGEST = 1_000
"""More rows than this in one text would pass SQLite's limit of parameters."""
LONGEST_LIST = 2**31
_NEW = re.compile(r"\bnew\.(\w+)")


@dataclass(frozen=True, slots=True, eq=False)
class Insert:
    """New rows of a table.

    Attributes:
        values: expressions for columns that do not simply take what the row says.
        conflict: what happens to a row that is there already, as ON CONFLICT says it.
        returning: the column to answer for each row that was inserted.
    """

    table: Table
    values: Mapping[str, str] = field(default_factory=dict)
    conflict: str = ""
    returning: str = ""

    def written(self, columns: Sequence[str], rows: str, times: int = 1) -> str:
        """The statement that takes its values from `rows`, or from marks, repeated for so many rows."""
        names = tuple(dict.fromkeys((*columns, *self.values)))
        row = ", ".join(self.values.get(name, f"new.{name}") for name in names)
        taken = f"SELECT {row} {rows}" if rows else f"VALUES {', '.join([f'({row})'] * times)}"
        returning = f"RETURNING {self.returning}" if self.returning else ""
        return f"INSERT INTO {self.table.name} ({', '.join(names)}) {taken} {self.conflict} {returning}"


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """Changes of rows that are there: the new values of columns, and `where` the row to change is found."""

    table: Table
    values: Mapping[str, str]
    where: str

    @classmethod
    def versioned(cls, table: Table, *columns: str, **values: str) -> Update:
        """Of the row with the same id, if it still has the version that was seen."""
        name = table.name
        changed = {each: f"new.{each}" for each in columns} | values | {"version": f"{name}.version + 1"}
        return cls(table, changed, f"{name}.id = new.id AND {name}.version = new.version")

    def written(self, columns: Sequence[str], rows: str, times: int = 1) -> str:
        """The statement that takes its values from `rows`, or from marks."""
        del columns, times
        changes = ", ".join(f"{name} = {value}" for name, value in self.values.items())
        return f"UPDATE {self.table.name} SET {changes} {rows} WHERE {self.where}"  # noqa: S608 - texts of ours


def calls(conn: Connection, statement: Insert | Update, rows: Sequence[Row]) -> list[Call]:
    """The calls that write these rows, which all have the same columns; usually it is one."""
    if not rows:
        return []
    columns = tuple(rows[0])
    if conn.dialect.name != "sqlite":
        return [_as_json(statement, columns, rows)]
    if isinstance(statement, Insert) and statement.returning:
        parts = (rows[start : start + LONGEST] for start in range(0, len(rows), LONGEST))
        return [_at_once(statement, columns, part) for part in parts]
    text = _with_marks(statement, columns)
    return [Call(text, [_values(statement.table, columns, row) for row in rows], many=True)]


def _as_json(statement: Insert | Update, columns: tuple[str, ...], rows: Sequence[Row]) -> Call:
    document = [
        {**row, **{name: convert(row[name]) for name, convert in _json_forms(statement.table, columns)}}
        for row in rows
    ]
    return Call(_from_json(statement, columns), [msgspec.json.encode(document).decode()])


def _at_once(statement: Insert, columns: tuple[str, ...], rows: Sequence[Row]) -> Call:
    values = [value for row in rows for value in _values(statement.table, columns, row)]
    return Call(_with_marks(statement, columns, len(rows)), values)


@cache
def _from_json(statement: Insert | Update, columns: tuple[str, ...]) -> str:
    # The table itself says of what type each value is. Rows are looked up in the order of the document: two
    # processes that change some of the same rows, each in the order of ids, do not wait in a circle. A limit
    # that the planner cannot read makes it expect ten rows; of a hundred it would scan a small table for one.
    name = statement.table.name
    document = f"SELECT * FROM json_populate_recordset(NULL::{name}, $1) LIMIT (SELECT {LONGEST_LIST})"  # noqa: S608 - no value is in it
    return statement.written(columns, f"FROM ({document}) AS new")


@lru_cache(maxsize=LONGEST)
def _with_marks(statement: Insert | Update, columns: tuple[str, ...], times: int = 1) -> str:
    """SQLite's ?1, ?2, … in place of the new values; one row after the other where there are several."""
    text = statement.written(columns, "", times)
    if times > 1:
        marks = count(1)
        return _NEW.sub(lambda _: f"?{next(marks)}", text)
    return _NEW.sub(lambda found: f"?{columns.index(found[1]) + 1}", text)


def _values(table: Table, columns: tuple[str, ...], row: Row) -> tuple[Any, ...]:
    forms = zip(columns, _stored_forms(table, columns), strict=True)
    return tuple(row[name] if form is None else form(row[name]) for name, form in forms)


@cache
def _stored_forms(table: Table, columns: tuple[str, ...]) -> tuple[Convert | None, ...]:
    return tuple(into(table.c[name].type, DIALECTS["sqlite"]) for name in columns)


@cache
def _json_forms(table: Table, columns: tuple[str, ...]) -> tuple[tuple[str, Convert], ...]:
    """What JSON does not write as PostgreSQL reads it, and what is checked on the way (storage/types.py)."""
    forms = ((name, _json_form(table.c[name].type)) for name in columns)
    return tuple((name, form) for name, form in forms if form is not None)


def _json_form(kind: TypeEngine[Any]) -> Convert | None:
    if isinstance(kind, Instant):
        return into(kind, DIALECTS["postgresql"])
    if isinstance(kind, Sealed):
        return lambda value: _hexadecimal(kind.process_bind_param(value, DIALECTS["postgresql"]))
    return _hexadecimal if isinstance(kind, LargeBinary) else None


def _hexadecimal(value: bytes | None) -> str | None:
    return None if value is None else f"\\x{value.hex()}"
