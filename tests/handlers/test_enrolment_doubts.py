"""What enrolment cannot take as typed: communes with namesakes, and numbers that somebody already has."""

from __future__ import annotations

import pytest

from tests.handlers.scenery import ANSWERS, CLERK, DIRECTOR, FIELDS, fill, province, resident

# The commune


def test_of_several_communes_the_clerk_chooses_and_sees_the_province():
    """At most eight hits are drawn, with their province, and how many there are is said."""
    clerk = fill(province().phone(CLERK), until="unit")
    letter = clerk.types("tan hoa")

    labels = [option.label for option in letter.asked.options[:-1]]
    assert labels == [f"Xã Tân Hòa {number} (Hà Nội)" for number in range(8)]
    assert letter.asked.options[-1].value == "again"
    assert letter.lead[0].params["count"] == 10


@pytest.mark.parametrize("answer", ["2", "Xã Tân Hòa 1 (Hà Nội)", "tân hoà 1"])
def test_a_commune_is_chosen_by_number_by_label_or_by_typing_on(answer: str):
    """Whoever may press may also type; typing more of the name searches again."""
    world = province()
    clerk = fill(world.phone(CLERK), until="unit")
    clerk.types("tan hoa")
    clerk.types(answer)
    assert clerk.asked() == "enrol.order"
    for name in ("order", "first_day", "reason", "identity"):
        clerk.types(ANSWERS[name])
    assert "Đơn vị: Xã Tân Hòa 1" in clerk.reads()


def test_none_of_these_communes_asks_for_the_name_again():
    """The button "Không có, gõ lại" leads back to typing."""
    clerk = fill(province().phone(CLERK), until="unit")
    clerk.types("tan hoa")
    clerk.presses("again")
    assert clerk.asked() == "enrol.commune"


def test_only_communes_below_the_clerk_are_found():
    """Xã Ngọc Hà of another province is not offered: staff work in their own subtree."""
    clerk = fill(province().phone(CLERK), until="unit")
    clerk.types("xa ngoc ha")
    assert clerk.asked() == "enrol.order"


def test_a_director_is_not_asked_for_the_only_commune():
    """Whoever enrols for one commune alone answers one question less."""
    world = province()
    director = world.phone(DIRECTOR)
    director.types("/them")
    for name in FIELDS:
        if name != "unit":
            director.types(ANSWERS[name])
    assert "Đơn vị: Phường Ngọc Hà" in director.reads()


# Duplicates


def test_a_phone_that_somebody_has_is_shown_before_going_on():
    """Name, year, commune and state of an open file in view; "vẫn là người khác" goes on, once."""
    world = province()
    resident(world)
    clerk = fill(world.phone(CLERK), until="phone")
    clerk.types("0987654001")

    assert clerk.asked() == "enrol.duplicate"
    assert "Nguyễn Thị Lan, sinh 1992, Phường Ngọc Hà: đang có đợt cách ly đến 05/12/2026" in clerk.reads()
    assert "chờ xác minh" in clerk.reads()
    assert [note.kind for note in world.store.notes] == ["viewed"]
    clerk.presses("other")
    assert clerk.asked() == "enrol.birth_year"
    for name in FIELDS[2:]:
        clerk.types(ANSWERS[name])
    clerk.presses("save")
    assert len(world.store.episodes) == 2


def test_a_wrong_number_can_be_typed_again():
    """The button "Sửa số" asks for the number again."""
    world = province()
    resident(world)
    clerk = fill(world.phone(CLERK), until="phone")
    clerk.types("0987654001")
    clerk.presses("edit")
    assert clerk.asked() == "enrol.phone"


def test_cancelling_at_a_duplicate_saves_nothing():
    """The button "Hủy" under a duplicate ends the enrolment."""
    world = province()
    resident(world)
    clerk = fill(world.phone(CLERK), until="phone")
    clerk.types("0987654001")
    clerk.presses("!cancel")
    assert clerk.letters[-1].key == "cancel.draft"
    assert len(world.store.episodes) == 1


def test_a_duplicate_outside_the_clerks_view_shows_nobody():
    """Of a file of another province only its existence is told, and the meeting is in the history."""
    world = province()
    resident(world, unit=50)
    clerk = fill(world.phone(CLERK), until="phone")
    clerk.types("0987654001")

    assert "Một người đã có trong hệ thống" in clerk.reads()
    assert "Lan" not in clerk.reads()
    assert [note.kind for note in world.store.notes] == ["duplicate_met"]


def test_an_identity_number_that_somebody_has_is_shown():
    """The identity number is checked as the phone is."""
    world = province()
    resident(world)
    clerk = fill(world.phone(CLERK), identity="001192000001")
    assert clerk.asked() == "enrol.duplicate"
    assert "Số căn cước 001192000001 đã có" in clerk.reads()
    clerk.types("vẫn là người khác")
    assert clerk.asked() == "enrol.review"


def test_somebody_enrolled_in_the_meantime_is_noticed_at_saving():
    """Two clerks with the same list: the second is shown the first's entry before anything is saved."""
    world = province()
    clerk = fill(world.phone(CLERK), phone="0987654001")
    resident(world)
    clerk.presses("save")

    assert clerk.asked() == "enrol.duplicate"
    assert len(world.store.episodes) == 1
