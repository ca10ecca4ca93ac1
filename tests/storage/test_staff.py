"""Staff as it is kept: postings that end, days off that count, units that are looked at once."""

from datetime import date, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import select

from quarantine.effects import (
    AbsenceAdded,
    AbsenceEnded,
    Code,
    CodeFor,
    CodeIssued,
    PostingAdded,
    PostingEnded,
    UnitWatched,
)
from quarantine.people import Absence, EpisodeState, Posting, Role
from quarantine.tasks import TaskKind, TaskState
from storage import tables, ticks
from storage.apply import StaleDecisionError, apply
from storage.facts import facts
from storage.reader import SqlStore
from storage.tables import core
from tests.storage.rows import HUNG, LAN

STATION, OFFICER = 12, Posting(501, HUNG.id, 12, Role.OFFICER)


@pytest.fixture
def write(conn, keyring, now, rows):
    """Applies effects at the instant of the test, in a province with one officer, Hùng."""
    rows.units()
    rows.person(LAN)
    rows.person(HUNG)
    numbers = count(9_000)

    def written(*effects):
        apply(conn, keyring, effects, now, lambda: next(numbers))

    written(PostingAdded(OFFICER, None, now - timedelta(days=1)))
    return written


@pytest.fixture
def store(conn, keyring, now):
    """A store that has read nothing yet, at the instant of the test or another one."""
    return lambda at=now: SqlStore(conn, keyring, at)


def test_a_posting_ends_at_once_and_only_once(write, store, now):
    """Nobody is posted there any more; somebody who ends it a second time is refused."""
    write(PostingEnded(OFFICER, LAN.id, now))
    assert store().officers(STATION) == []
    assert store().postings_of(HUNG.id) == []
    with pytest.raises(StaleDecisionError):
        write(PostingEnded(OFFICER, LAN.id, now))


def test_invitations_die_with_the_posting_of_their_giver(write, store, now):
    """What somebody gave who may not invite any more binds nobody; codes of residents live on."""
    soon = now + timedelta(hours=72)
    invitation = Code(601, CodeFor.OFFICER, soon, unit_id=STATION, role=Role.OFFICER)
    write(
        CodeIssued(invitation, "ABCD2345", HUNG.id, now),
        CodeIssued(Code(602, CodeFor.RESIDENT, soon), "EFGH2345", HUNG.id, now),
        CodeIssued(Code(603, CodeFor.OFFICER, soon), "JKLM2345", LAN.id, now),
    )
    assert store().code_by_id(601).issued_by == HUNG.id
    write(PostingEnded(OFFICER, LAN.id, now))
    assert [store().code_by_id(one).used_at for one in (601, 602, 603)] == [now, None, None]


def test_days_off_count_from_the_first_to_the_last(write, store, conn, keyring, now):
    """An officer is absent on those local days, for ladders and for whom residents call, and not before."""
    today = date(2021, 8, 14)
    write(
        AbsenceAdded(Absence(701, HUNG.id, today + timedelta(days=1), today + timedelta(days=2)), None, now)
    )
    away = [store(now + timedelta(days=day)).officers(STATION)[0].absent for day in range(4)]
    assert away == [False, True, True, False]
    assert [one.id for one in store().absences_of(HUNG.id)] == [701]
    assert store(now + timedelta(days=3)).absences_of(HUNG.id) == []
    write(PostingAdded(Posting(502, LAN.id, STATION, Role.OFFICER), None, now))
    called = [facts(conn, keyring, [LAN.id], now + timedelta(days=day))[LAN.id].officer for day in (0, 1)]
    assert [one.id if one else None for one in called] == [HUNG.id, HUNG.id]


def test_days_off_end_once(write, store, now):
    """Back at work, an officer is not absent; the row stays, and ending it again is refused."""
    absence = Absence(701, HUNG.id, date(2021, 8, 14), date(2021, 8, 20))
    write(AbsenceAdded(absence, HUNG.id, now))
    assert store().officers(STATION)[0].absent
    write(AbsenceEnded(absence, HUNG.id, now))
    assert not store().officers(STATION)[0].absent
    with pytest.raises(StaleDecisionError):
        write(AbsenceEnded(absence, HUNG.id, now))


def test_a_unit_is_looked_at_once(write, conn, now):
    """Watched twice for the same instant it is due once; what was taken is gone; later looks stay."""
    later = now + timedelta(days=1)
    write(
        UnitWatched(STATION, now),
        UnitWatched(STATION, now),
        UnitWatched(11, now),
        UnitWatched(STATION, later),
    )
    assert ticks.next_due(conn, now) == later
    assert sorted(ticks.due_units(conn, now, 10)) == [11, STATION]
    assert ticks.due_units(conn, now, 10) == []
    ticks.postpone_units(conn, [11], later)
    assert sorted(ticks.due_units(conn, later, 10)) == [11, STATION]


def test_tasks_are_found_by_who_has_taken_them(write, store, rows, now):
    """Open and done ones belong to nobody."""
    rows.task(801, TaskKind.CONTACT, LAN.id, state=TaskState.TAKEN, owner_id=HUNG.id)
    rows.task(802, TaskKind.AMBER, LAN.id, state=TaskState.DONE, owner_id=HUNG.id)
    rows.task(803, TaskKind.HELP, LAN.id)
    assert [one.id for one in store().tasks_of(HUNG.id)] == [801]


def test_what_is_open_is_counted_in_the_own_units_only(write, store, rows, now):
    """Closed files, done tasks and other units do not count."""
    rows.episode(201, LAN.id, unit_id=STATION)
    rows.episode(202, HUNG.id, unit_id=STATION, state=EpisodeState.COMPLETED)
    rows.episode(203, HUNG.id, unit_id=11)
    rows.task(801, TaskKind.CONTACT, LAN.id, unit_id=STATION)
    rows.task(802, TaskKind.AMBER, LAN.id, unit_id=STATION, state=TaskState.DONE)
    rows.task(803, TaskKind.CONTACT, HUNG.id, unit_id=11)
    found = store().totals([STATION])
    assert sum(found.files.values()) == 1
    assert found.tasks == {TaskKind.CONTACT: 1}
    both = store().totals([STATION, 11])
    assert (sum(both.files.values()), both.tasks) == (2, {TaskKind.CONTACT: 2})


def test_history_knows_who_ended_what(write, conn, now):
    """Taking up, days off and the end are lines of the append-only history (DESIGN.md §7)."""
    write(AbsenceAdded(Absence(701, HUNG.id, date(2021, 8, 14), date(2021, 8, 14)), HUNG.id, now))
    write(PostingEnded(OFFICER, LAN.id, now))
    event = core(tables.Event)
    found = conn.execute(select(event.c.kind, event.c.by_id).where(event.c.person_id == HUNG.id)).all()
    assert {tuple(row) for row in found} == {
        ("posting_added", None),
        ("absence_added", HUNG.id),
        ("posting_ended", LAN.id),
    }


def test_the_instant_is_what_the_tests_think(now):
    """Days off are local days: the instant of these tests lies on 14 August in Vietnam."""
    assert isinstance(now, datetime)
    assert (now + timedelta(hours=7)).date() == date(2021, 8, 14)
