"""Leases: what only one process may do at a time, held for a while by database time (DESIGN.md §4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, case, select

from storage.engine import database_now
from storage.spelling import insert_into
from storage.tables import Lease, core
from storage.types import EPOCH

LEASE = core(Lease)


@dataclass(frozen=True, slots=True)
class Held:
    """A lease that we hold; whoever acts under it shows `fence`, which grows with every new holder."""

    name: str
    holder: str
    until: datetime
    fence: int


def take(conn: Connection, name: str, holder: str, length: timedelta) -> Held | None:
    """Take the lease if it is free, has run out or is already ours; None while another holds it.

    `holder` names the process and must be new after each start. The fence stays while the lease goes on and
    grows when it had ended, whoever held it.
    """
    now = database_now(conn)
    goes_on = (LEASE.c.holder == holder) & (LEASE.c.until > now)
    statement = (
        insert_into(conn.dialect.name, LEASE)
        .values(name=name, holder=holder, until=now + length, fence=1)
        .on_conflict_do_update(
            index_elements=["name"],
            set_={
                "holder": holder,
                "until": now + length,
                "fence": case((goes_on, LEASE.c.fence), else_=LEASE.c.fence + 1),
            },
            where=(LEASE.c.holder == holder) | (LEASE.c.until <= now),
        )
        .returning(LEASE.c.fence)
    )
    fence = conn.execute(statement).scalar_one_or_none()
    return None if fence is None else Held(name, holder, now + length, fence)


def renew(conn: Connection, held: Held, length: timedelta) -> Held | None:
    """Hold it longer, also when it ran out but nobody has taken it; None when somebody has."""
    until = database_now(conn) + length
    renewed = conn.execute(LEASE.update().where(*_still(held)).values(until=until))
    return replace(held, until=until) if renewed.rowcount else None


def release(conn: Connection, held: Held) -> None:
    """Let it go at once, for the next to take; nothing happens when another holds it by now."""
    # The row stays, so that the fence never starts again.
    conn.execute(LEASE.update().where(*_still(held)).values(until=EPOCH))


def holds(conn: Connection, held: Held) -> bool:
    """Whether nobody has taken the lease since: to be asked in the transaction that relies on it."""
    row = select(LEASE.c.fence).where(*_still(held)).with_for_update()
    return conn.execute(row).scalar_one_or_none() is not None


def _still(held: Held) -> tuple[ColumnElement[bool], ...]:
    return LEASE.c.name == held.name, LEASE.c.holder == held.holder, LEASE.c.fence == held.fence
