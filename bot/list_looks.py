"""Looks: a list that came by chat is fetched, read and compared, and what was understood is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Connection

from bot import importing
from bot.jobs import TRIES, Run, Worker
from bot.list_plan import CHAT, Plan, allowed_under, order_of, plan
from handlers import list_news, lists
from papers.columns import UnknownColumnError
from papers.refusing import Refusal, UnreadableError
from papers.sheets import MOST_BYTES
from papers.tables import UnknownSheetError
from quarantine.batches import Double
from quarantine.channel import CallFailedError
from quarantine.list_drafts import UPLOADED
from quarantine.lists import Entry, Field
from storage import jobs
from storage.engine import reading
from storage.unit_tree import UnitTree

log = structlog.get_logger()

SAMPLES, PROBLEMS = 10, 6
"""So much of each is shown in a message: it must be read at a glance."""
SINGLE = 50
"""So many doubles may be decided one by one after one look; the next look brings the next."""
LEASE = timedelta(seconds=150)
"""Longer than a file may take to be fetched and read: a look is one step."""


class NotAllowedError(Exception):
    """Whoever sent the list may bring in none by now."""


@dataclass(frozen=True)
class Looker:
    """Looks at one list after the other; `fetch` brings the bytes of a file from its account.

    It raises CallFailedError when the messenger does not give it, and UnreadableError when it is too large.
    """

    worker: Worker
    fetch: Callable[[str, str], bytes]

    @property
    def _run(self) -> Run:
        return self.worker.run

    def work(self) -> bool:
        """Look at the list whose turn it is; False when there is none, or another process is at it."""
        with self.worker.begun(jobs.LOOK, LEASE) as begun:
            if begun is None:
                return False
            job, _ = begun
            self._look(job)
        return True

    def _look(self, job: jobs.Job) -> None:
        try:
            data = self._file(job)
            made = self._plan(job, data)
            found = facts(made)
        except UnreadableError as error:
            self._refuse(job, {"refused": error.refusal.value})
        except UnknownSheetError:
            self._refuse(job, {"refused": Refusal.NOT_A_LIST.value})
        except CallFailedError:
            log.warning("list not fetched", job=job.id)
            self._refuse(job, {"refused": "not_fetched"})
        except NotAllowedError:
            self._refuse(job, {"refused": "not_allowed"})
        except Exception:
            log.exception("list not looked at", job=job.id, tries=job.tries + 1)
            if job.tries + 1 >= TRIES:
                self._refuse(job, {"refused": "fault"})
        else:
            self._run(lambda conn: self._show(conn, job, made, found))

    def _file(self, job: jobs.Job) -> bytes:
        if job.file is not None:
            return job.file
        reference = str(job.task["file"])
        if reference.startswith(UPLOADED):
            raise UnreadableError(Refusal.BROKEN)
        data = self.fetch(str(job.task[CHAT]), reference)
        if len(data) > MOST_BYTES:
            raise UnreadableError(Refusal.TOO_LARGE)
        self._run(lambda conn: jobs.keep(conn, self.worker.turns.keyring, job.id, data))
        return data

    def _plan(self, job: jobs.Job, data: bytes) -> Plan:
        turns, asked = self.worker.turns, order_of(job)
        with reading(turns.engine) as conn:
            under = allowed_under(conn, turns.keyring, job.by or 0, turns.clock.now())
            places = self.worker.places(UnitTree(conn, asked.today).whole_map())
            remembered = jobs.last_mapping(conn, turns.keyring, job.by or 0)
        if not under:
            raise NotAllowedError
        order = replace(asked, under=under)
        said = dict(order.mapping or {})
        before = {Field(name): header for name, header in remembered.items()}
        for mapping in ({**before, **said}, said, {}):
            try:
                return plan(
                    turns.engine,
                    turns.keyring,
                    data,
                    replace(order, mapping=mapping),
                    places,
                    read_file=self.worker.read_file,
                )
            except UnknownColumnError:  # what was said of another file, or of another version of this one
                continue
        raise UnreadableError(Refusal.NOT_A_LIST)

    def _show(self, conn: Connection, job: jobs.Job, made: Plan, found: Mapping[str, Any]) -> None:
        """What is shown is what will be written: with the columns by which it was read."""
        turns = self.worker.turns
        task = {**job.task, "mapping": dict(made.order.mapping or {})}
        if not jobs.show(conn, turns.keyring, job.id, task, found):
            return
        draft = jobs.draft(conn, turns.keyring, job.id)
        if draft is not None:
            turns.clock_turn(conn, lambda turn: lists.show(turn, draft))

    def _refuse(self, job: jobs.Job, why: dict[str, Any]) -> None:
        turns = self.worker.turns

        def refuse(conn: Connection) -> None:
            jobs.finish(conn, turns.keyring, job.id, jobs.FAILED, turns.clock.now(), why)
            turns.clock_turn(conn, lambda turn: list_news.refused(turn, job.by or 0, str(why["refused"])))

        self._run(refuse)


def facts(made: Plan) -> dict[str, Any]:
    """What is shown of a list, as JSON; UnreadableError when there is nobody in it."""
    if not made.checked.entries:
        raise UnreadableError(Refusal.NO_ROWS)
    checked, counts = made.checked, made.counts()
    header = checked.tables[0].header
    problems = checked.counts(refusing=True).most_common(PROBLEMS)
    undecided = made.undecided
    entries = {entry.ref: entry for entry in made.sound}
    return {
        "rows": counts.rows,
        "accepted": counts.added,
        "rejected": counts.rejected,
        "doubles": len(undecided),
        "decided": len(made.shown) - len(undecided),
        "in_already": made.in_already,
        "households": len(checked.households),
        "units": len({row.entry.unit_code for row in made.rows}),
        "columns": {field.value: column.header for field, column in header.columns.items()},
        "headers": list(dict.fromkeys(text for text in header.labels.values() if text)),
        "missing": [field.value for field in checked.missing],
        "problems": [[field.value, flaw, count] for (field, flaw), count in problems],
        "samples": [importing.sample(row.entry) for row in made.rows[:SAMPLES]],
        "double_lines": [_line(entries[double.ref], double) for double in undecided[:SINGLE]],
    }


def _line(entry: Entry, double: Double) -> dict[str, Any]:
    return {
        "pair": double.pair,
        "row": double.ref.row,
        "text": importing.sample(entry),
        "by": double.by.value,
        "of": double.of.row if double.of else None,
        "person": double.person_id,
        "open": double.open,
        "elsewhere": double.elsewhere,
        "ways": [way.value for way in double.ways],
    }
