"""The bot of a token as its operator sees it: who it is, whether events come in, and what its plan allows."""

from __future__ import annotations

from typing import Final, TypeVar

import msgspec
from msgspec import Raw, Struct

from quarantine.channel import CallFailedError, Finding
from quarantine.messages import AccountDown

CREDENTIALS: Final = "Is its token whole and not revoked, and is its API's address reachable from here?"
ELSEWHERE: Final = "Not as CACHLY_PUBLIC_URL says; `cachly run` sets it when it starts."
PLANS: Final = {"BASIC": "at most 50 people and 3,000 messages a month"}
"""What the platform allows by type of account: channels.md §2. It does not tell how much of it is used."""

_NOT_UNDERSTOOD: Final = AccountDown("the server's answer is not that of the Zalo Bot Platform")

T = TypeVar("T")


class Me(Struct):
    """The bot behind the token."""

    id: str | int
    account_name: str = ""
    account_type: str = ""


class Hook(Struct):
    """Where Zalo pushes events to; "" for nowhere."""

    url: str = ""


class Sent(Struct):
    """A message that Zalo has taken."""

    message_id: str | int = ""


def read(result: Raw, shape: type[T]) -> T:
    """The result of a call; raises CallFailedError where it is none."""
    try:
        return msgspec.json.decode(result, type=shape)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise CallFailedError(_NOT_UNDERSTOOD) from None


def known(me: Me | None, failure: str = "") -> Finding:
    """Whether Zalo knows the token."""
    return Finding("bot", failure, CREDENTIALS) if me is None else Finding("bot", me.account_name)


def ways_in(hook: Hook, wanted: str) -> Finding:
    """Whether events come in the way that they should: at the address `wanted`, or "" by polling."""
    found = "webhook set" if hook.url else "polling"
    return Finding("messages", found, "" if hook.url == wanted else ELSEWHERE)


def plan(me: Me) -> Finding:
    """How many people and messages the plan of the bot allows: a note, nothing wrong."""
    return Finding(
        "plan", f"{me.account_type or 'unknown'}: {PLANS.get(me.account_type, 'limits not known')}"
    )
