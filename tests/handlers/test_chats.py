"""Chats and windows: who is told that one closes, whose tasks climb at once, how a second is linked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers import seen, staff, tasklist
from handlers.chats import written_to
from handlers.closing import chats_due
from handlers.outcomes import letter_lost
from quarantine.days import is_quiet
from quarantine.effects import AddressBound, ChatPreferred, ChatWatched, Code, CodeFor, PostingAdded
from quarantine.letters import Letter
from quarantine.messages import Address, Incoming, Kind, Priority, Reason
from quarantine.people import EpisodeState, Role
from quarantine.store import Chat, Context
from quarantine.tasks import TaskKind, TaskState
from quarantine.turn import Turn
from quarantine.windows import Approved, Reach, closes_at, closing_at
from tests.handlers.phones import World
from tests.handlers.scenery import (
    CENTRE_DOCTOR,
    CLERK,
    DEPUTY,
    DIRECTOR,
    NGOC_HA,
    OFFICER,
    province,
    resident,
)
from tests.handlers.test_alerts import done, opened, turn_of

WEEK = timedelta(days=7)
ZALO = 900
"""The chat of whoever it is about in these tests, on an account with a window."""


def closing(world: World, person_id: int, *, silent: timedelta, **facts: object) -> Chat:
    """The chat on Zalo of somebody who wrote there so long ago."""
    world.store.reaches = {"zalo": Reach("zalo-oa", WEEK), "telegram": Reach("telegram")}
    heard = world.now - silent
    chat = Chat(ZALO, "zalo", person_id, heard_at=heard, open_until=closes_at(heard, WEEK))
    world.store.addresses[ZALO] = replace(chat, **facts)  # type: ignore[arg-type]  # fields of a chat
    return world.store.addresses[ZALO]


def tick(world: World, chat: Chat) -> tuple[list[Letter], ChatWatched]:
    """The sweep looks at the chat: what is said, and when it is looked at again."""
    turn = turn_of(world)
    chats_due(turn, [chat])
    (watched,) = (one for one in turn.effects if isinstance(one, ChatWatched))
    return done(world, turn), watched


def test_after_five_days_the_officer_is_told_once():
    """With name, number and by when; a routine letter, which is of no use after the closing."""
    world = province()
    episode = resident(world, EpisodeState.MONITORING)
    chat = closing(world, episode.person_id, silent=timedelta(days=5))
    (letter,), watched = tick(world, chat)
    assert (letter.key, letter.owner, letter.priority) == ("window.closing", OFFICER, Priority.REPORT)
    assert (letter.valid_until, watched.next_at) == (chat.open_until, chat.open_until)
    assert (letter.params["days"], letter.params["until"]) == (5, chat.open_until)
    assert not is_quiet(letter.due_at)
    assert [option.value for option in letter.asked.options] == [seen.SEEN]


@pytest.mark.parametrize(
    "other",
    [
        {"account": "telegram"},
        {"account": "zalo-2", "open_until": timedelta(minutes=1)},
        {"account": "telegram", "reachable": False},
        {"account": "zalo-2", "open_until": timedelta(0)},
    ],
    ids=["open", "open a while", "blocked", "closed"],
)
def test_nobody_is_told_where_another_chat_takes_letters(other):
    """Only a chat that can be written to now counts as another one."""
    world = province()
    episode = resident(world, EpisodeState.MONITORING)
    chat = closing(world, episode.person_id, silent=timedelta(days=5))
    until = other.pop("open_until", None)
    more = {} if until is None else {"open_until": world.now + until}
    second = Chat(901, person_id=episode.person_id, **other, **more)
    world.store.addresses[901] = second
    letters, _ = tick(world, chat)
    assert bool(letters) is not second.usable(world.now)


@pytest.mark.parametrize("state", [EpisodeState.PAUSED, EpisodeState.COMPLETED])
def test_nobody_is_told_of_somebody_who_is_not_followed(state):
    """In hospital, or released: nothing is asked of them, and nothing is missed."""
    world = province()
    episode = resident(world, state)
    letters, _ = tick(world, closing(world, episode.person_id, silent=timedelta(days=5)))
    assert letters == []


def test_after_seven_days_the_task_opens_though_no_letter_was_tried():
    """The officer has it before the next prompt would fail, and reads why; doubled sweeps add nothing."""
    world = province()
    episode = resident(world, EpisodeState.MONITORING)
    chat = closing(world, episode.person_id, silent=WEEK)
    letters, watched = tick(world, chat)
    assert watched.next_at is None
    assert [letter.key for letter in letters] == ["task.unreachable"]
    assert letters[0].params["why"].key == "unreachable.window"
    again, _ = tick(world, chat)
    assert again == []
    assert [one.kind for one in world.store.tasks.values()] == [TaskKind.UNREACHABLE]


def test_no_task_where_the_questions_go_as_approved_messages():
    """The window is closed, but the prompt arrives all the same: nobody is unreachable yet."""
    world = province()
    episode = resident(world, EpisodeState.MONITORING)
    chat = closing(world, episode.person_id, silent=WEEK)
    world.store.reaches = {"zalo": Reach("zalo-oa", WEEK, {"checkin.prompt": Approved("77")})}
    letters, _ = tick(world, chat)
    assert letters == []
    turn = turn_of(world)
    letter_lost(turn, episode.responder_id, Reason.NO_ADDRESS)
    assert turn.effects == [], "a reminder that is not approved is no loss of the channel"
    letter_lost(turn, episode.responder_id, Reason.BLOCKED)
    assert turn.effects != []


def test_an_officer_keeps_their_own_chat_open_by_a_press():
    """After 5 days they are asked to press, and told what it is for; after 7 nothing can be said."""
    world = province()
    del world.store.addresses[OFFICER]
    world.store.addresses[OFFICER] = Chat(OFFICER, "telegram", None)
    (letter,), _ = tick(world, closing(world, OFFICER, silent=timedelta(days=5)))
    assert (letter.key, letter.owner) == ("window.own", OFFICER)
    letters, _ = tick(world, closing(world, OFFICER, silent=WEEK))
    assert letters == []


def unheard(world: World, *people: int) -> None:
    """These can no longer be written to."""
    for person_id in people:
        world.store.addresses[person_id] = replace(world.store.addresses[person_id], reachable=False)


@pytest.mark.parametrize("kind", [TaskKind.RED, TaskKind.CONTACT])
def test_a_task_whose_officer_cannot_be_told_climbs_at_once(kind):
    """RED and routine alike go to the next rung in the same turn; whoever gets it reads why."""
    world = province()
    task = opened(world, kind)
    unheard(world, OFFICER)
    turn = turn_of(world)
    letter_lost(turn, OFFICER, Reason.WINDOW, [task.id])
    letters = done(world, turn)
    up = DIRECTOR if kind is TaskKind.RED else DEPUTY
    assert [(letter.owner, letter.params["head"].key) for letter in letters] == [(up, "task.not_reached")]
    assert world.store.tasks[task.id].level == task.level + 1


def test_a_ladder_on_which_nobody_is_reached_does_not_spin():
    """Each lost letter takes the task one rung up, and at the top it waits for its hour."""
    world = province()
    task = opened(world, TaskKind.CONTACT)
    unheard(world, OFFICER, DEPUTY, DIRECTOR, CENTRE_DOCTOR, CLERK)
    lost, rounds = [OFFICER], 0
    while lost:
        turn = turn_of(world)
        for reader in lost:
            letter_lost(turn, reader, Reason.NO_ADDRESS, [task.id])
        lost = [letter.owner for letter in done(world, turn)]
        rounds += 1
        assert rounds < 7
    after = world.store.tasks[task.id]
    assert after.state is TaskState.OPEN
    assert after.next_at is not None


def test_a_task_does_not_climb_while_somebody_on_its_rung_was_told():
    """Two officers on duty: one lost letter leaves the task with the other."""
    world = province()
    world.store.add_staff(80, "Bùi Thị Mơ", NGOC_HA, Role.OFFICER)
    task = opened(world, TaskKind.RED)
    unheard(world, OFFICER)
    turn = turn_of(world)
    letter_lost(turn, OFFICER, Reason.BLOCKED, [task.id])
    assert done(world, turn) == []
    unheard(world, 80)
    turn = turn_of(world)
    letter_lost(turn, 80, Reason.BLOCKED, [task.id])
    assert [letter.owner for letter in done(world, turn)] == [DIRECTOR]


@pytest.mark.parametrize("facts", [{"state": TaskState.TAKEN, "owner_id": DEPUTY}, {"level": 2}])
def test_a_late_outcome_moves_nothing(facts):
    """Taken in the meantime, or told to others already: the lost letter is of no account."""
    world = province()
    task = opened(world, TaskKind.CONTACT)
    world.store.tasks[task.id] = replace(task, **facts)
    unheard(world, OFFICER)
    turn = turn_of(world)
    letter_lost(turn, OFFICER, Reason.GONE, [task.id])
    assert done(world, turn) == []


def test_having_seen_a_digest_takes_no_task():
    """It is noted and thanked for beside the digest, whose buttons stay; the tasks are as they were."""
    world = province()
    task = opened(world, TaskKind.CONTACT)
    pressed = Incoming(
        Address("telegram", "12"), "1", world.now, Kind.PRESS, pressed="l0:seen", pressed_in="9"
    )
    turn = Turn(
        now=world.now,
        ids=world.next_id,
        random_below=world.random_below,
        store=world.store,
        said=pressed,
        context=world.store.context(OFFICER),
    )
    tasklist.listed(turn, seen.SEEN)
    (letter,) = done(world, turn)
    assert (letter.key, letter.replaces, turn.pressed_stays) == ("seen.thanks", None, True)
    assert [note.kind for note in world.store.notes] == ["seen"]
    assert world.store.tasks[task.id] == task


# A second chat for somebody who has one


def invited(world: World, name: str, phone: str, role: Role = Role.OFFICER, account: str = "zalo") -> list:
    """Somebody comes with an invitation to Ngọc Hà and says who they are; what is decided."""
    world.store.reaches = {"zalo": Reach("zalo-oa", WEEK), "telegram": Reach("telegram")}
    world.store.addresses[ZALO] = Chat(ZALO, account, None)
    code = Code(700, CodeFor.OFFICER, world.now + WEEK, unit_id=NGOC_HA, role=role)
    world.store.codes[700] = (code, "K7M4XQ29")
    turn = Turn(
        now=world.now,
        ids=world.next_id,
        random_below=world.random_below,
        store=world.store,
        said=Incoming(Address(account, "9"), "1", world.now, Kind.TEXT, text="đúng"),
        context=Context(world.store.addresses[ZALO]),
    )
    turn.memory.update(name=name, phone=phone, code=700)
    staff.review(turn, "save")
    world.store.apply(turn.effects)
    return turn.effects


def test_an_officer_with_a_second_messenger_stays_one_person():
    """Same name and number, and an invitation to what they hold: the chat is bound beside the first."""
    world = province()
    effects = invited(world, "nguyễn thị hạnh", "0912345678")
    assert [one.person_id for one in effects if isinstance(one, AddressBound)] == [OFFICER]
    assert [one.address_id for one in effects if isinstance(one, ChatPreferred)] == [ZALO]
    assert not [one for one in effects if isinstance(one, PostingAdded)]
    assert {chat.id for chat in world.store.chats(OFFICER)} == {OFFICER, ZALO}
    told = {letter.owner: letter.key for letter in world.store.letters}
    assert told == {OFFICER: "chats.added"} | {world.store.letters[-1].owner: "staff.welcome"}


def test_on_the_same_messenger_the_old_phone_is_let_go():
    """A new phone with the same app: still one person, and the old chat is told whom to call."""
    world = province()
    invited(world, "Nguyễn Thị Hạnh", "0912345678", account="telegram")
    assert [chat.id for chat in world.store.chats(OFFICER)] == [ZALO]
    assert ("link.moved_away", OFFICER) in {(one.key, one.owner) for one in world.store.letters}


@pytest.mark.parametrize(
    ("name", "phone", "role"),
    [
        ("Nguyễn Thị Hoa", "0912345678", Role.OFFICER),
        ("Nguyễn Thị Hạnh", "0912999999", Role.OFFICER),
        ("Phạm Văn Sơn", "0912000013", Role.OFFICER),
    ],
    ids=["another name", "another number", "a post higher than the invitation's"],
)
def test_nobody_else_is_taken_for_a_colleague(name, phone, role):
    """An invitation gives what it says: a colleague's number gives nobody what that colleague holds."""
    world = province()
    known = set(world.store.persons)
    effects = invited(world, name, phone, role)
    (bound,) = (one for one in effects if isinstance(one, AddressBound))
    assert bound.person_id not in known
    assert [one.posting.role for one in effects if isinstance(one, PostingAdded)] == [role]


def test_the_chat_that_is_shown_as_used_is_the_one_that_is_written_to():
    """Chosen last, else heard from last, among those that take letters now."""
    world = province()
    now = world.now
    one = Chat(1, "telegram", 5, heard_at=now)
    two = Chat(2, "zalo", 5, heard_at=now - WEEK, open_until=now + timedelta(hours=1))
    assert written_to([one, two], now) == one
    chosen = replace(two, preferred_at=now)
    assert written_to([one, chosen], now) == chosen
    assert written_to([one, replace(chosen, open_until=now)], now) == one
    assert written_to([replace(one, reachable=False)], now) is None
    assert closing_at(now, WEEK) < closes_at(now, WEEK)
