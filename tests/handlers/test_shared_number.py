"""A stranger shares a phone number: the same answer for everybody, and a task for whoever is waited for."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.alerts import open_task
from handlers.shared_number import shared
from quarantine.conversation import DONE, Again
from quarantine.messages import Address, Contact, Incoming, Kind, Term, Want
from quarantine.people import EpisodeState
from quarantine.store import Chat, Context
from quarantine.tasks import TaskKind
from quarantine.turn import Turn
from tests.handlers.scenery import (
    BA_VI,
    DEPUTY,
    OFFICER,
    STRANGER_OFFICER,
    notes,
    province,
    resident,
    task_of,
)

THANKS = Again(Term("link.number_kept"))
STRANGER = Chat(900, "zalo", None)


def shares(world, phone, *, own=True):
    """What a stranger is answered who shares this number."""
    contact = None if phone is None else Contact(phone, own)
    said = Incoming(Address("zalo", "u1"), "1", world.now, Kind.CONTACT, contact=contact)
    turn = Turn(
        now=world.now,
        ids=world.next_id,
        random_below=world.random_below,
        store=world.store,
        context=Context(STRANGER),
        said=said,
    )
    answer = shared(turn)
    world.store.apply(turn.effects)
    return answer


def number_of(world, episode):
    """The number in the person's file."""
    return world.store.persons[episode.person_id].phone


def told(world):
    """Who was told of a person who needs help with linking."""
    return [letter.owner for letter in world.store.letters if letter.key == "task.link"]


@pytest.mark.parametrize("state", [EpisodeState.VERIFIED, EpisodeState.GUIDED])
def test_the_officer_of_somebody_who_waits_is_told_once(state):
    """The number of a verified person who has not linked puts a task before the officer, however often."""
    world = province()
    episode = resident(world, state)
    phone = number_of(world, episode)
    for spelling in (phone, f"+84 {phone[1:]}", f"84{phone[1:]}"):
        assert shares(world, spelling) == THANKS
    assert told(world) == [OFFICER]
    task = task_of(world, TaskKind.LINK)
    assert (task.person_id, task.episode_id, task.unit_id) == (episode.person_id, episode.id, episode.unit_id)
    assert task.detail["why"] == Term("link.why_number")
    assert notes(world) == ["number_shared"] * 3
    assert world.store.addresses.get(STRANGER.id) is None
    assert world.store.episodes[episode.id] == episode


def test_the_officer_is_told_of_the_number_although_the_task_slept():
    """Verification leaves a task that rings after a day; a shared number rings at once, on the same task."""
    world = province()
    episode = resident(world, EpisodeState.GUIDED)
    _sleeping(world, episode)
    assert told(world) == []
    shares(world, number_of(world, episode))
    assert told(world) == [OFFICER]
    assert [one.kind for one in world.store.tasks.values()] == [TaskKind.LINK]


def _sleeping(world, episode):
    turn = Turn(
        now=world.now,
        ids=world.next_id,
        random_below=world.random_below,
        store=world.store,
        context=Context(STRANGER),
    )
    open_task(
        turn,
        TaskKind.LINK,
        unit_id=episode.unit_id,
        person_id=episode.person_id,
        episode=episode,
        wait=timedelta(hours=24),
        why=Term("link.why_not_yet"),
    )
    world.store.apply(turn.effects)


@pytest.mark.parametrize(
    "state",
    [EpisodeState.NOTIFIED, EpisodeState.MONITORING, EpisodeState.COMPLETED, EpisodeState.CANCELLED],
)
def test_nobody_is_told_of_those_who_need_no_code(state):
    """Not verified, linked already, over: the answer is the same, and nothing happens."""
    world = province()
    episode = resident(world, state)
    assert shares(world, number_of(world, episode)) == THANKS
    assert (told(world), notes(world), world.store.tasks) == ([], [], {})


@pytest.mark.parametrize("phone", ["0912 999 999", "115", "không số", "", "+1 202 555 0123"])
def test_a_number_that_nobody_knows_gets_the_same_answer(phone):
    """Whether a number is on a list cannot be learnt; what is no number is not told from one either."""
    world = province()
    resident(world, EpisodeState.VERIFIED)
    assert shares(world, phone) == THANKS
    assert world.store.applied == []


def test_a_household_with_one_number_has_a_task_each():
    """Each needs a code of their own; each commune hears of its own people only."""
    world = province()
    here = resident(world, EpisodeState.VERIFIED, number=1)
    there = resident(world, EpisodeState.VERIFIED, number=2, unit=BA_VI)
    world.store.persons[there.person_id] = _with_phone(world, there, number_of(world, here))
    assert shares(world, number_of(world, here)) == THANKS
    assert sorted(told(world)) == sorted([OFFICER, STRANGER_OFFICER])


def _with_phone(world, episode, phone):
    return replace(world.store.persons[episode.person_id], phone=phone)


@pytest.mark.parametrize("own", [True, False])
def test_only_the_own_number_counts(own):
    """A card of somebody else, or one that says nothing, asks for the own number or the code; no task."""
    world = province()
    episode = resident(world, EpisodeState.VERIFIED)
    assert shares(world, None if own else number_of(world, episode), own=own) == DONE
    (letter,) = world.store.letters
    assert (letter.key, letter.owner) == ("link.not_own_number", STRANGER.id)
    assert letter.asked is not None
    assert letter.asked.want is Want.CONTACT
    assert world.store.tasks == {}


def test_an_officer_in_quarantine_is_helped_by_others():
    """The task about an officer's own number goes to a colleague."""
    world = province()
    episode = resident(world, EpisodeState.VERIFIED)
    phone = world.store.persons[OFFICER].phone
    world.store.persons[episode.person_id] = _with_phone(world, episode, phone)
    shares(world, phone)
    assert told(world)
    assert OFFICER not in told(world)
    assert DEPUTY in told(world)
