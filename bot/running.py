"""Runs one process of Cachly until it is told to stop: database, accounts, web server, incoming messages."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import fields
from datetime import UTC, datetime

import structlog

from bot import accounts, catalogues, logs, premises, settings
from bot.clock import Clock, MovableClock, SystemClock
from bot.consents import ConsentPage, Consents, oa_ids
from bot.document_page import DocumentPage
from bot.links import Links
from bot.place_page import PlacePage
from bot.polling import PAUSES, Poller
from bot.refusals import RefusedError
from bot.service import Service
from bot.settings import LogFormat, LogLevel, Settings
from bot.sweeps import Counts
from bot.upload_page import UploadPage
from bot.web import Site, serving
from quarantine.channel import CallFailedError, Channel

NO_ADDRESS = "needs public address"
"""How it stands with an account whose messenger only pushes while we have no address to push to."""

PAGES = "pages"
"""Under what /healthz counts what our pages refuse, beside the accounts."""

log = structlog.get_logger(__name__)


def run() -> None:
    """`cachly run`: on the real messengers, or whatever servers the settings name."""
    chosen = settings.load()
    premises.keyring(chosen)
    known = accounts.known(chosen)
    accounts.check_templates(known, catalogues.load())
    hidden = [secret for account in known for secret in accounts.secrets(account)]
    logs.start(chosen.log_level, chosen.log_format, (*chosen.secrets(), *hidden))
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
        async with _standing(chosen, clock) as names:
            collect_seldom()
            log.info("ready", accounts=names, port=chosen.http_port)
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
async def _standing(chosen: Settings, clock: Clock) -> AsyncIterator[list[str]]:
    """Everything that runs, opened from the inside out and closed the other way round; its accounts."""
    known, keyring, root = accounts.known(chosen), premises.keyring(chosen), chosen.pages()
    engine = premises.migrated(chosen)
    store = premises.tokens(engine, keyring, clock)
    links = Links(keyring, root) if root else None
    async with AsyncExitStack() as stack:
        stack.callback(engine.dispose)
        with engine.begin() as conn:
            premises.note(conn, known, clock)
        channels = {
            account.name: await stack.enter_async_context(
                accounts.channel(account, chosen, store, clock, known)
            )
            for account in known
        }
        service = Service(
            engine=engine,
            keyring=keyring,
            clock=clock,
            catalogue=catalogues.load(),
            channels=channels,
            links=links,
            pushed=channels if chosen.public_url else (),
            approved=accounts.approved(known),
            serves={account.name: account.province for account in known},
            # The messenger's limits count real seconds: on the stage hours pass in one.
            limits=not isinstance(clock, MovableClock),
        )
        await stack.enter_async_context(service.running())
        site = Site(service, clock if isinstance(clock, MovableClock) else None)
        app = site.app()
        if links is not None:
            refused = service.hearing.refused[PAGES]
            PlacePage(links, service.visits, clock, refused).add_to(app)
            DocumentPage(links, service.visits, clock, refused).add_to(app)
            UploadPage(links, service.visits, clock, refused).add_to(app)
        if chosen.public_url:
            consents = Consents(keyring, clock, channels, oa_ids(known))
            ConsentPage(consents, service.revive).add_to(app)
        await stack.enter_async_context(serving(app, chosen.http_host, chosen.http_port))
        async with asyncio.TaskGroup() as tasks:
            incoming = [
                tasks.create_task(_take_in(channel, service, accounts.hook(chosen, account)))
                for account, channel in channels.items()
            ]
            yield list(channels)
            for task in incoming:
                task.cancel()


async def _take_in(channel: Channel, service: Service, hook: str) -> None:
    """Have messages come in, pushed to `hook` or polled; a messenger out of reach is asked again."""
    account, states = channel.account, service.states
    if hook:
        await _until_done(channel, states, lambda: channel.push_to(hook))
        states[account] = "webhook"
    elif not channel.form.polls:
        states[account] = NO_ADDRESS
        log.critical("account needs a public address: set CACHLY_PUBLIC_URL", account=account)
    else:
        await _until_done(channel, states, channel.push_nowhere)
        states[account] = "polling"
        poller = Poller(account, channel, service, states=states, numbered=channel.form.numbered)
        await poller.run()


async def _until_done(
    channel: Channel, states: MutableMapping[str, str], call: Callable[[], Awaitable[None]]
) -> None:
    """Ask until the messenger does it; whatever goes wrong with one account, the others run on."""
    failures = 0
    while True:
        try:
            return await call()
        except Exception as error:  # whatever it is, it is this account's alone
            known = isinstance(error, CallFailedError)
            states[channel.account] = f"failing: {error}" if known else f"failing: {type(error).__name__}"
            pause = PAUSES[min(failures, len(PAUSES) - 1)]
            log.warning("messenger not reached", account=channel.account, seconds=pause, exc_info=error)
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
    """A service whose channels stay closed: what it decides waits in the outbox."""
    keyring, clock = premises.keyring(chosen), SystemClock()
    engine = premises.database(chosen)
    store = premises.tokens(engine, keyring, clock)
    known = accounts.known(chosen) if chosen.has_accounts() else []
    service = Service(
        engine=engine,
        keyring=keyring,
        clock=clock,
        catalogue=catalogues.load(),
        channels={account.name: accounts.channel(account, chosen, store, clock) for account in known},
        approved=accounts.approved(known),
    )
    try:
        return await service.sweep(instant)
    finally:
        await asyncio.to_thread(service.database.close)
        engine.dispose()
