"""Fixtures of the storage tests: both databases, a keyring, ids and an instant."""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, Engine

from storage.sealing import Keyring
from tests.storage.desk import Desk
from tests.storage.rows import HUNG, LAN, Rows

NOW = datetime(2021, 8, 14, 0, 30, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    """The present of a test: 14 August 2021, 07:30 in Vietnam."""
    return NOW


@pytest.fixture
def keyring() -> Keyring:
    """A keyring with one fresh key."""
    return Keyring.parse(Keyring.make_key("2021a"))


@pytest.fixture
def ids() -> Callable[[], int]:
    """A maker of row ids as large as real ones."""
    return itertools.count(2**62).__next__


@pytest.fixture
def conn(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that is rolled back at the end of the test."""
    with engine.connect() as connection:
        yield connection


@pytest.fixture
def rows(conn: Connection, keyring: Keyring) -> Rows:
    """Writes rows on the connection of the test."""
    return Rows(conn, keyring, NOW)


@pytest.fixture
def desk(conn: Connection, keyring: Keyring, ids: Callable[[], int], now: datetime, rows: Rows) -> Desk:
    """A desk; Lan has a chat on Telegram, Hùng one on Zalo."""
    rows.units()
    rows.person(LAN)
    rows.person(HUNG)
    rows.address(301, "telegram", "555", LAN.id, last_inbound_at=now)
    rows.address(302, "zalo", "888", HUNG.id, last_inbound_at=now)
    return Desk(conn, keyring, ids, now)
