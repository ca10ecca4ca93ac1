"""Fills tables by the million: rows of one shape go straight to the driver, past SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table


def fill(
    conn: Connection,
    table: Table,
    fixed: Mapping[str, Any],
    varying: Sequence[str],
    rows: Iterable[tuple[Any, ...]],
) -> None:
    """Insert rows that share the `fixed` values and differ in the `varying` columns (ids and bytes only).

    Fixed values take the form that the table's types store them in; varying ones must have it already.
    """
    names = [*fixed, *varying]
    constants = tuple(_stored(conn, table, name, value) for name, value in fixed.items())
    driver = conn.connection.driver_connection
    if driver is None:
        raise LookupError("the connection is closed")
    if conn.dialect.name == "sqlite":
        marks = ", ".join("?" * len(names))
        statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 - our own names
        driver.executemany(statement, (constants + row for row in rows))
        return
    with driver.cursor().copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(constants + row)


def _stored(conn: Connection, table: Table, name: str, value: object) -> object:
    process = table.c[name].type.dialect_impl(conn.dialect).bind_processor(conn.dialect)
    return value if process is None else process(value)
