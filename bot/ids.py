"""Row ids: 63 bits that grow with time, made in Python, so that a button can name a row being written."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
LOW_BITS = 22


class Ids:
    """Makes ids of milliseconds and random low bits; each is greater than the one before it.

    Within a millisecond they follow each other, so that randomness is asked for once. Two processes that
    make ids in the same millisecond meet with a chance of about one in a million a row; the second commit
    then fails on the key and its turn is run again with new ids.
    """

    def __init__(self, now: Callable[[], datetime], random_below: Callable[[int], int]) -> None:
        self._now = now
        self._random_below = random_below
        self._last = 0
        self._millis = -1
        self._lock = threading.Lock()

    def one(self) -> int:
        """One new id."""
        return self.block(1)

    @staticmethod
    def before(moment: datetime) -> int:
        """All ids made before this moment are smaller than this one, all later ones are not."""
        return int((moment - EPOCH).total_seconds() * 1000) << LOW_BITS

    def block(self, count: int) -> int:
        """The first of `count` consecutive new ids, for rows that are inserted by the thousand."""
        millis = int((self._now() - EPOCH).total_seconds() * 1000)
        with self._lock:
            first = self._last + 1
            if millis != self._millis:
                self._millis = millis
                first = max(first, (millis << LOW_BITS) + self._random_below(1 << (LOW_BITS - 2)))
            self._last = first + count - 1
        return first
