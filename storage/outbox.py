"""The outbox: letters are claimed under a lease, sent, and what became of them is recorded (DESIGN.md §4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, select

from storage import tables
from storage.outbox_claims import EXPIRED, UNREADABLE, UNSENT, VOID, Claimed, Claims, Dropped, claim, reread
from storage.outbox_records import Recorded, Result, hold, hurry, put_off, record, settle, unsettled
from storage.tables import core
from storage.types import Instant

__all__ = [
    "EXPIRED",
    "UNREADABLE",
    "VOID",
    "Claimed",
    "Claims",
    "Counts",
    "Dropped",
    "Recorded",
    "Result",
    "claim",
    "counts",
    "hold",
    "hurry",
    "next_due",
    "put_off",
    "record",
    "reread",
    "settle",
    "unsettled",
]

_LETTER = core(tables.Letter)


@dataclass(frozen=True, slots=True)
class Counts:
    """Letters due now, planned for later and in flight, and since when the oldest is due."""

    due: int
    planned: int
    claimed: int
    oldest_due_at: datetime | None


def counts(conn: Connection, now: datetime) -> Counts:
    """How the outbox stands at a domain instant, for /healthz and `cachly doctor`."""
    waits, due = _LETTER.c.status == "due", _LETTER.c.due_at <= now
    row = conn.execute(
        select(
            func.count(case((waits & due, 1))),
            func.count(case((waits & ~due, 1))),
            func.count(case((~waits, 1))),
            func.min(case((waits & due, _LETTER.c.due_at)), type_=Instant()),
        ).where(UNSENT)
    ).one()
    return Counts(*row)


def next_due(conn: Connection, after: datetime) -> datetime | None:
    """When the next letter that is planned for later than `after` may go, if any."""
    planned = select(func.min(_LETTER.c.due_at, type_=Instant())).where(UNSENT, _LETTER.c.due_at > after)
    moment: datetime | None = conn.execute(planned).scalar_one()
    return moment
