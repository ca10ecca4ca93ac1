"""Retries: a wait grows with the tries and comes to an end."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.retries import DOUBTFUL_TRIES, FLOOD, LONGEST_ALERT_WAIT, LONGEST_WAIT, TRIES, after_tries
from quarantine.messages import AccountDown, Delivered, Later, Moved, Never, Priority, Reason

NOW = datetime(2026, 12, 5, 0, 30, tzinfo=UTC)
SOON = Later(timedelta(seconds=5), "not reached")
MAYBE = Later(timedelta(seconds=5), "no answer", maybe_sent=True)


def tried(outcome, attempts, priority=Priority.REPLY, valid_until=None):
    """The outcome to record after so many earlier tries."""
    return after_tries(outcome, attempts, priority, valid_until, NOW)


def waits(outcome, priority=Priority.REPLY):
    """The waits after each try, in seconds."""
    return [tried(outcome, attempts, priority).after.total_seconds() for attempts in range(8 - 1)]


@pytest.mark.parametrize("outcome", [Delivered("1"), Never(Reason.BLOCKED), Moved("2"), AccountDown("x")])
def test_only_later_depends_on_the_tries(outcome):
    """What is final is final at the first try and at the hundredth."""
    assert tried(outcome, TRIES) is outcome


def test_waits_double_up_to_ten_minutes():
    """A messenger that is away for an hour is not asked every five seconds."""
    assert waits(SOON) == [5, 10, 20, 40, 80, 160, 320]
    assert tried(SOON, 50).after == LONGEST_WAIT


def test_an_alert_waits_at_most_a_minute():
    """RED goes on being tried, however long the line is down."""
    assert waits(SOON, Priority.ALERT) == [5, 10, 20, 40, 60, 60, 60]
    assert tried(SOON, 50, Priority.ALERT).after == LONGEST_ALERT_WAIT


def test_what_may_have_arrived_is_repeated_slowly_and_seldom():
    """Each doubtful try may show the reader the same text again."""
    assert waits(MAYBE) == [30, 60, 120, 240, 480, 600, 600]
    assert tried(MAYBE, DOUBTFUL_TRIES - 1) == Never(Reason.EXPIRED, "no answer")


def test_the_messengers_own_wait_is_kept():
    """After a 429 the time that was named is right, whether it is the first or the fifth."""
    named = Later(timedelta(seconds=900), FLOOD)
    assert [tried(named, attempts).after.total_seconds() for attempts in (0, 1, 5)] == [900, 900, 900]


def test_after_a_hundred_tries_a_letter_is_given_up():
    """A letter without a date of its own does not stay for ever."""
    assert isinstance(tried(SOON, TRIES - 2), Later)
    assert tried(SOON, TRIES - 1) == Never(Reason.EXPIRED, "not reached")


def test_what_would_come_too_late_is_not_tried_again():
    """A prompt whose window is over when the next try is due is not sent any more."""
    last = NOW + timedelta(seconds=5)
    assert tried(SOON, 0, valid_until=last) == Never(Reason.EXPIRED, "not reached")
    assert tried(SOON, 0, valid_until=last + timedelta(seconds=1)) == SOON
