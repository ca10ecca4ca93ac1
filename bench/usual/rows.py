"""The usual tables: SQLModel with autoincrementing ids, one row a thing, nothing sealed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, DateTime, Engine, MetaData, Table, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlmodel import Field, SQLModel, create_engine

from bench.filling import fill
from bench.province import LAT, LNG, Province, name_of, phone_of

metadata = MetaData()
DURABLE = ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA busy_timeout=10000")
"""As durable as Cachly's own connections, and as fast as SQLite can be so."""


class Seen(SQLModel, table=True):
    """An update that has been handled."""

    metadata = metadata
    update_id: int = Field(primary_key=True, sa_type=BigInteger)


class Subject(SQLModel, table=True):
    """A person in quarantine."""

    metadata = metadata
    id: int | None = Field(default=None, primary_key=True)
    chat_id: int = Field(sa_type=BigInteger, unique=True)
    name: str
    phone: str


class Stay(SQLModel, table=True):
    """A quarantine."""

    metadata = metadata
    id: int | None = Field(default=None, primary_key=True)
    subject_id: int | None = Field(foreign_key="subject.id", index=True)
    first_day: date
    last_day: date
    lat: float
    lng: float
    state: str = Field(index=True)
    next_at: datetime = Field(sa_type=DateTime(timezone=True), index=True)


class Round(SQLModel, table=True):
    """A check-in."""

    metadata = metadata
    id: int | None = Field(default=None, primary_key=True)
    stay_id: int | None = Field(foreign_key="stay.id", index=True)
    day: date
    slot: str
    state: str = Field(index=True)
    reported: bool = False


class Answer(SQLModel, table=True):
    """A report."""

    metadata = metadata
    id: int | None = Field(default=None, primary_key=True)
    round_id: int | None = Field(foreign_key="round.id", index=True)
    at: datetime = Field(sa_type=DateTime(timezone=True))
    signs: str


class Position(SQLModel, table=True):
    """A shared position."""

    metadata = metadata
    id: int | None = Field(default=None, primary_key=True)
    round_id: int | None = Field(foreign_key="round.id", index=True)
    at: datetime = Field(sa_type=DateTime(timezone=True))
    lat: float
    lng: float
    distance_m: float


class Outgoing(SQLModel, table=True):
    """A message to send."""

    metadata = metadata
    id: int | None = Field(default=None, primary_key=True)
    subject_id: int | None = Field(foreign_key="subject.id", index=True)
    text: str
    state: str = Field(index=True)


class Dialogue(SQLModel, table=True):
    """Where a conversation stands."""

    metadata = metadata
    subject_id: int = Field(primary_key=True, foreign_key="subject.id")
    state: str


def settle(url: str, province: Province, day: date) -> None:
    """Fill an empty database with the same residents."""
    engine = open_sync(url)
    metadata.create_all(engine)
    numbers = range(1, province.residents + 1)
    with engine.begin() as conn:
        people = ((n, Province.chat(n - 1), name_of(n - 1), phone_of(n - 1)) for n in numbers)
        fill(conn, table("subject"), {}, ("id", "chat_id", "name", "phone"), people)
        place = {"first_day": day, "last_day": day, "lat": LAT, "lng": LNG, "state": "monitoring"}
        stays = ((n, n) for n in numbers)
        fill(conn, table("stay"), {**place, "next_at": province.now}, ("id", "subject_id"), stays)
        asked = {"day": day, "slot": "morning", "state": "prompted", "reported": False}
        fill(conn, table("round"), asked, ("id", "stay_id"), ((n, n) for n in numbers))
        fill(conn, table("dialogue"), {"state": "symptoms"}, ("subject_id",), ((n,) for n in numbers))
        if engine.dialect.name == "postgresql":
            for name in ("subject", "stay", "round"):
                conn.exec_driver_sql(f"SELECT setval('{name}_id_seq', {province.residents})")
    engine.dispose()


def table(name: str) -> Table:
    """A table by name."""
    return metadata.tables[name]


def open_sync(url: str) -> Engine:
    """A synchronous engine."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", durable)
    return engine


def durable(connection: DBAPIConnection, _: object) -> None:
    """Set up a connection to SQLite."""
    cursor = connection.cursor()
    for pragma in DURABLE:
        cursor.execute(pragma)
    cursor.close()
