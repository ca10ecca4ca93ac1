"""The inbox: nothing is taken twice, nothing that failed is lost, and a chat keeps its order."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from storage import inbox, tables
from storage.engine import open_engine
from storage.inbox import Arrival, Failure
from storage.sealing import Keyring
from storage.tables import core

INBOX = core(tables.Inbox)
LAN, HUNG = b"lan-digest-16byt", b"hung-digest-16by"
SOON = timedelta(seconds=5)


def _arrival(number, now, address=LAN, account="telegram", native_id=None):
    at = now + timedelta(seconds=number)
    return Arrival(number, account, native_id or str(number), address, at)


def _raw(keyring: Keyring, number: int) -> bytes:
    return keyring.seal("inbox", "raw", number, f"message {number}")


def _row(conn, number):
    return conn.execute(select(INBOX).where(INBOX.c.id == number)).one()


def test_repeats_are_dropped(conn, now):
    """Of one native id only the first is new: within a group, and in any later one."""
    first = _arrival(1, now)
    assert inbox.receive(conn, [first, _arrival(2, now, native_id="1"), _arrival(3, now)]) == [
        True,
        False,
        True,
    ]
    assert inbox.receive(conn, [_arrival(4, now, native_id="1"), _arrival(5, now)]) == [False, True]
    assert conn.execute(select(INBOX.c.id).order_by(INBOX.c.id)).scalars().all() == [1, 3, 5]


def test_native_ids_are_per_account(conn, now):
    """Two accounts may use the same number for different messages."""
    arrivals = [_arrival(1, now, native_id="77"), _arrival(2, now, account="zalo", native_id="77")]
    assert inbox.receive(conn, arrivals) == [True, True]


def test_nothing_is_kept_of_a_message_that_went_well(conn, now):
    """On the happy path a row is done at once and holds no message."""
    inbox.receive(conn, [_arrival(1, now)])
    row = _row(conn, 1)
    assert (row.state, row.raw, row.tries, row.error, row.address) == ("done", None, 0, None, LAN)
    assert row.received_at == now + timedelta(seconds=1)


def test_a_group_costs_one_statement(engine, now):
    """Whatever its size, noting a group and dropping its repeats is a single statement."""
    statements = []
    with engine.connect() as conn:
        conn.execute(select(INBOX.c.id).limit(0))
        event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
        for size in (1, 2, 200):
            group = [_arrival(size * 1_000 + n, now) for n in range(size)]
            assert inbox.receive(conn, group) == [True] * size
    assert len(statements) == 3


def test_an_empty_group_costs_nothing(conn):
    """Nothing in, nothing out."""
    assert inbox.receive(conn, []) == []
    assert inbox.waiting_addresses(conn, []) == set()
    inbox.done(conn, [])
    inbox.park(conn, [])
    inbox.fail(conn, [])


def test_more_than_one_statement_can_hold(conn, now):
    """A backlog larger than a statement's limit of parameters is still taken whole."""
    arrivals = [_arrival(n, now) for n in range(1, 2_502)]
    assert inbox.receive(conn, arrivals) == [True] * 2_501
    assert inbox.receive(conn, arrivals[:1_500]) == [False] * 1_500


def test_naive_arrivals_are_refused(conn, now):
    """The fast path refuses a time without a zone as the column type does."""
    naive = Arrival(1, "telegram", "1", LAN, now.replace(tzinfo=None))
    with pytest.raises(ValueError, match="no time zone"):
        inbox.receive(conn, [naive])


def test_a_failed_turn_keeps_its_message_and_counts(conn, now, keyring):
    """A failure keeps the sealed message, the class of the error and the number of tries."""
    inbox.receive(conn, [_arrival(1, now), _arrival(2, now, HUNG)])
    inbox.fail(conn, [Failure(1, "KeyError", now + SOON, _raw(keyring, 1))])
    row = _row(conn, 1)
    assert (row.state, row.tries, row.error, row.next_try_at) == ("waiting", 1, "KeyError", now + SOON)
    assert keyring.open("inbox", "raw", 1, row.raw) == b"message 1"
    assert _row(conn, 2).state == "done"


def test_a_second_failure_keeps_the_message_of_the_first(conn, now, keyring):
    """Failing again counts on and need not bring the message again."""
    inbox.receive(conn, [_arrival(1, now)])
    inbox.fail(conn, [Failure(1, "KeyError", now, _raw(keyring, 1))])
    inbox.fail(conn, [Failure(1, "ValueError", now + SOON)])
    row = _row(conn, 1)
    assert (row.tries, row.error) == (2, "ValueError")
    assert keyring.open("inbox", "raw", 1, row.raw) == b"message 1"


def test_waiting_messages_fall_due(conn, now, keyring):
    """A failed message is offered again when its time has come, not before; once done it is cleared."""
    inbox.receive(conn, [_arrival(1, now)])
    inbox.fail(conn, [Failure(1, "KeyError", now + SOON, _raw(keyring, 1))])
    assert inbox.due(conn, now + SOON - timedelta(microseconds=1), 10) == []
    (found,) = inbox.due(conn, now + SOON, 10)
    assert (found.id, found.account, found.native_id, found.tries) == (1, "telegram", "1", 1)
    assert keyring.open("inbox", "raw", 1, found.raw) == b"message 1"
    inbox.done(conn, [1])
    assert inbox.due(conn, now + SOON, 10) == []
    row = _row(conn, 1)
    assert (row.state, row.raw, row.error, row.next_try_at) == ("done", None, None, None)


def test_a_redelivery_of_a_waiting_message_is_a_repeat(conn, now, keyring):
    """While we hold a failed message the messenger may bring it again: it is not taken twice."""
    inbox.receive(conn, [_arrival(1, now)])
    inbox.fail(conn, [Failure(1, "KeyError", now, _raw(keyring, 1))])
    assert inbox.receive(conn, [_arrival(2, now, native_id="1")]) == [False]


def test_later_messages_of_a_chat_wait_behind_a_failed_one(conn, now, keyring):
    """Only the oldest waiting message of a chat is due; other chats are not held up."""
    inbox.receive(conn, [_arrival(1, now), _arrival(2, now), _arrival(3, now, HUNG)])
    inbox.fail(conn, [Failure(1, "KeyError", now + SOON, _raw(keyring, 1))])
    assert inbox.waiting_addresses(conn, [LAN, HUNG]) == {LAN}
    inbox.hold(conn, [(2, _raw(keyring, 2), LAN)], now)
    inbox.fail(conn, [Failure(3, "KeyError", now, _raw(keyring, 3))])
    assert [message.id for message in inbox.due(conn, now, 10)] == [3]
    assert [message.id for message in inbox.due(conn, now + SOON, 10)] == [1, 3]
    inbox.done(conn, [1])
    assert [message.id for message in inbox.due(conn, now + SOON, 10)] == [2, 3]
    assert _row(conn, 2).tries == 0


def test_a_parked_message_lets_the_later_ones_go_on(conn, now, keyring):
    """A message that is given up is kept for the operator and no longer stands in the way."""
    inbox.receive(conn, [_arrival(1, now), _arrival(2, now)])
    inbox.fail(conn, [Failure(1, "KeyError", now, _raw(keyring, 1))])
    inbox.hold(conn, [(2, _raw(keyring, 2), LAN)], now)
    inbox.park(conn, [1])
    assert [message.id for message in inbox.due(conn, now, 10)] == [2]
    row = _row(conn, 1)
    assert (row.state, row.error) == ("parked", "KeyError")
    assert keyring.open("inbox", "raw", 1, row.raw) == b"message 1"


def test_due_is_limited_and_oldest_first(conn, now, keyring):
    """After an outage the backlog comes in pieces, in the order in which people wrote."""
    chats = {number: bytes([number]) * 16 for number in range(1, 6)}
    inbox.receive(conn, [_arrival(number, now, chats[number]) for number in (3, 1, 5, 2, 4)])
    inbox.fail(conn, [Failure(number, "KeyError", now, _raw(keyring, number)) for number in chats])
    assert [message.id for message in inbox.due(conn, now, 3)] == [1, 2, 3]


def test_old_messages_are_forgotten(conn, now, keyring):
    """What is done and old enough goes, at most so much at once; what waits or was parked stays."""
    inbox.receive(conn, [_arrival(number, now, bytes([number]) * 16) for number in range(1, 8)])
    inbox.fail(conn, [Failure(number, "KeyError", now, _raw(keyring, number)) for number in (2, 3)])
    inbox.park(conn, [3])
    assert inbox.forget(conn, 6, 2) == 2
    assert inbox.forget(conn, 6, 2) == 1
    assert inbox.forget(conn, 6, 2) == 0
    assert conn.execute(select(INBOX.c.id).order_by(INBOX.c.id)).scalars().all() == [2, 3, 6, 7]


def test_a_kept_message_is_taken_up_once(engine, now, keyring):
    """Of two processes that both found it due, the second finds it done once the first has committed."""
    with engine.begin() as conn:
        inbox.receive(conn, [_arrival(1, now)])
        inbox.fail(conn, [Failure(1, "KeyError", now, _raw(keyring, 1))])
    second = []

    def take_too():
        with engine.begin() as conn:
            second.append(inbox.take_up(conn, [1], now))

    other = threading.Thread(target=take_too)
    with engine.begin() as conn:
        assert inbox.take_up(conn, [1], now) == {1}
        other.start()
        inbox.done(conn, [1])
    other.join()
    assert second == [set()]


def test_two_processes_do_not_take_the_same_message(postgres_url, now, keyring):
    """On PostgreSQL what one process has in hand is skipped by another."""
    engine = open_engine(postgres_url)
    with engine.begin() as conn:
        inbox.receive(conn, [_arrival(1, now), _arrival(2, now, HUNG)])
        inbox.fail(conn, [Failure(number, "KeyError", now, _raw(keyring, number)) for number in (1, 2)])
    with engine.connect() as one, engine.connect() as other:
        assert [message.id for message in inbox.due(one, now, 1)] == [1]
        assert [message.id for message in inbox.due(other, now, 10)] == [2]
    engine.dispose()
