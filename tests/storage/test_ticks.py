"""What the clock makes due: whole units of check-ins, tasks in the order of their moments."""

from dataclasses import replace
from datetime import date, timedelta

from quarantine.tasks import TaskKind, TaskState
from storage import ticks
from tests.storage.rows import HUNG, LAN, Rows

DAY = date(2021, 8, 14)


def silent(rows, count, unit_id, due, first):
    """So many people of a unit whose check-ins are due at an instant."""
    for number in range(first, first + count):
        person = rows.person(replace(LAN, id=1_000 + number))
        episode = rows.episode(5_000 + number, person.id, unit_id=unit_id)
        rows.checkin(9_000 + number, episode, DAY, "morning", next_at=due)


def test_a_unit_comes_whole_and_the_longest_due_first(conn, rows, now):
    """All due check-ins of a unit come together, so that its officers get one digest."""
    rows.units()
    silent(rows, 2, 11, now, first=0)
    silent(rows, 2, 12, now - timedelta(minutes=5), first=10)
    silent(rows, 1, 11, now - timedelta(minutes=1), first=20)
    silent(rows, 1, 12, now + timedelta(seconds=1), first=30)
    silent(rows, 1, 13, None, first=40)
    found = ticks.due_checkins(conn, now, 10)
    assert [(unit, [one.id for one in group]) for unit, group in found] == [
        (12, [9_010, 9_011]),
        (11, [9_000, 9_001, 9_020]),
    ]
    assert [unit for unit, _ in ticks.due_checkins(conn, now, 1)] == [12]


def test_nothing_due_is_nothing(conn, now):
    """An idle system is asked often; it answers with nothing."""
    assert ticks.due_checkins(conn, now, 10) == []
    assert ticks.next_due(conn, now) is None


def test_what_failed_is_looked_at_later(conn, rows, now, keyring):
    """A fault in deciding postpones; what is settled in the meantime is not woken."""
    rows.units()
    silent(rows, 1, 12, now, first=0)
    silent(rows, 1, 12, None, first=1)
    rows.task(701, TaskKind.CONTACT, LAN.id)
    later = now + timedelta(minutes=10)
    ticks.postpone_checkins(conn, [9_000, 9_001], later)
    ticks.postpone_tasks(conn, [701], later)
    assert ticks.due_checkins(conn, now, 10) == []
    assert ticks.due_tasks(conn, keyring, now, 10) == []
    ((_, (checkin,)),) = ticks.due_checkins(conn, later, 10)
    assert (checkin.id, checkin.version) == (9_000, 1)
    assert [(task.id, task.version) for task in ticks.due_tasks(conn, keyring, later, 10)] == [(701, 1)]


def test_tasks_come_by_their_moment(conn, rows, now, keyring):
    """Tasks whose step has come, the longest due first, with their sealed detail."""
    detail = {"where": "phường Ngọc Hà"}
    rows.task(701, TaskKind.CONTACT, LAN.id, next_at=now)
    rows.task(702, TaskKind.RED, LAN.id, next_at=now - timedelta(minutes=1), detail=detail)
    rows.task(703, TaskKind.HELP, LAN.id, next_at=now + timedelta(minutes=1))
    rows.task(704, TaskKind.LINK, LAN.id, next_at=None, state=TaskState.DONE)
    found = ticks.due_tasks(conn, keyring, now, 10)
    assert [task.id for task in found] == [702, 701]
    assert found[0].detail == detail
    assert [task.id for task in ticks.due_tasks(conn, keyring, now, 1)] == [702]


def test_the_next_moment_is_the_earliest_ahead(conn, rows, now):
    """The demonstration moves its clock to the next slot, reminder or step, never to what is due already."""
    rows.units()
    rows.person(HUNG)
    rows.episode(201, HUNG.id, next_at=now + timedelta(hours=3))
    assert ticks.next_due(conn, now) == now + timedelta(hours=3)
    rows.task(701, TaskKind.CONTACT, LAN.id, next_at=now + timedelta(hours=2))
    assert ticks.next_due(conn, now) == now + timedelta(hours=2)
    silent(rows, 1, 12, now + timedelta(hours=1), first=0)
    silent(rows, 1, 12, now, first=1)
    assert ticks.next_due(conn, now) == now + timedelta(hours=1)


def test_two_sweeps_do_not_decide_the_same_twice(engine, keyring, now):
    """What one sweep has claimed is left to it: on PostgreSQL by its locks, on SQLite by its turn."""
    with engine.begin() as conn:
        rows = Rows(conn, keyring, now)
        rows.units()
        silent(rows, 2, 12, now, first=0)
        rows.task(701, TaskKind.CONTACT, LAN.id, next_at=now)
    with engine.begin() as first:
        assert len(ticks.due_checkins(first, now, 10)) == 1
        assert len(ticks.due_tasks(first, keyring, now, 10)) == 1
        if engine.dialect.name == "postgresql":
            with engine.begin() as second:
                assert ticks.due_checkins(second, now, 10) == []
                assert ticks.due_tasks(second, keyring, now, 10) == []
        ticks.postpone_checkins(first, [9_000, 9_001], now + timedelta(hours=1))
        ticks.postpone_tasks(first, [701], now + timedelta(hours=1))
    with engine.begin() as second:
        assert ticks.due_checkins(second, now, 10) == []
        assert ticks.due_tasks(second, keyring, now, 10) == []
