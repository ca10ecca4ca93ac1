"""The updates waiting for the bot: numbered one by one, fetched by long polling or pushed to a webhook."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice

from simulator.refusal import Json, Refused

ONLY_IF_ASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
LONGEST_POLL = 50
MOST_AT_ONCE = 100


@dataclass(slots=True)
class Mailbox:
    """What the bot has not yet confirmed, oldest first, also sorted by chat; `polling` counts who waits."""

    next_id: int = 700_000_001
    allowed: frozenset[str] = frozenset()
    pending: dict[int, Json] = field(default_factory=dict)
    by_chat: dict[str, dict[int, Json]] = field(default_factory=dict)
    monotonic: Callable[[], float] = time.monotonic
    closed: bool = False
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    polling: int = 0
    _poller: int = 0

    def put(self, update: Json) -> int | None:
        """Number and keep `update` (`{"message": …}`); None when the bot has not asked for its kind."""
        kind = next(iter(update), "")
        wanted = kind in self.allowed if self.allowed else kind not in ONLY_IF_ASKED
        if not wanted:
            return None
        number = self.next_id
        self.next_id += 1
        self.pending[number] = numbered = {"update_id": number, **update}
        self.by_chat.setdefault(chat_of(update), {})[number] = numbered
        self.wake()
        return number

    def wake(self) -> None:
        """Let everyone who waits look again."""
        self.arrived.set()
        self.arrived = asyncio.Event()

    def drop(self, number: int) -> None:
        """Confirm one update."""
        if (update := self.pending.pop(number, None)) is None:
            return
        lane = self.by_chat[chat_of(update)]
        del lane[number]
        if not lane:
            del self.by_chat[chat_of(update)]

    def drop_all(self) -> None:
        """Forget everything that waits."""
        self.pending.clear()
        self.by_chat.clear()

    def close(self) -> None:
        """End every long poll; the server stops."""
        self.closed = True
        self.wake()

    async def poll(self, offset: int, limit: int, seconds: int) -> list[Json]:
        """Bot API: getUpdates: confirm what is before `offset`, then wait at most `seconds` for something.

        A second poller ends the first with 409, as Telegram does.
        """
        self._poller += 1
        mine = self._poller
        self.wake()
        self._confirm(offset)
        until = self.monotonic() + min(seconds, LONGEST_POLL)
        while not self.pending and not self.closed and (left := until - self.monotonic()) > 0:
            await self._wait(left)
            if mine != self._poller:
                raise Refused(
                    409,
                    "Conflict: terminated by other getUpdates request; "
                    "make sure that only one bot instance is running",
                )
        return list(islice(self.pending.values(), limit))

    async def _wait(self, seconds: float) -> None:
        self.polling += 1
        try:
            async with asyncio.timeout(seconds):
                await self.arrived.wait()
        except TimeoutError:
            return
        finally:
            self.polling -= 1

    def _confirm(self, offset: int) -> None:
        """A negative offset keeps that many of the newest (Bot API)."""
        numbers = list(self.pending)
        done = numbers[:offset] if offset < 0 else [number for number in numbers if number < offset]
        for number in done:
            self.drop(number)


def chat_of(update: Json) -> str:
    """Whose order an update belongs to: its chat, else its user."""
    for body in update.values():
        if isinstance(body, dict):
            message = body.get("message")
            place = (
                body.get("chat") or (isinstance(message, dict) and message.get("chat")) or body.get("from")
            )
            if isinstance(place, dict):
                return str(place.get("id", ""))
    return ""
