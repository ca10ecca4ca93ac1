"""The one way in which the stand-in Official Account says no: HTTP 200 with `error` other than 0."""

from simulator.refusal import Json

MESSAGES = {
    -32: "Rate limit exceeded",
    -100: "Attachment has expired",
    -108: "Phone number is invalid",
    -118: "Zalo account not existed",
    -124: "Access token is invalid",
    -131: "Template is not approved",
    -133: "Template cannot be sent at night",
    -144: "Daily quota is exceeded",
    -200: "Send message failed",
    -201: "Params is invalid",
    -204: "OA has been disabled",
    -205: "OA does not exist",
    -209: "App is not active",
    -210: "Parameter exceeds the allowed limit",
    -211: "Out of quota",
    -212: "App has not registered this API",
    -213: "User has not followed OA",
    -216: "Access token is invalid",
    -218: "User's receive quota is used up",
    -219: "App has been removed",
    -220: "Access token has expired",
    -221: "OA has not been verified",
    -223: "OA has not authorised the app",
    -224: "OA package is too low",
    -227: "User is banned or inactive for more than 45 days",
    -230: "User has not interacted with the OA in the past 7 days",
    -232: "User has not interacted with the OA or the interaction has expired",
    -233: "Message type is not supported",
    -240: "This version of the message API has been shut down",
    -242: "appsecret_proof is invalid",
    -244: "User restricts this kind of message",
    -248: "Message breaks the platform's policy",
    -249: "Template does not support the UID channel",
    404: "Request API not found",
}


class OaRefused(Exception):  # noqa: N818 - it is an answer of the API, not a failure of the server
    """An answer with `error` ≠ 0; `status` is the HTTP status, 200 as in real life."""

    def __init__(self, error: int, why: str = "", status: int = 200) -> None:
        self.error = error
        self.status = status
        name = MESSAGES.get(error, "Unknown error")
        self.message = f"{name}: {why}" if why else name
        super().__init__(self.message)

    def as_json(self) -> Json:
        """The body that is sent."""
        return {"error": self.error, "message": self.message}


class OauthRefused(Exception):  # noqa: N818 - the same
    """An error of the host that trades tokens, which has codes and an envelope of its own."""

    def __init__(self, error: int, name: str, why: str) -> None:
        super().__init__(why)
        self.error, self.name, self.why = error, name, why

    def as_json(self) -> Json:
        """The body that is sent."""
        return {"error_name": self.name, "error_reason": self.why, "error_description": self.why} | {
            "error": self.error
        }


def bad_param(why: str) -> OaRefused:
    """−201: a parameter is missing, unknown or of the wrong kind."""
    return OaRefused(-201, why)


def too_much(why: str) -> OaRefused:
    """−210: a parameter is over its limit."""
    return OaRefused(-210, why)
