"""The tables of long work and of lists: jobs, batches and the rows that they brought."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlmodel import Field

from storage.columns import (
    Row,
    flag,
    instant,
    maybe_id,
    maybe_instant,
    maybe_sealed,
    number,
    partial,
    primary_id,
    sealed,
    some_id,
    word,
)


class Job(Row, table=True):
    """Long work; who runs it holds the lease of its kind (storage/jobs.py).

    `task` is what is to be done, as sealed JSON; `file` the sealed file that it is done on, kept until it is
    done; `result` sealed JSON. `state` is waiting, done or failed.
    """

    __table_args__ = (partial("ix_job_waiting", "id", where="state = 'waiting'"),)
    id: int = primary_id()
    kind: str
    state: str = word("waiting")
    by_id: int | None = maybe_id()
    created_at: datetime = instant()
    done_at: datetime | None = maybe_instant()
    tries: int = number()
    done: int = number()
    total: int = number()
    task: bytes = sealed()
    file: bytes | None = maybe_sealed()
    result: bytes | None = maybe_sealed()


class Batch(Row, table=True):
    """A list that was brought in: `digest` is the keyed digest of its file, `counts` are of its rows."""

    __table_args__ = (partial("ix_batch_by", "by_id", "id", where="by_id IS NOT NULL"),)
    id: int = primary_id()
    job_id: int = some_id()
    by_id: int | None = maybe_id()
    at: datetime = instant()
    digest: bytes = Field(sa_type=LargeBinary)
    state: str
    rows: int = number()
    added: int = number()
    rejected: int = number()
    doubles: int = number()
    shown_at: datetime | None = maybe_instant()
    told_at: datetime | None = maybe_instant()
    undone_at: datetime | None = maybe_instant()
    undone_by: int | None = maybe_id()


class BatchRow(Row, table=True):
    """A row that a batch brought, by the episode it became.

    `content` is the keyed digest of what makes rows the same row: no two that are `held` have the same.
    `fresh` says that the batch made the person too; `told`, that the station has the task.
    """

    __table_args__ = (
        UniqueConstraint("batch_id", "place"),
        partial("uq_batch_row_held", "content", where="held", unique=True),
        partial("ix_batch_row_fresh", "person_id", where="fresh"),
    )
    episode_id: int = primary_id()
    batch_id: int = some_id()
    place: int = number()
    person_id: int = some_id()
    unit_id: int = some_id()
    content: bytes = Field(sa_type=LargeBinary)
    held: bool = flag(default=True)
    fresh: bool = flag(default=True)
    told: bool = flag()
