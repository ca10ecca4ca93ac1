"""What any stand-in can let go wrong with a call: a delay, a refusal, no answer at all."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from msgspec import Struct

from simulator.refusal import Json


class Dropped(Exception):  # noqa: N818 - the connection is closed, there is no answer
    """The call gets no answer: the connection is closed."""


class Mishap(Struct, forbid_unknown_fields=True, kw_only=True):
    """What goes wrong with the next `times` calls.

    Attributes:
        method: the method, or path, that fails; None means every one but getUpdates.
        chat_id: only calls to this chat or user; None means any.
        times: how many calls; None means until the faults are cleared.
        latency: seconds to wait before anything else.
        accept: carry the call out before it fails, so that the message has been sent all the same.
        hang: never answer (until the faults are cleared or the client leaves).
        drop: close the connection without an answer.
    """

    method: str | None = None
    chat_id: int | str | None = None
    times: int | None = 1
    latency: float = 0.0
    accept: bool = False
    hang: bool = False
    drop: bool = False

    def refusal(self) -> Exception | None:
        """The answer with which it refuses; None when it only delays, hangs or drops."""
        return None

    def concerns(self, method: str, chat_id: object) -> bool:
        """Whether a call of `method` to `chat_id` is to fail."""
        called = method.lower()
        named = called != NOT_BY_DEFAULT if self.method is None else called == self.method.lower()
        return named and (self.chat_id is None or str(self.chat_id) == str(chat_id))


NOT_BY_DEFAULT = "getupdates"
M = TypeVar("M", bound=Mishap)
T = TypeVar("T")


@dataclass(slots=True)
class Mishaps(Generic[M]):
    """The failures that are still to come, oldest first."""

    waiting: list[M] = field(default_factory=list)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, fault: M) -> None:
        """Let `fault` happen to the next calls that it concerns."""
        self.waiting.append(fault)

    def take(self, method: str, chat_id: object) -> M | None:
        """The failure of this call, counted down; None when it shall succeed."""
        fault = next((fault for fault in self.waiting if fault.concerns(method, chat_id)), None)
        if fault is not None and fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.waiting.remove(fault)
        return fault

    def clear(self) -> None:
        """Forget all failures and let hung calls go."""
        self.waiting.clear()
        self.released.set()
        self.released = asyncio.Event()

    def as_json(self) -> list[Json]:
        """What is still to come."""
        return [{name: getattr(fault, name) for name in fault.__struct_fields__} for fault in self.waiting]

    async def meet(self, method: str, chat_id: object, run: Callable[[], Awaitable[T]]) -> T:
        """Carry a call out, or let it fail as told; raises the refusal, or `Dropped`."""
        fault = self.take(method, chat_id)
        if fault is None:
            return await run()
        if fault.latency:
            await asyncio.sleep(fault.latency)
        refusal = fault.refusal()
        silent = fault.hang or fault.drop
        if not (refusal or silent):
            return await run()
        if fault.accept:
            await run()
        if fault.hang:
            await self.released.wait()
        if silent or refusal is None:
            raise Dropped
        raise refusal
