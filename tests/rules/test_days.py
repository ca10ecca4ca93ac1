"""Days and hours by the boundary and by Hypothesis: no routine message between 21:00 and 07:00."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarantine.days import ZONE, add_day_hours, after_quiet, at, is_quiet, local, local_day

START = datetime(2026, 1, 1, tzinfo=UTC)
INSTANTS = st.timedeltas(timedelta(0), timedelta(days=700)).map(lambda span: START + span)
SPANS = st.timedeltas(timedelta(0), timedelta(days=3))
DAY = date(2026, 12, 3)
NEXT = date(2026, 12, 4)
LONG_DAY = timedelta(hours=14)


def hour(text, day=DAY):
    """The instant at which a clock in Vietnam shows this hour."""
    return at(day, time.fromisoformat(text))


@pytest.mark.parametrize(
    ("shown", "quiet"),
    [
        ("00:00", True),
        ("06:59:59.999999", True),
        ("07:00", False),
        ("12:00", False),
        ("20:59:59.999999", False),
        ("21:00", True),
        ("23:59", True),
    ],
)
def test_the_boundaries_of_the_quiet_hours(shown, quiet):
    """21:00 belongs to the quiet hours, 07:00 does not (DESIGN.md §5)."""
    assert is_quiet(hour(shown)) is quiet


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        (("20:30", DAY), 2, ("08:30", NEXT)),
        (("20:30", DAY), 0.5, ("07:00", NEXT)),
        (("20:30", DAY), 0.25, ("20:45", DAY)),
        (("19:00", DAY), 2, ("07:00", NEXT)),
        (("07:00", DAY), 14, ("07:00", NEXT)),
        (("07:00", DAY), 13, ("20:00", DAY)),
        (("21:00", DAY), 0, ("07:00", NEXT)),
        (("03:00", DAY), 2, ("09:00", DAY)),
        (("23:30", DAY), 2, ("09:00", NEXT)),
        (("12:00", DAY), 0, ("12:00", DAY)),
        (("12:00", DAY), 28, ("12:00", date(2026, 12, 5))),
    ],
)
def test_day_hours_by_hand(start, hours, end):
    """Day hours stand still at night: 20:30 and two hours are 08:30 of the next morning."""
    assert add_day_hours(hour(*start), timedelta(hours=hours)) == hour(*end)


def test_an_instant_is_of_the_day_that_vietnam_shows():
    """17:00 UTC is midnight in Vietnam: the next local day begins there, seven hours before that of UTC."""
    assert local_day(datetime(2026, 12, 2, 16, 59, 59, tzinfo=UTC)) == date(2026, 12, 2)
    assert local_day(datetime(2026, 12, 2, 17, 0, tzinfo=UTC)) == DAY


@given(INSTANTS)
def test_local_time_and_back(instant):
    """The day and the hour that a clock shows name the instant again."""
    here = local(instant)
    assert at(here.date(), here.time()) == instant
    assert at(here.date(), here.time()).tzinfo is UTC


@given(INSTANTS)
def test_after_quiet_waits_for_seven_and_no_longer(instant):
    """What falls into the quiet hours moves to the 07:00 that ends them; all else stays where it is."""
    moved = after_quiet(instant)
    assert not is_quiet(moved)
    assert after_quiet(moved) == moved
    if is_quiet(instant):
        assert local(moved).time() == time(7)
        assert timedelta(0) < moved - instant <= timedelta(hours=10)
    else:
        assert moved == instant


@given(INSTANTS, SPANS)
def test_adding_day_hours_never_lands_in_the_quiet_hours(instant, span):
    """Whenever one starts and however long one waits, the end is an hour of the day, not before the wait."""
    end = add_day_hours(instant, span)
    assert not is_quiet(end)
    assert end >= instant + span


@given(INSTANTS, SPANS)
def test_day_hours_are_counted_exactly(instant, span):
    """Between start and end lie exactly `span` of hours between 07:00 and 21:00."""
    start, end = after_quiet(instant), add_day_hours(instant, span)
    nights = (local_day(end) - local_day(start)).days
    assert end - start - nights * timedelta(hours=10) == span


@given(INSTANTS, SPANS, SPANS)
def test_day_hours_add_up(instant, first, second):
    """Waiting twice is waiting for the sum."""
    assert add_day_hours(add_day_hours(instant, first), second) == add_day_hours(instant, first + second)


@given(INSTANTS, INSTANTS, SPANS)
def test_who_starts_later_is_not_done_earlier(one, other, span):
    """Order is kept: no later start overtakes an earlier one."""
    first, second = sorted((one, other))
    assert add_day_hours(first, span) <= add_day_hours(second, span)


def test_vietnam_keeps_the_same_offset_all_year():
    """Vietnam has no summer time: an hour of the day is the same instant of UTC in every month."""
    for month in range(1, 13):
        assert datetime(2026, month, 1, tzinfo=ZONE).utcoffset() == timedelta(hours=7)
