"""Finding one of many: fifty of one name are a bounded list that can be narrowed, and says how."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from quarantine.effects import Code, CodeFor, CodeIssued
from quarantine.people import EpisodeState
from tests.handlers.phones import Phone, World
from tests.handlers.scenery import BA_VI, OFFICER, STRANGER_OFFICER, province, resident

PAGE = 8


def namesakes(count: int = 50) -> World:
    """So many of one name at one station, each of another year and phone."""
    world = province()
    for number in range(1, count + 1):
        resident(world, EpisodeState.MONITORING, number=number, birth_year=1940 + number)
    return world


def seeking(world: World, *typed: str, who: int = OFFICER) -> Phone:
    """An officer who has typed this at the question for files."""
    phone = world.phone(who)
    phone.types("/hoso")
    for text in typed:
        phone.types(text)
    return phone


def led(phone: Phone) -> list[str]:
    """The lines before the last thing said."""
    return [term.key for term in phone.letters[-1].lead]


def test_fifty_namesakes_are_a_page_that_says_how_to_narrow_it():
    """No more than a page, told that there are more, each with what tells them apart."""
    phone = seeking(namesakes(), "nguyen thi lan")
    assert phone.asked() == "file.which"
    assert led(phone) == ["file.many"]
    options = phone.letters[-1].asked.options
    assert len(options) == PAGE
    assert len({option.label.params["born"] for option in options}) == PAGE
    assert "1992" in phone.reads()


def test_few_namesakes_are_counted():
    """Where all of them are drawn nothing is said of narrowing."""
    phone = seeking(namesakes(3), "nguyen thi lan")
    assert led(phone) == ["file.found"]
    assert len(phone.letters[-1].asked.options) == 3


@pytest.mark.parametrize(
    "typed",
    [
        ("nguyễn thị lan 1957",),
        ("lan sinh 1957",),
        ("Lan, sinh năm 1957",),
        ("nguyen thi lan 017",),
        ("lan đuôi 4017",),
        ("nguyen thi lan", "1957"),
        ("nguyen thi lan", "017"),
        ("0987654017",),
        ("CFHJ-2345",),
        ("mã cfhj 2345",),
    ],
)
def test_a_year_the_end_of_a_phone_or_a_code_finds_the_one(typed: tuple[str, ...]):
    """Typed with the name, or after it; the code of the leaflet also once it is used."""
    world = namesakes()
    code = Code(world.next_id(), CodeFor.RESIDENT, world.now, 317, used_at=world.now)
    world.store.apply([CodeIssued(code, "CFHJ2345", OFFICER, world.now)])
    phone = seeking(world, *typed)
    assert phone.asked() == "file.card", phone.reads()
    assert phone.letters[-1].params["birth_year"] in {1957, "1957"}


@pytest.mark.parametrize("typed", ["nguyen thi lan 1900", "1957", "98", "lan 12345", "l 1957", "0987654099"])
def test_what_narrows_to_nobody_is_asked_again(typed: str):
    """No such year, a year without a name, too few or too many digits: said, and asked once more."""
    phone = seeking(namesakes(), typed)
    assert phone.asked() == "file.find"
    assert led(phone)


@pytest.mark.parametrize("typed", ["nguyen thi lan 1957", "CFHJ2345"])
def test_nobody_of_another_commune_is_found_by_narrowing(typed: str):
    """What tells people apart does not widen who may be seen."""
    world = namesakes()
    code = Code(world.next_id(), CodeFor.RESIDENT, world.now, 317, used_at=world.now)
    world.store.apply([CodeIssued(code, "CFHJ2345", OFFICER, world.now)])
    phone = seeking(world, typed, who=STRANGER_OFFICER)
    assert "Nguyễn Thị Lan" not in str(phone.letters[-1].params)
    assert not any(option.value == "f317" for option in phone.letters[-1].asked.options)
    assert world.store.units[BA_VI]


def test_two_quarantines_of_one_person_are_told_apart():
    """By their states, or by the day on which each began where both are over."""
    world = namesakes(1)
    (first,) = world.store.episodes.values()
    second = replace(first, id=399, first_day=date(2026, 9, 1))
    world.store.episodes[399] = replace(second, state=EpisodeState.COMPLETED)
    by_state = seeking(world, "nguyen thi lan").letters[-1].asked.options
    assert {one.label.key for one in by_state} == {"file.line"}
    world.store.episodes[399] = second
    by_day = seeking(world, "nguyen thi lan").letters[-1].asked.options
    assert {one.label.params["first_day"] for one in by_day} == {first.first_day, date(2026, 9, 1)}
