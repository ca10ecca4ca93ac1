"""How it stands with Cachly: what /healthz answers and `cachly doctor` explains, without personal data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from storage import migrate, outbox
from storage.engine import reading

OUTBOX_LATE = timedelta(minutes=10)
SENT_A_SECOND = 25
"""A little under Telegram's 30: a letter is late when it has waited longer than sending all of them takes."""

SWEEP_LATE = timedelta(minutes=5)
"""Sweeps run every few seconds; none for so long means that nobody is being watched."""

WELL = frozenset({"ok", "polling", "webhook", "starting"})
"""What an account says of itself while messages come in and go out."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Health:
    """Counts and ages in seconds; `wrong` names the parts that need somebody, empty when all is well.

    `ignored` counts updates that were rightly left out, `refused` pushes that were turned away, both by
    account and reason, and `lost` what went wrong and lost nothing, since this process started.
    """

    database: str
    migrations: str
    outbox_due: int = 0
    outbox_oldest_seconds: float = 0.0
    sweep_age_seconds: float | None = None
    accounts: Mapping[str, str] = field(default_factory=dict)
    ignored: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    refused: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    lost: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OutboxState:
    """Letters that should have left by now, how long the oldest has waited, and whether that is too long."""

    due: int
    oldest_seconds: float
    late: bool


def outbox_state(conn: Connection, now: datetime) -> OutboxState:
    """The outbox at a domain instant."""
    counts = outbox.counts(conn, now)
    waited = now - counts.oldest_due_at if counts.oldest_due_at else timedelta()
    late = waited > OUTBOX_LATE + timedelta(seconds=counts.due / SENT_A_SECOND)
    return OutboxState(counts.due, round(waited.total_seconds(), 1), late)


def look(engine: Engine, now: datetime, swept: timedelta | None, accounts: Mapping[str, str]) -> Health:
    """Look at everything; `swept` is how long ago the last sweep ended (None: none yet, just started).

    Blocks on the database, so it is called in a thread.
    """
    age = None if swept is None else round(swept.total_seconds(), 1)
    wrong = [f"account {name}" for name, state in accounts.items() if state not in WELL]
    if swept is not None and swept > SWEEP_LATE:
        wrong.append("sweeps")
    try:
        current = migrate.is_current(engine)
        with reading(engine) as conn:
            state = outbox_state(conn, now) if current else OutboxState(0, 0.0, late=False)
    except SQLAlchemyError as error:
        log.warning("database not reached", error=type(error).__name__)
        return Health("unreachable", "unknown", 0, 0.0, age, accounts, wrong=("database", *wrong))
    wrong += ["migrations"] * (not current) + ["outbox"] * state.late
    migrations = "current" if current else "behind"
    return Health("ok", migrations, state.due, state.oldest_seconds, age, accounts, wrong=tuple(wrong))
