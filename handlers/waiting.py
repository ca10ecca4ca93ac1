"""Waiting: how long somebody has waited, as people say it."""

from __future__ import annotations

from datetime import datetime, timedelta

from quarantine.messages import Term


def waited(now: datetime, since: datetime) -> Term:
    """Whole hours, from a day on whole days."""
    waiting = now - since
    if waiting.days:
        return Term("verify.waited_days", {"days": waiting.days})
    hours = waiting // timedelta(hours=1)
    return Term("verify.waited_hours", {"hours": hours}) if hours else Term("verify.waited_less")
