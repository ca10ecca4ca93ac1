"""The phones under /sim/phones, of every messenger: made, shown, taken away, and put to use."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, Protocol, TypeVar

import msgspec
from aiohttp import web

from simulator.botapi import WORLD
from simulator.control_json import done, read
from simulator.refusal import Json

A = TypeVar("A")


class Point(msgspec.Struct, forbid_unknown_fields=True):
    """Where somebody lives."""

    latitude: float
    longitude: float


class NewPhone(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A phone to be made; with the id of one that exists, what is given replaces what was.

    `kind` says which messenger is on it; ids are numbers on Telegram and texts on Zalo.
    """

    kind: Literal["telegram", "zalo-oa", "zalo-bot"] = "telegram"
    id: int | str | None = None
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    label: str | None = None
    role: str | None = None
    phone_number: str | None = None
    home: Point | None = None
    started: bool | None = None

    def given(self) -> Json:
        """What the request says of the phone, besides its kind and id."""
        names = [name for name in self.__struct_fields__ if name not in {"kind", "id", "home"}]
        found = {name: value for name in names if (value := getattr(self, name)) is not None}
        return found | ({"home": (self.home.latitude, self.home.longitude)} if self.home else {})


class Shelf(Protocol):
    """The phones of one messenger; a path names them by their id as text."""

    def views(self) -> Iterable[Json]:
        """All of them with their chats."""
        ...

    def view(self, number: str) -> Json | None:
        """One of them with its chat, or None."""
        ...

    def make(self, wanted: NewPhone) -> str:
        """Make or change a phone; gives its id."""
        ...

    def remove(self, number: str) -> None:
        """Take one away."""
        ...

    def act(self, number: str, name: str, body: bytes, root: str) -> Json:
        """Let the owner do something; `root` is the stand-in's own address, for links to files."""
        ...


SHELVES: web.AppKey[dict[str, Shelf]] = web.AppKey("shelves", dict)


def chosen(actions: Mapping[str, A], name: str) -> A:
    """The action of a name, or 404 with the names there are."""
    if name not in actions:
        raise web.HTTPNotFound(text=f'there is no action "{name}"; there are: {", ".join(actions)}')
    return actions[name]


def _found(request: web.Request) -> tuple[Shelf, str, Json]:
    """The phone named in the path and where it lies, or 404."""
    number = request.match_info["phone"]
    for shelf in request.app[SHELVES].values():
        if (view := shelf.view(number)) is not None:
            return shelf, number, view
    raise web.HTTPNotFound(text=f"there is no phone {number}")


async def list_phones(request: web.Request) -> web.Response:
    """GET /sim/phones: all phones with their chats, the accounts they write to, and the clock."""
    world = request.app[WORLD]
    phones: list[Any] = [view for shelf in request.app[SHELVES].values() for view in shelf.views()]
    oa, zalo_bot = world.settings.oa, world.settings.zalo_bot
    accounts = {
        "telegram": {"name": world.bot()["first_name"], "username": world.settings.bot_username},
        "zalo-oa": {"name": oa.oa_name, "id": oa.oa_id},
        "zalo-bot": {"name": zalo_bot.name},
    }
    now = world.clock.now().isoformat()
    return done({"phones": phones, "bot": world.bot(), "accounts": accounts, "now": now})


async def show_phone(request: web.Request) -> web.Response:
    """GET /sim/phones/{id}."""
    return done({"phone": _found(request)[2]})


async def make_phone(request: web.Request) -> web.Response:
    """POST /sim/phones: make or change a phone."""
    wanted = await read(request, NewPhone)
    shelf = request.app[SHELVES][wanted.kind]
    return done({"phone": shelf.view(shelf.make(wanted))})


async def remove_phone(request: web.Request) -> web.Response:
    """DELETE /sim/phones/{id}."""
    shelf, number, _ = _found(request)
    shelf.remove(number)
    request.app[WORLD].publish({"kind": "reset"})
    return done({})


async def act(request: web.Request) -> web.Response:
    """POST /sim/phones/{id}/{action}: the owner does something."""
    shelf, number, _ = _found(request)
    body, root = await request.read(), str(request.url.origin())
    return done(shelf.act(number, request.match_info["action"], body, root))


def add_routes(app: web.Application) -> None:
    """Serve the phones in `app`."""
    app.router.add_routes(
        [
            web.get("/sim/phones", list_phones),
            web.post("/sim/phones", make_phone),
            web.get("/sim/phones/{phone}", show_phone),
            web.delete("/sim/phones/{phone}", remove_phone),
            web.post("/sim/phones/{phone}/{action}", act),
        ]
    )
