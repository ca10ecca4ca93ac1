"""Days and hours: the one place where an instant becomes a local day, an hour of the day, or a quiet hour."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
QUIET_FROM = time(21, 0)
QUIET_TO = time(7, 0)
"""No routine message and no ladder step between these local hours (domain.md §E2)."""


def local(instant: datetime, zone: ZoneInfo = ZONE) -> datetime:
    """The wall time that a person in the unit's zone reads at this instant."""
    return instant.astimezone(zone)


def local_day(instant: datetime, zone: ZoneInfo = ZONE) -> date:
    """The local calendar day of an instant."""
    return local(instant, zone).date()


def at(day: date, hour: time, zone: ZoneInfo = ZONE) -> datetime:
    """The instant (UTC) at which the local clock shows this day and hour."""
    return datetime.combine(day, hour, tzinfo=zone).astimezone(UTC)


def is_quiet(instant: datetime, zone: ZoneInfo = ZONE) -> bool:
    """Whether the instant lies in the quiet hours, 21:00 inclusive to 07:00 exclusive."""
    hour = local(instant, zone).time()
    return hour >= QUIET_FROM or hour < QUIET_TO


def after_quiet(instant: datetime, zone: ZoneInfo = ZONE) -> datetime:
    """The instant itself, or the 07:00 that ends the quiet hours it lies in."""
    if not is_quiet(instant, zone):
        return instant
    here = local(instant, zone)
    day = here.date() + timedelta(days=1) if here.time() >= QUIET_FROM else here.date()
    return at(day, QUIET_TO, zone)


def add_day_hours(instant: datetime, span: timedelta, zone: ZoneInfo = ZONE) -> datetime:
    """The instant at which `span` of day hours (07:00 to 21:00) has passed since `instant`."""
    start = after_quiet(instant, zone)
    while True:
        night = at(local_day(start, zone), QUIET_FROM, zone)
        if start + span < night:
            return start + span
        span -= night - start
        start = after_quiet(night, zone)
