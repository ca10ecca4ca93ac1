"""Own matters: nobody verifies, follows or releases themselves, or somebody they answer for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quarantine import duty
from quarantine.effects import PersonAdded
from quarantine.messages import Term
from quarantine.people import Officer, Person, Unit
from quarantine.phones import show_phone
from quarantine.store import File
from quarantine.tasks import Task
from quarantine.turn import Turn


@dataclass(frozen=True)
class Matter:
    """Whose matter something is: by person, and by phone where one human stands in two lists."""

    people: frozenset[int | None]
    phones: frozenset[str | None] = frozenset()

    def of(self, person: Person | None) -> bool:
        """Whether it is this person's own."""
        if person is None:
            return False
        return person.id in self.people or (person.phone is not None and person.phone in self.phones)


NOBODYS = Matter(frozenset())
"""What is no single person's matter."""


def matter_of(file: File) -> Matter:
    """Whose matter a file is: the resident's, and theirs who answer for them."""
    return Matter(frozenset({file.person.id, file.responder.id}), frozenset({file.person.phone}))


def matter_of_task(turn: Turn, task: Task) -> Matter:
    """Whose matter a task is, also while its file is only being written."""
    file = turn.store.file(task.episode_id) if task.episode_id else None
    known = matter_of(file) if file else NOBODYS
    added = (effect.person for effect in turn.effects if isinstance(effect, PersonAdded))
    phones = {person.phone for person in added if person.id == task.person_id}
    return Matter(known.people | {task.person_id}, known.phones | phones)


def others(officers: Sequence[Officer], matter: Matter) -> list[Officer]:
    """Those whose own matter it is not."""
    return [one for one in officers if not matter.of(one.person)]


def refusal(turn: Turn, matter: Matter, unit: Unit) -> Term:
    """Why the speaker cannot deal with their own file, and who can."""
    other = duty.responsible(others(turn.store.officers(unit.id), matter))
    if other is None or other.person.phone is None:
        return Term("verify.own")
    return Term("verify.own_call", {"name": other.person.name, "phone": show_phone(other.person.phone)})
