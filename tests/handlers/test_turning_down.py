"""Turning down: a file that does not belong here is closed with a note, and its sender is told."""

from __future__ import annotations

import pytest

from quarantine.people import EpisodeState
from quarantine.tasks import Outcome, TaskState
from tests.handlers.scenery import CLERK, OFFICER, changes, now, opened, task_of


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ("not_found", EpisodeState.NOT_FOUND),
        ("not_a_subject", EpisodeState.NOT_A_SUBJECT),
        ("duplicate", EpisodeState.DUPLICATE),
    ],
)
def test_turning_down_asks_why_and_tells_the_sender(value: str, state: EpisodeState):
    """A note and a confirmation; then the state with its reason, the task done, the sender told in chat."""
    world, officer, episode = opened()
    officer.presses(value)
    assert officer.asked() == "verify.note"
    officer.types("đã hỏi tổ trưởng, không có ai tên này")
    assert officer.asked() == "verify.turn_down"
    assert not changes(world)
    officer.presses("yes")

    assert now(world, episode).state is state
    (change,) = changes(world)
    assert (change.by, change.why) == (OFFICER, "đã hỏi tổ trưởng, không có ai tên này")
    assert (task_of(world).state, task_of(world).outcome) == (TaskState.DONE, Outcome.DONE)
    told = world.phone(CLERK)
    assert told.letters[-1].key == "verify.told_sender"
    assert "đã hỏi tổ trưởng" in told.reads()
    assert "Nguyễn Thị Hạnh" in told.reads()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ba vi", "Xã Ba Vì (Hà Nội)"),
        ("huyện Thanh Sơn, tỉnh Lào Cai", "huyện Thanh Sơn, tỉnh Lào Cai"),
    ],
)
def test_elsewhere_names_the_commune(typed: str, kept: str):
    """A commune of the province is named in full; another province is kept in the officer's words."""
    world, officer, episode = opened()
    officer.presses("elsewhere")
    officer.types(typed)
    assert kept in officer.reads()
    officer.presses("yes")
    assert now(world, episode).state is EpisodeState.ELSEWHERE
    assert changes(world)[0].why == kept


@pytest.mark.parametrize(("answer", "kept"), [("3", "Xã Tân Hòa 2 (Hà Nội)"), ("như đã gõ", "tân hòa")])
def test_elsewhere_with_several_communes_offers_them(answer: str, kept: str):
    """Of several communes one is chosen, or the words are kept."""
    world, officer, _ = opened()
    officer.presses("elsewhere")
    officer.types("tân hòa")
    assert officer.asked() == "verify.where_pick"
    officer.types(answer)
    officer.presses("yes")
    assert changes(world)[0].why == kept


def test_the_note_can_be_written_again_and_must_say_something():
    """Two characters are no note; before confirming it can be changed, or the file seen again."""
    world, officer, _ = opened()
    officer.presses("not_found")
    letter = officer.types("ko")
    assert [term.key for term in letter.lead] == ["verify.note_unclear"]
    officer.types("vắng nhà")
    officer.presses("note")
    assert officer.asked() == "verify.note"
    officer.types("hàng xóm nói đã đi")
    assert "hàng xóm nói đã đi" in officer.reads()
    officer.presses("file")
    assert officer.asked() == "verify.file"
    assert not changes(world)
