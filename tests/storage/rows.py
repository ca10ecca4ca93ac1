"""Rows for the storage tests: each function writes one row, sealed as the real writers seal it."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from quarantine.checkins import Checkin, Stage
from quarantine.effects import Code, CodeFor
from quarantine.people import (
    OPEN_STATES,
    Episode,
    EpisodeState,
    Home,
    Person,
    Posting,
    Reason,
    Role,
    Unit,
    UnitKind,
)
from quarantine.protocol import ends_at
from quarantine.tasks import Task, TaskKind, TaskState
from storage import lookups, records, tables
from storage.sealing import Keyring
from storage.tables import core
from storage.units import load_units

UNITS = (
    Unit(1, "01", UnitKind.CDC, "CDC Hà Nội", "Hà Nội", hotline="0969082115"),
    Unit(2, "01-TT1", UnitKind.CENTRE, "Trung tâm y tế khu vực Ba Đình", "Hà Nội", parent_id=1),
    Unit(11, "00004", UnitKind.STATION, "Phường Ba Đình", "Hà Nội", parent_id=1),
    Unit(12, "00008", UnitKind.STATION, "Phường Ngọc Hà", "Hà Nội", parent_id=1),
    Unit(13, "00008-1", UnitKind.POINT, "Điểm trạm Đội Cấn", "Hà Nội", parent_id=12),
)
SUPPORTS = ((2, 11), (2, 12))
LAN = Person(101, "Nguyễn Thị Lan", "0912345678", 1985, None, "001185012345")
HUNG = Person(102, "Trần Văn Hùng", "0987654321", 1979)


@dataclass
class Rows:
    """Writes rows on one connection."""

    conn: Connection
    keyring: Keyring
    now: datetime

    def units(self) -> None:
        """A CDC, a centre that supports two wards, one of which has a point."""
        load_units(self.conn, UNITS, SUPPORTS)

    def person(self, person: Person) -> Person:
        """A person with look-up rows."""
        self._insert(
            tables.Person,
            id=person.id,
            profile=records.profile(self.keyring, person),
            language=person.language,
            created_at=self.now,
        )
        lookups.replace(self.conn, lookups.of_person(self.keyring, person), [person.id])
        return person

    def posting(self, posting: Posting, since: datetime, until: datetime | None = None) -> Posting:
        """A posting from–to."""
        self._insert(
            tables.Posting,
            id=posting.id,
            person_id=posting.person_id,
            unit_id=posting.unit_id,
            role=posting.role,
            on_duty=posting.on_duty,
            deputy=posting.deputy,
            valid_from=since,
            valid_to=until,
        )
        return posting

    def episode(
        self, episode_id: int, person_id: int, state: EpisodeState = EpisodeState.MONITORING, **changes
    ) -> Episode:
        """An episode of 14 days from 10 August 2021 at Phường Ngọc Hà."""
        episode = Episode(
            id=episode_id,
            person_id=person_id,
            responder_id=person_id,
            unit_id=12,
            order_number="123/QĐ-UBND",
            reason=Reason.CONTACT,
            first_day=date(2021, 8, 10),
            last_day=date(2021, 8, 23),
            state=state,
            protocol="home-14/1",
            home=Home("Số 5 ngõ 12 Đội Cấn", 21.0361, 105.8263),
        )
        created_at = changes.pop("created_at", self.now)
        episode = replace(episode, **changes)
        self._insert(
            tables.Episode,
            id=episode.id,
            person_id=episode.person_id,
            responder_id=episode.responder_id,
            unit_id=episode.unit_id,
            dwelling=records.dwelling(self.keyring, episode),
            reason=episode.reason,
            first_day=episode.first_day,
            last_day=episode.last_day,
            state=episode.state,
            protocol=episode.protocol,
            created_by=episode.created_by,
            created_at=created_at,
            next_at=episode.next_at,
            by_staff=episode.by_staff,
            ends_at=ends_at(episode.last_day),
            closed_at=None if episode.state in OPEN_STATES else self.now,
            version=episode.version,
        )
        return episode

    def checkin(self, checkin_id: int, episode: Episode, day: date, slot: str, **changes) -> Checkin:
        """A prompted check-in of the episode, due in an hour."""
        checkin = Checkin(
            id=checkin_id,
            episode_id=episode.id,
            responder_id=episode.responder_id,
            unit_id=episode.unit_id,
            prompt_id=checkin_id + 1_000,
            day=day,
            slot=slot,
            stage=Stage.PROMPTED,
            closes_at=self.now + timedelta(hours=4),
            next_at=self.now + timedelta(hours=1),
        )
        checkin = replace(checkin, **changes)
        self._insert(tables.Checkin, **{name: getattr(checkin, name) for name in Checkin.__slots__})
        return checkin

    def prompt(self, prompt_id: int, responder_id: int, day: date, slot: str) -> None:
        """A prompt opened now."""
        self._insert(
            tables.Prompt, id=prompt_id, responder_id=responder_id, day=day, slot=slot, opened_at=self.now
        )

    def address(self, address_id: int, account: str, user: str, person_id: int | None = None, **more) -> None:
        """A chat with its look-up row."""
        sealed = self.keyring.seal("address", "native_user", address_id, user)
        self._insert(
            tables.Address, id=address_id, account=account, native_user=sealed, person_id=person_id, **more
        )
        lookups.replace(self.conn, lookups.of_address(self.keyring, address_id, account, user), [address_id])

    def code(self, code_id: int, text: str, **changes) -> Code:
        """A code for a resident, valid for a week, with its look-up row."""
        code = replace(Code(code_id, CodeFor.RESIDENT, self.now + timedelta(days=7)), **changes)
        self._insert(
            tables.Code,
            id=code.id,
            purpose=code.purpose,
            text=self.keyring.seal("code", "text", code.id, text),
            episode_id=code.episode_id,
            unit_id=code.unit_id,
            role=code.role,
            deputy=code.deputy,
            issued_at=self.now,
            expires_at=code.expires_at,
            used_at=code.used_at,
        )
        lookups.replace(self.conn, lookups.of_code(self.keyring, code_id, text), [code_id])
        return code

    def task(self, task_id: int, kind: TaskKind, person_id: int, **changes) -> Task:
        """An open task at Phường Ngọc Hà."""
        task = Task(task_id, kind, 12, person_id, None, TaskState.OPEN, 0, self.now, self.now, self.now)
        task = replace(task, **changes)
        values = {name: getattr(task, name) for name in Task.__slots__}
        self._insert(tables.Task, **(values | {"detail": records.task_detail(self.keyring, task)}))
        return task

    def report(
        self, report_id: int, episode_id: int, at: datetime, level: int, signs: list[str], **more
    ) -> None:
        """A report with these signs and 38.2 °C."""
        answers = {"signs": signs, "temperature": 38.2, "text": "hơi mệt", "reasons": []}
        self._insert(
            tables.Report,
            id=report_id,
            episode_id=episode_id,
            at=at,
            level=level,
            given_by="self",
            answers=self.keyring.seal_json("report", "answers", report_id, answers),
            **more,
        )

    def insert(self, model: type, **values) -> None:
        """Any row, as given."""
        self._insert(model, **values)

    def _insert(self, model: type, **values) -> None:
        self.conn.execute(core(model).insert(), values)


def officer(posting_id: int, person: Person, unit_id: int = 12, role: Role = Role.OFFICER, **more) -> Posting:
    """A posting of the person, at Phường Ngọc Hà unless another unit is named."""
    return Posting(posting_id, person.id, unit_id, role, **more)
