"""Fixtures of the fault tests: both databases, fresh for each test, and rooms that work on them."""

import pytest
from structlog.testing import capture_logs

from tests.databases import (  # noqa: F401 - fixtures are found by name
    database_url,
    engine,
    postgres_server,
    postgres_template,
    postgres_url,
    sqlite_template,
    sqlite_url,
)
from tests.faults.room import Hand, Room


@pytest.fixture
def clock():
    """A clock an hour before the first check-in."""
    return Hand()


@pytest.fixture(autouse=True)
def logged():
    """What is logged, one dictionary for each line."""
    with capture_logs() as lines:
        yield lines


@pytest.fixture
def room(engine, clock):  # noqa: F811 - the fixture imported above
    """Builds rooms on the database of the test; their threads end with it."""
    opened = []

    def build(*args, **kwargs):
        opened.append(Room(engine, clock, *args, **kwargs))
        return opened[-1]

    yield build
    for one in opened:
        one.database.close()
