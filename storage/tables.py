"""The tables: SQLModel classes as schema, and their SQLAlchemy Core tables for the hot paths.

Ids are 63-bit integers made in Python, so that a button can name a row that is only being written. Columns of
type Sealed hold what `Keyring.seal(table, column, row id, …)` made. Rows that come in by the million
(check-ins, reports, fixes, letters, prompts, events) hold ids without foreign keys: what they point at is
never deleted, and a key check per row is what a sweep would mostly do.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlmodel import Field, SQLModel

from storage.types import ID, Instant, Sealed

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


class Row(SQLModel):
    """What all tables share: one metadata with names for every constraint, as migrations need them."""

    metadata: ClassVar[MetaData] = metadata


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


def _id() -> Any:  # noqa: ANN401 - SQLModel's Field is Any by design
    return Field(primary_key=True, sa_type=ID, sa_column_kwargs={"autoincrement": False})


def _ref(*, index: bool = False, to: str | None = None) -> Any:  # noqa: ANN401 - as above
    extra: dict[str, Any] = {"foreign_key": to} if to else {}
    return Field(sa_type=ID, index=index, **extra)


def _maybe_ref(*, index: bool = False, to: str | None = None) -> Any:  # noqa: ANN401 - as above
    extra: dict[str, Any] = {"foreign_key": to} if to else {}
    return Field(default=None, sa_type=ID, index=index, **extra)


def _at() -> Any:  # noqa: ANN401 - as above
    return Field(sa_type=Instant)


def _maybe_at() -> Any:  # noqa: ANN401 - as above
    return Field(default=None, sa_type=Instant)


def _sealed() -> Any:  # noqa: ANN401 - as above
    return Field(sa_type=Sealed)


def _maybe_sealed() -> Any:  # noqa: ANN401 - as above
    return Field(default=None, sa_type=Sealed)


def _number(default: int = 0, kind: type[Integer] = Integer) -> Any:  # noqa: ANN401 - as above
    return Field(default=default, sa_type=kind, sa_column_kwargs={"server_default": text(str(default))})


def _flag(*, default: bool = False) -> Any:  # noqa: ANN401 - as above
    return Field(default=default, sa_column_kwargs={"server_default": true() if default else false()})


def _word(default: str = "") -> Any:  # noqa: ANN401 - as above
    return Field(default=default, sa_column_kwargs={"server_default": text(f"'{default}'")})


class Account(Row, table=True):
    """A bot or official account on one messenger, with its own credentials and limits."""

    __tablename__ = "account"
    name: str = Field(primary_key=True)
    kind: str
    state: str
    poll_offset: int | None = Field(default=None, sa_type=BigInteger)
    secrets: bytes | None = _maybe_sealed()
    detail: str = _word()
    changed_at: datetime = _at()


class Unit(Row, table=True):
    """A health unit; valid from–to, as the map of July 2025 replaced the one before."""

    __tablename__ = "unit"
    id: int = _id()
    code: str = Field(unique=True)
    kind: str
    name: str
    folded: str = Field(index=True)
    province: str
    parent_id: int | None = _maybe_ref(index=True, to="unit.id")
    hotline: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class UnitSupport(Row, table=True):
    """A regional centre supports a station: support is not command (domain.md §D2)."""

    __tablename__ = "unit_support"
    centre_id: int = Field(primary_key=True, sa_type=ID, foreign_key="unit.id")
    unit_id: int = Field(primary_key=True, sa_type=ID, foreign_key="unit.id", index=True)


class Person(Row, table=True):
    """A human we know; `profile` is sealed JSON {name, phone, identity, birth_year, sex}."""

    __tablename__ = "person"
    id: int = _id()
    profile: bytes = _sealed()
    language: str = _word("vi")
    created_at: datetime = _at()
    version: int = _number()


class Address(Row, table=True):
    """A chat: account and the messenger's user id; found by the look-up kind "address"."""

    __tablename__ = "address"
    id: int = _id()
    account: str
    native_user: bytes = _sealed()
    person_id: int | None = _maybe_ref(index=True, to="person.id")
    reachable: bool = _flag(default=True)
    language: str | None = None
    last_inbound_at: datetime | None = _maybe_at()
    bound_at: datetime | None = _maybe_at()
    version: int = _number()


class Lookup(Row, table=True):
    """The keyed blind index; made by storage/lookups.py alone.

    An address and the text of a code belong to one row only, which also decides a race of two processes.
    """

    __tablename__ = "lookup"
    __table_args__ = (
        _partial("uq_lookup_single", "kind", "digest", where="kind IN ('address', 'code')", unique=True),
        {"sqlite_with_rowid": False},
    )
    kind: str = Field(primary_key=True)
    digest: bytes = Field(primary_key=True, sa_type=LargeBinary)
    row_id: int = Field(primary_key=True, sa_type=ID, index=True)
    key_id: str
    folding: int = _number(1, SmallInteger)


class Posting(Row, table=True):
    """A person's role at a unit, from–to; current while `valid_to` is null."""

    __tablename__ = "posting"
    __table_args__ = (
        _partial("ix_posting_unit_current", "unit_id", "valid_from", where="valid_to IS NULL"),
        _partial("ix_posting_person_current", "person_id", where="valid_to IS NULL"),
    )
    id: int = _id()
    person_id: int = _ref(to="person.id")
    unit_id: int = _ref(to="unit.id")
    role: str
    on_duty: bool = _flag(default=True)
    deputy: bool = _flag()
    valid_from: datetime = _at()
    valid_to: datetime | None = _maybe_at()


class Code(Row, table=True):
    """A single-use code; found by the look-up kind "code", closed once `used_at` is set."""

    __tablename__ = "code"
    __table_args__ = (_partial("ix_code_episode_open", "episode_id", where="used_at IS NULL"),)
    id: int = _id()
    purpose: str
    text: bytes = _sealed()
    episode_id: int | None = _maybe_ref(to="episode.id")
    unit_id: int | None = _maybe_ref(to="unit.id")
    role: str | None = None
    deputy: bool = _flag()
    issued_by: int | None = _maybe_ref(to="person.id")
    issued_at: datetime = _at()
    expires_at: datetime = _at()
    used_at: datetime | None = _maybe_at()
    why_closed: str | None = None


class CodeMiss(Row, table=True):
    """A wrong code was typed in this chat; counted to slow down guessing."""

    __tablename__ = "code_miss"
    __table_args__ = (
        Index("ix_code_miss_address_at", "address_id", "at"),
        Index("ix_code_miss_account_at", "account", "at"),
    )
    id: int = _id()
    address_id: int = _ref()
    account: str
    at: datetime = _at()


class Episode(Row, table=True):
    """One quarantine of one person; `dwelling` is sealed JSON {order_number, address, lat, lng}."""

    __tablename__ = "episode"
    __table_args__ = (
        _partial("ix_episode_due", "next_at", where="next_at IS NOT NULL"),
        _partial("ix_episode_responder_open", "responder_id", where="closed_at IS NULL"),
        Index("ix_episode_unit", "unit_id", "state", "created_at"),
    )
    id: int = _id()
    person_id: int = _ref(index=True, to="person.id")
    responder_id: int = _ref(to="person.id")
    unit_id: int = _ref(to="unit.id")
    dwelling: bytes = _sealed()
    reason: str
    first_day: date
    last_day: date
    state: str
    protocol: str
    created_by: int | None = _maybe_ref()
    created_at: datetime = _at()
    next_at: datetime | None = _maybe_at()
    ends_at: datetime = _at()
    verified_at: datetime | None = _maybe_at()
    guided_at: datetime | None = _maybe_at()
    linked_at: datetime | None = _maybe_at()
    closed_at: datetime | None = _maybe_at()
    version: int = _number()


class Prompt(Row, table=True):
    """One question to one responder for one slot of one local day; the key stops a second one."""

    __tablename__ = "prompt"
    __table_args__ = (UniqueConstraint("responder_id", "day", "slot"),)
    id: int = _id()
    responder_id: int = _ref()
    day: date
    slot: str
    opened_at: datetime = _at()


class Checkin(Row, table=True):
    """One slot of one local day of one episode; due while `next_at` is set."""

    __tablename__ = "checkin"
    __table_args__ = (
        UniqueConstraint("episode_id", "day", "slot"),
        _partial("ix_checkin_due", "next_at", where="next_at IS NOT NULL"),
        _partial("ix_checkin_unit_due", "unit_id", "next_at", where="next_at IS NOT NULL"),
    )
    id: int = _id()
    episode_id: int = _ref()
    responder_id: int = _ref()
    unit_id: int = _ref()
    prompt_id: int = _ref(index=True)
    day: date
    slot: str
    stage: str
    closes_at: datetime = _at()
    next_at: datetime | None = _maybe_at()
    delivered_at: datetime | None = _maybe_at()
    reminded: int = _number(kind=SmallInteger)
    reported: bool = _flag()
    version: int = _number()


class Report(Row, table=True):
    """The answers of one check-in; `answers` is sealed JSON {signs, temperature, text, reasons}.

    A correction is a new version of the same check-in; the old one is kept.
    """

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("checkin_id", "version"),
        Index("ix_report_episode_at", "episode_id", "at"),
    )
    id: int = _id()
    episode_id: int = _ref()
    checkin_id: int | None = _maybe_ref()
    version: int = _number()
    at: datetime = _at()
    level: int = Field(sa_type=SmallInteger)
    answers: bytes = _sealed()
    given_by: str
    reporter_id: int | None = _maybe_ref()
    method: str | None = None
    late: bool = _flag()


class Fix(Row, table=True):
    """One shared position, judged; `position` is sealed JSON {lat, lng, accuracy_m, taken_at}."""

    __tablename__ = "fix"
    __table_args__ = (Index("ix_fix_episode_at", "episode_id", "at"),)
    id: int = _id()
    episode_id: int = _ref()
    checkin_id: int | None = _maybe_ref()
    at: datetime = _at()
    position: bytes | None = _maybe_sealed()
    source: str | None = None
    distance_m: float | None = None
    accuracy_m: float | None = None
    grade: str | None = None
    verdict: str
    reason: bytes | None = _maybe_sealed()


class Task(Row, table=True):
    """Something a human must do; one not done per (person, kind) (DESIGN.md §5)."""

    __tablename__ = "task"
    __table_args__ = (
        _partial("uq_task_person_kind_undone", "person_id", "kind", where="state <> 'done'", unique=True),
        _partial("ix_task_due", "next_at", where="next_at IS NOT NULL"),
        _partial("ix_task_unit_undone", "unit_id", "next_at", where="state <> 'done'"),
    )
    id: int = _id()
    kind: str
    unit_id: int = _ref()
    person_id: int = _ref()
    episode_id: int | None = _maybe_ref(index=True)
    state: str
    level: int = _number(kind=SmallInteger)
    opened_at: datetime = _at()
    since: datetime = _at()
    next_at: datetime | None = _maybe_at()
    owner_id: int | None = _maybe_ref()
    checkin_id: int | None = _maybe_ref()
    outcome: str | None = None
    protocol: str = _word()
    detail: bytes | None = _maybe_sealed()
    note: bytes | None = _maybe_sealed()
    method: str | None = None
    taken_at: datetime | None = _maybe_at()
    done_at: datetime | None = _maybe_at()
    version: int = _number()


class TaskStep(Row, table=True):
    """A rung of a task's ladder was told, once; `recipients` are person ids."""

    __tablename__ = "task_step"
    task_id: int = Field(primary_key=True, sa_type=ID)
    level: int = Field(primary_key=True, sa_type=SmallInteger)
    at: datetime = _at()
    recipients: list[int] = Field(sa_type=JSON)


class Conversation(Row, table=True):
    """The conversation of a person, or of a stranger's address, as sealed JSON text."""

    __tablename__ = "conversation"
    owner: int = _id()
    frames: bytes = _sealed()
    busy_until: datetime | None = _maybe_at()
    version: int = _number()


class Letter(Row, table=True):
    """One row of the outbox; `body` is sealed JSON {params, lead, asked}.

    `status` is due, claimed, delivered, dead or void; `lease_until` is database time and `fence` the token
    that the outcome must show. `settled_at` is when the turn that `watch` asks for was committed.
    """

    __tablename__ = "letter"
    __table_args__ = (
        _partial("ix_letter_claim", "priority", "due_at", "id", where="status IN ('due', 'claimed')"),
        _partial("ix_letter_owner_unsent", "owner", "id", where="status IN ('due', 'claimed')"),
        _partial("ix_letter_owner_slot", "owner", "slot", "delivered_at", where="slot IS NOT NULL"),
        _partial(
            "ix_letter_unsettled",
            "id",
            where="watch <> '' AND status IN ('delivered', 'dead') AND settled_at IS NULL",
        ),
    )
    id: int = _id()
    owner: int = _ref()
    address_id: int | None = _maybe_ref()
    key: str
    body: bytes | None = _maybe_sealed()
    priority: int = Field(sa_type=SmallInteger)
    due_at: datetime = _at()
    about: int | None = _maybe_ref()
    condition: str = _word()
    watch: str = _word()
    valid_until: datetime | None = _maybe_at()
    replaces: bytes | None = _maybe_sealed()
    slot: str | None = None
    enclosure: str = _word()
    protect: bool = _flag()
    status: str = _word("due")
    lease_until: datetime | None = _maybe_at()
    fence: int = _number()
    attempts: int = _number(kind=SmallInteger)
    account: str | None = None
    native_id: str | None = None
    delivered_at: datetime | None = _maybe_at()
    settled_at: datetime | None = _maybe_at()
    reason: str | None = None
    created_at: datetime = _at()


class Inbox(Row, table=True):
    """What has come in, for dropping repeats; `raw` is kept, sealed, only while a turn has failed.

    `state` is done, waiting or parked; `address` is the digest of (account, user), `error` a class name.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("account", "native_id"),
        _partial("ix_inbox_due", "next_try_at", where="state = 'waiting'"),
        _partial("ix_inbox_address_waiting", "address", where="state = 'waiting'"),
    )
    id: int = _id()
    account: str
    native_id: str
    address: bytes | None = Field(default=None, sa_type=LargeBinary)
    raw: bytes | None = _maybe_sealed()
    state: str = _word("done")
    tries: int = _number(kind=SmallInteger)
    received_at: datetime = _at()
    next_try_at: datetime | None = _maybe_at()
    error: str | None = None


class Event(Row, table=True):
    """The append-only history: who looked at or changed what; `detail` is sealed JSON."""

    __tablename__ = "event"
    __table_args__ = (
        _partial("ix_event_person_at", "person_id", "at", where="person_id IS NOT NULL"),
        _partial("ix_event_episode_at", "episode_id", "at", where="episode_id IS NOT NULL"),
    )
    id: int = _id()
    at: datetime = _at()
    kind: str
    by_id: int | None = _maybe_ref()
    person_id: int | None = _maybe_ref()
    episode_id: int | None = _maybe_ref()
    task_id: int | None = _maybe_ref()
    detail: bytes | None = _maybe_sealed()


class Lease(Row, table=True):
    """Who may do what only one may do, until when by database time; `fence` grows with each new holder."""

    __tablename__ = "lease"
    name: str = Field(primary_key=True)
    holder: str
    until: datetime = _at()
    fence: int = Field(sa_type=BigInteger)


def core(model: type[Row]) -> Table:
    """The SQLAlchemy Core table of a model, for statements without ORM objects."""
    return metadata.tables[str(model.__tablename__)]
