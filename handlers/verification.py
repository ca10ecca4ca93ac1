"""Verification: the commune's officer confirms or corrects a file before anything is sent to anybody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from handlers import draft, elsewhere, guidance, homes
from handlers.alerts import open_task
from handlers.casefile import FILE, awaited, show
from handlers.fields import FIELDS
from handlers.gate import may_somewhere
from handlers.script import script
from handlers.turning_down import TURNED_DOWN, ask_note
from handlers.unlinked import AFTER as UNLINKED_FOR
from handlers.waiting import waited
from handlers.worklist import Worklist, add
from quarantine.access import Action
from quarantine.conversation import DONE, Ask, Choice, Next, Question
from quarantine.effects import EpisodeChanged, PersonChanged
from quarantine.messages import Term
from quarantine.people import Episode, EpisodeState, Person
from quarantine.protocol import protocol
from quarantine.store import File
from quarantine.tasks import Outcome, Task, TaskKind
from quarantine.turn import Turn

FLOW = "verify"

EDIT = Question(
    "verify.edit_which",
    choices=(
        *(Choice(field.name, field.label) for field in FIELDS.values() if field.name != "unit"),
        Choice("file", "verify.edit_none", ("khong sua", "xem lai", "thoi")),
    ),
    columns=2,
)
SURE = Question(
    "verify.sure",
    choices=(
        Choice("yes", "verify.confirm", ("xac nhan", "co", "dung", "ok")),
        Choice("home", "verify.home_again", ("dat lai", "sua vi tri", "vi tri")),
        Choice("file", "verify.see_file", ("xem lai", "ho so", "khong", "chua")),
    ),
)
set_home = homes.set_home
"""Where the HOME task's card leads."""


def start(turn: Turn, task: Task) -> Next:
    """Where the VERIFY task's card leads: the file, and what the officer found."""
    return _open(turn, task.episode_id, task.id)


def _open(turn: Turn, episode_id: int | None, task_id: int | None) -> Next:
    turn.memory.update(flow=FLOW, episode=episode_id, task=task_id)
    file = awaited(turn)
    if file is None:
        return DONE
    turn.note("viewed", person_id=file.person.id, episode_id=file.episode.id, where="verify")
    return show(turn, file)


@script.answers(FILE)
def judged(turn: Turn, value: str) -> Next:
    """Right: on to the home; wrong: what; not ours: why."""
    file = awaited(turn)
    if file is None:
        return DONE
    if value == "edit":
        return EDIT
    if value in TURNED_DOWN:
        turn.memory["as"] = value
        return ask_note(file, value)
    if file.person.birth_year is None:
        turn.lead_in("verify.year_needed")
        return _ask_field(file, "birth_year")
    return homes.ask(turn, file)


# Corrections


@script.answers(EDIT)
def correct(turn: Turn, name: str) -> Next:
    """Ask the field that is wrong."""
    file = awaited(turn)
    if file is None:
        return DONE
    return show(turn, file) if name == "file" else _ask_field(file, name)


def _ask_field(file: File, name: str) -> Next:
    values = draft.of_file(file.person, file.episode)
    return Ask(FIELDS[name].question, memory=draft.fresh(FLOW, values, known_people=(file.person.id,)))


def _corrected(turn: Turn, name: str) -> Next:
    """Save the correction at once, with before and after, and show the file as it is now."""
    file = awaited(turn)
    if file is None:
        return DONE
    person, episode = _person(file.person, draft.values(turn)), _episode(file.episode, draft.values(turn))
    if (person, episode) == (file.person, file.episode):
        turn.lead_in("verify.unchanged")
        return show(turn, file)
    if person != file.person:
        turn.record(PersonChanged(file.person, person, turn.me, turn.now, "corrected"))
    if episode != file.episode:
        turn.record(EpisodeChanged(file.episode, episode, turn.me, turn.now, "corrected"))
    turn.note("corrected", person_id=person.id, episode_id=episode.id, field=name)
    before = FIELDS[name].show(draft.of_file(file.person, file.episode)[name])
    after = FIELDS[name].show(draft.values(turn)[name])
    turn.lead_in("verify.corrected", what=Term(FIELDS[name].label), before=before, after=after)
    return show(turn, replace(file, person=person, episode=episode))


draft.FLOWS[FLOW] = _corrected


def _person(before: Person, values: dict[str, object]) -> Person:
    facts: dict[str, Any] = draft.person_facts(values)
    return replace(before, **facts)


def _episode(before: Episode, values: dict[str, object]) -> Episode:
    facts: dict[str, Any] = draft.episode_facts(values)
    moved = facts["first_day"] != before.first_day
    last_day = protocol(before.protocol).last_day(facts["first_day"]) if moved else before.last_day
    home = replace(before.home, address=str(values["address"]))
    return replace(before, home=home, last_day=last_day, **facts)


# Confirming


def _located(turn: Turn) -> Next:
    """All is known: what is going to be confirmed, once more."""
    file = awaited(turn)
    if file is None:
        return DONE
    place = homes.position(turn)
    episode = file.episode
    return Ask(
        SURE,
        {
            "name": file.person.name,
            "address": episode.home.address,
            "first_day": episode.first_day,
            "last_day": episode.last_day,
            "position": homes.shown(place) if place else Term("verify.home_not_set"),
        },
    )


homes.LOCATED[FLOW] = _located


@script.answers(SURE)
def confirmed(turn: Turn, value: str) -> Next:
    """The episode is verified; guiding the resident comes next."""
    file = awaited(turn)
    if file is None:
        return DONE
    if value != "yes":
        return homes.ask(turn, file) if value == "home" else show(turn, file)
    place = homes.position(turn)
    home = replace(file.episode.home, lat=place[0], lng=place[1]) if place else file.episode.home
    after = replace(file.episode, state=EpisodeState.VERIFIED, home=home)
    turn.record(EpisodeChanged(file.episode, after, turn.me, turn.now, "verified"))
    turn.note("verified", person_id=file.person.id, episode_id=after.id)
    elsewhere.verified_there(turn, file)
    homes.close_task(turn, file, TaskKind.VERIFY, Outcome.VERIFIED)
    turn.say("verify.done", name=file.person.name)
    if place is None:
        open_task(turn, TaskKind.HOME, unit_id=file.unit.id, person_id=file.person.id, episode=after)
    open_task(
        turn,
        TaskKind.LINK,
        unit_id=file.unit.id,
        person_id=file.person.id,
        episode=after,
        wait=UNLINKED_FOR,
        why=Term("link.why_not_yet"),
    )
    guidance.offer(turn, replace(file, episode=after))
    return DONE


# The list


def _line(turn: Turn, file: File) -> Term:
    task = turn.store.open_task(file.person.id, TaskKind.VERIFY)
    since = task.opened_at if task else file.sent_at or turn.now
    return Term("verify.line", {"name": file.person.name, "waited": waited(turn.now, since)})


def _chosen(turn: Turn, file: File) -> Next:
    task = turn.store.open_task(file.person.id, TaskKind.VERIFY)
    return _open(turn, file.episode.id, task.id if task else None)


WAITING = add(
    Worklist(
        Question("verify.list"),
        Action.VERIFY,
        (EpisodeState.NOTIFIED,),
        _line,
        _chosen,
        empty="verify.list_empty",
        besides={},
    )
)


@script.command(
    "xacminh",
    "verify.menu",
    ("xac minh", "cho xac minh", "can xac minh"),
    may_somewhere(Action.VERIFY),
)
def waiting(turn: Turn) -> Next:
    """Everybody of the own units who waits to be verified, oldest first."""
    return WAITING.page(turn)
