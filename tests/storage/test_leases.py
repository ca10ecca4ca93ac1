"""Leases: one holder at a time, by the database's clock, with a fence that only grows."""

import threading
from datetime import timedelta

from storage import leases
from storage.engine import database_now

MINUTE = timedelta(minutes=1)
OVER = timedelta(0)


def test_only_one_holds_it(conn):
    """While a lease runs, another process does not get it; its holder may take it again."""
    ours = leases.take(conn, "sender:telegram", "one", MINUTE)
    assert ours is not None
    assert leases.take(conn, "sender:telegram", "two", MINUTE) is None
    again = leases.take(conn, "sender:telegram", "one", MINUTE)
    assert again is not None
    assert again.fence == ours.fence
    assert leases.take(conn, "sender:zalo", "two", MINUTE) is not None


def test_it_runs_by_database_time(conn):
    """The lease ends so long after the database's present, whatever the clock of the process says."""
    before = database_now(conn)
    held = leases.take(conn, "tick", "one", MINUTE)
    assert held is not None
    assert before + MINUTE <= held.until <= database_now(conn) + MINUTE


def test_another_takes_over_when_it_has_run_out(conn):
    """A dead holder's lease is taken over, and the fence tells the two apart."""
    dead = leases.take(conn, "tick", "one", OVER)
    taken = leases.take(conn, "tick", "two", MINUTE)
    assert dead is not None
    assert taken is not None
    assert taken.fence > dead.fence
    assert not leases.holds(conn, dead)
    assert leases.holds(conn, taken)
    assert leases.renew(conn, dead, MINUTE) is None


def test_the_fence_grows_also_when_the_same_holder_returns(conn):
    """After a pause longer than the lease even the same process starts with a new fence."""
    before = leases.take(conn, "tick", "one", OVER)
    after = leases.take(conn, "tick", "one", MINUTE)
    assert before is not None
    assert after is not None
    assert after.fence > before.fence


def test_renewing_keeps_the_fence(conn):
    """A renewed lease goes on under its fence, also shortly after its end if nobody was there."""
    held = leases.take(conn, "tick", "one", OVER)
    assert held is not None
    longer = leases.renew(conn, held, MINUTE)
    assert longer is not None
    assert longer.fence == held.fence
    assert longer.until > held.until
    assert leases.take(conn, "tick", "two", MINUTE) is None


def test_a_released_lease_is_free_at_once(conn):
    """Stopping in good order hands over without waiting, and the fence still grows."""
    held = leases.take(conn, "tick", "one", MINUTE)
    assert held is not None
    leases.release(conn, held)
    taken = leases.take(conn, "tick", "two", MINUTE)
    assert taken is not None
    assert taken.fence > held.fence
    leases.release(conn, held)
    assert leases.holds(conn, taken)


def test_of_many_that_want_it_one_gets_it(engine):
    """Whoever asks at the same moment, exactly one process gets the lease."""
    won = []

    def run(name):
        with engine.begin() as conn:
            held = leases.take(conn, "tick", name, MINUTE)
        if held is not None:
            won.append((name, held.fence))

    threads = [threading.Thread(target=run, args=(f"process {number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
