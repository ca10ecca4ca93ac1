"""The pair of tokens by which an account of a messenger is used, and the store that keeps and renews it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Tokens:
    """What an account signs its calls with until `expires_at`, and what buys the next pair, once."""

    access: str
    refresh: str
    issued_at: datetime
    expires_at: datetime


class ConsentNeededError(Exception):
    """The pair is dead and only a human can give a new one, in the messenger's console; says why."""


Fetch = Callable[[Tokens], Awaitable[Tokens]]
"""Trades a pair for the next one at the messenger; ConsentNeededError when the pair is dead."""


class TokenStore(Protocol):
    """Keeps each account's pair, sealed; one process at a time renews it."""

    async def read(self, account: str) -> Tokens:
        """The pair as it is now; ConsentNeededError when there is none or it is known to be dead."""
        ...

    async def renew(self, account: str, seen: Tokens, fetch: Fetch) -> Tokens:
        """The pair after `seen`: another process's, when it has renewed it already, else what `fetch` gives.

        A refresh token works once, so `fetch` is called by one process at a time, and what it gives is
        committed before anybody gets to see it. A ConsentNeededError of `fetch` is kept as the account's
        state and raised here; what else it raises leaves everything as it was. Raises TimeoutError when
        another process is renewing and does not come to an end.
        """
        ...

    async def keep(self, account: str, tokens: Tokens) -> None:
        """Keep a pair that a human's consent gave; the account is well again."""
        ...
