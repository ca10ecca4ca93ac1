"""A plan: a checked list held against the database: who is new, who may be known, what is in already."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Engine

from bot.lists import Checked, check
from papers.reading import read
from papers.sheets import Book
from quarantine.access import Action, roles_with
from quarantine.batches import NOTHING_DECIDED, Decided, Double, Doubles, Placed, content_of, placed
from quarantine.lists import Entry, Field, RowRef
from quarantine.people import Unit
from quarantine.places import Places, WithinReach
from storage import batches, jobs
from storage.engine import reading
from storage.known_people import doubles
from storage.reader import SqlStore
from storage.sealing import Keyring
from storage.unit_tree import UnitTree

CHAT = "account"
"""In the task of a job that came by chat: the account that its file lies on."""


@dataclass(frozen=True)
class Order:
    """What somebody wants done with a file.

    `under` are the units under which they may write, None for everywhere; the rest is as in bot/lists.py.
    """

    today: date
    under: tuple[int, ...] | None = None
    by: int | None = None
    sheet: str = ""
    mapping: Mapping[Field, str] | None = None
    given: Mapping[Field, str] | None = None
    decided: Decided = NOTHING_DECIDED


def task_of(order: Order) -> dict[str, Any]:
    """The order as a job keeps it."""
    return {
        "today": order.today.isoformat(),
        "under": None if order.under is None else list(order.under),
        "sheet": order.sheet,
        "mapping": dict(order.mapping or {}),
        "given": dict(order.given or {}),
        "doubles": order.decided.others.value,
        "decided": {pair: way.value for pair, way in order.decided.single.items()},
    }


def order_of(job: jobs.Job) -> Order:
    """The order that a job keeps."""
    task = job.task
    return Order(
        today=date.fromisoformat(task["today"]),
        under=None if task["under"] is None else tuple(task["under"]),
        by=job.by,
        sheet=task["sheet"],
        mapping={Field(name): text for name, text in task["mapping"].items()},
        given={Field(name): text for name, text in task["given"].items()},
        decided=Decided(
            Doubles(task["doubles"]),
            {pair: Doubles(way) for pair, way in task.get("decided", {}).items()},
        ),
    )


@dataclass(frozen=True)
class Plan:
    """What would be written of a list, and why the rest is not; nothing of it is written yet."""

    checked: Checked
    order: Order
    units: Mapping[str, Unit]
    """The stations that may be written to, by code."""
    doubles: Mapping[RowRef, Double]
    repeated: frozenset[str]
    """Contents of rows that are in already."""

    @cached_property
    def sound(self) -> list[Entry]:
        """Rows without a mistake, in the order of the list."""
        return [entry for entry in self.checked.entries if not entry.refused]

    @cached_property
    def rows(self) -> list[Placed]:
        """The rows that go in, as it is decided."""
        return placed(self.sound, self.doubles, self.repeated, self.order.decided)

    @property
    def in_already(self) -> int:
        """Rows that another list, or this one before, has brought in just so."""
        return sum(content_of(entry) in self.repeated for entry in self.sound)

    @cached_property
    def shown(self) -> list[Double]:
        """Doubles that somebody decides about: what is in already is not among them."""
        fresh = (entry.ref for entry in self.sound if content_of(entry) not in self.repeated)
        return [self.doubles[ref] for ref in fresh if ref in self.doubles]

    @property
    def undecided(self) -> list[Double]:
        """Those of which nothing is decided by itself: what is decided of all the rest holds for them."""
        return [double for double in self.shown if double.pair not in self.order.decided.single]

    @property
    def handed_back(self) -> list[Double]:
        """Those that go back to the sender with the rows to be mended."""
        return [one for one in self.shown if self.order.decided.of(one) is Doubles.RETURN]

    def counts(self) -> batches.Counts:
        """What becomes of the rows."""
        rejected, added = len(self.checked.refused) + len(self.handed_back), len(self.rows)
        rows = len(self.checked.entries)
        return batches.Counts(rows, added, rejected, rows - rejected - added)


def allowed_under(conn: Connection, keyring: Keyring, person_id: int, now: datetime) -> tuple[int, ...]:
    """The units under which this person may bring lists in; none when they may nowhere."""
    postings = SqlStore(conn, keyring, now).postings_of(person_id)
    return tuple(sorted({one.unit_id for one in postings if one.role in roles_with(Action.IMPORT)}))


def stations(conn: Connection, order: Order) -> dict[str, Unit]:
    """The stations that may be written to, by code."""
    tree = UnitTree(conn, order.today)
    tops = [unit.id for unit in tree.tops()] if order.under is None else order.under
    return {unit.code: unit for unit in tree.communes(tops)}


def plan(
    engine: Engine,
    keyring: Keyring,
    data: bytes,
    order: Order,
    places: Places,
    *,
    read_file: Callable[[bytes], Book] = read,
    without: int | None = None,
) -> Plan:
    """Read, judge and compare; `without` is the batch that is being written from this very file.

    Raises what bot/lists.py raises. Takes seconds for thousands of rows, and holds up nobody: it only reads.
    """
    with reading(engine) as conn:
        mine = stations(conn, order)
    within = WithinReach(places, frozenset(mine))
    checked = check(
        data,
        order.today,
        within,
        sheet=order.sheet,
        mapping=order.mapping,
        given=order.given,
        read_file=read_file,
    )
    with reading(engine) as conn:
        return compared(conn, keyring, checked, order, mine, without)


def compared(
    conn: Connection,
    keyring: Keyring,
    checked: Checked,
    order: Order,
    mine: Mapping[str, Unit],
    without: int | None,
) -> Plan:
    """A checked list held against the database."""
    sound = [entry for entry in checked.entries if not entry.refused]
    units: Collection[int] | None = None
    if order.under is not None:
        units = frozenset(UnitTree(conn).subtree(order.under))
    found = {ref: Double(ref, repeat.by, of=repeat.of) for ref, repeat in checked.repeats.items()}
    known = {double.ref: double for double in doubles(conn, keyring, sound, units)}
    held = batches.held(conn, keyring, map(content_of, sound), without)
    return Plan(checked, order, mine, {**found, **known}, frozenset(held))
