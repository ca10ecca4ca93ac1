"""Telegram's sending limits: thirty messages a second in all, one a second to a chat after a short burst."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.refusal import too_many
from simulator.settings import Settings

SECONDS_IN_MINUTE = 60.0


@dataclass(slots=True)
class Bucket:
    """Lets `size` messages through at once and refills at `rate` per second."""

    rate: float
    size: float
    filled_at: float
    left: float

    def wait(self, now: float) -> float:
        """Seconds until a message may go; 0 when it may go now."""
        self.left = min(self.size, self.left + (now - self.filled_at) * self.rate)
        self.filled_at = now
        return 0.0 if self.left >= 1 else (1 - self.left) / self.rate


@dataclass(slots=True)
class Limits:
    """The limits of one bot, on a monotonic clock that tests may move by hand."""

    settings: Settings
    monotonic: Callable[[], float]
    on: bool = True
    _overall: Bucket | None = None
    _chats: dict[int, Bucket] = field(default_factory=dict)

    def spend(self, chat_id: int) -> None:
        """Count one message to `chat_id`; raises 429 with `retry_after` when it is too early."""
        if not self.on:
            return
        now = self.monotonic()
        buckets = (self._whole(now), self._chat(chat_id, now))
        wait = max(bucket.wait(now) for bucket in buckets)
        if wait > 0:
            raise too_many(max(1, math.ceil(wait)))
        for bucket in buckets:
            bucket.left -= 1

    def forget(self) -> None:
        """Start anew, as after a long silence."""
        self._overall = None
        self._chats.clear()

    def _whole(self, now: float) -> Bucket:
        if self._overall is None:
            rate = self.settings.overall_per_second
            self._overall = Bucket(rate, rate, now, rate)
        return self._overall

    def _chat(self, chat_id: int, now: float) -> Bucket:
        if chat_id not in self._chats:
            group = self.settings.group_per_minute
            rate, size = (
                (self.settings.chat_per_second, float(self.settings.chat_burst))
                if chat_id > 0
                else (group / SECONDS_IN_MINUTE, group)
            )
            self._chats[chat_id] = Bucket(rate, size, now, size)
        return self._chats[chat_id]
