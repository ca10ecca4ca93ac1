"""The tables of those who talk: accounts, units, persons, chats, postings and codes."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, LargeBinary, SmallInteger
from sqlmodel import Field

from storage.columns import (
    Row,
    flag,
    instant,
    maybe_id,
    maybe_instant,
    maybe_sealed,
    number,
    partial,
    primary_id,
    sealed,
    some_id,
    word,
)
from storage.types import ID, Instant


class Account(Row, table=True):
    """A bot or official account on one messenger, with its own credentials and limits."""

    name: str = Field(primary_key=True)
    kind: str
    state: str
    poll_offset: int | None = Field(default=None, sa_type=BigInteger)
    secrets: bytes | None = maybe_sealed()
    detail: str = word()
    changed_at: datetime = instant()


class Unit(Row, table=True):
    """A health unit; valid from–to, as the map of July 2025 replaced the one before, and gave codes anew."""

    __table_args__ = (partial("uq_unit_code_current", "code", where="valid_to IS NULL", unique=True),)
    id: int = primary_id()
    code: str = Field(index=True)
    kind: str
    name: str
    folded: str = Field(index=True)
    province: str
    parent_id: int | None = maybe_id(index=True, to="unit.id")
    hotline: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class UnitName(Row, table=True):
    """Another name of a unit: an alias, or a place of before that went into it (quarantine/units.py)."""

    unit_id: int = Field(primary_key=True, sa_type=ID, foreign_key="unit.id")
    code: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    district: str = word()
    province: str = word()
    partly: bool = flag()
    until: date | None = None


class UnitSupport(Row, table=True):
    """A regional centre supports a station: support is not command (domain.md §D2)."""

    centre_id: int = Field(primary_key=True, sa_type=ID, foreign_key="unit.id")
    unit_id: int = Field(primary_key=True, sa_type=ID, foreign_key="unit.id", index=True)


class Person(Row, table=True):
    """A human we know; `profile` is sealed JSON {name, phone, identity, birth_year, sex}."""

    id: int = primary_id()
    profile: bytes = sealed()
    language: str = word("vi")
    created_at: datetime = instant()
    version: int = number()


class Address(Row, table=True):
    """A chat: account and the messenger's user id; found by the look-up kind "address".

    `open_until` is null where one may always write; `next_at` is when somebody is to be told that the window
    is closing, and then that it has closed (quarantine/windows.py).
    """

    __table_args__ = (partial("ix_address_due", "next_at", where="next_at IS NOT NULL"),)
    id: int = primary_id()
    account: str
    native_user: bytes = sealed()
    person_id: int | None = maybe_id(index=True, to="person.id")
    reachable: bool = flag(default=True)
    language: str | None = None
    last_inbound_at: datetime | None = maybe_instant()
    open_until: datetime | None = maybe_instant()
    next_at: datetime | None = maybe_instant()
    preferred_at: datetime | None = maybe_instant()
    bound_at: datetime | None = maybe_instant()
    version: int = number()


class Lookup(Row, table=True):
    """The keyed blind index; an address and a code lead to one row only, which decides races of processes."""

    __table_args__ = (
        partial("uq_lookup_single", "kind", "digest", where="kind IN ('address', 'code')", unique=True),
        {"sqlite_with_rowid": False},
    )
    kind: str = Field(primary_key=True)
    digest: bytes = Field(primary_key=True, sa_type=LargeBinary)
    row_id: int = Field(primary_key=True, sa_type=ID, index=True)
    key_id: str
    folding: int = number(1, SmallInteger)


class Posting(Row, table=True):
    """A person's role at a unit, from–to; current while `valid_to` is null."""

    __table_args__ = (
        partial("ix_posting_unit_current", "unit_id", "valid_from", where="valid_to IS NULL"),
        partial("ix_posting_person_current", "person_id", where="valid_to IS NULL"),
    )
    id: int = primary_id()
    person_id: int = some_id(to="person.id")
    unit_id: int = some_id(to="unit.id")
    role: str
    on_duty: bool = flag(default=True)
    deputy: bool = flag()
    valid_from: datetime = instant()
    valid_to: datetime | None = maybe_instant()


class Absence(Row, table=True):
    """Local days, both inclusive, on which somebody does not work; they count until `ended_at` is set."""

    __table_args__ = (partial("ix_absence_person", "person_id", "last_day", where="ended_at IS NULL"),)
    id: int = primary_id()
    person_id: int = some_id(to="person.id")
    first_day: date
    last_day: date
    created_by: int | None = maybe_id()
    created_at: datetime = instant()
    ended_at: datetime | None = maybe_instant()


class UnitWatch(Row, table=True):
    """When it is to be looked whether a unit is attended; the row goes when that was done."""

    unit_id: int = Field(primary_key=True, sa_type=ID)
    next_at: datetime = Field(primary_key=True, sa_type=Instant, index=True)


class Code(Row, table=True):
    """A single-use code; found by the look-up kind "code", closed once `used_at` is set."""

    __table_args__ = (partial("ix_code_episode_open", "episode_id", where="used_at IS NULL"),)
    id: int = primary_id()
    purpose: str
    text: bytes = sealed()
    episode_id: int | None = maybe_id(to="episode.id")
    unit_id: int | None = maybe_id(to="unit.id")
    role: str | None = None
    deputy: bool = flag()
    issued_by: int | None = maybe_id(to="person.id")
    issued_at: datetime = instant()
    expires_at: datetime = instant()
    used_at: datetime | None = maybe_instant()
    why_closed: str | None = None


class CodeMiss(Row, table=True):
    """A wrong code was typed in this chat; counted to slow down guessing."""

    __table_args__ = (
        Index("ix_code_miss_address_at", "address_id", "at"),
        Index("ix_code_miss_account_at", "account", "at"),
    )
    id: int = primary_id()
    address_id: int = some_id()
    account: str
    at: datetime = instant()
