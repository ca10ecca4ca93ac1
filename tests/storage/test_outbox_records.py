"""The outbox: what the outcome of a letter changes."""

from datetime import timedelta

from sqlalchemy import select

from quarantine.letters import Watch
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
from storage import accounts, contexts, outbox, tables
from storage.accounts import State
from tests.storage.desk import ACCOUNT, ACCOUNTS, ADDRESS, LETTER
from tests.storage.rows import HUNG, LAN


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
