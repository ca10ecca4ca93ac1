"""Members: whom of a household a task is about, and their check-ins when it is settled."""

from __future__ import annotations

from dataclasses import replace

from handlers.answers import latest
from quarantine.checkins import ANSWERABLE, Checkin, Stage
from quarantine.effects import CheckinMoved
from quarantine.people import EpisodeState
from quarantine.store import File
from quarantine.tasks import Task, TaskKind
from quarantine.turn import Turn

EPISODES = "episodes"
"""In the detail of a task about a whole household: the episodes that are meant."""


def members(turn: Turn, task: Task) -> list[File]:
    """The files that a task is about: all who were silent together, or whose one phone cannot be reached."""
    ids = task.detail.get(EPISODES)
    wanted = [one for one in ids if isinstance(one, int)] if isinstance(ids, list) else []
    if task.kind is TaskKind.UNREACHABLE:
        answered = turn.store.episodes_answered_by(task.person_id)
        wanted = [one.id for one in answered if one.state is EpisodeState.MONITORING]
    if not wanted and task.episode_id is not None:
        wanted = [task.episode_id]
    return [file for one in wanted if (file := turn.store.file(one)) is not None]


def open_checkins(turn: Turn, task: Task, file: File) -> list[Checkin]:
    """The member's check-ins that a visit or a call answers: that of the task, and the newest one."""
    about = turn.store.checkin(task.checkin_id) if task.checkin_id else None
    prompt = turn.store.prompt(about.prompt_id) if about else None
    newest = turn.store.last_checkin(file.episode.id)
    known = {one.id: one for one in (*(prompt.checkins if prompt else ()), *([newest] if newest else ()))}
    now = [latest(turn, one) for one in known.values() if one.episode_id == file.episode.id]
    return [one for one in now if one.stage in ANSWERABLE]


def settle(turn: Turn, task: Task, file: File, stage: Stage) -> None:
    """Nobody waits any more for the member's answers: an officer has been in contact, or found nobody."""
    for checkin in open_checkins(turn, task, file):
        turn.record(CheckinMoved(checkin, replace(checkin, stage=stage, next_at=None)))
