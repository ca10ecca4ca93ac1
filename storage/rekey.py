"""A new key: everything is sealed anew with it and the blind index is rebuilt, while the system runs.

First give every process the new key behind the old one, then in front of it, then run this; when a run finds
nothing left, the old key may go. It may be stopped at any time and started again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, LargeBinary, Table, bindparam, func, or_, select
from sqlalchemy import literal as value_of

from storage import lookups, records, tables
from storage.lookups import Index, LookupRow
from storage.sealing import FOLDING, Keyring, SealBrokenError
from storage.tables import core
from storage.types import Sealed

BATCH = 500
RowKey = int | str
LOOKUP = core(tables.Lookup)
_OWNERS = {
    "person": (core(tables.Person), (Index.PHONE, Index.IDENTITY, Index.NAME_WORD, Index.NAME)),
    "address": (core(tables.Address), (Index.ADDRESS,)),
    "code": (core(tables.Code), (Index.CODE,)),
}
"""Whose rows the blind index leads to, and by which kinds."""


@dataclass
class Rekeyed:
    """What a run has done: values by "table.column", rows indexed anew, and values that no key opens."""

    resealed: dict[str, int] = field(default_factory=dict)
    reindexed: int = 0
    broken: list[str] = field(default_factory=list)

    @property
    def nothing_left(self) -> bool:
        """Whether all was as it should be, so that older keys may go."""
        return not (self.resealed or self.reindexed or self.broken)


def rekey(engine: Engine, keyring: Keyring, batch: int = BATCH) -> Rekeyed:
    """Seal and index everything with the first key, a commit per batch.

    Raises UnknownKeyError when something was sealed with a key that is not on the keyring.
    """
    run = _Run(keyring, batch)
    for table in sealed_tables():
        after: RowKey | None = None
        while True:
            with engine.begin() as conn:
                after = run.reseal(conn, table, after)
            if after is None:
                break
    for owner in _OWNERS:
        last: int | None = -1
        while last is not None:
            with engine.begin() as conn:
                last = run.reindex(conn, owner, last)
    return run.counts


def sealed_tables() -> list[Table]:
    """All tables with a sealed column."""
    return [table for table in tables.metadata.sorted_tables if _sealed_columns(table)]


@dataclass
class _Run:
    keyring: Keyring
    batch: int
    counts: Rekeyed = field(default_factory=Rekeyed)

    def reseal(self, conn: Connection, table: Table, after: RowKey | None) -> RowKey | None:
        """One batch of a table, from behind a key on; the last key of the batch, None when all is done."""
        (key,) = table.primary_key.columns
        columns = _sealed_columns(table)
        query = select(key.label("row_key"), *(table.c[name] for name in columns)).where(
            or_(*(_sealed_otherwise(table.c[name], self.keyring.prefix) for name in columns))
        )
        if after is not None:
            query = query.where(key > after)
        rows = conn.execute(query.order_by(key).limit(self.batch).with_for_update()).all()
        for place, name in enumerate(columns, start=1):
            fresh = [
                {"row_key": row[0], "fresh": sealed}
                for row in rows
                if (sealed := self._sealed_anew(table.name, name, row[0], row[place])) is not None
            ]
            if fresh:
                update = table.update().where(key == bindparam("row_key")).values({name: bindparam("fresh")})
                conn.execute(update, fresh)
                self.counts.resealed[f"{table.name}.{name}"] = len(fresh) + self.counts.resealed.get(
                    f"{table.name}.{name}", 0
                )
        last: RowKey | None = rows[-1][0] if len(rows) == self.batch else None
        return last

    def reindex(self, conn: Connection, owner: str, after: int) -> int | None:
        """One batch of rows whose look-ups are of another key or folding; the last id, None when done."""
        table, kinds = _OWNERS[owner]
        outdated = (
            select(LOOKUP.c.row_id)
            .where(
                LOOKUP.c.kind.in_([kind.value for kind in kinds]),
                LOOKUP.c.row_id > after,
                (LOOKUP.c.key_id != self.keyring.first) | (LOOKUP.c.folding != FOLDING),
            )
            .distinct()
            .order_by(LOOKUP.c.row_id)
            .limit(self.batch)
        )
        ids = list(conn.execute(outdated).scalars())
        if not ids:
            return None
        # Locked, so that a correction of the row cannot put its look-ups between our reading and writing.
        owners = conn.execute(select(table).where(table.c.id.in_(ids)).with_for_update()).all()
        rows: dict[int, list[LookupRow]] = {}
        for row in owners:
            try:
                rows[row.id] = _lookups_of(self.keyring, owner, row)
            except SealBrokenError:
                self.counts.broken.append(f"look-ups of {owner} {row.id}")
        lookups.replace(conn, [lookup for found in rows.values() for lookup in found], rows)
        self.counts.reindexed += len(rows)
        return ids[-1] if len(ids) == self.batch else None

    def _sealed_anew(self, table: str, column: str, key: RowKey, old: bytes | None) -> bytes | None:
        if old is None or old.startswith(self.keyring.prefix):
            return None
        try:
            plain = self.keyring.open(table, column, key, old)
        except SealBrokenError:
            self.counts.broken.append(f"{table}.{column} of row {key}")
            return None
        return self.keyring.seal(table, column, key, plain)


def _sealed_columns(table: Table) -> list[str]:
    return [column.name for column in table.columns if isinstance(column.type, Sealed)]


def _sealed_otherwise(column: ColumnElement[Any], prefix: bytes) -> ColumnElement[bool]:
    begins = func.substr(column, 1, len(prefix), type_=LargeBinary)
    return begins != value_of(prefix, LargeBinary)


def _lookups_of(keyring: Keyring, owner: str, row: records.AnyRow) -> list[LookupRow]:
    if owner == "person":
        return lookups.of_person(keyring, records.person(keyring, row.id, row.profile, row.language))
    if owner == "address":
        user = keyring.open("address", "native_user", row.id, row.native_user).decode()
        return lookups.of_address(keyring, row.id, row.account, user)
    return lookups.of_code(keyring, row.id, keyring.open("code", "text", row.id, row.text).decode())
