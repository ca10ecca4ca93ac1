"""Keeps the access token of an Official Account fresh: a pair lives 25 hours, and buys the next pair once."""

from __future__ import annotations

import asyncio
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from urllib.parse import urlencode

from channels.connections import NOT_UNDERSTOOD, SOON
from channels.zalo_oa_account import Credentials, Hosts
from channels.zalo_oa_calls import Answer, Call, Line
from channels.zalo_oa_errors import TOO_FAST, RefusedError
from quarantine.channel import CallFailedError
from quarantine.messages import AccountDown, Later
from quarantine.tokens import ConsentNeededError, Tokens, TokenStore

RENEWED_AT: Final = timedelta(hours=20)
"""The age at which a pair is renewed, with hours left in which a trouble may pass (channels.md §1.1)."""
PAUSE: Final = timedelta(minutes=1)
"""Between two tries to renew a token that still works."""

_NOT_NAMING = re.compile(r"[^A-Za-z ]+")
_NAME_CHARS: Final = 40


class Consent:
    """Trades codes and refresh tokens for pairs, at the host that does nothing else."""

    def __init__(
        self, credentials: Credentials, hosts: Hosts, line: Line, now: Callable[[], datetime]
    ) -> None:
        self._credentials = credentials
        self._url = f"{hosts.oauth}/v4/oa"
        self._line = line
        self._now = now

    def url(self, redirect: str, state: str) -> str:
        """Where an administrator of the account consents; ValueError without a verifier to prove it by.

        `redirect` is the callback saved in the console, `state` comes back to it.
        """
        if not self._credentials.verifier:
            raise ValueError("consent needs the app's code verifier: 43 characters, saved in the settings")
        digest = sha256(self._credentials.verifier.encode()).digest()
        asked = {
            "app_id": self._credentials.app_id,
            "redirect_uri": redirect,
            "code_challenge": urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "state": state,
        }
        return f"{self._url}/permission?{urlencode(asked)}"

    async def first(self, code: str) -> Tokens:
        """The pair for a code that a consent gave; ConsentNeededError when it buys none any more."""
        return await self._traded(
            {"code": code, "grant_type": "authorization_code", "code_verifier": self._credentials.verifier}
        )

    async def next(self, seen: Tokens) -> Tokens:
        """The pair after `seen`: ConsentNeededError when it is dead, CallFailedError when Zalo is away."""
        return await self._traded({"refresh_token": seen.refresh, "grant_type": "refresh_token"})

    async def _traded(self, given: Mapping[str, str]) -> Tokens:
        form = {**given, "app_id": self._credentials.app_id}
        call = Call(f"{self._url}/access_token", form=form)
        try:
            answer = await self._line.make(call, {"secret_key": self._credentials.app_secret})
        except RefusedError as refusal:
            # Zalo documents no code for a dead token: whatever it will not say again in a minute is one.
            if refusal.code == TOO_FAST:
                raise
            raise ConsentNeededError(_said(refusal)) from None
        return self._pair(answer)

    def _pair(self, answer: Answer) -> Tokens:
        now = self._now()
        try:
            lives = timedelta(seconds=int(answer["expires_in"]))
            access, refresh = str(answer["access_token"]), str(answer["refresh_token"])
            return Tokens(access, refresh, now, now + lives)
        except (KeyError, ValueError, TypeError, OverflowError):
            raise CallFailedError(NOT_UNDERSTOOD) from None


def _said(refusal: RefusedError) -> str:
    name = _NOT_NAMING.sub("", refusal.name)[:_NAME_CHARS].strip()
    return f"Zalo gives no token (code {refusal.code}{', ' + name if name else ''})"


class Pairs:
    """The pair in use, read from the store once and renewed by one caller at a time."""

    def __init__(
        self, account: str, store: TokenStore, consent: Consent, now: Callable[[], datetime]
    ) -> None:
        self._account = account
        self._store = store
        self._consent = consent
        self._now = now
        self._pair: Tokens | None = None
        self._renewing = asyncio.Lock()
        self._not_before: datetime | None = None

    async def current(self) -> Tokens:
        """The pair to use now, renewed in good time; CallFailedError when there is none.

        While the old one lives, trouble with renewing it holds up nobody.
        """
        pair = self._pair or await self._read()
        now = self._now()
        if now < pair.issued_at + RENEWED_AT:
            return pair
        try:
            return pair if self._pausing(now) else await self.after(pair)
        except CallFailedError as failed:
            if not isinstance(failed.outcome, Later) or now >= pair.expires_at:
                raise
            self._not_before = now + PAUSE
            return pair

    def _pausing(self, now: datetime) -> bool:
        alive = self._pair is not None and now < self._pair.expires_at
        return alive and self._not_before is not None and now < self._not_before

    async def after(self, seen: Tokens) -> Tokens:
        """The pair that follows one which Zalo refused or which is old; CallFailedError."""
        async with self._renewing:
            if self._pair is not None and self._pair != seen:
                return self._pair
            try:
                self._pair = await self._store.renew(self._account, seen, self._consent.next)
            except ConsentNeededError as dead:
                raise self._dead(dead) from None
            except TimeoutError:
                raise CallFailedError(Later(SOON, "another process renews the token")) from None
            return self._pair

    async def keep(self, pair: Tokens) -> None:
        """Keep and use a pair that a consent gave."""
        await self._store.keep(self._account, pair)
        self._pair = pair

    async def _read(self) -> Tokens:
        try:
            self._pair = await self._store.read(self._account)
        except ConsentNeededError as dead:
            raise self._dead(dead) from None
        return self._pair

    def _dead(self, why: ConsentNeededError) -> CallFailedError:
        self._pair = None  # a human's consent is looked for in the store
        command = f"cachly zalo consent {self._account}"
        return CallFailedError(AccountDown(f"needs consent: {why}; an administrator runs {command}"))


def proof(secret: str, access: str) -> str:
    """The `appsecret_proof` of a call: that whoever shows the token also knows the app's secret."""
    return hmac.digest(secret.encode(), access.encode(), "sha256").hex()
