"""A contact task about a household: who is meant, what was found of each of them, and who is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from quarantine.tasks import Method, Outcome, Task, TaskKind

EPISODES, NAMES, FOUND = "episodes", "names", "found"
"""In the detail of a task about several: their episodes; the names of all but the first; what was found."""
SILENT_SINCE = "silent_since"
"""In the detail of a task: the last contact, where `since` counts from a decision to search on."""
OF_EACH = frozenset({TaskKind.CONTACT, TaskKind.UNREACHABLE})
"""Kinds that are about a phone, and may be about all whom it answers for."""

_REACHED = frozenset(
    {Outcome.FINE, Outcome.PHONE_TROUBLE, Outcome.UNWELL, Outcome.HOSPITAL, Outcome.LATE_ANSWER}
)
"""Outcomes by which somebody of the house was spoken with: long silences are counted from there."""
_GRAVEST_FIRST = (
    Outcome.HOSPITAL,
    Outcome.ABSENT,
    Outcome.UNWELL,
    Outcome.RELEASED,
    Outcome.PHONE_TROUBLE,
    Outcome.FINE,
    Outcome.LATE_ANSWER,
    Outcome.DONE,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one member, and how they were reached; nobody reached whoever answered by chat."""

    outcome: Outcome
    method: Method | None = None


def house(others: Mapping[int, str], first: int) -> dict[str, object]:
    """The detail of a task about the episode `first` and these, by episode id with their names."""
    if not others:
        return {}
    return {EPISODES: [first, *others], NAMES: list(others.values())}


def meant(task: Task) -> tuple[int, ...]:
    """The episodes that the task is about, settled or not."""
    ids = task.detail.get(EPISODES)
    if isinstance(ids, list):
        return tuple(one for one in ids if isinstance(one, int))
    return () if task.episode_id is None else (task.episode_id,)


def of_several(task: Task) -> bool:
    """Whether each member needs an outcome of their own."""
    return len(meant(task)) > 1


def findings(task: Task) -> dict[int, Finding]:
    """What was found so far, by episode."""
    known = task.detail.get(FOUND)
    pairs = known.items() if isinstance(known, dict) else ()
    return {int(key): Finding(Outcome(one), Method(how) if how else None) for key, (one, how) in pairs}


def left(task: Task) -> tuple[int, ...]:
    """The episodes of which nothing is known yet."""
    settled = findings(task)
    return tuple(one for one in meant(task) if one not in settled)


def names(task: Task, first: str) -> dict[int, str]:
    """The members by episode; `first` is the name of the one under whose episode the task stands."""
    known = task.detail.get(NAMES)
    others = (one for one in meant(task) if one != task.episode_id)
    named = zip(others, known if isinstance(known, list) else (), strict=False)
    mine = {} if task.episode_id is None else {task.episode_id: first}
    return {**mine, **{episode_id: str(name) for episode_id, name in named}}


def found(
    task: Task, episode_ids: Iterable[int], finding: Finding, at: datetime, by: int | None = None
) -> Task:
    """The task with an outcome for these members; done, with the gravest of all, once nobody is left.

    Whoever is not on it, or has an outcome already, changes nothing.
    """
    fresh = [one for one in episode_ids if one in left(task)]
    if not fresh:
        return task
    if not of_several(task):
        return task.done(finding.outcome, by)
    told = {**findings(task), **dict.fromkeys(fresh, finding)}
    after = _with(task, told)
    if left(after):
        return _spoken_with(after, at) if finding.outcome in _REACHED else after
    outcomes = [one.outcome for one in told.values()]
    gravest = next((one for one in _GRAVEST_FIRST if one in outcomes), finding.outcome)
    return after.done(gravest, by)


def joined(task: Task, silent: Mapping[int, str]) -> Task:
    """The task with these too, by episode id with their names; whoever was settled is silent again."""
    known = meant(task)
    fresh = {one: name for one, name in silent.items() if one not in known}
    told = {one: finding for one, finding in findings(task).items() if one not in silent}
    if not fresh and len(told) == len(findings(task)):
        return task
    called = task.detail.get(NAMES)
    both = [*(called if isinstance(called, list) else ()), *fresh.values()]
    detail = {**task.detail, EPISODES: [*known, *fresh], NAMES: both}
    return _with(replace(task, detail=detail), told)


def _with(task: Task, told: Mapping[int, Finding]) -> Task:
    kept = {
        str(one): [finding.outcome.value, finding.method.value if finding.method else ""]
        for one, finding in told.items()
    }
    return replace(task, detail={**task.detail, FOUND: kept})


def _spoken_with(task: Task, at: datetime) -> Task:
    detail = {key: value for key, value in task.detail.items() if key != SILENT_SINCE}
    return replace(task, since=max(task.since, at), detail=detail)
