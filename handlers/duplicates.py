"""Duplicates: a phone or identity number that somebody else already has is shown before anything is saved."""

from __future__ import annotations

from handlers import draft
from handlers.script import script
from quarantine.access import Action
from quarantine.conversation import CANCEL, Ask, Choice, Next, Question
from quarantine.messages import Term
from quarantine.people import Person
from quarantine.phones import show_phone
from quarantine.turn import Turn

DUPLICATE = Question(
    "enrol.duplicate",
    choices=(
        Choice("other", "enrol.duplicate_other", ("nguoi khac", "van la nguoi khac", "khac nguoi", "khac")),
        Choice("edit", "enrol.duplicate_edit", ("sua", "sua so", "nham so", "sai so")),
        Choice(CANCEL, "enrol.cancel", ("thoi",)),
    ),
)
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
    params = {"what": Term(f"enrol.label_{field}"), "number": number, "lines": _lines(turn, found)}
    return Ask(DUPLICATE, params)


def _holders(turn: Turn, field: str, value: str) -> list[Person]:
    find = turn.store.persons_by_phone if field == "phone" else turn.store.persons_by_identity
    known = turn.memory["known"]
    return [person for person in find(value) if not isinstance(known, list) or person.id not in known]


def _lines(turn: Turn, people: list[Person]) -> list[Term]:
    lines = [_describe(turn, person) for person in people[:SHOWN]]
    if len(people) > SHOWN:
        lines.append(Term("enrol.known_more", {"count": len(people) - SHOWN}))
    return lines


def _describe(turn: Turn, person: Person) -> Term:
    """The person as far as the clerk may see them: a file outside the clerk's view shows nothing."""
    for episode in turn.store.open_episodes(person.id):
        if turn.may(Action.VIEW, episode.unit_id):
            turn.note("viewed", person_id=person.id, episode_id=episode.id, where="duplicate")
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
    turn.note("duplicate_met", person_id=person.id)
    return Term("enrol.known_hidden")


@script.answers(DUPLICATE)
def decided(turn: Turn, value: str) -> Next:
    """Somebody else all the same, or the number was wrong."""
    field = str(turn.memory.pop("doubted"))
    people = turn.memory.pop("doubted_people")
    if value == "edit":
        return draft.QUESTIONS[field]
    known = turn.memory["known"]
    if isinstance(known, list) and isinstance(people, list):
        turn.memory["known"] = [*known, *people]
    return draft.onward(turn, field)
