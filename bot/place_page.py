"""The page on which a phone sends its position, and the pictures that messengers fetch, behind links."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from math import isfinite
from typing import Protocol

import msgspec
import structlog
from aiohttp import web

from bot.clock import Clock
from bot.link_page import PAGES, PRIVATE, LinkPage, Refusals, TooLargeError, body_of, told
from bot.links import ExpiredLinkError, ForgedLinkError, LinkKind, Links, Ticket
from quarantine.location import Fix, Source, valid_coordinates
from quarantine.messages import Address, Incoming, Kind

BODY_LIMIT = 2_048
"""Bytes of the longest position taken: ours have some hundred."""
OLDEST = timedelta(minutes=10)
"""What is older, or has an age that cannot be, counts as this old: too old to be believed."""
SECONDS = 20.0
"""How long a position may take to come in, and how long a turn may take."""
FILE = PAGES / "place.html"
MAY_ASK = {"Permissions-Policy": "geolocation=(self)"}
"""What this page, and no other of ours, may ask of the phone."""

log = structlog.get_logger(__name__)


class Position(msgspec.Struct, forbid_unknown_fields=True):
    """What the page sends: degrees, metres, and how long ago the phone found it."""

    lat: float
    lng: float
    accuracy: float
    age_ms: float


class Visits(Protocol):
    """What happens behind a link."""

    async def chat(self, address_id: int) -> Address | None:
        """The chat that the link was made for."""
        ...

    async def take(self, incoming: Incoming) -> bool:
        """Take what came by a link in; returns after the commit, False when that link had been used."""
        ...

    async def picture(self, letter_id: int, address_id: int) -> bytes | None:
        """The picture of a letter, drawn again, as a PNG; None when it has none."""
        ...


class PlacePage(LinkPage):
    """The routes behind links; `refused` counts what was not taken in, by reason."""

    def __init__(
        self, links: Links, visits: Visits, clock: Clock, refused: Counter[str] | None = None
    ) -> None:
        super().__init__(FILE, REFUSED, links, clock, refused)
        self._headers = {**self._headers, **MAY_ASK}
        self._visits = visits

    def add_to(self, app: web.Application) -> None:
        """Serve these routes too."""
        app.router.add_get(f"/{LinkKind.PLACE}/{{token}}", self._show)
        app.router.add_post(f"/{LinkKind.PLACE}/{{token}}", self._receive)
        app.router.add_get(f"/{LinkKind.PICTURE}/{{token}}", self._draw)

    async def _show(self, request: web.Request) -> web.Response:
        try:
            self._ticket(LinkKind.PLACE, request)
        except ValueError as error:
            return self._page(*self._why(error))
        return self._page("ask", 200)

    async def _receive(self, request: web.Request) -> web.Response:
        """Answer 200 when the position is committed; what is refused has changed nothing."""
        try:
            async with asyncio.timeout(SECONDS):
                ticket = self._ticket(LinkKind.PLACE, request)
                position = read_position(await body_of(request, BODY_LIMIT))
        except (ValueError, TimeoutError) as error:
            return told(*self._why(error))
        try:
            async with asyncio.timeout(SECONDS):
                return await self._take(ticket, position)
        except Exception:  # whatever it is, nothing is committed; the page keeps the position
            log.exception("position not committed", status=503)
            return told("later", 503)

    async def _take(self, ticket: Ticket, position: Position) -> web.Response:
        address = await self._visits.chat(ticket.address_id)
        if address is None:
            return told("unknown", self._refuse("no chat", 404))
        fresh = await self._visits.take(self._incoming(ticket, address, position))
        if not fresh:
            return told("used", self._refuse("used", 200))
        return told("received", 200)

    async def _draw(self, request: web.Request) -> web.Response:
        try:
            ticket = self._ticket(LinkKind.PICTURE, request)
        except ValueError as error:
            _, status = self._why(error)
            return web.Response(status=status, headers=PRIVATE)
        png = await self._visits.picture(ticket.letter_id, ticket.address_id)
        if png is None:
            return web.Response(status=self._refuse("no picture", 404), headers=PRIVATE)
        return web.Response(body=png, content_type="image/png", headers=PRIVATE)

    def _incoming(self, ticket: Ticket, address: Address, position: Position) -> Incoming:
        """The position as a message of that chat; its id makes the link serve once (storage/inbox.py)."""
        now = self._clock.now()
        age = timedelta(milliseconds=position.age_ms) if 0 <= position.age_ms <= OLDEST_MS else OLDEST
        fix = Fix(position.lat, position.lng, position.accuracy, now - age, Source.WEB)
        native_id = f"link-{ticket.letter_id}"
        return Incoming(address, native_id, now, Kind.LOCATION, fix=fix, answers=ticket.number)


OLDEST_MS = OLDEST.total_seconds() * 1000
REFUSED: Refusals = {
    ForgedLinkError: ("unknown", "forged", 404),
    ExpiredLinkError: ("expired", "expired", 410),
    TooLargeError: ("wrong", "too large", 413),
    TimeoutError: ("later", "too slow", 408),
    ValueError: ("wrong", "unreadable", 400),
}


def read_position(body: bytes) -> Position:
    """The position in a body; raises ValueError for anything that is none."""
    position = msgspec.json.decode(body, type=Position)
    if not valid_coordinates(position.lat, position.lng):
        raise ValueError("no place on earth")
    if not (isfinite(position.accuracy) and position.accuracy >= 0):
        raise ValueError("no accuracy")
    return position
