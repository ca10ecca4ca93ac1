"""Calls Zalo in the name of one Official Account."""

from __future__ import annotations

from dataclasses import dataclass

from channels.zalo_oa_account import Credentials
from channels.zalo_oa_calls import Answer, Call, Line
from channels.zalo_oa_errors import TOKEN_REFUSED, RefusedError
from channels.zalo_oa_tokens import Pairs, proof
from quarantine.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Caller:
    """Makes calls with the account's token; where Zalo no longer takes it, once more with the next one."""

    line: Line
    pairs: Pairs
    credentials: Credentials

    async def make(self, call: Call) -> Answer:
        """The answer to a call; RefusedError for an error code, CallFailedError for other trouble."""
        pair = await self.pairs.current()
        try:
            return await self.line.make(call, self._headers(pair))
        except RefusedError as refusal:
            if refusal.code not in TOKEN_REFUSED:
                raise
        return await self.line.make(call, self._headers(await self.pairs.after(pair)))

    def _headers(self, pair: Tokens) -> dict[str, str]:
        headers = {"access_token": pair.access}
        if self.credentials.proof:
            headers["appsecret_proof"] = proof(self.credentials.app_secret, pair.access)
        return headers
