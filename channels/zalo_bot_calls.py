"""Calls the Zalo Bot Platform, and says what its answers mean to the sender (channels.md §2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import aiohttp
import msgspec
from msgspec import Raw, Struct

from channels.connections import NO_ANSWER, NOT_REACHED, NOT_UNDERSTOOD, connections, troubles
from channels.json_fields import UNREADABLE
from quarantine.channel import CallFailedError
from quarantine.messages import FLOOD, AccountDown, Later, Never, Outcome, Reason

FLOOD_WAIT: Final = timedelta(minutes=1)
"""How long to rest after a 429, which names no time."""

NOTHING_CAME: Final = 408
_SUCCESS, _FORBIDDEN = 200, 403


class Answer(Struct):
    """The envelope of every answer; HTTP 200 is not success, `ok` is."""

    ok: bool
    result: Raw = Raw(b"null")
    error_code: int | None = None
    description: str | None = None


class Timeouts(Struct, frozen=True):
    """Seconds on the monotonic clock: for connecting, and for an answer."""

    connect: float = 5.0
    read: float = 15.0


_ANSWER: Final = msgspec.json.Decoder(Answer, strict=False)


class Calls:
    """The methods of one bot; errors name no address, for it holds the token.

    The session belongs to the running loop: `open` and `close` it there. `proxy` is that of an HTTP proxy.
    """

    def __init__(self, token: str, api: str, timeouts: Timeouts, proxy: str | None) -> None:
        self._root = f"{api.rstrip('/')}/bot{token}"
        self._timeouts = timeouts
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Make ready to connect; calls nobody yet."""
        self._session = connections(20)

    async def close(self) -> None:
        """Close the connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def result(self, method: str, fields: Mapping[str, object] | None = None, wait: float = 0) -> Raw:
        """What a method returns, unread; `wait` is how many seconds more it may take.

        Raises CallFailedError with what the refusal or the failure means.
        """
        answer = await self.answer(method, fields, wait)
        if not answer.ok:
            raise CallFailedError(outcome_of(answer))
        return answer.result

    async def answer(
        self, method: str, fields: Mapping[str, object] | None = None, wait: float = 0
    ) -> Answer:
        """The answer, success or refusal; raises CallFailedError when none came that can be read."""
        status, body = await self._post(method, fields or {}, wait)
        try:
            answer = _ANSWER.decode(body)
        except UNREADABLE:
            if status == _SUCCESS:
                raise CallFailedError(NOT_UNDERSTOOD) from None
            return Answer(ok=False, error_code=status)
        if answer.error_code is None:
            answer.error_code = status
        return answer

    async def _post(self, method: str, fields: Mapping[str, object], wait: float) -> tuple[int, bytes]:
        if self._session is None:
            raise CallFailedError(NOT_REACHED)
        reach, read = self._timeouts.connect, self._timeouts.read + wait
        limits = aiohttp.ClientTimeout(
            total=2 * reach + read, connect=reach, sock_connect=reach, sock_read=read
        )
        with troubles():
            async with self._session.post(
                f"{self._root}/{method}",
                data=msgspec.json.encode(fields),
                headers={"Content-Type": "application/json"},
                timeout=limits,
                proxy=self._proxy,
                allow_redirects=False,
            ) as answer:
                return answer.status, await answer.read()


_UNKNOWN_BOT: Final = AccountDown("Zalo does not know this bot: the token is wrong or was revoked")

_MEANINGS: Final[Mapping[int, Outcome]] = {
    401: _UNKNOWN_BOT,
    _FORBIDDEN: Never(Reason.BLOCKED, "forbidden"),
    404: _UNKNOWN_BOT,  # the token is part of the path
    408: NO_ANSWER,
    426: Never(Reason.QUOTA, "the bot's plan allows no more"),
    429: Later(FLOOD_WAIT, FLOOD),
}
_GONE: Final = ("chat not found", "user not found", "chat_id")


def outcome_of(answer: Answer) -> Outcome:
    """What to do about a refusal; its own words are not passed on, for they may quote a message."""
    said, code = (answer.description or "").lower(), answer.error_code or 0
    if code in {400, 404} and any(phrase in said for phrase in _GONE):
        return Never(Reason.GONE, "chat not found")
    if code == _FORBIDDEN and "internal" in said:  # so it names trouble of its own, which passes
        return NO_ANSWER
    if code in _MEANINGS:
        return _MEANINGS[code]
    if 400 <= code < 500:  # noqa: PLR2004 - the numbers of refusals, as in HTTP
        return Never(Reason.REFUSED, f"refused with {code}")
    return NO_ANSWER
