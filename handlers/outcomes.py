"""Outcomes: what follows when a letter has reached its reader, or never will."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from handlers.alerts import open_task
from quarantine.checkins import Checkin, Stage, delivered
from quarantine.effects import CheckinMoved, TaskChanged
from quarantine.people import OPEN_STATES
from quarantine.protocol import protocol
from quarantine.tasks import TaskKind, TaskState
from quarantine.turn import Turn


def prompts_delivered(turn: Turn, checkins: Sequence[tuple[Checkin, str, datetime]]) -> None:
    """Prompts have reached their phones: (check-in, protocol, when); reminders count from here."""
    for checkin, code, when in checkins:
        after = delivered(checkin, when, protocol(code).reminders)
        if after is not checkin:
            turn.record(CheckinMoved(checkin, after))


def prompts_lost(turn: Turn, checkins: Sequence[Checkin]) -> None:
    """Prompts that will never arrive: the channel is lost, which is not the resident's silence."""
    told: set[int] = set()
    for checkin in checkins:
        if checkin.stage is not Stage.WAITING:
            continue
        turn.record(CheckinMoved(checkin, replace(checkin, stage=Stage.UNREACHABLE, next_at=None)))
        if checkin.responder_id not in told:
            told.add(checkin.responder_id)
            unreachable(turn, checkin.episode_id)


def unreachable(turn: Turn, episode_id: int) -> None:
    """Somebody who is followed cannot be written to: "không nhắn được", by phone or visit from here."""
    file = turn.store.file(episode_id)
    if file is None or file.episode.state not in OPEN_STATES:
        return
    open_task(
        turn,
        TaskKind.UNREACHABLE,
        unit_id=file.episode.unit_id,
        person_id=file.responder.id,
        episode=file.episode,
    )


def letter_lost(turn: Turn, owner: int) -> None:
    """Some other letter can never be delivered to this person."""
    for episode in turn.store.episodes_answered_by(owner)[:1]:
        unreachable(turn, episode.id)


def red_told(turn: Turn, task_id: int) -> None:
    """The page has reached an officer: only now is the resident told that the station knows, and once."""
    task = turn.store.task(task_id)
    if (
        task is None
        or task.kind is not TaskKind.RED
        or task.state is TaskState.DONE
        or task.detail.get("told")
    ):
        return
    turn.record(TaskChanged(task, replace(task, detail={**task.detail, "told": True}), None, turn.now))
    resident = task.detail.get("resident")
    if isinstance(resident, int):
        turn.say("red.told", to=resident, at=turn.now)
