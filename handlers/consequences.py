"""Consequences: what a finding means for one person: the report, the check-ins, the tasks that it opens."""

from __future__ import annotations

from handlers.alerts import open_task
from handlers.cards import how_term
from handlers.endings import back_home, complete, to_hospital
from handlers.members import open_checkins, settle
from quarantine.checkins import Stage
from quarantine.contact import OF_EACH
from quarantine.effects import FixShared, Reported, ReportedBy
from quarantine.location import Judgement, Verdict
from quarantine.store import File
from quarantine.tasks import Method, Outcome, Task, TaskKind
from quarantine.triage import Level
from quarantine.turn import Turn

SEEN_WELL = frozenset({TaskKind.CONTACT, TaskKind.UNREACHABLE, TaskKind.LOCATION, TaskKind.FOLLOW})
"""Kinds whose good outcome is a report: the person was found well."""


def follow(turn: Turn, task: Task, file: File, found: Outcome, how: Method | None) -> None:
    """What the outcome means for one member."""
    if found is Outcome.RELEASED:
        settle(turn, task, file, Stage.CONTACTED)
        complete(turn, file.episode, task.id)
    elif found is Outcome.HOME:
        back_home(turn, file.episode, task)
    elif found is Outcome.HOSPITAL:
        settle(turn, task, file, Stage.CONTACTED)
        to_hospital(turn, file.episode, task)
    elif found is Outcome.ABSENT:
        settle(turn, task, file, Stage.ABSENT)
        if task.kind is not TaskKind.ABSENT:
            _absent(turn, file, how)
    elif found in {Outcome.UNWELL, Outcome.PHONE_TROUBLE} and task.kind in SEEN_WELL:
        settle(turn, task, file, Stage.CONTACTED)
    elif found is Outcome.FINE and task.kind in SEEN_WELL:
        measured = turn.memory.get("temperature")
        degrees = measured if isinstance(measured, float) else None
        report(turn, task, file, frozenset(), Level.GREEN, degrees=degrees)
        settle(turn, task, file, Stage.CONTACTED)
    if task.kind is TaskKind.FOLLOW and found in {Outcome.FINE, Outcome.UNWELL}:
        _place(turn, file, how)
    if task.kind in OF_EACH and found is not Outcome.SEARCH:
        _remember(turn, task, file, found, how)


def _remember(turn: Turn, task: Task, file: File, found: Outcome, how: Method | None) -> None:
    """Each member's history has the outcome, whoever of the house the task stands under."""
    turn.note(
        "contacted",
        person_id=file.person.id,
        episode_id=file.episode.id,
        task_id=task.id,
        outcome=found.value,
        method=how.value if how else "",
    )


def _place(turn: Turn, file: File, how: Method | None) -> None:
    """Whom an officer met at home was there; by telephone nobody knows."""
    verdict = Verdict.SEEN if how is Method.VISIT else Verdict.UNSEEN
    last = turn.store.last_checkin(file.episode.id)
    about = last.id if last else None
    turn.record(FixShared(turn.ids(), file.episode.id, about, None, Judgement(verdict), None, turn.now))


def _absent(turn: Turn, file: File, how: Method | None) -> None:
    open_task(
        turn,
        TaskKind.ABSENT,
        unit_id=file.episode.unit_id,
        person_id=file.person.id,
        episode=file.episode,
        how=how_term(how),
    )


def how_reached(turn: Turn) -> Method | None:
    """How the officer has just said that they reached the person."""
    how = turn.memory.get("method")
    return Method(str(how)) if how else None


def report(
    turn: Turn,
    task: Task,
    file: File,
    felt: frozenset[str],
    level: Level,
    reasons: tuple[str, ...] = (),
    degrees: float | None = None,
) -> None:
    """What the officer heard or saw, as a report marked as given by staff."""
    checkins = open_checkins(turn, task, file)
    about = task.checkin_id if file.episode.id == task.episode_id else None
    turn.record(
        Reported(
            id=turn.ids(),
            episode_id=file.episode.id,
            checkin_id=checkins[0].id if checkins else about,
            at=turn.now,
            signs=felt,
            level=level,
            reasons=reasons,
            temperature=degrees,
            by=ReportedBy.STAFF,
            reporter_id=turn.me,
            method=how_reached(turn),
        )
    )
