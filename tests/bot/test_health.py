"""Health tells what is wrong, part by part, and calls nothing wrong that is only busy."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.health import OUTBOX_LATE, SENT_A_SECOND, SWEEP_LATE, look
from storage import migrate, tables
from storage.engine import open_engine
from storage.tables import core

NOW = datetime(2026, 12, 5, 0, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LETTER = core(tables.Letter).insert()


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def engine(request):
    """A migrated database of either kind."""
    opened = open_engine(request.getfixturevalue(request.param))
    yield opened
    opened.dispose()


def posted(engine, count, due_at, status="due"):
    """Letters in the outbox."""
    rows = [
        {
            "id": number,
            "owner": 1,
            "key": "x",
            "priority": 1,
            "due_at": due_at,
            "created_at": due_at,
            "status": status,
        }
        for number in range(1, count + 1)
    ]
    with engine.begin() as conn:
        conn.execute(LETTER, rows)


def test_all_is_well(engine):
    """A running system with nothing overdue has nothing wrong."""
    found = look(engine, NOW, SECOND, {"telegram": "polling"})
    assert (found.database, found.migrations, found.wrong) == ("ok", "current", ())
    assert (found.outbox_due, found.sweep_age_seconds) == (0, 1.0)


def test_a_letter_that_waits_too_long_is_wrong(engine):
    """A single letter that has not left for ten minutes means that nothing is sent."""
    posted(engine, 1, NOW - OUTBOX_LATE - SECOND)
    found = look(engine, NOW, SECOND, {})
    assert (found.outbox_due, found.outbox_oldest_seconds) == (1, 601.0)
    assert look(engine, NOW - 2 * SECOND, SECOND, {}).wrong == ()
    assert found.wrong == ("outbox",)


def test_a_full_outbox_is_not_wrong_while_it_is_being_sent(engine):
    """A province's prompts take longer than ten minutes at the messenger's pace: busy is not ill."""
    count = 50
    waited = OUTBOX_LATE + SECOND * (count / SENT_A_SECOND)
    posted(engine, count, NOW - waited)
    assert look(engine, NOW, SECOND, {}).wrong == ()
    assert look(engine, NOW + SECOND, SECOND, {}).wrong == ("outbox",)


def test_letters_planned_for_later_are_not_due(engine):
    """A reminder of tomorrow is not late today."""
    posted(engine, 1, NOW + timedelta(days=1))
    found = look(engine, NOW, SECOND, {})
    assert (found.outbox_due, found.wrong) == (0, ())


def test_sweeps_that_stopped_are_wrong(engine):
    """Without sweeps nobody is watched; before the first one the process is only starting."""
    assert look(engine, NOW, SWEEP_LATE, {}).wrong == ()
    assert look(engine, NOW, SWEEP_LATE + SECOND, {}).wrong == ("sweeps",)
    assert look(engine, NOW, None, {}).wrong == ()


def test_an_account_that_cannot_talk_is_wrong(engine):
    """The account is named; one that polls or has its webhook is well."""
    accounts = {"telegram": "failing", "zalo": "webhook", "second": "down: the token is wrong"}
    assert look(engine, NOW, SECOND, accounts).wrong == ("account telegram", "account second")


def test_tables_of_another_version_are_wrong(engine):
    """A process that runs before the migration says so, and does not fail on tables that are not there."""
    migrate.downgrade(engine.url.render_as_string(hide_password=False), "base")
    found = look(engine, NOW, SECOND, {})
    assert (found.migrations, found.wrong) == ("behind", ("migrations",))


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all.db", "postgresql://x:geheim@127.0.0.1:1/x"])
def test_a_database_out_of_reach_is_wrong(url):
    """The rest is still told; the address is not."""
    found = look(open_engine(url), NOW, SECOND, {"telegram": "polling"})
    assert (found.database, found.migrations, found.wrong) == ("unreachable", "unknown", ("database",))
    assert "geheim" not in repr(found)
