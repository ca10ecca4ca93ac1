"""The store of the accounts' token pairs: sealed in the database, renewed by one process at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import structlog
from sqlalchemy import Connection, Engine

from bot.clock import Clock
from quarantine.tokens import ConsentNeededError, Fetch, Tokens
from storage import accounts, leases
from storage.accounts import Kept, State
from storage.leases import Held
from storage.sealing import Keyring

T = TypeVar("T")

LEASE = timedelta(seconds=90)
"""How long a renewal is one process's alone; longer than `FETCH_SECONDS` and a slow commit together."""
FETCH_SECONDS = 60.0
PATIENCE_SECONDS = 30.0
"""How long the others wait for the one that renews."""
LOOK_SECONDS = 0.2
RENEWING = "renewing"
"""What stands at an account from before the fetch until the commit: found later, it tells of a crash."""
SPENT = "a renewal was interrupted before its pair was kept, which spends the refresh token"
NO_PAIR = "no consent has been given yet"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SealedTokens:
    """The TokenStore of an installation; `new_id` names each renewal apart from every other.

    A crash between the fetch and the commit loses the new pair: the old access token works until it expires,
    its refresh token is spent, and the account then needs consent and says why.
    """

    engine: Engine
    keyring: Keyring
    clock: Clock
    new_id: Callable[[], int]
    patience: float = PATIENCE_SECONDS

    async def read(self, account: str) -> Tokens:
        """The pair as it is now; ConsentNeededError when there is none or it is known to be dead."""
        return _usable(await self._in_transaction(lambda conn: accounts.read(conn, self.keyring, account)))

    async def keep(self, account: str, tokens: Tokens) -> None:
        """Keep a pair that a human's consent gave; the account is well again."""
        now = self.clock.now()
        await self._in_transaction(
            lambda conn: accounts.keep_tokens(conn, self.keyring, account, tokens, now)
        )
        log.info("consent kept", account=account)

    async def renew(self, account: str, seen: Tokens, fetch: Fetch) -> Tokens:
        """The pair after `seen`: another process's, when it has renewed it already, else what `fetch` gives.

        Raises what the contract says (quarantine/tokens.py).
        """
        async with asyncio.timeout(self.patience + FETCH_SECONDS):
            held = await self._turn_to_renew(account, seen)
            if isinstance(held, Tokens):
                return held
            try:
                return await self._renewed(account, seen, fetch)
            finally:
                await self._in_transaction(lambda conn: leases.release(conn, held))

    async def _turn_to_renew(self, account: str, seen: Tokens) -> Held | Tokens:
        """The right to renew, or the pair that whoever had it before us has put there."""
        loop, holder = asyncio.get_running_loop(), f"renewal-{self.new_id()}"
        give_up = loop.time() + self.patience
        while True:
            held = await self._in_transaction(
                lambda conn: leases.take(conn, f"tokens/{account}", holder, LEASE)
            )
            if held is not None:
                return held
            current = await self.read(account)
            if current != seen:
                return current
            if loop.time() > give_up:
                raise TimeoutError
            await asyncio.sleep(LOOK_SECONDS)

    async def _renewed(self, account: str, seen: Tokens, fetch: Fetch) -> Tokens:
        now = self.clock.now()
        begun = await self._in_transaction(lambda conn: self._begin(conn, account, seen))
        current = _usable(begun)
        if current != seen:
            return current
        interrupted = begun is not None and begun.detail == RENEWING
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                fresh = await fetch(current)
        except ConsentNeededError as dead:
            why = f"{dead}: {SPENT}" if interrupted else str(dead)
            await self._in_transaction(lambda conn: self._end(conn, account, why))
            raise ConsentNeededError(why) from None
        except Exception:
            # The next to try need not take this for a crash: the messenger was asked and gave nothing.
            await self._in_transaction(lambda conn: accounts.set_state(conn, account, State.READY, "", now))
            raise
        return await self._in_transaction(lambda conn: self._commit(conn, account, seen, fresh))

    def _begin(self, conn: Connection, account: str, seen: Tokens) -> Kept | None:
        """What is kept, as it was before this renewal was noted."""
        kept = accounts.read(conn, self.keyring, account, lock=True)
        if kept is not None and kept.state is State.READY and kept.tokens == seen:
            accounts.set_state(conn, account, State.READY, RENEWING, self.clock.now())
        return kept

    def _commit(self, conn: Connection, account: str, seen: Tokens, fresh: Tokens) -> Tokens:
        """Keep what was fetched, unless a consent has put a newer pair there meanwhile."""
        kept = accounts.read(conn, self.keyring, account, lock=True)
        if kept is not None and kept.tokens is not None and kept.tokens != seen:
            return kept.tokens
        accounts.keep_tokens(conn, self.keyring, account, fresh, self.clock.now())
        return fresh

    def _end(self, conn: Connection, account: str, why: str) -> None:
        """The pair is dead: say so at the account, and to the operator once."""
        kept = accounts.read(conn, self.keyring, account, lock=True)
        if kept is None or kept.state is State.NEEDS_CONSENT:
            return
        accounts.set_state(conn, account, State.NEEDS_CONSENT, why, self.clock.now())
        log.critical("account needs consent: run cachly zalo consent", account=account)

    async def _in_transaction(self, job: Callable[[Connection], T]) -> T:
        def run() -> T:
            with self.engine.begin() as conn:
                return job(conn)

        return await asyncio.to_thread(run)


def _usable(kept: Kept | None) -> Tokens:
    if kept is not None and kept.state is State.NEEDS_CONSENT:
        raise ConsentNeededError(kept.detail)
    if kept is None or kept.tokens is None:
        raise ConsentNeededError(NO_PAIR)
    return kept.tokens
