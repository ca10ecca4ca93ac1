"""Fetches a file that somebody sent, no further than a limit, from the one address that was named."""

from __future__ import annotations

from datetime import timedelta

import aiohttp

from quarantine.channel import CallFailedError, FileTooLargeError
from quarantine.messages import Later, Never, Reason

_OK = 200
_SOON = timedelta(seconds=30)


async def fetch(session: aiohttp.ClientSession, url: str, limit: int, proxy: str | None = None) -> bytes:
    """The bytes behind the address; FileTooLargeError beyond the limit, CallFailedError for other trouble.

    Redirections are not followed: whoever may name the host would choose another with them.
    """
    try:
        async with session.get(url, allow_redirects=False, proxy=proxy) as answer:
            if answer.status != _OK:
                raise CallFailedError(Never(Reason.REFUSED, f"status {answer.status}"))
            if (answer.content_length or 0) > limit:
                raise FileTooLargeError
            found = bytearray()
            async for piece in answer.content.iter_any():
                found += piece
                if len(found) > limit:
                    raise FileTooLargeError
            return bytes(found)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise CallFailedError(Later(_SOON, f"not reached: {type(error).__name__}")) from None
