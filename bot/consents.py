"""The consent of an Official Account's administrator: where it is given, and what comes back of it."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import structlog
from aiohttp import web

from bot import accounts, premises, settings
from bot.accounts_file import AnyAccount, ZaloOaAccount
from bot.clock import Clock, SystemClock
from bot.refusals import RefusedError
from bot.settings import Settings
from channels.zalo_oa import ZaloOa
from quarantine.channel import CallFailedError, Channel
from quarantine.days import ZONE
from quarantine.tokens import ConsentNeededError, Tokens, TokenStore
from storage.sealing import Keyring

OPEN_FOR = timedelta(minutes=30)
"""How long the address that was printed may be used."""
DIGITS = 11
"""Of a moment in seconds since 1970, for some thousands of years."""
PATH = "/zalo/consent/{account}"
KEPT = "The consent is kept. You may close this page."
ANEW = "Run `cachly zalo consent {account}` for a new address."
PASTE = "Paste the address that you were sent to, or press Enter once that page says that it is kept"

log = structlog.get_logger(__name__)


class ConsentRefusedError(RefusedError):
    """What came back is no consent for this account; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Consents:
    """The consents for the Official Accounts among the `channels`, whose OA ids are in `ids`.

    The `state` that Zalo hands back is signed by us and names the account and an end, so that nobody can put
    another account's consent in its place; nothing is kept until then.
    """

    keyring: Keyring
    clock: Clock
    channels: Mapping[str, Channel]
    ids: Mapping[str, str]

    def address(self, account: str, callback: str) -> str:
        """Where the administrator consents; Zalo then sends them to `callback`, as saved in its console."""
        until = int((self.clock.now() + OPEN_FOR).timestamp())
        return self._official(account).consent_url(callback, f"{until}-{self._sign(account, until)}")

    async def take(self, account: str, answer: Mapping[str, str]) -> Tokens:
        """Trade the code of a callback for the account's pair, which is kept; ConsentRefusedError."""
        if not self._ours(account, answer.get("state", "")):
            raise ConsentRefusedError(f"This address is not ours or too old. {ANEW.format(account=account)}")
        if answer.get("oa_id") != self.ids[account]:
            raise ConsentRefusedError(
                f"The consent is for another Official Account than {account}: log in as the administrator of "
                f"the one with the id {self.ids[account]}."
            )
        return await self.exchange(account, answer.get("code", ""))

    async def exchange(self, account: str, code: str) -> Tokens:
        """Trade a code; ConsentRefusedError when it buys nothing."""
        official = self._official(account)
        if not code:
            raise ConsentRefusedError(f"There is no code in it. {ANEW.format(account=account)}")
        try:
            return await official.exchange(code)
        except ConsentNeededError as refused:
            raise ConsentRefusedError(
                f"{refused}. A code works once, for 10 minutes. {ANEW.format(account=account)}"
            ) from None
        except CallFailedError as failed:
            raise ConsentRefusedError(f"Zalo was not reached ({failed}). Try again.") from None

    def _official(self, account: str) -> ZaloOa:
        channel = self.channels.get(account)
        if not isinstance(channel, ZaloOa):
            raise ConsentRefusedError(f"There is no Official Account {account}.")
        return channel

    def _ours(self, account: str, state: str) -> bool:
        until, _, signature = state.partition("-")
        if account not in self.ids or not (until.isascii() and until.isdecimal() and len(until) <= DIGITS):
            return False
        known = self.keyring.digests("consent", f"{account} {int(until)}").values()
        genuine = any(hmac.compare_digest(one.hex().encode(), signature.encode()) for one in known)
        return genuine and self.clock.now() <= datetime.fromtimestamp(int(until), UTC)

    def _sign(self, account: str, until: int) -> str:
        return self.keyring.digest("consent", f"{account} {until}").hex()


def oa_ids(known: Sequence[AnyAccount]) -> dict[str, str]:
    """The OA id of each Official Account."""
    return {account.name: account.oa_id for account in known if isinstance(account, ZaloOaAccount)}


@dataclass(frozen=True, slots=True)
class ConsentPage:
    """The callback that Zalo sends an administrator to; `kept` is told of the account that is well again."""

    consents: Consents
    kept: Callable[[str], Awaitable[None]]

    def add_to(self, app: web.Application) -> None:
        """Answer on the site."""
        app.router.add_get(PATH, self._come_back)

    async def _come_back(self, request: web.Request) -> web.Response:
        account = request.match_info["account"]
        try:
            await self.consents.take(account, dict(request.query))
        except ConsentRefusedError as refused:
            log.warning("consent refused", account=account if account in self.consents.ids else "strange")
            return web.Response(status=400, text=str(refused), headers={"Cache-Control": "no-store"})
        await self.kept(account)
        return web.Response(text=KEPT, headers={"Cache-Control": "no-store"})


def consent(name: str, callback: str, tell: Callable[[str], None], ask: Callable[[str], str]) -> str:
    """Walk an operator through a consent; what is kept, and until when.

    `callback` is the one saved in Zalo's console, "" for that of our own site. Raises RefusedError.
    """
    chosen, clock = settings.load(), SystemClock()
    keyring, known = premises.keyring(chosen), accounts.known(chosen)
    account = next((one for one in known if one.name == name and isinstance(one, ZaloOaAccount)), None)
    if account is None:
        raise RefusedError(
            f"There is no Official Account {name}. There are: {', '.join(oa_ids(known)) or 'none'}."
        )
    back = callback or _own(chosen, name)
    engine = premises.database(chosen)
    try:
        store = premises.tokens(engine, keyring, clock)
        with engine.begin() as conn:
            premises.note(conn, [account], clock)
        channel = accounts.channel(account, chosen, store, clock)
        consents = Consents(keyring, clock, {name: channel}, oa_ids([account]))
        tell(
            "Open this as an administrator of the Official Account, and agree:\n\n"
            f"{consents.address(name, back)}\n"
        )
        pair = asyncio.run(_walked(consents, channel, store, clock, ask, tell))
    finally:
        engine.dispose()
    return (
        f"Kept. The access token of {name} works until {pair.expires_at.astimezone(ZONE):%H:%M %d/%m/%Y} in "
        "Vietnam; Cachly renews it by itself. The refresh token lasts three months from its last use."
    )


def _own(chosen: Settings, name: str) -> str:
    if not chosen.public_url:
        raise RefusedError(
            "Zalo sends you back to an address of the application, and CACHLY_PUBLIC_URL is not set. "
            "Set it, or name the callback that is saved in Zalo's console with --callback."
        )
    return chosen.public_url + PATH.format(account=name)


async def _walked(
    consents: Consents,
    channel: Channel,
    store: TokenStore,
    clock: Clock,
    ask: Callable[[str], str],
    tell: Callable[[str], None],
) -> Tokens:
    """Ask until the pair is kept, by us or by the page of a running Cachly."""
    begun, name = clock.now(), channel.account
    async with channel:
        while True:
            given = (await asyncio.to_thread(ask, PASTE)).strip()
            try:
                if given:
                    return await _pasted(consents, name, given)
                pair = await store.read(name)
            except (ConsentRefusedError, ConsentNeededError) as refused:
                tell(str(refused))
                continue
            if pair.issued_at >= begun:
                return pair
            tell("Nothing has come yet.")


async def _pasted(consents: Consents, account: str, given: str) -> Tokens:
    """A whole callback address, or the bare code of one."""
    parts = urlsplit(given)
    if not parts.query:
        return await consents.exchange(account, given)
    return await consents.take(account, dict(parse_qsl(parts.query)))
