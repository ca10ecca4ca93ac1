"""Alerts and ladders: what is added to an open task, who hears of it, and that no ladder ends in silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from handlers.alerts import NOBODY_YET, open_task
from handlers.outcomes import channel_lost
from handlers.silence import tasks_due
from quarantine.access import Action, roles_with
from quarantine.checkins import Checkin, Stage
from quarantine.days import is_quiet
from quarantine.effects import TaskChanged, TaskOpened
from quarantine.letters import Letter
from quarantine.messages import Reason, Term
from quarantine.people import Episode, EpisodeState, Role
from quarantine.store import Context
from quarantine.tasks import Task, TaskKind, TaskState
from quarantine.turn import Turn
from storage.writing import merged
from tests.handlers.phones import World
from tests.handlers.scenery import (
    ADMIN,
    BA_VI,
    CENTRE,
    CENTRE_DOCTOR,
    CLERK,
    DEPUTY,
    DIRECTOR,
    EMPTY,
    NGOC_HA,
    OFFICER,
    province,
    resident,
)

COUGH, FEVER = Term("sign.cough"), Term("sign.fever")


def turn_of(world: World) -> Turn:
    """A turn that somebody's message has opened."""
    context = Context(world.store.addresses[OFFICER])
    return Turn(
        now=world.now,
        ids=world.next_id,
        random_below=world.random_below,
        store=world.store,
        context=context,
    )


def report(turn: Turn, episode: Episode, kind: TaskKind, **detail: object) -> Task:
    """What a resident's answer opens or adds to."""
    return open_task(
        turn, kind, unit_id=episode.unit_id, person_id=episode.person_id, episode=episode, **detail
    )


def done(world: World, turn: Turn) -> list[Letter]:
    """Write the turn; the letters that it posted."""
    before = len(world.store.letters)
    world.store.apply(turn.effects)
    return world.store.letters[before:]


def put(world: World, task: Task, **facts: object) -> Task:
    """The task as it stands at some other moment of its life."""
    world.store.tasks[task.id] = replace(task, **facts)
    return world.store.tasks[task.id]


def opened(world: World, kind: TaskKind, unit: int = NGOC_HA, number: int = 1, **detail: object) -> Task:
    """A task of somebody who is followed."""
    turn = turn_of(world)
    task = report(turn, resident(world, EpisodeState.MONITORING, unit=unit, number=number), kind, **detail)
    done(world, turn)
    return world.store.tasks[task.id]


def test_what_is_new_is_added_latest_first_and_told_to_the_owner():
    """A second sign joins the first on the card, and the one who has the task hears of it."""
    world = province()
    task = opened(world, TaskKind.AMBER, signs=[COUGH])
    put(world, task, state=TaskState.TAKEN, owner_id=DIRECTOR)
    turn = turn_of(world)
    report(turn, world.store.episodes[task.episode_id], TaskKind.AMBER, signs=[FEVER, COUGH])
    letters = done(world, turn)
    assert world.store.tasks[task.id].detail["signs"] == [FEVER, COUGH]
    assert [letter.owner for letter in letters] == [DIRECTOR]
    assert letters[0].params["head"] == Term("task.news")


def test_what_is_known_already_rings_nobody():
    """The same words a second time make no second card."""
    world = province()
    task = opened(world, TaskKind.HELP, words=[Term("task.wants_human")])
    turn = turn_of(world)
    report(turn, world.store.episodes[task.episode_id], TaskKind.HELP, words=[Term("task.wants_human")])
    assert turn.effects == []


def test_red_begins_anew_with_every_report():
    """Nobody has taken it: back to the first rung, told to it and to those told last, the resident anew."""
    world = province()
    task = opened(world, TaskKind.RED, signs=[COUGH], resident=201)
    put(world, task, level=2, detail={**task.detail, "told": True}, next_at=None)
    world.now += timedelta(minutes=40)
    turn = turn_of(world)
    report(turn, world.store.episodes[task.episode_id], TaskKind.RED, signs=[COUGH], resident=201)
    letters = done(world, turn)
    after = world.store.tasks[task.id]
    assert (after.level, after.opened_at, after.state) == (0, world.now, TaskState.OPEN)
    assert after.next_at == world.now + timedelta(minutes=15)
    assert "told" not in after.detail
    assert {letter.owner for letter in letters} == {OFFICER, CENTRE_DOCTOR, ADMIN}


def test_red_that_somebody_is_on_stays_theirs():
    """The owner hears the news and has a new half hour; nobody takes the task away from them."""
    world = province()
    task = opened(world, TaskKind.RED, signs=[COUGH])
    put(world, task, state=TaskState.TAKEN, owner_id=DEPUTY, detail={**task.detail, "told": True})
    world.now += timedelta(minutes=20)
    turn = turn_of(world)
    report(turn, world.store.episodes[task.episode_id], TaskKind.RED, signs=[FEVER])
    letters = done(world, turn)
    after = world.store.tasks[task.id]
    assert (after.state, after.owner_id) == (TaskState.TAKEN, DEPUTY)
    assert after.next_at == world.now + timedelta(minutes=30)
    assert {letter.owner for letter in letters} == {DEPUTY, OFFICER}


def test_several_reports_in_one_turn_are_one_change_after_another():
    """Storage can merge what one turn decides about a task, opened by that turn or before it."""
    world = province()
    episode = resident(world, EpisodeState.MONITORING)
    turn = turn_of(world)
    for signs in ([COUGH], [FEVER], [Term("sign.rash")]):
        report(turn, episode, TaskKind.RED, signs=signs)
    assert sum(isinstance(effect, TaskOpened) for effect in turn.effects) == 1
    changes = [effect for effect in turn.effects if isinstance(effect, TaskChanged)]
    [(_, after)] = merged(TaskChanged, ((one.before, one.after) for one in changes))
    assert after.detail["signs"] == [Term("sign.rash"), FEVER, COUGH]


def test_news_wakes_a_task_that_waits_for_its_hour():
    """Whoever is not to be told for a day is told now, when something happens that cannot wait."""
    world = province()
    episode = resident(world, EpisodeState.VERIFIED)
    turn = turn_of(world)
    facts = {"unit_id": episode.unit_id, "person_id": episode.person_id, "episode": episode}
    task = open_task(turn, TaskKind.LINK, **facts, wait=timedelta(hours=24), why=Term("link.why_not_yet"))
    assert (task.level, done(world, turn)) == (NOBODY_YET, [])
    turn = turn_of(world)
    open_task(turn, TaskKind.LINK, **facts, why=Term("link.why_birth_year"))
    letters = done(world, turn)
    assert [letter.owner for letter in letters] == [OFFICER]
    assert letters[0].params["why"] == Term("link.why_birth_year")


@pytest.mark.parametrize("kind", TaskKind)
def test_no_ladder_ends_in_silence(kind: TaskKind):
    """However often its time passes, an open task has a next one, and somebody is told each time."""
    world = province()
    task = opened(
        world, kind, signs=[COUGH], words=["?"], where=["?"], why="?", how="?", part="?", date_short="?"
    )
    for _ in range(12):
        world.now = due(world, task)
        turn = turn_of(world)
        tasks_due(turn, [world.store.tasks[task.id]])
        letters = done(world, turn)
        assert letters
        assert kind is TaskKind.RED or not is_quiet(world.now)
    assert due(world, task) > world.now


def due(world: World, task: Task) -> datetime:
    """When the task's next step falls due."""
    at = world.store.tasks[task.id].next_at
    assert at is not None
    return at


@pytest.mark.parametrize("state", [TaskState.OPEN, TaskState.TAKEN])
def test_past_the_top_the_top_and_the_owner_hear_again(state: TaskState):
    """RED at the top: every 15 minutes to centre and CDC, and to whoever had taken it and forgot."""
    world = province()
    task = opened(world, TaskKind.RED, signs=[COUGH])
    put(world, task, level=2, state=state, owner_id=DEPUTY, next_at=world.now)
    turn = turn_of(world)
    tasks_due(turn, [world.store.tasks[task.id]])
    letters = done(world, turn)
    assert {letter.owner for letter in letters} == {CENTRE_DOCTOR, ADMIN, DEPUTY}
    assert due(world, task) == world.now + timedelta(minutes=15)
    assert world.store.tasks[task.id].state is TaskState.OPEN


@pytest.mark.parametrize(
    "kind", [TaskKind.AMBER, TaskKind.HELP, TaskKind.VERIFY, TaskKind.LINK, TaskKind.RED]
)
def test_a_station_without_staff_loses_nothing(kind: TaskKind):
    """The CDC is told at once, and why: nobody stands below; nobody had "not settled" it."""
    world = province()
    detail = {"signs": [COUGH], "words": ["?"], "why": "?"}
    opened(world, kind, unit=EMPTY, **detail)
    assert [letter.owner for letter in world.store.letters] == [ADMIN]
    assert world.store.letters[0].params["head"] == Term("task.nobody_below")


def test_who_may_only_look_stands_on_no_rung():
    """On the rungs of centre and CDC stand those alone who may take a task."""
    world = province()
    world.store.add_staff(70, "Người xem", CENTRE, Role.VIEWER)
    world.store.add_staff(71, "Người xem khác", 1, Role.VIEWER)
    task = opened(world, TaskKind.RED, signs=[COUGH])
    put(world, task, level=1, next_at=world.now)
    turn = turn_of(world)
    tasks_due(turn, [world.store.tasks[task.id]])
    told = {letter.owner for letter in done(world, turn)}
    assert told == {CENTRE_DOCTOR, ADMIN}
    postings = [one for one in world.store.postings.values() if one.person_id in told]
    assert all(one.role in roles_with(Action.TAKE_TASK) for one in postings)


def test_one_digest_for_whoever_stands_above_several_units():
    """Tasks of two communes that climb together reach the CDC as one letter."""
    world = province()
    del world.store.postings[ADMIN]
    tasks = []
    for number, unit in enumerate((EMPTY, BA_VI), start=1):
        task = opened(world, TaskKind.AMBER, unit=unit, number=number, signs=[COUGH])
        tasks.append(put(world, task, level=3, next_at=world.now))
    turn = turn_of(world)
    tasks_due(turn, tasks)
    letters = [letter for letter in done(world, turn) if letter.owner == CLERK]
    assert [letter.key for letter in letters] == ["task.digest_nobody_below"]
    assert letters[0].params["count"] == 2


def test_when_the_channel_is_lost_no_answer_is_waited_for():
    """Check-ins that wait for the phone become "không nhắn được": neither a miss nor a missing location."""
    world = province()
    episode = resident(world, EpisodeState.MONITORING)
    for row, stage in enumerate((Stage.WAITING, Stage.PROMPTED, Stage.DONE), start=1):
        at = world.now + timedelta(hours=1)
        checkin = Checkin(
            row, episode.id, episode.person_id, NGOC_HA, row, world.now.date(), "x", stage, at, at
        )
        world.store.checkins[row] = checkin
    for _ in range(2):
        turn = turn_of(world)
        channel_lost(turn, episode.responder_id, Reason.BLOCKED)
        channel_lost(turn, episode.responder_id, Reason.BLOCKED)
        done(world, turn)
    stages = [one.stage for one in world.store.checkins.values()]
    assert stages == [Stage.UNREACHABLE, Stage.UNREACHABLE, Stage.DONE]
    assert [one.kind for one in world.store.tasks.values()] == [TaskKind.UNREACHABLE]
