"""Webhooks: from an HTTP request to the acknowledged commit, server and load in processes of their own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import load, messages
from bench.databases import POSTGRES, Place
from bench.measuring import Figure, Spread
from bench.ours import count
from bench.processes import free_port, running, told_by
from bench.province import ACCOUNT
from bench.serving import SECRET
from bench.turns import CLOCK, Ground
from bench.usual import rows
from storage import tables
from storage.engine import open_engine
from storage.sealing import Keyring

CONNECTIONS = 40
"""As many as Telegram opens by default."""

USUAL = "aiohttp + process_update + SQLModel AsyncSession"
IDLE_PAUSE = 0.02


@dataclass(frozen=True, slots=True)
class Taken:
    """One run: committed answers a second, and milliseconds from request to answer."""

    rate: float
    p50: float
    p99: float


def measure(place: Place, keyring: Keyring, keys: str, runs: int) -> Iterator[Figure]:
    """Rate and waiting times under load and of a single answer, one process and two."""
    ground = Ground(place, keyring)
    one = _runs(
        runs,
        lambda: ours(ground, keys, residents=3_000),
        lambda: usual(ground, residents=150),
        lambda: ours(ground, keys, residents=100, connections=1, pause=IDLE_PAUSE),
        lambda: usual(ground, residents=100, connections=1, pause=IDLE_PAUSE),
    )
    busy, busy_usual, idle, idle_usual = one
    first = "1 process"
    sqlite = place.kind != POSTGRES
    yield _rate(f"webhook to commit, {first}", place.kind, busy, busy_usual, target=2_500 if sqlite else None)
    yield _wait(f"webhook p50, {first}", place.kind, busy, busy_usual, "p50")
    yield _wait(f"webhook p99, {first}", place.kind, busy, busy_usual, "p99", target=60 if sqlite else None)
    yield _wait("one answer on an idle system, p50", place.kind, idle, idle_usual, "p50", target=2)
    if not sqlite:
        yield from _pair(ground, keys, runs)
    ground.drop()


def _pair(ground: Ground, keys: str, runs: int) -> Iterator[Figure]:
    """Two processes on one port: only a server database lets them."""
    kind = ground.place.kind
    pair = _runs(
        runs,
        lambda: ours(ground, keys, residents=5_000, processes=2),
        lambda: usual(ground, residents=300, processes=2),
    )
    yield _rate("webhook to commit, 2 processes", kind, pair[0], pair[1], target=5_000)
    yield _wait("webhook p99, 2 processes", kind, pair[0], pair[1], "p99")


def _runs(runs: int, *measures: Callable[[], Taken]) -> list[list[Taken]]:
    taken: list[list[Taken]] = [[] for _ in measures]
    for _ in range(runs):
        for each, measure_once in zip(taken, measures, strict=True):
            each.append(measure_once())
    return taken


def _rate(
    name: str, kind: str, ours_: Sequence[Taken], usual_: Sequence[Taken], target: float | None = None
) -> Figure:
    mine, theirs = (Spread(tuple(one.rate for one in runs)) for runs in (ours_, usual_))
    return Figure(name, kind, "answers/s", mine, theirs, USUAL, target=target, floor=10)


def _wait(
    name: str,
    kind: str,
    ours_: Sequence[Taken],
    usual_: Sequence[Taken],
    which: str,
    target: float | None = None,
) -> Figure:
    mine, theirs = (Spread(tuple(getattr(one, which) for one in runs)) for runs in (ours_, usual_))
    return Figure(name, kind, "ms", mine, theirs, USUAL, higher=False, target=target)


def ours(
    ground: Ground,
    keys: str,
    *,
    residents: int,
    connections: int = CONNECTIONS,
    pause: float = 0.0,
    processes: int = 1,
) -> Taken:
    """One run against Cachly; every answer must be in the database afterwards."""
    url = ground.place.fresh(ground.ours)
    engine = open_engine(url)
    before = count(engine, tables.Report)
    port = free_port()
    with running("bench.serving", "ours", url, str(port), processes=processes, BENCH_KEYS=keys):
        taken = pressed(ground.place.folder, port, residents, connections, pause)
    assert count(engine, tables.Report) - before == residents
    assert count(engine, tables.Letter) == 2 * residents
    engine.dispose()
    ground.place.drop(url)
    return taken


def usual(
    ground: Ground, *, residents: int, connections: int = CONNECTIONS, pause: float = 0.0, processes: int = 1
) -> Taken:
    """One run against the usual server; only what it committed is counted."""
    url = ground.place.fresh(ground.usual)
    port = free_port()
    with running("bench.serving", "usual", url, str(port), processes=processes):
        taken = pressed(ground.place.folder, port, residents, connections, pause)
    engine = rows.open_sync(url)
    with engine.connect() as conn:
        committed = conn.exec_driver_sql("SELECT count(*) FROM outgoing").scalar_one()
    engine.dispose()
    assert committed > 0
    ground.place.drop(url)
    return taken


def pressed(folder: Path, port: int, residents: int, connections: int, pause: float) -> Taken:
    """Have the load run against a port: all presses, then all locations."""
    path = folder / "requests.bin"
    bodies = (make(n, CLOCK.now()) for make in (messages.press, messages.place) for n in range(residents))
    load.written(path, port, f"/hooks/{ACCOUNT}", SECRET, bodies)
    told = json.loads(told_by("bench.load", str(port), str(connections), str(pause), str(path)))
    return Taken(told["rate"], told["p50"], told["p99"])
