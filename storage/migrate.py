"""Migrations from code: bring a database up to date, all steps or none, one process at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from storage.engine import open_engine, reading

LOCK_TIMEOUT = "5s"
"""A migration that cannot have its lock gives up: waiting for it would hold up every turn behind it."""

STATEMENT_TIMEOUT = "15min"
_ONE_AT_A_TIME = 0x0CAC417


class DanglingReferenceError(RuntimeError):
    """After the migration a row points at a row that is not there; nothing was changed."""


def head() -> str:
    """The revision that this version of the code needs."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    if found is None:
        raise LookupError("there is no migration")
    return found


def current(url: str) -> str | None:
    """The revision that the database is at, None for an empty one."""
    engine = open_engine(url)
    try:
        return _revision(engine)
    finally:
        engine.dispose()


def is_current(engine: Engine) -> bool:
    """Whether the database is at the revision that this version of the code needs."""
    return _revision(engine) == head()


def upgrade(url: str, revision: str = "head") -> None:
    """Run every step up to the revision; a second process waits and finds nothing left to do."""
    with _migrating(url) as config:
        command.upgrade(config, revision)


def downgrade(url: str, revision: str) -> None:
    """Go back to an earlier revision ("base" for an empty database)."""
    with _migrating(url) as config:
        command.downgrade(config, revision)


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _revision(engine: Engine) -> str | None:
    with reading(engine) as conn:
        return MigrationContext.configure(conn).get_current_revision()


@contextmanager
def _migrating(url: str) -> Iterator[Config]:
    engine = open_engine(url)
    try:
        with engine.connect() as conn:
            if engine.dialect.name == "sqlite":
                _switch_foreign_keys(conn, on=False)
            with conn.begin():
                if engine.dialect.name == "postgresql":
                    _be_brief_and_alone(conn)
                yield _config(conn)
                if engine.dialect.name == "sqlite":
                    _check_references(conn)
            if engine.dialect.name == "sqlite":
                _switch_foreign_keys(conn, on=True)
    finally:
        engine.dispose()


def _be_brief_and_alone(conn: Connection) -> None:
    conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
    conn.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
    conn.execute(text(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'"))


def _switch_foreign_keys(conn: Connection, *, on: bool) -> None:
    # Only outside a transaction does SQLite obey, and batch steps rebuild tables that others point at.
    driver = conn.connection.driver_connection
    if driver is not None:
        driver.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


def _check_references(conn: Connection) -> None:
    dangling = conn.exec_driver_sql("PRAGMA foreign_key_check").first()
    if dangling is not None:
        raise DanglingReferenceError(f"table {dangling[0]} points at a missing row of {dangling[2]}")
