"""Recording what became of letters, and what follows from it for chats, accounts and the turns that watch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, false, or_, select, text

from quarantine.letters import Condition, Watch
from quarantine.messages import (
    ACCOUNT_DOWN,
    AccountDown,
    Delivered,
    Later,
    Moved,
    Never,
    Outcome,
    Priority,
    Reason,
)
from quarantine.windows import NO_LIMITS, Reaches, approvals
from storage import accounts, lookups, tables
from storage.outbox_chats import USABLE
from storage.outbox_claims import UNSENT, Claimed
from storage.records import AnyRow
from storage.sealing import Keyring
from storage.spelling import among
from storage.tables import core
from storage.types import ID, Instant
from storage.wire import read_letter_body

_LETTER, _ADDRESS = core(tables.Letter), core(tables.Address)
_LOOKUP = core(tables.Lookup)

ACCOUNT_PAUSE = timedelta(minutes=1)
"""When a letter is looked at again whose account was down; by then it may go to another chat."""
_CHAT_LOST = frozenset({Reason.BLOCKED, Reason.GONE})
_NOT_HERE = frozenset({*_CHAT_LOST, Reason.WINDOW, Reason.QUOTA})
"""Why one chat will not get a letter that another of the same person may."""
_OF_TASK = frozenset({Condition.TASK_UNDONE.value, Condition.TASK_UNTAKEN.value})
"""The conditions of letters that are about one task."""
ELSEWHERE = "another chat"
"""Why a letter waits that one chat has refused for good: the person has another one."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a claimed letter, at a domain instant; the fence shows that the claim was ours."""

    letter_id: int
    fence: int
    outcome: Outcome
    at: datetime
    address_id: int | None = None
    account: str | None = None

    @staticmethod
    def of(claimed: Claimed, outcome: Outcome, at: datetime) -> Result:
        """The result of a claimed letter."""
        account = claimed.address.account if claimed.address else None
        return Result(claimed.letter.id, claimed.fence, outcome, at, claimed.address_id, account)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An outcome that was recorded, with what a turn about it must know."""

    id: int
    owner: int
    key: str
    watch: Watch
    about: int | None
    priority: Priority
    outcome: Outcome
    at: datetime
    tasks: tuple[int, ...] = ()
    """The tasks that the letter puts before its reader, where it never arrives."""


_CLAIMED = (
    select(_LETTER).where(among(_LETTER.c.id), _LETTER.c.status == "claimed").order_by(_LETTER.c.id)
).with_for_update()
_ROW = bindparam("row_id", type_=ID)
_AT = bindparam("happened_at", type_=Instant())
_OF_ROW = _LETTER.update().where(_LETTER.c.id == _ROW)
_DELIVERED = _OF_ROW.values(
    status="delivered",
    native_id=bindparam("new_native_id"),
    delivered_at=_AT,
    address_id=bindparam("chat", type_=ID),
    account=bindparam("on_account"),
    reason=None,
)
_AGAIN = _OF_ROW.values(status="due", due_at=_AT, reason=bindparam("why"))
_HURRY = (
    _LETTER.update()
    .where(
        UNSENT,
        _LETTER.c.status == "due",
        _LETTER.c.reason == ACCOUNT_DOWN,
    )
    .values(due_at=_AT)
)
_DEAD = _OF_ROW.values(status="dead", reason=bindparam("why"))
_HOLD = (
    _LETTER.update()
    .where(
        _LETTER.c.owner == bindparam("held", type_=ID),
        UNSENT,
        _LETTER.c.status == "due",
        _LETTER.c.due_at < _AT,
        or_(_LETTER.c.address_id.is_(None), _LETTER.c.address_id == bindparam("chat", type_=ID)),
    )
    .values(due_at=_AT)
)
_UNREACHABLE = _ADDRESS.update().where(among(_ADDRESS.c.id)).values(reachable=false())
_SHUT = _ADDRESS.update().where(_ADDRESS.c.id == _ROW).values(open_until=_AT, next_at=None)
_OTHER_CHATS = (
    select(_LETTER.c.id, _LETTER.c.reason, _ADDRESS.c.id.label("chat_id"))
    .join_from(_LETTER, _ADDRESS, _ADDRESS.c.person_id == _LETTER.c.owner)
    .where(among(_LETTER.c.id), USABLE)
    .order_by(_ADDRESS.c.id)
)
_GO_ELSEWHERE = _OF_ROW.values(
    status="due", due_at=_AT, reason=ELSEWHERE, address_id=bindparam("chat", type_=ID), replaces=None
)
_MOVE = (
    _ADDRESS.update()
    .where(_ADDRESS.c.id == _ROW)
    .values(native_user=bindparam("user", type_=_ADDRESS.c.native_user.type), version=_ADDRESS.c.version + 1)
)


def record(
    conn: Connection, keyring: Keyring, results: Sequence[Result], reaches: Reaches = NO_LIMITS
) -> list[Recorded]:
    """Record outcomes; one whose claim was not ours any more is left out, as another has sent that letter.

    A chat that is blocked or gone is not written to again, one whose window has closed not before its person
    writes. Where the person has another chat, the letter goes there and is recorded as Later. `Later` holds
    what else waits for that chat, alerts included.
    """
    shown = {result.letter_id: result for result in results}
    rows = conn.execute(_CLAIMED, {"ids": list(shown)}).all()
    ours = [(row, shown[row.id]) for row in rows if row.fence == shown[row.id].fence]
    if not ours:
        return []
    elsewhere = _lose_chats(conn, [result for _, result in ours], reaches)
    kinds: dict[type, list[_Ours]] = defaultdict(list)
    recorded = []
    for row, result in ours:
        outcome = Later(timedelta(0), ELSEWHERE) if row.id in elsewhere else result.outcome
        if row.id not in elsewhere:
            kinds[type(outcome)].append(_Ours(row.id, row.owner, Priority(row.priority), result, outcome))
        recorded.append(
            Recorded(
                *(row.id, row.owner, row.key, Watch(row.watch), row.about),
                *(Priority(row.priority), outcome, result.at),
                tasks=_tasks(keyring, row) if isinstance(outcome, Never) else (),
            )
        )
    _each(
        conn,
        _GO_ELSEWHERE,
        [{"row_id": one, "chat": chat, "happened_at": shown[one].at} for one, chat in elsewhere.items()],
    )
    _deliver(conn, kinds[Delivered])
    _later(conn, kinds[Later])
    _bury(conn, kinds[Never])
    _move(conn, keyring, kinds[Moved])
    _account_down(conn, kinds[AccountDown])
    return recorded


@dataclass(frozen=True, slots=True)
class _Ours:
    id: int
    owner: int
    priority: Priority
    result: Result
    outcome: Any


def _lose_chats(conn: Connection, results: Sequence[Result], reaches: Reaches) -> dict[int, int]:
    """Mark the chats that are lost or closed; the letters that go to another chat of their reader, and which.

    A letter that has been sent on once goes through the chats in the order of their ids, so that it ends.
    """
    refused = {
        one.letter_id: one
        for one in results
        if isinstance(one.outcome, Never) and one.outcome.reason in _NOT_HERE and one.address_id is not None
    }
    if not refused:
        return {}
    lost = sorted({one.address_id or 0 for one in refused.values() if _why(one) in _CHAT_LOST})
    if lost:
        conn.execute(_UNREACHABLE, {"ids": lost})
    shut = [one for one in refused.values() if _why(one) is Reason.WINDOW]
    _each(conn, _SHUT, [{"row_id": one.address_id, "happened_at": one.at} for one in shut])
    asked = {"ids": list(refused), "now": max(one.at for one in refused.values())}
    elsewhere: dict[int, int] = {}
    for row in conn.execute(_OTHER_CHATS, asked | {"approved": approvals(reaches)}):
        here = refused[row.id].address_id or 0
        if row.chat_id > here or (row.chat_id != here and row.reason != ELSEWHERE):
            elsewhere.setdefault(row.id, row.chat_id)
    return elsewhere


def _tasks(keyring: Keyring, row: AnyRow) -> tuple[int, ...]:
    """The task of a card, or those of a digest."""
    if row.condition in _OF_TASK:
        return _of_card(row)
    if row.body is None:
        return ()
    try:
        body = read_letter_body(keyring.open("letter", "body", row.id, row.body))
    except (ValueError, KeyError, TypeError):  # its key has gone since it was claimed
        return ()
    named = body.params.get("tasks")
    return tuple(one for one in named if isinstance(one, int)) if isinstance(named, list | tuple) else ()


def _of_card(row: AnyRow) -> tuple[int, ...]:
    return (row.about,) if row.condition in _OF_TASK and row.about else ()


def _why(result: Result) -> Reason | None:
    return result.outcome.reason if isinstance(result.outcome, Never) else None


def _deliver(conn: Connection, found: Sequence[_Ours]) -> None:
    _each(
        conn,
        _DELIVERED,
        [
            {
                "row_id": one.id,
                "new_native_id": one.outcome.id,
                "happened_at": one.result.at,
                "chat": one.result.address_id,
                "on_account": one.result.account,
            }
            for one in found
        ],
    )


def _later(conn: Connection, found: Sequence[_Ours]) -> None:
    rows = []
    for one in found:
        why = f"{one.outcome.reason} (maybe sent)" if one.outcome.maybe_sent else one.outcome.reason
        rows.append({"row_id": one.id, "happened_at": one.result.at + one.outcome.after, "why": why})
    _each(conn, _AGAIN, rows)
    for one in found:
        if one.outcome.after:
            hold(conn, one.owner, one.result.address_id, one.result.at + one.outcome.after)


def hold(conn: Connection, owner: int, address_id: int | None, until: datetime) -> None:
    """Send nothing more to this chat of the owner before `until`; what has no chat named waits too."""
    conn.execute(_HOLD, {"held": owner, "chat": address_id, "happened_at": until})


def _bury(conn: Connection, found: Sequence[_Ours]) -> None:
    _each(conn, _DEAD, [{"row_id": one.id, "why": one.outcome.reason.value} for one in found])


def _move(conn: Connection, keyring: Keyring, found: Sequence[_Ours]) -> None:
    """The chat has another user id: its letters go there, unless that id is known as a chat of its own."""
    for one in found:
        address_id, account, user = one.result.address_id, one.result.account, one.outcome.user
        if address_id is None or account is None:
            continue
        digests = lookups.digests_of(keyring, lookups.Index.ADDRESS, [f"{account}\0{user}"])
        taken = select(_LOOKUP.c.row_id).where(
            _LOOKUP.c.kind == lookups.Index.ADDRESS.value,
            _LOOKUP.c.digest.in_(list(digests)),
            _LOOKUP.c.row_id != address_id,
        )
        if conn.execute(taken).first() is not None:
            conn.execute(_UNREACHABLE, {"ids": [address_id]})
            continue
        sealed = keyring.seal("address", "native_user", address_id, user)
        conn.execute(_MOVE, {"row_id": address_id, "user": sealed})
        lookups.replace(conn, lookups.of_address(keyring, address_id, account, user), [address_id])
    _each(conn, _AGAIN, [{"row_id": one.id, "happened_at": one.result.at, "why": "moved"} for one in found])


def _account_down(conn: Connection, found: Sequence[_Ours]) -> None:
    rows = [
        {"row_id": one.id, "happened_at": one.result.at + _pause(one), "why": ACCOUNT_DOWN} for one in found
    ]
    _each(conn, _AGAIN, rows)
    down = {one.result.account: one for one in found if one.result.account is not None}
    for account, one in down.items():
        accounts.set_down(conn, account, one.outcome.detail, one.result.at)


def hurry(conn: Connection, at: datetime) -> None:
    """An account is well again: what waited for one is due at once."""
    conn.execute(_HURRY, {"happened_at": at})


def _pause(one: _Ours) -> timedelta:
    """An alert may go at once to another chat of its reader; its sender rests all the same."""
    return timedelta() if one.priority is Priority.ALERT else ACCOUNT_PAUSE


def _each(conn: Connection, statement: Any, rows: Sequence[dict[str, Any]]) -> None:  # noqa: ANN401 - an update
    if rows:
        conn.execute(statement, rows)


_UNSETTLED = (
    select(_LETTER)
    .where(
        text("letter.watch <> '' AND letter.status IN ('delivered', 'dead') AND letter.settled_at IS NULL"),
        or_(_AT.is_(None), _LETTER.c.due_at <= _AT),
    )
    .order_by(_LETTER.c.id)
    .limit(bindparam("limit", type_=ID))
    .with_for_update(skip_locked=True)
)
_PUT_OFF = _OF_ROW.values(due_at=_AT)
_SETTLE = _LETTER.update().where(among(_LETTER.c.id)).values(settled_at=_AT)


def unsettled(conn: Connection, limit: int, now: datetime | None = None) -> list[Recorded]:
    """Watched letters whose outcome was recorded, but not yet the turn that it opens; locked on PostgreSQL.

    A fault in that turn leaves them here: take it again and `settle` them in one transaction. Those that were
    `put_off` are left out until `now` has come to their time.
    """
    return [
        Recorded(
            *(row.id, row.owner, row.key, Watch(row.watch), row.about, Priority(row.priority)),
            outcome=Delivered(row.native_id) if row.status == "delivered" else Never(Reason(row.reason)),
            at=row.delivered_at or row.due_at,
            tasks=_of_card(row),  # no digest is watched
        )
        for row in conn.execute(_UNSETTLED, {"limit": limit, "happened_at": now})
    ]


def put_off(conn: Connection, letter_id: int, until: datetime) -> None:
    """Look at this unsettled letter again at `until`: its turn has failed once more."""
    # When it was due to be sent matters no more.
    conn.execute(_PUT_OFF, {"row_id": letter_id, "happened_at": until})


def settle(conn: Connection, letter_ids: Sequence[int], at: datetime) -> None:
    """The turns that these letters' outcomes opened are being committed."""
    if letter_ids:
        conn.execute(_SETTLE, {"ids": letter_ids, "happened_at": at})
