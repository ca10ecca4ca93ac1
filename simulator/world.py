"""All that the stand-in messenger remembers, and the few ways in which a chat changes."""

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from simulator.clock import MovedClock
from simulator.faults import Faults
from simulator.files import Files
from simulator.limits import Limits
from simulator.mailbox import Mailbox
from simulator.people import Group, Phone
from simulator.refusal import Json
from simulator.settings import Settings

ANSWERS_KEPT = 20
CALLS_KEPT = 2000


@dataclass(slots=True)
class Stored:
    """One message in a chat.

    Attributes:
        body: the message as the Bot API shows it.
        from_bot: the bot sent it.
        fixed: it carried a keyboard that is not inline, so it can never be edited.
        protected: it may not be forwarded.
        silent: it arrives without a sound.
    """

    body: Json
    from_bot: bool
    fixed: bool = False
    protected: bool = False
    silent: bool = False

    def view(self) -> Json:
        """The message with what the page needs to know besides."""
        return self.body | {"from_bot": self.from_bot, "silent": self.silent, "protected": self.protected}


@dataclass(slots=True)
class Press:
    """A pressed inline button that the bot may still answer; `at` is on the monotonic clock."""

    phone_id: int
    at: float


@dataclass(slots=True)
class Webhook:
    """Where updates are pushed to, and how the last failure looked."""

    url: str
    secret: str = ""
    max_connections: int = 40
    has_certificate: bool = False
    ip_address: str = ""
    last_error_date: int | None = None
    last_error: str = ""


@dataclass(slots=True)
class World:
    """The state of one stand-in server; tests may read all of it.

    `calls` holds the newest calls of the bot as {method, fields, ok, status}.
    """

    settings: Settings = field(default_factory=Settings)
    monotonic: Callable[[], float] = time.monotonic
    clock: MovedClock = field(default_factory=MovedClock)
    files: Files = field(default_factory=Files)
    faults: Faults = field(default_factory=Faults)
    mailbox: Mailbox = field(default_factory=Mailbox)
    limits: Limits = field(init=False)
    phones: dict[int, Phone] = field(default_factory=dict)
    groups: dict[int, Group] = field(default_factory=dict)
    messages: dict[int, dict[int, Stored]] = field(default_factory=dict)
    presses: dict[str, Press] = field(default_factory=dict)
    webhook: Webhook | None = None
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    profile: dict[tuple[str, str], str] = field(default_factory=dict)
    menu_buttons: dict[int, Json] = field(default_factory=dict)
    calls: deque[Json] = field(default_factory=lambda: deque(maxlen=CALLS_KEPT))
    readers: set[asyncio.Queue[Json | None]] = field(default_factory=set)
    last_message_id: int = 0

    def __post_init__(self) -> None:
        self.limits = Limits(self.settings, self.monotonic, on=self.settings.limits_on)

    def bot(self) -> Json:
        """The bot as a user."""
        name = self.profile.get(("name", ""), "") or self.settings.bot_name
        return {
            "id": self.settings.bot_id,
            "is_bot": True,
            "first_name": name,
            "username": self.settings.bot_username,
        }

    def chat(self, chat_id: int) -> Json:
        """The chat of a number as the Bot API shows it; KeyError when there is none."""
        return (self.phones.get(chat_id) or self.groups[chat_id]).as_chat()

    def find(self, chat_id: int, message_id: int) -> Stored | None:
        """A message that is still in the chat, or None."""
        return self.messages.get(chat_id, {}).get(message_id)

    def post(self, chat_id: int, content: Json, sender: Json, *, silent: bool = False) -> Stored:
        """Put a new message into a chat and show it on the page."""
        self.last_message_id += 1
        body = {
            "message_id": self.last_message_id,
            "from": sender,
            "chat": self.chat(chat_id),
            "date": self.clock.seconds(),
            **content,
        }
        stored = Stored(body, from_bot=sender["id"] == self.settings.bot_id, silent=silent)
        chat = self.messages.setdefault(chat_id, {})
        chat[self.last_message_id] = stored
        while len(chat) > self.settings.messages_kept:
            del chat[next(iter(chat))]
        self.publish({"kind": "message", "chat_id": chat_id, "message": stored.view()})
        return stored

    def changed(self, stored: Stored) -> None:
        """Show a changed message on the page."""
        self.publish({"kind": "edited", "chat_id": stored.body["chat"]["id"], "message": stored.view()})

    def remove(self, chat_id: int, message_id: int) -> None:
        """Take a message out of its chat."""
        self.messages[chat_id].pop(message_id)
        self.publish({"kind": "deleted", "chat_id": chat_id, "message_id": message_id})

    def press(self, phone: Phone) -> str:
        """Open a callback query for a pressed button; gives its id."""
        query_id = str(secrets.randbits(62))
        self.presses[query_id] = Press(phone.id, self.monotonic())
        return query_id

    def answer(self, query_id: str, answer: Json) -> bool:
        """Keep and show the bot's answer to a press; False when it is too old or unknown."""
        pressed = self.presses.get(query_id)
        if pressed is None or self.monotonic() - pressed.at > self.settings.callback_seconds:
            return False
        shown = {"callback_query_id": query_id, **answer}
        if phone := self.phones.get(pressed.phone_id):
            phone.answers = [*phone.answers, shown][-ANSWERS_KEPT:]
        self.publish({"kind": "answer", "chat_id": pressed.phone_id, **shown})
        return True

    def commands_for(self, phone: Phone) -> list[Json]:
        """The command menu of a private chat, by Telegram's order of scopes."""
        for scope in (f"chat:{phone.id}", "all_private_chats", "default"):
            for language in (phone.language_code, ""):
                if found := self.commands.get((scope, language)):
                    return found
        return []

    def about(self, language: str) -> str:
        """What the empty chat says of the bot."""
        return self.profile.get(("description", language)) or self.profile.get(("description", ""), "")

    def phone_view(self, phone: Phone, *, history: bool = True) -> Json:
        """A phone as the control API and the page show it."""
        view = {
            **phone.as_user(),
            "kind": "telegram",
            "label": phone.label,
            "role": phone.role,
            "phone_number": phone.phone_number,
            "home": phone.home and {"latitude": phone.home[0], "longitude": phone.home[1]},
            "started": phone.started,
            "blocked": phone.blocked,
            "deactivated": phone.deactivated,
            "keyboard": phone.keyboard,
            "keyboard_message_id": phone.keyboard_message_id,
            "commands": self.commands_for(phone),
            "answers": phone.answers,
            "description": self.about(phone.language_code),
        }
        if history:
            view["messages"] = [stored.view() for stored in self.messages.get(phone.id, {}).values()]
        return view

    def show_phone(self, phone: Phone) -> None:
        """Show a changed phone (keyboard, block, menu) on the page."""
        self.publish({"kind": "phone", "chat_id": phone.id, "phone": self.phone_view(phone, history=False)})

    def show_all_phones(self) -> None:
        """Show every phone anew, as after a change of the command menus."""
        for phone in self.phones.values():
            self.show_phone(phone)

    def publish(self, event: Json | None) -> None:
        """Hand an event to every open page; None ends their streams."""
        for reader in self.readers:
            reader.put_nowait(event)

    @contextmanager
    def reading(self) -> Iterator[asyncio.Queue[Json | None]]:
        """A queue of all events from now on."""
        queue: asyncio.Queue[Json | None] = asyncio.Queue()
        self.readers.add(queue)
        try:
            yield queue
        finally:
            self.readers.discard(queue)

    def reset(self, *, keep_phones: bool) -> None:
        """Forget chats, updates, presses, faults and menus; phones stay, as new, when `keep_phones`.

        Update and message numbers go on, and a webhook stays set.
        """
        self.messages.clear()
        self.presses.clear()
        self.faults.clear()
        self.mailbox.drop_all()
        self.limits.forget()
        for memory in (self.commands, self.profile, self.menu_buttons, self.groups, self.calls):
            memory.clear()
        if not keep_phones:
            self.phones.clear()
        for phone in self.phones.values():
            phone.started = phone.blocked = phone.deactivated = False
            phone.keyboard = phone.keyboard_message_id = None
            phone.answers = []
        self.publish({"kind": "reset"})
