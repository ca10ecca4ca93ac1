"""Sweeps: the prompts of a slot for many open episodes, what is overdue, and what answers wait meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection, Engine, event, text

from bench import messages
from bench.databases import POSTGRES, Place
from bench.filling import fill
from bench.measuring import Figure, Spread, quantile, watch
from bench.ours import count, turns_on
from bench.province import ACCOUNT, EPISODES, FIRST_PERSON, Province, settle
from bench.turns import CLOCK
from bench.usual import rows
from bench.usual.sweeping import job_queue, open_slot
from bot.database import Database
from bot.sweeps import Sweeps
from bot.turns import Arrived
from channels.telegram_updates import hear
from quarantine.days import local_day
from quarantine.protocol import DEFAULT_PROTOCOL, protocol
from storage import tables, ticks
from storage.engine import open_engine, reading
from storage.sealing import Keyring
from storage.tables import core

ORM = "SQLModel, one by one with flush"
QUEUE = "python-telegram-bot's JobQueue, run_daily"
SAMPLE = 2_000
MILLION = 1_000_000
WORTH = 100_000
"""From so many episodes on the million's target is applied in proportion; below, fixed costs rule."""

T = TypeVar("T")
ANSWERING = 15_000
"""Residents who answer while the slot of others opens."""

DUE_AMONG = 160
"""One of so many check-ins is due: 50,000 of eight million."""

ANSWERS = 500
"""Answers a second that come in while the sweep runs, whether or not the earlier ones are done."""


@dataclass(frozen=True, slots=True)
class Swept:
    """Seconds for a whole sweep, and for its longest transaction."""

    seconds: float
    longest: float


def measure(place: Place, keyring: Keyring, sizes: Sequence[int], runs: int) -> Iterator[Figure]:
    """The prompts of one slot, set by set, beside the ORM."""
    now = CLOCK.now()
    usual_url = place.empty()
    for size in sizes:
        url = place.empty()
        province = settle(url, keyring, size, now, prompted=False)
        if size == sizes[0]:
            rows.settle(usual_url, province, local_day(now) - timedelta(days=1))
        taken: list[Swept] = []
        one_by_one: list[float] = []
        for _ in range(1 if size >= MILLION else runs):
            taken.append(_on_copy(place, url, partial(sweep, keyring, size)))
            rate = _on_copy(place, usual_url, lambda copy: open_slot(copy, SAMPLE))
            one_by_one.append(size / rate)
        place.drop(url)
        target = (14 if place.kind == POSTGRES else 6) * size / MILLION if size >= WORTH else None
        yield Figure(
            f"prompts of a slot for {size:,} open episodes",
            place.kind,
            "s",
            Spread(tuple(one.seconds for one in taken)),
            Spread(tuple(one_by_one)),
            ORM,
            higher=False,
            target=target,
            floor=10,
            sampled=f"ORM measured on {SAMPLE:,} and multiplied; the target is the million's in proportion",
        )
        longest = Spread(tuple(one.longest * 1000 for one in taken))
        yield Figure(f"longest transaction of it, {size:,}", place.kind, "ms", longest, higher=False)
    place.drop(usual_url)


def jobs(many: int) -> Iterator[Figure]:
    """How many prompts of the same second JobQueue lets go."""
    fired = asyncio.run(job_queue(many))
    share = fired.ran / many * 100
    yield Figure(
        f"prompts made of {many:,} due in one second",
        "memory",
        "%",
        Spread((100.0,)),
        Spread((share,)),
        QUEUE,
        sampled=f"adding them took it {fired.adding:.1f} s; ours is asserted in the sweep above",
    )


def _on_copy(place: Place, template: str, measure_once: Callable[[str], T]) -> T:
    url = place.fresh(template)
    try:
        return measure_once(url)
    finally:
        place.drop(url)


def sweep(keyring: Keyring, size: int, url: str) -> Swept:
    """Open the slot for everybody; each must have check-in and letter afterwards."""
    engine = open_engine(url)
    turns = turns_on(engine, keyring)
    lengths = transactions(engine)
    database: Database[Arrived] = Database(engine, turns.take_group, lambda one: one.incoming.address.user)
    with watch() as taken:
        counts = asyncio.run(Sweeps(turns, database).sweep(slot_of(engine)))
    database.close()
    assert counts.prompted == size
    assert count(engine, tables.Checkin) == size
    assert count(engine, tables.Letter, key="checkin.prompt") == size
    engine.dispose()
    return Swept(taken.seconds, max(lengths))


def slot_of(engine: Engine) -> datetime:
    """The instant at which the generated episodes are due."""
    episode = core(tables.Episode)
    with reading(engine) as conn:
        found: datetime = conn.execute(
            episode.select().with_only_columns(episode.c.next_at).limit(1)
        ).scalar_one()
    return found


def transactions(engine: Engine) -> list[float]:
    """Where the seconds of every transaction from here on will be, from its begin to its commit."""
    lengths: list[float] = []
    began: dict[int, float] = {}

    def begin(conn: Connection) -> None:
        began[id(conn)] = time.perf_counter()

    def commit(conn: Connection) -> None:
        lengths.append(time.perf_counter() - began[id(conn)])

    event.listen(engine, "begin", begin)
    event.listen(engine, "commit", commit)
    return lengths


def overdue(place: Place, keyring: Keyring, history: int) -> Iterator[Figure]:
    """Find the units whose check-ins are due among a long history."""
    now, due = CLOCK.now(), history // DUE_AMONG
    url = place.empty()
    settle(url, keyring, 10, now, prompted=False)
    engine = open_engine(url)
    with engine.begin() as conn:
        _history(conn, history, due, now)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("ANALYZE"))
    taken = []
    with engine.begin() as conn:
        for _ in range(30):
            with watch() as one:
                units = ticks.due_checkins(conn, now, 1)
            assert units
            taken.append(one.seconds * 1000)
    engine.dispose()
    place.drop(url)
    name = f"find and read the overdue of a unit, {due:,} due of {history:,}"
    spread = Spread((quantile(taken, 0.5),))
    yield Figure(name, place.kind, "ms", spread, higher=False, target=20)


def _history(conn: Connection, history: int, due: int, now: datetime) -> None:
    fixed = {"day": local_day(now), "closes_at": now, "stage": "done", "next_at": None}
    columns = ("id", "episode_id", "responder_id", "unit_id", "prompt_id", "slot")
    done = (
        (n, EPISODES + n % 100_000, FIRST_PERSON + n % 100_000, 100 + n % 100, n, f"s{n // 100_000}")
        for n in range(due, history)
    )
    fill(conn, core(tables.Checkin), fixed, columns, done)
    open_now = {**fixed, "stage": "prompted", "next_at": now - timedelta(minutes=1)}
    waiting = (
        (n, EPISODES + n % 100_000, FIRST_PERSON + n % 100_000, 100 + n % 100, n, f"d{n // 100_000}")
        for n in range(due)
    )
    fill(conn, core(tables.Checkin), open_now, columns, waiting)


def meanwhile(place: Place, keyring: Keyring, episodes: int) -> Iterator[Figure]:
    """What answers wait while a slot opens for many."""
    url = place.empty()
    province = settle(url, keyring, episodes + ANSWERING, CLOCK.now(), prompted=True, history=0)
    quiet, busy, seconds = asyncio.run(_answers_beside(url, keyring, province))
    place.drop(url)
    name = f"p99 of {ANSWERS} answers/s"
    before = Spread((quantile(quiet, 0.99) * 1000,))
    yield Figure(f"{name}, nothing else going on", place.kind, "ms", before, higher=False)
    beside = Spread((quantile(busy, 0.99) * 1000,))
    note = f"{len(busy):,} answers in {seconds:.1f} s"
    name = f"{name} while a slot opens for {episodes:,}"
    yield Figure(name, place.kind, "ms", beside, higher=False, target=30, sampled=note)


async def _answers_beside(
    url: str, keyring: Keyring, province: Province
) -> tuple[list[float], list[float], float]:
    """Seconds that answers took before and during a sweep, and how long it was."""
    engine = open_engine(url)
    slot = protocol(DEFAULT_PROTOCOL).first_opening(CLOCK.now()).opens_at
    episode = core(tables.Episode)
    with engine.begin() as conn:
        later = slot + timedelta(days=1)
        conn.execute(episode.update().values(next_at=slot))
        # Nobody's window ends meanwhile.
        conn.execute(core(tables.Checkin).update().values(next_at=later))
        # Those who answer are not due: a new prompt would make their answer an old one.
        conn.execute(episode.update().where(episode.c.id < EPISODES + ANSWERING).values(next_at=later))
    turns = turns_on(engine, keyring)
    database: Database[Arrived] = Database(engine, turns.take_group, lambda one: one.incoming.address.user)
    asking = iter(range(ANSWERING))
    quiet = await _answers(database, asking, asyncio.sleep(3))
    with watch() as taken:
        busy = await _answers(database, asking, Sweeps(turns, database).sweep(slot))
    await asyncio.to_thread(database.close)
    assert count(engine, tables.Letter, key="checkin.prompt") == province.residents - ANSWERING
    assert count(engine, tables.Report) == len(quiet) + len(busy)
    engine.dispose()
    return quiet, busy, taken.seconds


async def _answers(
    database: Database[Arrived], asking: Iterator[int], work: Coroutine[object, object, object]
) -> list[float]:
    """Seconds from each message to its commit, while the work is done; messages come at fixed instants."""
    waits: list[float] = []

    async def answer(resident: int, due: float) -> None:
        now = CLOCK.now()
        incoming = hear(messages.press(resident, now), ACCOUNT, now).incoming
        assert incoming is not None
        await database.message(Arrived(incoming))
        waits.append(time.perf_counter() - due)

    async with asyncio.TaskGroup() as tasks:
        working = tasks.create_task(work)
        due = time.perf_counter()
        while not working.done():
            due += 1 / ANSWERS
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            resident = next(asking, None)
            if resident is None:
                break
            tasks.create_task(answer(resident, due))
    return waits
