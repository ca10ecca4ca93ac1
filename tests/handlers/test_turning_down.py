"""Turning down: a file that does not belong here is closed with a note, and its sender is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from quarantine.people import EpisodeState
from quarantine.tasks import Outcome, TaskState
from tests.handlers.scenery import ADMIN, CLERK, OFFICER, changes, now, opened, task_of


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


@pytest.mark.parametrize("sender", ["gone", "unknown"])
def test_where_the_sender_serves_no_more_the_cdc_is_told(sender: str):
    """A list brought in by command, or by somebody who has left: the province hears of it all the same."""
    world, officer, episode = opened()
    world.store.episodes[episode.id] = replace(episode, created_by=None if sender == "unknown" else CLERK)
    if sender == "gone":
        del world.store.postings[CLERK]
    officer.presses("not_found")
    officer.types("không có ai tên này")
    officer.presses("yes")
    assert world.phone(ADMIN).letters[-1].key == "verify.told_sender"
