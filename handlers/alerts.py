"""Alerts: open a task, or add to the open one, and tell those whose turn it is, up the ladder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from handlers.cards import NO_HEAD, URGENT, ladder_of, owner_name, send_card
from handlers.own import NOBODYS, Matter, matter_of_task, others
from quarantine import duty
from quarantine.days import after_quiet
from quarantine.duty import on_rung, posted_on
from quarantine.effects import TaskChanged, TaskOpened, TaskTold
from quarantine.ladder import Audience, Rung
from quarantine.messages import Params, Term
from quarantine.people import Episode, Officer, Person
from quarantine.protocol import DEFAULT_PROTOCOL, protocol
from quarantine.store import File, Store
from quarantine.tasks import Outcome, Task, TaskKind, TaskState
from quarantine.turn import NOTHING, Turn

NOBODY_YET = -1
"""The level of a task whose first rung has not been told."""
GATHERED = ("signs", "words", "where")
"""What an open task collects, the latest first; of all else only the latest is kept."""
AT_MOST = 6
"""So many of the things gathered are kept: a card must be read at a glance."""


def audience(store: Store, unit_id: int, who: Audience) -> Sequence[Officer]:
    """The people on a rung for a unit today; nobody when the place is empty."""
    return on_rung(_staff(store, unit_id, who), who)


def _staff(store: Store, unit_id: int, who: Audience) -> Sequence[Officer]:
    """Everybody posted where a rung is looked for."""
    if who is Audience.CENTRE:
        return [one for unit in store.supporters(unit_id) for one in store.officers(unit.id)]
    if who is Audience.CDC:
        top = [unit for unit in store.superiors(unit_id) if unit.parent_id is None]
        return [one for unit in top for one in store.officers(unit.id)]
    return store.officers(unit_id)


def responsible(store: Store, unit_id: int) -> Person | None:
    """Whom a resident is told to call (quarantine/duty.py)."""
    officer = duty.responsible(store.officers(unit_id))
    return officer.person if officer else None


def latest(turn: Turn, task: Task) -> Task:
    """The task with what this turn has already decided about it."""
    for effect in turn.effects:
        if isinstance(effect, TaskChanged) and effect.after.id == task.id:
            task = effect.after
    return task


def undone(turn: Turn, person_id: int, kind: TaskKind) -> Task | None:
    """The person's task of that kind that is not done, be it opened by this very turn."""
    opened = (effect.task for effect in turn.effects if isinstance(effect, TaskOpened))
    mine = [task for task in opened if (task.person_id, task.kind) == (person_id, kind)]
    known = mine[-1] if mine else turn.store.open_task(person_id, kind)
    now = None if known is None else latest(turn, known)
    return None if now is None or now.state is TaskState.DONE else now


def task_about(turn: Turn, file: File, kind: TaskKind) -> Task | None:
    """The task of that kind that is not done, if it is about this episode and no other of the person's."""
    task = turn.store.open_task(file.person.id, kind)
    return task if task is not None and task.episode_id == file.episode.id else None


def close_undone(turn: Turn, person_id: int, kind: TaskKind) -> None:
    """The person's task of that kind, if there is one, has lost its object."""
    task = undone(turn, person_id, kind)
    if task is not None:
        turn.record(TaskChanged(task, task.done(Outcome.DONE), turn.me, turn.now))


def open_task(
    turn: Turn,
    kind: TaskKind,
    *,
    unit_id: int,
    person_id: int,
    episode: Episode | None = None,
    since: datetime | None = None,
    checkin_id: int | None = None,
    tell: bool = True,
    wait: timedelta | None = None,
    facts: Params = NOTHING,
    **more: object,
) -> Task:
    """Open a task and tell the first who can take it, or add what is new to the person's open one.

    RED begins anew with every report: it is told again from the first rung, to the owner as well. With `wait`
    nobody is told before that time has passed; the task stands in the list all the same. `facts` and what
    else is given by name goes on the card.
    """
    detail = {**facts, **more}
    known = undone(turn, person_id, kind)
    if known is not None:
        return _add(turn, known, detail, tell=tell and wait is None)
    task = Task(
        id=turn.ids(),
        kind=kind,
        unit_id=unit_id,
        person_id=person_id,
        episode_id=episode.id if episode else None,
        state=TaskState.OPEN,
        level=NOBODY_YET,
        opened_at=turn.now,
        since=since or turn.now,
        next_at=after_quiet(turn.now + (wait or timedelta(0))),
        checkin_id=checkin_id,
        protocol=episode.protocol if episode else DEFAULT_PROTOCOL,
        detail=detail,
    )
    if wait is None:
        task = on_first_rung(turn, task)
    turn.record(TaskOpened(task))
    if tell and wait is None:
        tell_rung(turn, task, people_on(turn, task, task.level), first_head(turn, task))
    return task


def on_first_rung(turn: Turn, task: Task) -> Task:
    """The task as it lies before the first who can take it."""
    level = first_rung_with_people(turn, task, 0)
    return replace(task, level=level, next_at=next_due(task, level, turn.now))


def _add(turn: Turn, known: Task, detail: Mapping[str, object], *, tell: bool) -> Task:
    """Add what is new to an open task, and tell those who have it; what is known already rings nobody."""
    urgent = known.kind in URGENT
    unheard = tell and known.level == NOBODY_YET
    if not (urgent or unheard or _news(known.detail, detail)):
        return known
    after = replace(known, detail=_gathered(known.detail, detail))
    if urgent:
        after = _anew(turn, after)
    elif unheard:
        after = on_first_rung(turn, after)
    turn.record(TaskChanged(known, after, turn.me, turn.now))
    if unheard:
        tell_rung(turn, after, people_on(turn, after, after.level), first_head(turn, after))
    elif tell:
        _tell_news(turn, known, after)
    return after


def _anew(turn: Turn, task: Task) -> Task:
    """A RED task after another report: the clock starts afresh, and the resident is told afresh."""
    detail = {key: value for key, value in task.detail.items() if key != "told"}
    fresh = replace(task, detail=detail, opened_at=turn.now)
    if fresh.state is TaskState.TAKEN:
        return replace(fresh, next_at=ladder_of(fresh).taken_until(turn.now))
    return on_first_rung(turn, fresh)


def _news(old: Mapping[str, object], new: Mapping[str, object]) -> bool:
    return any(
        bool(distinct(new[key], old.get(key))) if key in GATHERED else new[key] != old.get(key)
        for key in new
        if key != "resident"
    )


def distinct(items: object, without: object = None) -> list[object]:
    """The items in order, each once, less those of `without`; one item stands for a list of one."""
    found: list[object] = []
    for item in _items(items):
        if item not in found and item not in _items(without):
            found.append(item)
    return found


def _items(value: object) -> Sequence[object]:
    if value is None:
        return ()
    return value if isinstance(value, list | tuple) else [value]


def _gathered(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, object]:
    both = {
        key: distinct([*_items(new[key]), *_items(old.get(key))])[:AT_MOST] for key in new if key in GATHERED
    }
    return {**old, **new, **both}


def _tell_news(turn: Turn, known: Task, after: Task) -> None:
    """A card for each who hears the news; whoever else has had it reads who is on it."""
    told = hearers(turn, known, after)
    news = Term("task.news")
    if after.state is TaskState.TAKEN:
        news = Term("task.news_taken", {"owner": owner_name(turn, after)})
    for person in told:
        send_card(turn, after, person, Term("task.news") if person.id == after.owner_id else news)
    turn.record(TaskTold(after.id, after.level, tuple(one.id for one in told), turn.now))


def hearers(turn: Turn, known: Task, after: Task) -> list[Person]:
    """Who hears the news: the owner; without one, or when it is RED, those told last and the first rung."""
    told: list[Person] = []
    if after.state is TaskState.TAKEN and after.owner_id is not None:
        told.append(turn.store.officer(after.owner_id))
    if after.kind in URGENT or not told:
        first = first_rung_with_people(turn, after, 0)
        told += [*people_on(turn, after, first), *people_on(turn, after, known.level)]
        if known.owner_id is not None:
            told.append(turn.store.officer(known.owner_id))
    return each_once(told)


def first_rung_with_people(turn: Turn, task: Task, level: int) -> int:
    """The first rung from `level` on where somebody stands; an empty place never holds a task up."""
    rungs, matter = ladder_of(task).rungs, matter_of_task(turn, task)
    for index in range(level, len(rungs)):
        if _on(turn, task, index, matter):
            return index
    return level if level == 0 else len(rungs)


def last_rung_with_people(turn: Turn, task: Task) -> int:
    """The highest rung on which somebody stands; the first one when all are empty."""
    rungs, matter = ladder_of(task).rungs, matter_of_task(turn, task)
    peopled = (index for index in reversed(range(len(rungs))) if _on(turn, task, index, matter))
    return next(peopled, 0)


def first_to_hear(turn: Turn, unit_id: int, protocol_code: str, matter: Matter = NOBODYS) -> list[Person]:
    """Whoever is told of what is no task: the lowest rung of the unit on which somebody works today."""
    for rung in protocol(protocol_code).ladders[TaskKind.CONTACT].rungs:
        staff = [one for who in rung.audience for one in audience(turn.store, unit_id, who)]
        if found := others(staff, matter):
            return each_once(one.person for one in found)
    return []


def _on(turn: Turn, task: Task, index: int, matter: Matter) -> list[Officer]:
    """Who stands on a rung: nobody is told of a task that is about themselves, a deputy stands in.

    Officers who are all absent, with nobody to stand in, are told all the same, and with them the next rung
    on which somebody is at work: a task is before somebody at every hour.
    """
    rungs = ladder_of(task).rungs
    found = _present(turn, task, rungs[index], matter)
    away = [] if found else _only_ones_away(turn, task, rungs[index], matter)
    if not away:
        return found
    above = (_present(turn, task, rung, matter) for rung in rungs[index + 1 :])
    return [*away, *next((people for people in above if people), [])]


def _present(turn: Turn, task: Task, rung: Rung, matter: Matter) -> list[Officer]:
    found: list[Officer] = []
    for who in rung.audience:
        mine = others(audience(turn.store, task.unit_id, who), matter)
        if who is Audience.OFFICER and not mine and _posted(turn, task, Audience.OFFICER):
            mine = others(audience(turn.store, task.unit_id, Audience.DEPUTY), matter)
        found += mine
    return found


def _only_ones_away(turn: Turn, task: Task, rung: Rung, matter: Matter) -> list[Officer]:
    """The officers of the unit, where all of them are absent and this rung is theirs."""
    if Audience.OFFICER not in rung.audience:
        return []
    both = [*_posted(turn, task, Audience.OFFICER), *_posted(turn, task, Audience.DEPUTY)]
    return others([one for one in both if one.absent], matter)


def _posted(turn: Turn, task: Task, who: Audience) -> Sequence[Officer]:
    return posted_on(_staff(turn.store, task.unit_id, who), who)


def next_due(task: Task, level: int, told_at: datetime) -> datetime:
    """When the rung above `level` falls due, or the top one is told again."""
    ladder = ladder_of(task)
    due = ladder.due(level + 1, opened_at=task.opened_at, since=task.since, told_at=told_at)
    return ladder.again_at(told_at) if due is None else due


def people_on(turn: Turn, task: Task, level: int) -> list[Person]:
    """Everybody who is told at this level, each once."""
    if not 0 <= level < len(ladder_of(task).rungs):
        return []
    return each_once(one.person for one in _on(turn, task, level, matter_of_task(turn, task)))


def each_once(people: Iterable[Person]) -> list[Person]:
    """The people in order, each once."""
    return list({person.id: person for person in people}.values())


def first_head(turn: Turn, task: Task) -> Term:
    """Why a card comes to this rung at once: those below are away, or must not have it, or are nobody."""
    staff = [*_posted(turn, task, Audience.OFFICER), *_posted(turn, task, Audience.DEPUTY)]
    if task.level > 0:
        own = bool(staff) and not others(staff, matter_of_task(turn, task))
        return Term("task.own_below" if own else "task.nobody_below")
    told = {person.id for person in people_on(turn, task, task.level)}
    away = [one for one in staff if one.absent and one.person.id in told]
    return Term("task.all_away") if away else NO_HEAD


def tell_rung(turn: Turn, task: Task, people: Sequence[Person], head: Term) -> None:
    """A card for each of them, and a record of who was told."""
    for person in people:
        send_card(turn, task, person, head)
    turn.record(TaskTold(task.id, task.level, tuple(person.id for person in people), turn.now))
