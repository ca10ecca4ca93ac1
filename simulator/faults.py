"""Failures on demand for the next calls: refusals, delays, hung calls and dropped connections."""

import asyncio
from dataclasses import dataclass, field

from msgspec import Struct

from simulator.refusal import Json, Refused

NOT_BY_DEFAULT = "getupdates"
DESCRIPTIONS = {
    400: "Bad Request: stand-in fault",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    500: "Internal Server Error",
    502: "Bad Gateway",
}


class Fault(Struct, forbid_unknown_fields=True, kw_only=True):
    """What goes wrong with the next `times` calls.

    Attributes:
        method: the method that fails; None means every method but getUpdates.
        chat_id: only calls to this chat; None means any.
        times: how many calls; None means until the faults are cleared.
        status: refuse with this HTTP status; 502 answers as a proxy does, without JSON.
        retry_after: refuse with 429 and these seconds.
        migrate_to_chat_id: refuse with 400 and the chat's new number.
        latency: seconds to wait before anything else.
        accept: carry the call out before it fails, so that the message has been sent all the same.
        hang: never answer (until the faults are cleared or the client leaves).
        drop: close the connection without an answer.
    """

    method: str | None = None
    chat_id: int | None = None
    times: int | None = 1
    status: int | None = None
    description: str | None = None
    retry_after: int | None = None
    migrate_to_chat_id: int | None = None
    latency: float = 0.0
    accept: bool = False
    hang: bool = False
    drop: bool = False

    def refusal(self) -> Refused | None:
        """The answer with which it refuses; None when it only delays, hangs or drops."""
        if self.retry_after is not None:
            text = f"Too Many Requests: retry after {self.retry_after}"
            return Refused(429, self.description or text, {"retry_after": self.retry_after})
        if self.migrate_to_chat_id is not None:
            text = "Bad Request: group chat was upgraded to a supergroup chat"
            return Refused(400, self.description or text, {"migrate_to_chat_id": self.migrate_to_chat_id})
        if self.status is not None:
            return Refused(self.status, self.description or DESCRIPTIONS.get(self.status, "stand-in fault"))
        return None

    def concerns(self, method: str, chat_id: object) -> bool:
        """Whether a call of `method` to `chat_id` is to fail."""
        called = method.lower()
        named = called != NOT_BY_DEFAULT if self.method is None else called == self.method.lower()
        return named and (self.chat_id is None or str(self.chat_id) == str(chat_id))


@dataclass(slots=True)
class Faults:
    """The failures that are still to come, oldest first."""

    waiting: list[Fault] = field(default_factory=list)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, fault: Fault) -> None:
        """Let `fault` happen to the next calls that it concerns."""
        self.waiting.append(fault)

    def take(self, method: str, chat_id: object) -> Fault | None:
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
