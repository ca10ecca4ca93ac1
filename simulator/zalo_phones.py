"""The phones with Zalo on them, as /sim/phones makes and uses them."""

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from aiohttp import web

from simulator.control_json import decoded
from simulator.phones import NewPhone, chosen
from simulator.refusal import Json
from simulator.zalo_deeds import Deed
from simulator.zalo_people import Kind, ZaloPhone

ONLY_TELEGRAM = ("last_name", "username", "language_code", "started")


class Account(Protocol):
    """The Official Account or the bot whose chats lie on the phones."""

    phones: dict[str, ZaloPhone]

    def view(self, phone: ZaloPhone, *, history: bool = True) -> Json:
        """A phone as the page shows it."""
        ...

    def show(self, phone: ZaloPhone) -> None:
        """Show a changed phone on the page."""
        ...


@dataclass(frozen=True, slots=True)
class Action:
    """An action: what it takes and what it does; answers what the control API shows."""

    fields: type[Deed]
    run: Callable[[Any, ZaloPhone, Any, str], Json]


@dataclass(frozen=True, slots=True)
class ZaloShelf:
    """The phones of one stand-in of Zalo; `new_id` makes an id as that service writes them."""

    kind: Kind
    account: Account
    actions: Mapping[str, Action]
    new_id: Callable[[], str]

    def views(self) -> Iterable[Json]:
        """All of them."""
        return [self.account.view(phone) for phone in self.account.phones.values()]

    def view(self, number: str) -> Json | None:
        """One of them, or None."""
        phone = self.account.phones.get(number)
        return None if phone is None else self.account.view(phone)

    def make(self, wanted: NewPhone) -> str:
        """Make or change one."""
        given, phones = wanted.given(), self.account.phones
        if strange := [name for name in ONLY_TELEGRAM if name in given]:
            raise web.HTTPBadRequest(text=f"a phone with Zalo has no {', '.join(strange)}")
        number = str(wanted.id or self.new_id())
        if (first_name := given.pop("first_name", None)) is not None:
            given.setdefault("name", first_name)
        if number in phones:
            for name, value in given.items():
                setattr(phones[number], name, value)
        else:
            name = given.pop("name", None) or given.get("label") or f"Máy {len(phones) + 1}"
            given.setdefault("label", name)
            phones[number] = ZaloPhone(number, self.kind, name, **given)
        self.account.show(phones[number])
        return number

    def remove(self, number: str) -> None:
        """Take one away."""
        del self.account.phones[number]

    def act(self, number: str, name: str, body: bytes, root: str) -> Json:
        """What the owner does."""
        action = chosen(self.actions, name)
        return action.run(self.account, self.account.phones[number], decoded(body, action.fields), root)


def oa_user_id() -> str:
    """A number beyond 2^53, as Zalo's are: no client may read it as a float."""
    return str(10**18 + secrets.randbelow(8 * 10**18))


def bot_user_id() -> str:
    """A text, as the Bot Platform's are."""
    return secrets.token_hex(9)
