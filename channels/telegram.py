"""Telegram as a channel: hears its updates, and sends through python-telegram-bot's Bot over aiohttp."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final, Self, TypeVar
from urllib.parse import urlencode

from telegram import Bot, BotCommand, BotCommandScopeChat
from telegram.constants import ChatAction
from telegram.error import TelegramError

from channels.telegram_account import LINK, Hook, Me, known, ways_in
from channels.telegram_errors import outcome_of
from channels.telegram_keyboards import Unsendable
from channels.telegram_kinds import WANTED
from channels.telegram_parts import parts_of
from channels.telegram_posting import MISSHAPEN, NOT_UNDERSTOOD, deliver
from channels.telegram_request import AiohttpRequest, Timeouts
from channels.telegram_updates import hear
from channels.telegram_webhook import HEADER, secret_matches, valid_secret
from channels.telegram_wire import updates_of
from quarantine.channel import (
    CallFailedError,
    FileTooLargeError,
    Finding,
    Form,
    MenuEntry,
    Presence,
    Profile,
    Refusal,
)
from quarantine.messages import Heard, Incoming, Never, Outcome, Reason, Reply

API: Final = "https://api.telegram.org"
POLLED_AT_ONCE: Final = 100
CONNECTIONS: Final = 40
ANSWER_CHARS: Final = 200
LABEL_CHARS: Final = 256
"""Telegram's limits: channels.md §3.1."""

_POLL_MARGIN = 10.0  # seconds that a poll's answer may take beyond the wait it was asked for
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")

T = TypeVar("T")


class Telegram:
    """One bot of Telegram, or of any server that speaks its API (`api`, an http(s) address).

    Use it as `async with`, for its connections belong to the running loop; `proxy` is the address of an HTTP
    proxy. `lost` counts the failed calls that lose nothing, by name. Raises ValueError for an empty token or
    an address without a scheme. Pushes must show `hook_secret`.
    """

    name = "telegram"
    form = Form(
        buttons=100,
        edits=True,
        asks_location=True,
        takes_location=True,
        asks_contact=True,
        documents=True,
        spreadsheets=True,
        deep_links=True,
    )

    def __init__(
        self,
        account: str,
        token: str,
        api: str = API,
        *,
        pool: int = 100,
        timeouts: Timeouts | None = None,
        proxy: str | None = None,
        hook_secret: str = "",
    ) -> None:
        if not token or not api.startswith(("http://", "https://")):
            raise ValueError("a Telegram account needs a token and the http(s) address of a Bot API server")
        self.account = account
        self.lost: Counter[str] = Counter()
        self._hook_secret = hook_secret
        self._calls = AiohttpRequest(pool, timeouts, proxy)
        # Polls wait for half a minute; connections of their own keep them out of a send's way.
        self._polls = AiohttpRequest(2, timeouts, proxy)
        root = api.rstrip("/")
        self._bot = Bot(
            token,
            base_url=f"{root}/bot",
            base_file_url=f"{root}/file/bot",
            request=self._calls,
            get_updates_request=self._polls,
        )

    async def __aenter__(self) -> Self:
        """Make ready to connect; calls nobody yet."""
        await self._calls.initialize()
        await self._polls.initialize()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self._polls.shutdown()
        await self._calls.shutdown()

    def admits(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Refusal | None:  # noqa: ARG002 - other messengers sign the body and its time
        """Whether a push shows our secret; without one of ours nothing is let in."""
        shown = headers.get(HEADER)
        if shown is None:
            return Refusal.UNSIGNED
        return None if secret_matches(shown, self._hook_secret) else Refusal.FORGED

    def hear(self, body: bytes, now: datetime) -> Sequence[Heard]:
        """Read one update; never raises."""
        return [hear(body, self.account, now)]

    @staticmethod
    def messages_in(reply: Reply) -> int:
        """How many messages a reply takes, which the limits count; 1 where it cannot be sent at all."""
        try:
            return len(parts_of(reply))
        except Unsendable:
            return 1

    async def fetch(self, file: str, limit: int) -> bytes:
        """The bytes of a file that somebody sent; Telegram gives bots 20 MB at most."""
        found = await self._asked(self._bot.get_file(file))
        if (found.file_size or 0) > limit:
            raise FileTooLargeError
        if not found.file_path:
            raise CallFailedError(Never(Reason.REFUSED, "no path"))
        return await self._calls.fetch(found.file_path, limit)

    async def send(self, user: str, reply: Reply) -> Outcome:
        """Deliver one reply, in several messages if it must be; the id delivered is the last one's.

        `replaces` is edited in place; where that is impossible the reply arrives as a new, silent message.
        """
        return await deliver(self._bot, user, reply)

    async def acknowledge(self, incoming: Incoming, text: str = "") -> None:
        """Let the pressed button rest, with a word above the chat if there is one."""
        shown = text[:ANSWER_CHARS] or None
        if incoming.press_id is not None:
            await self._losing_nothing(
                "acknowledge", partial(self._bot.answer_callback_query, incoming.press_id, shown)
            )

    async def settle(self, user: str, message_id: str) -> None:
        """Take the buttons off a message that has been answered."""
        call = self._bot.edit_message_reply_markup
        await self._losing_nothing("settle", lambda: call(chat_id=int(user), message_id=int(message_id)))

    async def typing(self, user: str) -> None:
        """Show "đang nhập…" for some seconds or until the next message."""
        await self._losing_nothing("typing", lambda: self._bot.send_chat_action(int(user), ChatAction.TYPING))

    async def menu(self, user: str, entries: Sequence[MenuEntry]) -> None:
        """Set the chat's command menu; raises ValueError for an entry that Telegram would refuse."""
        commands, call = _commands(entries), self._bot.set_my_commands
        await self._losing_nothing("menu", lambda: call(commands, scope=BotCommandScopeChat(int(user))))

    async def me(self) -> Me:
        """Who the token belongs to; raises CallFailedError."""
        bot = await self._asked(self._bot.get_me())
        return Me(str(bot.id), bot.username or "", bot.first_name)

    async def poll(self, offset: int | None, wait: int) -> list[bytes]:
        """The updates from number `offset` on, unread; waits up to `wait` seconds for the first.

        Asking from a number on tells Telegram that all before it are done. Raises CallFailedError.
        """
        asked = {"timeout": wait, "limit": POLLED_AT_ONCE, "allowed_updates": json.dumps(WANTED)}
        if offset is not None:
            asked["offset"] = offset
        address = f"{self._bot.base_url}/getUpdates?{urlencode(asked)}"
        answer = self._polls.retrieve(address, read_timeout=wait + _POLL_MARGIN)
        return await self._asked(_read_updates(answer))

    async def push_to(self, url: str) -> None:
        """Have updates pushed to `url` under our secret. Raises CallFailedError; ValueError for a bad one."""
        if not valid_secret(self._hook_secret):
            raise ValueError("a webhook secret has 1 to 256 of A-Z, a-z, 0-9, _ and -")
        await self._asked(
            self._bot.set_webhook(
                url,
                max_connections=CONNECTIONS,
                allowed_updates=WANTED,
                secret_token=self._hook_secret,
            )
        )

    async def push_nowhere(self) -> None:
        """Stop the pushing, so that polling works; what waits is kept. Raises CallFailedError."""
        await self._asked(self._bot.delete_webhook())

    async def webhook(self) -> Hook:
        """Where Telegram pushes updates to, and how that goes; raises CallFailedError."""
        info = await self._asked(self._bot.get_webhook_info())
        return Hook(info.url, info.pending_update_count, info.last_error_message or "", info.last_error_date)

    async def meet(self, profiles: Sequence[Profile]) -> Presence:
        """Learn the bot's name, and set what everybody sees of it. Raises CallFailedError, ValueError."""
        me = await self.me()
        await self.configure(profiles)
        return Presence(f"@{me.username}", LINK.format(username=me.username))

    async def examine(self, hook: str, now: datetime) -> Sequence[Finding]:  # noqa: ARG002 - nothing here ends
        """Whether the token is known, and whether updates come in at `hook` ("" for polling)."""
        try:
            return [known(await self.me()), ways_in(await self.webhook(), hook)]
        except CallFailedError as failed:
            return [known(None, str(failed))]

    async def configure(self, profiles: Iterable[Profile]) -> None:
        """Set what everybody sees, by language. Raises CallFailedError; ValueError for a bad command."""
        for profile in profiles:
            commands, language = _commands(profile.commands), profile.language
            await self._asked(self._bot.set_my_commands(commands, language_code=language))
            await self._asked(self._bot.set_my_description(profile.description, language))
            await self._asked(self._bot.set_my_short_description(profile.short_description, language))

    async def _losing_nothing(self, name: str, call: Callable[[], Awaitable[object]]) -> None:
        try:
            await call()
        except (TelegramError, *MISSHAPEN):
            self.lost[name] += 1

    @staticmethod
    async def _asked(call: Awaitable[T]) -> T:
        try:
            return await call
        except TelegramError as error:
            raise CallFailedError(outcome_of(error)) from None
        except MISSHAPEN:
            raise CallFailedError(NOT_UNDERSTOOD) from None


async def _read_updates(answer: Awaitable[bytes]) -> list[bytes]:
    return updates_of(await answer)


def _commands(entries: Sequence[MenuEntry]) -> list[BotCommand]:
    for entry in entries:
        if _COMMAND.fullmatch(entry.command) is None or not 1 <= len(entry.label) <= LABEL_CHARS:
            raise ValueError(
                f"/{entry.command}: a command is 1-32 of a-z, 0-9, _; its label 1-256 characters"
            )
    return [BotCommand(entry.command, entry.label) for entry in entries]
