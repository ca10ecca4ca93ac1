"""Failures of the Bot API on demand: its refusals, beside the delays and silences of any stand-in."""

from simulator.mishaps import Mishap, Mishaps
from simulator.refusal import Refused

DESCRIPTIONS = {
    400: "Bad Request: stand-in fault",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    500: "Internal Server Error",
    502: "Bad Gateway",
}


class Fault(Mishap):
    """What goes wrong with the next calls of the Bot API, besides what any stand-in can let go wrong.

    Attributes:
        status: refuse with this HTTP status; 502 answers as a proxy does, without JSON.
        retry_after: refuse with 429 and these seconds.
        migrate_to_chat_id: refuse with 400 and the chat's new number.
    """

    status: int | None = None
    description: str | None = None
    retry_after: int | None = None
    migrate_to_chat_id: int | None = None

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


class Faults(Mishaps[Fault]):
    """The failures of the Bot API that are still to come."""
