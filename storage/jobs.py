"""Jobs: long work that waits its turn, one at a time of each kind, and outlives the process that does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, text

from storage import tables
from storage.sealing import Keyring
from storage.tables import core

JOB = core(tables.Job)
WAITING, DONE, FAILED = "waiting", "done", "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """A job as whoever runs it sees it; `task` is JSON, `file` the bytes that it is about."""

    id: int
    kind: str
    by: int | None
    created_at: datetime
    tries: int
    task: dict[str, Any]
    file: bytes


@dataclass(frozen=True, slots=True)
class Standing:
    """How a job stands: waiting (be it that it runs), done or failed, how far it is, and what came of it."""

    state: str
    done: int
    total: int
    result: dict[str, Any]


def add(
    conn: Connection,
    keyring: Keyring,
    ids: Callable[[], int],
    *,
    kind: str,
    by: int | None,
    at: datetime,
    task: dict[str, Any],
    file: bytes,
) -> int:
    """Put a job into the queue; its id."""
    job_id = ids()
    conn.execute(
        JOB.insert().values(
            id=job_id,
            kind=kind,
            by_id=by,
            created_at=at,
            task=keyring.seal_json("job", "task", job_id, task),
            file=keyring.seal("job", "file", job_id, file),
        )
    )
    return job_id


def first(conn: Connection, keyring: Keyring, kind: str) -> Job | None:
    """The job of that kind whose turn it is: the oldest that is not done, begun by somebody or not."""
    waiting = select(JOB).where(text("state = 'waiting'"), JOB.c.kind == kind).order_by(JOB.c.id).limit(1)
    row = conn.execute(waiting).first()
    if row is None:
        return None
    return Job(
        row.id,
        row.kind,
        row.by_id,
        row.created_at,
        row.tries,
        keyring.open_json("job", "task", row.id, row.task),
        keyring.open("job", "file", row.id, row.file or b""),
    )


def begun(conn: Connection, job_id: int) -> None:
    """Count a try."""
    conn.execute(JOB.update().where(JOB.c.id == job_id).values(tries=JOB.c.tries + 1))


def advanced(conn: Connection, job_id: int, done: int, total: int) -> None:
    """Note how far it is."""
    conn.execute(JOB.update().where(JOB.c.id == job_id).values(done=done, total=total))


def finish(
    conn: Connection, keyring: Keyring, job_id: int, state: str, at: datetime, result: dict[str, Any]
) -> None:
    """It is over, well or not; the file that it was about is forgotten."""
    sealed = keyring.seal_json("job", "result", job_id, result)
    over = JOB.update().where(JOB.c.id == job_id)
    conn.execute(over.values(state=state, done_at=at, file=None, result=sealed))


def standing(conn: Connection, keyring: Keyring, job_id: int) -> Standing | None:
    """How a job stands; None when there is none of that id."""
    row = conn.execute(select(JOB).where(JOB.c.id == job_id)).first()
    if row is None:
        return None
    result = {} if row.result is None else keyring.open_json("job", "result", row.id, row.result)
    return Standing(row.state, row.done, row.total, result)
