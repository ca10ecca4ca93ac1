"""Column types: instants that are always aware UTC, and values that are sealed before they reach a column."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, LargeBinary
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
ID = BigInteger().with_variant(Integer(), "sqlite")
"""A 63-bit id; as INTEGER it is SQLite's own row number and needs no second index."""
SEAL_VERSION = 1
"""First byte of every sealed value (storage/sealing.py)."""


class NaiveInstantError(ValueError):
    """An instant without a time zone was about to be stored."""


class UnsealedError(ValueError):
    """A value that nobody has sealed was about to be stored in a sealed column."""


def micros(instant: datetime) -> int:
    """Microseconds since 1970 UTC, the form in which SQLite keeps instants; for text SQL."""
    if instant.tzinfo is None:
        raise NaiveInstantError(f"{instant!r} has no time zone; instants are aware UTC")
    return (instant - EPOCH) // _MICROSECOND


def from_micros(value: int) -> datetime:
    """The aware UTC instant of `micros`."""
    return EPOCH + timedelta(microseconds=value)


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant: integer microseconds on SQLite (fast, comparable), timestamptz on PostgreSQL.

    Naive values are refused with NaiveInstantError: SQLite would silently drop the zone (DESIGN.md §10).
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """An integer where the database has no instants of its own."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> object:
        """The stored form; a naive value raises NaiveInstantError."""
        if value is None:
            return None
        stored = micros(value)
        return stored if dialect.name == "sqlite" else value

    def process_result_value(self, value: object, dialect: Dialect) -> datetime | None:
        """The aware UTC instant."""
        del dialect
        if isinstance(value, int):
            return from_micros(value)
        return value.astimezone(UTC) if isinstance(value, datetime) else None


class Sealed(TypeDecorator[bytes]):
    """Bytes that `Keyring.seal` has made; anything else is refused with UnsealedError.

    The type is also how `rekey` and the tests find every sealed column.
    """

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """The bytes themselves, once they look sealed."""
        del dialect
        if value is None:
            return None
        if not isinstance(value, bytes) or value[:1] != bytes([SEAL_VERSION]):
            raise UnsealedError("a sealed column takes only what Keyring.seal has made")
        return value
