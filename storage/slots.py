"""The opening of check-ins: what falls due by the hundred thousand, done set by set (DESIGN.md §5).

Nothing is decrypted and no row becomes a Python object: a million episodes cost some seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Boolean,
    Connection,
    Executable,
    Integer,
    String,
    Update,
    bindparam,
    case,
    func,
    literal,
    select,
)

from quarantine import people, windows
from quarantine.checkins import Stage
from quarantine.letters import Condition, Watch
from quarantine.messages import Priority
from quarantine.numbers import PROMPT
from quarantine.protocol import Opening
from storage import records
from storage.sealing import Keyring
from storage.spelling import among, insert_into
from storage.tables import Checkin, Conversation, Episode, Letter, Prompt, core
from storage.types import EPOCH, Instant

_EPISODE, _PROMPT, _CHECKIN = core(Episode), core(Prompt), core(Checkin)
_LETTER, _CONVERSATION = core(Letter), core(Conversation)
_MONITORED = _EPISODE.c.state == people.EpisodeState.MONITORING.value

PROMPT_KEY = windows.PROMPT
"""The message that asks; its letters have no body, for the check-ins of the prompt say everything."""


@dataclass(frozen=True, slots=True)
class Opened:
    """How many episodes one chunk has opened, and whether none is left of this protocol and moment."""

    count: int
    done: bool


_FIRST_DUE = (
    select(_EPISODE.c.next_at, _EPISODE.c.protocol)
    .where(
        _MONITORED,
        _EPISODE.c.next_at > bindparam("after", type_=Instant()),
        _EPISODE.c.next_at <= bindparam("now", type_=Instant()),
        _EPISODE.c.next_at < _EPISODE.c.ends_at,
        _EPISODE.c.protocol.not_in(bindparam("without", expanding=True)),
    )
    .order_by(_EPISODE.c.next_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)


def due_groups(
    conn: Connection, now: datetime, limit: int = 10, without: Collection[str] = ()
) -> list[tuple[str, datetime]]:
    """What is to be opened next, as (protocol, `next_at`), oldest first: one group for each due moment.

    Ask again once these are done, for a moment may be that of several protocols. What another process is
    opening is passed over, as are the protocols in `without`. It costs by the moments, not by the episodes.
    """
    groups: list[tuple[str, datetime]] = []
    after = EPOCH
    moment = {"now": now, "without": sorted(without)}
    while len(groups) < limit:
        found = conn.execute(_FIRST_DUE, moment | {"after": after}).first()
        if found is None:
            break
        groups.append((found.protocol, found.next_at))
        after = found.next_at
    return groups


_CHUNK = (
    select(_EPISODE.c.id)
    .where(
        _EPISODE.c.next_at == bindparam("at", type_=Instant()),
        _EPISODE.c.protocol == bindparam("protocol", type_=String()),
        _EPISODE.c.next_at < _EPISODE.c.ends_at,
        _EPISODE.c.by_staff == bindparam("by_staff", type_=Boolean()),
        _MONITORED,
    )
    .limit(bindparam("chunk", type_=Integer()))
    .with_for_update(skip_locked=True)
)
_MOVE_ON: Update = (
    _EPISODE.update()
    .where(among(_EPISODE.c.id))
    .values(
        next_at=case(
            (_EPISODE.c.ends_at < bindparam("following", type_=Instant()), _EPISODE.c.ends_at),
            else_=bindparam("following", type_=Instant()),
        ),
        version=_EPISODE.c.version + 1,
    )
)


def open_slot(
    conn: Connection,
    *,
    protocol_code: str,
    opening: Opening,
    following: Opening,
    now: datetime,
    ids: Callable[[int], int],
    at: datetime | None = None,
    chunk: int = 2000,
    by_staff: bool = False,
) -> Opened:
    """Open one slot for at most `chunk` episodes whose `next_at` is exactly `at` (else the opening's hour).

    Makes their prompts, check-ins and letters, and moves them on to the following opening or their end. From
    `prompt_until` on (the start after an outage) nobody is written to, and the check-ins are due at once as a
    system fault. Of those followed `by_staff` nobody is written to: their check-ins are due at once, for an
    officer's task. `ids(n)` gives the first of n consecutive ids. Run each chunk in a transaction of its own.
    """
    due = {"at": at or opening.opens_at, "protocol": protocol_code, "chunk": chunk, "by_staff": by_staff}
    episodes = conn.execute(_CHUNK, due).scalars().all()
    if not episodes:
        return Opened(0, done=True)
    size = len(episodes)
    first = ids(3 * size)
    in_time = now < opening.prompt_until and not by_staff
    values = {
        "ids": episodes,
        "before_prompts": first - 1,
        "before_checkins": first + size - 1,
        "day": opening.day,
        "slot": opening.slot.name,
        "opens_at": opening.opens_at,
        "closes_at": opening.closes_at,
        "stage": (Stage.STAFF if by_staff else Stage.WAITING).value,
        # Too late to ask: due at once, so that the sweep marks the fault and tells the officers of it.
        "next_at": opening.prompt_until if in_time else opening.opens_at if by_staff else now,
    }
    new = _inserts(conn.dialect.name)
    conn.execute(new.prompts, values)
    conn.execute(new.checkins, values)
    if in_time:
        letters = {"first": first, "last": first + size - 1, "further": 2 * size}
        conn.execute(new.letters, {**letters, "now": now, "valid_until": opening.prompt_until})
    conn.execute(_MOVE_ON, {"ids": episodes, "following": following.opens_at})
    return Opened(size, done=size < chunk)


@dataclass(frozen=True, slots=True)
class _Inserts:
    prompts: Executable
    checkins: Executable
    letters: Executable


@cache
def _inserts(dialect: str) -> _Inserts:
    """The three inserts of a chunk; a prompt or check-in that is there already stays as it is."""
    prompts = select(
        _value("before_prompts", _PROMPT.c.id) + func.row_number().over(),
        _EPISODE.c.responder_id,
        _value("day", _PROMPT.c.day),
        _value("slot", _PROMPT.c.slot),
        _value("opens_at", _PROMPT.c.opened_at),
    ).where(among(_EPISODE.c.id))
    return _Inserts(
        insert_into(dialect, _PROMPT)
        .from_select(["id", "responder_id", "day", "slot", "opened_at"], prompts)
        .on_conflict_do_nothing(),
        insert_into(dialect, _CHECKIN).from_select(*_checkins()).on_conflict_do_nothing(),
        insert_into(dialect, _LETTER).from_select(*_letters()),
    )


def _checkins() -> tuple[list[str], Any]:
    # Looked up one by one, not joined: statistics know nothing of today, so PostgreSQL takes the prompts of
    # this slot to be one row and compares each of a chunk with each of a hundred thousand.
    prompt_of_episode = (
        select(_PROMPT.c.id)
        .where(
            _PROMPT.c.responder_id == _EPISODE.c.responder_id,
            _PROMPT.c.day == _value("day", _PROMPT.c.day),
            _PROMPT.c.slot == _value("slot", _PROMPT.c.slot),
        )
        .correlate(_EPISODE)
        .scalar_subquery()
    )
    columns = {
        "id": _value("before_checkins", _CHECKIN.c.id) + func.row_number().over(),
        "episode_id": _EPISODE.c.id,
        "responder_id": _EPISODE.c.responder_id,
        "unit_id": _EPISODE.c.unit_id,
        "prompt_id": prompt_of_episode,
        "day": _value("day", _CHECKIN.c.day),
        "slot": _value("slot", _CHECKIN.c.slot),
        "stage": _value("stage", _CHECKIN.c.stage),
        "closes_at": _value("closes_at", _CHECKIN.c.closes_at),
        "next_at": _value("next_at", _CHECKIN.c.next_at),
    }
    return list(columns), select(*columns.values()).where(among(_EPISODE.c.id))


def _letters() -> tuple[list[str], Any]:
    """One letter for each prompt of this chunk's block of ids: a prompt that was there has its letter."""
    now = _value("now", _LETTER.c.due_at)
    busy_until = _CONVERSATION.c.busy_until
    columns = {
        "id": _PROMPT.c.id + bindparam("further", type_=BigInteger()),
        "owner": _PROMPT.c.responder_id,
        "key": literal(PROMPT_KEY),
        "priority": literal(int(Priority.PROMPT)),
        "due_at": case((busy_until > now, busy_until), else_=now),
        "about": _PROMPT.c.id,
        "condition": literal(Condition.PROMPT_OPEN.value),
        "watch": literal(Watch.PROMPT.value),
        "asked": literal(PROMPT),
        "valid_until": _value("valid_until", _LETTER.c.valid_until),
        "created_at": now,
    }
    joined = select(*columns.values()).select_from(
        _PROMPT.outerjoin(_CONVERSATION, _CONVERSATION.c.owner == _PROMPT.c.responder_id)
    )
    block = _PROMPT.c.id.between(_value("first", _PROMPT.c.id), _value("last", _PROMPT.c.id))
    return list(columns), joined.where(block)


def _value(name: str, column: Any) -> BindParameter[Any]:  # noqa: ANN401 - a column of any type
    return bindparam(name, type_=column.type)


_ENDS = (
    select(_EPISODE)
    .where(
        _MONITORED,
        _EPISODE.c.next_at <= bindparam("now", type_=Instant()),
        _EPISODE.c.next_at >= _EPISODE.c.ends_at,
    )
    .order_by(_EPISODE.c.next_at, _EPISODE.c.unit_id, _EPISODE.c.id)
    .limit(bindparam("limit", type_=Integer()))
    .with_for_update(skip_locked=True)
)
_POSTPONE = (
    _EPISODE.update()
    .where(among(_EPISODE.c.id), _EPISODE.c.next_at.is_not(None))
    .values(next_at=bindparam("at", type_=Instant()), version=_EPISODE.c.version + 1)
)


def due_ends(conn: Connection, keyring: Keyring, now: datetime, limit: int) -> list[people.Episode]:
    """Episodes whose last day is over, to be completed or put before a human; locked on PostgreSQL.

    Those of a unit stand together, so that its officers get one letter about them.
    """
    return [records.episode(keyring, row) for row in conn.execute(_ENDS, {"now": now, "limit": limit})]


def postpone_ends(conn: Connection, episode_ids: Sequence[int], at: datetime) -> None:
    """Look at these ended episodes again at `at`, because a fault kept them from being decided now."""
    conn.execute(_POSTPONE, {"ids": episode_ids, "at": at})
