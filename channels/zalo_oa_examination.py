"""Looks at an Official Account as Zalo sees it, and says in words what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from channels.connections import NOT_UNDERSTOOD
from channels.zalo_oa_account import Hosts
from channels.zalo_oa_caller import Caller
from channels.zalo_oa_calls import Answer, Call, data_of
from channels.zalo_oa_tokens import RENEWED_AT
from quarantine.channel import CallFailedError, Finding, Presence
from quarantine.days import local
from quarantine.messages import AccountDown
from quarantine.tokens import Tokens

_YES = frozenset({"true", "1"})
_ANOTHERS = AccountDown("the token belongs to another Official Account: look at the OA id, or consent anew")


@dataclass(frozen=True, slots=True)
class Examination:
    """Asks Zalo about one account; `templates` are the ids of the approved messages."""

    caller: Caller
    hosts: Hosts
    oa_id: str
    templates: tuple[str, ...]

    async def presence(self) -> Presence:
        """The account's name and the address that opens its chat; CallFailedError."""
        name = (await self._account()).get("name")
        if not isinstance(name, str):
            raise CallFailedError(NOT_UNDERSTOOD)
        return Presence(name, f"https://zalo.me/{self.oa_id}")

    async def findings(self, pair: Tokens, hook: str, now: datetime) -> list[Finding]:
        """What there is to say about each part of the account."""
        return [
            _token(pair, now),
            await self._standing(),
            _webhook(hook),
            self._window(),
            *([await self._quota()] if self.templates else []),
        ]

    async def _account(self) -> Answer:
        account = data_of(await self.caller.make(Call(f"{self.hosts.openapi}/v2.0/oa/getoa")))
        held = str(account.get("oaid", account.get("oa_id", "")))
        if held != self.oa_id:
            raise CallFailedError(_ANOTHERS)
        return account

    async def _standing(self) -> Finding:
        try:
            account = await self._account()
        except CallFailedError as failed:
            return Finding("account", "not seen", str(failed))
        package = str(account.get("package_name") or "no package")
        found = f"{account.get('name', '?')}; package: {package}"
        if str(account.get("is_verified")).lower() in _YES:
            return Finding("account", f"{found}; verified")
        return Finding("account", f"{found}; not verified", "have the account verified by Zalo")

    def _window(self) -> Finding:
        if self.templates:
            names = ", ".join(sorted(self.templates))
            return Finding("window", f"after 7 days of silence these templates go: {names}")
        return Finding(
            "window", "after 7 days of silence nobody is reached here: no approved template is set"
        )

    async def _quota(self) -> Finding:
        try:
            quota = data_of(await self.caller.make(Call(f"{self.hosts.business}/message/quota")))
        except CallFailedError as failed:
            return Finding("quota", "not told", str(failed))
        left, whole = quota.get("remainingQuota", "?"), quota.get("dailyQuota", "?")
        found = f"{left} of {whole} templates left today"
        spent = str(left) == "0"
        return Finding("quota", found, "no template can be sent before tomorrow" if spent else "")


def _token(pair: Tokens, now: datetime) -> Finding:
    issued, due = local(pair.issued_at), local(pair.issued_at + RENEWED_AT)
    found = f"renewed {issued:%d/%m %H:%M}, next {due:%d/%m %H:%M}"
    return Finding("token", found, "it has expired and is not renewed" if now >= pair.expires_at else "")


def _webhook(hook: str) -> Finding:
    if not hook.startswith("https://"):
        return Finding(
            "webhook",
            hook or "no address",
            "Zalo only pushes, to HTTPS: set a public https address for this installation",
        )
    return Finding("webhook", f"Zalo does not tell; its console must hold {hook}, with every event on")
