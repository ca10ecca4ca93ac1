"""Enrolment: a clerk names somebody who is to be in quarantine, and the commune's station is told at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from handlers import draft, duplicates, pasting
from handlers.alerts import audience, first_head, open_task, people_on
from handlers.attendance import watch
from handlers.cards import card_question, person_params
from handlers.communes import within_reach
from handlers.fields import FIELDS, shown
from handlers.gate import may_somewhere, passes
from handlers.script import script
from quarantine.access import Action
from quarantine.conversation import CANCEL, DONE, Again, Ask, Choice, Next, Question
from quarantine.days import after_quiet, local_day
from quarantine.duty import attended
from quarantine.effects import EpisodeAdded, PersonAdded, PersonChanged, TaskTold
from quarantine.ladder import Audience
from quarantine.letters import Condition, Option
from quarantine.messages import Term
from quarantine.people import Episode, EpisodeState, Home, Person, Unit
from quarantine.phones import show_phone
from quarantine.protocol import DEFAULT_PROTOCOL, protocol
from quarantine.store import File
from quarantine.tasks import Task, TaskKind
from quarantine.turn import Turn

SKIP = "skip"
REVIEW = Question(
    "enrol.review",
    choices=(
        Choice("save", "enrol.save", ("luu", "luu lai", "dung", "dung roi", "ok", "co")),
        Choice("edit", "enrol.edit", ("sua", "sai", "chua dung", "sua lai")),
        Choice(CANCEL, "enrol.cancel", ("thoi",)),
    ),
    columns=3,
)
EDIT = Question(
    "enrol.edit_which",
    choices=(
        *(Choice(field.name, field.label) for field in FIELDS.values()),
        Choice("review", "enrol.edit_none", ("khong sua", "xem lai", "thoi")),
    ),
    columns=2,
)


@script.command(
    "them",
    "enrol.menu",
    ("them", "them nguoi", "ghi danh", "ghi danh nguoi moi", "nguoi moi", "them nguoi moi"),
    may_somewhere(Action.ENROL),
)
def enrol(turn: Turn) -> Next:
    """Begin with the name; a clerk of a single commune is not asked for the commune."""
    communes = within_reach(turn)
    if not communes:
        return Again(Term("enrol.no_commune"))
    known = {"unit": communes[0].id} if len(communes) == 1 else {}
    return Ask(FIELDS["name"].question, memory=draft.fresh(draft.ENROL, known))


def _onward(turn: Turn, _: str) -> Next:
    """The first field that is not known yet, or the review."""
    known = draft.values(turn)
    return next((field.question for field in FIELDS.values() if field.name not in known), None) or _review(
        turn
    )


draft.FLOWS[draft.ENROL] = _onward


def _review(turn: Turn) -> Ask:
    left = turn.memory.get("queue")
    skip = (Option(SKIP, Term("enrol.line_skip")),) if left else ()
    return Ask(REVIEW, {**shown(draft.values(turn)), **_span(turn), "unit": _unit(turn).name}, skip)


def _span(turn: Turn) -> dict[str, object]:
    rules = protocol(DEFAULT_PROTOCOL)
    first = draft.values(turn)["first_day"]
    return {"last_day": rules.last_day(first), "days": rules.days}  # type: ignore[arg-type]  # a date: handlers/fields.py


def _unit(turn: Turn) -> Unit:
    return turn.store.unit(int(str(draft.values(turn)["unit"])))


@script.answers(REVIEW)
def reviewed(turn: Turn, value: str) -> Next:
    """Save, choose what to correct, or leave out this one of several who were pasted."""
    if value == SKIP:
        return pasting.following(turn)
    if value == "edit":
        return EDIT
    unit = _unit(turn)
    if not passes(turn, Action.ENROL, unit.id):
        turn.say("enrol.refused")
        return DONE
    # Somebody else may have enrolled the same person since the number was typed.
    doubt = duplicates.ask(turn, "phone") or duplicates.ask(turn, "identity")
    return doubt or _save(turn, unit)


@script.answers(EDIT)
def edited(turn: Turn, name: str) -> Next:
    """Ask the chosen field again; the review follows."""
    return _review(turn) if name == "review" else FIELDS[name].question


def _save(turn: Turn, unit: Unit) -> Next:
    values = draft.values(turn)
    known = turn.memory.get("person")
    running = turn.store.open_episodes(known) if isinstance(known, int) else ()
    if running:
        turn.lead_in("enrol.same_open")
        return draft.FLOWS[draft.FILE](turn, str(running[0].id))
    person = _person(turn, known)
    order: dict[str, Any] = draft.episode_facts(values)
    last_day: date = protocol(DEFAULT_PROTOCOL).last_day(order["first_day"])
    episode = Episode(
        id=turn.ids(),
        person_id=person.id,
        responder_id=person.id,
        unit_id=unit.id,
        last_day=last_day,
        state=EpisodeState.NOTIFIED,
        protocol=DEFAULT_PROTOCOL,
        home=Home(str(values["address"])),
        created_by=turn.me,
        **order,
    )
    turn.record(EpisodeAdded(episode, turn.now))
    turn.note("enrolled", person_id=person.id, episode_id=episode.id)
    kind = TaskKind.VERIFY
    task = open_task(turn, kind, unit_id=unit.id, person_id=person.id, episode=episode, tell=False)
    told = _tell(turn, task, person, episode, unit)
    watch(turn, unit)
    turn.say("enrol.saved", name=person.name, told=_told(turn, task, unit, told))
    return pasting.following(turn) if turn.memory.get("queue") else DONE


def _person(turn: Turn, known: object) -> Person:
    """Somebody new; or somebody known, brought up to date, whose other episodes are over."""
    facts: dict[str, Any] = draft.person_facts(draft.values(turn))
    if not isinstance(known, int):
        person = Person(id=turn.ids(), **facts)
        turn.record(PersonAdded(person, turn.now, duplicates.seen(turn)))
        return person
    before = turn.store.officer(known)
    after = replace(before, **facts)
    if after != before:
        turn.record(PersonChanged(before, after, turn.me, turn.now, "enrolled_again"))
    return after


def again(turn: Turn, file: File) -> Next:
    """Another quarantine of somebody whose last one is over: all but the new order is known."""
    known = draft.of_file(file.person, file.episode)
    for name in ("order", "first_day", "reason"):
        known.pop(name)
    if file.unit.id not in {unit.id for unit in within_reach(turn)}:
        known.pop("unit")
    memory = draft.fresh(draft.ENROL, known, known_people=(file.person.id,))
    turn.memory = {**memory, "person": file.person.id}
    turn.lead_in("enrol.again", name=file.person.name, last_day=file.episode.last_day)
    return _onward(turn, "")


def _tell(turn: Turn, task: Task, person: Person, episode: Episode, unit: Unit) -> Sequence[Person]:
    """Put the card before the station; its facts come from the draft, as the file is only being written."""
    station = {one.person.id for one in turn.store.officers(unit.id)}
    people = [one for one in people_on(turn, task, task.level) if one.id in station]
    facts = {
        "head": first_head(turn, task),
        **person_params(person, turn.now),
        "address": episode.home.address,
        "unit": unit.name,
        "day": episode.day_number(local_day(turn.now)),
        "days": episode.length,
        "last": Term("report.never"),
        "since": task.since,
        "opened": task.opened_at,
    }
    for one in people:
        turn.say(
            f"task.{task.kind}",
            facts,
            to=one.id,
            asked=card_question(task),
            about=task.id,
            not_before=after_quiet(turn.now),
            condition=Condition.TASK_UNDONE,
            protect=True,
        )
    turn.record(TaskTold(task.id, task.level, tuple(one.id for one in people), turn.now))
    return people


def _told(turn: Turn, task: Task, unit: Unit, people: Sequence[Person]) -> Term:
    """Who has the task now; a station without anybody is put before the province, and the clerk is told."""
    names = [person.name for person in people]
    if people:
        return Term(
            "enrol.told_director" if task.level else "enrol.told", {"names": names, "unit": unit.name}
        )
    above = [one.person for one in audience(turn.store, unit.id, Audience.CDC) if one.person.id != turn.me]
    own = attended(unit.kind, turn.store.officers(unit.id))
    for person in above:
        turn.say("enrol.unattended_own" if own else "enrol.unattended", to=person.id, unit=unit.name)
    turn.note("unattended", task_id=task.id, unit_id=unit.id)
    call = (
        Term("enrol.hotline", {"phone": show_phone(unit.hotline)}) if unit.hotline else Term("word.nothing")
    )
    return Term("enrol.told_own" if own else "enrol.told_nobody", {"unit": unit.name, "call": call})
