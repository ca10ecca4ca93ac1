"""Windows: how long after somebody's last message a messenger still takes ours, and what may be sent then.

A Zalo Official Account may write to somebody for 7 days after their last message, the first 48 hours of them
for nothing; then only by approved messages. Telegram and the Zalo Bot Platform know no such end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

FREE_FOR = timedelta(hours=48)
"""So long after somebody's last message writing to them costs nothing."""
WARNED_AFTER, OF = 5, 7
"""The part of the window after which it is said to be closing: 5 days of 7."""
MARGIN = timedelta(minutes=5)
"""So long before its end a window counts as closed: nothing is bet on the last minute."""


class Standing(StrEnum):
    """What it takes to write to somebody."""

    FREE = "free"
    PAID = "paid"
    CLOSED = "closed"


def standing(heard_at: datetime | None, window: timedelta | None, now: datetime) -> Standing:
    """How a chat stands that was last heard of at `heard_at`; without a window it is always free."""
    if window is None:
        return Standing.FREE
    if heard_at is None or now >= closes_at(heard_at, window):
        return Standing.CLOSED
    return Standing.FREE if now <= heard_at + FREE_FOR else Standing.PAID


def closing_at(heard_at: datetime, window: timedelta) -> datetime:
    """When a human is to be told that the window will close."""
    return heard_at + window * WARNED_AFTER // OF


def closes_at(heard_at: datetime, window: timedelta) -> datetime:
    """From when on nothing is sent there any more."""
    return heard_at + window - MARGIN


@dataclass(frozen=True, slots=True)
class Approved:
    """An approved message of an account: its name there, and the parameter of our text for each field."""

    name: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far an account reaches: kind of messenger, window, and approved messages by letter key."""

    kind: str = ""
    window: timedelta | None = None
    approved: Mapping[str, Approved] = field(default_factory=dict)


PROMPT = "checkin.prompt"
"""The letter that asks for a check-in."""
APPROVABLE = frozenset({PROMPT, "checkin.remind", "checkin.remind_location"})
"""The letters that may go as approved messages: prompts and reminders, which a reader can act upon."""
Reaches = Mapping[str, Reach]
"""The reach of each account, by its name."""
ANYWHERE = Reach()
"""The reach of an account of which nothing is said: it always may write, and says nothing else."""
NO_LIMITS: Reaches = {}


def approvals(reaches: Reaches) -> list[str]:
    """What may be sent into closed windows: "account key" for each approved message."""
    return [approval(account, key) for account, reach in reaches.items() for key in reach.approved]


def approval(account: str, key: str) -> str:
    """How a letter's key on an account is written in that list."""
    return f"{account} {key}"


def reach_of(reaches: Reaches, account: str) -> Reach:
    """How far the account reaches."""
    return reaches.get(account, ANYWHERE)
