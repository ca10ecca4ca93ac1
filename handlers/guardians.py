"""Guardians: the grown-up who answers for a child from a chat that nobody speaks in yet."""

from __future__ import annotations

from handlers.called import label
from handlers.staff import read_number_to_call
from quarantine.conversation import Ask, Asking, Choice, Question, Unclear
from quarantine.days import local_day
from quarantine.effects import PersonAdded
from quarantine.household import ANSWERS_FROM, is_child
from quarantine.letters import Option
from quarantine.list_values import read_name
from quarantine.messages import Term
from quarantine.names import fold
from quarantine.people import Person
from quarantine.store import File
from quarantine.turn import Turn

OWN, KNOWN, NO_PHONE = "own", "known", "none"
KIN = frozenset({
    "me", "ma", "bo", "ba", "cha", "ong", "co", "di", "chu", "bac", "cau", "mo", "anh", "chi", "me be",
    "bo be", "bo me", "ba noi", "ba ngoai", "ong noi", "ong ngoai",
})  # fmt: skip
"""What a family calls somebody, which is nobody's name to a station."""


def read_guardian(_: Turn, text: str) -> tuple[str]:
    """The name of a grown-up, as one would be called; what a family calls them is asked back."""
    name = read_name(text).value
    if name is None or fold(name) in KIN:
        raise Unclear("link.guardian_unclear")
    return (name,)


GUARDIAN = Question("link.guardian", read=read_guardian)
PHONE = Question(
    "link.guardian_phone",
    Asking.CONTACT,
    (Choice(NO_PHONE, "link.guardian_no_phone", ("khong co", "khong", "ko", "bo qua")),),
    read=read_number_to_call,
    want_label="staff.share_phone",
)


def needed(turn: Turn, file: File) -> bool:
    """Whether a chat that nobody speaks in has shown the code of somebody too young to answer alone."""
    age = file.person.age(local_day(turn.now))
    return turn.person is None and age is not None and age < ANSWERS_FROM


def ask(turn: Turn, file: File) -> Ask | None:
    """Who answers, where that has to be asked; else None.

    Who is not a small child any more may have a phone of their own; whoever has answered so far is offered.
    """
    if not needed(turn, file):
        return None
    options = []
    if _known(turn, file) is not None:
        options.append(Option(KNOWN, Term("link.guardian_known", {"name": file.responder.name})))
    if not is_child(file.person, local_day(turn.now)):
        options.append(Option(OWN, Term("link.guardian_own", {"name": label(turn, file.person)})))
    return Ask(GUARDIAN, {"name": label(turn, file.person)}, tuple(options))


def chosen(turn: Turn, file: File, value: str) -> Person:
    """Whoever has answered so far, or the one whom the code is about."""
    known = _known(turn, file) if value == KNOWN else None
    return known or file.person


def named(turn: Turn, file: File, name: str, phone: str | None) -> Person:
    """Somebody new, written down under the name and the number that they gave."""
    guardian = Person(turn.ids(), name, phone)
    turn.record(PersonAdded(guardian, turn.now))
    turn.note("guardian_named", person_id=file.person.id, episode_id=file.episode.id)
    return guardian


def _known(turn: Turn, file: File) -> Person | None:
    """Who answers already and is in no quarantine of their own, which takes a code of their own."""
    other = file.responder.id != file.person.id
    return file.responder if other and not turn.store.open_episodes(file.responder.id) else None
