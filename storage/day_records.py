"""Day records: all check-ins and reports of an episode, as its day sheet needs them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from quarantine.checkins import Stage
from quarantine.day_sheet import DayRecord
from quarantine.days import local_day
from quarantine.triage import Level
from storage import tables
from storage.sealing import Keyring
from storage.tables import core

_CHECKIN, _REPORT = core(tables.Checkin), core(tables.Report)


def day_records(conn: Connection, keyring: Keyring, episode_id: int) -> list[DayRecord]:
    """Each check-in with its newest report, by day; then what was reported out of turn."""
    checkins = conn.execute(
        select(_CHECKIN.c.id, _CHECKIN.c.day, _CHECKIN.c.stage)
        .where(_CHECKIN.c.episode_id == episode_id)
        .order_by(_CHECKIN.c.day, _CHECKIN.c.closes_at, _CHECKIN.c.id)
    ).all()
    reports = conn.execute(
        select(_REPORT.c.id, _REPORT.c.checkin_id, _REPORT.c.at, _REPORT.c.level, _REPORT.c.answers)
        .where(_REPORT.c.episode_id == episode_id)
        .order_by(_REPORT.c.at, _REPORT.c.version, _REPORT.c.id)
    ).all()
    newest = {row.checkin_id: row for row in reports if row.checkin_id is not None}
    found = [_record(keyring, row.day, Stage(row.stage), newest.get(row.id)) for row in checkins]
    loose = [row for row in reports if row.checkin_id is None]
    return found + [_record(keyring, local_day(row.at), None, row) for row in loose]


def _record(keyring: Keyring, day: Any, stage: Stage | None, report: Any) -> DayRecord:  # noqa: ANN401 - rows
    if report is None:
        return DayRecord(day, stage)
    answers = keyring.open_json("report", "answers", report.id, report.answers)
    return DayRecord(
        day, stage, report.at, frozenset(answers["signs"]), answers["temperature"], Level(report.level)
    )
