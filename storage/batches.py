"""Batches: rows put down unseen in chunks, shown by one small commit, taken back while none is verified."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, exists, func, select, text

from quarantine.batches import Batch, BatchState, Placed
from quarantine.effects import EpisodeAdded, PersonAdded
from quarantine.people import Episode, EpisodeState, Home, Person
from quarantine.protocol import DEFAULT_PROTOCOL, protocol
from quarantine.tasks import TaskState
from storage import tables
from storage.apply_episodes import episodes_added
from storage.apply_people import persons_added
from storage.bulk import Insert, calls
from storage.sealing import Keyring
from storage.spelling import among
from storage.tables import core
from storage.trips import together
from storage.writing import Writing

BATCH, ROW = core(tables.Batch), core(tables.BatchRow)
PERSON, EPISODE, TASK = core(tables.Person), core(tables.Episode), core(tables.Task)
LOOKUP, EVENT = core(tables.Lookup), core(tables.Event)
_PUT_DOWN = Insert(ROW)
_TELL = Insert(EVENT)
CONTENT = "row_content"
"""Under what purpose rows are digested."""


class VerifiedError(ValueError):
    """Somebody of the batch has been verified already: it is not undone any more."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of a list's rows."""

    rows: int
    added: int
    rejected: int
    doubles: int


def begin(
    conn: Connection,
    keyring: Keyring,
    ids: Callable[[], int],
    *,
    job_id: int,
    by: int | None,
    at: datetime,
    file: bytes,
) -> int:
    """The batch of a job: made when there is none yet."""
    known = conn.execute(select(BATCH.c.id).where(BATCH.c.job_id == job_id)).scalar_one_or_none()
    if known is not None:
        return int(known)
    batch_id, digest = ids(), keyring.mac("list file", file)
    conn.execute(
        BATCH.insert().values(
            id=batch_id, job_id=job_id, by_id=by, at=at, digest=digest, state=BatchState.STAGING.value
        )
    )
    return batch_id


def of_job(conn: Connection, job_id: int) -> tuple[int, BatchState] | None:
    """The batch of a job and its state; None when none was begun."""
    row = conn.execute(select(BATCH.c.id, BATCH.c.state).where(BATCH.c.job_id == job_id)).first()
    return None if row is None else (row.id, BatchState(row.state))


def held(conn: Connection, keyring: Keyring, contents: Iterable[str], without: int | None) -> set[str]:
    """Those of the contents that are in already, by another batch than `without`."""
    meant = {digest: content for content in contents for digest in keyring.digests(CONTENT, content).values()}
    digests, found = list(meant), set[str]()
    for start in range(0, len(digests), 1_000):
        known = select(ROW.c.content, ROW.c.batch_id).where(among(ROW.c.content, "contents"), text("held"))
        for row in conn.execute(known, {"contents": digests[start : start + 1_000]}):
            if row.batch_id != without:
                found.add(meant[bytes(row.content)])
    return found


def staged(conn: Connection, batch_id: int) -> set[int]:
    """The places of the rows that are put down already."""
    return set(conn.execute(select(ROW.c.place).where(ROW.c.batch_id == batch_id)).scalars())


def stage(
    conn: Connection,
    keyring: Keyring,
    ids: Callable[[], int],
    batch_id: int,
    rows: Sequence[Placed],
    *,
    units: Mapping[str, int],
    by: int | None,
    now: datetime,
) -> None:
    """Put rows down as persons and episodes that nobody sees yet; `units` are ids by code."""
    persons, episodes, brought = [], [], []
    for row in rows:
        person_id = ids() if row.person_id is None else row.person_id
        if row.person_id is None:
            persons.append(PersonAdded(_person(person_id, row), now))
        episode = _episode(ids(), person_id, row, units[row.entry.unit_code or ""], by)
        episodes.append(EpisodeAdded(episode, now))
        brought.append(
            {
                "episode_id": episode.id,
                "batch_id": batch_id,
                "place": row.number,
                "person_id": person_id,
                "unit_id": episode.unit_id,
                "content": keyring.digest(CONTENT, row.content),
                "fresh": row.person_id is None,
            }
        )
    writing = Writing(conn, keyring, now, ids)
    persons_added(writing, persons)
    episodes_added(writing, episodes)
    writing.write(_PUT_DOWN, brought)
    writing.finish()


def _person(person_id: int, row: Placed) -> Person:
    entry = row.entry
    return Person(person_id, entry.name, entry.phone, entry.birth_year, entry.sex, entry.identity)


def _episode(episode_id: int, person_id: int, row: Placed, unit_id: int, by: int | None) -> Episode:
    entry = row.entry
    first: date | None = entry.first_day
    if first is None or entry.reason is None or entry.order_number is None:
        raise ValueError("a row without order, first day or reason is no quarantine")
    return Episode(
        id=episode_id,
        person_id=person_id,
        responder_id=person_id,
        unit_id=unit_id,
        order_number=entry.order_number,
        reason=entry.reason,
        first_day=first,
        last_day=entry.last_day or protocol(DEFAULT_PROTOCOL).last_day(first),
        state=EpisodeState.STAGED,
        protocol=DEFAULT_PROTOCOL,
        home=Home(entry.address),
        created_by=by,
    )


def show(conn: Connection, batch_id: int, counts: Counts, at: datetime) -> int:
    """Make all of the batch visible at once; how many there are."""
    shown = conn.execute(
        EPISODE.update()
        .where(EPISODE.c.id.in_(_episodes(batch_id)), EPISODE.c.state == EpisodeState.STAGED.value)
        .values(state=EpisodeState.NOTIFIED.value, closed_at=None, created_at=at)
    )
    conn.execute(
        BATCH.update()
        .where(BATCH.c.id == batch_id)
        .values(
            state=BatchState.IN.value,
            shown_at=at,
            rows=counts.rows,
            added=shown.rowcount,
            rejected=counts.rejected,
            doubles=counts.doubles,
        )
    )
    return shown.rowcount


def counts(conn: Connection, batch_id: int) -> Counts:
    """What became of the rows of a batch that is visible."""
    row = conn.execute(select(BATCH).where(BATCH.c.id == batch_id)).one()
    return Counts(row.rows, row.added, row.rejected, row.doubles)


def untold_units(conn: Connection, batch_id: int, limit: int) -> list[int]:
    """Stations that have not been told of their people yet."""
    units = select(ROW.c.unit_id).where(ROW.c.batch_id == batch_id, ROW.c.told.is_(False)).distinct()
    return list(conn.execute(units.order_by(ROW.c.unit_id).limit(limit)).scalars())


def untold(conn: Connection, batch_id: int, unit_ids: Sequence[int]) -> list[tuple[int, int, int]]:
    """Of these stations, who still waits for a task to verify: (unit, person, episode), marked as told."""
    waiting = ROW.c.batch_id == batch_id, ROW.c.unit_id.in_(list(unit_ids)), ROW.c.told.is_(False)
    rows = conn.execute(
        select(ROW.c.unit_id, ROW.c.person_id, ROW.c.episode_id)
        .join(EPISODE, EPISODE.c.id == ROW.c.episode_id)
        .where(*waiting, EPISODE.c.state == EpisodeState.NOTIFIED.value)
        .order_by(ROW.c.unit_id, ROW.c.place)
    ).all()
    conn.execute(ROW.update().where(*waiting).values(told=True))
    return [(row.unit_id, row.person_id, row.episode_id) for row in rows]


def all_told(conn: Connection, batch_id: int, at: datetime) -> None:
    """Every station knows."""
    conn.execute(BATCH.update().where(BATCH.c.id == batch_id).values(told_at=at))


def void(conn: Connection, batch_id: int) -> None:
    """Give up a batch that nobody has seen: what was put down for it is removed."""
    seen = select(BATCH.c.state).where(BATCH.c.id == batch_id)
    if conn.execute(seen).scalar_one() != BatchState.STAGING:
        raise ValueError("what was seen is undone, not given up")
    fresh = select(ROW.c.person_id).where(ROW.c.batch_id == batch_id, ROW.c.fresh.is_(True))
    conn.execute(delete(EPISODE).where(EPISODE.c.id.in_(_episodes(batch_id))))
    conn.execute(delete(LOOKUP).where(LOOKUP.c.row_id.in_(fresh)))
    conn.execute(delete(PERSON).where(PERSON.c.id.in_(fresh)))
    conn.execute(delete(ROW).where(ROW.c.batch_id == batch_id))
    conn.execute(BATCH.update().where(BATCH.c.id == batch_id).values(state=BatchState.VOID.value))


def undo(
    conn: Connection, batch_id: int, ids: Callable[[], int], by: int | None, at: datetime
) -> dict[int, int]:
    """Take a batch back; how many it was for each station. VerifiedError when it is too late.

    Its quarantines are cancelled, its people not found any more; what happened stays in the history.
    """
    mine = BATCH.c.id == batch_id, BATCH.c.state == BatchState.IN.value
    taken = conn.execute(
        BATCH.update().where(*mine).values(state=BatchState.UNDONE.value, undone_at=at, undone_by=by)
    )
    if not taken.rowcount:
        raise LookupError("no such batch, or undone already")
    rows = conn.execute(select(ROW).where(ROW.c.batch_id == batch_id).order_by(ROW.c.episode_id)).all()
    cancelled = conn.execute(
        EPISODE.update()
        .where(EPISODE.c.id.in_(_episodes(batch_id)), EPISODE.c.state == EpisodeState.NOTIFIED.value)
        .values(state=EpisodeState.CANCELLED.value, closed_at=at, next_at=None, version=EPISODE.c.version + 1)
    )
    if cancelled.rowcount != len(rows):
        raise VerifiedError
    conn.execute(
        TASK.update()
        .where(TASK.c.episode_id.in_(_episodes(batch_id)), text("task.state <> 'done'"))
        .values(state=TaskState.DONE.value, done_at=at, next_at=None, version=TASK.c.version + 1)
    )
    conn.execute(ROW.update().where(ROW.c.batch_id == batch_id).values(held=False))
    events = [
        {
            "id": ids(),
            "at": at,
            "kind": "batch_undone",
            "by_id": by,
            "person_id": row.person_id,
            "episode_id": row.episode_id,
        }
        for row in rows
    ]
    together(conn, calls(conn, _TELL, events))
    return by_unit(conn, batch_id)


def by_unit(conn: Connection, batch_id: int) -> dict[int, int]:
    """How many people a batch brought to each station."""
    counted = select(ROW.c.unit_id, func.count()).where(ROW.c.batch_id == batch_id).group_by(ROW.c.unit_id)
    return {row[0]: row[1] for row in conn.execute(counted.order_by(ROW.c.unit_id))}


def batch(conn: Connection, batch_id: int) -> Batch | None:
    """A batch by id."""
    row = conn.execute(select(BATCH).where(BATCH.c.id == batch_id)).first()
    return None if row is None else _batch(conn, row)


def newest(conn: Connection, by: int) -> Batch | None:
    """The last batch that this person brought in and that is not undone."""
    mine = (
        select(BATCH)
        .where(BATCH.c.by_id == by, BATCH.c.state == BatchState.IN.value)
        .order_by(BATCH.c.id.desc())
        .limit(1)
    )
    row = conn.execute(mine).first()
    return None if row is None else _batch(conn, row)


def _batch(conn: Connection, row: Any) -> Batch:  # noqa: ANN401 - a row of the table
    verified = conn.execute(
        select(func.count())
        .select_from(EPISODE)
        .where(EPISODE.c.id.in_(_episodes(row.id)), EPISODE.c.state != EpisodeState.NOTIFIED.value)
    ).scalar_one()
    return Batch(row.id, row.by_id, row.shown_at or row.at, BatchState(row.state), row.added, verified)


def unseen(person_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether this person was made by a batch that is not, or no longer, to be seen."""
    return exists(
        select(ROW.c.episode_id)
        .join(BATCH, BATCH.c.id == ROW.c.batch_id)
        .where(ROW.c.person_id == person_id, text("batch_row.fresh"), BATCH.c.state != BatchState.IN.value)
    )


def _episodes(batch_id: int) -> Select[int]:
    return select(ROW.c.episode_id).where(ROW.c.batch_id == batch_id)
