"""A phone with Zalo on it: its owner, the one chat with the account or bot, and how the page shows both."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from simulator.refusal import Json

Kind = Literal["zalo-oa", "zalo-bot"]
KEPT = 2000


@dataclass(slots=True)
class ZaloPhone:
    """One person's phone.

    Attributes:
        id: the user's id at this account or bot; other accounts know the same human by another one.
        follows: presses of "Quan tâm" and "Bỏ quan tâm" (Official Account); None before the first.
        last_interaction: when the owner last wrote, pressed or followed.
        online: False while the phone has no network: receipts wait.
        messages: the chat by message id, oldest first, in the words the page draws.
        unseen: the account's messages that the owner has not looked at.
        held: receipts that wait for the network.
        shared: what the owner has told the account of themselves.
    """

    id: str
    kind: Kind
    name: str
    label: str
    role: str = ""
    phone_number: str = ""
    home: tuple[float, float] | None = None
    follows: bool | None = None
    last_interaction: datetime | None = None
    online: bool = True
    messages: dict[str, Json] = field(default_factory=dict)
    unseen: list[str] = field(default_factory=list)
    held: list[Callable[[], object]] = field(default_factory=list)
    shared: Json = field(default_factory=dict)

    @property
    def number(self) -> str:
        """The phone number as Zalo writes it, 84…; "" when the phone has none."""
        digits = "".join(sign for sign in self.phone_number if sign.isdigit())
        return "84" + digits[1:] if digits.startswith("0") else digits

    @property
    def id_by_app(self) -> str:
        """The id by which the app knows the user over all its accounts."""
        return str(int(hashlib.sha256(self.id.encode()).hexdigest()[:15], 16))

    def keep(self, message: Json) -> None:
        """Put a message into the chat."""
        self.messages[message["message_id"]] = message
        while len(self.messages) > KEPT:
            del self.messages[next(iter(self.messages))]

    def when_online(self, tell: Callable[[], object]) -> None:
        """Tell a receipt now, or when the phone has its network again."""
        if self.online:
            tell()
        else:
            self.held.append(tell)

    def forget(self) -> None:
        """As new: nobody has written yet."""
        self.follows = self.last_interaction = None
        self.online = True
        self.messages.clear()
        self.unseen.clear()
        self.held.clear()
        self.shared = {}

    def view(self, *, history: bool = True) -> Json:
        """The phone as the control API and the page show it."""
        home = self.home and {"latitude": self.home[0], "longitude": self.home[1]}
        shown: Json = {
            "id": self.id,
            "kind": self.kind,
            "first_name": self.name,
            "label": self.label,
            "role": self.role,
            "phone_number": self.phone_number,
            "home": home,
            "started": self.last_interaction is not None,
            "blocked": self.follows is False,
            "follows": self.follows,
            "online": self.online,
            "last_interaction": self.last_interaction and self.last_interaction.isoformat(),
            "commands": [],
        }
        return shown | ({"messages": list(self.messages.values())} if history else {})
