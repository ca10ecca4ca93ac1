"""What the stand-in Official Account remembers, and how its chats change."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web

from simulator.clock import MovedClock
from simulator.files import Files, StoredFile
from simulator.mishaps import Mishap, Mishaps
from simulator.refusal import Json
from simulator.zalo_messages import new_message
from simulator.zalo_oa_errors import OaRefused
from simulator.zalo_oa_outgoing import Outgoing
from simulator.zalo_oa_settings import OaSettings
from simulator.zalo_oa_tokens import Grants
from simulator.zalo_people import ZaloPhone

CALLS_KEPT = 2000
SECONDS_IN_MINUTE = 60.0


class OaFault(Mishap):
    """A failure of the next calls; `error` is answered with HTTP 200, `status` is a proxy's failure."""

    error: int | None = None
    status: int | None = None

    def refusal(self) -> Exception | None:
        """The answer with which it refuses."""
        if self.status is not None:
            return OaRefused(self.error or -200, "stand-in fault", self.status)
        return None if self.error is None else OaRefused(self.error, "stand-in fault")


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that may be sent until it is a week old."""

    stored: StoredFile
    kind: str
    until: datetime


@dataclass(slots=True)
class Oa:
    """One app with its Official Account, on the phones' moved clock.

    Attributes:
        settings: what may be changed while it runs.
        publish: shows an event to every open page.
        sent_templates: the phone number and receipt time of each template sent by phone, by message id.
    """

    settings: OaSettings
    clock: MovedClock
    files: Files
    publish: Callable[[Json | None], None]
    monotonic: Callable[[], float] = time.monotonic
    phones: dict[str, ZaloPhone] = field(default_factory=dict)
    uploads: dict[str, Uploaded] = field(default_factory=dict)
    sent_templates: dict[str, Json] = field(default_factory=dict)
    calls: deque[Json] = field(default_factory=lambda: deque(maxlen=CALLS_KEPT))
    faults: Mishaps[OaFault] = field(default_factory=Mishaps[OaFault])
    outgoing: Outgoing = field(default_factory=Outgoing)
    grants: Grants = field(init=False)
    _minute: float = float("-inf")
    _spent: int = 0

    def __post_init__(self) -> None:
        self.grants = Grants(self.settings, self.clock)

    def now_ms(self) -> str:
        """The present instant as Zalo writes it: milliseconds in a string."""
        return str(int(self.clock.now().timestamp() * 1000))

    def spend(self) -> int:
        """Count one call of the app and give how many are left in this minute; raises −32 at the limit."""
        now = self.monotonic()
        if now - self._minute >= SECONDS_IN_MINUTE:
            self._minute, self._spent = now, 0
        if self.settings.limits_on and self._spent >= self.settings.calls_per_minute:
            raise OaRefused(-32)
        self._spent += 1
        return max(0, self.settings.calls_per_minute - self._spent)

    def put(self, phone: ZaloPhone, content: Json, *, from_oa: bool) -> Json:
        """Put a message into a chat and show it on the page."""
        message = new_message(self.clock, content, from_account=from_oa)
        if from_oa:
            phone.unseen.append(message["message_id"])
        self.keep(phone, message)
        return message

    def keep(self, phone: ZaloPhone, message: Json) -> None:
        """Keep a message in its chat and show it on the page."""
        phone.keep(message)
        self.publish({"kind": "message", "chat_id": phone.id, "message": message})

    def show(self, phone: ZaloPhone) -> None:
        """Show a changed phone on the page."""
        self.publish({"kind": "phone", "chat_id": phone.id, "phone": self.view(phone, history=False)})

    def switch_webhook(self, *, on: bool) -> None:
        """Switch the webhook on or off, and show it on the page."""
        self.outgoing.disabled = not on
        for phone in self.phones.values():
            self.show(phone)

    def view(self, phone: ZaloPhone, *, history: bool = True) -> Json:
        """The phone, and until when the account may write to it."""
        until = phone.last_interaction and phone.last_interaction + self.settings.window
        shown = phone.view(history=history) | {"window_until": until and until.isoformat()}
        shown["webhook_on"] = not self.outgoing.disabled
        return shown | {"description": f"Bấm Quan tâm để trò chuyện với {self.settings.oa_name}."}

    def reset(self, *, keep_phones: bool) -> None:
        """Forget chats, events, files and faults; tokens and the webhook stay."""
        self.outgoing.forget()
        self.faults.clear()
        for memory in (self.uploads, self.sent_templates, self.calls):
            memory.clear()
        self._minute = float("-inf")
        if not keep_phones:
            self.phones.clear()
        for phone in self.phones.values():
            phone.forget()


OA: web.AppKey[Oa] = web.AppKey("zalo-oa", Oa)
