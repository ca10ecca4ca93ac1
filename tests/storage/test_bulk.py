"""Bulk writes and trips: every kind of value arrives as it was, and what must be refused is refused."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, literal, select
from sqlalchemy.exc import IntegrityError, OperationalError

from quarantine.effects import Reported
from quarantine.triage import Level
from storage import tables
from storage.apply import apply
from storage.bulk import Insert, Update, calls
from storage.engine import open_engine
from storage.queries import Query
from storage.spelling import among
from storage.tables import core
from storage.trips import together
from storage.types import NaiveInstantError, UnsealedError

FIX, POSTING = core(tables.Fix), core(tables.Posting)
STEP, REPORT = core(tables.TaskStep), core(tables.Report)
LARGE = 2**62 + 12_345
ONE = Query(select(literal(1).label("one")))


def written(conn, statement, rows):
    """Have rows written; how many were touched."""
    return sum(found.touched for found in together(conn, calls(conn, statement, rows)))


def fix(row_id, now, **changes):
    """A row of the table `fix`, without a position."""
    return {
        "id": row_id,
        "episode_id": 7,
        "at": now,
        "position": None,
        "distance_m": None,
        "verdict": "none",
    } | changes


def test_values_arrive_as_they_were(conn, keyring, now):
    """Large ids, microseconds, fractions, sealed bytes, quotes and nothing: the same on both databases."""
    at = now + timedelta(microseconds=1)
    sealed = keyring.seal("fix", "position", LARGE, b"\x00\xff\\\"'")
    rows = [
        fix(LARGE, at, position=sealed, distance_m=0.1 + 0.2),
        fix(LARGE + 1, at, verdict='a "quoted" \\ Đ'),
    ]
    assert written(conn, Insert(FIX), rows) == 2
    first, second = Query(select(FIX).order_by(FIX.c.id)).rows(conn)
    assert (first.id, first.at, first.position, first.distance_m) == (LARGE, at, sealed, 0.1 + 0.2)
    assert (second.position, second.distance_m, second.verdict) == (None, None, 'a "quoted" \\ Đ')
    assert conn.execute(select(FIX).order_by(FIX.c.id)).first() == tuple(first)


def test_days_flags_and_lists_arrive_as_they_were(conn, keyring, rows, now):
    """Days, yes and no, and lists in a JSON column."""
    rows.units()
    rows.insert(tables.Person, id=1, profile=keyring.seal("person", "profile", 1, b"{}"), created_at=now)
    written(conn, Insert(STEP), [{"task_id": 5, "level": 1, "at": now, "recipients": [LARGE, 2]}])
    posting = {"id": 9, "person_id": 1, "unit_id": 12, "role": "officer", "deputy": True, "valid_from": now}
    written(conn, Insert(POSTING), [posting])
    assert Query(select(STEP.c.recipients)).scalars(conn) == [[LARGE, 2]]
    found = Query(select(POSTING).where(POSTING.c.id == 9)).rows(conn)[0]
    assert (found.deputy, found.on_duty, found.valid_from) == (True, True, now)


def test_only_rows_that_are_found_are_changed(conn, now):
    """An update touches the rows of its ids whose version is the one that was seen."""
    update = Update(FIX, {"verdict": "new.verdict"}, "fix.id = new.id AND fix.at = new.at")
    written(conn, Insert(FIX), [fix(1, now), fix(2, now)])
    later = now + timedelta(hours=1)
    changed = [{"id": 1, "at": now, "verdict": "far"}, {"id": 2, "at": later, "verdict": "far"}]
    assert written(conn, update, changed) == 1
    assert Query(select(FIX.c.verdict).order_by(FIX.c.id)).scalars(conn) == ["far", "none"]


def test_naive_instants_and_bare_texts_are_refused(conn, now):
    """What the column types refuse is refused here too, before anything is sent."""
    with pytest.raises(NaiveInstantError):
        calls(conn, Insert(FIX), [fix(1, datetime(2021, 8, 14))])  # noqa: DTZ001 - naive on purpose
    with pytest.raises(UnsealedError):
        calls(conn, Insert(FIX), [fix(1, now, position=b"21.02, 105.85")])


def test_no_rows_are_no_call(conn):
    """Nothing to write costs nothing."""
    assert calls(conn, Insert(FIX), []) == []
    assert together(conn, []) == []


def test_errors_are_those_of_sqlalchemy_without_values(conn, now):
    """A doubled key is SQLAlchemy's IntegrityError, and its text quotes no parameter."""
    with pytest.raises(IntegrityError) as caught:
        written(conn, Insert(FIX), [fix(1, now, verdict="Nông Thị Lan"), fix(1, now, verdict="Nông Thị Lan")])
    assert "Lan" not in str(caught.value)


def test_three_calls_go_together_in_order(conn, now):
    """Each sees what those before it have written, in a pipeline too."""
    count = Query(select(FIX.c.id).order_by(FIX.c.id))
    one, two = (calls(conn, Insert(FIX), [fix(row_id, now)])[0] for row_id in (1, 2))
    found = together(conn, [one, count(conn), two, count(conn)])
    assert [[row.id for row in answer.rows] for answer in found] == [[], [1], [], [1, 2]]


def test_a_fault_in_a_pipeline_is_told(conn, now):
    """The first fault among calls that went together is the one that is raised."""
    again = calls(conn, Insert(FIX), [fix(1, now)])[0]
    with pytest.raises(IntegrityError):
        together(conn, [again, again, again])


def test_what_goes_together_is_one_transaction(engine, now):
    """Nothing stays of calls whose transaction was not committed."""
    with engine.connect() as conn:
        written(conn, Insert(FIX), [fix(1, now)])
    with engine.begin() as conn:
        assert Query(select(FIX.c.id)).rows(conn) == []


def test_two_reports_of_one_check_in_in_one_group_are_two_versions(conn, keyring, ids, now):
    """Reports that are written together are counted one after the other."""
    report = Reported(1, 201, 501, now, frozenset(), Level.GREEN, (), None, "")
    others = [
        replace(report, id=2),
        replace(report, id=3, checkin_id=502),
        replace(report, id=4, checkin_id=None),
    ]
    apply(conn, keyring, [report, *others, replace(report, id=5, checkin_id=None)], now, ids)
    found = conn.execute(select(REPORT.c.id, REPORT.c.version).order_by(REPORT.c.id)).all()
    assert [tuple(row) for row in found] == [(1, 1), (2, 2), (3, 1), (4, 1), (5, 1)]


@pytest.fixture
def server(request):
    """An engine on PostgreSQL, and what ends all its connections but the asking one."""
    engine = open_engine(request.getfixturevalue("postgres_server"))

    def cut(conn):
        conn.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND application_name = 'cachly' AND datname = current_database()"
        )

    yield engine, cut
    engine.dispose()


def test_a_server_that_has_gone_is_noticed(server):
    """On a connection that was cut the fault is SQLAlchemy's own, and the next connection is a good one."""
    engine, cut = server
    with engine.connect() as conn, engine.connect() as other:
        ONE.rows(conn)
        cut(other)
        with pytest.raises(OperationalError):
            ONE.rows(conn)
        assert conn.invalidated
    with engine.connect() as conn:
        assert ONE.scalars(conn) == [1]


def test_a_connection_that_has_rested_is_tried_first(server, monkeypatch):
    """A connection that was cut while nobody used it is replaced, and nobody notices."""
    engine, cut = server
    monkeypatch.setattr("storage.engine.PING_AFTER_SECONDS", 0.0)
    with engine.connect() as other:
        with engine.connect() as conn:
            ONE.rows(conn)
        cut(other)
        with engine.connect() as conn:
            assert ONE.scalars(conn) == [1]


def test_postgresql_plans_a_hot_statement_once(server):
    """After five runs one plan does for all lists: planning each time would cost more than running."""
    engine, _ = server
    table = Table("often", MetaData(), Column("id", BigInteger, primary_key=True), Column("n", BigInteger))
    look = Query(select(table).where(among(table.c.id)))
    count = Update(table, {"n": "new.n"}, "often.id = new.id")
    with engine.connect() as conn:  # the table goes with the transaction
        table.create(conn)
        conn.exec_driver_sql("INSERT INTO often SELECT g, 0 FROM generate_series(1, 2000) g")
        conn.exec_driver_sql("ANALYZE often")
        for size in range(1, 11):
            assert len(look.rows(conn, ids=list(range(1, size + 1)))) == size
            written(conn, count, [{"id": row_id, "n": size} for row_id in range(1, size + 1)])
        plans = conn.exec_driver_sql(
            "SELECT custom_plans, generic_plans FROM pg_prepared_statements"
            " WHERE statement ~ 'often.*(unnest|json)'"
        ).all()
    assert [tuple(one) for one in plans] == [(5, 5), (5, 5)]
