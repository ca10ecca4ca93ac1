"""How it stands with Cachly: what /healthz answers and `cachly doctor` explains, without personal data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

OUTBOX_LATE = timedelta(minutes=10)
"""A letter that has been due for longer means that nothing is sent: a province's prompts take minutes."""

SWEEP_LATE = timedelta(minutes=5)
"""Sweeps run every few seconds; none for so long means that nobody is being watched."""


@dataclass(frozen=True, slots=True)
class Health:
    """Counts and ages in seconds; `wrong` names the parts that need somebody, empty when all is well."""

    database: str
    migrations: str
    outbox_due: int = 0
    outbox_oldest_seconds: float = 0.0
    sweep_age_seconds: float | None = None
    accounts: Mapping[str, str] = field(default_factory=dict)
    wrong: tuple[str, ...] = ()
