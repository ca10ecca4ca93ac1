"""The inbox: repeats are dropped by (account, native id); a message whose turn failed is kept to try again.

On the happy path a group of messages costs one statement: its rows are inserted as done, without the message,
in the transaction of the turns' effects. Only a failed turn leaves the sealed message behind (DESIGN.md §3).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, bindparam, func, literal_column, select

from storage.bulk import Insert, calls
from storage.queries import Query
from storage.spelling import among, insert_into
from storage.tables import Inbox, core
from storage.trips import together

INBOX = core(Inbox)
_WAITING: ColumnElement[str] = literal_column("'waiting'")  # spelt out for the partial indexes
_ASIDE = "aside:"
_WAITING_BEHIND = Query(
    select(INBOX.c.address).where(INBOX.c.state == _WAITING, among(INBOX.c.address, "digests"))
)
_RECEIVE = Insert(INBOX, conflict="ON CONFLICT (account, native_id) DO NOTHING", returning="id")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that has come in: `address` is the digest of its chat, see lookups.address_digest."""

    id: int
    account: str
    native_id: str
    address: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Failure:
    """A turn that raised; `raw` is the sealed message, or None when the row has kept it from before.

    `error` is the plain class name of what was raised, never its text: that may hold what the person wrote.
    """

    id: int
    error: str
    next_try_at: datetime
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message whose turn is to be tried again, the oldest of its chat."""

    id: int
    account: str
    native_id: str
    address: bytes | None
    raw: bytes
    tries: int
    received_at: datetime


def receive(conn: Connection, arrivals: Sequence[Arrival]) -> list[bool]:
    """Note the messages as done; for each, whether it is new. A repeat, also within the group, is not."""
    rows = [{name: getattr(arrival, name) for name in Arrival.__slots__} for arrival in arrivals]
    fresh = {row[0] for found in together(conn, calls(conn, _RECEIVE, rows)) for row in found.rows}
    return [arrival.id in fresh for arrival in arrivals]


def set_aside(conn: Connection, arrival: Arrival, raw: bytes, next_try_at: datetime) -> None:
    """Keep a message whose turn is too slow to be waited for, beside whatever the turn writes.

    The turn may hold the message's own key in an open transaction, so it lies here under another one until
    `take_in` gives it its own, or lets it go because the turn went through after all.
    """
    row = {
        "id": arrival.id,
        "account": arrival.account,
        "native_id": _ASIDE + arrival.native_id,
        "address": arrival.address,
        "raw": raw,
        "state": "waiting",
        "received_at": arrival.received_at,
        "next_try_at": next_try_at,
    }
    insert = insert_into(conn.dialect.name, INBOX).values(row)
    conn.execute(insert.on_conflict_do_nothing(index_elements=["account", "native_id"]))


def take_in(conn: Connection, kept: Waiting) -> bool:
    """Whether a message is still to be taken; one set aside gets its own key, or goes when that is there.

    Raises the database's error while the turn that it was set aside from is still at it.
    """
    if not kept.native_id.startswith(_ASIDE):
        return True
    own = kept.native_id.removeprefix(_ASIDE)
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql("SET LOCAL lock_timeout = '500ms'")  # the key may be another transaction's
    known = select(INBOX.c.id).where(INBOX.c.account == kept.account, INBOX.c.native_id == own).exists()
    mine = INBOX.c.id == kept.id
    taken = conn.execute(INBOX.update().where(mine, ~known).values(native_id=own)).rowcount
    if not taken:
        conn.execute(INBOX.delete().where(mine))
    return bool(taken)


def waiting_addresses(conn: Connection, digests: Collection[bytes]) -> set[bytes]:
    """Which of these chats have an earlier message waiting: their later ones are to be held, not run."""
    if not digests:
        return set()
    return set(_WAITING_BEHIND.scalars(conn, digests=list(digests)))


def hold(conn: Connection, messages: Iterable[tuple[int, bytes, bytes]], now: datetime) -> None:
    """Keep messages that came behind a waiting one: (id, sealed message, digest of the waiting one)."""
    rows = [{"of": of, "sealed": raw, "behind": behind} for of, raw, behind in messages]
    if rows:
        held = INBOX.update().where(INBOX.c.id == bindparam("of"))
        conn.execute(
            held.values(
                state="waiting", raw=bindparam("sealed"), address=bindparam("behind"), next_try_at=now
            ),
            rows,
        )


def fail(conn: Connection, failures: Iterable[Failure]) -> None:
    """Keep the messages of turns that raised and count the try; also for one that was parked or done."""
    rows = [
        {"of": failed.id, "why": failed.error, "at": failed.next_try_at, "sealed": failed.raw}
        for failed in failures
    ]
    if rows:
        conn.execute(
            INBOX.update()
            .where(INBOX.c.id == bindparam("of"))
            .values(
                state="waiting",
                raw=func.coalesce(bindparam("sealed", type_=INBOX.c.raw.type), INBOX.c.raw),
                tries=INBOX.c.tries + 1,
                error=bindparam("why"),
                next_try_at=bindparam("at"),
            ),
            rows,
        )


def put_off(conn: Connection, row: int, until: datetime) -> None:
    """Leave a waiting message until later, without counting a try."""
    conn.execute(INBOX.update().where(INBOX.c.id == row).values(next_try_at=until))


def done(conn: Connection, ids: Collection[int]) -> None:
    """The turns of these messages went through at last; what was kept of them is cleared."""
    if ids:
        conn.execute(
            INBOX.update()
            .where(INBOX.c.id.in_(list(ids)))
            .values(state="done", raw=None, next_try_at=None, error=None)
        )


def park(conn: Connection, ids: Collection[int]) -> None:
    """Give up on these messages: the operator is told, later ones of the chat go on, the message is kept."""
    if ids:
        conn.execute(INBOX.update().where(INBOX.c.id.in_(list(ids))).values(state="parked", next_try_at=None))


def due(conn: Connection, now: datetime, limit: int) -> list[Waiting]:
    """Waiting messages whose time has come, each the oldest of its chat, oldest first.

    On PostgreSQL the rows are locked until the end of the transaction; those of another process are skipped.
    """
    earlier = INBOX.alias("earlier")
    overtaken = (
        select(earlier.c.id)
        .where(
            earlier.c.state == _WAITING,
            earlier.c.address == INBOX.c.address,
            (earlier.c.received_at < INBOX.c.received_at)
            | ((earlier.c.received_at == INBOX.c.received_at) & (earlier.c.id < INBOX.c.id)),
        )
        .exists()
    )
    ready = (
        select(
            INBOX.c.id,
            INBOX.c.account,
            INBOX.c.native_id,
            INBOX.c.address,
            INBOX.c.raw,
            INBOX.c.tries,
            INBOX.c.received_at,
        )
        .where(INBOX.c.state == _WAITING, INBOX.c.next_try_at <= now, ~overtaken)
        .order_by(INBOX.c.received_at, INBOX.c.id)
        .limit(limit)
        .with_for_update(of=INBOX, skip_locked=True)
    )
    return [Waiting(*row) for row in conn.execute(ready)]


def take_up(conn: Connection, ids: Collection[int], now: datetime) -> set[int]:
    """Which of these kept messages still wait and are due, locked until the end of the transaction.

    Between `due` and the turn another process may have taken them.
    """
    if not ids:
        return set()
    still = select(INBOX.c.id).where(
        INBOX.c.id.in_(list(ids)), INBOX.c.state == _WAITING, INBOX.c.next_try_at <= now
    )
    return set(conn.execute(still.order_by(INBOX.c.id).with_for_update()).scalars())


def forget(conn: Connection, before: int, limit: int) -> int:
    """Delete at most `limit` done messages whose ids, which grow with time, are below `before`; how many.

    No messenger repeats a message after so long. What waits or was parked stays, whatever its age.
    """
    old = select(INBOX.c.id).where(INBOX.c.id < before, INBOX.c.state == "done").order_by(INBOX.c.id)
    return conn.execute(INBOX.delete().where(INBOX.c.id.in_(old.limit(limit)))).rowcount
