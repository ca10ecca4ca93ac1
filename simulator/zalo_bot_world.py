"""What the stand-in Zalo Bot remembers: chats, groups, what waits for it, the basic plan's limits."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from aiohttp import web

from simulator.clock import MovedClock
from simulator.files import Files
from simulator.mishaps import Mishap, Mishaps
from simulator.refusal import Json
from simulator.zalo_bot_errors import BotRefused, bad_request
from simulator.zalo_bot_settings import ZaloBotSettings
from simulator.zalo_messages import new_message
from simulator.zalo_people import ZaloPhone

CALLS_KEPT = 2000
LONGEST_POLL = 60
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


class BotFault(Mishap):
    """A failure of the next calls; `status` is a proxy's failure, else the answer is HTTP 200."""

    error_code: int | None = None
    status: int = 200

    def refusal(self) -> Exception | None:
        """The answer with which it refuses."""
        code = self.error_code or (self.status if self.status >= 400 else None)  # noqa: PLR2004 - HTTP errors
        return None if code is None else BotRefused(code, "stand-in fault", self.status)


@dataclass(slots=True)
class ZaloBot:
    """One bot, on the phones' moved clock.

    Attributes:
        waiting: events that nobody has fetched; fetching takes them away, there is no acknowledgement.
        lost: events that a webhook did not take, or that came from a person over the plan's limit.
        sent: when the messages of the bot were sent, as "2026-11", for the month's limit.
        polling: how many long polls wait.
    """

    settings: ZaloBotSettings
    clock: MovedClock
    files: Files
    publish: Callable[[Json | None], None]
    phones: dict[str, ZaloPhone] = field(default_factory=dict)
    groups: dict[str, dict[str, Json]] = field(default_factory=dict)
    waiting: deque[Json] = field(default_factory=deque)
    pushes: deque[Json] = field(default_factory=deque)
    calls: deque[Json] = field(default_factory=lambda: deque(maxlen=CALLS_KEPT))
    faults: Mishaps[BotFault] = field(default_factory=Mishaps[BotFault])
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    webhook_url: str = ""
    secret: str = ""
    updated_at: int = 0
    users: set[str] = field(default_factory=set)
    sent: dict[str, int] = field(default_factory=dict)
    lost: int = 0
    polling: int = 0
    closed: bool = False

    def now_ms(self) -> int:
        """The present instant in milliseconds, as this service writes dates."""
        return int(self.clock.now().timestamp() * 1000)

    def tell(self, event: Json, user: str) -> Json | None:
        """Let the bot hear of `event`; None when the plan's number of people is reached."""
        limit = self.settings.users_limit
        if self.settings.limits_on and user not in self.users and len(self.users) >= limit:
            self.lost += 1
            return None
        self.users.add(user)
        (self.pushes if self.webhook_url else self.waiting).append(event)
        self.wake()
        return event

    def wake(self) -> None:
        """Let everyone who waits look again."""
        self.arrived.set()
        self.arrived = asyncio.Event()

    async def poll(self, seconds: float) -> Json:
        """The oldest event, taken away; 408 when nothing came."""
        try:
            async with asyncio.timeout(min(seconds, LONGEST_POLL)):
                while not self.waiting and not self.closed:
                    await self._wait()
        except TimeoutError:
            pass
        if not self.waiting:
            raise BotRefused(408)
        return self.waiting.popleft()

    async def _wait(self) -> None:
        self.polling += 1
        try:
            await self.arrived.wait()
        finally:
            self.polling -= 1
        if self.webhook_url:
            raise bad_request("a webhook is set")

    def count(self) -> None:
        """Count one message of the bot; 429 when the month's are used up."""
        month = self.clock.now().astimezone(VIETNAM).strftime("%Y-%m")
        if self.settings.limits_on and self.sent.get(month, 0) >= self.settings.messages_limit:
            raise BotRefused(429, "the month's messages are used up")
        self.sent[month] = self.sent.get(month, 0) + 1

    def put(self, chat_id: str, content: Json, *, from_bot: bool) -> Json:
        """Put a message into a phone's chat or a group and show it on the page."""
        message = new_message(self.clock, content, from_account=from_bot)
        if (phone := self.phones.get(chat_id)) is None:
            self.groups[chat_id][message["message_id"]] = message
        else:
            phone.keep(message)
            self.publish({"kind": "message", "chat_id": chat_id, "message": message})
        return message

    def show(self, phone: ZaloPhone) -> None:
        """Show a changed phone on the page."""
        self.publish({"kind": "phone", "chat_id": phone.id, "phone": self.view(phone, history=False)})

    def view(self, phone: ZaloPhone, *, history: bool = True) -> Json:
        """The phone as the page shows it."""
        words = f"Gõ tin nhắn để bắt đầu với {self.settings.name}."
        return phone.view(history=history) | {"description": words}

    def close(self) -> None:
        """End every long poll; the server stops."""
        self.closed = True
        self.wake()

    def reset(self, *, keep_phones: bool) -> None:
        """Forget chats, events, counts and faults; a webhook stays set."""
        self.faults.clear()
        for memory in (self.groups, self.waiting, self.pushes, self.calls, self.users, self.sent):
            memory.clear()
        if not keep_phones:
            self.phones.clear()
        for phone in self.phones.values():
            phone.forget()


ZALO_BOT: web.AppKey[ZaloBot] = web.AppKey("zalo-bot", ZaloBot)
