"""The read-only store of a turn: quarantine.store.Store answered from the database, decrypted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, literal_column, select, text

from quarantine.batches import Batch
from quarantine.checkins import Checkin
from quarantine.day_sheet import DayRecord
from quarantine.days import local_day
from quarantine.effects import Code
from quarantine.letters import Asked
from quarantine.list_drafts import ListDraft
from quarantine.names import words
from quarantine.numbers import PROMPT as PROMPT_LETTER
from quarantine.numbers import number
from quarantine.params import unpack_params
from quarantine.people import OPEN_STATES, Absence, Episode, EpisodeState, Person, Posting
from quarantine.store import Chat, File, HistoryLine, Prompt, Store, Totals
from quarantine.tasks import Task, TaskKind, TaskState
from quarantine.windows import Reach, reach_of
from storage import batches, jobs, lookups, records, tables, wire
from storage.absences import ABSENCE
from storage.batches import unseen
from storage.case_reader import CHECKIN, EPISODE, POSTING, PROMPT, TASK, UNDONE, CaseReader
from storage.day_records import day_records
from storage.lookups import Index
from storage.spelling import among
from storage.tables import core

ADDRESS = core(tables.Address)
CODE = core(tables.Code)
CODE_MISS = core(tables.CodeMiss)
CONVERSATION = core(tables.Conversation)
EVENT = core(tables.Event)
LETTER = core(tables.Letter)


_FILES_COUNTED = (
    select(EPISODE.c.state, func.count().label("total"))
    .where(among(EPISODE.c.unit_id), EPISODE.c.state.in_(sorted(OPEN_STATES)))
    .group_by(EPISODE.c.state)
)
_TASKS_COUNTED = (
    select(TASK.c.kind, func.count().label("total"))
    .where(among(TASK.c.unit_id), UNDONE)
    .group_by(TASK.c.kind)
)


class SqlStore(CaseReader):
    """What handlers may ask, on the connection of their turn; people and units are read once each.

    Make a new one for each group of turns: it remembers what it has read.
    """

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

    def files_sought(
        self, unit_ids: Sequence[int], limit: int, *, phone: str = "", name: str = ""
    ) -> Sequence[File]:
        """Files of these units, by exact phone or whole words of the name; open first, then newest."""
        sought = [(Index.PHONE, phone)] if phone else [(Index.NAME_WORD, word) for word in words(name)]
        if not sought:
            return []
        indexed = (lookups.ids_matching(self.keyring, kind, value) for kind, value in sought)
        found = (
            select(EPISODE)
            .where(EPISODE.c.unit_id.in_(list(unit_ids)), *(EPISODE.c.person_id.in_(ids) for ids in indexed))
            .where(EPISODE.c.state != EpisodeState.STAGED.value, ~unseen(EPISODE.c.person_id))
            .order_by(EPISODE.c.closed_at.is_not(None), EPISODE.c.created_at.desc(), EPISODE.c.id.desc())
            .limit(limit)
        )
        return self._files(found)

    def history(self, person_id: int, kinds: Sequence[str], limit: int) -> Sequence[HistoryLine]:
        """The last lines of these kinds about a person, newest first."""
        lines = (
            select(EVENT)
            .where(EVENT.c.person_id == person_id, EVENT.c.kind.in_(list(kinds)))
            .order_by(EVENT.c.at.desc(), EVENT.c.id.desc())
            .limit(limit)
        )
        return [self._line(row) for row in self.conn.execute(lines)]

    def _line(self, row: Any) -> HistoryLine:  # noqa: ANN401 - a row of these columns
        detail = {} if row.detail is None else self.keyring.open_json("event", "detail", row.id, row.detail)
        return HistoryLine(row.kind, row.at, row.by_id, unpack_params(detail))

    def day_records(self, episode_id: int) -> Sequence[DayRecord]:
        """All check-ins of an episode with their newest reports, and the reports out of turn."""
        return day_records(self.conn, self.keyring, episode_id)

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
        row = self.conn.execute(select(TASK).where(TASK.c.id == task_id)).first()
        return None if row is None else records.task(self.keyring, row)

    def open_tasks(self, unit_ids: Sequence[int], limit: int, offset: int = 0) -> Sequence[Task]:
        """Open and taken tasks of these units: RED first, then by deadline, those without one last."""
        undone = (
            select(TASK)
            .where(TASK.c.unit_id.in_(list(unit_ids)), UNDONE)
            .order_by((TASK.c.kind != TaskKind.RED), TASK.c.next_at.nulls_last(), TASK.c.id)
            .limit(limit)
            .offset(offset)
        )
        return [records.task(self.keyring, row) for row in self.conn.execute(undone)]

    def shown(self, owner: int, limit: int, chat_id: int | None = None) -> Sequence[Asked]:
        """The last questions that reached this reader, in this chat or in any, newest first.

        A prompt's has no options.
        """
        delivered = (
            select(LETTER.c.id, LETTER.c.asked, LETTER.c.about, LETTER.c.body)
            .where(LETTER.c.owner == owner, text("letter.asked IS NOT NULL AND letter.status = 'delivered'"))
            .order_by(LETTER.c.delivered_at.desc(), LETTER.c.id.desc())
            .limit(limit)
        )
        if chat_id is not None:
            delivered = delivered.where(LETTER.c.address_id == chat_id)
        return [self._asked(row) for row in self.conn.execute(delivered)]

    def _asked(self, row: Any) -> Asked:  # noqa: ANN401 - a row of these columns
        if row.body is None:
            return Asked("", number(PROMPT_LETTER, row.about))
        body = wire.read_letter_body(self.keyring.open("letter", "body", row.id, row.body))
        return body.asked or Asked("", row.asked)

    def checkin(self, checkin_id: int) -> Checkin | None:
        """A check-in by id."""
        row = self.conn.execute(select(CHECKIN).where(CHECKIN.c.id == checkin_id)).first()
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

    def conversation(self, person_id: int) -> str:
        """The conversation of a person as JSON text, "" when there is none."""
        kept = self.conn.execute(
            select(CONVERSATION.c.frames).where(CONVERSATION.c.owner == person_id)
        ).scalar_one_or_none()
        return "" if kept is None else self.keyring.open("conversation", "frames", person_id, kept).decode()

    def postings_of(self, person_id: int) -> Sequence[Posting]:
        """What a person is posted to now, the oldest first."""
        current = (
            select(POSTING)
            .where(POSTING.c.person_id == person_id, POSTING.c.valid_to.is_(None))
            .order_by(POSTING.c.valid_from, POSTING.c.id)
        )
        return [records.posting(row) for row in self.conn.execute(current)]

    def absences_of(self, person_id: int) -> Sequence[Absence]:
        """The days off of a person that are not over yet, the first ones first."""
        mine = (
            select(ABSENCE)
            .where(
                ABSENCE.c.person_id == person_id,
                ABSENCE.c.ended_at.is_(None),
                ABSENCE.c.last_day >= local_day(self.now),
            )
            .order_by(ABSENCE.c.first_day, ABSENCE.c.id)
        )
        return [records.absence(row) for row in self.conn.execute(mine)]

    def tasks_of(self, owner_id: int) -> Sequence[Task]:
        """What a person has taken and not done."""
        taken = TASK.c.state == literal_column(f"'{TaskState.TAKEN}'")  # spelt out for the partial index
        mine = select(TASK).where(TASK.c.owner_id == owner_id, taken).order_by(TASK.c.id)
        return [records.task(self.keyring, row) for row in self.conn.execute(mine)]

    def totals(self, unit_ids: Sequence[int]) -> Totals:
        """What is open in these units, in numbers; what nothing is open of is left out."""
        here = {"ids": list(unit_ids)}
        files = {EpisodeState(row.state): row.total for row in self.conn.execute(_FILES_COUNTED, here)}
        tasks = {TaskKind(row.kind): row.total for row in self.conn.execute(_TASKS_COUNTED, here)}
        return Totals(files, tasks)

    def draft_in_hand(self, person_id: int | None) -> ListDraft | None:
        """The newest list of this sender that is looked at, shown or being written."""
        return jobs.in_hand(self.conn, self.keyring, person_id)

    def list_draft(self, draft_id: int) -> ListDraft | None:
        """A list that came by chat."""
        return jobs.draft(self.conn, self.keyring, draft_id)

    def batch(self, batch_id: int) -> Batch | None:
        """A list that was brought in."""
        return batches.batch(self.conn, batch_id)

    def newest_batch(self, person_id: int) -> Batch | None:
        """The last list that this person brought in and that is not taken back."""
        return batches.newest(self.conn, person_id)

    def batch_units(self, batch_id: int) -> Mapping[int, int]:
        """How many people a batch brought to each station."""
        return batches.by_unit(self.conn, batch_id)

    def reach(self, account: str) -> Reach:
        """How far an account reaches."""
        return reach_of(self.reaches, account)

    def _people_indexed(self, kind: Index, value: str) -> list[Person]:
        """Those who are indexed by it, less those whom a list has not made visible yet."""
        matching = lookups.ids_matching(self.keyring, kind, value).where(~unseen(lookups.ROW_ID))
        ids = self.conn.execute(matching).scalars().all()
        found = self._load_people(ids)
        return [found[person_id] for person_id in sorted(found)]


_ANSWERS_ALL: type[Store] = SqlStore  # the type checker says here which question has no answer yet
