"""Retries: what a channel's answer means for a letter that has been tried before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from quarantine.messages import FLOOD, Later, Never, Outcome, Priority, Reason

LONGEST_WAIT = timedelta(minutes=10)
LONGEST_ALERT_WAIT = timedelta(minutes=1)
TRIES = 100
"""After so many tries (16 hours at the longest wait) a letter without a date of its own is given up."""
DOUBTFUL_TRIES, DOUBTFUL_WAIT = 8, timedelta(seconds=30)
"""A send that may have got through is tried less often: each try may show the reader the same text again."""


def after_tries(
    outcome: Outcome, attempts: int, priority: Priority, valid_until: datetime | None, now: datetime
) -> Outcome:
    """The outcome to record after `attempts` earlier tries: Later grows, and ends as Never(EXPIRED).

    Each wait is twice the one before, up to 10 minutes (an alert's up to one). What would come after
    `valid_until` is not sent at all.
    """
    if not isinstance(outcome, Later):
        return outcome
    wait = waiting(outcome, attempts, priority)
    tries = DOUBTFUL_TRIES if outcome.maybe_sent else TRIES
    if attempts + 1 >= tries or (valid_until is not None and now + wait >= valid_until):
        return Never(Reason.EXPIRED, outcome.reason)
    return replace(outcome, after=wait)


def waiting(later: Later, attempts: int, priority: Priority) -> timedelta:
    """How long to wait before the next try."""
    if later.reason == FLOOD:
        return later.after
    first = max(later.after, DOUBTFUL_WAIT) if later.maybe_sent else later.after
    longest = LONGEST_ALERT_WAIT if priority is Priority.ALERT else LONGEST_WAIT
    # Sixteen doublings of a second are longer than any wait; more would only overflow.
    return max(later.after, min(first * (1 << min(attempts, 16)), longest))
