"""The bot of a token as its operator sees it: who it is, and whether updates come in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from quarantine.channel import Finding

LINK: Final = "https://t.me/{username}?start={{code}}"
CREDENTIALS: Final = "Is its token whole and not revoked, and is its API's address reachable from here?"
UNREACHED: Final = "Is the address reachable from outside, its certificate good, and does `cachly run` run?"
ELSEWHERE: Final = "Not as CACHLY_PUBLIC_URL says; `cachly run` sets it when it starts."


@dataclass(frozen=True, slots=True)
class Me:
    """The bot behind the token."""

    id: str
    username: str
    name: str


@dataclass(frozen=True, slots=True)
class Hook:
    """The webhook as Telegram sees it: "" for none, how many updates wait, and its last complaint."""

    url: str
    waiting: int
    complaint: str
    complained_at: datetime | None


def known(me: Me | None, failure: str = "") -> Finding:
    """Whether Telegram knows the token."""
    return Finding("bot", failure, CREDENTIALS) if me is None else Finding("bot", f"@{me.username}")


def ways_in(hook: Hook, wanted: str) -> Finding:
    """Whether updates come in the way that they should: at the address `wanted`, or "" by polling."""
    found = f"{'webhook set' if hook.url else 'polling'}, {hook.waiting} updates wait"
    if hook.url != wanted:
        return Finding("messages", found, ELSEWHERE)
    if hook.complaint and hook.waiting:
        return Finding("messages", found, f"Telegram cannot deliver: {hook.complaint}.\n{UNREACHED}")
    return Finding("messages", found)
