"""Contexts: what is known about those who wrote, read for a whole group at once (DESIGN.md §3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, select

from quarantine.messages import Address, Incoming, Kind
from quarantine.store import Chat, Context
from quarantine.windows import NO_LIMITS, Reaches, closes_at, closing_at, reach_of
from storage import bulk, lookups, records, tables
from storage.bulk import Insert, Update
from storage.known import LOCKED_PERSONS, PERSONS, People, read
from storage.lookups import Index
from storage.queries import Query
from storage.sealing import Keyring
from storage.spelling import among
from storage.tables import core
from storage.trips import Call, together

_ADDRESS, _LOOKUP, _PERSON = core(tables.Address), core(tables.Lookup), core(tables.Person)
_INDEX, _ADD = Insert(_LOOKUP, conflict="ON CONFLICT DO NOTHING"), Insert(_ADDRESS)

NOWHERE = ""
"""The account of the chat of a person who has none."""

_BY_ADDRESS = and_(_LOOKUP.c.kind == Index.ADDRESS.value, among(_LOOKUP.c.digest, "digests"))
_CHATS = Query(
    select(_LOOKUP.c.digest, _ADDRESS)
    .select_from(_LOOKUP.join(_ADDRESS, _ADDRESS.c.id == _LOOKUP.c.row_id))
    .where(_BY_ADDRESS)
    .order_by(_ADDRESS.c.id)
    .with_for_update(of=_ADDRESS)
)
_OWNERS = Query(select(_LOOKUP.c.digest, _LOOKUP.c.row_id).where(_BY_ADDRESS))
_PERSON_IDS = (
    select(_ADDRESS.c.person_id)
    .select_from(_LOOKUP.join(_ADDRESS, _ADDRESS.c.id == _LOOKUP.c.row_id))
    .where(_BY_ADDRESS)
)
_PERSONS_BY_ADDRESS = Query(LOCKED_PERSONS.where(_PERSON.c.id.in_(_PERSON_IDS)))
_HEARD = Update(
    _ADDRESS,
    {
        "last_inbound_at": "new.last_inbound_at",
        "reachable": "true",
        "open_until": "new.open_until",
        "next_at": "new.next_at",
    },
    "address.id = new.id",
)
_CHATS_OF = Query(
    select(_ADDRESS)
    .where(among(_ADDRESS.c.person_id))
    .order_by(_ADDRESS.c.reachable, _ADDRESS.c.last_inbound_at.nulls_first(), _ADDRESS.c.id)
)


def load(
    conn: Connection,
    keyring: Keyring,
    incoming: Sequence[Incoming],
    ids: Callable[[], int],
    now: datetime,
    reaches: Reaches = NO_LIMITS,
) -> list[Context]:
    """What is known about the sender of each message, in the same order; chats never seen are added.

    Some seven statements in two trips, whatever the size of the group. On PostgreSQL the persons and chats
    are locked first, each in the order of their ids, so that two processes never take a turn of the same
    person at once. Who writes can be written to: all chats but those that report a block become reachable.
    A position that came by a link was not written in the chat, and says nothing about it.
    """
    if not incoming:
        return []
    senders = [message.address for message in incoming]
    digests = {
        digest: sender
        for sender in senders
        for digest in lookups.address_digests(keyring, sender.account, sender.user).values()
    }
    people, chats = _lock(conn, keyring, digests)
    missing = [sender for sender in dict.fromkeys(senders) if sender not in chats]
    if missing:
        _add(conn, keyring, missing, digests, ids)
        people, chats = _lock(conn, keyring, digests)
    heard = _heard(conn, incoming, chats, now, reaches)
    strangers = {chat.id for chat in chats.values() if chat.person_id is None}
    known = read(conn, keyring, people, strangers, heard)
    return [known.context(chats[sender]) for sender in senders]


def load_for_owner(conn: Connection, keyring: Keyring, owners: Iterable[int]) -> dict[int, Context]:
    """The same for persons whose turn the clock or a letter's outcome opens; unknown ids are left out.

    The chat is the one heard from most recently among those that can be written to; a person without any has
    a chat with id 0 on no account.
    """
    wanted = sorted(set(owners))
    if not wanted:
        return {}
    people = People()
    people.add(keyring, PERSONS.rows(conn, ids=wanted))
    chats = {person_id: Chat(0, NOWHERE, person_id, reachable=False) for person_id in people.persons}
    for row in _CHATS_OF.rows(conn, ids=list(people.persons)):
        chats[row.person_id] = records.chat(row)  # the best one comes last
    known = read(conn, keyring, people, ())
    return {person_id: known.context(chat) for person_id, chat in chats.items()}


def address_of(conn: Connection, keyring: Keyring, address_id: int) -> Address | None:
    """Where a chat is, in the messenger's own words; None when there is no such chat."""
    row = conn.execute(select(_ADDRESS).where(_ADDRESS.c.id == address_id)).first()
    return None if row is None else records.address(keyring, row)


def _lock(
    conn: Connection, keyring: Keyring, digests: Mapping[bytes, Address]
) -> tuple[People, dict[Address, Chat]]:
    """Persons first, then chats: everybody locks in this order, so that nobody waits in a circle."""
    wanted = list(digests)
    persons, found = together(conn, [_PERSONS_BY_ADDRESS(conn, digests=wanted), _CHATS(conn, digests=wanted)])
    chats = {digests[row.digest]: records.chat(row) for row in found.rows}
    people = People()
    people.add(keyring, persons.rows)
    bound = {chat.person_id for chat in chats.values() if chat.person_id is not None}
    # A chat may have been bound, or let go, while we waited for it: then its person is only known now.
    people.keep(bound)
    late = sorted(bound - people.persons.keys())
    if late:
        people.add(keyring, PERSONS.rows(conn, ids=late))
    return people, chats


def _add(
    conn: Connection,
    keyring: Keyring,
    senders: Sequence[Address],
    digests: Mapping[bytes, Address],
    ids: Callable[[], int],
) -> None:
    """Add these chats. The unique look-up row decides who adds one that two processes see."""
    fresh = {sender: ids() for sender in senders}
    rows = [
        row
        for sender, row_id in fresh.items()
        for row in lookups.of_address(keyring, row_id, sender.account, sender.user)
    ]
    *_, owners = together(conn, [*bulk.calls(conn, _INDEX, rows), _OWNERS(conn, digests=list(digests))])
    ours = {digests[row.digest] for row in owners.rows if fresh.get(digests[row.digest]) == row.row_id}
    chats = [
        {
            "id": row_id,
            "account": sender.account,
            "native_user": keyring.seal("address", "native_user", row_id, sender.user),
        }
        for sender, row_id in fresh.items()
        if sender in ours
    ]
    together(conn, bulk.calls(conn, _ADD, chats))


def _heard(
    conn: Connection,
    incoming: Sequence[Incoming],
    chats: Mapping[Address, Chat],
    now: datetime,
    reaches: Reaches,
) -> list[Call]:
    """What is to be written down of the chats that were heard from."""
    rows: dict[int, dict[str, Any]] = {}
    for one in incoming:
        # What came by a link of ours shows nothing to the messenger: it opens no window, and no blocked chat.
        if one.kind is not Kind.BLOCKED and one.answers is None:
            window = reach_of(reaches, one.address.account).window
            chat_id = chats[one.address].id
            rows[chat_id] = {
                "id": chat_id,
                "last_inbound_at": now,
                "open_until": None if window is None else closes_at(now, window),
                "next_at": None if window is None else closing_at(now, window),
            }
    return bulk.calls(conn, _HEARD, [rows[chat_id] for chat_id in sorted(rows)])
