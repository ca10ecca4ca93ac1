"""The page from which a document is fetched, where a messenger cannot carry it: its link serves once."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from mimetypes import guess_type
from pathlib import Path
from typing import Protocol

import structlog
from aiohttp import web

from bot.clock import Clock
from bot.links import ExpiredLinkError, ForgedLinkError, LinkKind, Links, Ticket
from bot.place_page import PRIVATE
from quarantine.messages import Document

AGAIN_FOR = timedelta(minutes=10)
"""How long after it was fetched first: browsers in messengers fetch twice, and connections break."""
FETCH = "tep"
"""The last part of the address of the document itself: what follows links for a preview opens the page."""
FILE = Path(__file__).parent / "page" / "document.html"
STATE, HREF = 'data-state="ask"', 'href="#"'

log = structlog.get_logger(__name__)


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


class DocumentPage:
    """The routes to documents; `refused` counts what was not handed out, by reason."""

    def __init__(
        self, links: Links, documents: Documents, clock: Clock, refused: Counter[str] | None = None
    ) -> None:
        self._links = links
        self._documents = documents
        self._clock = clock
        self._html = FILE.read_text(encoding="utf-8")
        self._headers = _headers(self._html)
        self.refused: Counter[str] = Counter() if refused is None else refused

    def add_to(self, app: web.Application) -> None:
        """Serve these routes too."""
        app.router.add_get(f"/{LinkKind.DOCUMENT}/{{token}}", self._show)
        app.router.add_get(f"/{LinkKind.DOCUMENT}/{{token}}/{FETCH}", self._hand_out)

    async def _show(self, request: web.Request) -> web.Response:
        try:
            self._ticket(request)
        except ValueError as error:
            return self._refuse(error)
        return self._page("ask", 200, f"{request.match_info['token']}/{FETCH}")

    async def _hand_out(self, request: web.Request) -> web.Response:
        """The document as a download; nothing counts as fetched before it is drawn."""
        try:
            ticket = self._ticket(request)
            document = await self._documents.document(ticket.letter_id, ticket.address_id)
            if document is None:
                raise ForgedLinkError("a letter without a document")
            ago = await self._documents.fetched(ticket.letter_id, ticket.address_id)
            if ago is None:
                raise ForgedLinkError("no such chat")
            if ago > AGAIN_FOR:
                raise UsedLinkError("fetched before")
        except ValueError as error:
            return self._refuse(error)
        kind = guess_type(document.name)[0] or "application/octet-stream"
        named = {"Content-Disposition": f'attachment; filename="{document.name}"'}
        return web.Response(body=document.content, content_type=kind, headers={**PRIVATE, **named})

    def _ticket(self, request: web.Request) -> Ticket:
        return self._links.read(LinkKind.DOCUMENT, request.match_info["token"], self._clock.now())

    def _refuse(self, error: ValueError) -> web.Response:
        state, why, status = next(told for kind, told in REFUSED.items() if isinstance(error, kind))
        self.refused[why] += 1
        log.warning("link refused", why=why, status=status)
        return self._page(state, status)

    def _page(self, state: str, status: int, href: str = "#") -> web.Response:
        text = self._html.replace(STATE, f'data-state="{state}"', 1).replace(HREF, f'href="{href}"', 1)
        return web.Response(text=text, status=status, content_type="text/html", headers=self._headers)


REFUSED: Mapping[type[Exception], tuple[str, str, int]] = {
    UsedLinkError: ("used", "used", 410),
    ExpiredLinkError: ("expired", "expired", 410),
    ValueError: ("unknown", "forged", 404),
}
"""The page's state, the reason that is counted and the status, by error; the first that fits."""


def _headers(html: str) -> Mapping[str, str]:
    """What the page may do: look as it does; it runs nothing and loads nothing."""
    (style,) = re.findall("<style>(.*?)</style>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    return {**PRIVATE, "Content-Security-Policy": policy}
