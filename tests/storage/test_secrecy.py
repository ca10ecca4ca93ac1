"""What people told us cannot be read from the database: not in its file, not in its columns."""

from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, make_url, select

from quarantine.people import Home, Person, Sex
from quarantine.tasks import TaskKind
from storage import tables
from storage.engine import open_engine
from storage.sealing import SealBrokenError
from storage.tables import core
from storage.types import Sealed
from tests.storage.rows import Rows

PERSON = core(tables.Person)
LAN = Person(101, "Nguyễn Thị Lan", "0912345678", 1985, Sex.FEMALE, "001185012345")
DIGESTS = {"batch.digest", "batch_row.content", "lookup.digest", "inbox.address"}
SPOKEN = (
    "Nguyễn",
    "Lan",
    "nguyen",
    "0912345678",
    "001185012345",
    "Hoàng Hoa Thám",
    "105.82637",
    "123/QĐ-UBND",
    "3527065999",
    "K7M4PX",
    "khó thở từ đêm qua",
)
"""All that is told below; none of it may be found in the file."""


def test_nothing_personal_is_in_the_database_file(sqlite_url, keyring, now):
    """Names, numbers, dwellings, coordinates, chat ids, codes, free text: nowhere in the bytes on disk."""
    engine = open_engine(sqlite_url)
    with engine.begin() as conn:
        rows = Rows(conn, keyring, now)
        rows.units()
        rows.person(LAN)
        rows.episode(201, LAN.id, home=Home("Số 5 ngõ 173 Hoàng Hoa Thám", 21.03612, 105.82637))
        rows.address(901, "telegram", "3527065999", LAN.id)
        rows.code(401, "K7M4PX", episode_id=201)
        rows.task(501, TaskKind.HELP, LAN.id, detail={"text": "khó thở từ đêm qua"})
    path = Path(make_url(sqlite_url).database)
    content = b"".join(
        file.read_bytes() for file in (path, path.with_name(path.name + "-wal")) if file.exists()
    )
    engine.dispose()
    assert b"home-14/1" in content
    assert [word for word in SPOKEN if word.encode() in content] == []


def test_every_column_of_bytes_is_sealed_or_a_digest():
    """A new column of bytes must be sealed, or be named here as a digest."""
    plain = {
        f"{table.name}.{column.name}"
        for table in tables.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary) and not isinstance(column.type, Sealed)
    }
    assert plain == DIGESTS


def test_a_value_moved_to_another_row_does_not_open(conn, keyring, rows):
    """Whoever can write to the database still cannot pass one person's data off as another's."""
    rows.person(LAN)
    rows.person(Person(102, "Trần Văn Hùng"))
    stolen = conn.execute(select(PERSON.c.profile).where(PERSON.c.id == 101)).scalar_one()
    conn.execute(PERSON.update().where(PERSON.c.id == 102).values(profile=stolen))
    moved = conn.execute(select(PERSON.c.profile).where(PERSON.c.id == 102)).scalar_one()
    with pytest.raises(SealBrokenError):
        keyring.open("person", "profile", 102, moved)
