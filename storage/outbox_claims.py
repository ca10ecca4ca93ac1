"""Claiming letters: which are due, who goes first, which are no longer true, and to what chat they go."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, bindparam, case, exists, func, or_, select, text

from quarantine.checkins import ANSWERABLE
from quarantine.letters import Condition, Enclosure, Letter, Watch
from quarantine.messages import Address, Priority
from quarantine.people import EpisodeState, Person
from quarantine.tasks import TaskState
from quarantine.windows import NO_LIMITS, Reaches, approvals
from storage import facts, records, tables, wire
from storage.engine import database_now
from storage.facts import Facts, PromptCase
from storage.outbox_chats import NOW, of_chat
from storage.sealing import Keyring
from storage.spelling import among
from storage.tables import core
from storage.types import ID, Instant

_LETTER, _ADDRESS = core(tables.Letter), core(tables.Address)
_CONVERSATION = core(tables.Conversation)
_CHECKIN, _EPISODE, _TASK = core(tables.Checkin), core(tables.Episode), core(tables.Task)
_EARLIER = _LETTER.alias("earlier")


EXPIRED, VOID, UNREADABLE = "expired", "void", "unreadable"
"""Why a letter is not sent: too late, no longer true, or sealed with a key that is not here."""
PUT_OFF_FOR = timedelta(minutes=10)
"""When a letter that could not be opened is looked at again: the right key may be back."""
LAST_CALL = timedelta(minutes=5)
"""So long before it is too late a routine letter goes out all the same, whatever is being talked about."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A letter that is ours to send until the lease ends; `fence` must be shown with its outcome.

    `address` is None when the reader has no chat that can be written to. `attempts` counts this one too.
    `replaces` is the message to be edited in place: the one that the letter names, or the last one delivered
    in its slot to this chat. `prompt` is there for letters without a body, which are about a prompt.
    """

    letter: Letter
    fence: int
    attempts: int
    address_id: int | None
    address: Address | None
    reader: Facts
    replaces: str | None = None
    prompt: PromptCase | None = None

    @property
    def person(self) -> Person | None:
        """The reader, unless it is a stranger."""
        return self.reader.person


@dataclass(frozen=True, slots=True)
class Dropped:
    """A letter that is not sent: EXPIRED and VOID for good, UNREADABLE for PUT_OFF_FOR."""

    id: int
    owner: int
    key: str
    watch: Watch
    about: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Claims:
    """What one look at the outbox found; `full` says that there may be more."""

    claimed: list[Claimed]
    dropped: list[Dropped]
    full: bool = False


# Literals, not parameters: a partial index is used only where the statement's text implies its condition.
UNSENT = text("letter.status IN ('due', 'claimed')")
_EARLIER_UNSENT = text("earlier.status IN ('due', 'claimed')")
_DB_NOW = bindparam("db_now", type_=Instant())

_BEFORE_IT = (
    select(func.min(_EARLIER.c.id))
    .where(
        _EARLIER.c.owner == _LETTER.c.owner,
        _EARLIER.c.id < _LETTER.c.id,
        _EARLIER_UNSENT,
        or_(_EARLIER.c.priority == int(Priority.ALERT), _LETTER.c.priority > int(Priority.ALERT)),
        # A prompt that waits for a conversation to end holds nobody up; one that failed once does.
        or_(_EARLIER.c.due_at <= NOW, _EARLIER.c.attempts > 0),
    )
    .scalar_subquery()
)
"""The letter to the same person that must go first: an aggregate, so that no planner makes a join."""

_ACCOUNT = of_chat(_ADDRESS.c.account)
_STILL_ASKED = exists().where(
    _CHECKIN.c.prompt_id == _LETTER.c.about,
    _CHECKIN.c.stage.in_([stage.value for stage in sorted(ANSWERABLE)]),
    _EPISODE.c.id == _CHECKIN.c.episode_id,
    _EPISODE.c.state == EpisodeState.MONITORING.value,
)
_TAKEN = exists().where(_TASK.c.id == _LETTER.c.about, _TASK.c.state != TaskState.OPEN.value)
_UNDONE = exists().where(_TASK.c.id == _LETTER.c.about, _TASK.c.state == TaskState.DONE.value)
_HOLDS = case(
    (_LETTER.c.condition == Condition.PROMPT_OPEN.value, _STILL_ASKED),
    (_LETTER.c.condition == Condition.TASK_UNTAKEN.value, ~_TAKEN),
    (_LETTER.c.condition == Condition.TASK_UNDONE.value, ~_UNDONE),
    else_=text("1 = 1"),
)
"""A letter about a task that was never made, because the person had an open one, is sent all the same."""

_BUSY_UNTIL = (
    select(_CONVERSATION.c.busy_until)
    .where(_CONVERSATION.c.owner == _LETTER.c.owner, _LETTER.c.priority == int(Priority.PROMPT))
    .scalar_subquery()
)
_CANDIDATES = (
    select(
        _LETTER,
        of_chat(_ADDRESS.c.id).label("chat_id"),
        _HOLDS.label("holds"),
        _BUSY_UNTIL.label("busy_until"),
    )
    .where(
        UNSENT,
        _LETTER.c.due_at <= NOW,
        or_(_LETTER.c.status == "due", _LETTER.c.lease_until <= _DB_NOW),
        _BEFORE_IT.is_(None),
        or_(_ACCOUNT.is_(None), _ACCOUNT.in_(bindparam("accounts", expanding=True))),
    )
    .order_by(_LETTER.c.priority, _LETTER.c.due_at, _LETTER.c.id)
    .limit(bindparam("limit", type_=ID))
    .with_for_update(of=_LETTER, skip_locked=True)
)
_CLAIM = (
    _LETTER.update()
    .where(among(_LETTER.c.id))
    .values(
        status="claimed",
        fence=_LETTER.c.fence + 1,
        attempts=_LETTER.c.attempts + 1,
        lease_until=bindparam("until", type_=Instant()),
    )
)
_DROP = _LETTER.update().where(among(_LETTER.c.id)).values(status="void", reason=bindparam("why"))
_PUT_OFF = (
    _LETTER.update()
    .where(among(_LETTER.c.id))
    .values(status="due", due_at=bindparam("until", type_=Instant()), reason=UNREADABLE)
)
_WAIT = (
    _LETTER.update()
    .where(_LETTER.c.id == bindparam("row_id", type_=ID))
    .values(due_at=bindparam("until", type_=Instant()))
)
_CHATS: Select[Any] = select(_ADDRESS.c.id, _ADDRESS.c.account, _ADDRESS.c.native_user).where(
    among(_ADDRESS.c.id)
)
_SLOTS = (
    select(_LETTER.c.owner, _LETTER.c.slot, _LETTER.c.address_id, _LETTER.c.native_id)
    .where(
        among(_LETTER.c.owner),
        _LETTER.c.slot.is_not(None),
        _LETTER.c.slot.in_(bindparam("slots", expanding=True)),
        _LETTER.c.status == "delivered",
    )
    .order_by(_LETTER.c.delivered_at, _LETTER.c.id)
)
_AGAIN = select(_LETTER, bindparam("chat", type_=ID).label("chat_id")).where(
    _LETTER.c.id == bindparam("row_id", type_=ID)
)


def claim(
    conn: Connection,
    keyring: Keyring,
    accounts: Sequence[str],
    limit: int,
    now: datetime,
    lease_for: timedelta,
    reaches: Reaches = NO_LIMITS,
) -> Claims:
    """Claim at most `limit` due letters that go to chats on these accounts, or to nobody who has one.

    Alerts come before replies before prompts before reports, then the longest due. Of the letters to one
    person only the oldest unfinished is claimed, except that an alert overtakes. What is too late or no
    longer true is dropped; a prompt or reminder waits while its reader is in the middle of a conversation.
    The lease runs by the database's clock; several processes may claim at once.
    """
    db_now = database_now(conn)
    moment = {"now": now, "db_now": db_now, "limit": limit, "accounts": list(accounts)}
    rows = conn.execute(_CANDIDATES, moment | {"approved": approvals(reaches)}).all()
    dropped: list[Dropped] = []
    claimed: list[_Readable] = []
    waiting: list[dict[str, Any]] = []
    for row in rows:
        why = _why_not(row, now)
        until = _wait_until(row, now)
        if not why and until is not None:
            waiting.append({"row_id": row.id, "until": until})
            continue
        readable = None if why else _readable(keyring, row)
        if readable is None:
            dropped.append(
                Dropped(row.id, row.owner, row.key, Watch(row.watch), row.about, why or UNREADABLE)
            )
        else:
            claimed.append(readable)
    _drop(conn, dropped, now)
    if waiting:
        conn.execute(_WAIT, waiting)
    if claimed:
        ids = [one.row.id for one in claimed]
        conn.execute(_CLAIM, {"ids": ids, "until": db_now + lease_for})
    return Claims(_complete(conn, keyring, claimed, now), dropped, full=len(rows) == limit)


def reread(conn: Connection, keyring: Keyring, letter_id: int, chat_id: int, now: datetime) -> Claimed | None:
    """A letter as it goes to this chat, whatever became of it; None when it is gone or unreadable."""
    row = conn.execute(_AGAIN, {"row_id": letter_id, "chat": chat_id}).first()
    readable = None if row is None else _readable(keyring, row)
    return None if readable is None else _complete(conn, keyring, [readable], now)[0]


@dataclass(frozen=True, slots=True)
class _Readable:
    row: records.AnyRow
    letter: Letter


def _why_not(row: records.AnyRow, now: datetime) -> str:
    if row.valid_until is not None and row.valid_until <= now:
        return EXPIRED
    return "" if row.holds else VOID


def _wait_until(row: records.AnyRow, now: datetime) -> datetime | None:
    """When a routine letter is looked at again, because its reader is being asked something just now.

    One that was tried before is not put off, for all later ones to that reader wait for it.
    """
    if row.busy_until is None or row.busy_until <= now or row.attempts:
        return None
    last_call = row.busy_until if row.valid_until is None else row.valid_until - LAST_CALL
    until: datetime = min(row.busy_until, last_call)
    return until if until > now else None


def _readable(keyring: Keyring, row: records.AnyRow) -> _Readable | None:
    """The letter in plain; nothing when it cannot be opened, which must not hold up all the others."""
    try:
        body = wire.Body() if row.body is None else wire.read_letter_body(_open(keyring, row, "body"))
        replaces = None if row.replaces is None else _open(keyring, row, "replaces").decode()
    except (ValueError, KeyError, TypeError):
        return None
    letter = Letter(
        id=row.id,
        owner=row.owner,
        key=row.key,
        due_at=row.due_at,
        params=body.params,
        lead=body.lead,
        asked=body.asked,
        priority=Priority(row.priority),
        address_id=row.address_id,
        about=row.about,
        condition=Condition(row.condition),
        watch=Watch(row.watch),
        valid_until=row.valid_until,
        replaces=replaces,
        slot=row.slot,
        enclosure=Enclosure(row.enclosure),
        protect=row.protect,
    )
    return _Readable(row, letter)


def _open(keyring: Keyring, row: records.AnyRow, column: str) -> bytes:
    return keyring.open("letter", column, row.id, getattr(row, column))


def _drop(conn: Connection, dropped: Sequence[Dropped], now: datetime) -> None:
    for why in (EXPIRED, VOID):
        ids = [one.id for one in dropped if one.why == why]
        if ids:
            conn.execute(_DROP, {"ids": ids, "why": why})
    unreadable = [one.id for one in dropped if one.why == UNREADABLE]
    if unreadable:
        conn.execute(_PUT_OFF, {"ids": unreadable, "until": now + PUT_OFF_FOR})


def _complete(
    conn: Connection, keyring: Keyring, claimed: Sequence[_Readable], now: datetime
) -> list[Claimed]:
    """Add chat, reader, the message to be replaced, and the prompt where the letter is about one."""
    if not claimed:
        return []
    chats = _chats(conn, keyring, {one.row.chat_id for one in claimed if one.row.chat_id is not None})
    readers = facts.facts(conn, keyring, {one.row.owner for one in claimed}, now)
    prompts = facts.prompt_cases(
        conn, keyring, {one.row.about for one in claimed if one.row.body is None and one.row.about}
    )
    slots = _slots(conn, claimed)
    return [
        Claimed(
            letter=one.letter,
            fence=one.row.fence + 1,
            attempts=one.row.attempts + 1,
            address_id=one.row.chat_id,
            address=chats.get(one.row.chat_id),
            reader=readers[one.row.owner],
            replaces=_replaces(one, slots),
            prompt=prompts.get(one.row.about) if one.row.body is None else None,
        )
        for one in claimed
    ]


def _chats(conn: Connection, keyring: Keyring, ids: Collection[int]) -> dict[int, Address]:
    if not ids:
        return {}
    return {row.id: records.address(keyring, row) for row in conn.execute(_CHATS, {"ids": list(ids)})}


def _slots(conn: Connection, claimed: Sequence[_Readable]) -> dict[tuple[int, str, int], str]:
    """The last message in each slot of each chat, by (owner, slot, chat)."""
    slotted = [one.letter for one in claimed if one.letter.slot is not None]
    if not slotted:
        return {}
    wanted = {"ids": [one.owner for one in slotted], "slots": sorted({str(one.slot) for one in slotted})}
    return {(row.owner, row.slot, row.address_id): row.native_id for row in conn.execute(_SLOTS, wanted)}


def _replaces(one: _Readable, slots: dict[tuple[int, str, int], str]) -> str | None:
    """A message can be edited only in the chat that it was sent to."""
    if one.letter.replaces is not None and one.row.chat_id == one.letter.address_id:
        return one.letter.replaces
    if one.letter.slot is None or one.row.chat_id is None:
        return None
    return slots.get((one.letter.owner, one.letter.slot, one.row.chat_id))
