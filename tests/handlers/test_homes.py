"""The home position: set by its own task or from the list, changed only with a reason."""

from __future__ import annotations

from dataclasses import replace

from quarantine.letters import Letter
from quarantine.people import Episode, EpisodeState, Home
from quarantine.tasks import Outcome, TaskKind, TaskState
from tests.handlers.phones import Phone, World
from tests.handlers.scenery import (
    NGOC_HA,
    OFFICER,
    STRANGER_OFFICER,
    changes,
    notes,
    now,
    province,
    resident,
    task_of,
    with_task,
)


def at_home(world: World, **facts: object) -> tuple[Phone, Episode]:
    """A verified episode with the task HOME taken by the officer."""
    episode = resident(world, EpisodeState.VERIFIED, **facts)
    with_task(world, episode, TaskKind.HOME)
    officer = world.phone(OFFICER)
    officer.presses("take")
    return officer, episode


def test_the_home_task_sets_the_position_and_is_done():
    """The first position needs no reason, but is confirmed; the task is done by the one who set it."""
    world = province()
    officer, episode = at_home(world)
    officer.shares(21.03512, 105.81234)
    assert officer.asked() == "verify.home_sure"
    officer.types("lưu")

    assert now(world, episode).home.position == (21.03512, 105.81234)
    assert (task_of(world, TaskKind.HOME).outcome, notes(world)) == (Outcome.DONE, ["viewed", "home_set"])


def test_a_position_that_is_there_changes_only_with_a_reason():
    """The reason is asked, the distance from the old point shown, and both are in the history."""
    world = province()
    officer, episode = at_home(world, home=Home("12 Đội Cấn", 21.0, 105.8))
    assert "21.00000, 105.80000" in officer.reads()
    officer.shares(21.00300, 105.8)
    assert officer.asked() == "verify.home_reason"
    officer.types("nhập nhầm số nhà")
    assert "cách vị trí cũ 330 m" in officer.reads()
    assert now(world, episode).home.lat == 21.0
    officer.presses("yes")

    assert now(world, episode).home.lat == 21.003
    assert changes(world)[0].why == "nhập nhầm số nhà"
    assert world.store.notes[-1].detail["why"] == "nhập nhầm số nhà"


def test_setting_the_home_can_wait_and_be_done_again():
    """The choice "Làm sau" leaves the task open; "Đặt lại vị trí" asks for another one."""
    world = province()
    officer, episode = at_home(world)
    officer.shares(21.03512, 105.81234)
    officer.presses("again")
    assert officer.asked() == "verify.home"
    officer.presses("later")
    assert officer.letters[-1].key == "verify.home_put_off"
    assert task_of(world, TaskKind.HOME).state is not TaskState.DONE
    assert now(world, episode).home.position is None


def test_the_home_list_reaches_any_file_of_the_unit():
    """/vitri sets or changes a position without a task; notified and closed files are not on it."""
    world = province()
    episode = resident(world, EpisodeState.MONITORING)
    resident(world, number=2)
    resident(world, EpisodeState.COMPLETED, number=3)
    officer = world.phone(OFFICER)
    officer.types("/vitri")
    assert officer.reads().splitlines()[1:] == ["[Nguyễn Thị Lan, chưa có vị trí]"]
    officer.types("1")
    officer.types("21.03512,105.81234")
    officer.presses("yes")
    assert now(world, episode).home.position == (21.03512, 105.81234)


def test_a_home_of_another_commune_is_refused():
    """The HOME card of a foreign unit sets nothing, and the attempt is noted."""
    world = province()
    episode = resident(world, EpisodeState.VERIFIED)
    card_of = with_task(world, episode, TaskKind.HOME)
    card: Letter = next(one for one in world.store.letters if one.about == card_of)
    stranger = world.phone(STRANGER_OFFICER)
    stranger.presses("take", card)
    assert stranger.letters[-1].key == "verify.refused"
    assert notes(world) == ["refused"]


def test_the_home_of_a_closed_episode_is_left_alone():
    """When the episode was closed in the meantime, nothing is set and the state is said."""
    world = province()
    officer, episode = at_home(world)
    world.store.episodes[episode.id] = replace(episode, state=EpisodeState.COMPLETED)
    officer.shares(21.03512, 105.81234)
    assert officer.letters[-1].key == "verify.home_closed"
    assert world.store.episodes[episode.id].unit_id == NGOC_HA
