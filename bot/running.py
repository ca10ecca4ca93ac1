"""Runs one process of Cachly until it is told to stop: database, channel, web server, incoming messages."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import fields
from datetime import UTC, datetime

import structlog

from bot import catalogues, logs, premises, settings
from bot.clock import Clock, MovableClock, SystemClock
from bot.polling import PAUSES, Poller
from bot.refusals import RefusedError
from bot.service import Service
from bot.settings import LogFormat, LogLevel, Settings
from bot.sweeps import Counts
from bot.web import Site, serving
from channels.telegram import Telegram
from channels.telegram_errors import CallFailed

log = structlog.get_logger(__name__)


def run() -> None:
    """`cachly run`: on the real Telegram, or whatever server CACHLY_TELEGRAM_API names."""
    chosen = settings.load()
    premises.keyring(chosen)
    premises.token(chosen)
    logs.start(chosen.log_level, chosen.log_format, chosen.secrets())
    asyncio.run(serve(chosen, SystemClock()))


async def nothing_more() -> None:
    """What is done when everything answers, outside the demonstration."""


async def serve(chosen: Settings, clock: Clock, ready: Callable[[], Awaitable[None]] = nothing_more) -> None:
    """Serve until SIGINT or SIGTERM; `ready` is awaited when everything answers.

    On stopping no message is taken in any more, what has begun is finished, and then the database is closed.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        async with _standing(chosen, clock):
            collect_seldom()
            log.info("ready", account=chosen.telegram_account, port=chosen.http_port)
            await ready()
            await stop.wait()
            log.info("stopping")
    except BaseExceptionGroup as group:
        refused, _ = group.split(RefusedError)
        if refused is None:
            raise
        raise _first(refused) from None
    log.info("stopped")


def collect_seldom() -> None:
    """Have Python look for circular garbage seldom, and never in what was loaded at the start.

    A group of turns makes thousands of objects that its end frees without a search; looking through them and
    through all catalogues every 700 of them was measured at a tenth of a turn (docs/performance.md).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@asynccontextmanager
async def _standing(chosen: Settings, clock: Clock) -> AsyncIterator[None]:
    """Everything that runs, opened from the inside out and closed the other way round."""
    account, keyring = chosen.telegram_account, premises.keyring(chosen)
    engine = premises.migrated(chosen)
    channel = Telegram(account, premises.token(chosen), chosen.telegram_api)
    hooks = {account: chosen.hook_secret()} if chosen.public_url else {}
    async with channel:
        service = Service(
            engine=engine,
            keyring=keyring,
            clock=clock,
            catalogue=catalogues.load(),
            telegram={account: channel},
            # The messenger's limits count real seconds: on the stage hours pass in one.
            limits=not isinstance(clock, MovableClock),
        )
        site = Site(service, hooks, clock if isinstance(clock, MovableClock) else None)
        async with (
            service.running(),
            serving(site.app(), chosen.http_host, chosen.http_port),
            asyncio.TaskGroup() as tasks,
        ):
            incoming = tasks.create_task(_take_in(chosen, channel, service))
            yield
            incoming.cancel()
    engine.dispose()


async def _take_in(chosen: Settings, channel: Telegram, service: Service) -> None:
    """Have messages come in the way that the settings say; a messenger out of reach is asked again."""
    account = chosen.telegram_account
    if chosen.public_url:
        address = f"{chosen.public_url}/hooks/{account}"
        await _until_done(account, lambda: channel.set_webhook(address, chosen.hook_secret()))
        service.states[account] = "webhook"
        return
    await _until_done(account, channel.delete_webhook)
    service.states[account] = "polling"
    await Poller(account, channel, service, states=service.states).run()


async def _until_done(account: str, call: Callable[[], Awaitable[None]]) -> None:
    failures = 0
    while True:
        try:
            return await call()
        except CallFailed as failed:
            pause = PAUSES[min(failures, len(PAUSES) - 1)]
            log.warning("messenger not reached", account=account, seconds=pause, exc_info=failed)
            failures += 1
            await asyncio.sleep(pause)


def _first(group: BaseExceptionGroup[RefusedError]) -> RefusedError:
    """The refusal inside nested groups: they are how task groups hand it on."""
    inner: BaseException = group
    while isinstance(inner, BaseExceptionGroup):
        inner = inner.exceptions[0]
    return inner if isinstance(inner, RefusedError) else RefusedError(type(inner).__name__)


def sweep(at: str) -> str:
    """Sweep once at the instant; what was done, as words and counts."""
    try:
        instant = datetime.fromisoformat(at)
    except ValueError as error:
        raise RefusedError(f"{at} is no instant. Write it as 2026-12-05T07:30+07:00.") from error
    if instant.tzinfo is None:
        raise RefusedError(f"{at} has no zone. Write {at}+07:00 for the time of Vietnam.")
    chosen = settings.load()
    logs.start(LogLevel.WARNING, LogFormat.CONSOLE, chosen.secrets())
    counts = asyncio.run(_sweep(chosen, instant.astimezone(UTC)))
    return ", ".join(f"{field.name} {getattr(counts, field.name)}" for field in fields(counts))


async def _sweep(chosen: Settings, instant: datetime) -> Counts:
    """A service without channels: what it decides waits in the outbox."""
    keyring = premises.keyring(chosen)
    engine = premises.database(chosen)
    service = Service(
        engine=engine, keyring=keyring, clock=SystemClock(), catalogue=catalogues.load(), telegram={}
    )
    try:
        return await service.sweep(instant)
    finally:
        await asyncio.to_thread(service.database.close)
        engine.dispose()
