"""The phones of the cast: what each messenger shows on them, what can be pressed, what it refuses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from quarantine.messages import Address, Button, Delivered, Never, Outcome, Reason, Reply
from tests.cast import CAST
from tests.messengers import MESSENGERS, TELEGRAM, ZALO, ZALO_APPROVED, ZALO_BOT

CHANNELS = {"Telegram": TELEGRAM, "Zalo": ZALO, "Zalo Bot": ZALO_BOT, "Zalo mẫu": ZALO_APPROVED}
"""The account behind a phone: what stands in brackets after a name, "Lan (Zalo)"."""


@dataclass
class Phone:
    """A phone: what was received, in order; which buttons can be seen; whether the bot is blocked."""

    user: str
    account: str
    wrote_at: datetime | None = None
    blocked: bool = False
    received: list[tuple[str, Reply]] = field(default_factory=list)
    shown: list[tuple[str, Reply]] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    ticked: list[str] = field(default_factory=list)
    asked: Reply | None = None

    @property
    def address(self) -> Address:
        """The chat."""
        return Address(self.account, self.user)

    def _closed(self, now: datetime) -> bool:
        window = MESSENGERS[self.account].form.window
        return window is not None and (self.wrote_at is None or now - self.wrote_at > window)

    def seen(self, reply: Reply, now: datetime) -> Reply:
        """The message as the phone shows it: past its window only the approved one, without buttons."""
        if reply.template is None or not self._closed(now):
            return reply
        fields = "; ".join(f"{name}: {value}" for name, value in reply.template.params.items())
        return Reply(f"(mẫu {reply.template.name}) {fields}")

    def receive(self, reply: Reply, now: datetime) -> Outcome:
        """Take a message, or refuse it as a messenger does: the bot is blocked, or the window has closed."""
        if self.blocked:
            return Never(Reason.BLOCKED)
        if self._closed(now) and reply.template is None:
            return Never(Reason.WINDOW)
        reply = self.seen(reply, now)
        message_id = reply.replaces or f"{self.user}-{len(self.received) + 1}"
        self.shown = [one for one in self.shown if one[0] != message_id]
        self.shown.append((message_id, reply))
        self.received.append((message_id, reply))
        if reply.want:
            self.words = {reply.want_label: "want"} | dict.fromkeys(reply.words, "word")
        elif reply.words:
            self.words = dict.fromkeys(reply.words, "word")
        if reply.link is not None:
            self.links.append(reply.link.url)
        if reply.buttons or reply.words or reply.want or reply.link:
            self.asked = reply
        return Delivered(message_id)

    def find(self, label: str) -> tuple[str, Reply, Button] | None:
        """The newest choice of that label with its message; the page behind a link is one too."""
        for message_id, reply in reversed(self.shown):
            for button in (button for row in reversed(reply.buttons) for button in reversed(row)):
                if button.label == label:
                    return message_id, reply, button
            if reply.link is not None and reply.link.label == label:
                return message_id, reply, Button(label, "")
        return None

    def labels(self) -> str:
        """What could be pressed, for whoever writes a transcript."""
        found = [button.label for _, reply in self.shown for row in reply.buttons for button in row]
        return ", ".join(dict.fromkeys(found))


def named(phone: str) -> str:
    """Whose phone it is: "Lan" of "Lan (Zalo)"."""
    return phone.partition(" (")[0]


def phone_of(phone: str, now: datetime, messenger: str) -> Phone:
    """A phone of the cast, on the messenger of the run or its own, as it is when the story begins."""
    name, _, channel = phone.removesuffix(")").partition(" (")
    account = CHANNELS[channel] if channel else messenger
    return Phone(CAST[name].user + "0" * list(MESSENGERS).index(account), account, now)
