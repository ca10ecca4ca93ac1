"""Duplicates: a phone or identity number that somebody else already has is shown before anything is saved."""

from __future__ import annotations

from handlers import draft
from handlers.gate import units_within
from handlers.script import script
from quarantine.access import Action
from quarantine.conversation import CANCEL, Ask, Choice, Next, Question
from quarantine.letters import Option
from quarantine.messages import Term
from quarantine.people import Person
from quarantine.phones import show_phone
from quarantine.store import File
from quarantine.turn import Turn

DUPLICATE = Question(
    "enrol.duplicate",
    choices=(
        Choice("other", "enrol.duplicate_other", ("nguoi khac", "van la nguoi khac", "khac nguoi", "khac")),
        Choice("edit", "enrol.duplicate_edit", ("sua", "sua so", "nham so", "sai so")),
        Choice(CANCEL, "enrol.cancel", ("thoi",)),
    ),
)
SAME = "same"
"""The choice that is offered where one person alone has the number: a new episode of somebody known."""
SHOWN = 5
"""More people than this under one number are counted, not listed."""


def ask(turn: Turn, field: str) -> Ask | None:
    """Show who has the draft's number already; nothing when nobody new has it."""
    value = draft.values(turn).get(field)
    found = _holders(turn, field, str(value)) if value else []
    if not found:
        return None
    turn.memory.update(doubted=field, doubted_people=[person.id for person in found])
    number = show_phone(str(value)) if field == "phone" else str(value)
    same = (Option(SAME, Term("enrol.duplicate_same")),) if len(found) == 1 else ()
    params = {"what": Term(f"enrol.label_{field}"), "number": number, "lines": _lines(turn, found)}
    return Ask(DUPLICATE, params, same)


def _holders(turn: Turn, field: str, value: str) -> list[Person]:
    find = turn.store.persons_by_phone if field == "phone" else turn.store.persons_by_identity
    known = turn.memory["known"]
    return [person for person in find(value) if not isinstance(known, list) or person.id not in known]


def seen(turn: Turn) -> frozenset[int]:
    """Those of the same numbers whom the clerk was shown, and said to be others."""
    known = turn.memory["known"]
    return frozenset(known if isinstance(known, list) else ())


def _lines(turn: Turn, people: list[Person]) -> list[Term]:
    lines = [describe(turn, person) for person in people[:SHOWN]]
    if len(people) > SHOWN:
        lines.append(Term("enrol.known_more", {"count": len(people) - SHOWN}))
    return lines


def describe(turn: Turn, person: Person, where: str = "duplicate") -> Term:
    """The person as far as the clerk may see them: a file outside the clerk's view shows nothing."""
    for episode in turn.store.open_episodes(person.id):
        if turn.may(Action.VIEW, episode.unit_id):
            turn.note("viewed", person_id=person.id, episode_id=episode.id, where=where)
            year = person.birth_year
            return Term(
                "enrol.known_open",
                {
                    "name": person.name,
                    "year": str(year) if year else Term("enrol.unknown"),
                    "unit": turn.store.unit(episode.unit_id).name,
                    "state": Term(f"verify.state_{episode.state}"),
                    "last_day": episode.last_day,
                },
            )
    for file in _former(turn, person):
        turn.note("viewed", person_id=person.id, episode_id=file.episode.id, where=where)
        facts = {"name": person.name, "unit": file.unit.name, "last_day": file.episode.last_day}
        return Term("enrol.known_closed", {**facts, "state": Term(f"verify.state_{file.episode.state}")})
    turn.note("duplicate_met", person_id=person.id)
    return Term("enrol.known_hidden")


def _former(turn: Turn, person: Person) -> list[File]:
    """Files of this person that the clerk may see, all of which are over."""
    units = units_within(turn, Action.VIEW)
    found = turn.store.files_sought(units, SHOWN, phone=person.phone or "", name=person.name)
    return [file for file in found if file.person.id == person.id]


@script.answers(DUPLICATE)
def decided(turn: Turn, value: str) -> Next:
    """Somebody else all the same, the very same person, or the number was wrong."""
    field = str(turn.memory.pop("doubted"))
    people = turn.memory.pop("doubted_people")
    if value == "edit":
        return draft.QUESTIONS[field]
    if value == SAME and isinstance(people, list):
        running = turn.store.open_episodes(people[0])
        if running:
            turn.lead_in("enrol.same_open")
            return draft.FLOWS[draft.FILE](turn, str(running[0].id))
        turn.memory["person"] = people[0]
    known = turn.memory["known"]
    if isinstance(known, list) and isinstance(people, list):
        turn.memory["known"] = [*known, *people]
    return draft.onward(turn, field)
