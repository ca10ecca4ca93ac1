"""The one way in which the stand-in Zalo Bot says no: HTTP 200 with `ok` false and an `error_code`."""

from simulator.refusal import Json

DESCRIPTIONS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Internal Server Error",
    404: "Not Found",
    408: "Request Timeout",
    426: "Upgrade Required",
    429: "Quota exceeded",
}


class BotRefused(Exception):  # noqa: N818 - it is an answer of the API, not a failure of the server
    """An answer `{"ok": false, …}`; `status` is the HTTP status, 200 as in real life."""

    def __init__(self, error_code: int, why: str = "", status: int = 200) -> None:
        name = DESCRIPTIONS.get(error_code, "Error")
        self.error_code, self.status = error_code, status
        self.description = f"{name}: {why}" if why else name
        super().__init__(self.description)

    def as_json(self) -> Json:
        """The body that is sent."""
        return {"ok": False, "error_code": self.error_code, "description": self.description}


def bad_request(why: str) -> BotRefused:
    """400 with the reason."""
    return BotRefused(400, why)
