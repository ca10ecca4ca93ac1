"""How a figure is taken: ours and the usual way in turns, medians with the lowest and highest run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Spread:
    """Several runs of one measurement."""

    runs: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle run."""
        return statistics.median(self.runs)

    def __str__(self) -> str:
        """The median, with the lowest and the highest run behind it."""
        if len(self.runs) == 1:
            return written(self.median)
        return f"{written(self.median)} ({written(min(self.runs))}–{written(max(self.runs))})"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    `higher` says whether more is better; `target` is performance.md §0's, `floor` how many times the
    usual way it must be at least. `sampled` says what was not measured in full.
    """

    name: str
    database: str
    unit: str
    ours: Spread
    usual: Spread | None = None
    usual_way: str = ""
    higher: bool = True
    target: float | None = None
    floor: float | None = None
    sampled: str = ""

    @property
    def times(self) -> float | None:
        """How many times better than the usual way, by the medians."""
        if self.usual is None or not self.ours.median or not self.usual.median:
            return None
        ratio = self.ours.median / self.usual.median
        return ratio if self.higher else 1 / ratio

    @property
    def verdict(self) -> str:
        """Whether target and floor are reached; "" where there is neither."""
        missed = []
        if self.target is not None and not _reached(self.ours.median, self.target, higher=self.higher):
            missed.append("target")
        if self.floor is not None and self.times is not None and self.times < self.floor:
            missed.append(f"×{self.floor:g}")
        if self.target is None and (self.floor is None or self.times is None):
            return ""
        return f"not reached: {', '.join(missed)}" if missed else "reached"


def _reached(value: float, target: float, *, higher: bool) -> bool:
    return value >= target if higher else value <= target


def alternate(runs: int, *measures: Callable[[], float]) -> list[Spread]:
    """Run the measures in turns, so that a slow minute of the machine meets all of them."""
    taken: list[list[float]] = [[] for _ in measures]
    for run in range(runs):
        order = range(len(measures)) if run % 2 == 0 else reversed(range(len(measures)))
        for index in order:
            taken[index].append(measures[index]())
    return [Spread(tuple(each)) for each in taken]


@dataclass
class Stopwatch:
    """Seconds that a block took."""

    seconds: float = field(default=0.0)


@contextmanager
def watch() -> Iterator[Stopwatch]:
    """Take the time of a block."""
    taken = Stopwatch()
    started = time.perf_counter()
    yield taken
    taken.seconds = time.perf_counter() - started


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def written(value: float) -> str:
    """A number with as many digits as it is worth."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
