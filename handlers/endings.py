"""Endings: the last day has passed; the episode is completed, or a human decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handlers.alerts import open_task
from quarantine.checkins import Stage
from quarantine.effects import EpisodeChanged
from quarantine.people import Episode, EpisodeState
from quarantine.tasks import TaskKind
from quarantine.triage import Level
from quarantine.turn import Turn

_CLEAR = frozenset({Stage.DONE, Stage.LATE, Stage.CONTACTED})


def ends_due(turn: Turn, episodes: Sequence[Episode]) -> None:
    """Close the episodes that ended well; silent or unwell on the last day goes to a human (DESIGN.md §8)."""
    for episode in episodes:
        if _ended_well(turn, episode):
            complete(turn, episode)
            continue
        resting = replace(episode, next_at=None)
        turn.record(EpisodeChanged(episode, resting, None, turn.now, "last_day_unclear"))
        open_task(
            turn,
            TaskKind.DECIDE,
            unit_id=episode.unit_id,
            person_id=episode.responder_id,
            episode=episode,
        )


def _ended_well(turn: Turn, episode: Episode) -> bool:
    checkin = turn.store.last_checkin(episode.id)
    report = turn.store.last_report(episode.id)
    return (
        checkin is not None
        and checkin.day == episode.last_day
        and checkin.stage in _CLEAR
        and report is not None
        and report.level is Level.GREEN
    )


def complete(turn: Turn, episode: Episode) -> None:
    """Complete the episode and say goodbye; from here on nothing is asked any more."""
    done = replace(episode, state=EpisodeState.COMPLETED, next_at=None)
    turn.record(EpisodeChanged(episode, done, turn.me if turn.said else None, turn.now, "completed"))
    turn.say("ending.completed", to=episode.responder_id, last_day=episode.last_day)
