"""Standings: how many of an account's chats may be written to, for the operator."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from quarantine.windows import Standing, closing_at, standing
from storage.tables import Address, core

_ADDRESS = core(Address)


@dataclass(frozen=True, slots=True)
class Standings:
    """Chats that speak for somebody, by what it takes to write there; `closing` are those told to be so."""

    free: int
    paid: int
    closed: int
    closing: int


def standings(conn: Connection, account: str, window: timedelta, now: datetime) -> Standings:
    """How the chats of an account with a window stand; what its messenger called closed is closed."""
    chats = conn.execute(
        select(_ADDRESS.c.last_inbound_at, _ADDRESS.c.open_until).where(
            _ADDRESS.c.account == account, _ADDRESS.c.person_id.is_not(None), _ADDRESS.c.reachable
        )
    )
    counts: Counter[Standing] = Counter()
    closing = 0
    for heard_at, open_until in chats:
        shut = open_until is not None and open_until <= now
        stands = Standing.CLOSED if shut else standing(heard_at, window, now)
        counts[stands] += 1
        closing += heard_at is not None and stands is Standing.PAID and now >= closing_at(heard_at, window)
    return Standings(counts[Standing.FREE], counts[Standing.PAID], counts[Standing.CLOSED], closing)
