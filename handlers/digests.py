"""Digests: tasks put before their rungs together, so that several are one letter for whoever gets them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from handlers.alerts import first_head, people_on, tell_rung
from handlers.cards import NO_HEAD, URGENT, card_params, send_card, short
from handlers.climbing import CLIMBED, Call
from handlers.seen import SEEN_BUTTON
from handlers.tasklist import ALL, LIST, PAGE, line_of
from quarantine.days import after_quiet
from quarantine.effects import TaskTold
from quarantine.letters import Asked, Option
from quarantine.messages import Term
from quarantine.numbers import TASK, number
from quarantine.people import Person
from quarantine.tasks import Task
from quarantine.turn import Turn

NEWS = Term("task.news")
"""Why a card comes again: somebody else of the house has fallen silent too."""


def first_call(turn: Turn, task: Task) -> Call:
    """A task that has just been opened, before the first who can take it."""
    return Call(task, tuple(people_on(turn, task, task.level)), first_head(turn, task))


def tell_calls(turn: Turn, calls: Sequence[Call]) -> None:
    """Put tasks before their rungs: RED one by one, the rest together."""
    for call in calls:
        if call.task.kind in URGENT:
            tell_rung(turn, call.task, call.people, call.head)
    tell_together(turn, [call for call in calls if call.task.kind not in URGENT])


def tell_together(turn: Turn, calls: Sequence[Call]) -> None:
    """A card for each officer who is told of one task, one digest for each who is told of several."""
    episodes = [call.task.episode_id for call in calls if call.task.episode_id is not None]
    turn.store.last_reports(list(turn.store.files_of(episodes)))
    people: dict[int, Person] = {}
    told: dict[tuple[int, str], list[Call]] = defaultdict(list)
    for call in calls:
        for person in call.people:
            people[person.id] = person
            told[person.id, call.head.key].append(call)
        ids = tuple(person.id for person in call.people)
        turn.record(TaskTold(call.task.id, call.task.level, ids, turn.now))
    for (person_id, _), mine in told.items():
        if len(mine) == 1:
            send_card(turn, mine[0].task, people[person_id], mine[0].head)
        else:
            digest(turn, people[person_id], [call.task for call in mine], mine[0].head)


_DIGESTS = {
    NO_HEAD.key: "task.digest",
    NEWS.key: "task.digest_news",
    CLIMBED.key: "task.digest_climbed",
    "task.not_reached": "task.digest_not_reached",
    "task.own_below": "task.digest_own_below",
    "task.all_away": "task.digest_all_away",
    "task.handed_back": "task.digest_handed_back",
}


def digest(turn: Turn, to: Person, tasks: Sequence[Task], head: Term) -> None:
    """One letter about several tasks: how many, the first of them by name, and the way to all."""
    lines = [_line(turn, task) for task in tasks[:PAGE]]
    names = [str(card_params(turn, task)["name"]) for task in tasks[:PAGE]]
    options = [
        Option(number(TASK, task.id), name if names.count(name) == 1 else line_of(turn, task))
        for task, name in zip(tasks[:PAGE], names, strict=True)
    ]
    if len(tasks) > PAGE:
        options.append(Option(ALL, Term("task.see_all")))
    options.append(SEEN_BUTTON)
    turn.say(
        _DIGESTS.get(head.key, "task.digest_nobody_below"),
        to=to.id,
        asked=Asked("task.list", number(LIST, 0), tuple(options), 1),
        not_before=after_quiet(turn.now),
        protect=True,
        count=len(tasks),
        lines=lines,
        tasks=[task.id for task in tasks],
    )


def _line(turn: Turn, task: Task) -> Term:
    return Term("task.digest_line", {**card_params(turn, task), "kind": short(task)})
