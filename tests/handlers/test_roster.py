"""The roster: whoever may not, does not, whatever was pressed or typed; each attempt is in the history."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from handlers.attendance import end_posting, units_due
from handlers.book import script
from quarantine.access import Action, appoints, reach
from quarantine.access import Reach as Far
from quarantine.effects import UnitWatched
from quarantine.people import Absence, EpisodeState, Role
from quarantine.tasks import TaskKind, TaskState
from quarantine.turn import Turn
from tests.handlers.phones import World, stage_script
from tests.handlers.scenery import (
    ADMIN,
    BA_VI,
    CDC,
    CENTRE_DOCTOR,
    CLERK,
    DEPUTY,
    DIRECTOR,
    EMPTY,
    NGOC_HA,
    OFFICER,
    STRANGER_OFFICER,
    province,
    resident,
    with_task,
)

WATCHER = 30
STAFF = {
    ADMIN: Role.CDC_ADMIN,
    CLERK: Role.CDC_CLERK,
    CENTRE_DOCTOR: Role.CENTRE,
    DIRECTOR: Role.DIRECTOR,
    OFFICER: Role.OFFICER,
    WATCHER: Role.VIEWER,
}


def staffed() -> World:
    """The province with somebody in every role."""
    world = province()
    world.store.add_staff(WATCHER, "Bùi Văn Quan", NGOC_HA, Role.VIEWER)
    return World(world.store, stage_script(script, {}), world.now)


def clock(world: World) -> Turn:
    """A turn of the clock."""
    return Turn(now=world.now, ids=world.next_id, random_below=world.random_below, store=world.store)


def noted(world: World, kind: str = "refused"):
    """The lines of history of this kind."""
    return [note for note in world.store.notes if note.kind == kind]


def away(world: World, person_id: int) -> None:
    """Somebody does not work today and tomorrow."""
    today = date(2026, 11, 23)
    row = world.next_id()
    world.store.absences[row] = Absence(row, person_id, today, today + timedelta(days=1))


@pytest.mark.parametrize(("person", "role"), STAFF.items())
def test_only_those_who_may_are_asked_as_what_somebody_is_invited(person, role):
    """An invitation begins for whoever may invite, and offers what they may give at that unit."""
    world = staffed()
    phone = world.phone(person)
    phone.types("/moi")
    if reach(role, Action.INVITE) is Far.NOBODY:
        assert not [one for one in phone.letters if one.key.startswith("staff.")]
        return
    if phone.asked() == "staff.unit":
        phone.types("phuong ngoc ha")
    offered = {option.value for option in phone.letters[-1].asked.options}
    kind = world.store.units[NGOC_HA].kind
    wanted = {str(other) for other in Role if appoints(role, other, kind)}
    assert offered - {"deputy"} == wanted
    assert ("deputy" in offered) is ("officer" in wanted)


def test_a_right_that_was_lost_in_the_meantime_is_refused_and_noted():
    """Who is asked for the role and loses the post before answering makes no code."""
    world = staffed()
    phone = world.phone(DIRECTOR)
    phone.types("/moi")
    del world.store.postings[DIRECTOR]
    phone.presses("officer")
    assert phone.letters[-1].key == "staff.refused"
    assert not world.store.codes
    assert noted(world)[-1].detail["action"] == "invite"


@pytest.mark.parametrize("holder", [OFFICER, DIRECTOR])
def test_a_post_is_ended_by_the_right_ones_only(holder):
    """A director ends officers of the own station; nobody ends the own post, or one above."""
    world = staffed()
    phone = world.phone(DIRECTOR)
    phone.types("/canbo_donvi")
    phone.presses(f"p{holder}")
    phone.presses("end")
    if holder == DIRECTOR:
        assert phone.letters[-1].lead[-1].key == "staff.not_own"
        assert noted(world)[-1].detail["action"] == "revoke"
        assert DIRECTOR in world.store.postings
        return
    phone.presses("yes")
    assert OFFICER not in world.store.postings
    assert world.store.watched[-1] == UnitWatched(NGOC_HA, world.now)


def test_a_directors_colleague_cannot_be_ended_by_a_director():
    """A second director is above nobody: only the CDC ends that post."""
    world = staffed()
    world.store.add_staff(31, "Đào Thị Vân", NGOC_HA, Role.DIRECTOR)
    phone = world.phone(DIRECTOR)
    phone.types("/canbo_donvi")
    phone.presses("p31")
    phone.presses("end")
    assert phone.letters[-1].key == "staff.refused"
    assert 31 in world.store.postings


def test_a_post_that_has_ended_in_the_meantime_is_not_ended_twice():
    """Of two who end it the second reads that it is over."""
    world = staffed()
    phone = world.phone(DIRECTOR)
    phone.types("/canbo_donvi")
    phone.presses(f"p{OFFICER}")
    phone.presses("end")
    del world.store.postings[OFFICER]
    phone.presses("yes")
    assert phone.letters[-1].key == "staff.gone"


def test_units_of_others_cannot_be_found():
    """An administrator finds no unit of another province by its name."""
    world = staffed()
    phone = world.phone(ADMIN)
    phone.types("/canbo_donvi")
    phone.types("xa ngoc ha phu tho")
    assert phone.letters[-1].lead[-1].key == "staff.unit_none"


def test_tasks_go_back_when_their_owner_leaves_unless_another_post_covers_them():
    """What was taken lies open and unheard, so that the clock tells the others; a second post keeps it."""
    for also in (None, BA_VI, CDC):
        world = staffed()
        task = with_task(world, resident(world, EpisodeState.MONITORING), TaskKind.CONTACT)
        taken = replace(world.store.tasks[task], state=TaskState.TAKEN, owner_id=OFFICER)
        world.store.tasks[task] = taken
        if also is not None:
            role = Role.CDC_ADMIN if also == CDC else Role.OFFICER
            world.store.postings[40] = replace(world.store.postings[OFFICER], id=40, unit_id=also, role=role)
        turn = clock(world)
        end_posting(turn, world.store.postings[OFFICER])
        world.store.apply(turn.effects)
        now = world.store.tasks[task]
        kept = also == CDC
        assert (now.state, now.owner_id) == ((TaskState.TAKEN, OFFICER) if kept else (TaskState.OPEN, None))


def test_a_unit_without_anybody_is_told_to_its_director_and_one_level_up_every_day():
    """Nobody posted, or all away, is the same; who is away is not told of the own absence."""
    world = staffed()
    for person in (OFFICER, DEPUTY):
        away(world, person)
    turn = clock(world)
    units_due(turn, [world.store.units[EMPTY]])
    world.store.apply(turn.effects)
    told = {letter.owner: letter.key for letter in world.store.letters}
    assert told == {ADMIN: "attend.nobody"}
    assert [one.unit_id for one in world.store.watched] == [EMPTY]
    assert world.store.watched[0].at > world.now
    assert noted(world, "unattended")[0].detail["told"] == [ADMIN]


def test_an_attended_unit_is_told_to_nobody():
    """Somebody at work ends the daily letter."""
    world = staffed()
    turn = clock(world)
    units_due(turn, [world.store.units[NGOC_HA], world.store.units[BA_VI]])
    world.store.apply(turn.effects)
    assert not world.store.letters
    assert not world.store.watched
    assert STRANGER_OFFICER in world.store.postings
