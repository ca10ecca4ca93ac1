"""The phones with Telegram on them, as /sim/phones makes and uses them."""

from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import web

from simulator.actions import ACTIONS
from simulator.control_json import decoded
from simulator.people import Phone
from simulator.phones import NewPhone, chosen
from simulator.refusal import Json
from simulator.world import World

FIRST_PHONE = 1_000_001


@dataclass(frozen=True, slots=True)
class TelegramShelf:
    """The phones of the stand-in Telegram."""

    world: World

    def views(self) -> Iterable[Json]:
        """All of them."""
        return [self.world.phone_view(phone) for phone in self.world.phones.values()]

    def view(self, number: str) -> Json | None:
        """One of them, or None."""
        phone = self.world.phones.get(int(number)) if number.isdigit() else None
        return None if phone is None else self.world.phone_view(phone)

    def make(self, wanted: NewPhone) -> str:
        """Make or change one."""
        phones, given = self.world.phones, wanted.given()
        if (name := given.pop("name", None)) is not None:
            given.setdefault("first_name", name)
        number = wanted.id or max([FIRST_PHONE - 1, *phones]) + 1
        if not isinstance(number, int) or number <= 0:
            raise web.HTTPBadRequest(text="a phone's id is a positive number")
        if number in phones:
            for name, value in given.items():
                setattr(phones[number], name, value)
        else:
            first_name = given.pop("first_name", None) or given.get("label") or f"Máy {number}"
            given.setdefault("label", first_name)
            phones[number] = Phone(id=number, first_name=first_name, **given)
        self.world.show_phone(phones[number])
        return str(number)

    def remove(self, number: str) -> None:
        """Take one away."""
        del self.world.phones[int(number)]
        self.world.messages.pop(int(number), None)

    def act(self, number: str, name: str, body: bytes, _: str) -> Json:
        """What the owner does (simulator/actions.py)."""
        action = chosen(ACTIONS, name)
        return action.run(self.world, self.world.phones[int(number)], decoded(body, action.fields))
