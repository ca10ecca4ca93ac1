"""The one source of domain time: the system's clock, and a movable one for the demonstration."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol


class Clock(Protocol):
    """Tells the present instant, aware UTC; everything that decides by time is given one."""

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place where the wall clock is read


class MovableClock:
    """Another clock's time plus an offset that only grows; exists in `demo` alone (DESIGN.md §5).

    Begins at the time below, or at `begins`. Never goes backwards, not even when the clock below does: due
    times that have passed stay passed. Safe to read from several threads.
    """

    def __init__(self, below: Clock, begins: datetime | None = None) -> None:
        self._below = below
        self._told = begins or below.now()
        self._offset = timedelta() if begins is None else begins - below.now()
        self._lock = Lock()

    def now(self) -> datetime:
        """The present instant of the demonstration, aware UTC."""
        with self._lock:
            self._told = max(self._told, self._below.now() + self._offset)
            return self._told

    def advance(self, delta: timedelta) -> datetime:
        """Move forward by `delta` and answer the new instant; a ValueError says that time cannot go back."""
        if delta < timedelta():
            raise ValueError("the clock moves forward only")
        with self._lock:
            self._told = max(self._told, self._below.now() + self._offset) + delta
            self._offset += delta
            return self._told

    def advance_to(self, instant: datetime) -> datetime:
        """Move forward to `instant` (aware) and answer it; ValueError when it is naive or has passed."""
        if instant.tzinfo is None:
            raise ValueError("an instant needs its zone")
        return self.advance(instant.astimezone(UTC) - self.now())
