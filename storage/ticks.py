"""What the clock has made due among check-ins, tasks and chats, claimed a chunk at a time (DESIGN.md §5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Integer, bindparam, func, select, union_all

from quarantine.checkins import Checkin
from quarantine.store import Chat
from quarantine.tasks import Task
from storage import records, tables
from storage.sealing import Keyring
from storage.spelling import among
from storage.tables import core
from storage.types import Instant

_CHECKIN, _TASK = core(tables.Checkin), core(tables.Task)
_EPISODE, _ADDRESS = core(tables.Episode), core(tables.Address)
_WATCH = core(tables.UnitWatch)
_NOW = bindparam("now", type_=Instant())
_LIMIT = bindparam("limit", type_=Integer())
_SAMPLE = 2000
"""So many of the oldest due check-ins are looked at to choose the units that are taken next."""

_OLDEST = (
    select(_CHECKIN.c.unit_id, _CHECKIN.c.next_at)
    .where(_CHECKIN.c.next_at <= _NOW)
    .order_by(_CHECKIN.c.next_at)
    .limit(_SAMPLE)
    .subquery()
)
_UNITS = (
    select(_OLDEST.c.unit_id)
    .group_by(_OLDEST.c.unit_id)
    .order_by(func.min(_OLDEST.c.next_at), _OLDEST.c.unit_id)
    .limit(_LIMIT)
)
_CHECKINS = (
    select(_CHECKIN)
    .where(_CHECKIN.c.next_at <= _NOW, among(_CHECKIN.c.unit_id))
    .with_for_update(skip_locked=True)
)
_TASKS = (
    select(_TASK)
    .where(_TASK.c.next_at <= _NOW)
    .order_by(_TASK.c.next_at)
    .limit(_LIMIT)
    .with_for_update(skip_locked=True)
)


_CHATS = (
    select(_ADDRESS)
    .where(_ADDRESS.c.next_at <= _NOW)
    .order_by(_ADDRESS.c.next_at)
    .limit(_LIMIT)
    .with_for_update(skip_locked=True)
)


def due_checkins(conn: Connection, now: datetime, units_limit: int) -> list[tuple[int, list[Checkin]]]:
    """All due check-ins of at most so many units, the longest due unit first.

    A unit comes whole, so that its officers get one digest. On PostgreSQL the rows are locked, and what
    another sweep holds is left to it.
    """
    units = list(conn.execute(_UNITS, {"now": now, "limit": units_limit}).scalars())
    if not units:
        return []
    found: dict[int, list[Checkin]] = defaultdict(list)
    # Sorted here: asked for them in the order of their ids, SQLite would walk through the whole history.
    for row in sorted(conn.execute(_CHECKINS, {"now": now, "ids": units}), key=lambda row: row.id):
        found[row.unit_id].append(records.checkin(row))
    return [(unit, found[unit]) for unit in units if unit in found]


def due_tasks(conn: Connection, keyring: Keyring, now: datetime, limit: int) -> list[Task]:
    """Tasks that climb or whose deadline has passed, the longest due first; locked on PostgreSQL."""
    return [records.task(keyring, row) for row in conn.execute(_TASKS, {"now": now, "limit": limit})]


def due_chats(conn: Connection, now: datetime, limit: int) -> list[Chat]:
    """Chats whose window is closing or has closed, the longest due first; locked on PostgreSQL."""
    return [records.chat(row) for row in conn.execute(_CHATS, {"now": now, "limit": limit})]


_UNITS_DUE = select(_WATCH.c.unit_id).where(_WATCH.c.next_at <= _NOW).distinct().limit(_LIMIT)
_LOOKED = _WATCH.delete().where(among(_WATCH.c.unit_id), _WATCH.c.next_at <= _NOW).returning(_WATCH.c.unit_id)


def due_units(conn: Connection, now: datetime, limit: int) -> list[int]:
    """Units that are to be looked at now; with that they are looked at, unless the caller rolls back.

    Two sweeps may have the same unit: the second waits for the first one's rows, and finds them gone.
    """
    found = list(conn.execute(_UNITS_DUE, {"now": now, "limit": limit}).scalars())
    if not found:
        return []
    return sorted(set(conn.execute(_LOOKED, {"now": now, "ids": found}).scalars()))


def postpone_units(conn: Connection, unit_ids: Sequence[int], at: datetime) -> None:
    """Look at these units at `at`, because a fault kept them from being decided now."""
    conn.execute(_WATCH.insert(), [{"unit_id": one, "next_at": at} for one in unit_ids])


_AT = bindparam("at", type_=Instant())
_LATER_CHECKINS = (
    _CHECKIN.update()
    .where(among(_CHECKIN.c.id), _CHECKIN.c.next_at.is_not(None))
    .values(next_at=_AT, version=_CHECKIN.c.version + 1)
)
_LATER_TASKS = (
    _TASK.update()
    .where(among(_TASK.c.id), _TASK.c.next_at.is_not(None))
    .values(next_at=_AT, version=_TASK.c.version + 1)
)

_LATER_CHATS = (
    _ADDRESS.update().where(among(_ADDRESS.c.id), _ADDRESS.c.next_at.is_not(None)).values(next_at=_AT)
)


def postpone_chats(conn: Connection, chat_ids: Sequence[int], at: datetime) -> None:
    """Look at these chats again at `at`, because a fault kept them from being decided now."""
    conn.execute(_LATER_CHATS, {"ids": chat_ids, "at": at})


def postpone_checkins(conn: Connection, checkin_ids: Sequence[int], at: datetime) -> None:
    """Look at these check-ins again at `at`, because a fault kept them from being decided now."""
    conn.execute(_LATER_CHECKINS, {"ids": checkin_ids, "at": at})


def postpone_tasks(conn: Connection, task_ids: Sequence[int], at: datetime) -> None:
    """Look at these tasks again at `at`, because a fault kept them from being decided now."""
    conn.execute(_LATER_TASKS, {"ids": task_ids, "at": at})


_MOMENTS = union_all(
    select(func.min(_EPISODE.c.next_at).label("at")).where(_EPISODE.c.next_at > _NOW),
    select(func.min(_CHECKIN.c.next_at)).where(_CHECKIN.c.next_at > _NOW),
    select(func.min(_TASK.c.next_at)).where(_TASK.c.next_at > _NOW),
    select(func.min(_ADDRESS.c.next_at)).where(_ADDRESS.c.next_at > _NOW),
    select(func.min(_WATCH.c.next_at)).where(_WATCH.c.next_at > _NOW),
)


def next_due(conn: Connection, now: datetime) -> datetime | None:
    """The next slot, reminder, end of a window or an episode, or step of a task after `now`, if any."""
    moments = (row.at for row in conn.execute(_MOMENTS, {"now": now}))
    return min((at for at in moments if at is not None), default=None)


_OF_PROMPTS = (
    select(_CHECKIN, _EPISODE.c.protocol)
    .join_from(_CHECKIN, _EPISODE, _EPISODE.c.id == _CHECKIN.c.episode_id)
    .where(among(_CHECKIN.c.prompt_id))
    .order_by(_CHECKIN.c.id)
)


def checkins_of(conn: Connection, prompt_ids: Sequence[int]) -> list[tuple[Checkin, str]]:
    """The check-ins of these prompts, each with the protocol of its episode."""
    found = conn.execute(_OF_PROMPTS, {"ids": list(prompt_ids)})
    return [(records.checkin(row), row.protocol) for row in found]
