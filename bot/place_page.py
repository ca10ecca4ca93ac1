"""The page on which a phone sends its position, and the pictures that messengers fetch, behind links."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from math import isfinite
from pathlib import Path
from typing import Protocol

import msgspec
import structlog
from aiohttp import web

from bot.clock import Clock
from bot.links import ExpiredLinkError, ForgedLinkError, LinkKind, Links, Ticket
from quarantine.location import Fix, Source, valid_coordinates
from quarantine.messages import Address, Incoming, Kind

BODY_LIMIT = 2_048
"""Bytes of the longest position taken: ours have some hundred."""
OLDEST = timedelta(minutes=10)
"""What is older, or has an age that cannot be, counts as this old: too old to be believed."""
SECONDS = 20.0
"""How long a position may take to come in, and how long a turn may take."""
FILE = Path(__file__).parent / "page" / "place.html"
STATE = 'data-state="ask"'

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


class PlacePage:
    """The routes behind links; `refused` counts what was not taken in, by reason."""

    def __init__(
        self, links: Links, visits: Visits, clock: Clock, refused: Counter[str] | None = None
    ) -> None:
        self._links = links
        self._visits = visits
        self._clock = clock
        self._html = FILE.read_text(encoding="utf-8")
        self._headers = headers(self._html)
        self.refused: Counter[str] = Counter() if refused is None else refused

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
                position = read_position(await body_of(request))
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

    def _ticket(self, kind: LinkKind, request: web.Request) -> Ticket:
        return self._links.read(kind, request.match_info["token"], self._clock.now())

    def _why(self, error: Exception) -> tuple[str, int]:
        """Count what was refused; the page's state and the status that say so."""
        state, why, status = next(told for kind, told in REFUSED.items() if isinstance(error, kind))
        return state, self._refuse(why, status)

    def _refuse(self, why: str, status: int) -> int:
        self.refused[why] += 1
        log.warning("link refused", why=why, status=status)
        return status

    def _incoming(self, ticket: Ticket, address: Address, position: Position) -> Incoming:
        """The position as a message of that chat; its id makes the link serve once (storage/inbox.py)."""
        now = self._clock.now()
        age = timedelta(milliseconds=position.age_ms) if 0 <= position.age_ms <= OLDEST_MS else OLDEST
        fix = Fix(position.lat, position.lng, position.accuracy, now - age, Source.WEB)
        native_id = f"link-{ticket.letter_id}"
        return Incoming(address, native_id, now, Kind.LOCATION, fix=fix, answers=ticket.number)

    def _page(self, state: str, status: int) -> web.Response:
        text = self._html.replace(STATE, f'data-state="{state}"', 1)
        return web.Response(text=text, status=status, content_type="text/html", headers=self._headers)


OLDEST_MS = OLDEST.total_seconds() * 1000
PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
"""Nobody keeps, finds or passes on what is behind a link."""


class TooLargeError(ValueError):
    """The body is longer than any position."""


REFUSED: Mapping[type[Exception], tuple[str, str, int]] = {
    ForgedLinkError: ("unknown", "forged", 404),
    ExpiredLinkError: ("expired", "expired", 410),
    TooLargeError: ("wrong", "too large", 413),
    TimeoutError: ("later", "too slow", 408),
    ValueError: ("wrong", "unreadable", 400),
}
"""The page's state, the reason that is counted and the status, by error; the first that fits."""


async def body_of(request: web.Request) -> bytes:
    """The body, read no further than BODY_LIMIT; raises TooLargeError beyond it."""
    if (request.content_length or 0) > BODY_LIMIT:
        raise TooLargeError
    body = b""
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > BODY_LIMIT:
            raise TooLargeError
    return body


def read_position(body: bytes) -> Position:
    """The position in a body; raises ValueError for anything that is none."""
    position = msgspec.json.decode(body, type=Position)
    if not valid_coordinates(position.lat, position.lng):
        raise ValueError("no place on earth")
    if not (isfinite(position.accuracy) and position.accuracy >= 0):
        raise ValueError("no accuracy")
    return position


def told(state: str, status: int) -> web.Response:
    """What the page's script reads."""
    return web.json_response({"state": state}, status=status, headers=PRIVATE)


def headers(html: str) -> Mapping[str, str]:
    """What the page may do: run its own script, in its own style, and speak to us; nothing else."""
    script, style = (_digest(html, tag) for tag in ("script", "style"))
    policy = (
        f"default-src 'none'; script-src '{script}'; style-src '{style}'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {**PRIVATE, "Content-Security-Policy": policy, "Permissions-Policy": "geolocation=(self)"}


def _digest(html: str, tag: str) -> str:
    """The one element of this kind as a policy names it."""
    (inside,) = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
    return "sha256-" + base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
