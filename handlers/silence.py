"""Silence: what the clock causes, from the reminder to the task and up the ladder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta

from handlers.alerts import (
    URGENT,
    card_params,
    climb,
    first_rung_with_people,
    open_task,
    people_on,
    send_card,
    where_term,
)
from handlers.checkin import reminder_question
from handlers.tasks import LIST, MORE, PAGE, overdue
from quarantine.checkins import Act, Checkin, Move, advance
from quarantine.days import after_quiet, is_quiet
from quarantine.effects import CheckinMoved, FixShared, TaskTold
from quarantine.letters import Asked, Condition, Option
from quarantine.location import Judgement, Verdict
from quarantine.messages import Priority, Term
from quarantine.numbers import TASK, number
from quarantine.people import Person
from quarantine.protocol import protocol
from quarantine.store import File
from quarantine.tasks import Task, TaskKind, TaskState
from quarantine.turn import Turn


def checkins_due(turn: Turn, checkins: Sequence[Checkin]) -> None:
    """Take the due check-ins of one unit a step on: remind, or put the silence before an officer."""
    by_act: dict[Act, list[tuple[Move, File]]] = defaultdict(list)
    for checkin in checkins:
        file = turn.store.file(checkin.episode_id)
        if file is None:
            continue
        move = advance(checkin, turn.now, protocol(file.episode.protocol).reminders)
        turn.record(CheckinMoved(checkin, move.checkin))
        if move.act is not None:
            by_act[move.act].append((move, file))
    _remind(turn, by_act[Act.REMIND])
    opened = _contact_tasks(turn, by_act[Act.OVERDUE]) + _location_tasks(turn, by_act[Act.NO_LOCATION])
    tell_together(turn, opened)
    _system_errors(turn, by_act[Act.SYSTEM_ERROR])


def _by_prompt(moves: Iterable[tuple[Move, File]]) -> dict[int, list[tuple[Move, File]]]:
    groups: dict[int, list[tuple[Move, File]]] = defaultdict(list)
    for move, file in moves:
        groups[move.checkin.prompt_id].append((move, file))
    return groups


def _remind(turn: Turn, moves: list[tuple[Move, File]]) -> None:
    """One reminder per phone, however many it answers for; never in the quiet hours."""
    if is_quiet(turn.now):
        return
    for group in _by_prompt(moves).values():
        move, _ = group[0]
        prompt = turn.store.prompt(move.checkin.prompt_id)
        if prompt is None:
            continue
        reported = all(one.checkin.reported for one, _ in group)
        turn.say(
            "checkin.remind_location" if reported else "checkin.remind",
            to=prompt.responder_id,
            asked=reminder_question(prompt, reported=reported),
            priority=Priority.PROMPT,
            about=prompt.id,
            condition=Condition.PROMPT_OPEN,
            valid_for=max(move.checkin.closes_at - turn.now, timedelta(minutes=1)),
            part=Term(f"checkin.{prompt.slot}_now"),
            until=move.checkin.closes_at,
        )


def _contact_tasks(turn: Turn, moves: list[tuple[Move, File]]) -> list[Task]:
    """One contact task per phone and window; while one is open a further miss adds none."""
    opened = []
    for group in _by_prompt(moves).values():
        move, file = group[0]
        known = turn.store.open_task(file.responder.id, TaskKind.CONTACT)
        if known is not None:
            continue
        last = turn.store.last_report(file.episode.id)
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
        )
        opened.append(task)
    return opened


def _location_tasks(turn: Turn, moves: list[tuple[Move, File]]) -> list[Task]:
    """Symptoms came, the location did not: a check-in all the same, and something to ask about."""
    opened = []
    for move, file in moves:
        turn.record(
            FixShared(
                turn.ids(), file.episode.id, move.checkin.id, None, Judgement(Verdict.NONE), None, turn.now
            )
        )
        if turn.store.open_task(file.responder.id, TaskKind.LOCATION) is None:
            opened.append(
                open_task(
                    turn,
                    TaskKind.LOCATION,
                    unit_id=file.episode.unit_id,
                    person_id=file.responder.id,
                    episode=file.episode,
                    tell=False,
                    where=where_term(Verdict.NONE, None, None),
                )
            )
    return opened


def _system_errors(turn: Turn, moves: list[tuple[Move, File]]) -> None:
    """Prompts that never left are our fault: the officers hear how many, the residents hear nothing."""
    if not moves:
        return
    move, file = moves[0]
    fake = Task(0, TaskKind.CONTACT, file.unit.id, 0, None, TaskState.OPEN, 0, turn.now, turn.now, None)
    for person in people_on(turn, fake, first_rung_with_people(turn.store, fake, 0)):
        turn.say(
            "silence.system_error",
            to=person.id,
            priority=Priority.REPORT,
            not_before=after_quiet(turn.now),
            count=len(moves),
            part=Term(f"checkin.{move.checkin.slot}"),
            date_short=move.checkin.day,
        )


def tasks_due(turn: Turn, tasks: Sequence[Task]) -> None:
    """Climb what nobody took, or what was taken and forgotten; RED one by one, the rest together."""
    climbed = []
    for task in tasks:
        if task.state is TaskState.TAKEN and task.detail.get("retry"):
            after = overdue(turn, task)
            if after.owner_id is not None:
                send_card(turn, after, turn.store.officer(after.owner_id))
            continue
        after = climb(turn, task, tell=task.kind in URGENT)
        if after.next_at is not None or after.level > task.level:
            climbed.append(after)
    told = [task for task in climbed if task.kind not in URGENT]
    tell_together(turn, [task for task in told if task.level == 0])
    tell_together(turn, [task for task in told if task.level > 0], climbed=True)


def tell_together(turn: Turn, tasks: Sequence[Task], *, climbed: bool = False) -> None:
    """A card for each officer who is told of one task, one digest for each who is told of several."""
    people: dict[int, Person] = {}
    told: dict[int, list[Task]] = defaultdict(list)
    for task in tasks:
        recipients = people_on(turn, task, task.level)
        for person in recipients:
            people[person.id] = person
            told[person.id].append(task)
        turn.record(TaskTold(task.id, task.level, tuple(person.id for person in recipients), turn.now))
    for person_id, mine in told.items():
        if len(mine) == 1:
            send_card(turn, mine[0], people[person_id], climbed=climbed)
        else:
            _digest(turn, people[person_id], mine, climbed=climbed)


def _digest(turn: Turn, to: Person, tasks: Sequence[Task], *, climbed: bool) -> None:
    lines = [_line(turn, task) for task in tasks[:PAGE]]
    options = [Option(number(TASK, task.id), str(card_params(turn, task)["name"])) for task in tasks[:PAGE]]
    if len(tasks) > PAGE:
        options.append(Option(MORE, Term("task.more")))
    turn.say(
        "task.digest_climbed" if climbed else "task.digest",
        to=to.id,
        asked=Asked("task.list", number(LIST, 0), tuple(options), 1),
        not_before=after_quiet(turn.now),
        protect=True,
        count=len(tasks),
        lines=lines,
    )


def _line(turn: Turn, task: Task) -> Term:
    params = card_params(turn, task)
    return Term("task.digest_line", {**params, "kind": Term(f"task.short_{task.kind}")})
