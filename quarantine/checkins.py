"""Check-ins: one slot of one day of one episode, and what becomes of it as time passes (DESIGN.md §5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum


class Stage(StrEnum):
    """Where a check-in stands; silence is OVERDUE, only an officer's check makes it ABSENT.

    STAFF is for an officer to ask about; NOT_ASKED when none has: the station's miss, never the resident's.
    """

    WAITING = "waiting"
    PROMPTED = "prompted"
    DONE = "done"
    OVERDUE = "overdue"
    LATE = "late"
    SYSTEM_ERROR = "system_error"
    UNREACHABLE = "unreachable"
    CONTACTED = "contacted"
    ABSENT = "absent"
    STAFF = "staff"
    NOT_ASKED = "not_asked"


ANSWERABLE = frozenset(
    {
        Stage.WAITING,
        Stage.PROMPTED,
        Stage.OVERDUE,
        Stage.SYSTEM_ERROR,
        Stage.UNREACHABLE,
        Stage.STAFF,
        Stage.NOT_ASKED,
    }
)
"""Stages in which an answer is still welcome: a late answer is kept, as late (domain.md §E2)."""


LEAST_TIME = timedelta(hours=1)
"""With less than this left of a window nobody new is asked in it."""


class Act(StrEnum):
    """What a due check-in asks for."""

    REMIND = "remind"
    OVERDUE = "overdue"
    NO_LOCATION = "no_location"
    SYSTEM_ERROR = "system_error"
    FOLLOW = "follow"


@dataclass(frozen=True, slots=True)
class Checkin:
    """One check-in; `reported` says that the symptoms are known and only the location is missing."""

    id: int
    episode_id: int
    responder_id: int
    unit_id: int
    prompt_id: int
    day: date
    slot: str
    stage: Stage
    closes_at: datetime
    next_at: datetime | None
    delivered_at: datetime | None = None
    reminded: int = 0
    reported: bool = False
    version: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """What a due check-in becomes, and what is to be done about it."""

    checkin: Checkin
    act: Act | None


def delivered(checkin: Checkin, when: datetime, reminders: tuple[timedelta, ...]) -> Checkin:
    """The check-in once its prompt has reached the phone: reminders count from here."""
    asked_anew = checkin.stage is Stage.PROMPTED and checkin.delivered_at is None
    if checkin.stage is not Stage.WAITING and not asked_anew:
        return checkin
    seen = replace(checkin, stage=Stage.PROMPTED, delivered_at=when)
    return replace(seen, next_at=_next_at(seen, reminders))


def advance(checkin: Checkin, now: datetime, reminders: tuple[timedelta, ...]) -> Move:
    """Take a due check-in one step on.

    However late the tick, at most one reminder is sent for it, and the window ends when it ends: any
    pattern of ticks reaches the state that punctual ones reach.
    """
    if checkin.next_at is None or now < checkin.next_at:
        return Move(checkin, None)
    if checkin.stage is Stage.WAITING:
        return Move(replace(checkin, stage=Stage.SYSTEM_ERROR, next_at=None), Act.SYSTEM_ERROR)
    if checkin.stage is not Stage.PROMPTED:
        by_staff = checkin.stage is Stage.STAFF and not checkin.reported
        return _for_staff(checkin, checkin.next_at, now) if by_staff else _settle(checkin)
    if now >= checkin.closes_at:
        if checkin.reported:
            return Move(replace(checkin, stage=Stage.DONE, next_at=None), Act.NO_LOCATION)
        return Move(replace(checkin, stage=Stage.OVERDUE, next_at=None), Act.OVERDUE)
    start = checkin.delivered_at or now
    due = sum(1 for wait in reminders if start + wait <= now)
    moved = replace(checkin, reminded=max(due, checkin.reminded))
    moved = replace(moved, next_at=_next_at(moved, reminders))
    return Move(moved, Act.REMIND if due > checkin.reminded else None)


def _settle(checkin: Checkin) -> Move:
    """A late answer has waited long enough for its location; nothing else is left to wait for."""
    waits = checkin.reported and checkin.stage in ANSWERABLE
    settled = answered(checkin) if waits else replace(checkin, next_at=None)
    return Move(settled, Act.NO_LOCATION if waits else None)


def _for_staff(checkin: Checkin, due: datetime, now: datetime) -> Move:
    """An officer is told at the opening, however late; what they have not asked by the end is theirs."""
    over = now >= checkin.closes_at
    stage, next_at = (Stage.NOT_ASKED, None) if over else (Stage.STAFF, checkin.closes_at)
    return Move(
        replace(checkin, stage=stage, next_at=next_at), Act.FOLLOW if due < checkin.closes_at else None
    )


def for_staff(checkin: Checkin, now: datetime) -> Checkin:
    """The check-in of somebody who is no longer asked in a chat: an officer asks, from now on."""
    if checkin.stage not in {Stage.WAITING, Stage.PROMPTED} or checkin.reported or now >= checkin.closes_at:
        return checkin
    return replace(checkin, stage=Stage.STAFF, next_at=now)


def for_chat(checkin: Checkin, now: datetime) -> Checkin:
    """The check-in of somebody who has just been linked: asked here, unless its window is all but over."""
    if checkin.stage is not Stage.STAFF or now >= checkin.closes_at - LEAST_TIME:
        return checkin
    return replace(checkin, stage=Stage.PROMPTED, delivered_at=now, next_at=checkin.closes_at)


def answered(checkin: Checkin) -> Checkin:
    """The check-in once symptoms and location are known, or the location is known not to come."""
    stage = Stage.LATE if checkin.stage is Stage.OVERDUE else Stage.DONE
    return replace(checkin, stage=stage, reported=True, next_at=None)


def _next_at(checkin: Checkin, reminders: tuple[timedelta, ...]) -> datetime:
    waits = reminders[checkin.reminded :]
    if not waits or checkin.delivered_at is None:
        return checkin.closes_at
    return min(checkin.delivered_at + waits[0], checkin.closes_at)
