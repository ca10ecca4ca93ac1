"""Faults in the turns of messages: what fails is kept, tried again and costs nobody else anything."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.exc import OperationalError

from bot.turns import TRIES
from handlers.checkin import symptoms
from quarantine.effects import AddressBound
from quarantine.messages import Address, Incoming, Kind
from storage import contexts, tables
from storage.apply import apply
from tests.faults.room import KEYRING, furnished, with_handlers
from tests.faults.ward import FIRST_RESIDENT, HOME_AT, says, shares, user

REPORTS, INBOX = tables.Report, tables.Inbox


async def _asked(room, clock, residents):
    """A room in which the residents have just been asked how they are."""
    furnished(room.engine, clock, residents)
    clock.on(hours=1)
    await room.settle()


def _breaks_for(number):
    """The handler of symptoms with a fault that one resident meets."""

    def handler(turn, felt):
        if turn.owner == FIRST_RESIDENT + number:
            raise RuntimeError("a fault in a handler")
        return symptoms(turn, felt)

    return with_handlers(checkin__symptoms=handler)


async def test_a_fault_costs_only_its_own_turn(room, clock, logged):
    """Of a group in which one turn raises the others are committed; the one is kept, sealed, with its try."""
    here = room(_breaks_for(1))
    await _asked(here, clock, 3)
    here.hear(*(says(number, "không", clock.at) for number in range(3)))
    assert len(here.rows(REPORTS)) == 2
    kept = [row for row in here.rows(INBOX) if row.state == "waiting"]
    assert [(row.tries, row.error) for row in kept] == [(1, "RuntimeError")]
    assert kept[0].raw is not None
    assert "không".encode() not in kept[0].raw
    assert [one["event"] for one in logged if one["log_level"] == "error"] == ["turn failed"]


async def test_later_messages_wait_and_keep_their_order(room, clock):
    """What came behind a failed message waits for it; once the fault is mended all go through, in order."""
    broken, mended = room(_breaks_for(0)), room()
    await _asked(broken, clock, 2)
    broken.hear(says(0, "không", clock.at), says(1, "không", clock.at))
    broken.hear(shares(0, HOME_AT, clock.at), shares(1, HOME_AT, clock.at))
    assert broken.count(tables.Checkin, "responder_id", "stage") == {
        (FIRST_RESIDENT, "prompted"): 1,
        (FIRST_RESIDENT + 1, "done"): 1,
    }
    await mended.settle()
    assert len(mended.rows(REPORTS)) == 1  # its hour has not come
    clock.on(seconds=30)
    await mended.settle()
    assert mended.count(tables.Checkin, "stage") == {"done": 2}
    assert sorted(mended.count(REPORTS, "episode_id").values()) == [1, 1]
    assert set(mended.count(INBOX, "state")) == {"done"}
    assert not any(row.raw for row in mended.rows(INBOX))


async def test_parked_after_five_tries(room, clock, logged):
    """After five tries a message is parked, kept, and the operator told; the chat goes on without it."""
    here = room(_breaks_for(0))
    await _asked(here, clock, 2)
    here.hear(says(0, "không", clock.at))
    here.hear(says(0, "trạng thái", clock.at))
    for _ in range(TRIES - 1):
        assert not any(one["log_level"] == "critical" for one in logged)
        assert here.count(INBOX, "state")["waiting"] == 2
        clock.on(minutes=6)
        await here.sweeps.sweep()
    parked = [row for row in here.rows(INBOX) if row.state == "parked"]
    assert [(row.tries, row.error) for row in parked] == [(TRIES, "RuntimeError")]
    assert parked[0].raw is not None
    assert [one["event"] for one in logged if one["log_level"] == "critical"] == ["message parked"]
    assert here.count(INBOX, "state") == {"parked": 1, "done": 1}


async def test_a_kept_message_that_cannot_be_opened_holds_up_no_other(room, clock):
    """A kept message whose seal is broken counts its tries like any other, and the rest are tried again."""
    broken, mended = room(_breaks_for(0)), room()
    await _asked(broken, clock, 2)
    broken.hear(says(0, "không", clock.at))
    broken.turns.script = _breaks_for(1)
    broken.hear(says(1, "không", clock.at))
    first = next(row.id for row in broken.rows(INBOX) if row.state == "waiting")
    with broken.engine.begin() as conn:
        conn.execute(text("UPDATE inbox SET raw = :bad WHERE id = :id"), {"bad": b"broken", "id": first})
    clock.on(minutes=1)
    await mended.settle()
    assert [row.tries for row in mended.rows(INBOX) if row.state == "waiting"] == [2]
    assert len(mended.rows(REPORTS)) == 1


async def test_twenty_deliveries_at_once_are_one_turn(room, clock):
    """However often and however simultaneously a messenger delivers one message, one turn is taken."""
    rooms = [room() for _ in range(4)]
    await _asked(rooms[0], clock, 1)
    message = says(0, "không", clock.at)
    barrier = threading.Barrier(8)

    def deliver(number):
        if number < 8:
            barrier.wait(20)
        return rooms[number % len(rooms)].hear(message)[0]

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(deliver, range(20)))
    assert [one.repeated for one in results].count(False) == 1
    assert len(rooms[0].rows(REPORTS)) == 1
    assert await rooms[0].send() == 1


async def test_a_kept_message_is_taken_by_one_process(room, clock):
    """Two processes that find the same kept message due take it once, and one that fails is tried once."""
    broken, rooms = room(_breaks_for(0)), [room(), room()]
    await _asked(broken, clock, 1)
    broken.hear(says(0, "không", clock.at))
    clock.on(minutes=1)
    found = []
    for one in rooms:
        with one.engine.begin() as conn:
            found.append(one.turns.retry_due(conn))
    assert [len(kept) for kept in found] == [1, 1]
    results = [one.turns.take_group(kept)[0] for one, kept in zip(rooms, found, strict=True)]
    assert [one.repeated for one in results] == [False, True]
    assert len(broken.rows(REPORTS)) == 1


async def test_one_stale_decision_reruns_the_group_singly(room, clock, logged):
    """When two turns of a group decide on the same conversation all are taken singly; none is lost."""
    here = room()
    await _asked(here, clock, 4)
    other = Address("zalo", "another-phone")
    hello = Incoming(other, "hello-again", clock.at, Kind.OTHER)
    with here.engine.begin() as conn:
        chat = contexts.load(conn, KEYRING, [hello], here.turns.ids.one, clock.at)[0].chat
        apply(conn, KEYRING, [AddressBound(chat.id, FIRST_RESIDENT, clock.at)], clock.at, here.turns.ids.one)
    doubled = Incoming(other, "doubled", clock.at, Kind.TEXT, text="không")
    results = here.hear(*(says(number, "không", clock.at) for number in range(4)), doubled)
    assert "group taken singly" in [one["event"] for one in logged]
    assert not [one for one in logged if one["log_level"] == "error"]
    assert not any(one.repeated for one in results)
    assert sorted(here.count(REPORTS, "episode_id").values()) == [1, 1, 1, 1]
    assert set(here.count(INBOX, "state")) == {"done"}


class Away:
    """Takes the database away and brings it back: locked by another on SQLite, refusing on PostgreSQL."""

    def __init__(self, engine, server):
        """Nothing is away yet; on SQLite nobody waits ten seconds for a lock from here on."""
        self.engine, self.server = engine, server
        if server is None:
            event.listen(engine, "connect", lambda conn, _: conn.execute("PRAGMA busy_timeout=20"))
            engine.dispose()

    def __enter__(self):
        """Away."""
        if self.server is None:
            self.held = self.engine.connect()
            self.held.begin()
            return
        self._administer("ALTER DATABASE {} ALLOW_CONNECTIONS false")
        self._administer("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'")

    def __exit__(self, *_):
        """And back."""
        if self.server is None:
            self.held.close()
        else:
            self._administer("ALTER DATABASE {} ALLOW_CONNECTIONS true")

    def _administer(self, command):
        with self.server.connect() as conn:
            conn.execute(text(command.format(self.engine.url.database)))


@pytest.fixture
def away(engine, request):
    """Takes the database of the test away while a block runs."""
    if engine.dialect.name == "sqlite":
        yield Away(engine, None)
        return
    url = make_url(request.getfixturevalue("postgres_server")).set(drivername="postgresql+psycopg")
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    yield Away(engine, server)
    server.dispose()


async def test_a_database_that_is_away_loses_no_message(room, clock, away):
    """While the database is away nothing is acknowledged; what is delivered again later is taken once."""
    here = room()
    await _asked(here, clock, 3)
    group = [says(number, "không", clock.at) for number in range(3)]
    with away, pytest.raises(OperationalError):
        here.hear(*group)
    here.hear(*group)
    assert not any(row.tries for row in here.rows(INBOX))
    assert sorted(here.count(REPORTS, "episode_id").values()) == [1, 1, 1]
    assert [one.repeated for one in here.hear(*group)] == [True] * 3


async def test_a_database_that_is_away_loses_no_outcome(room, clock, away):
    """Outcomes that could not be recorded can be recorded later, and no letter goes out twice."""
    here = room()
    furnished(here.engine, clock, 3)
    clock.on(hours=1)
    await here.sweeps.sweep()
    parcels = await here.outgoing.claim(100)
    settled = here.deliver(parcels)
    with away, pytest.raises(OperationalError):
        await here.outgoing.record(settled)
    await here.outgoing.record(settled)
    await here.settle()
    assert {phone: len(texts) for phone, texts in here.shown.items()} == {
        user(FIRST_RESIDENT + number): 1 for number in range(3)
    }
    assert here.count(tables.Checkin, "stage") == {"prompted": 3}
