"""A Zalo Official Account as a channel: texts, buttons, pictures and files, within seven days of silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Self
from urllib.parse import urlsplit

import aiohttp
import structlog

from channels.zalo_oa_account import Credentials, Hosts
from channels.zalo_oa_caller import Caller
from channels.zalo_oa_calls import TIMEOUTS, Line
from channels.zalo_oa_drawing import BUTTONS, UnsendableError, parts_of
from channels.zalo_oa_examination import Examination
from channels.zalo_oa_marks import Marks, looks_pressed
from channels.zalo_oa_posting import Post
from channels.zalo_oa_signature import judge
from channels.zalo_oa_tokens import Consent, Pairs
from channels.zalo_oa_updates import Ears, hear
from quarantine.channel import CallFailedError, Finding, Form, MenuEntry, Presence, Profile, Refusal
from quarantine.messages import AccountDown, Heard, Incoming, Kind, Never, Outcome, Reason, Reply
from quarantine.tokens import Tokens, TokenStore

WINDOW: Final = timedelta(days=7)
"""How long after their last message somebody may be written to (channels.md §1.3)."""
ANSWERED: Final = timedelta(seconds=1.5)
"""How long a push may wait for its commit: Zalo wants its answer within 2 s (channels.md §1.0)."""
PER_SECOND: Final = 50
"""Zalo takes 4,000 calls a minute of an app, uploads and renewals included (channels.md §1.9)."""
PER_CHAT_SECOND: Final = 5
"""Zalo names no limit for one chat: ours keeps the parts of a reply in order."""
FORM: Final = Form(
    buttons=BUTTONS,
    edits=False,
    asks_location=False,
    takes_location=True,
    asks_contact=True,
    documents=True,
    polls=False,
    window=WINDOW,
    answer_within=ANSWERED,
    per_second=PER_SECOND,
    per_chat_second=PER_CHAT_SECOND,
)
TYPED: Final = "payload typed by hand"

FILE_HOST: Final = ".zdn.vn"
"""Under which names Zalo keeps what people send (channels.md §1.4)."""

log = structlog.get_logger(__name__)

_PUSHED_ONLY: Final = AccountDown("a Zalo Official Account only pushes: it needs a public HTTPS address")


class ZaloOa:
    """One Official Account of Zalo, or of any server that speaks its API (`hosts`).

    Use it as `async with`, for its connections belong to the running loop. `tokens` keeps the account's
    pair. `templates` are the ids of its approved messages, for the examination; a reply's template is named
    by such an id. `form_picture` is the public address of a picture above the form for a phone number,
    without which Zalo takes no form. `lost` counts what was noticed and lost nothing, by name.
    """

    name = "zalo-oa"
    form = FORM
    """With the form for a phone number; an account without a picture for it has none."""

    def __init__(
        self,
        account: str,
        credentials: Credentials,
        tokens: TokenStore,
        now: Callable[[], datetime],
        *,
        hosts: Hosts | None = None,
        templates: Collection[str] = (),
        form_picture: str = "",
        pool: int = 100,
        timeouts: aiohttp.ClientTimeout = TIMEOUTS,
        proxy: str | None = None,
    ) -> None:
        self.account = account
        self.lost: Counter[str] = Counter()
        self._credentials = credentials
        marks = Marks(credentials.oa_secret)
        self._marks = marks
        self._ears = Ears({**credentials.siblings, credentials.oa_id: account}, marks)
        hosts = hosts or Hosts()
        self._hosts = hosts
        self._line = Line(now, pool, timeouts, proxy)
        self._consent = Consent(credentials, hosts, self._line, now)
        self._pairs = Pairs(account, tokens, self._consent, now)
        caller = Caller(self._line, self._pairs, credentials)
        self._post = Post(caller, hosts, marks, now, form_picture)
        self._examination = Examination(caller, hosts, credentials.oa_id, tuple(templates))
        self._form_picture = form_picture
        self.form = replace(self.form, asks_contact=bool(form_picture))

    async def __aenter__(self) -> Self:
        """Make ready to connect; calls nobody yet."""
        await self._line.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self._line.__aexit__()

    # Taking in

    def admits(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Refusal | None:
        """Whether Zalo has just sent this push; None when it has. Compares in constant time."""
        return judge(headers, body, self._credentials, now)

    def hear(self, body: bytes, now: datetime) -> Sequence[Heard]:
        """Read the one event of a push; never raises."""
        heard = hear(body, self._ears, now)
        said = heard.incoming
        if said is not None and said.kind is Kind.TEXT and looks_pressed(said.text.strip()):
            self.lost[TYPED] += 1
            log.warning(TYPED, account=self.account)
        return [heard]

    async def push_to(self, url: str) -> None:
        """Nothing: the address is set in Zalo's console."""

    async def push_nowhere(self) -> None:
        """Impossible, for nothing can be polled. Raises CallFailedError."""
        raise CallFailedError(_PUSHED_ONLY)

    async def poll(self, offset: int | None, wait: int) -> Sequence[bytes]:  # noqa: ARG002 - nothing waits
        """Impossible: Zalo only pushes. Raises CallFailedError."""
        raise CallFailedError(_PUSHED_ONLY)

    # Sending

    async def fetch(self, file: str, limit: int) -> bytes:
        """The bytes of a file that somebody sent: only from where Zalo keeps files."""
        if not _kept_by_zalo(file, self._hosts):
            raise CallFailedError(Never(Reason.REFUSED, "no address of Zalo's"))
        return await self._line.fetch(file, limit)

    def messages_in(self, reply: Reply) -> int:
        """How many messages a reply takes, which the limits count; 1 where it cannot be sent at all."""
        try:
            return len(parts_of(reply, "", self._marks, self._form_picture))
        except UnsendableError:
            return 1

    async def send(self, user: str, reply: Reply) -> Outcome:
        """Deliver one reply, in several messages if it must be; the id delivered is the last one's.

        Past the window the reply's template goes instead, where one is approved.
        """
        return await self._post.deliver(user, reply)

    async def acknowledge(self, incoming: Incoming, text: str = "") -> None:
        """Nothing: a button of Zalo's rests by itself."""

    async def settle(self, user: str, message_id: str) -> None:
        """Nothing: a message that was sent stays as it is."""

    async def typing(self, user: str) -> None:
        """Nothing: Zalo has no such sign for accounts."""

    async def menu(self, user: str, entries: Sequence[MenuEntry]) -> None:
        """Nothing: the account's menu is set in Zalo's console, for everybody."""

    # The account itself

    async def meet(self, profiles: Sequence[Profile]) -> Presence:  # noqa: ARG002 - set in Zalo's console
        """Learn the account's name; its address takes no code. Raises CallFailedError."""
        return await self._examination.presence()

    async def examine(self, hook: str, now: datetime) -> Sequence[Finding]:
        """Token, account, webhook, window and quota, in words; `hook` is what the console should hold."""
        try:
            pair = await self._pairs.current()
        except CallFailedError as failed:
            return [Finding("token", "none that works", str(failed))]
        return await self._examination.findings(pair, hook, now)

    # Consent

    def consent_url(self, redirect: str, state: str) -> str:
        """Where an administrator lets the app act for the account; ValueError without a verifier."""
        return self._consent.url(redirect, state)

    async def exchange(self, code: str) -> Tokens:
        """Trade the code of a consent for the first pair, and keep it.

        Raises ConsentNeededError when the code is used, wrong or older than 10 minutes, CallFailedError when
        Zalo is not reached.
        """
        pair = await self._consent.first(code)
        await self._pairs.keep(pair)
        return pair


def _kept_by_zalo(url: str, hosts: Hosts) -> bool:
    """Whether an address lies on Zalo's own file servers, or on the server that stands in for Zalo."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    stands_in = url.startswith(f"{hosts.openapi}/") and hosts != Hosts()
    return stands_in or (parts.scheme == "https" and host.endswith(FILE_HOST) and parts.port in {None, 443})
