"""Connections to a messenger's servers, and what trouble with them means to the sender."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

import aiohttp

from quarantine.channel import CallFailedError
from quarantine.messages import Later

SOON: Final = timedelta(seconds=5)
"""When to try again after trouble on the line; the sender lets it grow."""

NOT_REACHED: Final = Later(SOON, "not reached")
NO_ANSWER: Final = Later(SOON, "no answer", maybe_sent=True)
NOT_UNDERSTOOD: Final = Later(SOON, "unreadable answer", maybe_sent=True)


def connections(pool: int, timeouts: aiohttp.ClientTimeout | None = None) -> aiohttp.ClientSession:
    """A pool of that many connections, which belongs to the running loop; it keeps no cookies."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=pool, ttl_dns_cache=300),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "Cachly"},
        timeout=timeouts or aiohttp.ClientTimeout(),
    )


@contextmanager
def troubles() -> Iterator[None]:
    """Raise CallFailedError for whatever goes wrong on the line, without the address: it may hold a token."""
    try:
        yield
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL):
        raise CallFailedError(NOT_REACHED) from None
    except (aiohttp.ClientError, OSError):  # a TimeoutError is an OSError
        raise CallFailedError(NO_ANSWER) from None
