"""The one way in which the stand-in says no, in the words of the Bot API."""

from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


class Refused(Exception):  # noqa: N818 - it is an answer of the Bot API, not a failure of the server
    """An answer `{"ok": false, …}` of the Bot API.

    `parameters` carries `retry_after` or `migrate_to_chat_id` where Telegram gives them.
    """

    def __init__(self, status: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters

    def as_json(self) -> Json:
        """The body that is sent."""
        body: Json = {"ok": False, "error_code": self.status, "description": self.description}
        return body | {"parameters": self.parameters} if self.parameters else body


def bad_request(reason: str, parameters: Json | None = None) -> Refused:
    """400 with Telegram's prefix."""
    return Refused(400, f"Bad Request: {reason}", parameters)


def forbidden(reason: str) -> Refused:
    """403 with Telegram's prefix."""
    return Refused(403, f"Forbidden: {reason}")


def too_many(retry_after: int) -> Refused:
    """429 with the seconds to wait."""
    return Refused(429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after})
