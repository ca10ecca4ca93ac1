"""Silence: what the clock causes, from the reminder to the task and up the ladder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta

from handlers.alerts import NOBODY_YET, first_to_hear, hearers, open_task, undone
from handlers.called import labels
from handlers.cards import send_card, where_term
from handlers.climbing import Call, climb, remind_owner
from handlers.digests import NEWS, first_call, tell_calls, tell_together
from handlers.following import visits_due
from handlers.members import join
from handlers.prompts import reminder_question
from handlers.tasklist import seen_question
from quarantine.checkins import Act, Checkin, Move, advance
from quarantine.contact import house
from quarantine.days import after_quiet, is_quiet, local_day
from quarantine.effects import CheckinMoved, FixShared
from quarantine.letters import Condition
from quarantine.location import Judgement, Verdict
from quarantine.messages import Priority, Term
from quarantine.protocol import protocol
from quarantine.store import File
from quarantine.tasks import Task, TaskKind, TaskState
from quarantine.titles import unit_title
from quarantine.turn import Turn

Moved = tuple[Move, File]


def checkins_due(turn: Turn, checkins: Sequence[Checkin]) -> None:
    """Take due check-ins a step on: remind, or put the silence before an officer.

    They may be of several units: who stands on a rung for more than one gets one digest all the same.
    """
    files = turn.store.files_of([checkin.episode_id for checkin in checkins])
    by_act: dict[Act, list[Moved]] = defaultdict(list)
    for checkin in checkins:
        file = files.get(checkin.episode_id)
        if file is None:
            continue
        move = advance(checkin, turn.now, protocol(file.episode.protocol).reminders)
        turn.record(CheckinMoved(checkin, move.checkin))
        if move.act is not None:
            by_act[move.act].append((move, file))
    _remind(turn, by_act[Act.REMIND])
    opening = [*by_act[Act.OVERDUE], *by_act[Act.NO_LOCATION], *by_act[Act.FOLLOW]]
    turn.store.last_reports([file.episode.id for _, file in opening])
    turn.store.undone_tasks([file.responder.id for _, file in opening])
    calls = _contact_tasks(turn, by_act[Act.OVERDUE])
    opened = _location_tasks(turn, by_act[Act.NO_LOCATION]) + visits_due(turn, by_act[Act.FOLLOW])
    tell_together(turn, [*calls, *(first_call(turn, task) for task in opened)])
    _system_errors(turn, by_act[Act.SYSTEM_ERROR])


def _by_prompt(moves: Iterable[Moved]) -> dict[int, list[Moved]]:
    groups: dict[int, list[Moved]] = defaultdict(list)
    for move, file in moves:
        groups[move.checkin.prompt_id].append((move, file))
    return groups


def _remind(turn: Turn, moves: list[Moved]) -> None:
    """One reminder per phone, however many it answers for; never in the quiet hours."""
    if is_quiet(turn.now):
        return
    for group in _by_prompt(moves).values():
        move, file = group[0]
        prompt = turn.store.prompt(move.checkin.prompt_id)
        if prompt is None:
            continue
        silent = [(one.checkin, about) for one, about in group if not one.checkin.reported]
        called = labels([about.person for _, about in silent], local_day(turn.now))
        names = {checkin.id: called[about.person.id] for checkin, about in silent}
        own = len(group) == 1 and file.person.id == prompt.responder_id
        about_all = "checkin.remind" if own else "checkin.remind_house"
        turn.say(
            about_all if silent else "checkin.remind_location",
            to=prompt.responder_id,
            asked=reminder_question(prompt, names, reported=not silent),
            priority=Priority.PROMPT,
            about=prompt.id,
            condition=Condition.PROMPT_OPEN,
            valid_for=max(move.checkin.closes_at - turn.now, timedelta(minutes=1)),
            part=Term(f"checkin.{prompt.slot}_now"),
            until=move.checkin.closes_at,
            who=list(names.values()),
        )


def _contact_tasks(turn: Turn, moves: list[Moved]) -> list[Call]:
    """One contact task per phone and window, about all who were silent, put before its first rung.

    Where the last one is still open, a further miss adds no task; who was not silent before is added to it.
    """
    calls = []
    for group in _by_prompt(moves).values():
        move, file = group[0]
        silent = {one.episode.id: one.person.name for _, one in group}
        known = undone(turn, file.responder.id, TaskKind.CONTACT)
        if known is not None:
            after = join(turn, known, silent)
            if after is not known and after.level != NOBODY_YET:
                calls.append(Call(after, tuple(hearers(turn, known, after)), NEWS))
            continue
        last = turn.store.last_report(file.episode.id)
        del silent[file.episode.id]
        task = open_task(
            turn,
            TaskKind.CONTACT,
            unit_id=file.episode.unit_id,
            person_id=file.responder.id,
            episode=file.episode,
            since=last.at if last else None,
            checkin_id=move.checkin.id,
            tell=False,
            part=Term(f"checkin.{move.checkin.slot}"),
            date_short=move.checkin.day,
            facts=house(silent, file.episode.id),
        )
        calls.append(first_call(turn, task))
    return calls


def _location_tasks(turn: Turn, moves: list[Moved]) -> list[Task]:
    """Symptoms came, the location did not: a check-in all the same, and something to ask about."""
    opened = []
    for move, file in moves:
        turn.record(
            FixShared(
                turn.ids(), file.episode.id, move.checkin.id, None, Judgement(Verdict.NONE), None, turn.now
            )
        )
        if undone(turn, file.responder.id, TaskKind.LOCATION) is None:
            opened.append(
                open_task(
                    turn,
                    TaskKind.LOCATION,
                    unit_id=file.episode.unit_id,
                    person_id=file.responder.id,
                    episode=file.episode,
                    tell=False,
                    where=[where_term(Verdict.NONE, None, None)],
                )
            )
    return opened


def _system_errors(turn: Turn, moves: list[Moved]) -> None:
    """Prompts that never left are our fault: the officers hear how many, the residents hear nothing."""
    by_unit: dict[int, list[Moved]] = defaultdict(list)
    for move, file in moves:
        by_unit[file.unit.id].append((move, file))
    for unit_id, mine in by_unit.items():
        slots = sorted((move.checkin for move, _ in mine), key=lambda one: one.closes_at)
        first, last = slots[0], slots[-1]
        one_slot = (first.day, first.slot) == (last.day, last.slot)
        for person in first_to_hear(turn, unit_id, mine[0][1].episode.protocol):
            turn.say(
                "silence.system_error" if one_slot else "silence.system_errors",
                to=person.id,
                asked=seen_question(),
                priority=Priority.REPORT,
                not_before=after_quiet(turn.now),
                count=len({file.person.id for _, file in mine}),
                unit=unit_title(mine[0][1].unit),
                part=Term(f"checkin.{first.slot}"),
                date_short=first.day,
                last_part=Term(f"checkin.{last.slot}"),
                last_date_short=last.day,
            )


def tasks_due(turn: Turn, tasks: Sequence[Task]) -> None:
    """Climb what nobody took, or what was taken and forgotten; RED one by one, the rest together."""
    calls = []
    for task in tasks:
        if task.state is TaskState.TAKEN and task.detail.get("retry") and task.owner_id is not None:
            send_card(turn, remind_owner(turn, task), turn.store.officer(task.owner_id))
            continue
        calls.append(climb(turn, task))
    tell_calls(turn, calls)
