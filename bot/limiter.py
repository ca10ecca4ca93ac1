"""Keeps an account's sending within its messenger's limits: so many a second in all, and to each chat."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from typing import Final

BURST: Final = 10
"""Messages that may go at once after a pause; the rest is spread evenly."""

SLACK: Final = 1.02
"""How much longer than a second a second is taken to be: the line may push messages together."""

FLOOD_CHATS: Final = 3
FLOOD_SECONDS: Final = 10.0
"""So many chats refused within so many seconds mean that the account, not a chat, sends too much."""

RECOVERY_SECONDS: Final = 60.0
SLOWEST: Final = 1.0
_PRUNE_EVERY: Final = 1024


class Limiter:
    """The limits of one account on a monotonic clock; one per account, in the process that sends for it.

    `per_second` messages in all, never more in any second; `per_chat_second` to each chat (Telegram: 30 and
    1, channels.md §3.1). It never sleeps: `reserve` says how long to wait.
    """

    def __init__(
        self,
        per_second: float = 30,
        per_chat_second: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if per_second < SLOWEST or per_chat_second <= 0:
            raise ValueError("at least one message a second in all, and some to each chat")
        self._full = per_second
        self._chat_gap = 1 / per_chat_second
        self._clock = clock
        self._rate = per_second
        self._faster_at = -math.inf
        self._spread = -math.inf
        self._held_until = -math.inf
        self._sent: deque[float] = deque()
        self._chats: dict[str, float] = {}
        self._floods: dict[str, float] = {}
        self._taken = 0

    @property
    def rate(self) -> float:
        """Messages a second that the account is now sent at."""
        self._recover(self._clock())
        return self._rate

    def ready_in(self, user: str, count: int = 1) -> float:
        """Seconds until `count` messages in a row may go to a chat; 0 when they may go now."""
        now = self._clock()
        self._recover(now)
        chat = self._chats.get(user, now)
        return max(0.0, max(chat, self._held_until, self._room_at(now, count), self._spread) - now)

    def reserve(self, user: str, count: int = 1) -> float:
        """Take the place of `count` messages and answer 0, or take nothing and answer how long to wait."""
        wait = self.ready_in(user, count)
        if wait > 0:
            return wait
        now = self._clock()
        self._sent.extend([now] * count)
        # The even spread, a burst behind after a pause (the generic cell rate algorithm).
        gap = SLACK / self._rate
        self._spread = max(self._spread, now - (min(BURST, self._rate) - 1) * gap) + count * gap
        self._chats[user] = now + count * self._chat_gap
        self._taken += 1
        if self._taken % _PRUNE_EVERY == 0:
            self._chats = {chat: free for chat, free in self._chats.items() if free > now}
        return 0.0

    def refused(self, user: str, seconds: float) -> None:
        """Hold a chat back that was answered with 429 and these seconds.

        It alone is held, unless several chats are refused at about the same time: then the account rests for
        the shortest of the times given, and goes on at half its rate, which doubles again each minute.
        """
        now = self._clock()
        self._chats[user] = max(self._chats.get(user, now), now + seconds)
        self._floods = {chat: at for chat, at in self._floods.items() if now - at < FLOOD_SECONDS}
        self._floods[user] = now
        if len(self._floods) >= FLOOD_CHATS:
            self._held_until = max(self._held_until, min(self._chats.get(chat, now) for chat in self._floods))
            self._rate = max(SLOWEST, self._rate / 2)
            self._faster_at = now + RECOVERY_SECONDS
            self._floods.clear()

    def _recover(self, now: float) -> None:
        while self._rate < self._full and now >= self._faster_at:
            self._rate = min(self._full, self._rate * 2)
            self._faster_at += RECOVERY_SECONDS

    def _room_at(self, now: float, count: int) -> float:
        """When the last second holds few enough messages for `count` more."""
        while self._sent and self._sent[0] <= now - SLACK:
            self._sent.popleft()
        # More than a whole second's worth goes when the second is empty: it can never fit otherwise.
        excess = len(self._sent) + min(count, int(self._rate)) - int(self._rate)
        return self._sent[excess - 1] + SLACK if excess > 0 else now
