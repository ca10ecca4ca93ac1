"""The page on which a list is handed in, where a chat cannot carry it: its link serves once."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Protocol

import structlog
from aiohttp import web

from bot.clock import Clock
from bot.link_page import PAGES, LinkPage, Refusals, TooLargeError, body_of, told
from bot.links import ExpiredLinkError, ForgedLinkError, LinkKind, Links, Ticket
from papers.sheets import MOST_BYTES
from quarantine.messages import Address, Incoming, Kind

SECONDS = 180.0
"""How long a file may take to come in: 20 MB over a slow line."""
AT_ONCE = 4
"""So many files are taken in at a time; each lies in memory until it is sealed."""
FILE = PAGES / "upload.html"

log = structlog.get_logger(__name__)


class Uploads(Protocol):
    """What happens behind a link."""

    async def chat(self, address_id: int) -> Address | None:
        """The chat that the link was made for."""
        ...

    async def upload(self, incoming: Incoming, file: bytes) -> bool:
        """Take a file in; returns after the commit, False when that link had been used."""
        ...


class EmptyFileError(ValueError):
    """A file without anything in it."""


class UploadPage(LinkPage):
    """The routes to hand files in; `refused` counts what was not taken in, by reason."""

    def __init__(
        self, links: Links, uploads: Uploads, clock: Clock, refused: Counter[str] | None = None
    ) -> None:
        super().__init__(FILE, REFUSED, links, clock, refused)
        self._uploads = uploads
        self._room = asyncio.Semaphore(AT_ONCE)

    def add_to(self, app: web.Application) -> None:
        """Serve these routes too."""
        app.router.add_get(f"/{LinkKind.UPLOAD}/{{token}}", self._show)
        app.router.add_post(f"/{LinkKind.UPLOAD}/{{token}}", self._receive)

    async def _show(self, request: web.Request) -> web.Response:
        try:
            self._ticket(LinkKind.UPLOAD, request)
        except ValueError as error:
            return self._page(*self._why(error))
        return self._page("ask", 200)

    async def _receive(self, request: web.Request) -> web.Response:
        """Answer 200 when the file is committed; what is refused has changed nothing."""
        try:
            ticket = self._ticket(LinkKind.UPLOAD, request)
            async with self._room, asyncio.timeout(SECONDS):
                return await self._take(ticket, await _file(request))
        except (ValueError, TimeoutError) as error:
            return told(*self._why(error))
        except Exception:  # whatever it is, nothing is committed; the page keeps the file
            log.exception("file not committed", status=503)
            return told("later", 503)

    async def _take(self, ticket: Ticket, file: bytes) -> web.Response:
        address = await self._uploads.chat(ticket.address_id)
        if address is None:
            return told("unknown", self._refuse("no chat", 404))
        now = self._clock.now()
        said = Incoming(address, f"link-{ticket.letter_id}", now, Kind.FILE, answers=ticket.number)
        if not await self._uploads.upload(said, file):
            return told("used", self._refuse("used", 200))
        return told("received", 200)


async def _file(request: web.Request) -> bytes:
    """The file itself, read no further than MOST_BYTES."""
    file = await body_of(request, MOST_BYTES)
    if not file:
        raise EmptyFileError
    return file


REFUSED: Refusals = {
    ForgedLinkError: ("unknown", "forged", 404),
    ExpiredLinkError: ("expired", "expired", 410),
    TooLargeError: ("large", "too large", 413),
    EmptyFileError: ("empty", "empty", 400),
    TimeoutError: ("later", "too slow", 408),
    ValueError: ("unknown", "unreadable", 400),
}
