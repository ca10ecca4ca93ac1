"""Ladders: who is told of a task, and who next when nobody has taken it (domain.md §E2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from quarantine.days import ZONE, add_day_hours, after_quiet


class Audience(StrEnum):
    """Who stands on a rung."""

    OFFICER = "officer"
    DEPUTY = "deputy"
    DIRECTOR = "director"
    CENTRE = "centre"
    CDC = "cdc"


class Count(StrEnum):
    """From when, and in which hours, the wait before a rung is counted."""

    DAY_HOURS = "day_hours"
    """Hours between 07:00 and 21:00 since the rung before was told."""
    SILENCE = "silence"
    """Hours without contact; what falls due in the quiet hours moves to 07:00."""
    ALWAYS = "always"
    """Hours of day and night since the task was opened: RED never waits."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: whom to tell once `wait` has passed without anybody having taken the task."""

    audience: tuple[Audience, ...]
    wait: timedelta = timedelta(0)
    count: Count = Count.DAY_HOURS
    decide: bool = False
    """The people of this rung are asked for a decision, not for another call."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """All rungs in order and the new deadline that taking the task sets."""

    rungs: tuple[Rung, ...]
    taken_for: timedelta = timedelta(hours=2)
    quiet: bool = True
    """Whether the ladder keeps the quiet hours."""
    repeat: timedelta = timedelta(hours=4)
    """How often the top rung is told again: no task ends in silence."""

    def due(
        self, level: int, *, opened_at: datetime, since: datetime, told_at: datetime, zone: ZoneInfo = ZONE
    ) -> datetime | None:
        """When rung `level` falls due, never before the rung below it was told; none above the top."""
        if level >= len(self.rungs):
            return None
        rung = self.rungs[level]
        if rung.count is Count.ALWAYS:
            return max(told_at, opened_at + rung.wait)
        if rung.count is Count.SILENCE:
            return after_quiet(max(told_at, since + rung.wait), zone)
        return add_day_hours(told_at, rung.wait, zone)

    def again_at(self, told_at: datetime, zone: ZoneInfo = ZONE) -> datetime:
        """When the top rung, told at `told_at`, is told once more."""
        return add_day_hours(told_at, self.repeat, zone) if self.quiet else told_at + self.repeat

    def taken_until(self, now: datetime, zone: ZoneInfo = ZONE) -> datetime:
        """When a task taken now climbs again: take-and-forget is not an end (DESIGN.md §5)."""
        return add_day_hours(now, self.taken_for, zone) if self.quiet else now + self.taken_for

    def retry_at(self, now: datetime, after: timedelta, zone: ZoneInfo = ZONE) -> datetime:
        """When the officer who will try again is reminded."""
        return add_day_hours(now, after, zone) if self.quiet else now + after


OFFICER = Rung((Audience.OFFICER,))
CONTACT_LADDER = Ladder(
    (
        OFFICER,
        Rung((Audience.DEPUTY,), timedelta(hours=2)),
        Rung((Audience.DIRECTOR,), timedelta(hours=1)),
        Rung((Audience.CENTRE,), timedelta(hours=24), Count.SILENCE),
        Rung((Audience.CDC,), timedelta(hours=48), Count.SILENCE, decide=True),
    )
)
FOLLOW_LADDER = Ladder((OFFICER, Rung((Audience.DEPUTY,), timedelta(hours=4)), *CONTACT_LADDER.rungs[2:]))
"""Somebody without a smartphone is to be asked within the window; after it as for anybody who is silent."""
RED_LADDER = Ladder(
    (
        Rung((Audience.OFFICER,), count=Count.ALWAYS),
        Rung((Audience.DIRECTOR,), timedelta(minutes=15), Count.ALWAYS),
        Rung((Audience.CENTRE, Audience.CDC), timedelta(minutes=30), Count.ALWAYS),
    ),
    taken_for=timedelta(minutes=30),
    quiet=False,
    repeat=timedelta(minutes=15),
)
SAME_DAY_LADDER = Ladder(
    (
        OFFICER,
        Rung((Audience.DEPUTY,), timedelta(hours=2)),
        Rung((Audience.DIRECTOR,), timedelta(hours=1)),
        Rung((Audience.CENTRE,), timedelta(hours=4)),
        Rung((Audience.CDC,), timedelta(hours=4)),
    )
)
HANDOVER_LADDER = Ladder(
    (
        OFFICER,
        Rung((Audience.DIRECTOR,), timedelta(hours=10)),
        Rung((Audience.CDC,), timedelta(hours=14)),
    ),
    repeat=timedelta(hours=14),
)
"""The CDC can do nothing of this itself, but it can call the station, or find it staff."""
LINKING_LADDER = Ladder(
    (
        OFFICER,
        Rung((Audience.DIRECTOR,), timedelta(hours=10)),
        Rung((Audience.OFFICER, Audience.DIRECTOR, Audience.CDC), timedelta(hours=14)),
    ),
    repeat=timedelta(hours=14),
)
"""As a handover, but only the station can help somebody connect: it is reminded too, day after day."""
DECISION_LADDER = Ladder(
    (OFFICER, Rung((Audience.DIRECTOR,), timedelta(hours=2)), Rung((Audience.CDC,), timedelta(hours=12)))
)
ABSENT_LADDER = Ladder((Rung((Audience.DIRECTOR, Audience.CDC)),))
"""Somebody was not found at home: at once to the leader in charge (domain.md §A6), for a human decision."""
