"""The people Cachly knows, the episodes they are in, the units and postings that look after them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Sex(StrEnum):
    """Sex as the list of the CDC gives it."""

    MALE = "m"
    FEMALE = "f"


@dataclass(frozen=True, slots=True)
class Person:
    """A human we know; everything but id, language and version is sealed at rest."""

    id: int
    name: str
    phone: str | None = None
    birth_year: int | None = None
    sex: Sex | None = None
    identity: str | None = None
    language: str = "vi"
    version: int = 0

    def age(self, on: date) -> int | None:
        """Age in years by year of birth, which is all that lists reliably hold."""
        return None if self.birth_year is None else on.year - self.birth_year


class Reason(StrEnum):
    """Why the quarantine was ordered, in the words of the lists."""

    CASE = "f0"
    CONTACT = "f1"
    SECOND_CONTACT = "f2"
    RETURN = "return"


class EpisodeState(StrEnum):
    """The life of an episode (DESIGN.md §8)."""

    STAGED = "staged"
    """Put down by a list that is still being brought in; nobody sees it (quarantine/batches.py)."""
    NOTIFIED = "notified"
    VERIFIED = "verified"
    GUIDED = "guided"
    LINKED = "linked"
    MONITORING = "monitoring"
    PAUSED = "paused"
    COMPLETED = "completed"
    NOT_FOUND = "not_found"
    NOT_A_SUBJECT = "not_a_subject"
    DUPLICATE = "duplicate"
    ELSEWHERE = "elsewhere"
    BECAME_CASE = "became_case"
    CANCELLED = "cancelled"


OPEN_STATES = frozenset(
    {
        EpisodeState.NOTIFIED,
        EpisodeState.VERIFIED,
        EpisodeState.GUIDED,
        EpisodeState.LINKED,
        EpisodeState.MONITORING,
        EpisodeState.PAUSED,
    }
)
AT_HOME = frozenset(
    {EpisodeState.VERIFIED, EpisodeState.GUIDED, EpisodeState.LINKED, EpisodeState.MONITORING}
)
"""States of somebody who is known to be at home; a code may bind a chat in these alone (DESIGN.md §8)."""
FOLLOWED = AT_HOME | {EpisodeState.PAUSED}
"""States of somebody whom the commune has verified and looks after, in hospital too."""
NOT_LINKED = (EpisodeState.VERIFIED, EpisodeState.GUIDED)
LINKED = (EpisodeState.LINKED, EpisodeState.MONITORING)


@dataclass(frozen=True, slots=True)
class Home:
    """Where the episode is spent: the dwelling in words and, once an officer has set it, its position."""

    address: str
    lat: float | None = None
    lng: float | None = None

    @property
    def position(self) -> tuple[float, float] | None:
        """Latitude and longitude in degrees, or nothing while no officer has set them."""
        return None if self.lat is None or self.lng is None else (self.lat, self.lng)


@dataclass(frozen=True, slots=True)
class Episode:
    """One quarantine of one person (DESIGN.md §2); days are local and inclusive."""

    id: int
    person_id: int
    responder_id: int
    unit_id: int
    order_number: str
    reason: Reason
    first_day: date
    last_day: date
    state: EpisodeState
    protocol: str
    home: Home
    created_by: int | None = None
    next_at: datetime | None = None
    version: int = 0
    by_staff: bool = False
    """Followed by telephone or visit instead of a chat: officers ask, and enter what they hear."""

    def day_number(self, day: date) -> int:
        """Which day of the episode it is, counted from 1 on the first day of the order, and 1 before it."""
        return max(1, (day - self.first_day).days + 1)

    @property
    def length(self) -> int:
        """Days in the episode, both ends included."""
        return (self.last_day - self.first_day).days + 1


class UnitKind(StrEnum):
    """Kinds of health unit (DESIGN.md §2); support is not command (domain.md §D2)."""

    CDC = "cdc"
    CENTRE = "centre"
    STATION = "station"
    POINT = "point"


@dataclass(frozen=True, slots=True)
class Unit:
    """A health unit: `name` is the place it serves ("Phường Ngọc Hà"); its title is made in titles.py.

    It exists from `valid_from` to `valid_to`, its last day; None where that is not known, or has no end.
    """

    id: int
    code: str
    kind: UnitKind
    name: str
    province: str
    parent_id: int | None = None
    hotline: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def ended(self, day: date) -> bool:
        """Whether its last day is over on that day."""
        return self.valid_to is not None and self.valid_to < day


class Role(StrEnum):
    """What a posting lets an officer do (quarantine/access.py)."""

    CDC_ADMIN = "cdc_admin"
    CDC_CLERK = "cdc_clerk"
    CENTRE = "centre"
    DIRECTOR = "director"
    OFFICER = "officer"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True)
class Posting:
    """A person's role at a unit; `deputy` is asked when the officer on duty has not taken a task."""

    id: int
    person_id: int
    unit_id: int
    role: Role
    on_duty: bool = True
    deputy: bool = False


@dataclass(frozen=True, slots=True)
class Absence:
    """Local days, both inclusive, on which a member of staff works at none of their postings."""

    id: int
    person_id: int
    first_day: date
    last_day: date

    def covers(self, day: date) -> bool:
        """Whether the person is away on that day."""
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True, slots=True)
class Officer:
    """A person seen through one of their postings, as ladders and cards need them; `absent` today or not."""

    person: Person
    posting: Posting
    absent: bool = False
