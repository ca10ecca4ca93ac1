"""The outbox: who goes first, what is dropped, who may claim, and what an outcome changes."""

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from quarantine.checkins import Stage
from quarantine.effects import ConversationKept, LetterPosted
from quarantine.letters import Condition, Letter, Watch
from quarantine.messages import (
    AccountDown,
    Address,
    Delivered,
    Incoming,
    Kind,
    Later,
    Moved,
    Never,
    Priority,
    Reason,
)
from quarantine.people import EpisodeState
from quarantine.tasks import TaskKind, TaskState
from storage import accounts, contexts, outbox, tables
from storage.accounts import State
from storage.apply import apply
from storage.outbox import Result
from storage.tables import core
from tests.storage.rows import HUNG, LAN, Rows

LETTER, ADDRESS, ACCOUNT = core(tables.Letter), core(tables.Address), core(tables.Account)
ACCOUNTS = ["telegram", "zalo"]
LEASE = timedelta(minutes=1)
DAY = date(2021, 8, 14)


class Desk:
    """Posts, claims and records on one connection."""

    def __init__(self, conn, keyring, ids, now):
        """At an instant."""
        self.conn, self.keyring, self.ids, self.now = conn, keyring, ids, now

    def post(self, letter_id, owner=LAN.id, **changes):
        """Post a letter to Lan."""
        letter = replace(Letter(letter_id, owner, f"key.{letter_id}", self.now), **changes)
        apply(self.conn, self.keyring, [LetterPosted(letter)], self.now, self.ids)
        return letter

    def claim(self, limit=100, accounts=ACCOUNTS, lease=LEASE, now=None):
        """Claim what is due."""
        return outbox.claim(self.conn, self.keyring, accounts, limit, now or self.now, lease)

    def claimed(self, **how):
        """The ids of what could be claimed."""
        return [one.letter.id for one in self.claim(**how).claimed]

    def record(self, claimed, outcome, at=None):
        """Record one outcome."""
        return outbox.record(self.conn, self.keyring, [Result.of(claimed, outcome, at or self.now)])

    def row(self, letter_id):
        """A letter as it is stored."""
        return self.conn.execute(select(LETTER).where(LETTER.c.id == letter_id)).one()


@pytest.fixture
def desk(conn, keyring, ids, now, rows):
    """A desk; Lan has a chat on Telegram, Hùng one on Zalo."""
    rows.units()
    rows.person(LAN)
    rows.person(HUNG)
    rows.address(301, "telegram", "555", LAN.id, last_inbound_at=now)
    rows.address(302, "zalo", "888", HUNG.id, last_inbound_at=now)
    return Desk(conn, keyring, ids, now)


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


def test_a_delivery_is_kept_with_where_it_went(desk, now):
    """What the messenger called it, where and when; and what the turn that watches must know."""
    desk.post(901, watch=Watch.PROMPT, about=401, priority=Priority.PROMPT)
    (one,) = desk.claim().claimed
    (told,) = desk.record(one, Delivered("77"), now + timedelta(seconds=3))
    assert (told.owner, told.watch, told.about, told.priority) == (LAN.id, Watch.PROMPT, 401, Priority.PROMPT)
    row = desk.row(901)
    assert (row.status, row.native_id, row.address_id, row.account) == ("delivered", "77", 301, "telegram")
    assert row.delivered_at == now + timedelta(seconds=3)


def test_watched_outcomes_wait_until_their_turn_is_committed(desk, now, conn):
    """A crash between an outcome and its turn loses nothing: it is found again until it is settled."""
    for letter_id, owner in ((901, LAN.id), (902, HUNG.id), (903, 12345)):
        desk.post(letter_id, owner, watch=Watch.RED_TOLD if owner != HUNG.id else Watch.NONE, about=1)
    for one in desk.claim().claimed:
        desk.record(one, Never(Reason.NO_ADDRESS) if one.address is None else Delivered("77"))
    found = outbox.unsettled(conn, 10)
    assert [(one.id, one.outcome) for one in found] == [
        (901, Delivered("77")),
        (903, Never(Reason.NO_ADDRESS)),
    ]
    outbox.settle(conn, [901, 903], now)
    assert outbox.unsettled(conn, 10) == []


def test_a_blocked_chat_is_not_written_to_again(desk, conn):
    """A block ends the letter and the chat; later letters find nobody to send to."""
    desk.post(901)
    desk.post(902)
    (one,) = desk.claim().claimed
    assert desk.record(one, Never(Reason.BLOCKED))[0].outcome == Never(Reason.BLOCKED)
    assert (desk.row(901).status, desk.row(901).reason) == ("dead", "blocked")
    assert [one.address for one in desk.claim().claimed] == [None]


def test_a_letter_refused_by_one_chat_goes_to_another(desk, rows, now):
    """When the reader has another chat, a block is no end: the letter goes there, in the same order."""
    rows.address(303, "zalo", "556", LAN.id, last_inbound_at=now - timedelta(hours=1))
    desk.post(901)
    desk.post(902)
    (one,) = desk.claim().claimed
    assert one.address_id == 301
    assert isinstance(desk.record(one, Never(Reason.BLOCKED))[0].outcome, Later)
    (again,) = desk.claim().claimed
    assert (again.letter.id, again.address_id) == (901, 303)


def test_a_chat_that_moved_is_followed(desk, conn, keyring, ids, now):
    """The letter goes to the new user id, and who writes from there is known."""
    desk.post(901)
    (one,) = desk.claim().claimed
    desk.record(one, Moved("-100555"))
    assert desk.claim().claimed[0].address == Address("telegram", "-100555")
    message = Incoming(Address("telegram", "-100555"), "1", now, Kind.TEXT)
    assert contexts.load(conn, keyring, [message], ids, now)[0].chat.id == 301


def test_a_chat_that_moved_into_a_known_one_is_left(desk, rows, conn):
    """When the new user id is a chat of its own already, the old chat is not written to any more."""
    rows.address(303, "telegram", "-100555")
    desk.post(901)
    (one,) = desk.claim().claimed
    desk.record(one, Moved("-100555"))
    assert conn.execute(select(ADDRESS.c.reachable).where(ADDRESS.c.id == 301)).scalar_one() is False
    assert desk.claim().claimed[0].address is None


def test_an_account_that_is_down_is_noted_and_tried_again(desk, rows, now, conn):
    """A refused account costs no letter: it is due again in a minute and the operator is told."""
    rows.insert(
        tables.Account, name="telegram", kind="telegram", state="up", changed_at=now - timedelta(days=1)
    )
    desk.post(901)
    (one,) = desk.claim().claimed
    desk.record(one, AccountDown("401 Unauthorized"))
    account = conn.execute(select(ACCOUNT)).one()
    assert (account.state, account.detail, account.changed_at) == (State.DOWN, "401 Unauthorized", now)
    assert desk.claimed() == []
    assert desk.claimed(now=now + timedelta(minutes=1)) == [901]


def test_what_an_account_that_is_down_cannot_carry_goes_elsewhere(desk, rows, now, conn):
    """An alert at once, a reply in a minute, to another chat of the reader; nobody without one loses any."""
    for name in ACCOUNTS:
        rows.insert(tables.Account, name=name, kind=name, state=State.READY.value, changed_at=now)
    rows.address(303, "zalo", "556", LAN.id, last_inbound_at=now - timedelta(hours=1))
    rows.address(304, "telegram", "557", last_inbound_at=now)
    desk.post(901, address_id=301)
    desk.post(902, priority=Priority.ALERT, address_id=301)
    desk.post(903, 304)
    for one in desk.claim(accounts=["telegram"]).claimed:
        desk.record(one, AccountDown("401 Unauthorized"))
    (alert,) = desk.claim(accounts=["zalo"]).claimed
    assert (alert.letter.id, alert.address) == (902, Address("zalo", "556"))
    desk.record(alert, Delivered("7"))
    later = now + timedelta(minutes=1)
    assert desk.claimed(accounts=["zalo"], now=later) == [901]
    assert desk.claimed(accounts=["telegram"]) == []
    outbox.hurry(conn, now)
    assert desk.claimed(accounts=["telegram"]) == [903]
    accounts.set_up(conn, "telegram", later)
    desk.post(904, HUNG.id)
    rows.address(305, "telegram", "558", HUNG.id, last_inbound_at=later)
    assert desk.claimed(accounts=["telegram"], now=later) == [904]


def test_a_consent_that_is_needed_is_not_forgotten(conn, rows, now, keyring):
    """Only a consent ends that: neither a refused letter nor one that was still on its way does."""
    rows.insert(tables.Account, name="zalo", kind="zalo-oa", state=State.READY.value, changed_at=now)
    accounts.set_state(conn, "zalo", State.NEEDS_CONSENT, "code -14014", now)
    accounts.set_down(conn, "zalo", "needs consent", now)
    accounts.set_up(conn, "zalo", now)
    kept = accounts.read(conn, keyring, "zalo")
    assert (kept.state, kept.detail) == (State.NEEDS_CONSENT, "code -14014")
    rows.insert(tables.Account, name="bot", kind="zalo-bot", state=State.READY.value, changed_at=now)
    accounts.set_down(conn, "bot", "401", now)
    assert accounts.read(conn, keyring, "bot").state is State.DOWN


def test_a_letter_that_cannot_be_opened_holds_up_nobody(desk, conn, now):
    """A letter sealed with a missing key is put off, not lost, and the others go."""
    desk.post(901)
    desk.post(902, HUNG.id)
    conn.execute(LETTER.update().where(LETTER.c.id == 901).values(body=b"\x01\x01xrubbish"))
    found = desk.claim()
    assert [one.letter.id for one in found.claimed] == [902]
    assert [(one.id, one.why) for one in found.dropped] == [(901, outbox.UNREADABLE)]
    assert (desk.row(901).status, desk.row(901).due_at) == ("due", now + timedelta(minutes=10))


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
