"""What all writers of effects share: what is gathered to be written, history, and the check of versions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection

from quarantine.params import pack
from storage import bulk
from storage.bulk import Insert, Update
from storage.sealing import Keyring
from storage.tables import Event, core
from storage.trips import Call, together

_TELL = Insert(core(Event))


class StaleDecisionError(RuntimeError):
    """Something was decided on a row that somebody else has changed since; named by the class of the effect.

    Nothing of the transaction may be committed: roll back and decide anew.
    """

    def __init__(self, effect: type) -> None:
        super().__init__(f"{effect.__name__} was decided on a row that has changed since")
        self.effect = effect


class Versioned(Protocol):
    """A record with an id and the version that it was read at."""

    @property
    def id(self) -> int:
        """The row."""
        ...

    @property
    def version(self) -> int:
        """The version of the row."""
        ...


Record = TypeVar("Record", bound=Versioned)


class Writing:
    """One application of effects: what is to be written is gathered and goes to the database together."""

    def __init__(self, conn: Connection, keyring: Keyring, now: datetime, ids: Callable[[], int]) -> None:
        self.keyring = keyring
        self.now = now
        self.ids = ids
        self._conn = conn
        self._calls: list[Call] = []
        self._expected: list[tuple[int, type | None]] = []
        self._events: list[dict[str, Any]] = []

    @property
    def conn(self) -> Connection:
        """The connection, for what is read or written one by one; what was gathered is written first."""
        self.flush()
        return self._conn

    def seal(self, table: str, column: str, row_id: int, value: bytes | str) -> bytes:
        """Seal a value for its column."""
        return self.keyring.seal(table, column, row_id, value)

    def note(
        self,
        kind: str,
        at: datetime,
        by: int | None = None,
        *,
        person_id: int | None = None,
        episode_id: int | None = None,
        task_id: int | None = None,
        detail: Mapping[str, object] | None = None,
    ) -> None:
        """Add a line to the append-only history (DESIGN.md §7); its detail is sealed."""
        row_id = self.ids()
        sealed = self.keyring.seal_json("event", "detail", row_id, pack(detail)) if detail else None
        self._events.append(
            {
                "id": row_id,
                "at": at,
                "kind": kind,
                "by_id": by,
                "person_id": person_id,
                "episode_id": episode_id,
                "task_id": task_id,
                "detail": sealed,
            }
        )

    def write(self, statement: Insert | Update, rows: Sequence[Mapping[str, Any]]) -> None:
        """Have these rows written, after those before them."""
        for call in bulk.calls(self._conn, statement, rows):
            self._calls.append(call)
            self._expected.append((0, None))

    def change(self, effect: type, statement: Insert | Update, rows: Sequence[Mapping[str, Any]]) -> None:
        """The same for rows each of which must find its row: else StaleDecisionError, when they are written.

        Rows go in the order of their ids, as two processes may be changing some of the same.
        """
        self.write(statement, sorted(rows, key=_first))
        if rows:
            self._expected[-1] = (len(rows), effect)

    def flush(self) -> None:
        """Write what was gathered."""
        calls, expected = self._calls, self._expected
        self._calls, self._expected = [], []
        if not calls:
            return
        for found, (rows, effect) in zip(together(self._conn, calls), expected, strict=True):
            if effect is not None and found.touched != rows:
                raise StaleDecisionError(effect)

    def finish(self) -> None:
        """Write the history, and all that is left."""
        self.write(_TELL, self._events)
        self._events = []
        self.flush()


def _first(row: Mapping[str, Any]) -> int:
    """The id of a row: its first value."""
    return int(next(iter(row.values())))


def merged(effect: type, moves: Iterable[tuple[Record, Record]]) -> list[tuple[Record, Record]]:
    """Several changes of one row as one, when each goes on from the one before.

    Two that were decided on the same state contradict each other: StaleDecisionError.
    """
    chains: dict[int, tuple[Record, Record]] = {}
    for before, after in moves:
        earlier = chains.get(before.id)
        if earlier is not None and earlier[1] != before:
            raise StaleDecisionError(effect)
        chains[before.id] = (before if earlier is None else earlier[0], after)
    return list(chains.values())


def difference(before: object, after: object) -> dict[str, object]:
    """What changed between two records of one class, as {field: [before, after]}."""
    changed: dict[str, object] = {}
    for each in fields(before):  # type: ignore[arg-type]  # both are dataclasses
        old, new = getattr(before, each.name), getattr(after, each.name)
        if old != new and each.name != "version":
            changed[each.name] = [old, new]
    return changed
