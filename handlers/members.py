"""Members: whom of a household a task is about, and their check-ins when it is settled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from handlers.alerts import latest as latest_task
from handlers.answers import latest
from quarantine.checkins import ANSWERABLE, Checkin, Stage
from quarantine.contact import OF_EACH, Finding, found, joined, left
from quarantine.effects import CheckinMoved, TaskChanged
from quarantine.people import Episode
from quarantine.store import File
from quarantine.tasks import Outcome, Task, TaskState
from quarantine.turn import Turn


def members(turn: Turn, task: Task) -> list[File]:
    """The files that a task is still about: the one, or those of a household who have no outcome yet."""
    return [file for one in left(task) if (file := turn.store.file(one)) is not None]


def join(turn: Turn, task: Task, silent: Mapping[int, str]) -> Task:
    """More of the household are meant, by episode id with their names."""
    after = joined(task, silent)
    if after is not task:
        turn.record(TaskChanged(task, after, turn.me, turn.now))
    return after


def leave_house(turn: Turn, episode: Episode, outcome: Outcome, but: int | None = None) -> list[Task]:
    """Nothing is to be found out about this member any more, in any task but that; what is done by it."""
    done = []
    for known in turn.store.undone_tasks([episode.responder_id]):
        task = latest_task(turn, known)
        mine = task.kind in OF_EACH and task.person_id == episode.responder_id
        if not mine or task.id == but or task.state is TaskState.DONE:
            continue
        after = found(task, [episode.id], Finding(outcome), turn.now)
        if after is not task:
            turn.record(TaskChanged(task, after, turn.me, turn.now))
            done += [task] if after.state is TaskState.DONE else []
    return done


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
