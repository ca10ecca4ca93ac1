"""`python -m bench`: measure Cachly beside the usual way, and say what is reached."""

from __future__ import annotations

import argparse
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

import structlog

from bench import machine, profiling, sending, sweeping, telling, turns, webhook
from bench.databases import Place, PostgresPlace, postgres
from bench.measuring import Figure
from bot.clock import SystemClock
from storage.sealing import Keyring

RESULTS = Path(__file__).parent / "results"
QUICK_RUNS, FULL_RUNS = 3, 5
LOUD_FROM = 50

Section = Callable[[], Iterator[Figure]]


def main() -> None:
    """Measure what the arguments ask for."""
    chosen = _arguments()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(LOUD_FROM))
    # python-telegram-bot warns of what its own guide shows.
    warnings.filterwarnings("ignore", module="bench.usual")
    keys = Keyring.make_key("bench")
    keyring = Keyring.parse(keys)
    with tempfile.TemporaryDirectory(prefix="cachly-bench-") as name:
        folder = Path(name)
        with postgres(folder) as server:
            if chosen.profile:
                profiling.turn(server if chosen.postgresql else Place(folder), keyring, chosen.profile)
                return
            now = SystemClock().now()
            facts = machine.facts(folder, server)
            print(", ".join(f"{key} {value}" for key, value in facts.items()), flush=True)
            figures = _measured(
                _sections(folder, server, keys, keyring, chosen.runs, full=chosen.full), chosen.only
            )
    _tell(figures, facts, now, chosen.out)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="a million episodes, eight million check-ins")
    parser.add_argument(
        "--runs", type=int, help=f"runs of each pair; {QUICK_RUNS}, or {FULL_RUNS} with --full"
    )
    names = ("turns", "webhook", "sending", "sweeping")
    parser.add_argument(
        "--only", choices=names, action="append", default=[], help="only this; may be repeated"
    )
    parser.add_argument(
        "--out", type=Path, help="where the JSON goes; else bench/results/<date>-<commit>.json"
    )
    groups = tuple(turns.SIZES)
    parser.add_argument(
        "--profile", type=int, choices=groups, help="profile turns in groups of so many instead"
    )
    parser.add_argument("--postgresql", action="store_true", help="with --profile: on PostgreSQL")
    return parser.parse_args()


def _sections(
    folder: Path, server: PostgresPlace, keys: str, keyring: Keyring, runs: int | None, *, full: bool
) -> Mapping[str, list[Section]]:
    runs = runs or (FULL_RUNS if full else QUICK_RUNS)
    sizes = [10_000, 100_000, 1_000_000] if full else [10_000, 100_000]
    history = 8_000_000 if full else 400_000
    both = (Place(folder), server)
    return {
        "turns": [
            *(partial(turns.measure, place, keyring, runs) for place in both),
            partial(turns.conversation, folder, keyring, runs),
        ],
        "webhook": [partial(webhook.measure, place, keyring, keys, runs) for place in both],
        "sending": [partial(sending.measure, folder, keyring, runs)],
        "sweeping": [
            *(partial(sweeping.measure, place, keyring, sizes, runs) for place in both),
            *(partial(sweeping.overdue, place, keyring, history) for place in both),
            *(partial(sweeping.meanwhile, place, keyring, 50_000) for place in both),
            partial(sweeping.jobs, 10_000),
        ],
    }


def _measured(sections: Mapping[str, list[Section]], only: list[str]) -> list[Figure]:
    figures = []
    for name, measures in sections.items():
        if only and name not in only:
            continue
        for measure in measures:
            for figure in measure():
                usual = f" beside {figure.usual}" if figure.usual else ""
                print(f"{figure.name}, {figure.database}: {figure.ours}{usual} {figure.unit}", flush=True)
                figures.append(figure)
    return figures


def _tell(figures: list[Figure], facts: Mapping[str, object], now: datetime, out: Path | None) -> None:
    path = out or RESULTS / f"{now:%Y-%m-%d}-{facts['commit']}.json"
    telling.keep(path, telling.as_json(facts, f"{now:%Y-%m-%d}", figures))
    print(f"\n{telling.table(figures)}\n\nKept in {path}")
    missed = [one for one in figures if one.verdict.startswith("not")]
    print(f"{len(missed)} of {len(figures)} figures fall short: see docs/performance.md.")


if __name__ == "__main__":
    main()
