"""Attendance: whether somebody works at a unit today, who is told when not, and what a leaver leaves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from handlers.alerts import each_once
from handlers.climbing import hand_back
from handlers.tasklist import seen_question
from quarantine.access import Action
from quarantine.days import QUIET_TO, after_quiet, at, local_day
from quarantine.duty import AT_WORK, attended, on_rung
from quarantine.effects import MenuWanted, PostingEnded, UnitWatched
from quarantine.ladder import Audience
from quarantine.messages import Priority, Term
from quarantine.people import Officer, Person, Posting, Unit, UnitKind
from quarantine.tasks import Task
from quarantine.titles import unit_title
from quarantine.turn import Turn, permitted


def watch(turn: Turn, unit: Unit) -> None:
    """A unit that has work and nobody to do it is looked at again tomorrow, and every day until it has."""
    if not attended(unit.kind, turn.store.officers(unit.id)):
        tomorrow = local_day(turn.now) + timedelta(days=1)
        turn.record(UnitWatched(unit.id, at(tomorrow, QUIET_TO)))


def units_due(turn: Turn, units: Sequence[Unit]) -> None:
    """Units whose staff has changed, or was missing yesterday: what the absent had taken goes to the others.

    Where nobody works today the director and one level up are told, once a day until somebody does.
    """
    for unit in units:
        staff = turn.store.officers(unit.id)
        for officer in staff:
            if officer.absent and _leaves_today(turn, officer.person):
                hand_back(turn, turn.store.tasks_of(officer.person.id))
        if not attended(unit.kind, staff):
            _tell(turn, unit, [one.person for one in staff if one.posting.role in AT_WORK[unit.kind]])
            watch(turn, unit)


def _leaves_today(turn: Turn, person: Person) -> bool:
    today = local_day(turn.now)
    return any(one.first_day == today for one in turn.store.absences_of(person.id))


def _tell(turn: Turn, unit: Unit, away: Sequence[Person]) -> None:
    """Who can do something about it: nobody is told of their own absence."""
    absent = {one.id for one in away}
    told = [one for one in leaders(turn, unit) if one.id not in absent]
    for person in told:
        turn.say(
            "attend.away" if away else "attend.nobody",
            to=person.id,
            asked=seen_question(),
            priority=Priority.REPORT,
            not_before=after_quiet(turn.now),
            unit=unit_title(unit),
            names=[one.name for one in away],
        )
    turn.note("unattended", unit_id=unit.id, told=[one.id for one in told])


def leaders(turn: Turn, unit: Unit) -> list[Person]:
    """The director of a unit, and whoever leads on the next level up where somebody does."""
    found = on_rung(turn.store.officers(unit.id), Audience.DIRECTOR)
    above = (_leading(turn, one) for one in turn.store.superiors(unit.id))
    found = [*found, *next((people for people in above if people), [])]
    return each_once(one.person for one in found)


def _leading(turn: Turn, unit: Unit) -> list[Officer]:
    if unit.kind is UnitKind.CDC:
        return on_rung(turn.store.officers(unit.id), Audience.CDC)
    staff = turn.store.officers(unit.id)
    return on_rung(staff, Audience.DIRECTOR) or on_rung(staff, Audience.OFFICER)


def end_posting(turn: Turn, posting: Posting) -> list[Task]:
    """A posting ends at once; answers the tasks that its holder may not keep: the others are told of them.

    The chats lose what only this posting allowed, and the unit is looked at.
    """
    person_id, unit = posting.person_id, turn.store.unit(posting.unit_id)
    turn.record(PostingEnded(posting, turn.me, turn.now))
    left = [one for one in turn.store.postings_of(person_id) if one.id != posting.id]
    dropped = [one for one in turn.store.tasks_of(person_id) if not _keeps(turn, left, one)]
    hand_back(turn, dropped)
    for chat in turn.store.chats(person_id):
        turn.record(MenuWanted(person_id, chat.id))
    by = turn.person.name if turn.person else Term("staff.operator")
    about = {"role": role_term(posting), "unit": unit_title(unit)}
    turn.say("staff.ended_told", about, to=person_id, by=by, at=turn.now)
    turn.record(UnitWatched(unit.id, turn.now))
    return dropped


def _keeps(turn: Turn, left: Iterable[Posting], task: Task) -> bool:
    return permitted(turn.store, list(left), Action.TAKE_TASK, task.unit_id)


def role_term(posting: Posting) -> Term:
    """What somebody is at their unit, in words."""
    return Term("role.deputy" if posting.deputy else f"role.{posting.role}")
