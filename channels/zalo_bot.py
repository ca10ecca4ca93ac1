"""The Zalo Bot Platform as a channel: texts and pictures, one call each; every choice is typed."""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, Self

from channels.long_texts import split
from channels.numbered import written
from channels.zalo_bot_account import Hook, Me, Sent, known, plan, read, ways_in
from channels.zalo_bot_calls import NOTHING_CAME, Calls, Timeouts, outcome_of
from channels.zalo_bot_updates import hear
from quarantine.channel import CallFailedError, Finding, Form, MenuEntry, Presence, Profile, Refusal
from quarantine.messages import Delivered, Heard, Incoming, Later, Never, Outcome, Reason, Reply

API: Final = "https://bot-api.zaloplatforms.com"
HEADER: Final = "X-Bot-Api-Secret-Token"
TEXT_CHARS: Final = 2000
SECRET_CHARS: Final = range(8, 257)
"""Zalo's limits: channels.md §2."""

_NOTHING: Final = (b"null", b"{}", b"[]")


class ZaloBot:
    """One bot of the Zalo Bot Platform, or of any server that speaks its API (`api`, an http(s) address).

    Use it as `async with`, for its connections belong to the running loop; `proxy` is the address of an HTTP
    proxy. Pushes must show `hook_secret`. `link` opens the bot's chat, as the operator knows it: the platform
    does not tell. `lost` counts the failed calls that lose nothing, by name. Raises ValueError for an empty
    token, an address without a scheme, or a secret that Zalo would refuse.
    """

    name = "zalo-bot"
    form = Form(
        buttons=0,
        edits=False,
        asks_location=False,
        takes_location=False,
        asks_contact=False,
        documents=False,
        polls=True,
        numbered=False,
        photo_by_url=True,
    )

    def __init__(
        self,
        account: str,
        token: str,
        api: str = API,
        *,
        timeouts: Timeouts | None = None,
        proxy: str | None = None,
        hook_secret: str = "",
        link: str = "",
    ) -> None:
        if not token or not api.startswith(("http://", "https://")):
            raise ValueError("a Zalo bot needs a token and the http(s) address of its API")
        if hook_secret and len(hook_secret) not in SECRET_CHARS:
            raise ValueError("the webhook secret of a Zalo bot has 8 to 256 characters")
        self.account = account
        self.lost: Counter[str] = Counter()
        self._hook_secret = hook_secret
        self._link = link
        self._calls = Calls(token, api, timeouts or Timeouts(), proxy)

    async def __aenter__(self) -> Self:
        """Make ready to connect; calls nobody yet."""
        await self._calls.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self._calls.close()

    # Taking in

    def admits(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Refusal | None:  # noqa: ARG002 - other messengers sign the body and its time
        """Whether a push shows our secret; without one of ours nothing is let in."""
        shown = headers.get(HEADER)
        if shown is None:
            return Refusal.UNSIGNED
        same = hmac.compare_digest(shown.encode("utf-8", "surrogateescape"), self._hook_secret.encode())
        return None if same and self._hook_secret else Refusal.FORGED

    def hear(self, body: bytes, now: datetime) -> Sequence[Heard]:
        """Read the one event that a push or a poll brings; never raises."""
        return [hear(body, self.account, now)]

    async def push_to(self, url: str) -> None:
        """Have events pushed to `url`; raises CallFailedError, ValueError without a secret."""
        if not self._hook_secret:
            raise ValueError("a Zalo bot whose events are pushed needs a webhook secret")
        await self._calls.result("setWebhook", {"url": url, "secret_token": self._hook_secret})

    async def push_nowhere(self) -> None:
        """Stop the pushing, so that polling works. Raises CallFailedError."""
        await self._calls.result("deleteWebhook")

    async def poll(self, offset: int | None, wait: int) -> Sequence[bytes]:  # noqa: ARG002 - events have no numbers
        """The next event, if one comes within `wait` seconds; Zalo gives it once. Raises CallFailedError."""
        answer = await self._calls.answer("getUpdates", {"timeout": wait}, wait)
        if not answer.ok and answer.error_code != NOTHING_CAME:
            raise CallFailedError(outcome_of(answer))
        event = bytes(answer.result)
        return [] if not answer.ok or event in _NOTHING else [event]

    # Sending

    @staticmethod
    def messages_in(reply: Reply) -> int:
        """How many messages a reply takes; 1 where it says nothing and cannot be sent."""
        return max(1, len(split(written(reply), TEXT_CHARS)))

    async def fetch(self, file: str, limit: int) -> bytes:  # noqa: ARG002 - other messengers hand files on
        """Nothing: a Zalo Bot is not given what people send."""
        raise CallFailedError(Never(Reason.REFUSED, "no files"))

    async def send(self, user: str, reply: Reply) -> Outcome:
        """Deliver one reply, in several messages if it must be; the id delivered is the last one's.

        A picture that Zalo cannot fetch is left out, for the text suffices without it.
        """
        pieces = split(written(reply), TEXT_CHARS)
        if not pieces:
            return Never(Reason.REFUSED, "a reply that says nothing")
        first = await self._post_first(user, pieces[0], reply.photo_url)
        return await self._post_rest(user, pieces[1:], first)

    async def _post_first(self, user: str, text: str, photo_url: str) -> Outcome:
        if photo_url:
            shown = await self._post("sendPhoto", {"chat_id": user, "photo": photo_url, "caption": text})
            if not (isinstance(shown, Never) and shown.reason is Reason.REFUSED):
                return shown
        return await self._post("sendMessage", {"chat_id": user, "text": text})

    async def _post_rest(self, user: str, pieces: Sequence[str], outcome: Outcome) -> Outcome:
        for piece in pieces:
            if not isinstance(outcome, Delivered):
                return outcome
            outcome = await self._post("sendMessage", {"chat_id": user, "text": piece})
            if isinstance(outcome, Later):
                # Tried again, the parts that have arrived arrive once more.
                return replace(outcome, maybe_sent=True)
        return outcome

    async def _post(self, method: str, fields: Mapping[str, object]) -> Outcome:
        try:
            sent = read(await self._calls.result(method, fields), Sent)
        except CallFailedError as failed:
            return failed.outcome
        return Delivered(str(sent.message_id))

    async def acknowledge(self, incoming: Incoming, text: str = "") -> None:
        """Nothing: no button is ever pressed here."""

    async def settle(self, user: str, message_id: str) -> None:
        """Nothing: a message that was sent stays as it is."""

    async def typing(self, user: str) -> None:
        """Show that an answer is being written."""
        try:
            await self._calls.result("sendChatAction", {"chat_id": user, "action": "typing"})
        except CallFailedError:
            self.lost["typing"] += 1

    async def menu(self, user: str, entries: Sequence[MenuEntry]) -> None:
        """Nothing: chats have no command menu here."""

    # The account itself

    async def meet(self, profiles: Sequence[Profile]) -> Presence:  # noqa: ARG002 - a bot shows none
        """Learn the bot's name. Raises CallFailedError."""
        return Presence((await self._me()).account_name, self._link)

    async def examine(self, hook: str, now: datetime) -> Sequence[Finding]:  # noqa: ARG002 - nothing here ends
        """Whether the token is known, whether events come in at `hook` ("" for polling), and the plan."""
        try:
            me, set_hook = await self._me(), await self._hook()
        except CallFailedError as failed:
            return [known(None, str(failed))]
        return [known(me), ways_in(set_hook, hook), plan(me)]

    async def _me(self) -> Me:
        return read(await self._calls.result("getMe"), Me)

    async def _hook(self) -> Hook:
        info = await self._calls.result("getWebhookInfo")
        return Hook() if bytes(info) in _NOTHING else read(info, Hook)
