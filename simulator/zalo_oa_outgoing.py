"""The events that wait for the app's webhook, and whether it is switched on."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from simulator.refusal import Json


@dataclass(slots=True)
class Event:
    """One event as it is sent, byte by byte the same each time."""

    body: bytes
    headers: dict[str, str]
    tries: int = 0
    due: datetime | None = None


@dataclass(slots=True)
class Outgoing:
    """New events in order, and those that come again later.

    Attributes:
        disabled: the webhook was switched off after the last try of an event; events are lost until it
            is switched on again by hand.
        lost: how many events nobody took.
        told: the newest bodies that were made, for tests.
    """

    fresh: deque[Event] = field(default_factory=deque)
    again: list[Event] = field(default_factory=list)
    told: deque[Json] = field(default_factory=lambda: deque(maxlen=1000))
    disabled: bool = False
    lost: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, event: Event) -> None:
        """Let an event wait for its first try."""
        self.fresh.append(event)
        self.arrived.set()

    def forget(self) -> None:
        """Nothing waits any more."""
        self.fresh.clear()
        self.again.clear()
        self.told.clear()
