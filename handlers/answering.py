"""Answering: whose phone answers for whom: somebody joins a household, leaves it, or another one answers."""

from __future__ import annotations

from dataclasses import replace

from handlers import following
from handlers.alerts import close_undone
from handlers.called import label
from handlers.changing import Change, add, ask_sure, held
from handlers.chats import reached
from handlers.gate import units_within
from handlers.households import household
from handlers.script import script
from quarantine.access import Action
from quarantine.conversation import Again, Ask, Choice, Next, Question, Unclear
from quarantine.days import after_quiet, local_day
from quarantine.effects import EpisodeChanged
from quarantine.household import ANSWERS_FROM
from quarantine.letters import Option
from quarantine.messages import Term
from quarantine.names import fold
from quarantine.people import AT_HOME, Episode, Person
from quarantine.phones import read_phone
from quarantine.store import File
from quarantine.tasks import TaskKind
from quarantine.turn import Turn

FOUND_AT_MOST = 8
SHORTEST_NAME = 2


def read_answerer(turn: Turn, text: str) -> list[int]:
    """Ids of the people within reach whom a phone number or a name means."""
    phone = read_phone(text)
    if phone is None and (len(fold(text)) < SHORTEST_NAME or any(mark.isdigit() for mark in text)):
        raise Unclear("file.find_unclear")
    units = units_within(turn, Action.CHANGE)
    files = turn.store.files_sought(units, FOUND_AT_MOST, phone=phone or "", name="" if phone else text)
    found = [file.person.id for file in files]
    for person in turn.store.persons_by_phone(phone) if phone else ():
        answered = turn.store.episodes_answered_by(person.id)
        found += [person.id] if any(one.unit_id in units for one in answered) else []
    if not found:
        raise Unclear("file.find_none", typed=text[:60])
    return list(dict.fromkeys(found))


ANSWERER = Question("change.answerer", read=read_answerer)
ANSWERER_WHICH = Question("change.answerer_which", read=read_answerer)
SCOPE = Question(
    "change.answer_scope",
    choices=(
        Choice("all", "change.answer_all", ("ca nha", "tat ca", "moi nguoi")),
        Choice("one", "change.answer_one", ("mot nguoi", "chi nguoi nay", "rieng nguoi nay")),
    ),
)


def _option(turn: Turn, person: Person) -> Option:
    """By name and year of birth: fifty may share the name."""
    born = person.birth_year or Term("word.age_unknown")
    key = "change.answerer_line" if reached(turn, person.id) else "change.answerer_no_chat"
    return Option(f"p{person.id}", Term(key, {"name": person.name, "born": born}))


def _begin(turn: Turn, file: File) -> Next:
    members = household(turn, file.responder.id)
    near = {one.person.id: one.person for one in [*members, file]}
    options = [
        _option(turn, one) for one in near.values() if one.id != file.responder.id and reached(turn, one.id)
    ]
    facts = {
        "name": file.person.name,
        "now": file.responder.name,
        "members": [one.person.name for one in members],
    }
    return Ask(ANSWERER, facts, tuple(options))


@script.answers(ANSWERER_WHICH)
@script.answers(ANSWERER)
def answerer(turn: Turn, answer: str | list[int]) -> Next:
    """One is taken, if they can answer; of several one is chosen."""
    if isinstance(answer, str):
        return _take(turn, int(answer[1:]))
    if len(answer) == 1:
        return _take(turn, answer[0])
    options = tuple(_option(turn, turn.store.officer(one)) for one in answer)
    return Ask(ANSWERER_WHICH, {"count": len(answer)}, options)


def _take(turn: Turn, person_id: int) -> Next:
    file = held(turn)
    if not isinstance(file, File):
        return file
    person = turn.store.officer(person_id)
    cannot = _cannot(turn, file, person)
    if cannot is not None:
        return Again(cannot)
    turn.memory["answerer"] = person_id
    if len(_theirs(turn, file)) > 1:
        return Ask(SCOPE, {"now": file.responder.name, "name": file.person.name})
    turn.memory["scope"] = "one"
    return ask_sure(turn, file)


def _cannot(turn: Turn, file: File, person: Person) -> Term | None:
    """Why this person cannot answer; None when they can."""
    age = person.age(local_day(turn.now))
    facts = {"who": person.name, "name": file.person.name}
    if person.id == file.responder.id:
        return Term("change.answerer_same", facts)
    if age is not None and age < ANSWERS_FROM:
        return Term("change.answerer_minor", {**facts, "age": age})
    return None if reached(turn, person.id) else Term("change.answerer_unlinked", facts)


@script.answers(SCOPE)
def scoped(turn: Turn, scope: str) -> Next:
    """For one of them, or for all."""
    turn.memory["scope"] = scope
    file = held(turn)
    return ask_sure(turn, file) if isinstance(file, File) else file


def _theirs(turn: Turn, file: File) -> list[Episode]:
    """The episodes of the household that the speaker may change, this file's first."""
    mates = [one.episode for one in household(turn, file.responder.id) if one.episode.id != file.episode.id]
    return [file.episode, *(one for one in mates if turn.may(Action.CHANGE, one.unit_id))]


def _meant(turn: Turn, file: File) -> list[Episode]:
    theirs = _theirs(turn, file)
    return theirs if turn.memory.get("scope") == "all" else theirs[:1]


def _names(turn: Turn, episodes: list[Episode]) -> list[str]:
    return [turn.store.officer(one.person_id).name for one in episodes]


def _summary(turn: Turn, file: File) -> Term:
    who = turn.store.officer(int(str(turn.memory["answerer"]))).name
    return Term("change.does_answerer", {"who": who, "members": _names(turn, _meant(turn, file))})


def _apply(turn: Turn, file: File) -> None:
    """The open check-ins go along; both who answered and who answers from now on are told."""
    person = turn.store.officer(int(str(turn.memory["answerer"])))
    meant = _meant(turn, file)
    for episode in meant:
        after = replace(episode, responder_id=person.id, by_staff=False)
        turn.record(EpisodeChanged(episode, after, turn.me, turn.now, "responder"))
        following.linked(turn, episode)
    names = _names(turn, meant)
    members = [label(turn, turn.store.officer(one.person_id)) for one in meant]
    turn.say("change.answers_now", to=person.id, not_before=after_quiet(turn.now), members=members)
    former = file.responder
    if reached(turn, former.id):
        facts = {"name": label(turn, person), "members": members}
        turn.say("change.answers_no_more", facts, to=former.id, not_before=after_quiet(turn.now))
    if len(meant) == len(turn.store.episodes_answered_by(former.id)):
        # A phone that answers for nobody any more need not be reached.
        close_undone(turn, former.id, TaskKind.UNREACHABLE)
    turn.say("change.answerer_done", who=person.name, members=names)


RESPONDER = add(Change("responder", Action.CHANGE, AT_HOME, _begin, _summary, _apply))
