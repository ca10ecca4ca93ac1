"""Called: what the members of a household are called at home, as the one who answers for them reads it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from quarantine.checkins import Checkin
from quarantine.days import local_day
from quarantine.household import called, is_child
from quarantine.messages import Term
from quarantine.names import honorific
from quarantine.people import Episode, Person
from quarantine.turn import Turn


def labels(people: Sequence[Person], today: date) -> dict[int, Term | str]:
    """What each is called at home, by person id: "Lan", "bé Bi" or "bác Sen"."""
    names = called(people)
    return {one.id: _titled(one, names[one.id], today) for one in people}


def _titled(one: Person, name: str, today: date) -> Term | str:
    if is_child(one, today):
        return Term("checkin.child", {"name": name})
    return Term("checkin.elder", {"name": name}) if honorific(one.age(today), None) == "bac" else name


def label(turn: Turn, person: Person) -> Term | str:
    """What somebody is called where another of the house is written to about them."""
    return labels([person], local_day(turn.now))[person.id]


def label_of(turn: Turn, person_id: int) -> Term | str:
    """What a member of the writer's household is called."""
    people = list({one.id: one for one in turn.context.members}.values())
    return labels(people, local_day(turn.now)).get(person_id, "")


def episode_of(turn: Turn, checkin: Checkin) -> Episode:
    """The episode of one of the writer's check-ins."""
    return next(one for one in turn.context.episodes if one.id == checkin.episode_id)


def name_of(turn: Turn, checkin: Checkin) -> Term | str:
    """Whose check-in it is."""
    return label_of(turn, episode_of(turn, checkin).person_id)


def whose(turn: Turn, episode: Episode) -> Term:
    """Whom a question is about: the reader, or a member of the household."""
    if episode.person_id == turn.owner:
        return Term("checkin.who_you")
    return Term("checkin.who_member", {"name": label_of(turn, episode.person_id)})
