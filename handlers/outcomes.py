"""Outcomes: what follows when a letter has reached its reader, or never will."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from handlers.alerts import first_rung_with_people, open_task, people_on, undone
from handlers.alerts import latest as latest_task
from handlers.answers import latest
from handlers.cards import ladder_of
from handlers.chats import asked_all_the_same, channel_name, reached
from handlers.climbing import Call, climb
from handlers.digests import tell_calls
from handlers.members import join
from quarantine.checkins import Checkin, Stage, delivered
from quarantine.contact import house, meant
from quarantine.effects import CheckinMoved, TaskChanged
from quarantine.messages import Reason, Term
from quarantine.people import OPEN_STATES, Episode, EpisodeState, Unit, UnitKind
from quarantine.protocol import protocol
from quarantine.tasks import Task, TaskKind, TaskState
from quarantine.titles import unit_title
from quarantine.turn import Turn

NOT_REACHED = Term("task.not_reached")
"""Why a card comes now: whoever had it before could not be written to."""
SHUT = frozenset({Reason.WINDOW, Reason.NO_ADDRESS})
"""Why a letter may be lost whose reader is asked by approved messages all the same."""
WAITING = frozenset({Stage.WAITING, Stage.PROMPTED})
"""Stages in which a check-in still expects its responder's answer in time."""


def prompts_delivered(turn: Turn, checkins: Sequence[tuple[Checkin, str, datetime]]) -> None:
    """Prompts have reached their phones: (check-in, protocol, when); reminders count from here."""
    for checkin, code, when in checkins:
        after = delivered(checkin, when, protocol(code).reminders)
        if after is not checkin:
            turn.record(CheckinMoved(checkin, after))


def prompts_lost(turn: Turn, checkins: Sequence[Checkin], reason: Reason) -> None:
    """Prompts that will never arrive: the channel is lost, which is not the resident's silence."""
    for owner in dict.fromkeys(checkin.responder_id for checkin in checkins):
        channel_lost(turn, owner, reason)


def letter_lost(turn: Turn, owner: int, reason: Reason, tasks: Sequence[int] = ()) -> None:
    """Some other letter can never be delivered to this person; `tasks` are what it would have told of."""
    if reason not in SHUT or not asked_all_the_same(turn, owner):
        channel_lost(turn, owner, reason)
    calls = [call for task_id in tasks if (call := _past(turn, task_id, owner)) is not None]
    tell_calls(turn, calls)


def _past(turn: Turn, task_id: int, reader: int) -> Call | None:
    """A task whose rung nobody could be told of goes to the next at once, where somebody stands there.

    At the top it waits until it is told again, so that a ladder on which nobody is reached does not spin.
    """
    stored = turn.store.task(task_id)
    task = None if stored is None else latest_task(turn, stored)
    if task is None or task.state is not TaskState.OPEN:
        return None
    told = {person.id for person in people_on(turn, task, task.level)}
    if reader not in told or any(reached(turn, one) for one in told - {reader}):
        return None
    if first_rung_with_people(turn, task, task.level + 1) >= len(ladder_of(task).rungs):
        return None
    return replace(climb(turn, task), head=NOT_REACHED)


def followed(turn: Turn, owner: int) -> list[Episode]:
    """The episodes in which answers are expected of this person."""
    mine = turn.store.episodes_answered_by(owner)
    asked = [one for one in mine if one.state in OPEN_STATES and not one.by_staff]
    return [one for one in asked if one.state is not EpisodeState.PAUSED]


def channel_lost(turn: Turn, owner: int, reason: Reason) -> None:
    """Somebody cannot be written to: no answer is expected of them any more, an officer calls or visits."""
    waiting = [latest(turn, one) for one in turn.store.open_checkins(owner)]
    waiting = [one for one in waiting if one.stage in WAITING]
    for checkin in waiting:
        gone = replace(checkin, stage=Stage.UNREACHABLE, next_at=None)
        turn.record(CheckinMoved(checkin, gone))
    mine = followed(turn, owner)
    if not mine:
        return
    known = undone(turn, owner, TaskKind.UNREACHABLE)
    monitored = (one for one in mine if one.state is EpisodeState.MONITORING)
    asked = {one.id: turn.store.officer(one.person_id).name for one in monitored}
    if known is not None:
        unasked = {one.episode_id for one in waiting}
        join(turn, known, {one: asked[one] for one in asked if one in unasked or one not in meant(known)})
    asked.pop(mine[0].id, None)
    open_task(
        turn,
        TaskKind.UNREACHABLE,
        unit_id=mine[0].unit_id,
        person_id=owner,
        episode=mine[0],
        facts={} if known else house(asked, mine[0].id),
        why=_why(turn, owner, reason),
    )


def _why(turn: Turn, owner: int, reason: Reason) -> Term:
    """In the officer's words: a window that has closed is told as such, whatever the last letter met."""
    if reason is Reason.QUOTA:
        return Term("unreachable.quota")
    for chat in turn.store.chats(owner):
        window = turn.store.reach(chat.account).window
        if chat.reachable and not chat.usable(turn.now) and window is not None:
            return Term(
                "unreachable.window", {"channel": channel_name(turn, chat.account), "days": window.days}
            )
    return Term("unreachable.lost")


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
