"""What all writers of effects share: the connection, the lines of history, and the check of versions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Executable

from quarantine.params import pack
from storage.sealing import Keyring
from storage.tables import Event, core

_TELL = core(Event).insert()


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


@dataclass(slots=True)
class Writing:
    """One application of effects; history is gathered and written in one statement at the end."""

    conn: Connection
    keyring: Keyring
    now: datetime
    ids: Callable[[], int]
    events: list[dict[str, Any]] = field(default_factory=list)

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
        self.events.append(
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

    def write_history(self) -> None:
        """Write what was noted."""
        if self.events:
            self.conn.execute(_TELL, self.events)
            self.events = []

    def change(self, effect: type, statement: Executable, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run a version-checked update for each row; StaleDecisionError when one of them did not match.

        Rows go in the order of their ids, as two processes may be changing some of the same.
        """
        ordered = sorted(rows, key=lambda row: int(row["row_id"]))
        if ordered and self.conn.execute(statement, ordered).rowcount != len(ordered):
            raise StaleDecisionError(effect)


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
