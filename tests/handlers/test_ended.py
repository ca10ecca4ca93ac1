"""Endings as the officers hear them: one letter a morning, whose sheets are opened from it, and by whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from handlers.ended import PAGE
from handlers.endings import ends_due
from quarantine.checkins import Checkin, Stage
from quarantine.effects import Reported
from quarantine.letters import Enclosure
from quarantine.messages import Kind
from quarantine.people import Episode, EpisodeState
from quarantine.tasks import TaskKind
from quarantine.triage import Level
from quarantine.turn import Turn
from tests.handlers.phones import World
from tests.handlers.scenery import (
    ADMIN,
    BA_VI,
    CLERK,
    DEPUTY,
    DIRECTOR,
    OFFICER,
    STRANGER_OFFICER,
    province,
    resident,
)

LAST = date(2026, 11, 22)
MORNING = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)
"""07:00, and 02:00 of the same night, in Vietnam."""


def at_the_end(world: World, number: int, *, well: bool = True, **facts: object) -> Episode:
    """Somebody whose last day is over, well or silent on it."""
    name = str(facts.pop("name", f"Người Thứ {number}"))
    made = resident(world, EpisodeState.MONITORING, number=number, name=name, **facts)
    episode = replace(made, first_day=date(2026, 11, 9), last_day=LAST)
    world.store.episodes[episode.id] = episode
    checkin = Checkin(
        9000 + number,
        episode.id,
        episode.responder_id,
        episode.unit_id,
        8000 + number,
        LAST,
        "afternoon",
        Stage.DONE if well else Stage.OVERDUE,
        NIGHT,
        None,
    )
    world.store.checkins[checkin.id] = checkin
    if well:
        report = Reported(7000 + number, episode.id, checkin.id, NIGHT, frozenset(), Level.GREEN)
        world.store.apply([report])
    return episode


def night_ends(world: World, episodes: list[Episode], now: datetime = MORNING) -> None:
    """The clock looks at them, all at once, as a sweep does."""
    world.now = now
    turn = Turn(now=now, ids=world.next_id, random_below=world.random_below, store=world.store)
    ends_due(turn, episodes)
    world.store.apply(turn.effects)


def test_who_ended_well_alone_sends_the_officer_the_whole_sheet():
    """The officer on duty has the form of the one whose follow-up ended by itself, nobody else has."""
    world = province()
    night_ends(world, [at_the_end(world, 1)])
    letter = world.phone(OFFICER).letters[-1]
    assert letter.enclosure is Enclosure.DAY_SHEET
    assert letter.params["name"] == "Người Thứ 1"
    assert not any(world.phone(one).letters for one in (DEPUTY, DIRECTOR, CLERK, ADMIN, STRANGER_OFFICER))


def test_thirty_endings_are_one_letter_and_every_name_is_within_reach():
    """Never a flood: one letter, a tap for each name, the rest behind "see all"; each opens its sheet."""
    world = province()
    all_of_them = [at_the_end(world, number) for number in range(1, 31)]
    night_ends(world, all_of_them)
    officer = world.phone(OFFICER)
    assert len(officer.letters) == 1
    first = officer.letters[0]
    assert first.params["count"] == 30
    assert len(first.asked.options) == PAGE + 2
    assert officer.presses("f301").params["name"] == "Người Thứ 1"
    assert officer.presses("f302", first).params["name"] == "Người Thứ 2"
    seen: set[str] = set()
    more = "more0"
    while more:
        page = officer.presses(more)
        values = [one.value for one in page.asked.options]
        seen |= {one for one in values if one.startswith("f")}
        more = next((one for one in values if one.startswith("more")), "")
    assert seen == {f"f{one.id}" for one in all_of_them}
    assert officer.presses("f330").params["name"] == "Người Thứ 30"


def test_many_unclear_endings_are_one_letter_too():
    """Twenty decisions on one morning are one digest, each a task of its own."""
    world = province()
    night_ends(world, [at_the_end(world, number, well=False) for number in range(1, 21)])
    assert len(world.phone(OFFICER).letters) == 1
    decisions = [one for one in world.store.tasks.values() if one.kind is TaskKind.DECIDE]
    assert len(decisions) == 20
    night_ends(world, [replace(world.store.episodes[301], next_at=None)])
    assert len(world.phone(OFFICER).letters) == 1


def test_at_night_nobody_is_woken():
    """A sweep that comes late in the night ends the follow-up at once and writes at seven."""
    world = province()
    night_ends(world, [at_the_end(world, 1)], NIGHT)
    assert world.store.episodes[301].state is EpisodeState.COMPLETED
    assert world.phone(OFFICER).letters[-1].due_at == MORNING


def test_a_station_without_anybody_has_its_sheets_read_above():
    """Where nobody works the sheet goes to the next who does; where nobody is posted at all it waits."""
    world = province()
    for one in (OFFICER, DEPUTY, DIRECTOR):
        del world.store.postings[one]
    world.store.supports.clear()
    night_ends(world, [at_the_end(world, 1)])
    assert world.phone(ADMIN).letters[-1].enclosure is Enclosure.DAY_SHEET
    world.store.postings.clear()
    night_ends(world, [at_the_end(world, 2)])
    assert world.store.episodes[302].state is EpisodeState.COMPLETED


def test_officers_get_no_sheet_of_themselves():
    """Whose own quarantine ends does not get their own file as an officer: it goes to the next."""
    world = province()
    episode = at_the_end(world, 1)
    own = replace(episode, person_id=world.store.addresses[OFFICER].person_id)
    world.store.episodes[own.id] = own
    night_ends(world, [own])
    assert not [one for one in world.phone(OFFICER).letters if one.enclosure is Enclosure.DAY_SHEET]
    assert world.phone(DEPUTY).letters[-1].enclosure is Enclosure.DAY_SHEET


def test_a_household_reads_one_goodbye_that_names_its_members():
    """Whoever answers for others is not told that they themselves are done when a child is."""
    world = province()
    mother = at_the_end(world, 1, name="Nguyễn Thị Lan")
    child = replace(at_the_end(world, 2, name="Nguyễn Gia Bi"), responder_id=mother.person_id)
    world.store.episodes[child.id] = child
    night_ends(world, [mother, child])
    goodbyes = [one for one in world.store.letters if one.owner == mother.person_id]
    assert [one.key for one in goodbyes] == ["ending.completed_house"]
    assert len(goodbyes[0].params["who"]) == 2


@pytest.mark.parametrize("pressed", ["f302", "f999999", "fx", "more99999", "moreX", "", "seen"])
@pytest.mark.parametrize("who", [STRANGER_OFFICER, OFFICER])
def test_a_button_gives_out_no_sheet_that_is_not_the_readers(who: int, pressed: str):
    """A forged or forwarded press opens nothing of another commune, and nothing falls over."""
    world = province()
    night_ends(world, [at_the_end(world, 1), at_the_end(world, 2, unit=BA_VI), at_the_end(world, 3)])
    number = next(one for one in world.phone(OFFICER).letters if one.asked).asked.number
    phone = world.phone(who)
    letter = phone.sends(Kind.PRESS, pressed=f"{number}:{pressed}", pressed_in="m1")
    allowed = who == STRANGER_OFFICER and pressed == "f302"
    assert (letter.enclosure is Enclosure.DAY_SHEET) is allowed


def test_whoever_ends_it_and_the_station_get_the_sheet():
    """A clerk of the CDC who ends a follow-up has the sheet, and so has the officer, who reads who did it."""
    world = province()
    at_the_end(world, 1, name="Nguyễn Thị Lan")
    world.now = MORNING
    clerk = world.phone(CLERK)
    for text in ("/hoso", "nguyen thi lan"):
        clerk.types(text)
    for value in ("change", "release", "yes"):
        clerk.presses(value)
    assert clerk.letters[-1].enclosure is Enclosure.DAY_SHEET
    told = world.phone(OFFICER).letters
    assert [one.enclosure for one in told] == [Enclosure.DAY_SHEET]
    assert told[0].lead[0].params["by"] == "Trần Văn Bình"
