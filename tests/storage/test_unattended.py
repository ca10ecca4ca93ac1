"""Units with residents and without staff are found all at once, however they came to be so, and once only."""

from __future__ import annotations

from datetime import timedelta

import pytest

from quarantine.people import EpisodeState, Role
from storage import ticks
from storage.unattended import leaderless, watch_unattended
from tests.storage.rows import HUNG, LAN, officer
from tests.storage.test_plans import _plan as plan_of

DAY = timedelta(days=1)


@pytest.fixture
def world(rows):
    """Lan is in quarantine at Phường Ngọc Hà; Hùng is there to be posted."""
    rows.units()
    rows.person(LAN)
    rows.person(HUNG)
    rows.episode(201, LAN.id)
    return rows


def test_a_station_with_residents_and_no_officer_is_found_without_any_event(world, conn, now):
    """Of all units only the one with residents; looked for again, it is not watched a second time."""
    assert watch_unattended(conn, now) == 1
    assert watch_unattended(conn, now + DAY) == 0
    assert ticks.due_units(conn, now, 10) == [12]


@pytest.mark.parametrize(
    ("role", "found"), [(Role.OFFICER, 0), (Role.DIRECTOR, 1), (Role.VIEWER, 1), (Role.CDC_ADMIN, 1)]
)
def test_only_who_does_its_work_attends_a_station(world, conn, now, role, found):
    """A director or somebody who may only look does not make a station attended."""
    world.posting(officer(1, HUNG, role=role), now - DAY)
    assert watch_unattended(conn, now) == found


def test_a_former_officer_attends_nothing(world, conn, now):
    """Who was revoked in a version that watched no units has left a station that is found now."""
    world.posting(officer(1, HUNG), now - DAY, until=now)
    assert watch_unattended(conn, now) == 1


def test_closed_files_need_nobody(rows, conn, now):
    """A station whose people are all done is left alone, and its CDC too."""
    rows.units()
    rows.person(LAN)
    rows.episode(201, LAN.id, EpisodeState.COMPLETED)
    assert watch_unattended(conn, now) == 0
    assert leaderless(conn) == []


def test_a_cdc_without_anybody_is_named_to_the_operator(world, conn, now):
    """Nobody stands above a CDC: while it has people in quarantine and no staff, its code is told."""
    assert leaderless(conn) == ["01"]
    world.posting(officer(1, HUNG, unit_id=1, role=Role.VIEWER), now - DAY)
    assert leaderless(conn) == ["01"]
    world.posting(officer(2, HUNG, unit_id=1, role=Role.CDC_CLERK), now - DAY)
    assert leaderless(conn) == []


class _Asked:
    """What the plan is asked with."""

    def __init__(self, conn, now):
        self.conn, self.now = conn, now


def test_residents_and_staff_are_looked_up_by_unit(world, conn, now):
    """One pass over the units, a few thousand; never over the episodes, which may be a million."""
    plan = plan_of(_Asked(conn, now), lambda a: watch_unattended(a.conn, a.now))
    for index in ("ix_episode_unit", "ix_posting_unit_current"):
        assert index in plan, plan
