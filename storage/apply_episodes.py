"""Effects on episodes: their beginning, their changes, and what a change means for open check-ins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from quarantine.effects import EpisodeAdded, EpisodeChanged
from quarantine.people import OPEN_STATES, Episode, EpisodeState
from quarantine.protocol import ends_at
from storage import records, tables
from storage.bulk import Insert, Update
from storage.rerouting import reroute
from storage.spelling import among
from storage.tables import core
from storage.writing import Writing, difference, merged

_EPISODE, _CHECKIN = core(tables.Episode), core(tables.Checkin)
_REACHED = ("verified", "guided", "linked")
"""States that are a moment of their own, also when the episode moves on in the same step (`why` names it)."""

_CHANGE = Update.versioned(
    _EPISODE,
    *("responder_id", "unit_id", "dwelling", "reason", "first_day", "last_day"),
    *("state", "protocol", "next_at", "ends_at", "by_staff"),
    closed_at="CASE WHEN new.closed_at IS NULL THEN NULL ELSE coalesce(episode.closed_at, new.closed_at) END",
    **{f"{name}_at": f"coalesce(episode.{name}_at, new.{name}_at)" for name in _REACHED},
)
_BEGIN = Insert(_EPISODE)
_LET_GO = (
    _CHECKIN.update()
    .where(among(_CHECKIN.c.episode_id), _CHECKIN.c.next_at.is_not(None))
    .values(next_at=None, version=_CHECKIN.c.version + 1)
)


def episodes_added(writing: Writing, effects: Sequence[EpisodeAdded]) -> None:
    """Episodes that begin."""
    rows = []
    for effect in effects:
        episode = effect.episode
        rows.append(
            {
                "id": episode.id,
                "person_id": episode.person_id,
                "created_by": episode.created_by,
                "created_at": effect.at,
                "closed_at": None if episode.state in OPEN_STATES else effect.at,
                **_columns(writing, episode),
                **_moments(episode, "", effect.at),
            }
        )
        writing.note(
            "episode_added",
            effect.at,
            episode.created_by,
            person_id=episode.person_id,
            episode_id=episode.id,
            detail={"state": episode.state, "unit_id": episode.unit_id},
        )
    writing.write(_BEGIN, rows)


def episodes_changed(writing: Writing, effects: Sequence[EpisodeChanged]) -> None:
    """Episodes that moved on, with before and after in the history.

    Nobody is asked or reminded for an episode that is no longer followed; one that has a new responder or
    unit takes its open check-ins along.
    """
    at, why = {}, {}
    for effect in effects:
        at[effect.after.id], why[effect.after.id] = effect.at, effect.why
        _note(writing, effect)
    moves = merged(EpisodeChanged, ((effect.before, effect.after) for effect in effects))
    writing.change(
        EpisodeChanged,
        _CHANGE,
        [_changed_row(writing, before, after, why[after.id], at[after.id]) for before, after in moves],
    )
    left = [after.id for before, after in moves if before.state is EpisodeState.MONITORING is not after.state]
    if left:
        writing.conn.execute(_LET_GO, {"ids": left})
    reroute(writing, [(before, after) for before, after in moves if after.id not in left])


def _note(writing: Writing, effect: EpisodeChanged) -> None:
    writing.note(
        "episode_changed",
        effect.at,
        effect.by,
        person_id=effect.after.person_id,
        episode_id=effect.after.id,
        detail={"changed": difference(effect.before, effect.after), "why": effect.why},
    )


def _changed_row(writing: Writing, before: Episode, after: Episode, why: str, at: datetime) -> dict[str, Any]:
    return {
        "id": before.id,
        "version": before.version,
        "closed_at": None if after.state in OPEN_STATES else at,
        **_columns(writing, after),
        **_moments(after, why, at),
    }


def _columns(writing: Writing, episode: Episode) -> dict[str, Any]:
    followed = episode.state is EpisodeState.MONITORING
    return {
        "responder_id": episode.responder_id,
        "unit_id": episode.unit_id,
        "dwelling": records.dwelling(writing.keyring, episode),
        "reason": episode.reason.value,
        "first_day": episode.first_day,
        "last_day": episode.last_day,
        "state": episode.state.value,
        "protocol": episode.protocol,
        "next_at": episode.next_at if followed else None,
        "ends_at": ends_at(episode.last_day),
        "by_staff": episode.by_staff,
    }


def _moments(episode: Episode, why: str, at: datetime) -> dict[str, datetime | None]:
    reached = {episode.state.value, why.partition(":")[0]}
    return {f"{name}_at": at if name in reached else None for name in _REACHED}
