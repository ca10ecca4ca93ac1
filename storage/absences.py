"""Who of a staff is away: the condition that goes with every reading of postings."""

from __future__ import annotations

from sqlalchemy import Date, bindparam, exists

from storage import tables
from storage.tables import core

ABSENCE, POSTING = core(tables.Absence), core(tables.Posting)
_TODAY = bindparam("today", type_=Date())

AWAY = (
    exists()
    .where(
        ABSENCE.c.person_id == POSTING.c.person_id,
        ABSENCE.c.ended_at.is_(None),
        ABSENCE.c.first_day <= _TODAY,
        ABSENCE.c.last_day >= _TODAY,
    )
    .correlate(POSTING)
)
"""Whether the person of a posting does not work on the local day `today`."""
