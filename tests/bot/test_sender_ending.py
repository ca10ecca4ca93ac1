"""The sender at an end: a crash, a database or an account that is away, another holder, a stop."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from quarantine.messages import AccountDown, Later
from tests.bot.sender_room import (
    PATIENCE,
    QUICK,
    FakeChannel,
    FakeOutbox,
    Gate,
    Row,
    drained,
    limits_off,
    rows_of,
    running,
    sender_of,
    until,
)


async def test_a_crash_between_sending_and_recording_repeats_each_letter_once():
    """At least once: what was in flight when the process died comes once more, everything else once."""
    outbox, channel = FakeOutbox(*rows_of(7, "a"), *rows_of(8, "x", first=10)), FakeChannel()
    outbox.reach = asyncio.Event()
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
        dying = tasks.create_task(sender_of(outbox, channel).run())
        await until(lambda: sorted(channel.sent) == ["a", "x"])
        dying.cancel()
    outbox.reach = None
    outbox.leases_end()
    outbox.add(Row(30, 9, "new"))
    async with running(sender_of(outbox, channel)):
        await drained(outbox)
    assert sorted(channel.sent) == ["a", "a", "new", "x", "x"]
    assert {row.status for row in outbox.rows.values()} == {"delivered"}


async def test_outcomes_wait_for_a_database_that_is_away():
    """What was sent is not sent again because its outcome could not be written at once."""
    outbox, channel = FakeOutbox(*rows_of(7, "a", "b")), FakeChannel()
    outbox.faults = 3
    async with running(sender_of(outbox, channel)):
        await drained(outbox)
    assert channel.sent == ["a", "b"]


async def test_an_outbox_that_fails_does_not_end_the_sender():
    """A claim that fails is tried again; the process lives."""

    class Moody(FakeOutbox):
        """An outbox whose first claims fail."""

        async def claim(self, limit):
            """Fail twice."""
            if self.claims < 2:
                self.claims += 1
                raise OSError("the database is away")
            return await super().claim(limit)

    outbox, channel = Moody(*rows_of(7, "a")), FakeChannel()
    async with running(sender_of(outbox, channel)):
        await drained(outbox)
    assert channel.sent == ["a"]


async def test_an_account_that_cannot_send_rests_and_tells():
    """A revoked token: the operator can see why, nothing is lost, and it goes on when it works again."""
    outbox, channel = FakeOutbox(*rows_of(7, "a"), *rows_of(8, "x", first=10)), FakeChannel()
    channel.answers["a"] = [AccountDown("the token was revoked")]
    channel.answers["x"] = [AccountDown("the token was revoked")]
    sender = sender_of(outbox, channel)
    async with running(sender):
        await until(lambda: outbox.rows[1].status == outbox.rows[10].status == "later")
        assert sender.down == AccountDown("the token was revoked")
        outbox.again()
        await until(lambda: outbox.rows[1].status == outbox.rows[10].status == "delivered")
    assert sender.down is None


async def test_only_the_holder_of_the_account_sends():
    """A second process stands by, and takes over when the account is free."""
    outbox, channel = FakeOutbox(*rows_of(7, "a")), FakeChannel()
    outbox.mine = False
    async with running(sender_of(outbox, channel)):
        await asyncio.sleep(0.05)
        assert (outbox.claims, channel.sent) == (0, [])
        outbox.mine = True
        await drained(outbox)
    assert channel.sent == ["a"]


async def test_a_process_that_loses_the_account_leaves_the_rest_to_the_next():
    """What has not left when another process takes over is put back at once, for that one to send."""
    outbox, channel = FakeOutbox(*rows_of(7, "a")), FakeChannel()
    async with running(sender_of(outbox, channel, Gate())):
        await until(lambda: outbox.rows[1].status == "claimed")
        outbox.mine = False
        await until(lambda: outbox.rows[1].status == "later")
    assert channel.sent == []
    assert outbox.rows[1].outcomes == [Later(timedelta(), "another process sends")]


async def test_stopping_finishes_what_is_in_flight_and_gives_the_rest_back():
    """An orderly end repeats nothing and leaves nothing claimed."""
    outbox, channel = FakeOutbox(*rows_of(7, "a"), *rows_of(8, "x", first=10)), FakeChannel()
    channel.gates["a"] = asyncio.Event()
    limiter = limits_off()
    sender = sender_of(outbox, channel, limiter, replace(QUICK, wind_down=PATIENCE, patience=10))
    limiter.refused("chat8", 5)
    async with running(sender):
        await until(lambda: channel.sent == ["a"] and outbox.rows[10].status == "claimed")
        sender.stop()
        await until(lambda: outbox.rows[10].status == "later")
        channel.gates["a"].set()
    assert (outbox.rows[1].status, outbox.rows[10].outcomes) == (
        "delivered",
        [Later(timedelta(), "stopping")],
    )
    assert outbox.let


async def test_stopping_does_not_wait_for_ever():
    """A send that hangs is cut off; its letter stays claimed and is sent again by whoever comes next."""
    outbox, channel = FakeOutbox(*rows_of(7, "a")), FakeChannel()
    channel.gates["a"] = asyncio.Event()
    async with running(sender_of(outbox, channel)):
        await until(lambda: channel.sent == ["a"])
    assert outbox.rows[1].status == "claimed"
    assert outbox.rows[1].outcomes == []


async def test_stopping_with_the_database_away_ends_too():
    """Outcomes that cannot be written are given up at the end; those letters come once more."""
    outbox, channel = FakeOutbox(*rows_of(7, "a")), FakeChannel()
    outbox.faults = 10_000
    async with running(sender_of(outbox, channel)):
        await until(lambda: channel.sent == ["a"])
    assert outbox.rows[1].status == "claimed"
