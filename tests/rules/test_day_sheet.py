"""The day sheet: a line for each day so far, absent only by an officer's word, silence an empty line."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from quarantine.checkins import Stage
from quarantine.day_sheet import DayRecord, SheetSum, sheet, total
from quarantine.people import Episode, EpisodeState, Home, Reason
from quarantine.triage import Level

FIRST = date(2026, 11, 20)
EPISODE = Episode(
    1,
    2,
    2,
    3,
    "128/QĐ-UBND",
    Reason.CONTACT,
    FIRST,
    date(2026, 12, 3),
    EpisodeState.MONITORING,
    "home-14/1",
    Home("12 Đội Cấn"),
)
AT = datetime(2026, 11, 20, 1, tzinfo=UTC)


def on(day: int, stage: Stage | None, level: Level | None = None, *signs: str, degrees: float | None = None):
    """A record of that day of the episode."""
    when = None if level is None else AT
    return DayRecord(FIRST + timedelta(days=day - 1), stage, when, frozenset(signs), degrees, level)


RECORDS = [
    on(1, Stage.DONE, Level.GREEN),
    on(1, Stage.LATE, Level.AMBER, "fever", "cough", degrees=38.2),
    on(2, Stage.OVERDUE),
    on(2, Stage.CONTACTED),
    on(3, Stage.ABSENT),
    on(4, Stage.DONE, Level.GREEN, degrees=36.8),
    on(4, None, Level.RED, "breathless"),
]


def test_a_line_for_each_day_so_far():
    """Also for days of which nothing is known; none for days to come."""
    assert [line.number for line in sheet(EPISODE, RECORDS, date(2026, 11, 24))] == [1, 2, 3, 4, 5]
    assert len(sheet(EPISODE, RECORDS, date(2027, 1, 1))) == EPISODE.length
    assert sheet(EPISODE, [], date(2026, 11, 19)) == []


def test_what_a_line_says():
    """The worst of the day counts; a report out of turn too; silence is neither well nor absent."""
    first, silent, absent, fourth = sheet(EPISODE, RECORDS, date(2026, 11, 23))
    assert (first.signs, first.temperatures) == (("cough", "fever"), (38.2,))
    assert (first.well, first.suspected, first.absent) == (False, True, False)
    assert (silent.well, silent.suspected, silent.absent) == (False, False, False)
    assert (absent.well, absent.suspected, absent.absent) == (False, False, True)
    assert (fourth.well, fourth.suspected, fourth.signs) == (False, True, ("breathless",))


def test_the_figures():
    """Check-ins that were asked and answered, be it to an officer; days with signs, days found absent."""
    lines = sheet(EPISODE, RECORDS, date(2026, 11, 23))
    assert total(lines, RECORDS) == SheetSum(asked=6, answered=4, unwell_days=2, absent_days=1)
