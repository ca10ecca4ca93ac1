"""The read-only store of a turn: quarantine.store.Store answered from the database, decrypted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, literal_column, select

from quarantine.checkins import Checkin
from quarantine.effects import Code
from quarantine.location import Judgement, Verdict
from quarantine.people import OPEN_STATES, Episode, EpisodeState, Officer, Person
from quarantine.store import Chat, File, LastReport, Prompt, Store
from quarantine.tasks import Task, TaskKind, TaskState
from quarantine.triage import Level
from storage import lookups, records, tables
from storage.lookups import Index
from storage.sealing import Keyring
from storage.spelling import among
from storage.tables import core
from storage.unit_tree import UnitTree

PERSON = core(tables.Person)
ADDRESS = core(tables.Address)
POSTING = core(tables.Posting)
CODE = core(tables.Code)
CODE_MISS = core(tables.CodeMiss)
EPISODE = core(tables.Episode)
PROMPT = core(tables.Prompt)
CHECKIN = core(tables.Checkin)
REPORT = core(tables.Report)
FIX = core(tables.Fix)
TASK = core(tables.Task)
LETTER = core(tables.Letter)
_UNDONE = TASK.c.state != literal_column(f"'{TaskState.DONE}'")  # spelt out for the partial indexes
_UNDONE_OF = select(TASK).where(among(TASK.c.person_id), _UNDONE)


class SqlStore(UnitTree):
    """What handlers may ask, on the connection of their turn; people and units are read once each.

    Make a new one for each group of turns: it remembers what it has read. `expected` are the persons of the
    group: the first question for an open task of one of them reads those of all.
    """

    def __init__(
        self, conn: Connection, keyring: Keyring, now: datetime, expected: Collection[int] = ()
    ) -> None:
        super().__init__(conn)
        self._expected = frozenset(expected)
        self._undone: dict[tuple[int, TaskKind], Task] | None = None
        self.keyring = keyring
        self.now = now
        self._people: dict[int, Person] = {}

    def officers(self, unit_id: int) -> Sequence[Officer]:
        """Everybody posted at the unit now, longest-serving first."""
        current = (
            select(POSTING)
            .where(
                POSTING.c.unit_id == unit_id, POSTING.c.valid_to.is_(None), POSTING.c.valid_from <= self.now
            )
            .order_by(POSTING.c.valid_from, POSTING.c.id)
        )
        postings = [records.posting(row) for row in self.conn.execute(current)]
        people = self._load_people(posting.person_id for posting in postings)
        return [Officer(people[posting.person_id], posting) for posting in postings]

    def officer(self, person_id: int) -> Person:
        """A member of staff by person id; LookupError when there is nobody."""
        found = self._load_people([person_id])
        if person_id not in found:
            raise LookupError(f"there is no person {person_id}")
        return found[person_id]

    def file(self, episode_id: int) -> File | None:
        """An episode with its people and unit."""
        return next(iter(self._files(select(EPISODE).where(EPISODE.c.id == episode_id))), None)

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

    def persons_by_phone(self, phone: str) -> Sequence[Person]:
        """People with exactly this national number."""
        wanted = lookups.fold(Index.PHONE, phone)
        found = self._people_indexed(Index.PHONE, phone)
        return [person for person in found if lookups.fold(Index.PHONE, person.phone or "") == wanted]

    def persons_by_identity(self, identity: str) -> Sequence[Person]:
        """People with exactly this identity number."""
        wanted = lookups.fold(Index.IDENTITY, identity)
        found = self._people_indexed(Index.IDENTITY, identity)
        return [person for person in found if lookups.fold(Index.IDENTITY, person.identity or "") == wanted]

    def open_episodes(self, person_id: int) -> Sequence[Episode]:
        """The open episodes of a person (not those they answer for), oldest first."""
        still_open = (
            select(EPISODE)
            .where(EPISODE.c.person_id == person_id, EPISODE.c.state.in_([str(s) for s in OPEN_STATES]))
            .order_by(EPISODE.c.created_at, EPISODE.c.id)
        )
        return [records.episode(self.keyring, row) for row in self.conn.execute(still_open)]

    def episodes_answered_by(self, person_id: int) -> Sequence[Episode]:
        """The open episodes that a person answers for, oldest first."""
        answered = (
            select(EPISODE)
            .where(EPISODE.c.responder_id == person_id, EPISODE.c.closed_at.is_(None))
            .order_by(EPISODE.c.created_at, EPISODE.c.id)
        )
        return [records.episode(self.keyring, row) for row in self.conn.execute(answered)]

    def code(self, text: str) -> Code | None:
        """The code with this text, used or expired ones included; spaces and small letters are the same."""
        of_text = select(CODE).where(CODE.c.id.in_(lookups.ids_matching(self.keyring, Index.CODE, text)))
        row = self.conn.execute(of_text).first()
        return None if row is None else records.code(row)

    def code_by_id(self, code_id: int) -> Code | None:
        """A code by its row id, as conversations remember it."""
        row = self.conn.execute(select(CODE).where(CODE.c.id == code_id)).first()
        return None if row is None else records.code(row)

    def missed_codes(self, address_id: int, account: str, since: datetime) -> tuple[int, int]:
        """Wrong codes since then: in this chat, and on the whole account."""
        misses = select(func.count()).select_from(CODE_MISS).where(CODE_MISS.c.at >= since)
        here = misses.where(CODE_MISS.c.address_id == address_id).scalar_subquery()
        everywhere = misses.where(CODE_MISS.c.account == account).scalar_subquery()
        in_chat, on_account = self.conn.execute(select(here, everywhere)).one()
        return in_chat, on_account

    def task(self, task_id: int) -> Task | None:
        """A task by id."""
        return self._task(select(TASK).where(TASK.c.id == task_id))

    def open_task(self, person_id: int, kind: TaskKind) -> Task | None:
        """The person's open or taken task of that kind."""
        if person_id in self._expected:
            return self._undone_of_expected().get((person_id, kind))
        return self._task(select(TASK).where(TASK.c.person_id == person_id, TASK.c.kind == kind, _UNDONE))

    def open_tasks(self, unit_ids: Sequence[int], limit: int, offset: int = 0) -> Sequence[Task]:
        """Open and taken tasks of these units: RED first, then by deadline, those without one last."""
        undone = (
            select(TASK)
            .where(TASK.c.unit_id.in_(list(unit_ids)), _UNDONE)
            .order_by((TASK.c.kind != TaskKind.RED), TASK.c.next_at.nulls_last(), TASK.c.id)
            .limit(limit)
            .offset(offset)
        )
        return [records.task(self.keyring, row) for row in self.conn.execute(undone)]

    def newest_card(self, owner: int) -> int | None:
        """The task of the newest card delivered to this officer: a letter that holds while it is undone."""
        card = (
            select(TASK.c.id)
            .join(LETTER, LETTER.c.about == TASK.c.id)
            .where(
                LETTER.c.owner == owner, LETTER.c.condition == "task_undone", LETTER.c.status == "delivered"
            )
            .order_by(LETTER.c.delivered_at.desc(), LETTER.c.id.desc())
            .limit(1)
        )
        return self.conn.execute(card).scalar_one_or_none()

    def last_report(self, episode_id: int) -> LastReport | None:
        """The newest report of an episode, and the newest fix, None where there was none."""
        newest = (
            select(REPORT.c.id, REPORT.c.at, REPORT.c.level, REPORT.c.answers)
            .where(REPORT.c.episode_id == episode_id)
            .order_by(REPORT.c.at.desc(), REPORT.c.version.desc(), REPORT.c.id.desc())
            .limit(1)
        )
        row = self.conn.execute(newest).first()
        if row is None:
            return None
        answers = self.keyring.open_json("report", "answers", row.id, row.answers)
        fix = self.last_fix(episode_id)
        judged = None if fix is None else fix[0]
        return LastReport(
            at=row.at,
            signs=frozenset(answers["signs"]),
            temperature=answers["temperature"],
            level=Level(row.level),
            verdict=None if judged is None else judged.verdict.value,
            distance_m=None if judged is None else _whole(judged.distance_m),
            accuracy_m=None if judged is None else _whole(judged.accuracy_m),
        )

    def last_fix(self, episode_id: int) -> tuple[Judgement, datetime] | None:
        """The newest judged position of an episode and when it was stored."""
        newest = (
            select(FIX.c.verdict, FIX.c.distance_m, FIX.c.accuracy_m, FIX.c.at)
            .where(FIX.c.episode_id == episode_id)
            .order_by(FIX.c.at.desc(), FIX.c.id.desc())
            .limit(1)
        )
        row = self.conn.execute(newest).first()
        if row is None:
            return None
        return Judgement(Verdict(row.verdict), row.distance_m, row.accuracy_m), row.at

    def checkin(self, checkin_id: int) -> Checkin | None:
        """A check-in by id."""
        row = self.conn.execute(select(CHECKIN).where(CHECKIN.c.id == checkin_id)).first()
        return None if row is None else records.checkin(row)

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

    def prompt(self, prompt_id: int) -> Prompt | None:
        """A prompt by id, with the check-ins that it is about."""
        row = self.conn.execute(select(PROMPT).where(PROMPT.c.id == prompt_id)).first()
        if row is None:
            return None
        about = select(CHECKIN).where(CHECKIN.c.prompt_id == prompt_id).order_by(CHECKIN.c.id)
        checkins = tuple(records.checkin(found) for found in self.conn.execute(about))
        return Prompt(row.id, row.responder_id, row.day.isoformat(), row.slot, row.opened_at, checkins)

    def chats(self, person_id: int) -> Sequence[Chat]:
        """The chats that speak for a person, the one bound last first."""
        speaking = (
            select(ADDRESS)
            .where(ADDRESS.c.person_id == person_id)
            .order_by(ADDRESS.c.bound_at.desc().nulls_last(), ADDRESS.c.id)
        )
        return [records.chat(row) for row in self.conn.execute(speaking)]

    def _undone_of_expected(self) -> dict[tuple[int, TaskKind], Task]:
        if self._undone is None:
            rows = self.conn.execute(_UNDONE_OF, {"ids": sorted(self._expected)})
            tasks = [records.task(self.keyring, row) for row in rows]
            self._undone = {(task.person_id, task.kind): task for task in tasks}
        return self._undone

    def _task(self, query: Select[Any]) -> Task | None:
        row = self.conn.execute(query).first()
        return None if row is None else records.task(self.keyring, row)

    def _files(self, query: Select[Any]) -> list[File]:
        episodes = [records.episode(self.keyring, row) for row in self.conn.execute(query)]
        people = self._load_people(
            person_id for episode in episodes for person_id in (episode.person_id, episode.responder_id)
        )
        return [
            File(episode, people[episode.person_id], people[episode.responder_id], self.unit(episode.unit_id))
            for episode in episodes
        ]

    def _people_indexed(self, kind: Index, value: str) -> list[Person]:
        ids = self.conn.execute(lookups.ids_matching(self.keyring, kind, value)).scalars().all()
        found = self._load_people(ids)
        return [found[person_id] for person_id in sorted(found)]

    def _load_people(self, person_ids: Iterable[int]) -> dict[int, Person]:
        wanted = set(person_ids)
        missing = sorted(wanted - set(self._people))
        if missing:
            rows = self.conn.execute(
                select(PERSON.c.id, PERSON.c.profile, PERSON.c.language).where(PERSON.c.id.in_(missing))
            )
            for row in rows:
                self._people[row.id] = records.person(self.keyring, row.id, row.profile, row.language)
        return {person_id: self._people[person_id] for person_id in wanted if person_id in self._people}


_ANSWERS_ALL: type[Store] = SqlStore  # the type checker says here which question has no answer yet


def _whole(metres: float | None) -> int | None:
    return None if metres is None else round(metres)
