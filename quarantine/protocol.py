"""Protocols: dated, versioned data that say how long, how often, and who is told when (DESIGN.md §2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from quarantine.days import QUIET_TO, ZONE, at, local_day
from quarantine.ladder import (
    ABSENT_LADDER,
    CONTACT_LADDER,
    DECISION_LADDER,
    FOLLOW_LADDER,
    HANDOVER_LADDER,
    LINKING_LADDER,
    RED_LADDER,
    SAME_DAY_LADDER,
    Ladder,
)
from quarantine.location import LocationRule
from quarantine.people import Episode
from quarantine.tasks import TaskKind
from quarantine.triage import Thresholds


@dataclass(frozen=True, slots=True)
class Slot:
    """One check-in of each day: its local hour and how long its window stays open."""

    name: str
    opens: time
    window: timedelta = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Opening:
    """A slot on a day: when it opens, when its window ends, when a prompt still makes sense."""

    day: date
    slot: Slot
    opens_at: datetime
    closes_at: datetime

    @property
    def prompt_until(self) -> datetime:
        """After this a prompt that never left makes the slot a system fault, not a miss (DESIGN.md §5)."""
        return self.closes_at - timedelta(hours=1)


@dataclass(frozen=True)
class Protocol:
    """One version of the rules of follow-up; `code` is stored with each episode."""

    code: str
    valid_from: date
    source: str
    days: int
    slots: tuple[Slot, ...]
    reminders: tuple[timedelta, ...] = (timedelta(hours=1), timedelta(hours=2))
    thresholds: Thresholds = field(default_factory=Thresholds)
    location: LocationRule = field(default_factory=LocationRule)
    ladders: dict[TaskKind, Ladder] = field(default_factory=dict)

    def slot(self, name: str) -> Slot:
        """The slot of that name; a KeyError names a slot that this version never had."""
        for slot in self.slots:
            if slot.name == name:
                return slot
        raise KeyError(name)

    def opening(self, day: date, slot: Slot, zone: ZoneInfo = ZONE) -> Opening:
        """The slot on that local day."""
        opens_at = at(day, slot.opens, zone)
        return Opening(day, slot, opens_at, opens_at + slot.window)

    def opening_at(self, instant: datetime, zone: ZoneInfo = ZONE) -> Opening:
        """The opening whose hour is exactly this instant, as `next_at` of an episode holds it."""
        return self.first_opening(instant, zone)

    def first_opening(self, since: datetime, zone: ZoneInfo = ZONE) -> Opening:
        """The first opening at or after an instant."""
        day = local_day(since, zone)
        while True:
            for slot in self.slots:
                found = self.opening(day, slot, zone)
                if found.opens_at >= since:
                    return found
            day += timedelta(days=1)

    def next_opening(self, after: datetime, zone: ZoneInfo = ZONE) -> Opening:
        """The first opening strictly after an instant."""
        return self.first_opening(after + timedelta(microseconds=1), zone)

    def last_day(self, first_day: date) -> date:
        """The last day of an episode that starts on `first_day`, both included."""
        return first_day + timedelta(days=self.days - 1)


def ends_at(last_day: date, zone: ZoneInfo = ZONE) -> datetime:
    """When an episode is closed or put before a human: 07:00 of the morning after its last day."""
    return at(last_day + timedelta(days=1), QUIET_TO, zone)


def next_of(protocol: Protocol, episode: Episode, after: datetime, zone: ZoneInfo = ZONE) -> Opening | None:
    """The first opening after an instant within the days of the episode; None when all are over."""
    opening = protocol.next_opening(max(after, at(episode.first_day, time.min, zone)), zone)
    return opening if opening.day <= episode.last_day else None


def next_at(protocol: Protocol, episode: Episode, after: datetime, zone: ZoneInfo = ZONE) -> datetime:
    """An episode's next due moment: its next opening, else its end."""
    opening = next_of(protocol, episode, after, zone)
    return opening.opens_at if opening else ends_at(episode.last_day, zone)


HOME_14 = Protocol(
    code="home-14/1",
    valid_from=date(2020, 3, 12),
    source="QĐ 879/QĐ-BYT (12/03/2020): 14 days at home; twice a day as QĐ 261/QĐ-BYT",
    days=14,
    slots=(Slot("morning", time(7, 30)), Slot("afternoon", time(16, 30))),
    ladders={
        TaskKind.CONTACT: CONTACT_LADDER,
        TaskKind.UNREACHABLE: CONTACT_LADDER,
        TaskKind.RED: RED_LADDER,
        TaskKind.AMBER: SAME_DAY_LADDER,
        TaskKind.LOCATION: SAME_DAY_LADDER,
        TaskKind.HELP: SAME_DAY_LADDER,
        TaskKind.VERIFY: HANDOVER_LADDER,
        TaskKind.LINK: LINKING_LADDER,
        TaskKind.HOME: HANDOVER_LADDER,
        TaskKind.DECIDE: DECISION_LADDER,
        TaskKind.ABSENT: ABSENT_LADDER,
        TaskKind.TRANSFER: HANDOVER_LADDER,
        TaskKind.FOLLOW: FOLLOW_LADDER,
    },
)
PROTOCOLS = {HOME_14.code: HOME_14}
DEFAULT_PROTOCOL = HOME_14.code


def protocol(code: str) -> Protocol:
    """The protocol version stored with an episode."""
    return PROTOCOLS[code]
