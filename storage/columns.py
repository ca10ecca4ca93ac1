"""What the tables are made of: ids, instants, sealed values, defaults in the database, partial indexes."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from sqlalchemy import Index, Integer, MetaData, Table, false, text, true
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

from storage.types import ID, Instant, Sealed

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")

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
    """What all tables share: one metadata with names for every constraint, as migrations need them.

    A table is called like its class: UnitSupport is kept in unit_support.
    """

    metadata: ClassVar[MetaData] = metadata

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805 - SQLAlchemy calls it with the class
        """The class's name in small letters, its words joined by underscores."""
        return _CAPITAL.sub("_", cls.__name__).lower()


def partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index of only those rows that fulfil a condition, on both databases."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


def primary_id() -> Any:  # noqa: ANN401 - Field is Any
    """The id of a row, made in Python."""
    return Field(primary_key=True, sa_type=ID, sa_column_kwargs={"autoincrement": False})


def some_id(*, index: bool = False, to: str | None = None) -> Any:  # noqa: ANN401 - Field is Any
    """The id of another row, checked by the database when `to` names its column."""
    extra: dict[str, Any] = {"foreign_key": to} if to else {}
    return Field(sa_type=ID, index=index, **extra)


def maybe_id(*, index: bool = False, to: str | None = None) -> Any:  # noqa: ANN401 - Field is Any
    """The same, or nothing."""
    extra: dict[str, Any] = {"foreign_key": to} if to else {}
    return Field(default=None, sa_type=ID, index=index, **extra)


def instant() -> Any:  # noqa: ANN401 - Field is Any
    """An aware UTC instant."""
    return Field(sa_type=Instant)


def maybe_instant() -> Any:  # noqa: ANN401 - Field is Any
    """The same, or nothing."""
    return Field(default=None, sa_type=Instant)


def sealed() -> Any:  # noqa: ANN401 - Field is Any
    """What Keyring.seal has made."""
    return Field(sa_type=Sealed)


def maybe_sealed() -> Any:  # noqa: ANN401 - Field is Any
    """The same, or nothing."""
    return Field(default=None, sa_type=Sealed)


def number(default: int = 0, kind: type[Integer] = Integer) -> Any:  # noqa: ANN401 - Field is Any
    """A whole number with a default in the database."""
    return Field(default=default, sa_type=kind, sa_column_kwargs={"server_default": text(str(default))})


def flag(*, default: bool = False) -> Any:  # noqa: ANN401 - Field is Any
    """Yes or no with a default in the database."""
    return Field(default=default, sa_column_kwargs={"server_default": true() if default else false()})


def word(default: str = "") -> Any:  # noqa: ANN401 - Field is Any
    """A short text of ours with a default in the database."""
    return Field(default=default, sa_column_kwargs={"server_default": text(f"'{default}'")})


def core(model: type[Row]) -> Table:
    """The SQLAlchemy Core table of a model, for statements without ORM objects."""
    return metadata.tables[str(model.__tablename__)]
