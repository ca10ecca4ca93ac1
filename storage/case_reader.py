"""Questions about people, their files and what is open about them, answered for one or for many at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    Table,
    case,
    func,
    literal_column,
    select,
)

from quarantine.checkins import Checkin
from quarantine.days import at, local_day
from quarantine.location import Judgement, Verdict
from quarantine.people import EpisodeState, Officer, Person
from quarantine.store import File, LastReport
from quarantine.tasks import Task, TaskKind, TaskState
from quarantine.triage import Level
from quarantine.windows import NO_LIMITS, Reaches
from storage import records, tables
from storage.absences import AWAY
from storage.queries import Query
from storage.sealing import Keyring
from storage.spelling import among
from storage.tables import core
from storage.unit_tree import UnitTree

PERSON, POSTING = core(tables.Person), core(tables.Posting)
EPISODE, PROMPT, CHECKIN = core(tables.Episode), core(tables.Prompt), core(tables.Checkin)
REPORT, FIX, TASK = core(tables.Report), core(tables.Fix), core(tables.Task)
UNDONE = TASK.c.state != literal_column(f"'{TaskState.DONE}'")  # spelt out for the partial indexes

_UNDONE_OF = Query(select(TASK).where(among(TASK.c.person_id), UNDONE).order_by(TASK.c.id))
_OPEN_CHECKINS = (
    select(CHECKIN)
    .join(PROMPT, PROMPT.c.id == CHECKIN.c.prompt_id)
    .where(among(PROMPT.c.responder_id), CHECKIN.c.stage.in_(["waiting", "prompted"]))
    .order_by(CHECKIN.c.id)
)
_REPORT_ORDER = (REPORT.c.at.desc(), REPORT.c.version.desc(), REPORT.c.id.desc())
_FIX_ORDER = (FIX.c.at.desc(), FIX.c.id.desc())


def _report_columns() -> Select[Any]:
    return select(REPORT.c.id, REPORT.c.episode_id, REPORT.c.at, REPORT.c.level, REPORT.c.answers)


def _fix_columns() -> Select[Any]:
    return select(FIX.c.episode_id, FIX.c.verdict, FIX.c.distance_m, FIX.c.accuracy_m, FIX.c.at)


def _newest(table: Table, order: Sequence[ColumnElement[Any]]) -> ScalarSelect[Any]:
    of_episode = select(table.c.id).where(table.c.episode_id == EPISODE.c.id)
    return of_episode.order_by(*order).limit(1).correlate(EPISODE).scalar_subquery()


_REPORTS = _report_columns().where(
    REPORT.c.id.in_(select(_newest(REPORT, _REPORT_ORDER)).where(among(EPISODE.c.id)))
)
_FIXES = _fix_columns().where(FIX.c.id.in_(select(_newest(FIX, _FIX_ORDER)).where(among(EPISODE.c.id))))


class CaseReader(UnitTree):
    """The part of a store that tells of people and cases.

    What was read for many is remembered: a sweep asks once for all, and then for each without a statement.
    `expected` are the persons of a group of turns: the first question for an open task of one of them reads
    those of all.
    """

    def __init__(
        self,
        conn: Connection,
        keyring: Keyring,
        now: datetime,
        expected: Collection[int] = (),
        reaches: Reaches = NO_LIMITS,
    ) -> None:
        super().__init__(conn, local_day(now))
        self.keyring = keyring
        self.now = now
        self.reaches = reaches
        self._expected = frozenset(expected)
        self._people: dict[int, Person] = {}
        self._staff: dict[int, list[Officer]] = {}
        self._known_files: dict[int, File] = {}
        self._known_reports: dict[int, LastReport | None] = {}
        self._undone: dict[int, list[Task]] = {}

    def officers(self, unit_id: int) -> Sequence[Officer]:
        """Everybody posted at the unit now, longest-serving first; read once."""
        if unit_id not in self._staff:
            current = (
                select(POSTING, AWAY.label("absent"))
                .where(
                    POSTING.c.unit_id == unit_id,
                    POSTING.c.valid_to.is_(None),
                    POSTING.c.valid_from <= self.now,
                )
                .order_by(POSTING.c.valid_from, POSTING.c.id)
            )
            rows = self.conn.execute(current, {"today": local_day(self.now)}).all()
            people = self._load_people(row.person_id for row in rows)
            self._staff[unit_id] = [
                Officer(people[row.person_id], records.posting(row), row.absent) for row in rows
            ]
        return self._staff[unit_id]

    def officer(self, person_id: int) -> Person:
        """A member of staff by person id; LookupError when there is nobody."""
        found = self._load_people([person_id])
        if person_id not in found:
            raise LookupError(f"there is no person {person_id}")
        return found[person_id]

    def file(self, episode_id: int) -> File | None:
        """An episode with its people and unit."""
        if episode_id in self._known_files:
            return self._known_files[episode_id]
        return next(iter(self._files(select(EPISODE).where(EPISODE.c.id == episode_id))), None)

    def files_of(self, episode_ids: Sequence[int]) -> Mapping[int, File]:
        """The files of these episodes by their ids, in a few statements however many there are."""
        missing = sorted(set(episode_ids) - self._known_files.keys())
        if missing:
            rows = self.conn.execute(select(EPISODE).where(among(EPISODE.c.id)), {"ids": missing})
            self._known_files |= {file.episode.id: file for file in self._filed(rows)}
        return {one: self._known_files[one] for one in episode_ids if one in self._known_files}

    def files(
        self, unit_ids: Sequence[int], states: Sequence[EpisodeState], limit: int, offset: int = 0
    ) -> Sequence[File]:
        """Files of these units in these states, oldest first."""
        return self._files(
            select(EPISODE)
            .where(EPISODE.c.unit_id.in_(list(unit_ids)), EPISODE.c.state.in_([str(s) for s in states]))
            .order_by(EPISODE.c.created_at, EPISODE.c.id)
            .limit(limit)
            .offset(offset)
        )

    def files_ended(self, unit_ids: Sequence[int], day: date, limit: int, offset: int = 0) -> Sequence[File]:
        """Files of these units that were completed on this local day, the earliest first."""
        begins, ends = at(day, time.min), at(day + timedelta(days=1), time.min)
        return self._files(
            select(EPISODE)
            .where(
                EPISODE.c.unit_id.in_(list(unit_ids)),
                EPISODE.c.state == EpisodeState.COMPLETED.value,
                EPISODE.c.closed_at >= begins,
                EPISODE.c.closed_at < ends,
            )
            .order_by(EPISODE.c.closed_at, EPISODE.c.id)
            .limit(limit)
            .offset(offset)
        )

    def tally(
        self, unit_ids: Sequence[int], states: Sequence[EpisodeState], since: datetime
    ) -> tuple[int, int]:
        """How many files of these units are in these states: all, and those that came since then."""
        row = self.conn.execute(
            select(func.count(), func.count(case((EPISODE.c.created_at >= since, 1)))).where(
                EPISODE.c.unit_id.in_(list(unit_ids)), EPISODE.c.state.in_([str(s) for s in states])
            )
        ).one()
        return row[0], row[1]

    def open_task(self, person_id: int, kind: TaskKind) -> Task | None:
        """The person's open or taken task of that kind."""
        if person_id in self._expected and person_id not in self._undone:
            self._read_undone(self._expected)
        if person_id in self._undone:
            return next((task for task in self._undone[person_id] if task.kind is kind), None)
        row = self.conn.execute(
            select(TASK).where(TASK.c.person_id == person_id, TASK.c.kind == kind, UNDONE)
        ).first()
        return None if row is None else records.task(self.keyring, row)

    def undone_tasks(self, person_ids: Sequence[int]) -> Sequence[Task]:
        """All open and taken tasks of these people; what was asked once is remembered."""
        self._read_undone(set(person_ids))
        return [task for one in dict.fromkeys(person_ids) for task in self._undone[one]]

    def _read_undone(self, person_ids: AbstractSet[int]) -> None:
        if missing := sorted(person_ids - self._undone.keys()):
            self._undone |= {person_id: [] for person_id in missing}
            for row in _UNDONE_OF.rows(self.conn, ids=missing):
                self._undone[row.person_id].append(records.task(self.keyring, row))

    def open_checkins(self, responder_id: int) -> Sequence[Checkin]:
        """The check-ins that still wait for this person's answer in time."""
        return [records.checkin(row) for row in self.conn.execute(_OPEN_CHECKINS, {"ids": [responder_id]})]

    def last_report(self, episode_id: int) -> LastReport | None:
        """The newest report of an episode, and the newest fix, None where there was none."""
        if episode_id in self._known_reports:
            return self._known_reports[episode_id]
        newest = _report_columns().where(REPORT.c.episode_id == episode_id).order_by(*_REPORT_ORDER).limit(1)
        row = self.conn.execute(newest).first()
        fix = None if row is None else self._newest_fix(episode_id)
        return None if row is None else self._reported(row, fix)

    def last_reports(self, episode_ids: Sequence[int]) -> Mapping[int, LastReport]:
        """The newest reports of these episodes, in two statements however many there are."""
        missing = sorted(set(episode_ids) - self._known_reports.keys())
        if missing:
            found = self._newest_reports(missing)
            self._known_reports |= {one: found.get(one) for one in missing}
        known = ((one, self._known_reports[one]) for one in episode_ids)
        return {one: report for one, report in known if report is not None}

    def _newest_reports(self, episode_ids: Sequence[int]) -> dict[int, LastReport]:
        ids = {"ids": list(episode_ids)}
        fixes = {row.episode_id: row for row in self.conn.execute(_FIXES, ids)}
        reports = self.conn.execute(_REPORTS, ids)
        return {row.episode_id: self._reported(row, fixes.get(row.episode_id)) for row in reports}

    def _reported(self, row: records.AnyRow, fix: records.AnyRow | None) -> LastReport:
        answers = self.keyring.open_json("report", "answers", row.id, row.answers)
        return LastReport(
            at=row.at,
            signs=frozenset(answers["signs"]),
            temperature=answers["temperature"],
            level=Level(row.level),
            verdict=None if fix is None else fix.verdict,
            distance_m=None if fix is None else _whole(fix.distance_m),
            accuracy_m=None if fix is None else _whole(fix.accuracy_m),
        )

    def _newest_fix(self, episode_id: int) -> records.AnyRow | None:
        newest = _fix_columns().where(FIX.c.episode_id == episode_id).order_by(*_FIX_ORDER).limit(1)
        return self.conn.execute(newest).first()

    def last_fix(self, episode_id: int) -> tuple[Judgement, datetime] | None:
        """The newest judged position of an episode and when it was stored."""
        row = self._newest_fix(episode_id)
        if row is None:
            return None
        return Judgement(Verdict(row.verdict), row.distance_m, row.accuracy_m), row.at

    def last_checkin(self, episode_id: int) -> Checkin | None:
        """The newest check-in of an episode."""
        newest = (
            select(CHECKIN)
            .where(CHECKIN.c.episode_id == episode_id)
            .order_by(CHECKIN.c.day.desc(), CHECKIN.c.closes_at.desc())
            .limit(1)
        )
        row = self.conn.execute(newest).first()
        return None if row is None else records.checkin(row)

    def _files(self, query: Select[Any]) -> list[File]:
        return self._filed(self.conn.execute(query))

    def _filed(self, rows: Iterable[records.AnyRow]) -> list[File]:
        rows = list(rows)
        episodes = [records.episode(self.keyring, row) for row in rows]
        people = self._load_people(
            person_id for episode in episodes for person_id in (episode.person_id, episode.responder_id)
        )
        return [
            File(
                episode,
                people[episode.person_id],
                people[episode.responder_id],
                self.unit(episode.unit_id),
                row.created_at,
                row.verified_at,
            )
            for episode, row in zip(episodes, rows, strict=True)
        ]

    def _load_people(self, person_ids: Iterable[int]) -> dict[int, Person]:
        wanted = set(person_ids)
        missing = sorted(wanted - self._people.keys())
        if missing:
            rows = self.conn.execute(
                select(PERSON.c.id, PERSON.c.profile, PERSON.c.language, PERSON.c.version).where(
                    among(PERSON.c.id)
                ),
                {"ids": missing},
            )
            for row in rows:
                self._people[row.id] = records.person(self.keyring, *row)
        return {person_id: self._people[person_id] for person_id in wanted if person_id in self._people}


def _whole(metres: float | None) -> int | None:
    return None if metres is None else round(metres)
