"""The tables: SQLModel classes as schema, and their SQLAlchemy Core tables for the hot paths.

Ids are 63-bit integers made in Python, so that a button can name a row that is only being written. Columns of
type Sealed hold what `Keyring.seal(table, column, row id, …)` made. Rows that come by the million hold ids
without foreign keys: what they point at is never deleted, and a sweep would mostly check keys.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, Index, LargeBinary, SmallInteger, UniqueConstraint
from sqlmodel import Field

from storage.columns import (
    Row,
    core,
    flag,
    instant,
    maybe_id,
    maybe_instant,
    maybe_sealed,
    metadata,
    number,
    partial,
    primary_id,
    sealed,
    some_id,
    word,
)
from storage.tables_lists import Batch, BatchRow, Job
from storage.tables_people import (
    Absence,
    Account,
    Address,
    Code,
    CodeMiss,
    Lookup,
    Person,
    Posting,
    Unit,
    UnitName,
    UnitSupport,
    UnitWatch,
)
from storage.types import ID

__all__ = [
    "Absence",
    "Account",
    "Address",
    "Batch",
    "BatchRow",
    "Checkin",
    "Code",
    "CodeMiss",
    "Conversation",
    "Episode",
    "Event",
    "Fix",
    "Inbox",
    "Job",
    "Lease",
    "Letter",
    "Lookup",
    "Person",
    "Posting",
    "Prompt",
    "Report",
    "Task",
    "TaskStep",
    "Unit",
    "UnitName",
    "UnitSupport",
    "UnitWatch",
    "core",
    "metadata",
]


class Episode(Row, table=True):
    """One quarantine of one person; `dwelling` is sealed JSON {order_number, address, lat, lng}."""

    __table_args__ = (
        partial("ix_episode_due", "next_at", where="next_at IS NOT NULL"),
        partial("ix_episode_responder_open", "responder_id", where="closed_at IS NULL"),
        Index("ix_episode_unit", "unit_id", "state", "created_at"),
    )
    id: int = primary_id()
    person_id: int = some_id(index=True, to="person.id")
    responder_id: int = some_id(to="person.id")
    unit_id: int = some_id(to="unit.id")
    dwelling: bytes = sealed()
    reason: str
    first_day: date
    last_day: date
    state: str
    protocol: str
    created_by: int | None = maybe_id()
    created_at: datetime = instant()
    next_at: datetime | None = maybe_instant()
    ends_at: datetime = instant()
    verified_at: datetime | None = maybe_instant()
    guided_at: datetime | None = maybe_instant()
    linked_at: datetime | None = maybe_instant()
    closed_at: datetime | None = maybe_instant()
    version: int = number()
    by_staff: bool = flag()


class Prompt(Row, table=True):
    """One question to one responder for one slot of one local day; the key stops a second one."""

    __table_args__ = (UniqueConstraint("responder_id", "day", "slot"),)
    id: int = primary_id()
    responder_id: int = some_id()
    day: date
    slot: str
    opened_at: datetime = instant()


class Checkin(Row, table=True):
    """One slot of one local day of one episode; due while `next_at` is set."""

    __table_args__ = (
        UniqueConstraint("episode_id", "day", "slot"),
        partial("ix_checkin_due", "next_at", where="next_at IS NOT NULL"),
    )
    id: int = primary_id()
    episode_id: int = some_id()
    responder_id: int = some_id()
    unit_id: int = some_id()
    prompt_id: int = some_id(index=True)
    day: date
    slot: str
    stage: str
    closes_at: datetime = instant()
    next_at: datetime | None = maybe_instant()
    delivered_at: datetime | None = maybe_instant()
    reminded: int = number(kind=SmallInteger)
    reported: bool = flag()
    version: int = number()


class Report(Row, table=True):
    """The answers of one check-in; `answers` is sealed JSON {signs, temperature, text, reasons}.

    A correction is a new version of the same check-in; the old one is kept.
    """

    __table_args__ = (
        UniqueConstraint("checkin_id", "version"),
        Index("ix_report_episode_at", "episode_id", "at"),
    )
    id: int = primary_id()
    episode_id: int = some_id()
    checkin_id: int | None = maybe_id()
    version: int = number()
    at: datetime = instant()
    level: int = Field(sa_type=SmallInteger)
    answers: bytes = sealed()
    given_by: str
    reporter_id: int | None = maybe_id()
    method: str | None = None
    late: bool = flag()


class Fix(Row, table=True):
    """One shared position, judged; `position` is sealed JSON {lat, lng, accuracy_m, taken_at}."""

    __table_args__ = (Index("ix_fix_episode_at", "episode_id", "at"),)
    id: int = primary_id()
    episode_id: int = some_id()
    checkin_id: int | None = maybe_id()
    at: datetime = instant()
    position: bytes | None = maybe_sealed()
    source: str | None = None
    distance_m: float | None = None
    accuracy_m: float | None = None
    grade: str | None = None
    verdict: str
    reason: bytes | None = maybe_sealed()


class Task(Row, table=True):
    """Something a human must do; one not done per (person, kind) (DESIGN.md §5)."""

    __table_args__ = (
        partial("uq_task_person_kind_undone", "person_id", "kind", where="state <> 'done'", unique=True),
        partial("ix_task_due", "next_at", where="next_at IS NOT NULL"),
        partial("ix_task_unit_undone", "unit_id", "next_at", where="state <> 'done'"),
        partial("ix_task_owner_taken", "owner_id", where="state = 'taken'"),
    )
    id: int = primary_id()
    kind: str
    unit_id: int = some_id()
    person_id: int = some_id()
    episode_id: int | None = maybe_id(index=True)
    state: str
    level: int = number(kind=SmallInteger)
    opened_at: datetime = instant()
    since: datetime = instant()
    next_at: datetime | None = maybe_instant()
    owner_id: int | None = maybe_id()
    checkin_id: int | None = maybe_id()
    outcome: str | None = None
    protocol: str = word()
    detail: bytes | None = maybe_sealed()
    note: bytes | None = maybe_sealed()
    method: str | None = None
    taken_at: datetime | None = maybe_instant()
    done_at: datetime | None = maybe_instant()
    version: int = number()


class TaskStep(Row, table=True):
    """A rung of a task's ladder was told, once; `recipients` are person ids."""

    task_id: int = Field(primary_key=True, sa_type=ID)
    level: int = Field(primary_key=True, sa_type=SmallInteger)
    at: datetime = instant()
    recipients: list[int] = Field(sa_type=JSON)


class Conversation(Row, table=True):
    """The conversation of a person, or of a stranger's address, as sealed JSON text."""

    owner: int = primary_id()
    frames: bytes = sealed()
    busy_until: datetime | None = maybe_instant()
    version: int = number()


class Letter(Row, table=True):
    """One row of the outbox; `body` is sealed JSON {params, lead, asked}.

    `status` is due, claimed, delivered, dead or void; `lease_until` is database time and `fence` the token
    that the outcome must show. `settled_at` is when the turn that `watch` asks for was committed. `asked` is
    the number of the question under it; a prompt's says no more than its kind, the rest is in `about`.
    """

    __table_args__ = (
        partial("ix_letter_claim", "priority", "due_at", "id", where="status IN ('due', 'claimed')"),
        partial("ix_letter_owner_unsent", "owner", "id", where="status IN ('due', 'claimed')"),
        partial(
            "ix_letter_asked", "owner", "delivered_at", where="asked IS NOT NULL AND status = 'delivered'"
        ),
        partial("ix_letter_owner_slot", "owner", "slot", "delivered_at", where="slot IS NOT NULL"),
        partial(
            "ix_letter_unsettled",
            "id",
            where="watch <> '' AND status IN ('delivered', 'dead') AND settled_at IS NULL",
        ),
    )
    id: int = primary_id()
    owner: int = some_id()
    address_id: int | None = maybe_id()
    key: str
    body: bytes | None = maybe_sealed()
    priority: int = Field(sa_type=SmallInteger)
    due_at: datetime = instant()
    about: int | None = maybe_id()
    condition: str = word()
    watch: str = word()
    valid_until: datetime | None = maybe_instant()
    replaces: bytes | None = maybe_sealed()
    slot: str | None = None
    asked: str | None = None
    enclosure: str = word()
    protect: bool = flag()
    status: str = word("due")
    lease_until: datetime | None = maybe_instant()
    fence: int = number()
    attempts: int = number(kind=SmallInteger)
    account: str | None = None
    native_id: str | None = None
    delivered_at: datetime | None = maybe_instant()
    settled_at: datetime | None = maybe_instant()
    reason: str | None = None
    created_at: datetime = instant()


class Inbox(Row, table=True):
    """What has come in, for dropping repeats; `raw` is kept, sealed, only while a turn has failed.

    `state` is done, waiting or parked; `address` is the digest of (account, user), `error` a class name.
    """

    __table_args__ = (
        UniqueConstraint("account", "native_id"),
        partial("ix_inbox_due", "next_try_at", where="state = 'waiting'"),
        partial("ix_inbox_address_waiting", "address", where="state = 'waiting'"),
    )
    id: int = primary_id()
    account: str
    native_id: str
    address: bytes | None = Field(default=None, sa_type=LargeBinary)
    raw: bytes | None = maybe_sealed()
    state: str = word("done")
    tries: int = number(kind=SmallInteger)
    received_at: datetime = instant()
    next_try_at: datetime | None = maybe_instant()
    error: str | None = None


class Event(Row, table=True):
    """The append-only history: who looked at or changed what; `detail` is sealed JSON."""

    __table_args__ = (
        partial("ix_event_person_at", "person_id", "at", where="person_id IS NOT NULL"),
        partial("ix_event_episode_at", "episode_id", "at", where="episode_id IS NOT NULL"),
    )
    id: int = primary_id()
    at: datetime = instant()
    kind: str
    by_id: int | None = maybe_id()
    person_id: int | None = maybe_id()
    episode_id: int | None = maybe_id()
    task_id: int | None = maybe_id()
    detail: bytes | None = maybe_sealed()


class Lease(Row, table=True):
    """Who may do what only one may do, until when by database time; `fence` grows with each new holder."""

    name: str = Field(primary_key=True)
    holder: str
    until: datetime = instant()
    fence: int = Field(sa_type=BigInteger)
