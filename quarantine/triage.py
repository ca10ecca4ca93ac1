"""How urgent a report is: red, amber or green, and for which reasons (issue 2 item 6, domain.md §B5)."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum

HOT, WARM, COLD = "temperature_red", "temperature_amber", "temperature_low"
"""Reasons that are no sign: a temperature at or over a threshold, or too low."""

RED_SIGNS = frozenset({"breathless", "chest_pain", "coughing_blood", "drowsy", "convulsion", "cyanosis"})
"""Starred words of domain.md §A8, danger signs of the home-treatment guidance (§B4): any one is enough."""


class Level(IntEnum):
    """Urgency of a report, comparable: RED is the greatest."""

    GREEN = 0
    AMBER = 1
    RED = 2


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where amber and red begin; temperatures in °C, the first two inclusive, the low one exclusive."""

    red_temperature: float = 39.0
    amber_temperature: float = 37.5
    low_temperature: float = 35.5
    red_signs: frozenset[str] = RED_SIGNS


@dataclass(frozen=True, slots=True)
class Verdict:
    """The level and what brought it about: sign codes and HOT, WARM, COLD, the gravest first."""

    level: Level
    reasons: tuple[str, ...] = ()


DEFAULT = Thresholds()


def triage(signs: Collection[str], temperature: float | None, thresholds: Thresholds = DEFAULT) -> Verdict:
    """Judges present signs (codes of quarantine/symptoms.py) and a temperature in °C, None if not taken.

    A sign of the thresholds' list is red, every other one amber, known to us or not.
    """
    red = sorted(thresholds.red_signs.intersection(signs))
    amber = sorted(set(signs) - thresholds.red_signs)
    if temperature is not None:
        if temperature >= thresholds.red_temperature:
            red.append(HOT)
        elif temperature >= thresholds.amber_temperature:
            amber.append(WARM)
        elif temperature < thresholds.low_temperature:
            amber.append(COLD)
    level = Level.RED if red else Level.AMBER if amber else Level.GREEN
    return Verdict(level, (*red, *amber))


def needs_temperature(signs: Collection[str]) -> bool:
    """Whether the temperature is to be asked: only when something is present (issue 2 item 6)."""
    return bool(signs)
