"""How often the progress of long work is told: finely where one message is drawn anew, else seldom."""

from __future__ import annotations

from dataclasses import dataclass

FINE, COARSE, WHOLE = 5, 20, 100
"""Percent from one telling to the next, where a message is drawn anew and where each is new; and all."""
REST_SECONDS = 3.0
"""No sooner after the last one, or the beginning: what is over in a moment tells its end alone."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was told last of a piece of work: how many percent, and when, on a monotonic clock in seconds."""

    percent: int
    at: float


def due(told: Told, percent: int, at: float, *, redrawn: bool) -> bool:
    """Whether so much of the work is worth telling now; its end is told by what came of it."""
    step = FINE if redrawn else COARSE
    further = percent < WHOLE and percent // step > told.percent // step
    return further and at - told.at >= REST_SECONDS
