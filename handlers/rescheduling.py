"""Rescheduling: a decision makes an episode longer or shorter, and the resident hears the new last day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from handlers.alerts import task_about
from handlers.cards import HOSPITAL
from handlers.changing import ORDER, Change, add, day_of, held, told, why
from handlers.fields import read_date
from handlers.script import script
from quarantine.access import Action
from quarantine.conversation import Again, Ask, Asking, Next, Question
from quarantine.days import local_day
from quarantine.effects import EpisodeChanged, TaskChanged
from quarantine.messages import Term
from quarantine.people import OPEN_STATES, Episode, EpisodeState
from quarantine.protocol import next_at, protocol
from quarantine.store import File
from quarantine.tasks import Outcome, TaskKind
from quarantine.turn import Turn

LONGEST = 60
"""Days from the first to the last; more than this is a slip of the finger."""


def read_last_day(turn: Turn, text: str) -> date | None:
    """A day as typed; what is read is shown before anything is saved."""
    return read_date(turn, text).value


DAY = Question("change.day", Asking.DATE, read=read_last_day)


def _begin(_: Turn, file: File) -> Next:
    facts = {"name": file.person.name, "last_day": file.episode.last_day, "days": file.episode.length}
    return Ask(DAY, facts)


@script.answers(DAY)
def day_given(turn: Turn, day: date) -> Next:
    """The new last day; a past one, the same one, one before the beginning or too far off is asked again."""
    file = held(turn)
    if not isinstance(file, File):
        return file
    episode, today = file.episode, local_day(turn.now)
    if day < today:
        return Again(Term("change.day_past", {"day": day, "today": today}))
    if day == episode.last_day:
        return Again(Term("change.day_same", {"day": day}))
    length = (day - episode.first_day).days + 1
    if length < 1:
        return Again(Term("change.day_before", {"day": day, "first_day": episode.first_day}))
    if length > LONGEST:
        return Again(Term("change.day_far", {"day": day, "days": length, "most": LONGEST}))
    turn.memory["last_day"] = day
    return ORDER


def _summary(turn: Turn, file: File) -> Term:
    after = replace(file.episode, last_day=day_of(turn, "last_day"))
    facts = {
        "before": file.episode.last_day,
        "after": after.last_day,
        "days": after.length,
        "order": turn.memory["order"],
        "why": turn.memory["why"],
    }
    return Term("change.longer" if after.last_day > file.episode.last_day else "change.shorter", facts)


def _apply(turn: Turn, file: File) -> None:
    before = file.episode
    after = replace(before, last_day=day_of(turn, "last_day"))
    after = replace(after, next_at=_next(turn, after))
    longer = after.last_day > before.last_day
    kind = "extended" if longer else "shortened"
    turn.record(EpisodeChanged(before, after, turn.me, turn.now, why(turn, kind)))
    if longer:
        _decision_lapses(turn, file)
    heard = told(turn, file, f"ending.{kind}", last_day=after.last_day, days=after.length)
    turn.say("change.rescheduled", name=file.person.name, last_day=after.last_day, told=heard)


def _next(turn: Turn, after: Episode) -> datetime | None:
    """When something is next due; what is due already stays so."""
    if after.state is not EpisodeState.MONITORING:
        return after.next_at
    if after.next_at is not None and after.next_at <= turn.now:
        return after.next_at
    return next_at(protocol(after.protocol), after, turn.now)


def _decision_lapses(turn: Turn, file: File) -> None:
    """Whether to release them is no longer the question; somebody in hospital is asked about all the same."""
    task = task_about(turn, file, TaskKind.DECIDE)
    if task is not None and HOSPITAL not in task.detail:
        turn.record(TaskChanged(task, task.done(Outcome.DONE), turn.me, turn.now))


RESCHEDULE = add(Change("reschedule", Action.ORDER, OPEN_STATES, _begin, _summary, _apply))
