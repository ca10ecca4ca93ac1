"""Verification by the commune's officer, the corrections on the way, the home position, and turning down."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from quarantine.effects import PersonChanged, TaskChanged
from quarantine.messages import Kind
from quarantine.people import EpisodeState
from quarantine.tasks import Outcome, TaskKind, TaskState
from tests.handlers.scenery import (
    BA_VI,
    CLERK,
    DEPUTY,
    DIRECTOR,
    OFFICER,
    STRANGER_OFFICER,
    changes,
    notes,
    now,
    opened,
    province,
    resident,
    task_of,
    with_task,
)

# Confirming


def test_the_card_opens_the_file_and_the_view_is_in_the_history():
    """Taking the card shows name, age, phone, address, order, days and reason; the view is noted."""
    world, officer, _ = opened()

    assert officer.asked() == "verify.file"
    for line in (
        "Nguyễn Thị Lan, Nữ, 34 tuổi, sinh 1992",
        "Điện thoại: 0987 654 001",
        "Địa chỉ: 12 Đội Cấn, Phường Ngọc Hà",
        "Quyết định: 123/QĐ-UBND",
        "Cách ly: 22/11/2026 – 05/12/2026 (14 ngày)",
        "Lý do: F1 – tiếp xúc gần",
    ):
        assert line in officer.reads()
    assert notes(world) == ["viewed"]
    assert not changes(world)


def test_confirming_with_a_position_verifies_and_offers_the_card():
    """Right, position, confirm: verified with its home, the task done, guidance offered; not before."""
    world, officer, episode = opened()
    officer.types("đúng")
    assert officer.asked() == "verify.home"
    officer.shares(21.03512, 105.81234)
    assert officer.asked() == "verify.sure"
    assert "21.03512, 105.81234" in officer.reads()
    assert "22/11/2026 đến hết 05/12/2026" in officer.reads()
    assert now(world, episode).state is EpisodeState.NOTIFIED
    officer.types("xác nhận")

    after = now(world, episode)
    assert (after.state, after.home.position) == (EpisodeState.VERIFIED, (21.03512, 105.81234))
    (change,) = changes(world)
    assert (change.by, change.at, change.why) == (OFFICER, world.now, "verified")
    task = task_of(world)
    assert (task.state, task.outcome, task.owner_id) == (TaskState.DONE, Outcome.VERIFIED, OFFICER)
    assert world.store.open_task(episode.person_id, TaskKind.HOME) is None
    assert [letter.key for letter in officer.letters[-2:]] == ["verify.done", "guide.offer"]
    assert notes(world) == ["viewed", "verified"]


@pytest.mark.parametrize(
    "pasted",
    ["21.03512, 105.81234", "105.81234 21.03512", "https://maps.google.com/?q=21.03512,105.81234"],
)
def test_a_position_may_be_pasted(pasted: str):
    """A coordinate pair in either order or a map link serves as the home position."""
    world, officer, episode = opened()
    officer.presses("right")
    officer.types(pasted)
    officer.presses("yes")
    assert now(world, episode).home.position == (21.03512, 105.81234)


def test_a_pair_with_few_decimals_is_said_to_be_rough():
    """Three decimals are a hundred metres: the officer is told before confirming."""
    _, officer, _ = opened()
    officer.presses("right")
    officer.types("21.035, 105.812")
    assert officer.asked() == "verify.sure"
    assert "Tọa độ ít số lẻ" in officer.reads()


@pytest.mark.parametrize(
    ("send", "said"),
    [
        (lambda officer: officer.types("gần chợ"), "verify.home_unclear"),
        (lambda officer: officer.types("48.8566, 2.3522"), "verify.home_outside"),
        (lambda officer: officer.shares(48.8566, 2.3522), "verify.home_outside"),
        (lambda officer: officer.shares(21.03512, 105.81234, 250), "verify.home_rough"),
        (lambda officer: officer.sends(Kind.STICKER), "unclear.sticker"),
        (lambda officer: officer.types("x" * 4000), "unclear.too_long"),
    ],
)
def test_what_is_no_home_position_is_asked_again(send, said: str):
    """Words, another country, a fix worse than 100 m, a sticker: a sentence and the question again."""
    _, officer, _ = opened()
    officer.presses("right")
    letter = send(officer)
    assert [term.key for term in letter.lead] == [said]
    assert officer.asked() == "verify.home"


def test_the_position_may_be_set_later_and_becomes_a_task():
    """The choice "Làm sau" verifies without a position and opens the task HOME, with its card."""
    world, officer, episode = opened()
    officer.presses("right")
    officer.types("làm sau")
    assert "chưa có" in officer.reads()
    officer.presses("yes")

    assert (now(world, episode).state, now(world, episode).home.position) == (EpisodeState.VERIFIED, None)
    assert world.store.open_task(episode.person_id, TaskKind.HOME) is not None
    assert "task.home" in [letter.key for letter in officer.letters]
    assert officer.letters[-1].key == "guide.offer"


def test_before_confirming_one_can_look_at_the_file_and_the_position_again():
    """The last question leads back to the file and to the position, and nothing is saved meanwhile."""
    world, officer, _ = opened()
    officer.presses("right")
    officer.shares(21.03512, 105.81234)
    officer.presses("home")
    assert officer.asked() == "verify.home"
    officer.shares(21.03600, 105.81300)
    assert "21.03600, 105.81300" in officer.reads()
    officer.presses("file")
    assert officer.asked() == "verify.file"
    assert not changes(world)


def test_cancelling_leaves_the_file_waiting():
    """The word "hủy" in the middle changes nothing: the task is still there to be taken."""
    world, officer, episode = opened()
    officer.presses("right")
    officer.types("hủy")
    assert now(world, episode).state is EpisodeState.NOTIFIED
    assert task_of(world).state is not TaskState.DONE


# Corrections


@pytest.mark.parametrize(
    ("field", "typed", "attribute", "value"),
    [
        ("name", "nguyễn thị loan", "name", "Nguyễn Thị Loan"),
        ("phone", "0912 000 111", "phone", "0912000111"),
        ("birth_year", "1982", "birth_year", 1982),
        ("identity", "001192999999", "identity", "001192999999"),
        ("sex", "nam", "sex", "m"),
    ],
)
def test_a_person_is_corrected_at_once_with_before_and_after(field, typed, attribute, value):
    """A correction is saved when it is typed, noted, said back, and the file is shown as it is now."""
    world, officer, episode = opened()
    officer.presses("edit")
    officer.presses(field)
    officer.types(typed)

    assert getattr(world.store.persons[episode.person_id], attribute) == value
    (change,) = [one for one in world.store.applied if isinstance(one, PersonChanged)]
    assert (change.by, change.why) == (OFFICER, "corrected")
    assert officer.asked() == "verify.file"
    assert "Đã sửa" in officer.reads()
    assert "→" in officer.reads()
    assert "corrected" in notes(world)


def test_a_corrected_first_day_moves_the_last_day():
    """Order number, address and first day belong to the episode; the last day follows the protocol."""
    world, officer, episode = opened()
    for field, typed in (("order", "124/QĐ"), ("address", "14 Đội Cấn"), ("first_day", "20/11")):
        officer.presses("edit")
        officer.presses(field)
        officer.types(typed)

    after = now(world, episode)
    assert (after.order_number, after.home.address) == ("124/QĐ", "14 Đội Cấn")
    assert (after.first_day, after.last_day) == (date(2026, 11, 20), date(2026, 12, 3))
    assert "Cách ly: 20/11/2026 – 03/12/2026" in officer.reads()
    assert {change.why for change in changes(world)} == {"corrected"}


def test_bad_input_in_a_correction_is_asked_again_and_changes_nothing():
    """Corrections read answers as enrolment does."""
    world, officer, _ = opened()
    officer.presses("edit")
    officer.presses("phone")
    letter = officer.types("12345")
    assert [term.key for term in letter.lead] == ["enrol.phone_unclear"]
    officer.types("quay lại")
    assert officer.asked() == "verify.edit_which"
    assert not [one for one in world.store.applied if isinstance(one, PersonChanged)]


def test_the_same_value_again_changes_nothing():
    """A correction to what it was already writes no history of a change."""
    world, officer, _ = opened()
    officer.presses("edit")
    officer.presses("phone")
    officer.types("0987654001")
    assert "không có gì thay đổi" in officer.reads()
    assert "corrected" not in notes(world)


def test_a_corrected_phone_that_somebody_else_has_is_shown_first():
    """Duplicates are shown at a correction too; the file's own person is none."""
    world = province()
    resident(world, number=2, name="Trần Văn Hùng")
    world, officer, episode = opened(world)
    officer.presses("edit")
    officer.presses("phone")
    officer.types("0987654002")
    assert officer.asked() == "enrol.duplicate"
    assert "Trần Văn Hùng" in officer.reads()
    officer.presses("other")
    assert world.store.persons[episode.person_id].phone == "0987654002"


def test_a_missing_year_of_birth_is_asked_before_confirming():
    """The resident will be asked the year of birth when linking, so a file is not confirmed without it."""
    world, officer, episode = opened(birth_year=None)
    officer.presses("right")
    assert officer.asked() == "enrol.birth_year"
    officer.types("1992")
    assert officer.asked() == "verify.file"
    officer.presses("right")
    assert officer.asked() == "verify.home"
    assert world.store.persons[episode.person_id].birth_year == 1992


# Two officers, and officers of other communes


def test_the_second_officer_is_told_who_verified():
    """Two officers with one file open: the first confirms, the second learns who did and changes nothing."""
    world, officer, episode = opened()
    second = world.phone(DEPUTY)
    second.types("/xacminh")
    second.presses(f"f{episode.id}")
    second.presses("right")
    second.presses("later")
    officer.presses("right")
    officer.presses("later")
    officer.presses("yes")
    second.presses("yes")

    assert second.letters[-1].key == "verify.already"
    assert "đã xác minh, do Nguyễn Thị Hạnh ghi" in second.reads()
    assert len(changes(world)) == 1


def test_a_change_between_reading_and_writing_is_refused():
    """The state is changed on the version that was read: the store refuses another one."""
    world, officer, episode = opened()
    officer.presses("right")
    officer.presses("later")
    officer.presses("yes")
    (change,) = changes(world)
    assert change.before.version == episode.version
    assert [one.before.version for one in world.store.applied if isinstance(one, TaskChanged)] == [0]


def test_an_officer_of_another_commune_is_refused_and_it_is_noted():
    """A card of a foreign unit opens nothing, shows no name, and leaves a line in the history."""
    world = province()
    episode = resident(world)
    task_id = with_task(world, episode)
    card = next(one for one in world.store.letters if one.about == task_id)
    stranger = world.phone(STRANGER_OFFICER)
    stranger.presses("take", card)

    assert stranger.letters[-1].key == "verify.refused"
    assert "Lan" not in stranger.reads()
    (refusal,) = [note for note in world.store.notes if note.kind == "refused"]
    assert (refusal.by, refusal.episode_id) == (STRANGER_OFFICER, episode.id)
    assert not changes(world)


def test_a_posting_that_ended_in_the_middle_refuses_the_rest():
    """Rights are looked at on every answer, not only at the first."""
    world, officer, episode = opened()
    officer.presses("right")
    officer.presses("later")
    posting = world.store.postings[OFFICER]
    world.store.postings[OFFICER] = replace(posting, unit_id=BA_VI)
    officer.presses("yes")
    assert officer.letters[-1].key == "verify.refused"
    assert now(world, episode).state is EpisodeState.NOTIFIED


# The list


def test_the_list_shows_the_own_unit_oldest_first_with_the_wait():
    """/xacminh: those who wait in the own units, how long, a page of eight; others are not on it."""
    world = province()
    for number in range(1, 11):
        with_task(world, resident(world, number=number, name=f"Người {number}"))
        world.now += timedelta(hours=3)
    resident(world, number=11, unit=BA_VI)
    officer = world.phone(OFFICER)
    officer.types("/xacminh")

    lines = officer.reads().splitlines()[1:]
    assert lines[0] == "[Người 1, chờ 1 ngày]"
    assert lines[7] == "[Người 8, chờ 9 giờ]"
    assert lines[8] == "[Xem tiếp]"
    officer.presses("more")
    assert len(officer.letters[-1].asked.options) == 2
    officer.types("1")
    assert officer.asked() == "verify.file"
    assert "Người 9" in officer.reads()


def test_an_empty_list_says_so():
    """Nobody waiting is a sentence, not an empty question."""
    officer = province().phone(OFFICER)
    officer.types("/xacminh")
    assert officer.letters[-1].key == "verify.list_empty"


def test_a_clerk_may_not_verify():
    """Verification belongs to the commune (DESIGN.md §7): the CDC is not offered the list."""
    world = province()
    resident(world)
    clerk = world.phone(CLERK)
    clerk.types("/xacminh")
    assert clerk.letters[-1].key == "test.idle"


def test_a_file_chosen_from_the_list_closes_the_task_too():
    """The list and the card lead to the same file and the same end."""
    world = province()
    episode = resident(world)
    with_task(world, episode)
    director = world.phone(DIRECTOR)
    director.types("/xacminh")
    director.types("1")
    director.presses("right")
    director.presses("later")
    director.presses("yes")
    assert now(world, episode).state is EpisodeState.VERIFIED
    assert (task_of(world).outcome, task_of(world).owner_id) == (Outcome.VERIFIED, DIRECTOR)
