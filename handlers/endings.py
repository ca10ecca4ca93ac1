"""Endings: the last day has passed, somebody is in hospital or back; an episode ends, rests or goes on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from handlers import ended
from handlers.alerts import NOBODY_YET, latest, on_first_rung, open_task, people_on, tell_rung, undone
from handlers.called import label
from handlers.cards import HOSPITAL, card_params, short
from handlers.digests import first_call, tell_together
from handlers.members import leave_house
from quarantine.checkins import Stage
from quarantine.contact import SILENT_SINCE
from quarantine.days import after_quiet, at, local_day
from quarantine.effects import EpisodeChanged, TaskChanged
from quarantine.messages import Term
from quarantine.people import Episode, EpisodeState
from quarantine.protocol import next_at, next_of, protocol
from quarantine.tasks import Outcome, Task, TaskKind, TaskState
from quarantine.titles import unit_title
from quarantine.triage import Level
from quarantine.turn import Turn

WAS = "was"
"""In the detail of the daily question about somebody in hospital: the state to go back to."""
ASKED_AT = time(8)
"""When the officer is asked each day how somebody in hospital is."""
_CLEAR = frozenset({Stage.DONE, Stage.LATE, Stage.CONTACTED})
_HOUSEHOLD = frozenset({TaskKind.CONTACT, TaskKind.UNREACHABLE, TaskKind.LOCATION})
"""Kinds that are about the phone that answers, not about one member."""
_HARMLESS = frozenset({TaskKind.LINK, TaskKind.HOME, TaskKind.VERIFY, TaskKind.TRANSFER})
"""Kinds that do not keep an episode from ending by itself: with it they have lost their object."""


def ends_due(turn: Turn, episodes: Sequence[Episode]) -> None:
    """Close the episodes that ended well; silent, unwell or unsettled goes to a human (DESIGN.md §8).

    However many end on one morning, an officer gets one letter with the sheets and one with the decisions,
    and whoever answers for several one goodbye.
    """
    files = turn.store.files_of([one.id for one in episodes])
    turn.store.last_reports(list(files))
    turn.store.undone_tasks([one for each in episodes for one in (each.person_id, each.responder_id)])
    well: list[Episode] = []
    unclear: list[Task] = []
    for episode in episodes:
        unsettled = [task for task in _open_tasks(turn, episode) if task.kind not in _HARMLESS]
        if _ended_well(turn, episode) and not unsettled:
            _over(turn, episode)
            well.append(episode)
            continue
        resting = replace(episode, next_at=None)
        turn.record(EpisodeChanged(episode, resting, None, turn.now, "last_day_unclear"))
        unclear += _decision(turn, episode)
    for (responder, _), house in _by_house(well).items():
        _goodbye(turn, responder, house)
    ended.tell(turn, [files[one.id] for one in well], ended.BY_ITSELF)
    tell_together(turn, [first_call(turn, task) for task in unclear])


def _decision(turn: Turn, episode: Episode) -> list[Task]:
    """The task to decide on the release, to be told with others; nothing where one lies there already."""
    known = undone(turn, episode.person_id, TaskKind.DECIDE)
    task = open_task(
        turn,
        TaskKind.DECIDE,
        unit_id=episode.unit_id,
        person_id=episode.person_id,
        episode=episode,
        tell=known is not None,
    )
    return [] if known is not None else [task]


def _by_house(episodes: Sequence[Episode]) -> dict[tuple[int, date], list[Episode]]:
    houses: dict[tuple[int, date], list[Episode]] = defaultdict(list)
    for one in episodes:
        houses[one.responder_id, one.last_day].append(one)
    return houses


def _ended_well(turn: Turn, episode: Episode) -> bool:
    checkin = turn.store.last_checkin(episode.id)
    report = turn.store.last_report(episode.id)
    return (
        checkin is not None
        and checkin.day == episode.last_day
        and checkin.stage in _CLEAR
        and report is not None
        and report.level is Level.GREEN
    )


def _open_tasks(turn: Turn, episode: Episode) -> list[Task]:
    """The tasks about this person that are not done; the household's only when nobody else is followed."""
    leaving = {effect.after.id for effect in turn.effects if isinstance(effect, EpisodeChanged)}
    others = any(
        one.id != episode.id and one.id not in leaving and one.state is EpisodeState.MONITORING
        for one in turn.store.episodes_answered_by(episode.responder_id)
    )
    known = turn.store.undone_tasks([episode.person_id, episode.responder_id])
    found = []
    for task in (latest(turn, one) for one in known):
        household = task.kind in _HOUSEHOLD and task.person_id == episode.responder_id and not others
        mine = task.person_id == episode.person_id and task.episode_id in {None, episode.id}
        if task.state is not TaskState.DONE and (household or (mine and task.kind not in _HOUSEHOLD)):
            found.append(task)
    return found


def complete(turn: Turn, episode: Episode, done: int | None = None) -> None:
    """End the follow-up and say goodbye: nothing is asked any more. `done` is the task that led to it."""
    _over(turn, episode, done)
    _goodbye(turn, episode.responder_id, [episode])


def _over(turn: Turn, episode: Episode, done: int | None = None) -> None:
    over = replace(episode, state=EpisodeState.COMPLETED, next_at=None)
    by = turn.me if turn.said else None
    turn.record(EpisodeChanged(episode, over, by, turn.now, "completed"))
    close_others(turn, episode, Outcome.RELEASED if by else Outcome.DONE, done)


def _goodbye(turn: Turn, responder_id: int, house: Sequence[Episode]) -> None:
    """Say that nothing is asked any more of the one who answers, or of these members of the household."""
    day_over = local_day(turn.now) > house[0].last_day
    alone = [one.person_id for one in house] == [responder_id]
    files = turn.store.files_of([one.id for one in house])
    who = [
        Term("ending.you") if one.person_id == responder_id else label(turn, files[one.id].person)
        for one in house
    ]
    own = "ending.completed" if day_over else "ending.released"
    others = "ending.completed_house" if day_over else "ending.released_house"
    turn.say(
        own if alone else others,
        to=responder_id,
        not_before=after_quiet(turn.now),
        last_day=house[0].last_day,
        unit=unit_title(turn.store.unit(house[0].unit_id)),
        who=who,
    )


def to_hospital(turn: Turn, episode: Episode, task: Task | None, why: str = "hospital") -> None:
    """Nothing is asked of somebody in hospital; the officer is asked every day whether they are back.

    `task` is the one that led to it; a decision that waits is asked on by whoever settles it.
    """
    if episode.state is not EpisodeState.PAUSED:
        paused = replace(episode, state=EpisodeState.PAUSED, next_at=None)
        turn.record(EpisodeChanged(episode, paused, turn.me, turn.now, why))
    close_others(turn, episode, Outcome.HOSPITAL, task.id if task else None)
    if task is not None and task.kind is TaskKind.DECIDE:
        return
    open_task(
        turn,
        TaskKind.DECIDE,
        unit_id=episode.unit_id,
        person_id=episode.person_id,
        episode=episode,
        wait=tomorrow(turn.now) - turn.now,
        facts={HOSPITAL: turn.now, WAS: str(episode.state)},
    )


def tomorrow(now: datetime) -> datetime:
    """The hour of the next morning at which an officer is asked again."""
    return at(local_day(now) + timedelta(days=1), ASKED_AT)


def ask_tomorrow(turn: Turn, task: Task, **more: object) -> None:
    """The same decision is put before the officer on duty again on the next morning."""
    due = tomorrow(turn.now)
    after = replace(
        task,
        state=TaskState.OPEN,
        owner_id=None,
        level=NOBODY_YET,
        next_at=due,
        detail={**task.detail, **more},
    )
    turn.record(TaskChanged(task, after, turn.me, turn.now))


def back_home(turn: Turn, episode: Episode, task: Task | None) -> None:
    """Follow-up goes on from the next slot; after the last day it is over. `task` has asked about it."""
    if local_day(turn.now) > episode.last_day:
        complete(turn, episode, task.id if task else None)
        return
    rules = protocol(episode.protocol)
    was = EpisodeState(str((task.detail if task else {}).get(WAS, EpisodeState.MONITORING)))
    state = EpisodeState.MONITORING if was is EpisodeState.PAUSED else was
    due = next_at(rules, episode, turn.now) if state is EpisodeState.MONITORING else None
    turn.record(
        EpisodeChanged(episode, replace(episode, state=state, next_at=due), turn.me, turn.now, "back_home")
    )
    following = next_of(rules, episode, turn.now)
    if state is EpisodeState.MONITORING and following is not None:
        turn.say(
            "ending.back_home",
            to=episode.responder_id,
            not_before=after_quiet(turn.now),
            at=following.opens_at,
            date_short=following.day,
            last_day=episode.last_day,
        )


def search_on(turn: Turn, task: Task) -> None:
    """The decision on a long silence: the station searches on, and the ladder begins anew."""
    anew = replace(
        task,
        state=TaskState.OPEN,
        owner_id=None,
        opened_at=turn.now,
        since=turn.now,
        detail={SILENT_SINCE: task.since, **task.detail},
    )
    anew = on_first_rung(turn, anew)
    turn.record(TaskChanged(task, anew, turn.me, turn.now))
    head = Term("task.search_on", {"name": turn.person.name if turn.person else ""})
    tell_rung(turn, anew, people_on(turn, anew, anew.level), head)


def close_others(turn: Turn, episode: Episode, outcome: Outcome, but: int | None) -> None:
    """What was still to be done about this person has lost its object; whoever was at it is told.

    What is about the whole house goes on about the others.
    """
    closed = [task for task in _open_tasks(turn, episode) if task.id != but]
    for task in closed:
        turn.record(TaskChanged(task, task.done(outcome), turn.me, turn.now))
    for task in [*closed, *leave_house(turn, episode, outcome, but)]:
        if task.state is TaskState.TAKEN and task.owner_id not in {None, turn.me}:
            turn.say(
                "task.closed_with",
                to=task.owner_id,
                not_before=after_quiet(turn.now),
                person=card_params(turn, task)["name"],
                kind=short(task),
                outcome=Term(f"outcome.{outcome}"),
            )
