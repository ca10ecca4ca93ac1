"""The page on which a list is handed in, where a chat cannot carry it: its link serves once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import structlog
from aiohttp import web

from bot.clock import Clock
from bot.links import ExpiredLinkError, ForgedLinkError, LinkKind, Links, Ticket
from bot.place_page import STATE, TooLargeError, headers, told
from papers.sheets import MOST_BYTES
from quarantine.messages import Address, Incoming, Kind

SECONDS = 180.0
"""How long a file may take to come in: 20 MB over a slow line."""
AT_ONCE = 4
"""So many files are taken in at a time; each lies in memory until it is sealed."""
FILE = Path(__file__).parent / "page" / "upload.html"

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


class UploadPage:
    """The routes to hand files in; `refused` counts what was not taken in, by reason."""

    def __init__(
        self, links: Links, uploads: Uploads, clock: Clock, refused: Counter[str] | None = None
    ) -> None:
        self._links = links
        self._uploads = uploads
        self._clock = clock
        self._html = FILE.read_text(encoding="utf-8")
        self._headers = headers(self._html)
        self._room = asyncio.Semaphore(AT_ONCE)
        self.refused: Counter[str] = Counter() if refused is None else refused

    def add_to(self, app: web.Application) -> None:
        """Serve these routes too."""
        app.router.add_get(f"/{LinkKind.UPLOAD}/{{token}}", self._show)
        app.router.add_post(f"/{LinkKind.UPLOAD}/{{token}}", self._receive)

    async def _show(self, request: web.Request) -> web.Response:
        try:
            self._ticket(request)
        except ValueError as error:
            return self._page(*self._why(error))
        return self._page("ask", 200)

    async def _receive(self, request: web.Request) -> web.Response:
        """Answer 200 when the file is committed; what is refused has changed nothing."""
        try:
            ticket = self._ticket(request)
            async with self._room, asyncio.timeout(SECONDS):
                return await self._take(ticket, await _body(request))
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

    def _ticket(self, request: web.Request) -> Ticket:
        return self._links.read(LinkKind.UPLOAD, request.match_info["token"], self._clock.now())

    def _why(self, error: Exception) -> tuple[str, int]:
        state, why, status = next(said for kind, said in REFUSED.items() if isinstance(error, kind))
        return state, self._refuse(why, status)

    def _refuse(self, why: str, status: int) -> int:
        self.refused[why] += 1
        log.warning("link refused", why=why, status=status)
        return status

    def _page(self, state: str, status: int) -> web.Response:
        text = self._html.replace(STATE, f'data-state="{state}"', 1)
        return web.Response(text=text, status=status, content_type="text/html", headers=self._headers)


async def _body(request: web.Request) -> bytes:
    """The file itself, read no further than MOST_BYTES."""
    if (request.content_length or 0) > MOST_BYTES:
        raise TooLargeError
    body = bytearray()
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > MOST_BYTES:
            raise TooLargeError
    if not body:
        raise EmptyFileError
    return bytes(body)


REFUSED: Mapping[type[Exception], tuple[str, str, int]] = {
    ForgedLinkError: ("unknown", "forged", 404),
    ExpiredLinkError: ("expired", "expired", 410),
    TooLargeError: ("large", "too large", 413),
    EmptyFileError: ("empty", "empty", 400),
    TimeoutError: ("later", "too slow", 408),
    ValueError: ("unknown", "unreadable", 400),
}
"""The page's state, the reason that is counted and the status, by error; the first that fits."""
