"""Sends a second to a server 60 ms away: our channel and our whole sender, beside the default transport."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import aiohttp
from sqlalchemy import Connection, Engine
from telegram import Bot
from telegram.request import HTTPXRequest

from bench.databases import Place
from bench.filling import fill
from bench.measuring import Figure, Spread, alternate, quantile, watch
from bench.ours import renderer, turns_on
from bench.processes import free_port, running
from bench.province import ACCOUNT, ADDRESSES, FIRST_PERSON, Province
from bench.turns import CLOCK, Ground
from bench.usual.handling import TOKEN
from bot.database import Database
from bot.limiter import Limiter
from bot.outgoing import Outgoing
from bot.sender import Sender
from bot.turns import Arrived, Turns
from channels.telegram import Telegram
from quarantine.effects import LetterPosted
from quarantine.letters import Letter
from quarantine.messages import Button, Delivered, Priority, Reply
from storage import tables
from storage.apply import apply
from storage.engine import open_engine
from storage.sealing import Keyring
from storage.tables import core

LATENCY = 0.06
DEFAULT = "python-telegram-bot's Bot on its default HTTPXRequest"
TEXT = "Chào chị Lan. Sáng nay chị có dấu hiệu nào sau đây không?"
TOGETHER = 100
FREE = 100_000.0
"""A limit that never holds anything back."""

WARM, WINDOW = 2.0, 8.0
"""Seconds before and during which the limited rate is watched."""

ALERTS = 8


def measure(folder: Path, keyring: Keyring, runs: int) -> Iterator[Figure]:
    """The channel alone, the whole way from the outbox, and the limits."""
    port = free_port()
    api = f"http://127.0.0.1:{port}"
    ground = Ground(Place(folder), keyring)
    with running("bench.fakeapi", str(port), str(LATENCY)):
        channel, whole, usual = alternate(
            runs,
            lambda: asyncio.run(through_channel(api, 1_500)),
            lambda: asyncio.run(from_outbox(ground, api, 1_500)),
            lambda: asyncio.run(default_transport(api, 200)),
        )
        together = f"{TOGETHER} at once"
        yield Figure(f"sends, channel, {together}", "–", "sends/s", channel, usual, DEFAULT, floor=10)
        yield Figure(
            "sends, outbox to recorded outcome", "SQLite", "sends/s", whole, usual, DEFAULT, floor=10
        )
        for limit in (30, 1_000):
            kept = asyncio.run(limited(ground, api, limit))
            name = f"share of the limit of {limit}/s reached"
            yield Figure(name, "SQLite", "%", Spread((kept.share * 100,)), target=98)
            if limit == 30:
                name = "an alert behind a queue of prompts, longest wait"
                yield Figure(name, "SQLite", "s", Spread((kept.alert,)), higher=False, target=2)
    ground.drop()


async def through_channel(api: str, many: int) -> float:
    """Sends a second through channels.telegram, so many under way at once."""
    buttons = ((Button("Không có triệu chứng", "p1:none"),),)
    async with Telegram(ACCOUNT, TOKEN, api, pool=TOGETHER) as channel:

        async def send(user: int) -> None:
            assert isinstance(await channel.send(str(user), Reply(TEXT, buttons)), Delivered)

        return await _at_once(send, many)


async def default_transport(api: str, many: int) -> float:
    """The same with the library's own transport and the pool of its Application."""
    requests = [HTTPXRequest(256, pool_timeout=60, read_timeout=60, connect_timeout=60) for _ in range(2)]
    bot = Bot(TOKEN, f"{api}/bot", request=requests[0], get_updates_request=requests[1])
    async with bot:

        async def send(user: int) -> None:
            await bot.send_message(user, TEXT)

        return await _at_once(send, many)


async def _at_once(send: Callable[[int], Awaitable[None]], many: int) -> float:
    users = itertools.count(Province.chat(0))

    async def worker(count: int) -> None:
        for _ in range(count):
            await send(next(users))

    with watch() as taken:
        async with asyncio.TaskGroup() as tasks:
            for _ in range(TOGETHER):
                tasks.create_task(worker(many // TOGETHER))
    return many // TOGETHER * TOGETHER / taken.seconds


@dataclass
class Office:
    """A sender at work on a database of its own."""

    engine: Engine
    turns: Turns
    database: Database[Arrived]
    sender: Sender


@asynccontextmanager
async def office(ground: Ground, api: str, prompts: int, limiter: Limiter) -> AsyncIterator[Office]:
    """Our sender with so many prompts waiting in the outbox."""
    url = ground.place.fresh(ground.ours)
    engine = open_engine(url)
    with engine.begin() as conn:
        _queue(conn, prompts)
    turns = turns_on(engine, ground.keyring)
    database: Database[Arrived] = Database(engine, turns.take_group, lambda one: one.incoming.address.user)
    async with Telegram(ACCOUNT, TOKEN, api, pool=400) as channel:
        outgoing = Outgoing(database, turns, renderer(), ACCOUNT)
        sender = Sender(ACCOUNT, channel, outgoing, limiter, CLOCK)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(sender.run())
            yield Office(engine, turns, database, sender)
            sender.stop()
    await asyncio.to_thread(database.close)
    engine.dispose()
    ground.place.drop(url)


def _queue(conn: Connection, prompts: int) -> None:
    now = CLOCK.now()
    fixed = {
        "key": "checkin.prompt",
        "priority": int(Priority.PROMPT),
        "due_at": now,
        "condition": "prompt_open",
        "watch": "prompt",
        "valid_until": now + timedelta(hours=3),
        "created_at": now,
    }
    rows = ((n + 1, FIRST_PERSON + n, Province.prompt(n)) for n in range(prompts))
    fill(conn, core(tables.Letter), fixed, ("id", "owner", "about"), rows)
    checkin = core(tables.Checkin)
    waiting = {"stage": "waiting", "delivered_at": None, "next_at": now + timedelta(hours=3)}
    conn.execute(checkin.update().where(checkin.c.stage == "prompted").values(**waiting))


async def from_outbox(ground: Ground, api: str, many: int) -> float:
    """Letters a second from the outbox to the recorded outcome with its consequences, limits off."""
    async with office(ground, api, many, Limiter(FREE, FREE)) as at_work:
        with watch() as taken:
            while await at_work.database.run(_undelivered):  # noqa: ASYNC110 - a table rings no bell
                await asyncio.sleep(0.02)
    await _arrivals(api)
    return many / taken.seconds


def _undelivered(conn: Connection) -> int:
    left = "SELECT count(*) FROM letter WHERE status IN ('due', 'claimed')"
    return int(conn.exec_driver_sql(left).scalar_one())


@dataclass(frozen=True, slots=True)
class Kept:
    """The share of the limit that was used, and the longest wait of an alert in seconds."""

    share: float
    alert: float


async def limited(ground: Ground, api: str, limit: float) -> Kept:
    """Send a queue of prompts within a limit, with an alert now and then."""
    prompts = int(limit * (WARM + WINDOW) * 1.5)
    posted: dict[str, float] = {}
    async with office(ground, api, prompts, Limiter(limit)) as at_work:
        await asyncio.sleep(WARM)
        started = time.monotonic()
        for number in range(ALERTS):
            # The last residents have no prompt waiting: an alert shall wait for the account, not its chat.
            resident = ground.province.residents - 1 - number
            await at_work.database.run(partial(_alert, at_work.turns, resident))
            posted[str(Province.chat(resident))] = time.monotonic()
            at_work.sender.wake()
            await asyncio.sleep(WINDOW / ALERTS)
        ended = time.monotonic()
    arrived = await _arrivals(api)
    inside = sum(1 for _, at in arrived if started <= at < ended)
    waits = [at - posted[chat] for chat, at in arrived if chat in posted]
    assert len(waits) == ALERTS
    return Kept(inside / (ended - started) / limit, quantile(waits, 1))


def _alert(turns: Turns, resident: int, conn: Connection) -> None:
    now = CLOCK.now()
    letter = Letter(
        id=turns.ids.one(),
        owner=FIRST_PERSON + resident,
        key="menu.back_again",
        due_at=now,
        priority=Priority.ALERT,
        address_id=ADDRESSES + resident,
    )
    apply(conn, turns.keyring, [LetterPosted(letter)], now, turns.ids.one)


async def _arrivals(api: str) -> list[tuple[str, float]]:
    async with aiohttp.ClientSession() as session, session.get(f"{api}/arrivals") as answer:
        return [(chat, at) for chat, at in await answer.json()]
