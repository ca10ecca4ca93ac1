"""The sender: order, priorities, refusals and trouble, with a channel and an outbox of our own."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.limiter import Limiter
from bot.parcels import Parcel, Queues
from bot.retries import FLOOD
from bot.sender import Sender
from quarantine.messages import Delivered, Later, Never, Priority, Reason, Reply
from tests.bot.sender_room import (
    NOW,
    QUICK,
    FakeChannel,
    FakeOutbox,
    Gate,
    Row,
    Stands,
    drained,
    limits_off,
    rows_of,
    running,
    sender_of,
    until,
)


async def test_letters_of_one_person_keep_their_order():
    """What was said first arrives first, even while others are faster."""
    outbox, channel = FakeOutbox(*rows_of(7, "a", "b", "c"), *rows_of(8, "x", "y", first=10)), FakeChannel()
    async with running(sender_of(outbox, channel)):
        await drained(outbox)
    assert [text for text in channel.sent if text in "abc"] == ["a", "b", "c"]
    assert [text for text in channel.sent if text in "xy"] == ["x", "y"]


async def test_a_slow_chat_holds_up_nobody_else():
    """While one send hangs, everybody else is served, and the same person's next letter waits."""
    outbox, channel = FakeOutbox(*rows_of(7, "a", "b"), *rows_of(8, "x", "y", first=10)), FakeChannel()
    channel.gates["a"] = asyncio.Event()
    async with running(sender_of(outbox, channel)):
        await until(lambda: outbox.rows[11].status == "delivered")
        assert "b" not in channel.sent
        channel.gates["a"].set()
        await drained(outbox)
    assert channel.sent.index("a") < channel.sent.index("b")


async def test_an_alert_overtakes_everything_that_waits():
    """A RED page posted while prompts wait for the limit goes first, to its own reader too."""
    outbox, channel = FakeOutbox(*rows_of(7, "p1", priority=Priority.PROMPT)), FakeChannel()
    for owner in range(20, 25):
        outbox.add(Row(owner, owner, f"p{owner}", Priority.PROMPT))
    gate = Gate()
    sender = sender_of(outbox, channel, gate)
    async with running(sender):
        await until(lambda: outbox.rows[1].status == "claimed")
        outbox.add(Row(99, 7, "RED", Priority.ALERT))
        sender.wake()
        await until(lambda: outbox.rows[99].status == "claimed")
        gate.open = True
        await drained(outbox)
    assert channel.sent[0] == "RED"
    assert sorted(channel.sent[1:]) == sorted(["p1", *(f"p{owner}" for owner in range(20, 25))])


async def test_replies_go_before_prompts_and_reports():
    """Whoever has just written is answered before anybody is asked."""
    outbox, channel, gate = FakeOutbox(), FakeChannel(), Gate()
    for number, priority in (
        (1, Priority.REPORT),
        (2, Priority.PROMPT),
        (3, Priority.REPLY),
        (4, Priority.ALERT),
    ):
        outbox.add(Row(number, number, priority.name, priority))
    async with running(sender_of(outbox, channel, gate)):
        await until(lambda: outbox.rows[1].status == "claimed")
        gate.open = True
        await drained(outbox)
    assert channel.sent == ["ALERT", "REPLY", "PROMPT", "REPORT"]


async def test_a_429_holds_one_chat_alone():
    """The refused chat waits as long as the messenger said, in order; all others go on."""
    outbox, channel = FakeOutbox(*rows_of(7, "a", "b"), *rows_of(8, "x", "y", first=10)), FakeChannel()
    channel.answers["a"] = [Later(timedelta(seconds=900), FLOOD)]
    limiter = limits_off()
    async with running(sender_of(outbox, channel, limiter)):
        await until(lambda: outbox.rows[11].status == "delivered" and outbox.rows[1].status == "later")
        assert limiter.ready_in("chat7") > 800
        assert limiter.ready_in("chat8") == 0
    assert outbox.rows[1].outcomes == [Later(timedelta(seconds=900), FLOOD)]
    assert "b" not in channel.sent


async def test_what_waits_for_a_held_chat_is_put_back():
    """A letter that must wait long does not sit in memory, where a crash would delay it further."""
    outbox, channel = FakeOutbox(*rows_of(7, "a")), FakeChannel()
    limiter = limits_off()
    limiter.refused("chat7", 900)
    async with running(sender_of(outbox, channel, limiter)):
        await until(lambda: outbox.rows[1].status == "later")
    assert channel.sent == []
    assert outbox.rows[1].outcomes[0].after > timedelta(seconds=800)


async def test_a_blocked_bot_is_recorded_as_never():
    """The outcome says so, once; the person's next letter meets the same, nobody else does."""
    outbox, channel = FakeOutbox(*rows_of(7, "a"), *rows_of(8, "x", first=10)), FakeChannel()
    channel.answers["a"] = [Never(Reason.BLOCKED)]
    async with running(sender_of(outbox, channel)):
        await drained(outbox)
    assert outbox.rows[1].outcomes == [Never(Reason.BLOCKED)]
    assert outbox.rows[10].status == "delivered"
    assert channel.sent.count("a") == 1


async def test_a_broken_letter_blocks_nobody():
    """A letter that cannot be rendered is refused with the kind of its fault; the next ones are sent."""
    outbox, channel = FakeOutbox(*rows_of(7, "broken", "b"), *rows_of(8, "x", first=10)), FakeChannel()
    async with running(sender_of(outbox, channel)):
        await drained(outbox)
    assert outbox.rows[1].outcomes == [Never(Reason.REFUSED, "KeyError")]
    assert sorted(channel.sent) == ["b", "x"]


@pytest.mark.parametrize("text", ["card", "broken"])
async def test_slow_drawing_is_done_beside_the_sending(text):
    """A card with a picture is drawn in a thread; one that fails is refused like any other."""

    class Slow(FakeOutbox):
        """An outbox whose letters all need drawing."""

        async def claim(self, limit):
            """The parcels, marked as slow."""
            return [replace(parcel, slow=True) for parcel in await super().claim(limit)]

    outbox, channel = Slow(*rows_of(7, text)), FakeChannel()
    async with running(sender_of(outbox, channel)):
        await drained(outbox)
    assert outbox.rows[1].status == ("delivered" if text == "card" else "dead")


async def test_trouble_on_the_line_is_tried_again_and_keeps_the_order():
    """After a failed send the same letter comes again before the person's next one."""
    outbox, channel = FakeOutbox(*rows_of(7, "a", "b")), FakeChannel()
    channel.answers["a"] = [Later(timedelta(seconds=5), "not reached"), ConnectionError("torn")]
    async with running(sender_of(outbox, channel)) as tasks:
        tasks.create_task(_again_and_again(outbox))
        await until(lambda: outbox.rows[2].status == "delivered")
    assert channel.sent == ["a", "a", "a", "b"]
    first, second, third = outbox.rows[1].outcomes
    assert (first.after, second.maybe_sent) == (timedelta(seconds=5), True)
    assert isinstance(third, Delivered)


async def _again_and_again(outbox):
    """Let what was put off be due at once, until the last letter has arrived."""
    while outbox.rows[2].status != "delivered":
        outbox.again()
        await asyncio.sleep(0.001)


async def test_a_letter_whose_time_is_over_expires():
    """A prompt that could only be tried again after its window is not sent any more."""
    until_then = NOW + timedelta(seconds=3)
    outbox, channel = FakeOutbox(*rows_of(7, "a", valid_until=until_then)), FakeChannel()
    channel.answers["a"] = [Later(timedelta(seconds=5), "not reached")]
    async with running(sender_of(outbox, channel)):
        await drained(outbox)
    assert outbox.rows[1].outcomes == [Never(Reason.EXPIRED, "not reached")]


async def test_many_are_sent_side_by_side():
    """At 60 ms a send, a thousand a second needs sixty in flight: there are more where the limits allow."""
    outbox, channel = (
        FakeOutbox(*(Row(number, number, f"t{number}") for number in range(1, 501))),
        FakeChannel(),
    )
    gate = asyncio.Event()
    channel.gates = {f"t{number}": gate for number in range(1, 501)}
    async with running(sender_of(outbox, channel)):
        await until(lambda: channel.at_once >= 200)
        gate.set()
        await drained(outbox)
    assert sorted(channel.sent) == sorted(f"t{number}" for number in range(1, 501))


async def test_no_more_is_claimed_than_can_be_sent_soon():
    """At the free rate of 30 a second at most 45 letters are held, so that an alert is never far behind."""
    outbox, channel = (
        FakeOutbox(*(Row(number, number, f"t{number}") for number in range(1, 501))),
        FakeChannel(),
    )
    async with running(sender_of(outbox, channel, Limiter(per_second=30), replace(QUICK, wind_down=1))):
        await until(lambda: len(channel.sent) >= 5)
        held = [row for row in outbox.rows.values() if row.status == "claimed"]
        assert len(held) <= 45
    assert len(channel.sent) < 100


async def test_a_stale_claim_is_not_used():
    """A claim that waited half its time in memory may end before the send does: it is claimed anew."""

    class Hand:
        """A monotonic clock that a test moves."""

        seconds = 0.0

        def __call__(self):
            """The time it shows."""
            return self.seconds

    outbox, channel, hand, gate = FakeOutbox(*rows_of(7, "a")), FakeChannel(), Hand(), Gate()
    sender = Sender("telegram", channel, outbox, gate, Stands(), QUICK, hand)
    async with running(sender):
        await until(lambda: outbox.rows[1].status == "claimed")
        hand.seconds = 31
        gate.open = True
        await asyncio.sleep(0.03)
        assert channel.sent == []
        outbox.leases_end()
        sender.wake()
        await drained(outbox)
    assert outbox.rows[1].fence == 2


def test_queues_keep_order_and_put_alerts_first():
    """The order of one person is the outbox's; an alert goes before what is none, behind earlier alerts."""
    queues = Queues()
    for number, priority in (
        (1, Priority.PROMPT),
        (2, Priority.ALERT),
        (3, Priority.REPLY),
        (4, Priority.ALERT),
    ):
        queues.put(Parcel(number, 7, "c", priority, 0, None, Reply))
    queues.put(Parcel(9, 8, "d", Priority.REPORT, 0, None, Reply))
    assert [parcel.id for parcel in queues.heads()] == [2, 9]
    assert (queues.count, queues.waits_for(7), queues.waits_for(1)) == (5, True, False)
    assert [parcel.id for parcel in queues.take_all(7)] == [2, 4, 1, 3]
    assert [parcel.id for parcel in queues.take_all()] == [9]
    assert (queues.count, queues.take_all(7)) == (0, [])
