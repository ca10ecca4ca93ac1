"""Parcels: claimed letters on their way, in queues by person, so that each person's order is kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from quarantine.messages import Outcome, Priority, Reply


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claimed letter on its way to one chat; `render` makes the reply, in a thread when it is `slow`.

    `token` is the outbox's own: what it wants shown when the outcome is recorded. `claimed_at` is monotonic.
    """

    id: int
    owner: int
    user: str
    priority: Priority
    attempts: int
    valid_until: datetime | None
    render: Callable[[], Reply]
    slow: bool = False
    token: object = None
    reply: Reply | None = None
    claimed_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a parcel, and when."""

    parcel: Parcel
    outcome: Outcome
    at: datetime


class Queues:
    """What waits to be sent, one queue for each person; an alert goes before all that is none."""

    def __init__(self) -> None:
        self._by_owner: dict[int, deque[Parcel]] = {}
        self.count = 0

    def put(self, parcel: Parcel) -> None:
        """Line a parcel up for its person."""
        queue = self._by_owner.setdefault(parcel.owner, deque())
        place = len(queue)
        if parcel.priority is Priority.ALERT:
            place = sum(1 for one in queue if one.priority is Priority.ALERT)
        queue.insert(place, parcel)
        self.count += 1

    def take(self, owner: int) -> Parcel:
        """The next parcel of a person, out of the queue; LookupError when there is none."""
        queue = self._by_owner[owner]
        parcel = queue.popleft()
        if not queue:
            del self._by_owner[owner]
        self.count -= 1
        return parcel

    def take_all(self, owner: int | None = None) -> list[Parcel]:
        """All that waits for one person, or for everybody, out of the queues and in order."""
        owners = list(self._by_owner) if owner is None else [owner]
        return [self.take(one) for one in owners for _ in range(len(self._by_owner.get(one, ())))]

    def heads(self) -> list[Parcel]:
        """The next parcel of each person, alerts first, then by the outbox's order."""
        return sorted((queue[0] for queue in self._by_owner.values()), key=_urgency)

    def waits_for(self, owner: int) -> bool:
        """Whether something waits for this person."""
        return owner in self._by_owner


def _urgency(parcel: Parcel) -> tuple[int, int]:
    return parcel.priority, parcel.id
