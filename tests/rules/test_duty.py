"""Duty: who stands on which rung of a unit's staff today, and whom residents are told to call."""

import pytest

from quarantine.duty import attended, on_rung, responsible
from quarantine.ladder import Audience
from quarantine.people import Officer, Person, Posting, Role, UnitKind


def one(person_id, role=Role.OFFICER, *, absent=False, **more):
    """Somebody posted at the unit."""
    return Officer(Person(person_id, f"P{person_id}"), Posting(person_id, person_id, 1, role, **more), absent)


def ids(officers):
    """Who they are."""
    return [officer.person.id for officer in officers]


def test_who_is_absent_stands_on_no_rung():
    """Neither the officer on duty, nor a deputy, nor the director is asked on a day off."""
    staff = [
        one(1, absent=True),
        one(2),
        one(3, deputy=True, absent=True),
        one(4, Role.DIRECTOR, absent=True),
    ]
    assert ids(on_rung(staff, Audience.OFFICER)) == [2]
    assert on_rung(staff, Audience.DEPUTY) == []
    assert on_rung(staff, Audience.DIRECTOR) == []


def test_clerks_stand_in_for_absent_administrators_and_nobody_is_above_a_cdc():
    """Its rung is never empty while anybody is posted there."""
    admin, clerk = one(1, Role.CDC_ADMIN, absent=True), one(2, Role.CDC_CLERK)
    assert ids(on_rung([admin, clerk], Audience.CDC)) == [2]
    assert ids(on_rung([admin, one(2, Role.CDC_CLERK, absent=True)], Audience.CDC)) == [1]


def test_residents_call_who_works_today():
    """Officer, deputy, director, in that order; an absent one only where all are."""
    staff = [one(1, absent=True), one(2, deputy=True), one(3, Role.DIRECTOR)]
    assert responsible(staff).person.id == 2
    assert responsible([one(1, absent=True), one(3, Role.DIRECTOR)]).person.id == 3
    assert responsible([one(1, absent=True), one(3, Role.DIRECTOR, absent=True)]).person.id == 1
    assert responsible([one(5, Role.VIEWER)]) is None


@pytest.mark.parametrize(
    ("kind", "role", "works"),
    [
        (UnitKind.STATION, Role.OFFICER, True),
        (UnitKind.STATION, Role.DIRECTOR, False),
        (UnitKind.STATION, Role.VIEWER, False),
        (UnitKind.POINT, Role.OFFICER, True),
        (UnitKind.CENTRE, Role.CENTRE, True),
        (UnitKind.CENTRE, Role.VIEWER, False),
        (UnitKind.CDC, Role.CDC_CLERK, True),
        (UnitKind.CDC, Role.CDC_ADMIN, True),
        (UnitKind.CDC, Role.VIEWER, False),
    ],
)
def test_a_unit_is_attended_by_those_who_do_its_daily_work(kind, role, works):
    """One of them, present, suffices; absent they do not count."""
    assert attended(kind, [one(1, role)]) is works
    assert not attended(kind, [one(1, role, absent=True)])
