"""A ward with an officer, a director and some people in quarantine: the scene of the fault tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from quarantine.days import ZONE
from quarantine.effects import AddressBound, Effect, EpisodeAdded, EpisodeChanged, PersonAdded, PostingAdded
from quarantine.location import Fix, Source
from quarantine.messages import Address, Incoming, Kind
from quarantine.people import (
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
from quarantine.protocol import DEFAULT_PROTOCOL, next_at, protocol
from storage import contexts
from storage.apply import apply
from storage.sealing import Keyring
from storage.units import load_units

ACCOUNT = "telegram"
CDC, STATION = 4, 1273
MORNING = datetime(2026, 12, 3, 7, 30, tzinfo=ZONE)
"""When the first check-in of the story opens."""
OFFICER, DIRECTOR = 2, 3
FIRST_RESIDENT = 101
HOME_AT = (22.66569, 106.25786)
FAR_AT = (22.70, 106.30)
_UNITS = (
    Unit(CDC, "04", UnitKind.CDC, "CDC Cao Bằng", "Tỉnh Cao Bằng"),
    Unit(STATION, "01273", UnitKind.STATION, "Phường Thục Phán", "Tỉnh Cao Bằng", CDC),
)
_STAFF = (
    (Person(OFFICER, "Nông Thị Hạnh", "0912345678", 1990, Sex.FEMALE), Role.OFFICER),
    (Person(DIRECTOR, "Lê Văn Dũng", "0912000003", 1975, Sex.MALE), Role.DIRECTOR),
)
_GIVEN = ("Lan", "Nam", "Hoa", "Tuấn", "Mai", "Hùng", "Thảo", "Cường", "Yến", "Phúc", "Ngọc", "Quang")


def resident(number: int) -> Person:
    """The resident of this number, from 0."""
    name = f"Nguyễn Văn {_GIVEN[number % len(_GIVEN)]}"
    return Person(FIRST_RESIDENT + number, name, f"09870{number:05}", 1990, Sex.MALE)


def user(person_id: int) -> str:
    """The messenger's id of a person."""
    return f"u{person_id}"


def furnish(
    conn: Connection, keyring: Keyring, ids: Callable[[], int], residents: int, now: datetime | None = None
) -> None:
    """Staff and residents with their chats; the next slot of every resident is the morning's."""
    now = now or MORNING - timedelta(hours=1)
    load_units(conn, _UNITS, [])
    people = [person for person, _ in _STAFF] + [resident(number) for number in range(residents)]
    hellos = [Incoming(Address(ACCOUNT, user(one.id)), f"hello-{one.id}", now, Kind.OTHER) for one in people]
    chats = [one.chat.id for one in contexts.load(conn, keyring, hellos, ids, now)]
    effects: list[Effect] = [PersonAdded(one, now) for one in people]
    effects += [AddressBound(chat, one.id, now) for chat, one in zip(chats, people, strict=True)]
    effects += [PostingAdded(Posting(ids(), person.id, STATION, role), None, now) for person, role in _STAFF]
    apply(conn, keyring, effects, now, ids)
    episodes = [_episode(ids(), person, now) for person in people[len(_STAFF) :]]
    apply(conn, keyring, [EpisodeAdded(one, now) for one in episodes], now, ids)
    apply(conn, keyring, [_followed(one, now) for one in episodes], now, ids)


def _episode(row: int, person: Person, now: datetime) -> Episode:
    first = now.astimezone(ZONE).date()
    return Episode(
        id=row,
        person_id=person.id,
        responder_id=person.id,
        unit_id=STATION,
        order_number="128/QĐ-UBND",
        reason=Reason.CONTACT,
        first_day=first,
        last_day=protocol(DEFAULT_PROTOCOL).last_day(first),
        state=EpisodeState.NOTIFIED,
        protocol=DEFAULT_PROTOCOL,
        home=Home("12 Hợp Giang", *HOME_AT),
        created_by=OFFICER,
    )


def _followed(episode: Episode, now: datetime) -> EpisodeChanged:
    due = next_at(protocol(episode.protocol), episode, now)
    after = replace(episode, state=EpisodeState.MONITORING, next_at=due)
    return EpisodeChanged(episode, after, None, now, "stage")


def says(number: int, text: str, at: datetime, mark: str = "") -> Incoming:
    """A resident writes something; `mark` tells two messages with the same words apart."""
    person = FIRST_RESIDENT + number
    address = Address(ACCOUNT, user(person))
    return Incoming(address, f"{person}-{text}{mark}", at, Kind.TEXT, text=text)


def shares(number: int, where: Sequence[float], at: datetime) -> Incoming:
    """A resident shares a position."""
    person = FIRST_RESIDENT + number
    fix = Fix(where[0], where[1], 15.0, at, Source.PIN)
    return Incoming(Address(ACCOUNT, user(person)), f"{person}-place", at, Kind.LOCATION, fix=fix)
