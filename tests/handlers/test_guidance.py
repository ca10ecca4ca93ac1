"""Guidance: the offer after verification, the card with its code, the record of how it was explained."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from quarantine.codes import ALPHABET, read_code
from quarantine.effects import CodeFor, CodeIssued, EpisodeChanged
from quarantine.letters import Enclosure
from quarantine.messages import Kind
from quarantine.numbers import number
from quarantine.people import Episode, EpisodeState
from tests.handlers.phones import Phone, World, speak
from tests.handlers.scenery import BA_VI, CLERK, DEPUTY, OFFICER, STRANGER_OFFICER, province, resident


def verified() -> tuple[World, Phone, Episode]:
    """An officer who has just verified Lan and is offered the card."""
    world = province()
    episode = resident(world)
    officer = world.phone(OFFICER)
    officer.types("/xacminh")
    officer.presses(f"f{episode.id}")
    officer.presses("right")
    officer.presses("later")
    officer.presses("yes")
    return world, officer, episode


def codes(world: World) -> list[CodeIssued]:
    """The codes that were made."""
    return [one for one in world.store.applied if isinstance(one, CodeIssued)]


def test_right_after_verification_the_card_is_one_press_away():
    """The offer stands by itself; pressing it makes a code for 72 hours and says the card, then asks how."""
    world, officer, episode = verified()
    assert officer.asked() == "guide.offer"
    officer.presses("make")

    (issued,) = codes(world)
    assert (issued.code.purpose, issued.code.episode_id) == (CodeFor.RESIDENT, episode.id)
    assert issued.code.expires_at == world.now + timedelta(hours=72)
    assert len(issued.text) == 8
    assert set(issued.text) <= set(ALPHABET)
    card, how = officer.letters[-2:]
    assert (card.key, card.enclosure) == ("guide.card", Enclosure.GUIDE_CARD)
    assert card.params["code"] == f"{issued.text[:4]}-{issued.text[4:]}"
    assert read_code(str(card.params["code"])) == issued.text
    assert card.params["phone"] == "0912 345 678"
    assert speak(card.params["station"]) == "Trạm Y tế phường Ngọc Hà"
    assert how.key == "guide.how"
    assert world.store.notes[-1].kind == "code_issued"


def test_the_card_names_nobody():
    """The card is handed on and may be lost: no name, year or address of the resident is on it."""
    world, officer, _ = verified()
    officer.presses("make")
    card = next(one for one in officer.letters if one.key == "guide.card")
    said = str(card.params)
    assert all(word not in said for word in ("Lan", "1992", "Đội Cấn", "0987"))
    assert not card.protect
    assert card.lead == ()
    assert world.store.letters[-1].key == "guide.how"


@pytest.mark.parametrize(
    ("typed", "method"),
    [("gọi điện", "call"), ("2", "visit"), ("đưa phiếu", "paper")],
)
def test_how_it_was_explained_is_recorded_with_the_state(typed: str, method: str):
    """Guided is a state of its own, with who, when and by which method."""
    world, officer, episode = verified()
    officer.presses("make")
    officer.types(typed)

    assert world.store.episodes[episode.id].state is EpisodeState.GUIDED
    change = [one for one in world.store.applied if isinstance(one, EpisodeChanged)][-1]
    assert (change.by, change.at, change.why) == (OFFICER, world.now, f"guided:{method}")
    assert world.store.notes[-1].kind == "guided"
    assert world.store.notes[-1].detail == {"method": method}
    assert officer.letters[-1].key == "guide.done"


def test_guidance_can_be_put_off_and_taken_up_on_another_day():
    """Putting it off changes nothing; the old offer still works days later, and so does the list."""
    world, officer, episode = verified()
    offer = officer.letters[-1]
    officer.presses("later")
    assert officer.letters[-1].key == "guide.put_off"
    world.now += timedelta(days=2)
    officer.presses("make", offer)
    officer.presses("later")
    assert world.store.episodes[episode.id].state is EpisodeState.VERIFIED
    officer.types("/huongdan")
    assert officer.reads().splitlines()[1] == "[Nguyễn Thị Lan, chưa hướng dẫn, 2 ngày]"
    officer.types("1")
    officer.presses("told")
    officer.presses("call")
    assert world.store.episodes[episode.id].state is EpisodeState.GUIDED
    assert len(codes(world)) == 1


def test_a_new_card_ends_the_older_codes():
    """Any number of cards until linked; only the newest code is alive."""
    world, officer, episode = verified()
    offer = officer.letters[-1]
    officer.presses("make", offer)
    officer.presses("call")
    officer.presses("make", offer)
    first, second = (world.store.code_by_id(one.code.id) for one in codes(world))
    assert first.used_at == world.now
    assert second.used_at is None
    officer.presses("paper")
    assert world.store.episodes[episode.id].state is EpisodeState.GUIDED
    guided = [note for note in world.store.notes if note.kind == "guided"]
    assert [note.detail["method"] for note in guided] == ["call", "paper"]


def test_a_lost_phone_gets_a_new_code_without_going_back_a_state():
    """Behind the list stand the linked: a new code leaves their state as it is and asks nothing more."""
    world = province()
    episode = resident(world, EpisodeState.MONITORING)
    officer = world.phone(OFFICER)
    officer.types("/huongdan")
    assert officer.asked() == "guide.linked_list"
    officer.types("1")
    assert officer.asked() == "guide.relink"
    officer.presses("make")
    assert officer.letters[-1].key == "guide.relink_ready"
    assert world.store.episodes[episode.id].state is EpisodeState.MONITORING
    assert len(codes(world)) == 1


def test_the_list_leads_to_those_who_changed_their_phone():
    """With people waiting to connect, those already connected are behind a button."""
    world = province()
    resident(world, EpisodeState.GUIDED)
    resident(world, EpisodeState.LINKED, number=2, name="Trần Văn Hùng")
    officer = world.phone(OFFICER)
    officer.types("tạo phiếu")
    assert officer.reads().splitlines()[1:] == [
        "[Nguyễn Thị Lan, đã hướng dẫn, dưới 1 giờ]",
        "[Người đổi máy]",
    ]
    officer.types("đổi máy")
    assert officer.reads().splitlines()[1:] == ["[Trần Văn Hùng]"]


def test_no_card_before_verification_nor_after_the_end():
    """A code binds only verified, running episodes: nothing is sent before `verified` (DESIGN.md §8)."""
    world, officer, episode = verified()
    offer = officer.letters[-1]
    for state in (EpisodeState.NOTIFIED, EpisodeState.COMPLETED, EpisodeState.NOT_FOUND):
        known = world.store.episodes[episode.id]
        world.store.episodes[episode.id] = replace(known, state=state)
        officer.presses("make", offer)
        assert officer.letters[-1].key == "guide.closed"
    assert not codes(world)


def test_an_officer_of_another_commune_gets_no_card_and_it_is_noted():
    """A made-up press on somebody else's file is refused and in the history."""
    world, officer, episode = verified()
    offer = officer.letters[-1]
    assert offer.asked.number == number("g", episode.id)
    stranger = world.phone(STRANGER_OFFICER)
    stranger.presses("make", offer)

    assert stranger.letters[-1].key == "guide.refused"
    (refusal,) = [note for note in world.store.notes if note.kind == "refused"]
    assert (refusal.by, refusal.episode_id) == (STRANGER_OFFICER, episode.id)
    assert not codes(world)


def test_a_posting_that_ended_before_the_method_records_nothing():
    """Rights are looked at again when the method is told."""
    world, officer, episode = verified()
    officer.presses("make")
    how = officer.letters[-1]
    world.store.postings[OFFICER] = replace(world.store.postings[OFFICER], unit_id=BA_VI)
    officer.presses("call", how)
    assert world.store.episodes[episode.id].state is EpisodeState.VERIFIED
    assert "guided" not in [note.kind for note in world.store.notes]


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (Kind.STICKER, "", "unclear.sticker"),
        (Kind.TEXT, "a" * 4000, "unclear.too_long"),
        (Kind.TEXT, "9", "unclear.one"),
        (Kind.TEXT, "mai tôi qua", "unclear.one"),
    ],
)
def test_how_is_asked_again_when_the_answer_is_none(kind: Kind, text: str, said: str):
    """Anything but a method gets a clear sentence and the question again."""
    _, officer, _ = verified()
    officer.presses("make")
    letter = officer.sends(kind, text=text)
    assert [term.key for term in letter.lead] == [said]
    assert officer.asked() == "guide.how"


def test_a_second_officer_may_hand_over_the_card():
    """Whoever of the station goes to the dwelling makes the card and records the guidance."""
    world, _, episode = verified()
    deputy = world.phone(DEPUTY)
    deputy.types("/huongdan")
    deputy.types("1")
    deputy.presses("make")
    deputy.presses("visit")
    assert world.store.episodes[episode.id].state is EpisodeState.GUIDED


def test_who_may_not_guide_is_not_offered_it():
    """The CDC makes no cards (DESIGN.md §7); with nobody to guide, the list says so."""
    world = province()
    clerk = world.phone(CLERK)
    clerk.types("/huongdan")
    assert clerk.letters[-1].key == "test.idle"
    officer = world.phone(OFFICER)
    officer.types("/huongdan")
    assert officer.letters[-1].key == "guide.list_empty"
