"""Rows and domain objects: the place that says how a row becomes a person, an episode or a task, or back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from quarantine.checkins import Checkin, Stage
from quarantine.effects import Code, CodeFor
from quarantine.messages import Address
from quarantine.params import pack, unpack
from quarantine.people import (
    Absence,
    Episode,
    EpisodeState,
    Home,
    Person,
    Posting,
    Reason,
    Role,
    Sex,
    Unit,
    UnitKind,
)
from quarantine.store import Chat
from quarantine.tasks import Outcome, Task, TaskKind, TaskState
from quarantine.units import OtherName
from storage.sealing import Keyring

AnyRow = Row[Any]


def profile(keyring: Keyring, person: Person) -> bytes:
    """What is sealed of a person, for `person.profile`."""
    return keyring.seal_json(
        "person",
        "profile",
        person.id,
        {
            "name": person.name,
            "phone": person.phone,
            "identity": person.identity,
            "birth_year": person.birth_year,
            "sex": person.sex,
        },
    )


def person(keyring: Keyring, person_id: int, sealed: bytes, language: str, version: int = 0) -> Person:
    """A person from the id, the sealed profile, the language and the version."""
    known = keyring.open_json("person", "profile", person_id, sealed)
    return Person(
        id=person_id,
        name=known["name"],
        phone=known["phone"],
        birth_year=known["birth_year"],
        sex=None if known["sex"] is None else Sex(known["sex"]),
        identity=known["identity"],
        language=language,
        version=version,
    )


def dwelling(keyring: Keyring, episode: Episode) -> bytes:
    """What is sealed of an episode, for `episode.dwelling`."""
    return keyring.seal_json(
        "episode",
        "dwelling",
        episode.id,
        {
            "order_number": episode.order_number,
            "address": episode.home.address,
            "lat": episode.home.lat,
            "lng": episode.home.lng,
        },
    )


def episode(keyring: Keyring, row: AnyRow) -> Episode:
    """An episode from a row with the columns of its table."""
    known = keyring.open_json("episode", "dwelling", row.id, row.dwelling)
    return Episode(
        id=row.id,
        person_id=row.person_id,
        responder_id=row.responder_id,
        unit_id=row.unit_id,
        order_number=known["order_number"],
        reason=Reason(row.reason),
        first_day=row.first_day,
        last_day=row.last_day,
        state=EpisodeState(row.state),
        protocol=row.protocol,
        home=Home(known["address"], known["lat"], known["lng"]),
        created_by=row.created_by,
        next_at=row.next_at,
        version=row.version,
        by_staff=row.by_staff,
    )


def unit(row: AnyRow) -> Unit:
    """A unit from a row with the columns of its table."""
    return Unit(
        id=row.id,
        code=row.code,
        kind=UnitKind(row.kind),
        name=row.name,
        province=row.province,
        parent_id=row.parent_id,
        hotline=row.hotline,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def other_name(row: AnyRow) -> OtherName:
    """Another name of a unit from a row with the columns of its table."""
    return OtherName(row.unit_id, row.name, row.code, row.district, row.province, row.partly, row.until)


def posting(row: AnyRow) -> Posting:
    """A posting from a row with the columns of its table."""
    return Posting(
        id=row.id,
        person_id=row.person_id,
        unit_id=row.unit_id,
        role=Role(row.role),
        on_duty=row.on_duty,
        deputy=row.deputy,
    )


def absence(row: AnyRow) -> Absence:
    """Days off from a row with the columns of their table."""
    return Absence(row.id, row.person_id, row.first_day, row.last_day)


def chat(row: AnyRow) -> Chat:
    """A chat from a row of the table `address`."""
    released = row.person_id is None and row.bound_at is not None
    return Chat(
        id=row.id,
        account=row.account,
        person_id=row.person_id,
        reachable=row.reachable,
        language=row.language,
        released=released,
        preferred_at=row.preferred_at,
        heard_at=row.last_inbound_at,
        open_until=row.open_until,
    )


def address(keyring: Keyring, row: AnyRow) -> Address:
    """Where a chat is, in the messenger's own words, from a row of the table `address`."""
    return Address(row.account, keyring.open("address", "native_user", row.id, row.native_user).decode())


def code(row: AnyRow) -> Code:
    """A code, without its text, from a row with the columns of its table."""
    return Code(
        id=row.id,
        purpose=CodeFor(row.purpose),
        expires_at=row.expires_at,
        episode_id=row.episode_id,
        unit_id=row.unit_id,
        role=None if row.role is None else Role(row.role),
        deputy=row.deputy,
        used_at=row.used_at,
        issued_by=row.issued_by,
    )


def checkin(row: AnyRow) -> Checkin:
    """A check-in from a row with the columns of its table."""
    return Checkin(
        id=row.id,
        episode_id=row.episode_id,
        responder_id=row.responder_id,
        unit_id=row.unit_id,
        prompt_id=row.prompt_id,
        day=row.day,
        slot=row.slot,
        stage=Stage(row.stage),
        closes_at=row.closes_at,
        next_at=row.next_at,
        delivered_at=row.delivered_at,
        reminded=row.reminded,
        reported=row.reported,
        version=row.version,
    )


def task_detail(keyring: Keyring, task: Task) -> bytes | None:
    """What is sealed of a task, for `task.detail`; nothing when there is none."""
    return keyring.seal_json("task", "detail", task.id, pack(task.detail)) if task.detail else None


def task(keyring: Keyring, row: AnyRow) -> Task:
    """A task from a row with the columns of its table."""
    detail = {} if row.detail is None else keyring.open_json("task", "detail", row.id, row.detail)
    return Task(
        id=row.id,
        kind=TaskKind(row.kind),
        unit_id=row.unit_id,
        person_id=row.person_id,
        episode_id=row.episode_id,
        state=TaskState(row.state),
        level=row.level,
        opened_at=row.opened_at,
        since=row.since,
        next_at=row.next_at,
        owner_id=row.owner_id,
        checkin_id=row.checkin_id,
        outcome=None if row.outcome is None else Outcome(row.outcome),
        protocol=row.protocol,
        detail={key: unpack(value) for key, value in detail.items()},
        version=row.version,
    )
