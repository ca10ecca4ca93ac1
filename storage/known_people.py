"""Known people: whom the rows of a list may mean among those who are, or were, in quarantine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import Connection, select

from quarantine.batches import Double
from quarantine.list_matches import COMPARED, Likeness, keys_of, recognised
from quarantine.lists import Entry, RowRef
from quarantine.people import OPEN_STATES
from storage import records, tables
from storage.batches import unseen
from storage.lookups import Index, digests_of
from storage.sealing import Keyring
from storage.spelling import among
from storage.tables import core

T = TypeVar("T")

_LOOKUP, _PERSON, _EPISODE = core(tables.Lookup), core(tables.Person), core(tables.Episode)
_AT_ONCE = 1_000
_INDEX = {Likeness.IDENTITY: Index.IDENTITY, Likeness.PHONE: Index.PHONE, Likeness.NAME: Index.NAME}
_OPEN = [state.value for state in OPEN_STATES]


def doubles(
    conn: Connection, keyring: Keyring, entries: Sequence[Entry], units: Collection[int] | None
) -> list[Double]:
    """Each row that may mean somebody known, with the surest likeness; `units` bound who may be shown.

    Of somebody without a quarantine in these units no more is told than that there is one, and that only
    where the same number says so: of a name there are many elsewhere.
    """
    candidates = _candidates(conn, keyring, entries)
    ids = {person_id for found in candidates.values() for person_id in found}
    being, here = _open_or_over(conn, ids, units)
    people = _people(conn, keyring, being.keys())
    near = {key: _those(people, found, here) for key, found in candidates.items()}
    far: dict[tuple[Likeness, str], list[Entry]] = {
        (by, key): _those(people, found, being.keys() - here)
        for (by, key), found in candidates.items()
        if by is not Likeness.NAME
    }
    hits = [(recognised(entry, near), recognised(entry, far)) for entry in entries]
    return [
        Double(hit.ref, hit.by, person_id=hit.of.row, open=being[hit.of.row], elsewhere=mine is None)
        for mine, other in hits
        if (hit := mine or other)
    ]


def _candidates(
    conn: Connection, keyring: Keyring, entries: Iterable[Entry]
) -> dict[tuple[Likeness, str], list[int]]:
    """Who is indexed by each key of the rows, at most COMPARED of one name."""
    wanted: dict[Likeness, set[str]] = defaultdict(set)
    for entry in entries:
        for by, key in keys_of(entry):
            wanted[by].add(key)
    found: dict[tuple[Likeness, str], list[int]] = defaultdict(list)
    for by, keys in wanted.items():
        meant = digests_of(keyring, _INDEX[by], sorted(keys))
        for digests in _parts(list(meant)):
            indexed = select(_LOOKUP.c.digest, _LOOKUP.c.row_id).where(
                _LOOKUP.c.kind == _INDEX[by].value, among(_LOOKUP.c.digest, "digests")
            )
            for row in conn.execute(indexed.order_by(_LOOKUP.c.row_id), {"digests": digests}):
                same = found[by, meant[bytes(row.digest)]]
                if len(same) < COMPARED:
                    same.append(row.row_id)
    return found


def _open_or_over(
    conn: Connection, ids: Collection[int], units: Collection[int] | None
) -> tuple[dict[int, bool], set[int]]:
    """Who of these has been in quarantine, and whether they are now; and who of them in the units."""
    being: dict[int, bool] = {}
    here = set()
    for part in _parts(sorted(ids)):
        episodes = select(_EPISODE.c.person_id, _EPISODE.c.unit_id, _EPISODE.c.state).where(
            among(_EPISODE.c.person_id), ~unseen(_EPISODE.c.person_id)
        )
        for row in conn.execute(episodes, {"ids": part}):
            being[row.person_id] = being.get(row.person_id, False) or row.state in _OPEN
            if units is None or row.unit_id in units:
                here.add(row.person_id)
    return being, here


def _those(people: Mapping[int, Entry], found: Iterable[int], wanted: Collection[int]) -> list[Entry]:
    return [people[person_id] for person_id in found if person_id in wanted]


def _people(conn: Connection, keyring: Keyring, ids: Collection[int]) -> dict[int, Entry]:
    """People as rows to compare with."""
    found = {}
    for part in _parts(sorted(ids)):
        for row in conn.execute(select(_PERSON).where(among(_PERSON.c.id)), {"ids": part}):
            one = records.person(keyring, row.id, row.profile, row.language, row.version)
            found[one.id] = Entry(
                RowRef("", one.id),
                name=one.name,
                phone=one.phone,
                birth_year=one.birth_year,
                sex=one.sex,
                identity=one.identity,
            )
    return found


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE))
