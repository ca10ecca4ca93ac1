"""The HTTP edge: /healthz, webhooks that answer when an update is safe, and the demonstration's clock."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Literal, Protocol

import msgspec
import structlog
from aiohttp import web

from bot.health import Health
from bot.refusals import RefusedError
from papers.form_picture import form_picture
from quarantine.channel import Refusal

BODY_LIMIT = 1_000_000
"""Bytes of the longest update taken: the longest text is 4,096 characters, so the rest is nobody we know."""

FORM_PICTURE = "/zalo/form.png"
"""Where Zalo fetches the picture above its form for a phone number."""

HOOK_SECONDS = 20.0
HEALTH_SECONDS = 5.0
CLOSING_SECONDS = 10.0
LONGEST_MOVE = timedelta(days=31)
ANSWERS = {
    Refusal.UNSIGNED: (401, "not signed"),
    Refusal.FORGED: (403, "wrong signature"),
    Refusal.STALE: (403, "too old"),
    Refusal.UNREADABLE: (400, "not readable"),
    Refusal.TOO_LARGE: (413, "too large"),
    Refusal.NO_ACCOUNT: (404, "no such account"),
}
WHY = {
    errno.EADDRINUSE: "another program already does.",
    errno.EACCES: "that port needs more rights than this process has.",
    errno.EADDRNOTAVAIL: "this machine has no such address.",
}

log = structlog.get_logger(__name__)


class Service(Protocol):
    """What the web server needs of whatever runs behind it."""

    def admit(self, account: str, headers: Mapping[str, str], body: bytes) -> Refusal | None:
        """Why a push is not taken in, None when it comes from the messenger of an account of ours."""
        ...

    def refuse(self, account: str, refusal: Refusal) -> None:
        """Count a push that is turned away unread."""
        ...

    async def hear(self, account: str, body: bytes) -> None:
        """Take one update in; returns when it is safe, raises when it could not be kept."""
        ...

    async def health(self) -> Health:
        """How it stands with every part, without personal data."""
        ...

    async def move_clock(self, by: timedelta | None, to: str | None) -> datetime:
        """Demonstration: move forward `by` a time, or `to` "next_prompt" or "next_day"; the new instant."""
        ...


class Now(Protocol):
    """Anything that tells the present instant."""

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        ...


class Move(msgspec.Struct, forbid_unknown_fields=True):
    """A move of the demonstration's clock: by seconds, or to what comes next."""

    advance_seconds: float | None = None
    to: Literal["next_prompt", "next_day"] | None = None


class PortTakenError(RefusedError):
    """Another program listens there; the text says what to do."""


class Site:
    """The pages of one service.

    With a `clock` the demonstration's routes exist too; without one there is no way to move time
    (DESIGN.md §5).
    """

    def __init__(self, service: Service, clock: Now | None = None) -> None:
        self._service = service
        self._clock = clock

    def app(self) -> web.Application:
        """The aiohttp application."""
        app = web.Application(client_max_size=BODY_LIMIT)
        app.router.add_get("/healthz", self._healthz)
        app.router.add_post("/hooks/{account}", self._hook)
        app.router.add_get(FORM_PICTURE, self._form_picture)
        if self._clock is not None:
            app.router.add_get("/demo/clock", self._tell_clock)
            app.router.add_post("/demo/clock", self._move_clock)
        return app

    async def _hook(self, request: web.Request) -> web.Response:
        """Answer 200 when the update is safe; 503 asks the messenger to deliver it again."""
        account = request.match_info["account"]
        body = b""
        try:
            body = await request.read()
            refusal = self._service.admit(account, request.headers, body)
        except web.HTTPRequestEntityTooLarge:
            refusal = Refusal.TOO_LARGE
        if refusal is not None:
            self._service.refuse(account, refusal)
            status, text = ANSWERS[refusal]
            return web.Response(status=status, text=text)
        try:
            async with asyncio.timeout(HOOK_SECONDS):
                await self._service.hear(account, body)
        except Exception:  # whatever it is, the update is not kept and must come again
            log.exception("hook not committed", account=account, status=503)
            return web.Response(status=503, text="try again", headers={"Retry-After": "1"})
        return web.Response()

    async def _form_picture(self, _request: web.Request) -> web.Response:
        picture = await asyncio.to_thread(form_picture)
        return web.Response(
            body=picture, content_type="image/png", headers={"Cache-Control": "max-age=86400"}
        )

    async def _healthz(self, _request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(HEALTH_SECONDS):
                health = await self._service.health()
        except Exception:  # the page is there to say so
            log.exception("health not known")
            return _json({"status": "wrong", "wrong": ["service"]}, status=503)
        body = {"status": "wrong" if health.wrong else "ok", **asdict(health)}
        return _json(body, status=503 if health.wrong else 200)

    async def _tell_clock(self, _request: web.Request) -> web.Response:
        return _json({"now": self._clock.now() if self._clock else None})

    async def _move_clock(self, request: web.Request) -> web.Response:
        try:
            by, to = _wanted(await request.read())
        except ValueError as error:
            return _json({"error": str(error)}, status=400)
        now = await self._service.move_clock(by, to)
        log.info("clock moved", by=by, to=to)
        return _json({"now": now})


def _wanted(body: bytes) -> tuple[timedelta | None, str | None]:
    """The move that the body asks for; a ValueError says what is wrong with it."""
    move = msgspec.json.decode(body, type=Move)
    if (move.advance_seconds is None) == (move.to is None):
        raise ValueError('give either {"advance_seconds": …} or {"to": "next_prompt" or "next_day"}')
    if move.advance_seconds is None:
        return None, move.to
    if not 0 < move.advance_seconds <= LONGEST_MOVE.total_seconds():
        raise ValueError(f"the clock moves forward only, at most {LONGEST_MOVE.days} days at once")
    return timedelta(seconds=move.advance_seconds), None


def _json(body: Mapping[str, object], *, status: int = 200) -> web.Response:
    encoded = msgspec.json.encode(body)
    return web.Response(body=encoded, status=status, content_type="application/json")


@asynccontextmanager
async def serving(app: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """Listen while the block runs and give the port (port 0: any free one); then let requests finish.

    Raises `PortTakenError` when another program listens there. No access log: addresses may hold secrets.
    """
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSING_SECONDS)
    await runner.setup()
    try:
        await _listen(runner, host, port)
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        why = WHY.get(error.errno or 0, "the system refuses it.")
        raise PortTakenError(
            f"Cannot listen on {host}, port {port}: {why} Set CACHLY_HTTP_PORT or CACHLY_HTTP_HOST."
        ) from error
