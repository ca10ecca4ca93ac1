"""The outbox: who goes first, what is dropped, and who may claim."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from quarantine.checkins import Stage
from quarantine.effects import ConversationKept
from quarantine.letters import Condition, Watch
from quarantine.messages import (
    Address,
    Delivered,
    Later,
    Never,
    Priority,
    Reason,
)
from quarantine.people import EpisodeState
from quarantine.tasks import TaskKind, TaskState
from storage import outbox, tables
from storage.apply import apply
from tests.storage.desk import ACCOUNTS, DAY, LEASE, LETTER, Desk
from tests.storage.rows import HUNG, LAN, Rows


def test_a_claim_has_all_that_sending_needs(desk):
    """The letter as it was posted, the chat, the reader, the fence and how often it was tried."""
    letter = desk.post(901, params={"day": DAY}, address_id=301)
    (one,) = desk.claim().claimed
    assert one.letter == letter
    assert (one.address, one.address_id, one.person) == (Address("telegram", "555"), 301, LAN)
    assert (one.fence, one.attempts, one.replaces, one.prompt) == (1, 1, None, None)
    assert desk.row(901).status == "claimed"


def test_alerts_before_replies_before_prompts_before_reports(desk, rows, now):
    """Between people the priority decides, then who has waited longest."""
    for person_id, priority, due in ((1, 3, 0), (2, 2, 0), (3, 1, 0), (4, 0, 0), (5, 1, -5)):
        rows.person(replace(LAN, id=1_000 + person_id))
        due_at = now + timedelta(minutes=due)
        desk.post(900 + person_id, 1_000 + person_id, priority=Priority(priority), due_at=due_at)
    assert desk.claimed() == [904, 905, 903, 902, 901]


def test_letters_to_one_person_keep_their_order(desk):
    """The second letter is claimed only once the first has an outcome, even a bad one."""
    desk.post(901)
    desk.post(902)
    (first,) = desk.claim().claimed
    assert first.letter.id == 901
    assert desk.claimed() == []
    desk.record(first, Delivered("77"))
    assert desk.claimed() == [902]


def test_an_alert_overtakes(desk):
    """An alert goes out though older letters to the same person wait or are in flight; alerts keep order."""
    desk.post(901)
    assert desk.claimed() == [901]
    desk.post(902, priority=Priority.ALERT)
    desk.post(903, priority=Priority.ALERT)
    assert desk.claimed() == [902]
    assert desk.claimed() == []


def test_a_prompt_that_waits_its_time_holds_nobody_up(desk, now):
    """A letter planned for later is no reason to keep a reply back; when its time comes it goes first."""
    desk.post(901, priority=Priority.PROMPT, due_at=now + timedelta(minutes=10))
    desk.post(902)
    (reply,) = desk.claim().claimed
    assert reply.letter.id == 902
    desk.record(reply, Delivered("77"))
    desk.post(903)
    assert desk.claimed(now=now + timedelta(minutes=10)) == [901]


def test_a_prompt_waits_for_a_conversation_that_began_after_it_was_posted(desk, conn, keyring, ids, now):
    """Who is being asked something is interrupted by replies and alerts only, but never misses a prompt."""
    busy = now + timedelta(minutes=10)
    apply(conn, keyring, [ConversationKept(LAN.id, "[]", busy, 0)], now, ids)
    desk.post(901, priority=Priority.PROMPT, valid_until=now + timedelta(hours=3))
    desk.post(902, priority=Priority.PROMPT, valid_until=now + timedelta(minutes=8))
    desk.post(903, owner=HUNG.id, priority=Priority.PROMPT)
    assert desk.claimed() == [903]
    assert (desk.row(901).due_at, desk.row(901).status, desk.row(901).attempts) == (busy, "due", 0)
    assert desk.claimed() == []
    assert desk.row(902).due_at == now + timedelta(minutes=3), "five minutes before it is too late"
    desk.post(904)
    assert desk.claimed() == [904], "neither holds up a reply"


def test_later_holds_that_chat_alone(desk, now):
    """After "later" all that waits for this chat waits, alerts too; other people get theirs."""
    desk.post(901)
    desk.post(902, priority=Priority.ALERT, due_at=now + timedelta(seconds=1))
    desk.post(903, HUNG.id)
    first, other = desk.claim().claimed
    (told,) = desk.record(first, Later(timedelta(seconds=30), "429", maybe_sent=True))
    assert (told.id, told.outcome) == (901, Later(timedelta(seconds=30), "429", maybe_sent=True))
    assert desk.row(901).reason == "429 (maybe sent)"
    assert desk.claimed(now=now + timedelta(seconds=29)) == []
    desk.post(904)
    assert desk.claimed(now=now + timedelta(seconds=29)) == []
    again = desk.claim(now=now + timedelta(seconds=30)).claimed
    assert [(one.letter.id, one.attempts) for one in again] == [(902, 1), (901, 2)]
    assert other.letter.id == 903


def test_only_letters_for_these_accounts_are_claimed(desk):
    """A sender claims for its accounts; a letter that has no chat at all is anybody's."""
    desk.post(901)
    desk.post(902, HUNG.id)
    desk.post(903, 12345)
    assert desk.claimed(accounts=["zalo"]) == [902, 903]
    assert desk.claimed(accounts=["telegram"]) == [901]


def test_the_chat_is_chosen_when_it_is_sent(desk, rows, now, conn):
    """The chat that the letter names, else the one heard from last; never a blocked or foreign one."""
    rows.address(303, "zalo", "556", LAN.id, last_inbound_at=now + timedelta(hours=1))
    rows.address(304, "zalo", "557", LAN.id, last_inbound_at=now + timedelta(hours=2), reachable=False)
    rows.address(305, "zalo", "999")
    cases = {901: (301, 301), 902: (None, 303), 903: (304, 303), 904: (302, 303)}
    for letter_id, (named, _) in cases.items():
        desk.post(letter_id, address_id=named, replaces="77")
    desk.post(905, 305, address_id=305)
    found = {}
    while claimed := desk.claim().claimed:
        for one in claimed:
            found[one.letter.id] = (one.address_id, one.replaces)
            desk.record(one, Delivered("1"))
    assert {letter_id: chat for letter_id, (chat, _) in found.items()} == {
        901: 301,
        902: 303,
        903: 303,
        904: 303,
        905: 305,
    }
    assert found[901] == (301, "77")
    assert found[903] == (303, None)


def test_a_reader_without_a_chat_is_claimed_with_none(desk):
    """Nobody to send to is an outcome of its own, which the sender records."""
    desk.post(901, 12345)
    (one,) = desk.claim().claimed
    assert (one.address, one.address_id, one.person) == (None, None, None)
    assert desk.record(one, Never(Reason.NO_ADDRESS))[0].outcome == Never(Reason.NO_ADDRESS)
    assert (desk.row(901).status, desk.row(901).reason) == ("dead", "no_address")


def test_what_is_too_late_is_dropped(desk, now):
    """A letter past its time is not sent, and told to the caller when somebody watches it."""
    desk.post(901, valid_until=now - timedelta(seconds=1), watch=Watch.PROMPT, about=7)
    desk.post(902)
    found = desk.claim()
    assert found.claimed == []
    assert [(one.id, one.watch, one.about, one.why) for one in found.dropped] == [
        (901, Watch.PROMPT, 7, outbox.EXPIRED)
    ]
    assert desk.row(901).status == "void"
    assert desk.claimed() == [902]


@pytest.mark.parametrize(
    ("condition", "changes", "sent"),
    [
        (Condition.TASK_UNTAKEN, {}, True),
        (Condition.TASK_UNTAKEN, {"state": TaskState.TAKEN}, False),
        (Condition.TASK_UNDONE, {"state": TaskState.TAKEN}, True),
        (Condition.TASK_UNDONE, {"state": TaskState.DONE}, False),
    ],
)
def test_a_letter_about_a_task_goes_while_it_is_true(desk, rows, condition, changes, sent):
    """The condition is looked at again when the letter is claimed."""
    rows.task(701, TaskKind.CONTACT, HUNG.id, **changes)
    desk.post(901, condition=condition, about=701)
    found = desk.claim()
    assert bool(found.claimed) is sent
    assert [one.why for one in found.dropped] == [] if sent else [outbox.VOID]


def test_a_letter_about_a_task_that_was_never_made_is_sent(desk):
    """When the person had an open task of the kind, the letters about the new one go all the same."""
    desk.post(901, condition=Condition.TASK_UNTAKEN, about=799)
    assert desk.claimed() == [901]


@pytest.mark.parametrize(
    ("stages", "state", "sent"),
    [
        ([(Stage.WAITING, False)], EpisodeState.MONITORING, True),
        ([(Stage.DONE, True), (Stage.OVERDUE, False)], EpisodeState.MONITORING, True),
        ([(Stage.DONE, True), (Stage.PROMPTED, True)], EpisodeState.MONITORING, True),
        ([(Stage.DONE, True), (Stage.LATE, True)], EpisodeState.MONITORING, False),
        ([(Stage.ABSENT, False)], EpisodeState.MONITORING, False),
        ([(Stage.WAITING, False)], EpisodeState.PAUSED, False),
        ([(Stage.WAITING, False)], EpisodeState.COMPLETED, False),
        ([], EpisodeState.MONITORING, False),
    ],
)
def test_a_prompt_goes_while_somebody_has_still_to_answer(desk, rows, stages, state, sent):
    """A prompt is sent while a check-in of it is open and its episode followed; rendering gets all of it."""
    episode = rows.episode(201, LAN.id, state)
    rows.prompt(401, LAN.id, DAY, "morning")
    for number, (stage, reported) in enumerate(stages):
        slot = f"slot {number}"
        rows.checkin(501 + number, episode, DAY, slot, prompt_id=401, stage=stage, reported=reported)
    condition = Condition.PROMPT_OPEN.value
    rows.insert(
        tables.Letter,
        id=901,
        owner=LAN.id,
        key="checkin.prompt",
        priority=2,
        due_at=desk.now,
        about=401,
        condition=condition,
        created_at=desk.now,
    )
    found = desk.claim()
    assert bool(found.claimed) is sent
    if sent:
        case = found.claimed[0].prompt
        assert case.prompt.id == 401
        assert len(case.prompt.checkins) == len(stages)
        assert {person.id for person in case.persons} == {LAN.id}
        assert found.claimed[0].letter.params == {}


def test_a_slot_replaces_its_last_message_in_that_chat(desk, rows, now):
    """A letter with a slot edits the last delivered one of that slot, in the chat where it is."""
    rows.address(303, "zalo", "556", LAN.id, last_inbound_at=now - timedelta(hours=1))
    for letter_id, slot, chat, native in (
        (901, "card:1", 301, "10"),
        (902, "card:2", 301, "11"),
        (903, "card:1", 303, "12"),
    ):
        desk.post(letter_id, slot=slot, address_id=chat)
        (one,) = desk.claim().claimed
        desk.record(one, Delivered(native))
    desk.post(904, slot="card:1")
    assert [(one.address_id, one.replaces) for one in desk.claim().claimed] == [(301, "10")]


def test_a_claim_ends_with_its_lease(desk):
    """When a sender dies, its letters are claimed anew, and its own late outcome counts no more."""
    desk.post(901)
    (lost,) = desk.claim(lease=timedelta(seconds=-1)).claimed
    (held,) = desk.claim().claimed
    assert (lost.fence, held.fence, held.attempts) == (1, 2, 2)
    assert desk.record(lost, Never(Reason.REFUSED)) == []
    assert desk.row(901).status == "claimed"
    assert [one.id for one in desk.record(held, Delivered("77"))] == [901]
    assert desk.record(held, Delivered("78")) == []
    assert desk.row(901).native_id == "77"


def test_the_outbox_can_be_counted(desk, now, conn):
    """Due, planned and claimed letters are counted, and the age of the oldest is known."""
    assert outbox.counts(conn, now) == outbox.Counts(0, 0, 0, None)
    desk.post(901)
    desk.claim()
    desk.post(902, HUNG.id, due_at=now - timedelta(hours=1))
    desk.post(903, HUNG.id, due_at=now + timedelta(hours=1))
    assert outbox.counts(conn, now) == outbox.Counts(1, 1, 1, now - timedelta(hours=1))


def test_the_next_planned_letter_is_known(desk, now, conn):
    """The stage's clock stops where a letter is planned to go, not where one is due or gone."""
    assert outbox.next_due(conn, now) is None
    desk.post(901, due_at=now)
    desk.post(902, HUNG.id, due_at=now + timedelta(hours=2))
    desk.post(903, HUNG.id, due_at=now + timedelta(hours=1))
    assert outbox.next_due(conn, now) == now + timedelta(hours=1)
    conn.execute(LETTER.update().where(LETTER.c.id == 903).values(status="void"))
    assert outbox.next_due(conn, now) == now + timedelta(hours=2)


def test_a_full_batch_says_that_there_may_be_more(desk, now):
    """A batch of only dropped letters is not the end of the queue."""
    for letter_id in (901, 902, 903):
        desk.post(letter_id, 1_000 + letter_id, valid_until=now - timedelta(seconds=1))
    found = desk.claim(limit=2)
    assert (found.claimed, len(found.dropped), found.full) == ([], 2, True)
    assert desk.claim(limit=2).full is False


def test_two_senders_never_claim_the_same_letter(engine, keyring, ids, now):
    """Two senders that claim at once share the queue; each letter is claimed once, one a person at a time."""
    with engine.begin() as conn:
        rows = Rows(conn, keyring, now)
        desk = Desk(conn, keyring, ids, now)
        for number in range(60):
            person = rows.person(replace(LAN, id=1_000 + number))
            rows.address(9_000 + number, "telegram", str(number), person.id)
            desk.post(20_000 + number, person.id)
            desk.post(30_000 + number, person.id)
    barrier, taken = threading.Barrier(2), []

    def send():
        barrier.wait()
        while True:
            with engine.begin() as conn:
                found = outbox.claim(conn, keyring, ACCOUNTS, 7, now, LEASE).claimed
            if not found:
                break
            taken.extend(one.letter.id for one in found)

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(20_000, 20_060))
