"""Effects on staff: postings, days off, and the units that are to be looked at."""

from __future__ import annotations

from collections.abc import Sequence

from quarantine.effects import AbsenceAdded, AbsenceEnded, CodeFor, PostingAdded, PostingEnded, UnitWatched
from storage import tables
from storage.bulk import Insert, Update
from storage.tables import core
from storage.writing import StaleDecisionError, Writing

_POSTING, _ABSENCE, _WATCH = core(tables.Posting), core(tables.Absence), core(tables.UnitWatch)
_CODE = core(tables.Code)
REVOKED = "revoked"
"""Why an invitation was closed whose giver has lost the posting."""

_TAKE_UP, _GO_AWAY = Insert(_POSTING), Insert(_ABSENCE)
_WATCHED = Insert(_WATCH, conflict="ON CONFLICT DO NOTHING")
_ENDED = Update(_POSTING, {"valid_to": "new.valid_to"}, "posting.id = new.id AND posting.valid_to IS NULL")
_BACK = Update(_ABSENCE, {"ended_at": "new.ended_at"}, "absence.id = new.id AND absence.ended_at IS NULL")
_INVITATIONS = Update(
    _CODE,
    {"used_at": "new.used_at", "why_closed": "new.why_closed"},
    f"code.issued_by = new.issued_by AND code.used_at IS NULL AND code.purpose = '{CodeFor.OFFICER}'",
)


def postings_added(writing: Writing, effects: Sequence[PostingAdded]) -> None:
    """People who take up a role at a unit."""
    rows = []
    for effect in effects:
        posting = effect.posting
        rows.append(
            {
                "id": posting.id,
                "person_id": posting.person_id,
                "unit_id": posting.unit_id,
                "role": posting.role.value,
                "on_duty": posting.on_duty,
                "deputy": posting.deputy,
                "valid_from": effect.at,
            }
        )
        detail = {"unit_id": posting.unit_id, "role": posting.role.value, "deputy": posting.deputy}
        writing.note("posting_added", effect.at, effect.by, person_id=posting.person_id, detail=detail)
    writing.write(_TAKE_UP, rows)


def postings_ended(writing: Writing, effects: Sequence[PostingEnded]) -> None:
    """People who give a role up; refused when somebody else has ended it in the meantime."""
    if len({effect.posting.id for effect in effects}) < len(effects):
        raise StaleDecisionError(PostingEnded)
    rows = [{"id": effect.posting.id, "valid_to": effect.at} for effect in effects]
    writing.change(PostingEnded, _ENDED, rows)
    given = [
        {"issued_by": effect.posting.person_id, "used_at": effect.at, "why_closed": REVOKED}
        for effect in effects
    ]
    writing.write(_INVITATIONS, given)
    for effect in effects:
        posting = effect.posting
        detail = {"unit_id": posting.unit_id, "role": posting.role.value}
        writing.note("posting_ended", effect.at, effect.by, person_id=posting.person_id, detail=detail)


def absences_added(writing: Writing, effects: Sequence[AbsenceAdded]) -> None:
    """Days off, as dated rows."""
    rows = [
        {
            "id": effect.absence.id,
            "person_id": effect.absence.person_id,
            "first_day": effect.absence.first_day,
            "last_day": effect.absence.last_day,
            "created_by": effect.by,
            "created_at": effect.at,
        }
        for effect in effects
    ]
    writing.write(_GO_AWAY, rows)
    for effect in effects:
        _note(writing, "absence_added", effect)


def absences_ended(writing: Writing, effects: Sequence[AbsenceEnded]) -> None:
    """Days off that do not count any more; refused when they were ended in the meantime."""
    rows = [{"id": effect.absence.id, "ended_at": effect.at} for effect in effects]
    writing.change(AbsenceEnded, _BACK, rows)
    for effect in effects:
        _note(writing, "absence_ended", effect)


def _note(writing: Writing, kind: str, effect: AbsenceAdded | AbsenceEnded) -> None:
    days = {"first": effect.absence.first_day.isoformat(), "last": effect.absence.last_day.isoformat()}
    writing.note(kind, effect.at, effect.by, person_id=effect.absence.person_id, detail=days)


def units_watched(writing: Writing, effects: Sequence[UnitWatched]) -> None:
    """When units are to be looked at; each instant once."""
    writing.write(_WATCHED, [{"unit_id": effect.unit_id, "next_at": effect.at} for effect in effects])
