"""Carries calls to Zalo's servers over aiohttp, and reads their one kind of answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Self

import aiohttp
import msgspec

from channels.connections import NO_ANSWER, NOT_REACHED, NOT_UNDERSTOOD, connections, troubles
from channels.fetching import fetch
from channels.json_fields import UNREADABLE
from channels.zalo_oa_errors import (
    ELSEWHERE,
    RefusedError,
    next_minute,
)
from quarantine.channel import CallFailedError
from quarantine.messages import AccountDown, Later, Never, Reason

TIMEOUTS: Final = aiohttp.ClientTimeout(total=60, connect=5, sock_connect=5, sock_read=15)

_TOO_LARGE, _TOO_MANY, _FAULT, _REFUSED = 413, 429, 500, 400

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to carry, as the form field that Zalo reads."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """One call: a JSON body, a form, or a file; with none of them it only asks."""

    url: str
    body: Mapping[str, object] | None = None
    form: Mapping[str, str] | None = field(default=None, repr=False)
    upload: Upload | None = field(default=None, repr=False)


class Line:
    """A pool of connections; it belongs to the running loop, so it is opened and closed there.

    `now` tells the minute by which Zalo counts calls; `proxy` is the address of an HTTP proxy.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        pool: int = 100,
        timeouts: aiohttp.ClientTimeout = TIMEOUTS,
        proxy: str | None = None,
    ) -> None:
        self._now = now
        self._pool = pool
        self._timeouts = timeouts
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Open the pool; calls nobody yet."""
        self._session = connections(self._pool, self._timeouts)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def fetch(self, url: str, limit: int) -> bytes:
        """A file behind an address that Zalo gave (channels/fetching.py)."""
        if self._session is None:
            raise CallFailedError(NOT_REACHED)
        return await fetch(self._session, url, limit, self._proxy)

    async def make(self, call: Call, headers: Mapping[str, str]) -> Answer:
        """The whole answer to a call; RefusedError for an error code, CallFailedError for other trouble."""
        status, content = await self._carry(call, headers)
        if status >= _FAULT:
            raise CallFailedError(Later(NO_ANSWER.after, f"status {status}", maybe_sent=True))
        if status == _TOO_MANY:
            raise CallFailedError(next_minute(self._now()))
        try:
            answer = msgspec.json.decode(content, type=Answer)
            code = int(answer.get("error") or 0)
        except (*UNREADABLE, TypeError):
            raise CallFailedError(_strange(status)) from None
        if code:
            raise RefusedError(code, self._now(), str(answer.get("error_name") or ""))
        if status >= _REFUSED:
            raise CallFailedError(_strange(status))
        return answer

    async def _carry(self, call: Call, headers: Mapping[str, str]) -> tuple[int, bytes]:
        if self._session is None:
            raise CallFailedError(NOT_REACHED)
        asked = call.body is None and call.form is None and call.upload is None
        with troubles():
            async with self._session.request(
                "GET" if asked else "POST",
                call.url,
                json=call.body,
                data=_form(call),
                headers=headers,
                proxy=self._proxy,
                allow_redirects=False,
            ) as answer:
                return answer.status, await answer.read()


def data_of(answer: Answer) -> Answer:
    """What an answer brings; empty where it brings nothing."""
    data = answer.get("data")
    return data if isinstance(data, dict) else {}


def _strange(status: int) -> Later | Never | AccountDown:
    if status == _TOO_LARGE:
        return Never(Reason.REFUSED, f"status {status}: too large")
    return NOT_UNDERSTOOD if status < _REFUSED else ELSEWHERE


def _form(call: Call) -> aiohttp.FormData | None:
    # Made anew for each try, for it can be sent once only.
    if call.upload is not None:
        form = aiohttp.FormData()
        form.add_field("file", call.upload.content, filename=call.upload.name, content_type=call.upload.mime)
        return form
    return None if call.form is None else aiohttp.FormData(dict(call.form))
