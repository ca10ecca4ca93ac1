"""Facts about readers: what their texts may name, and what a prompt is about, for many letters at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table, bindparam, or_, select

from quarantine.checkins import Checkin
from quarantine.days import local_day
from quarantine.duty import responsible
from quarantine.people import Episode, Officer, Person, Unit
from quarantine.store import Prompt
from storage import records, tables
from storage.absences import AWAY
from storage.sealing import Keyring
from storage.spelling import among
from storage.tables import core
from storage.types import Instant

_ADDRESS, _CHECKIN = core(tables.Address), core(tables.Checkin)
_EPISODE, _PERSON = core(tables.Episode), core(tables.Person)
_POSTING, _PROMPT, _UNIT = core(tables.Posting), core(tables.Prompt), core(tables.Unit)
_LEVELS = 4
"""CDC, centre, station, point: no unit has more above it."""

_IN_ORDER = (_POSTING.c.valid_from, _POSTING.c.id)
_CURRENT = _POSTING.c.valid_to.is_(None) & (_POSTING.c.valid_from <= bindparam("now", type_=Instant()))
_POSTINGS_OF = select(_POSTING).where(among(_POSTING.c.person_id), _CURRENT).order_by(*_IN_ORDER)
_STAFF = select(_POSTING, AWAY.label("absent"))
_STAFF_OF = _STAFF.where(among(_POSTING.c.unit_id), _CURRENT).order_by(*_IN_ORDER)
_CHECKINS_OF = select(_CHECKIN).where(among(_CHECKIN.c.prompt_id)).order_by(_CHECKIN.c.id)
_EPISODES_OF = (
    select(_EPISODE.c.responder_id, _EPISODE.c.person_id, _EPISODE.c.unit_id)
    .where(or_(among(_EPISODE.c.responder_id), among(_EPISODE.c.person_id)), _EPISODE.c.closed_at.is_(None))
    .order_by(_EPISODE.c.created_at, _EPISODE.c.id)
)


@dataclass(frozen=True, slots=True)
class Facts:
    """A reader: the person (none for a stranger), and who looks after them.

    `unit` is that of the newest open episode that they answer for or are in, else the one they are posted at;
    `officer` is whom they may call there, never themselves, `hotline` the number of the unit or of the
    nearest one above it.
    """

    person: Person | None = None
    language: str = "vi"
    unit: Unit | None = None
    officer: Person | None = None
    hotline: str | None = None


@dataclass(frozen=True, slots=True)
class PromptCase:
    """A prompt with the episodes of its check-ins and the people in them."""

    prompt: Prompt
    episodes: tuple[Episode, ...]
    persons: tuple[Person, ...]


STRANGER = Facts()


def facts(conn: Connection, keyring: Keyring, owners: Iterable[int], now: datetime) -> dict[int, Facts]:
    """What is known of each owner of a letter; an owner who is a stranger's address has only a language."""
    ids = set(owners)
    if not ids:
        return {}
    people = _persons(conn, keyring, ids)
    unit_of = _units_of(conn, ids & people.keys(), now)
    units = _with_superiors(conn, set(unit_of.values()))
    staff = _staff(conn, keyring, set(unit_of.values()), people, now)
    officers = {unit_id: responsible(officers) for unit_id, officers in staff.items()}
    languages = _languages(conn, ids - people.keys())
    found = {owner: Facts(language=language) for owner, language in languages.items()}
    for owner, person in people.items():
        if owner in ids:
            unit = units.get(unit_of.get(owner, 0))
            officer = officers.get(unit.id) if unit else None
            if unit and officer and officer.person.id == owner:  # nobody is told to call themselves
                officer = responsible([one for one in staff[unit.id] if one.person.id != owner])
            whom = officer.person if officer else None
            found[owner] = Facts(person, person.language, unit, whom, _hotline(unit, units))
    return {owner: found.get(owner, STRANGER) for owner in ids}


def prompt_cases(conn: Connection, keyring: Keyring, prompt_ids: Collection[int]) -> dict[int, PromptCase]:
    """The prompts of these ids with all that their texts need; one that has no check-in is left out."""
    if not prompt_ids:
        return {}
    checkins: dict[int, list[Checkin]] = defaultdict(list)
    for row in conn.execute(_CHECKINS_OF, {"ids": list(prompt_ids)}):
        checkins[row.prompt_id].append(records.checkin(row))
    wanted = {checkin.episode_id for group in checkins.values() for checkin in group}
    rows = _by_id(conn, _EPISODE, wanted)
    episodes = {row_id: records.episode(keyring, row) for row_id, row in rows.items()}
    people = _persons(conn, keyring, {episode.person_id for episode in episodes.values()})
    cases = {}
    for row_id, row in _by_id(conn, _PROMPT, checkins.keys()).items():
        prompt = Prompt(
            row_id, row.responder_id, str(row.day), row.slot, row.opened_at, tuple(checkins[row_id])
        )
        mine = tuple(episodes[one.episode_id] for one in prompt.checkins if one.episode_id in episodes)
        cases[row_id] = PromptCase(prompt, mine, tuple(people[one.person_id] for one in mine))
    return cases


def _by_id(conn: Connection, table: Table, ids: Collection[int]) -> dict[int, records.AnyRow]:
    if not ids:
        return {}
    return {row.id: row for row in conn.execute(select(table).where(among(table.c.id)), {"ids": list(ids)})}


def _persons(conn: Connection, keyring: Keyring, ids: Collection[int]) -> dict[int, Person]:
    rows = _by_id(conn, _PERSON, ids)
    return {
        row_id: records.person(keyring, row_id, row.profile, row.language, row.version)
        for row_id, row in rows.items()
    }


def _languages(conn: Connection, ids: Collection[int]) -> dict[int, str]:
    return {row_id: row.language or "vi" for row_id, row in _by_id(conn, _ADDRESS, ids).items()}


def _units_of(conn: Connection, people: Collection[int], now: datetime) -> dict[int, int]:
    """The unit that speaks to each person: of an episode they answer for, are in, or of a posting."""
    if not people:
        return {}
    ids = {"ids": list(people)}
    found: dict[int, int] = {}
    for row in conn.execute(_POSTINGS_OF, {**ids, "now": now}):
        found.setdefault(row.person_id, row.unit_id)
    episodes = conn.execute(_EPISODES_OF, ids).all()
    # Later ones win: the newest episode before older ones, one's own answers before being looked after.
    found |= {episode.person_id: episode.unit_id for episode in episodes}
    found |= {episode.responder_id: episode.unit_id for episode in episodes}
    return {person: unit for person, unit in found.items() if person in people}


def _with_superiors(conn: Connection, ids: Collection[int]) -> dict[int, Unit]:
    units: dict[int, Unit] = {}
    missing = set(ids)
    for _ in range(_LEVELS):
        if not missing:
            break
        fresh = {row_id: records.unit(row) for row_id, row in _by_id(conn, _UNIT, missing).items()}
        units |= fresh
        missing = {unit.parent_id for unit in fresh.values() if unit.parent_id} - units.keys()
    return units


def _staff(
    conn: Connection,
    keyring: Keyring,
    unit_ids: Collection[int],
    known: Mapping[int, Person],
    now: datetime,
) -> dict[int, list[Officer]]:
    """Everybody posted at each unit now; units without staff are left out."""
    if not unit_ids:
        return {}
    asked = {"ids": list(unit_ids), "now": now, "today": local_day(now)}
    rows = conn.execute(_STAFF_OF, asked).all()
    people = {**_persons(conn, keyring, {row.person_id for row in rows} - known.keys()), **known}
    staff: dict[int, list[Officer]] = defaultdict(list)
    for row in rows:
        staff[row.unit_id].append(Officer(people[row.person_id], records.posting(row), row.absent))
    return staff


def _hotline(unit: Unit | None, units: Mapping[int, Unit]) -> str | None:
    above: Sequence[Unit] = _chain(unit, units)
    return next((one.hotline for one in above if one.hotline), None)


def _chain(unit: Unit | None, units: Mapping[int, Unit]) -> list[Unit]:
    chain: list[Unit] = []
    while unit is not None and len(chain) < _LEVELS:
        chain.append(unit)
        unit = units.get(unit.parent_id) if unit.parent_id else None
    return chain
