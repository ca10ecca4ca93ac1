"""Where a resident says to be: how far from home, and how far to be believed (domain.md §E3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import asin, cos, isfinite, radians, sin, sqrt

_EARTH_RADIUS_M = 6_371_008.8
_LIVE_EDITS_FOR_A = 3


class Source(StrEnum):
    """How a position was shared, which is what it is worth (channels.md §4.1)."""

    LIVE = "live"
    PIN = "pin"
    MAP = "map"  # in Zalo's chat, where what the phone found and what was picked by hand look alike
    VENUE = "venue"
    FORWARDED = "forwarded"
    INLINE = "inline"  # sent through another bot
    WEB = "web"  # our own page with a one-time link
    TYPED = "typed"  # coordinates pasted as text


class Grade(StrEnum):
    """What a position proves: A a moving live share, B a fresh answer, C anything picked, D nothing."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class Verdict(StrEnum):
    """What a position says about being at home."""

    INSIDE = "inside"
    UNCERTAIN = "uncertain"
    FAR = "far"
    STALE = "stale"
    NONE = "none"
    SEEN = "seen"  # an officer met them at home
    UNSEEN = "unseen"  # an officer spoke to them by telephone


@dataclass(frozen=True, slots=True)
class Fix:
    """One shared position: degrees, accuracy in metres if the messenger gave one, instant in UTC."""

    lat: float
    lng: float
    accuracy_m: float | None
    taken_at: datetime
    source: Source


@dataclass(frozen=True, slots=True)
class LocationRule:
    """The limits of domain.md §E3, in metres; part of a protocol.

    `default_accuracy_m` stands in where none is given (Zalo never does); of any accuracy at most
    `credited_accuracy_m` is added to the limit in the resident's favour.
    """

    limit_m: float = 100.0
    default_accuracy_m: float = 100.0
    slack_m: float = 200.0
    stale_after: timedelta = timedelta(minutes=5)
    uncertain_accuracy_m: float = 200.0
    credited_accuracy_m: float = 100.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict with the figures behind it; metres, None where there was nothing to measure."""

    verdict: Verdict
    distance_m: float | None = None
    accuracy_m: float | None = None


DEFAULT = LocationRule()


def valid_coordinates(lat: float, lng: float) -> bool:
    """Whether this is a place on earth; 0, 0 is what broken devices send, not a place."""
    return isfinite(lat) and isfinite(lng) and abs(lat) <= 90 and abs(lng) <= 180 and (lat, lng) != (0, 0)  # noqa: PLR2004 - degrees of the globe


def distance_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Metres along the globe between two (latitude, longitude) pairs in degrees (haversine)."""
    lat_a, lng_a, lat_b, lng_b = map(radians, (*a, *b))
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lng_b - lng_a) / 2) ** 2
    return 2 * _EARTH_RADIUS_M * asin(min(1.0, sqrt(half)))


def accuracy_of(fix: Fix) -> float | None:
    """The stated accuracy in metres, or None where it is missing, zero, negative or not a number."""
    stated = fix.accuracy_m
    return stated if stated is not None and isfinite(stated) and stated > 0 else None


def grade(
    fix: Fix,
    replied_to_prompt: bool,  # noqa: FBT001 - a fact about the fix, named at every call
    now: datetime,
    *,
    live_edits: int = 0,
    replayed: bool = False,
    rule: LocationRule = DEFAULT,
) -> Grade:
    """How much a position is worth (channels.md §4.2).

    `live_edits` counts the updates of a live share so far; `replayed` says that exactly these coordinates
    came before. D is to be asked for again.
    """
    if replayed or fix.source is Source.FORWARDED or _is_stale(fix, now, rule):
        return Grade.D
    accuracy = accuracy_of(fix)
    if fix.source is Source.LIVE and accuracy is not None:
        exact = accuracy <= rule.default_accuracy_m
        return Grade.A if exact and live_edits >= _LIVE_EDITS_FOR_A else Grade.B
    if fix.source in {Source.PIN, Source.WEB} and replied_to_prompt:
        return Grade.B
    return Grade.C


def judge(
    fix: Fix | None, home: tuple[float, float] | None, now: datetime, rule: LocationRule = DEFAULT
) -> Judgement:
    """Compares a position with the home point that the officer set (domain.md §E3).

    Without a position the verdict is NONE; old or forwarded ones are STALE; without a home point, or with an
    accuracy worse than `uncertain_accuracy_m`, nothing can be said: UNCERTAIN.
    """
    if fix is None or not valid_coordinates(fix.lat, fix.lng):
        return Judgement(Verdict.NONE)
    accuracy = accuracy_of(fix)
    distance = None if home is None else distance_m((fix.lat, fix.lng), home)
    if fix.source is Source.FORWARDED or _is_stale(fix, now, rule):
        return Judgement(Verdict.STALE, distance, accuracy)
    return Judgement(_verdict(distance, accuracy, rule), distance, accuracy)


def _verdict(distance: float | None, accuracy: float | None, rule: LocationRule) -> Verdict:
    believed = rule.default_accuracy_m if accuracy is None else accuracy
    if distance is None or believed > rule.uncertain_accuracy_m:
        return Verdict.UNCERTAIN
    if distance <= rule.limit_m + min(believed, rule.credited_accuracy_m):
        return Verdict.INSIDE
    return Verdict.UNCERTAIN if distance <= rule.limit_m + rule.slack_m else Verdict.FAR


def _is_stale(fix: Fix, now: datetime, rule: LocationRule) -> bool:
    # A device clock ahead of ours by more than that is as little use as one behind.
    return abs(now - fix.taken_at) > rule.stale_after


def worth_storing(
    previous: Judgement | None,
    previous_at: datetime | None,
    new: Judgement,
    now: datetime,
    every: timedelta = timedelta(minutes=1),
) -> bool:
    """Whether an update of a live share is kept: the first, one a minute, or when its verdict changes."""
    if previous is None or previous_at is None or previous.verdict is not new.verdict:
        return True
    return now - previous_at >= every
