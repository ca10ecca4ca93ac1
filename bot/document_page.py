"""The page from which a document is fetched, where a messenger cannot carry it: its link serves once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from mimetypes import guess_type
from typing import Protocol

from aiohttp import web

from bot.clock import Clock
from bot.link_page import PAGES, PRIVATE, LinkPage, Refusals
from bot.links import ExpiredLinkError, ForgedLinkError, LinkKind, Links
from quarantine.messages import Document

AGAIN_FOR = timedelta(minutes=10)
"""How long after it was fetched first: browsers in messengers fetch twice, and connections break."""
FETCH = "tep"
"""The last part of the address of the document itself: what follows links for a preview opens the page."""
FILE = PAGES / "document.html"
HREF = 'href="#"'
"""Where the page says what its button opens."""


class Documents(Protocol):
    """What lies behind a link to a document."""

    async def document(self, letter_id: int, address_id: int) -> Document | None:
        """The document of a letter, drawn again; None when it has none."""
        ...

    async def fetched(self, letter_id: int, address_id: int) -> timedelta | None:
        """Note that the document goes out; how long ago it first did, None when nobody knows the chat."""
        ...


class UsedLinkError(ValueError):
    """The document was fetched long ago."""


class DocumentPage(LinkPage):
    """The routes to documents; `refused` counts what was not handed out, by reason."""

    def __init__(
        self, links: Links, documents: Documents, clock: Clock, refused: Counter[str] | None = None
    ) -> None:
        super().__init__(FILE, REFUSED, links, clock, refused)
        self._documents = documents

    def add_to(self, app: web.Application) -> None:
        """Serve these routes too."""
        app.router.add_get(f"/{LinkKind.DOCUMENT}/{{token}}", self._show)
        app.router.add_get(f"/{LinkKind.DOCUMENT}/{{token}}/{FETCH}", self._hand_out)

    async def _show(self, request: web.Request) -> web.Response:
        try:
            self._ticket(LinkKind.DOCUMENT, request)
        except ValueError as error:
            return self._page(*self._why(error))
        href = f'href="{request.match_info["token"]}/{FETCH}"'
        return self._page("ask", 200, self._html.replace(HREF, href, 1))

    async def _hand_out(self, request: web.Request) -> web.Response:
        """The document as a download; nothing counts as fetched before it is drawn."""
        try:
            ticket = self._ticket(LinkKind.DOCUMENT, request)
            document = await self._documents.document(ticket.letter_id, ticket.address_id)
            if document is None:
                raise ForgedLinkError("a letter without a document")
            ago = await self._documents.fetched(ticket.letter_id, ticket.address_id)
            if ago is None:
                raise ForgedLinkError("no such chat")
            if ago > AGAIN_FOR:
                raise UsedLinkError("fetched before")
        except ValueError as error:
            return self._page(*self._why(error))
        kind = guess_type(document.name)[0] or "application/octet-stream"
        named = {"Content-Disposition": f'attachment; filename="{document.name}"'}
        return web.Response(body=document.content, content_type=kind, headers={**PRIVATE, **named})


REFUSED: Refusals = {
    UsedLinkError: ("used", "used", 410),
    ExpiredLinkError: ("expired", "expired", 410),
    ValueError: ("unknown", "forged", 404),
}
