"""Domain time is aware UTC and moves forward only."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.clock import MovableClock, SystemClock

START = datetime(2026, 12, 5, 0, 30, tzinfo=UTC)


class Hand:
    """A clock that stands where a test puts it."""

    def __init__(self, at=START):
        """Stand at the given instant."""
        self.at = at

    def now(self):
        """Where it stands."""
        return self.at


def test_system_time_is_aware_utc():
    """Instants are aware UTC everywhere, from their source on."""
    assert SystemClock().now().utcoffset() == timedelta(0)


def test_moved_time_goes_on_with_the_clock_below():
    """A moved clock is the time below plus what it was moved by, and keeps running."""
    hand = Hand()
    clock = MovableClock(hand)
    assert clock.advance(timedelta(hours=1)) == START + timedelta(hours=1)
    hand.at += timedelta(minutes=5)
    assert clock.now() == START + timedelta(hours=1, minutes=5)


def test_time_may_begin_at_another_hour():
    """The demonstration begins in the morning, whatever the hour is, and goes on from there."""
    hand = Hand()
    for begins in (START - timedelta(hours=9), START + timedelta(hours=9)):
        clock = MovableClock(hand, begins)
        assert clock.now() == begins
        hand.at += timedelta(minutes=5)
        assert clock.now() == begins + timedelta(minutes=5)


def test_advance_to_lands_on_the_instant():
    """The page's "to the next prompt" lands on that instant exactly, whatever zone it is written in."""
    clock = MovableClock(Hand())
    hanoi = timezone(timedelta(hours=7))
    assert clock.advance_to(datetime(2026, 12, 5, 16, 30, tzinfo=hanoi)) == datetime(
        2026, 12, 5, 9, 30, tzinfo=UTC
    )
    assert clock.now() == datetime(2026, 12, 5, 9, 30, tzinfo=UTC)


def test_time_never_goes_back():
    """A machine's clock that is set back does not bring back times that have passed."""
    hand = Hand()
    clock = MovableClock(hand)
    hand.at += timedelta(minutes=10)
    told = clock.now()
    hand.at -= timedelta(minutes=9)
    assert clock.now() == told


@pytest.mark.parametrize("back", [timedelta(seconds=-1), timedelta(days=-1)])
def test_moving_back_is_refused(back):
    """Moving back would send prompts twice; it is refused and nothing moves."""
    clock = MovableClock(Hand())
    with pytest.raises(ValueError, match="forward"):
        clock.advance(back)
    with pytest.raises(ValueError, match="forward"):
        clock.advance_to(START + back)
    assert clock.now() == START


def test_a_naive_instant_is_refused():
    """An hour without a zone is no instant."""
    with pytest.raises(ValueError, match="zone"):
        MovableClock(Hand()).advance_to(datetime(2026, 12, 6, 7, 0))  # noqa: DTZ001 - the subject of the test
