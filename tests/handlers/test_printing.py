"""Printing: leaflets for one or all who have not connected, with fresh codes, recorded, and handed out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers import printing
from quarantine.codes import read_code
from quarantine.effects import CodeIssued
from quarantine.letters import Enclosure, Letter
from quarantine.people import EpisodeState
from tests.handlers.phones import Phone, World, speak
from tests.handlers.scenery import BA_VI, CLERK, EMPTY, OFFICER, province, resident

VERIFIED, GUIDED = EpisodeState.VERIFIED, EpisodeState.GUIDED


def waiting(count: int = 3) -> tuple[World, Phone]:
    """An officer in whose commune so many people have not connected yet."""
    world = province()
    for number in range(1, count + 1):
        resident(world, VERIFIED if number % 2 else GUIDED, number=number, name=f"Nguyễn Thị Lan {number}")
    return world, world.phone(OFFICER)


def printed(officer: Phone) -> Letter:
    """The newest letter with leaflets."""
    return [one for one in officer.letters if one.enclosure is Enclosure.LEAFLETS][-1]


def sheets(officer: Phone) -> list[dict[str, object]]:
    """What is printed of each person."""
    return printed(officer).params["leaflets"]


def codes(world: World) -> list[CodeIssued]:
    """The codes that were made."""
    return [one for one in world.store.applied if isinstance(one, CodeIssued)]


def test_all_who_wait_are_printed_with_fresh_codes_and_it_is_recorded():
    """One file, as many to a page as was asked; a code for each, for 72 hours; who printed for whom."""
    world, officer = waiting()
    officer.types("/inphieu")
    assert officer.asked() == "print.list"
    officer.types("tất cả")
    officer.types("4")

    letter = printed(officer)
    assert (letter.key, letter.params["per_page"], letter.params["count"]) == ("print.several", 4, 3)
    issued = codes(world)
    assert [one.code.expires_at for one in issued] == [world.now + timedelta(hours=72)] * 3
    assert [read_code(str(one["code"])) for one in sheets(officer)] == [one.text for one in issued]
    assert [one["name"] for one in sheets(officer)] == [f"Nguyễn Thị Lan {number}" for number in (1, 2, 3)]
    first = sheets(officer)[0]
    assert (speak(first["station"]), first["call"]) == ("Trạm Y tế phường Ngọc Hà", "0912 345 678")
    assert (first["address"], first["phone"]) == ("12 Đội Cấn", "0987 654 001")
    noted = [(note.by, note.episode_id) for note in world.store.notes if note.kind == "leaflet_printed"]
    assert noted == [(OFFICER, episode) for episode in world.store.episodes]


@pytest.mark.parametrize(
    ("typed", "per_page"),
    [("1", 1), ("2", 4), ("3", 8), ("4", 4), ("8", 8), ("bon phieu", None), ("tám", 8), ("cả trang", 1)],
)
def test_how_many_to_a_page_is_typed_as_number_or_place(typed: str, per_page: int | None):
    """Who types "8" means eight leaflets, who types "3" the third choice; other words are asked again."""
    _, officer = waiting()
    officer.types("/inphieu")
    officer.presses("all")
    officer.types(typed)
    if per_page is None:
        assert officer.asked() == "print.per_page"
    else:
        assert printed(officer).params["per_page"] == per_page


def test_all_handed_out_records_the_guidance_of_each():
    """A leaflet is a way of guiding; who was guided before stays so, with the leaflet beside it."""
    world, officer = waiting()
    officer.types("in phiếu")
    officer.presses("all")
    officer.presses("8")
    assert officer.asked() == "print.handed_out"
    officer.presses("given")
    assert {one.state for one in world.store.episodes.values()} == {GUIDED}
    guided = [note for note in world.store.notes if note.kind == "guided"]
    assert [note.detail for note in guided] == [{"method": "paper"}] * 3
    assert officer.letters[-1].params["count"] == 3


def test_not_all_handed_out_records_nothing():
    """Then each is recorded by themselves."""
    world, officer = waiting()
    officer.types("/inphieu")
    officer.presses("all")
    officer.presses("1")
    officer.presses("later")
    assert officer.letters[-1].key == "print.put_off"
    assert [one.state for one in world.store.episodes.values()] == [VERIFIED, GUIDED, VERIFIED]


def test_who_connected_or_left_in_between_is_not_recorded_as_guided():
    """Between printing and "handed out" lies an afternoon."""
    world, officer = waiting()
    officer.types("/inphieu")
    officer.presses("all")
    officer.presses("8")
    first, second, _ = world.store.episodes.values()
    world.store.episodes[first.id] = replace(first, state=EpisodeState.MONITORING)
    world.store.episodes[second.id] = replace(second, unit_id=BA_VI)
    officer.presses("given")
    assert officer.letters[-1].params["count"] == 1
    guided = [note.episode_id for note in world.store.notes if note.kind == "guided"]
    assert guided == [list(world.store.episodes)[2]]


def test_one_person_is_printed_on_a_page_of_their_own():
    """Chosen from the list; how they were guided is asked as after a card."""
    world, officer = waiting()
    officer.types("/inphieu")
    officer.types("2")
    letter = printed(officer)
    assert (letter.key, letter.params["per_page"]) == ("print.one", 1)
    assert [one["name"] for one in sheets(officer)] == ["Nguyễn Thị Lan 2"]
    assert officer.asked() == "guide.how"
    officer.presses("paper")
    assert [note.detail for note in world.store.notes if note.kind == "guided"] == [{"method": "paper"}]


def test_everybody_is_one_person_when_only_one_waits():
    """Nobody is asked how one leaflet shares a page."""
    _, officer = waiting(1)
    officer.types("/inphieu")
    officer.presses("all")
    assert printed(officer).params["per_page"] == 1


def test_right_after_verification_the_leaflet_is_one_press_away():
    """Beside the picture of the card; an older code dies with the new one."""
    world = province()
    resident(world)
    officer = world.phone(OFFICER)
    officer.types("/xacminh")
    officer.types("1")
    officer.presses("right")
    officer.presses("later")
    officer.presses("yes")
    offer = officer.letters[-1]
    officer.presses("make", offer)
    officer.presses("call")
    officer.presses("print", offer)
    first, second = (world.store.code_by_id(one.code.id) for one in codes(world))
    assert (first.used_at, second.used_at) == (world.now, None)
    assert printed(officer).params["count"] == 1


def test_more_than_a_file_holds_are_printed_one_file_after_the_other(monkeypatch: pytest.MonkeyPatch):
    """Whoever waited longest comes first; nobody is printed twice or left out."""
    monkeypatch.setattr(printing, "AT_ONCE", 2)
    world, officer = waiting(5)
    officer.types("/inphieu")
    officer.presses("all")
    names = []
    for _ in range(2):
        officer.presses("8")
        names += [one["name"] for one in sheets(officer)]
        officer.presses("more")
    names += [one["name"] for one in sheets(officer)]
    assert names == [f"Nguyễn Thị Lan {number}" for number in range(1, 6)]
    assert officer.asked() == "guide.how"
    assert len(codes(world)) == 5


def test_with_nobody_waiting_nothing_is_printed():
    """The answer says so, also when the last one connected between list and file."""
    world, officer = waiting()
    officer.types("/inphieu")
    officer.presses("all")
    for episode in list(world.store.episodes.values()):
        world.store.episodes[episode.id] = replace(episode, state=EpisodeState.MONITORING)
    officer.presses("8")
    assert officer.letters[-1].key == "guide.list_empty"
    officer.types("/inphieu")
    assert officer.letters[-1].key == "guide.list_empty"
    assert not codes(world)


def test_a_station_without_officer_and_phone_prints_its_hotline():
    """Somebody can be called from every leaflet."""
    world = province()
    resident(world, VERIFIED, unit=EMPTY)
    world.store.postings[OFFICER] = replace(world.store.postings[OFFICER], unit_id=EMPTY)
    officer = world.phone(OFFICER)
    world.store.persons[OFFICER] = replace(world.store.persons[OFFICER], phone=None)
    officer.types("/inphieu")
    officer.types("1")
    assert sheets(officer)[0]["call"] == "024 3825 0000"


def test_who_may_not_guide_cannot_print():
    """The CDC makes no codes (DESIGN.md §7); other communes' people are not on the list."""
    world, _ = waiting()
    clerk = world.phone(CLERK)
    clerk.types("/inphieu")
    assert clerk.letters[-1].key == "test.idle"
    world.store.postings[OFFICER] = replace(world.store.postings[OFFICER], unit_id=BA_VI)
    officer = world.phone(OFFICER)
    officer.types("/inphieu")
    assert officer.letters[-1].key == "guide.list_empty"


def test_a_press_on_a_list_of_another_commune_is_refused_and_noted():
    """A posting that ended between list and choice prints nothing."""
    world, officer = waiting()
    officer.types("/inphieu")
    world.store.postings[OFFICER] = replace(world.store.postings[OFFICER], unit_id=BA_VI)
    officer.types("1")
    assert officer.letters[-1].key == "verify.refused"
    assert world.store.notes[-1].kind == "refused"
    assert not codes(world)
