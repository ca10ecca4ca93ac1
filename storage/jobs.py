"""Jobs: long work that waits its turn, one at a time of each kind, and outlives the process that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, text

from quarantine.list_drafts import DraftState, ListDraft
from storage import tables
from storage.sealing import Keyring
from storage.tables import core

JOB = core(tables.Job)
WAITING, DONE, FAILED = "waiting", "done", "failed"
LOOK, IMPORT = "look", "import"
"""Kinds of jobs: to look at a list that came by chat, and to bring one in."""
_SHOWN, _CANCELLED, _UPLOADED = "shown", "cancelled", "uploaded"
_STATES = {
    DraftState.LOOKING: (LOOK, WAITING),
    DraftState.SHOWN: (LOOK, _SHOWN),
    DraftState.CANCELLED: (LOOK, _CANCELLED),
    DraftState.WRITING: (IMPORT, WAITING),
    DraftState.DONE: (IMPORT, DONE),
}
KEPT = timedelta(days=7)
"""So long the rows to be mended may be fetched; a file that nobody decides about is kept as long."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job as whoever runs it sees it; `task` is JSON, `file` the bytes that it is about."""

    id: int
    kind: str
    by: int | None
    created_at: datetime
    tries: int
    task: dict[str, Any]
    file: bytes | None


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


def waits(conn: Connection, kind: str) -> bool:
    """Whether a job of that kind is not done, begun by somebody or not; no file is read for it."""
    waiting = select(JOB.c.id).where(text("state = 'waiting'"), JOB.c.kind == kind).limit(1)
    return conn.execute(waiting).first() is not None


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
        None if row.file is None else keyring.open("job", "file", row.id, row.file),
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
    """It is over, well or not."""
    sealed = keyring.seal_json("job", "result", job_id, result)
    forgotten = {"file": None} if state == FAILED else {}
    over = JOB.update().where(JOB.c.id == job_id)
    conn.execute(over.values(state=state, done_at=at, result=sealed, **forgotten))


def keep(conn: Connection, keyring: Keyring, job_id: int, file: bytes | None) -> None:
    """The file of a job from here on: the one fetched, the rows to be mended, or none any more."""
    sealed = None if file is None else keyring.seal("job", "file", job_id, file)
    conn.execute(JOB.update().where(JOB.c.id == job_id).values(file=sealed))


def show(
    conn: Connection, keyring: Keyring, job_id: int, task: Mapping[str, Any], found: Mapping[str, Any]
) -> bool:
    """What a look brought lies before the sender; False when it is not being looked at any more."""
    read_as = keyring.seal_json("job", "task", job_id, task)
    sealed = keyring.seal_json("job", "result", job_id, found)
    looked = JOB.update().where(JOB.c.id == job_id, JOB.c.kind == LOOK, JOB.c.state == WAITING)
    return bool(conn.execute(looked.values(state=_SHOWN, task=read_as, result=sealed)).rowcount)


def draft(conn: Connection, keyring: Keyring, job_id: int) -> ListDraft | None:
    """A list that came by chat; None when there is none of that id."""
    columns = (JOB.c.id, JOB.c.kind, JOB.c.state, JOB.c.by_id, JOB.c.task, JOB.c.result)  # not the file
    row = conn.execute(select(*columns).where(JOB.c.id == job_id, JOB.c.by_id.is_not(None))).first()
    if row is None or row.state == _UPLOADED:
        return None
    state = next((one for one, where in _STATES.items() if where == (row.kind, row.state)), DraftState.FAILED)
    found = {} if row.result is None else keyring.open_json("job", "result", row.id, row.result)
    return ListDraft(row.id, row.by_id, state, keyring.open_json("job", "task", row.id, row.task), found)


def in_hand(conn: Connection, keyring: Keyring, by: int | None) -> ListDraft | None:
    """The newest list that came by chat from this sender and is looked at, shown or being written."""
    going = select(JOB.c.id).where(
        JOB.c.by_id == by, JOB.c.kind.in_((LOOK, IMPORT)), JOB.c.state.in_((WAITING, _SHOWN))
    )
    row = conn.execute(going.order_by(JOB.c.id.desc()).limit(1)).first()
    return None if row is None else draft(conn, keyring, row.id)


def queue(conn: Connection, keyring: Keyring, sent: ListDraft, at: datetime) -> None:
    """A list that came by chat waits to be looked at; its file may be here already, by our own page."""
    task = keyring.seal_json("job", "task", sent.id, sent.task)
    mine = {"kind": LOOK, "state": WAITING, "by_id": sent.by, "task": task, "created_at": at}
    came = JOB.update().where(JOB.c.id == sent.id, JOB.c.state == _UPLOADED)
    if not conn.execute(came.values(mine)).rowcount:
        conn.execute(JOB.insert().values(id=sent.id, **mine))


def move(conn: Connection, keyring: Keyring, before: ListDraft, after: ListDraft) -> bool:
    """Something was decided; False when the list is no longer as it was before."""
    (_, was), (kind, state) = _STATES[before.state], _STATES[after.state]
    values = {
        "kind": kind,
        "state": state,
        "tries": 0,
        "task": keyring.seal_json("job", "task", after.id, after.task),
        **({"file": None} if after.state is DraftState.CANCELLED else {}),
    }
    same = JOB.update().where(JOB.c.id == before.id, JOB.c.state == was)
    return bool(conn.execute(same.values(values)).rowcount)


def upload(conn: Connection, keyring: Keyring, job_id: int, file: bytes, at: datetime) -> None:
    """Keep a file that came through our own page until its sender's turn takes it up."""
    conn.execute(
        JOB.insert().values(
            id=job_id,
            kind=LOOK,
            state=_UPLOADED,
            created_at=at,
            task=keyring.seal_json("job", "task", job_id, {}),
            file=keyring.seal("job", "file", job_id, file),
        )
    )


def kept_file(conn: Connection, keyring: Keyring, job_id: int) -> bytes | None:
    """The rows to be mended of a list that was brought in."""
    row = conn.execute(select(JOB.c.file).where(JOB.c.id == job_id, JOB.c.state == DONE)).first()
    return None if row is None or row.file is None else keyring.open("job", "file", job_id, row.file)


def last_mapping(conn: Connection, keyring: Keyring, by: int) -> dict[str, str]:
    """Which columns this sender said last time, by field."""
    row = conn.execute(
        select(JOB.c.id, JOB.c.task)
        .where(JOB.c.by_id == by, JOB.c.kind == IMPORT, JOB.c.state == DONE)
        .order_by(JOB.c.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return {}
    found: dict[str, str] = keyring.open_json("job", "task", row.id, row.task).get("mapping", {})
    return found


def forget(conn: Connection, now: datetime) -> None:
    """Forget files that nobody has fetched, decided about or taken up in time."""
    old = JOB.update().where(JOB.c.file.is_not(None), JOB.c.state != WAITING, JOB.c.created_at < now - KEPT)
    conn.execute(old.values(file=None))


def standing(conn: Connection, keyring: Keyring, job_id: int) -> Standing | None:
    """How a job stands; None when there is none of that id."""
    columns = (
        JOB.c.state,
        JOB.c.done,
        JOB.c.total,
        JOB.c.result,
    )  # not the file: it is asked often
    row = conn.execute(select(*columns).where(JOB.c.id == job_id)).first()
    if row is None:
        return None
    result = {} if row.result is None else keyring.open_json("job", "result", job_id, row.result)
    return Standing(row.state, row.done, row.total, result)
