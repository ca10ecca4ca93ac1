"""Outcomes: what follows when a letter has reached its reader, or never will."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from handlers.alerts import latest as latest_task
from handlers.alerts import open_task
from handlers.answers import latest
from quarantine.checkins import Checkin, Stage, delivered
from quarantine.effects import CheckinMoved, TaskChanged
from quarantine.people import OPEN_STATES, EpisodeState, Unit, UnitKind
from quarantine.protocol import protocol
from quarantine.tasks import Task, TaskKind, TaskState
from quarantine.titles import unit_title
from quarantine.turn import Turn

WAITING = frozenset({Stage.WAITING, Stage.PROMPTED})
"""Stages in which a check-in still expects its responder's answer in time."""


def prompts_delivered(turn: Turn, checkins: Sequence[tuple[Checkin, str, datetime]]) -> None:
    """Prompts have reached their phones: (check-in, protocol, when); reminders count from here."""
    for checkin, code, when in checkins:
        after = delivered(checkin, when, protocol(code).reminders)
        if after is not checkin:
            turn.record(CheckinMoved(checkin, after))


def prompts_lost(turn: Turn, checkins: Sequence[Checkin]) -> None:
    """Prompts that will never arrive: the channel is lost, which is not the resident's silence."""
    for owner in dict.fromkeys(checkin.responder_id for checkin in checkins):
        channel_lost(turn, owner)


def letter_lost(turn: Turn, owner: int) -> None:
    """Some other letter can never be delivered to this person."""
    channel_lost(turn, owner)


def channel_lost(turn: Turn, owner: int) -> None:
    """Somebody cannot be written to: no answer is expected of them any more, an officer calls or visits."""
    for checkin in (latest(turn, one) for one in turn.store.open_checkins(owner)):
        if checkin.stage in WAITING:
            gone = replace(checkin, stage=Stage.UNREACHABLE, next_at=None)
            turn.record(CheckinMoved(checkin, gone))
    followed = [
        one
        for one in turn.store.episodes_answered_by(owner)
        if one.state in OPEN_STATES and one.state is not EpisodeState.PAUSED
    ]
    for episode in followed[:1]:
        open_task(turn, TaskKind.UNREACHABLE, unit_id=episode.unit_id, person_id=owner, episode=episode)


def red_told(turn: Turn, task_id: int, reader: int) -> None:
    """The page has reached an officer: only now is the resident told who knows, and once for each report."""
    stored = turn.store.task(task_id)
    task = None if stored is None else latest_task(turn, stored)
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
        unit = _unit_of(turn, task, reader)
        if unit.kind in {UnitKind.STATION, UnitKind.POINT}:
            turn.say("red.told", to=resident, at=turn.now)
        else:
            turn.say("red.told_above", to=resident, at=turn.now, unit=unit_title(unit))


def _unit_of(turn: Turn, task: Task, reader: int) -> Unit:
    """The unit for which the reader stands on the task's ladder: the station, a centre, or the CDC."""
    near = [turn.store.unit(task.unit_id), *turn.store.supporters(task.unit_id)]
    for unit in (*near, *turn.store.superiors(task.unit_id)):
        if any(one.person.id == reader for one in turn.store.officers(unit.id)):
            return unit
    return near[0]
