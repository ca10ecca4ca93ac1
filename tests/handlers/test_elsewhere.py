"""Elsewhere: the file goes to the commune where the person lives, which is told, and so is the sender."""

from __future__ import annotations

from dataclasses import replace

import pytest

from quarantine.people import EpisodeState, Role
from quarantine.tasks import TaskKind, TaskState
from tests.handlers.phones import Phone, World
from tests.handlers.scenery import (
    ADMIN,
    BA_VI,
    CLERK,
    DEPUTY,
    EMPTY,
    NGOC_HA,
    OFFICER,
    OTHER_CDC,
    STRANGER_OFFICER,
    changes,
    notes,
    now,
    opened,
    task_of,
)

XA_NGOC_HA = 50
"""The namesake in Phú Thọ."""


def sent_on(typed: str = "ba vi") -> tuple[World, Phone, int]:
    """An officer has found that Lan lives elsewhere, and has sent the file there."""
    world, officer, episode = opened()
    officer.presses("elsewhere")
    officer.types(typed)
    officer.presses("yes")
    return world, officer, episode.id


def test_the_file_goes_to_the_other_commune_and_stays_to_be_verified():
    """It is theirs from now on, with who sent it on in the history; nothing is closed."""
    world, officer, episode_id = sent_on()
    episode = world.store.episodes[episode_id]
    assert (episode.unit_id, episode.state) == (BA_VI, EpisodeState.NOTIFIED)
    (change,) = changes(world)
    assert (change.by, change.why, change.before.unit_id) == (OFFICER, "elsewhere", NGOC_HA)
    assert "sent_on" in notes(world)
    assert officer.letters[-1].key == "verify.moved"
    assert "Xã Ba Vì (Hà Nội)" in officer.reads()


def test_the_officers_there_get_the_task_and_the_sender_is_told():
    """The same task, its ladder begun anew; the card says where it comes from."""
    world, _, _ = sent_on()
    task = task_of(world)
    assert (task.unit_id, task.state, task.owner_id, task.opened_at) == (
        BA_VI,
        TaskState.OPEN,
        None,
        world.now,
    )
    assert len([one for one in world.store.tasks.values() if one.kind is TaskKind.VERIFY]) == 1
    there = world.phone(STRANGER_OFFICER)
    assert "Trạm Y tế phường Ngọc Hà chuyển đến" in there.reads()
    told = world.phone(CLERK)
    assert told.letters[-1].key == "verify.told_moved"
    assert "Xã Ba Vì (Hà Nội)" in told.reads()
    assert "Nguyễn Thị Hạnh" in told.reads()


def test_the_other_commune_verifies_and_the_sender_hears_of_it():
    """Whoever sent the list to the wrong place learns that it has come right."""
    world, _, episode_id = sent_on()
    there = world.phone(STRANGER_OFFICER)
    there.presses("take")
    there.presses("right")
    there.presses("later")
    there.presses("yes")
    assert world.store.episodes[episode_id].state is EpisodeState.VERIFIED
    assert world.phone(CLERK).letters[-1].key == "verify.told_verified"


def test_the_other_commune_may_turn_it_down_and_the_sender_hears_of_it():
    """Whatever the outcome."""
    world, _, _ = sent_on()
    there = world.phone(STRANGER_OFFICER)
    there.presses("take")
    there.presses("not_found")
    there.types("không có ai tên này ở xã")
    there.presses("yes")
    assert world.phone(CLERK).letters[-1].key == "verify.told_sender"


def test_what_was_verified_where_it_came_first_rings_nobody():
    """With thousands on a list, the ordinary case is not told one by one."""
    world, officer, _ = opened()
    officer.presses("right")
    officer.presses("later")
    officer.presses("yes")
    assert all(one.key != "verify.told_verified" for one in world.phone(CLERK).letters)


def test_the_old_commune_cannot_open_the_file_any_more():
    """An old card there, and whoever has the file open, are refused; it is noted."""
    world, officer, _ = sent_on()
    other = world.phone(DEPUTY)
    card = next(one for one in officer.letters if one.key == "task.verify")
    other.presses("take", card)
    assert other.letters[-1].key == "verify.refused"
    officer.types("/xacminh")
    assert officer.letters[-1].key == "verify.list_empty"


def test_a_commune_without_officers_does_not_hold_the_file_up():
    """Where nobody stands below, the task goes straight to the CDC."""
    world, _, episode_id = sent_on("hồng hà")
    assert world.store.episodes[episode_id].unit_id == EMPTY
    assert world.phone(ADMIN).letters[-1].key == "task.verify"


@pytest.mark.parametrize(("typed", "kept"), [("huyện Thanh Sơn, tỉnh Lào Cai",) * 2, ("bên nhà ngoại",) * 2])
def test_a_place_that_we_do_not_know_closes_the_file_with_the_words(typed: str, kept: str):
    """Another province or a wrong name: kept as typed, closed here, and the CDC knows where to send it."""
    world, officer, episode = opened()
    officer.presses("elsewhere")
    officer.types(typed)
    assert kept in officer.reads()
    officer.presses("yes")
    assert now(world, episode).state is EpisodeState.ELSEWHERE
    assert changes(world)[0].why == kept
    told = world.phone(CLERK)
    assert told.letters[-1].key == "verify.told_sender"
    assert kept in told.reads()


def test_of_several_communes_one_is_chosen_or_the_words_are_kept():
    """A number chooses; "như đã gõ" keeps the words; another name searches again."""
    world, officer, episode = opened()
    officer.presses("elsewhere")
    officer.types("tân hòa")
    assert officer.asked() == "verify.where_pick"
    officer.types("3")
    assert "Xã Tân Hòa 2 (Hà Nội)" in officer.reads()
    officer.presses("where")
    officer.types("tân hòa")
    officer.types("như đã gõ")
    officer.presses("yes")
    assert now(world, episode).state is EpisodeState.ELSEWHERE
    assert changes(world)[0].why == "tân hòa"


def test_the_commune_itself_is_not_elsewhere():
    """It is said, and the question stays."""
    world, officer, _ = opened()
    officer.presses("elsewhere")
    letter = officer.types("ngọc hà")
    assert [term.key for term in letter.lead] == ["verify.move_here"]
    assert officer.asked() == "verify.where"
    assert not changes(world)


def test_before_sending_on_the_file_can_be_seen_again():
    """Nothing has happened yet."""
    world, officer, _ = opened()
    officer.presses("elsewhere")
    officer.types("ba vi")
    assert officer.asked() == "verify.move"
    officer.presses("file")
    assert officer.asked() == "verify.file"
    assert not changes(world)


def test_two_officers_on_one_file_send_it_on_once():
    """Who comes second hears what has become of it."""
    world, officer, episode = opened()
    officer.presses("elsewhere")
    officer.types("ba vi")
    move = officer.letters[-1]
    world.store.episodes[episode.id] = replace(now(world, episode), state=EpisodeState.VERIFIED)
    officer.presses("yes", move)
    assert officer.letters[-1].key == "verify.already"
    assert not changes(world)


def another_province() -> tuple[World, Phone, int]:
    """An officer who is asked where somebody lives, and a station in Phú Thọ with its people."""
    world, officer, episode = opened()
    world.store.add_staff(31, "Hà Văn Tư", XA_NGOC_HA, Role.OFFICER)
    world.store.add_staff(32, "Bùi Thị Na", OTHER_CDC, Role.CDC_CLERK)
    officer.presses("elsewhere")
    return world, officer, episode.id


def test_a_commune_of_another_province_gets_the_file_too_and_both_sides_are_told():
    """With the province behind a comma; its CDC, which sent no list, hears of it."""
    world, officer, episode_id = another_province()
    officer.types("ngọc hà, phú thọ")
    assert "Xã Ngọc Hà (Phú Thọ)" in officer.reads()
    officer.presses("yes")
    assert world.store.episodes[episode_id].unit_id == XA_NGOC_HA
    assert world.phone(31).letters[-1].key == "task.verify"
    assert world.phone(32).letters[-1].key == "verify.told_province"
    assert world.phone(CLERK).letters[-1].key == "verify.told_moved"


def test_within_the_province_its_cdc_is_not_told_twice():
    """The sender is, and that is all."""
    world, _, _ = sent_on()
    assert [one.key for one in world.phone(CLERK).letters] == ["verify.told_moved"]
    assert not world.phone(ADMIN).letters


def test_where_nobody_would_hear_of_it_the_file_goes_back_to_the_sender():
    """A province that does not use Cachly: closed with the place as a note, never sent into the void."""
    world, officer, episode = opened()
    officer.presses("elsewhere")
    officer.types("ngọc hà, phú thọ")
    assert officer.asked() == "verify.turn_down"
    assert [term.key for term in officer.letters[-1].lead] == ["verify.move_nobody"]
    officer.presses("yes")
    assert (now(world, episode).state, now(world, episode).unit_id) == (EpisodeState.ELSEWHERE, NGOC_HA)
    assert "Xã Ngọc Hà (Phú Thọ)" in world.phone(CLERK).reads()
