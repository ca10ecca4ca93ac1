"""Turns: from the bytes of an update to its commit, alone and in groups, beside a session a message."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import messages
from bench.databases import Place
from bench.measuring import Figure, alternate, watch
from bench.ours import count, turns_on
from bench.province import ACCOUNT, settle
from bench.usual import rows
from bench.usual.conversing import converse
from bench.usual.handling import Usual
from bot.clock import SystemClock
from bot.turns import Arrived
from channels.telegram_updates import hear
from quarantine.days import local_day
from storage import tables
from storage.engine import open_engine
from storage.sealing import Keyring

SESSION = "python-telegram-bot + SQLModel AsyncSession"
CONVERSATION = "ConversationHandler + PicklePersistence"
RESIDENTS = 20_000
SIZES = {1: 300, 20: 2_000, 200: 4_000}
"""Size of a group, and how many residents answer in a run; each answers twice."""

USUAL_RESIDENTS = 100
CONVERSING = 1_000
CLOCK = SystemClock()


class Ground:
    """A filled database of ours and one of the usual kind, copied afresh for each run."""

    def __init__(self, place: Place, keyring: Keyring, residents: int = RESIDENTS) -> None:
        self.place = place
        self.keyring = keyring
        now = CLOCK.now()
        self.ours = place.empty()
        self.province = settle(self.ours, keyring, residents, now, prompted=True)
        self.usual = place.empty()
        rows.settle(self.usual, self.province, local_day(now))

    def drop(self) -> None:
        """Take the templates away."""
        self.place.drop(self.ours)
        self.place.drop(self.usual)


def measure(place: Place, keyring: Keyring, runs: int) -> Iterator[Figure]:
    """Turns a second for each size of a group."""
    ground = Ground(place, keyring)
    measures: list[Callable[[], float]] = [
        *(lambda size=size: ours(ground, size) for size in SIZES),
        lambda: asyncio.run(usual(ground)),
    ]
    *mine, usual_way = alternate(runs, *measures)
    for size, spread in zip(SIZES, mine, strict=True):
        name = "turn alone" if size == 1 else f"turn in groups of {size}"
        yield Figure(name, place.kind, "turns/s", spread, usual_way, SESSION, floor=10)
    ground.drop()


def conversation(folder: Path, keyring: Keyring, runs: int) -> Iterator[Figure]:
    """The same beside a conversation that is kept in a pickle file."""
    ground = Ground(Place(folder), keyring)
    mine, usual_way = alternate(
        runs, lambda: ours(ground, 200), lambda: asyncio.run(converse(folder, CONVERSING)).rate
    )
    note = f"{CONVERSING} residents, one flush at the end; the flush grows with the square of the residents"
    yield Figure(
        "turn in groups of 200, durable",
        "SQLite / pickle",
        "turns/s",
        mine,
        usual_way,
        CONVERSATION,
        floor=10,
        sampled=note,
    )
    ground.drop()


def ours(ground: Ground, size: int) -> float:
    """Turns a second: presses in groups, then locations in groups."""
    url = ground.place.fresh(ground.ours)
    engine = open_engine(url)
    turns = turns_on(engine, ground.keyring)
    many = SIZES[size]
    before = count(engine, tables.Report)
    bodies = [make(n, CLOCK.now()) for make in (messages.press, messages.place) for n in range(many)]
    with watch() as taken:
        for start in range(0, len(bodies), size):
            now = CLOCK.now()
            heard = [hear(body, ACCOUNT, now).incoming for body in bodies[start : start + size]]
            turns.take_group([Arrived(incoming) for incoming in heard if incoming is not None])
    assert count(engine, tables.Report) - before == many
    assert count(engine, tables.Letter) == 2 * many
    assert count(engine, tables.Inbox, state="done") == 2 * many
    engine.dispose()
    ground.place.drop(url)
    return len(bodies) / taken.seconds


async def usual(ground: Ground) -> float:
    """Updates a second, one after the other."""
    url = ground.place.fresh(ground.usual)
    bodies = [
        make(n, CLOCK.now()) for make in (messages.press, messages.place) for n in range(USUAL_RESIDENTS)
    ]
    async with Usual(url) as bot:
        with watch() as taken:
            for body in bodies:
                await bot.take(body)
        assert not bot.failures, bot.failures[0]
    ground.place.drop(url)
    return len(bodies) / taken.seconds
