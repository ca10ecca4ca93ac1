"""Postings as the operator looks at them: by their id, and where there are any."""

from __future__ import annotations

from sqlalchemy import Connection, select

from quarantine.people import Posting
from storage import records, tables
from storage.tables import core

_POSTING = core(tables.Posting)
_CURRENT = _POSTING.c.valid_to.is_(None)


def current(conn: Connection, posting_id: int) -> Posting | None:
    """The posting of that id, None when there is none or it has ended."""
    row = conn.execute(select(_POSTING).where(_POSTING.c.id == posting_id, _CURRENT)).first()
    return None if row is None else records.posting(row)


def staffed(conn: Connection) -> frozenset[int]:
    """Ids of the units at which anybody is posted."""
    return frozenset(conn.execute(select(_POSTING.c.unit_id).where(_CURRENT).distinct()).scalars())
