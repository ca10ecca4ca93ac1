"""What the pages behind our links share: the link is read, a refusal told and counted, nothing passed on."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import structlog
from aiohttp import web

from bot.clock import Clock
from bot.links import LinkKind, Links, Ticket

PAGES = Path(__file__).parent / "page"
STATE = 'data-state="ask"'
"""How each page says what it shows; it is written anew for whoever is refused."""
PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
"""Nobody keeps, finds or passes on what is behind a link."""
Refusals = Mapping[type[Exception], tuple[str, str, int]]
"""The page's state, the reason that is counted and the status, by error; the first that fits."""

log = structlog.get_logger(__name__)


class TooLargeError(ValueError):
    """The body is longer than anything that is taken in here."""


class LinkPage:
    """A page of ours, and what it answers to links; `refused` counts what it turned away, by reason."""

    def __init__(
        self, file: Path, refusals: Refusals, links: Links, clock: Clock, refused: Counter[str] | None
    ) -> None:
        self._html = file.read_text(encoding="utf-8")
        self._refusals = refusals
        self._links = links
        self._clock = clock
        self._headers = headers(self._html)
        self.refused: Counter[str] = Counter() if refused is None else refused

    def _ticket(self, kind: LinkKind, request: web.Request) -> Ticket:
        return self._links.read(kind, request.match_info["token"], self._clock.now())

    def _why(self, error: Exception) -> tuple[str, int]:
        """Count what was refused; the page's state and the status that say so."""
        state, why, status = next(said for kind, said in self._refusals.items() if isinstance(error, kind))
        return state, self._refuse(why, status)

    def _refuse(self, why: str, status: int) -> int:
        self.refused[why] += 1
        log.warning("link refused", why=why, status=status)
        return status

    def _page(self, state: str, status: int, html: str = "") -> web.Response:
        text = (html or self._html).replace(STATE, f'data-state="{state}"', 1)
        return web.Response(text=text, status=status, content_type="text/html", headers=self._headers)


async def body_of(request: web.Request, most: int) -> bytes:
    """The body, read no further than `most` bytes; raises TooLargeError beyond it."""
    if (request.content_length or 0) > most:
        raise TooLargeError
    body = bytearray()
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > most:
            raise TooLargeError
    return bytes(body)


def told(state: str, status: int) -> web.Response:
    """What the page's script reads."""
    return web.json_response({"state": state}, status=status, headers=PRIVATE)


def headers(html: str) -> Mapping[str, str]:
    """What a page may do: look as it does, run its own script where it has one, and speak to us alone."""
    script, style = (_digests(html, tag) for tag in ("script", "style"))
    own = f"script-src {script}; connect-src 'self'; " if script else ""
    policy = (
        f"default-src 'none'; {own}style-src {style}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {**PRIVATE, "Content-Security-Policy": policy}


def _digests(html: str, tag: str) -> str:
    """The elements of this kind as a policy names them, "" when there are none."""
    found = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
    digests = (hashlib.sha256(inside.encode()).digest() for inside in found)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
