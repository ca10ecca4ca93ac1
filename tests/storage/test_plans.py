"""Query plans: what is asked for every message or every tick uses its index, however large the tables are."""

import re
from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlalchemy import Connection, Table, event, select, text

from quarantine.people import EpisodeState
from quarantine.tasks import TaskKind
from storage import inbox, lookups, tables, ticks
from storage.lookups import Index
from storage.reader import SqlStore
from storage.tables import core
from storage.trips import Call, together

CHECKIN, EPISODE, TASK, LETTER = (
    core(model) for model in (tables.Checkin, tables.Episode, tables.Task, tables.Letter)
)


def _plan(asking, ask) -> str:
    """The plans of all statements that `ask` runs, as the database tells them."""
    asked, conn = [], asking.conn

    def note(*told):
        asked.append(told)

    event.listen(conn, "before_cursor_execute", note)
    ask(asking)
    event.remove(conn, "before_cursor_execute", note)
    sqlite = conn.dialect.name == "sqlite"
    if not sqlite:
        # Small tables are scanned whatever their indexes; without that, a plan shows what an index can do.
        conn.execute(text("SET LOCAL enable_seqscan = off"))
        conn.execute(text("SET LOCAL enable_bitmapscan = off"))
    lines = []
    for _, _, statement, parameters, context, many in asked:
        explain = f"EXPLAIN QUERY PLAN {statement}" if sqlite else f"EXPLAIN {statement}"
        if context is None:  # a call of storage/trips.py, in the driver's own form
            rows = together(conn, [Call(explain, parameters[0] if many else parameters)])[0].rows
        else:
            rows = conn.exec_driver_sql(explain, parameters)
        lines += [str(row[-1]) for row in rows]
    return "\n".join(lines)


@dataclass
class Asking:
    """What the questions are asked with."""

    conn: Connection
    store: SqlStore
    now: datetime

    def due(self, table: Table) -> None:
        """The first thousand rows whose time has come, as the sweeps ask."""
        first = select(table.c.id).where(table.c.next_at <= self.now).order_by(table.c.next_at).limit(1_000)
        self.conn.execute(first)

    def claim(self) -> None:
        """The first hundred letters that may be sent, as the sender asks."""
        self.conn.execute(
            select(LETTER.c.id)
            .where(text("status IN ('due', 'claimed')"), LETTER.c.due_at <= self.now)
            .order_by(LETTER.c.priority, LETTER.c.due_at, LETTER.c.id)
            .limit(100)
        )


CASES = {
    "check-ins that are due": (lambda a: a.due(CHECKIN), "ix_checkin_due"),
    "episodes that are due": (lambda a: a.due(EPISODE), "ix_episode_due"),
    "tasks that are due": (lambda a: a.due(TASK), "ix_task_due"),
    "letters to send": (lambda a: a.claim(), "ix_letter_claim"),
    "messages to try again": (lambda a: inbox.due(a.conn, a.now, 100), "ix_inbox_due"),
    "chats that wait": (
        lambda a: inbox.waiting_addresses(a.conn, [b"a" * 16, b"b" * 16]),
        "ix_inbox_address_waiting",
    ),
    "a person's open task": (lambda a: a.store.open_task(1, TaskKind.RED), "uq_task_person_kind_undone"),
    "open tasks of units": (lambda a: a.store.open_tasks([1, 2], 20), "ix_task_unit_undone"),
    "the last questions": (lambda a: a.store.shown(1, 5), "ix_letter_asked"),
    "the last report": (lambda a: a.store.last_report(1), "ix_report_episode_at"),
    "the last fix": (lambda a: a.store.last_fix(1), "ix_fix_episode_at"),
    "the last check-in": (
        lambda a: a.store.last_checkin(1),
        "uq_checkin_episode_id_day_slot|sqlite_autoindex_checkin",
    ),
    "officers of a unit": (lambda a: a.store.officers(1), "ix_posting_unit_current"),
    "who of a staff is away": (lambda a: a.store.officers(1), "ix_absence_person"),
    "days off": (lambda a: a.store.absences_of(1), "ix_absence_person"),
    "what somebody has taken": (lambda a: a.store.tasks_of(1), "ix_task_owner_taken"),
    "units to be looked at": (lambda a: ticks.due_units(a.conn, a.now, 100), "unit_watch"),
    "open files in numbers": (lambda a: a.store.totals([1, 2]), "ix_episode_unit"),
    "open tasks in numbers": (lambda a: a.store.totals([1, 2]), "ix_task_unit_undone"),
    "open episodes": (lambda a: a.store.open_episodes(1), "ix_episode_person_id"),
    "whom somebody answers for": (
        lambda a: a.store.episodes_answered_by(1),
        "ix_episode_responder_open",
    ),
    "files of units": (
        lambda a: a.store.files([1, 2], [EpisodeState.MONITORING], 20),
        "ix_episode_unit",
    ),
    "guesses in a chat": (lambda a: a.store.missed_codes(1, "telegram", a.now), "ix_code_miss_address_at"),
    "guesses on an account": (
        lambda a: a.store.missed_codes(1, "telegram", a.now),
        "ix_code_miss_account_at",
    ),
    "the blind index": (
        lambda a: a.conn.execute(lookups.ids_matching(a.store.keyring, Index.PHONE, "0912345678")),
        "pk_lookup|PRIMARY KEY",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_hot_questions_use_their_index(conn, keyring, now, case):
    """Each question finds its rows by an index made for it and scans no table."""
    ask, index = CASES[case]
    plan = _plan(Asking(conn, SqlStore(conn, keyring, now), now), ask)
    assert re.search(index, plan), plan
    assert not re.search(r"Seq Scan|^ *SCAN (?!CONSTANT ROW|json_each|.* USING )", plan, re.MULTILINE), plan


@pytest.mark.parametrize("case", ["check-ins that are due", "letters to send"])
def test_queues_are_read_in_order_without_sorting(conn, keyring, now, case):
    """The first rows of a queue are read from its index, not sorted out of all that wait."""
    plan = _plan(Asking(conn, SqlStore(conn, keyring, now), now), CASES[case][0])
    assert "TEMP B-TREE" not in plan, plan
    assert "Sort" not in plan, plan
