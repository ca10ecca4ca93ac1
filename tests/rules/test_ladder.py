"""Ladders: when the next person up is told, by hand and by Hypothesis (domain.md §E2)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from quarantine.days import add_day_hours, at, is_quiet
from quarantine.ladder import (
    ABSENT_LADDER,
    CONTACT_LADDER,
    DECISION_LADDER,
    HANDOVER_LADDER,
    RED_LADDER,
    SAME_DAY_LADDER,
    Audience,
)

LADDERS = {
    "contact": CONTACT_LADDER,
    "red": RED_LADDER,
    "same day": SAME_DAY_LADDER,
    "handover": HANDOVER_LADDER,
    "decision": DECISION_LADDER,
    "absent": ABSENT_LADDER,
}
START = datetime(2026, 12, 1, tzinfo=UTC)
INSTANTS = st.timedeltas(timedelta(0), timedelta(days=20)).map(lambda span: START + span)
WAITS = st.timedeltas(timedelta(0), timedelta(days=4))
DAY, NEXT = date(2026, 12, 3), date(2026, 12, 4)


def hour(text, day=DAY):
    """The instant at which a clock in Vietnam shows this hour."""
    return at(day, time.fromisoformat(text))


def due(ladder, level, told, opened=None, since=None):
    """When the rung falls due for a task that was opened, and the person last heard of, at `told`."""
    return ladder.due(level, opened_at=opened or told, since=since or told, told_at=told)


@pytest.mark.parametrize("ladder", LADDERS.values(), ids=LADDERS)
@given(opened=INSTANTS, silent=WAITS, waited=WAITS)
def test_no_rung_is_due_before_the_one_below_it_was_told(ladder, opened, silent, waited):
    """Whatever the task's history, nobody is told before the person below them was."""
    told = opened + waited
    for level in range(len(ladder.rungs)):
        when = due(ladder, level, told, opened, opened - silent)
        assert when >= told
        assert ladder.quiet is False or not is_quiet(when)
    assert due(ladder, len(ladder.rungs), told) is None


@given(opened=INSTANTS)
def test_red_never_waits_for_the_day(opened):
    """RED: 15 minutes to the director, 30 to centre and CDC, counted from the opening, day and night."""
    minutes = [due(RED_LADDER, level, opened) - opened for level in range(3)]
    assert minutes == [timedelta(0), timedelta(minutes=15), timedelta(minutes=30)]
    assert RED_LADDER.taken_until(opened) == opened + timedelta(minutes=30)
    assert RED_LADDER.retry_at(opened, timedelta(minutes=30)) == opened + timedelta(minutes=30)


@given(opened=INSTANTS, late=st.timedeltas(timedelta(0), timedelta(minutes=29)))
def test_a_late_tick_does_not_put_red_off(opened, late):
    """The third rung of RED is due 30 minutes after the opening, even when the second was told late."""
    told = opened + timedelta(minutes=15) + late
    assert due(RED_LADDER, 2, told, opened) == max(told, opened + timedelta(minutes=30))


def test_who_stands_on_the_ladder_of_silence():
    """Issue 2: officer, deputy, director, regional centre, and the CDC for a decision."""
    assert [rung.audience for rung in CONTACT_LADDER.rungs] == [
        (Audience.OFFICER,),
        (Audience.DEPUTY,),
        (Audience.DIRECTOR,),
        (Audience.CENTRE,),
        (Audience.CDC,),
    ]
    assert [rung.decide for rung in CONTACT_LADDER.rungs] == [False, False, False, False, True]


def test_who_stands_on_the_ladder_of_danger():
    """Issue 2: RED goes to the officer, the director, then centre and CDC together."""
    assert [rung.audience for rung in RED_LADDER.rungs] == [
        (Audience.OFFICER,),
        (Audience.DIRECTOR,),
        (Audience.CENTRE, Audience.CDC),
    ]


def test_silence_by_hand():
    """Not taken in 2 h → deputy, 1 h more → director, in day hours."""
    assert due(CONTACT_LADDER, 1, hour("11:30")) == hour("13:30")
    assert due(CONTACT_LADDER, 2, hour("13:30")) == hour("14:30")
    assert due(CONTACT_LADDER, 1, hour("20:30")) == hour("08:30", NEXT)
    assert due(CONTACT_LADDER, 2, hour("20:30")) == hour("07:30", NEXT)


def test_a_long_silence_counts_from_the_last_contact():
    """24 h without contact → regional centre, 48 h → CDC, however often the task climbed in between."""
    since = hour("16:40", date(2026, 12, 2))
    assert due(CONTACT_LADDER, 3, hour("14:30"), since=since) == hour("16:40")
    assert due(CONTACT_LADDER, 4, hour("16:40"), since=since) == hour("16:40", NEXT)
    overdue = hour("07:10", date(2026, 11, 30))
    assert due(CONTACT_LADDER, 3, hour("14:30"), since=overdue) == hour("14:30"), "at once, never before"


@pytest.mark.parametrize("level", [3, 4])
@given(since=INSTANTS, told=INSTANTS)
def test_a_long_silence_keeps_the_quiet_hours(level, since, told):
    """What falls due between 21:00 and 07:00 moves to 07:00, not further."""
    assume(told >= since)
    plain = max(told, since + CONTACT_LADDER.rungs[level].wait)
    when = due(CONTACT_LADDER, level, told, since=since)
    assert not is_quiet(when)
    assert timedelta(0) <= when - plain <= timedelta(hours=10)
    assert is_quiet(plain) or when == plain


@given(now=INSTANTS)
def test_a_taken_task_climbs_again(now):
    """Taking sets a new deadline of 2 h in day hours: take-and-forget is not an end (DESIGN.md §5)."""
    for name, ladder in LADDERS.items():
        if name != "red":
            assert ladder.taken_until(now) == add_day_hours(now, timedelta(hours=2))
        assert ladder.retry_at(now, timedelta(minutes=30)) >= now + timedelta(minutes=30)


def test_a_task_taken_in_the_evening_waits_for_the_morning():
    """Taken at 20:00: the deadline is 08:00, not 22:00."""
    assert CONTACT_LADDER.taken_until(hour("20:00")) == hour("08:00", NEXT)
    assert CONTACT_LADDER.retry_at(hour("20:45"), timedelta(minutes=30)) == hour("07:15", NEXT)


@given(told=INSTANTS)
def test_the_top_is_told_again_and_again(told):
    """RED every 15 minutes by day and night, all else after day hours: no ladder ends (DESIGN.md §5)."""
    for name, ladder in LADDERS.items():
        again = ladder.again_at(told)
        assert again > told
        assert (again - told == timedelta(minutes=15)) if name == "red" else not is_quiet(again)


@pytest.mark.parametrize("ladder", LADDERS.values(), ids=LADDERS)
def test_every_ladder_leaves_the_station(ladder):
    """A station without staff loses nothing: somebody above it is on every ladder."""
    assert Audience.CDC in {who for rung in ladder.rungs for who in rung.audience}
