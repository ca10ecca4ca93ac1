"""A shared phone number: the second way in for those who have no code yet, which a human must then bring."""

from __future__ import annotations

from handlers.alerts import open_task
from quarantine.conversation import DONE, Again, Next
from quarantine.letters import Asked
from quarantine.messages import Term, Want
from quarantine.numbers import number
from quarantine.people import NOT_LINKED
from quarantine.phones import read_phone
from quarantine.store import File
from quarantine.tasks import TaskKind
from quarantine.turn import Turn

LETTER = "p"
"""Under this letter the phone's own button is drawn; what it sends is heard whenever it comes."""


def offer(turn: Turn, key: str) -> None:
    """Say something, with the button that shares the number where the messenger has one."""
    turn.say(key, asked=Asked(key, number(LETTER, 0), want=Want.CONTACT))


def shared(turn: Turn) -> Next:
    """Thank for the number and ask for the code; whom it belongs to is told to their officer alone.

    The answer is the same for every number, so that nobody learns from it who is on a list, and the number
    binds nothing: only the code does.
    """
    contact = turn.said.contact if turn.said else None
    if contact is None or not contact.own:
        offer(turn, "link.not_own_number")
        return DONE
    for file in _waiting(turn, read_phone(contact.phone)):
        turn.note("number_shared", person_id=file.person.id, episode_id=file.episode.id)
        open_task(
            turn,
            TaskKind.LINK,
            unit_id=file.unit.id,
            person_id=file.person.id,
            episode=file.episode,
            why=Term("link.why_number"),
        )
    return Again(Term("link.number_kept"))


def _waiting(turn: Turn, phone: str | None) -> list[File]:
    """Who has this number and could link, but has not."""
    people = turn.store.persons_by_phone(phone) if phone else ()
    episodes = [one for person in people for one in turn.store.open_episodes(person.id)]
    files = turn.store.files_of([one.id for one in episodes if one.state in NOT_LINKED])
    return list(files.values())
