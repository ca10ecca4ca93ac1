"""Contexts: what is known about those who wrote, read for a whole group at once (DESIGN.md §3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, bindparam, select, true

from quarantine.checkins import Checkin
from quarantine.messages import Address, Incoming, Kind
from quarantine.people import Episode, Person, Posting
from quarantine.store import Chat, Context, Prompt
from quarantine.windows import NO_LIMITS, Reaches, closes_at, closing_at, reach_of
from storage import lookups, records, tables
from storage.lookups import Index
from storage.sealing import Keyring
from storage.spelling import among, insert_into
from storage.tables import core
from storage.types import Instant

_ADDRESS, _LOOKUP, _PERSON = core(tables.Address), core(tables.Lookup), core(tables.Person)
_EPISODE, _POSTING = core(tables.Episode), core(tables.Posting)
_PROMPT, _CHECKIN = core(tables.Prompt), core(tables.Checkin)
_CONVERSATION = core(tables.Conversation)
T = TypeVar("T")

NOWHERE = ""
"""The account of the chat of a person who has none."""

_NEWEST_PROMPT = (
    select(_PROMPT.c.id)
    .where(_PROMPT.c.responder_id == _PERSON.c.id)
    .order_by(_PROMPT.c.day.desc(), _PROMPT.c.opened_at.desc())
    .limit(1)
    .correlate(_PERSON)
    .scalar_subquery()
)
_KNOWN = select(_LOOKUP.c.digest, _LOOKUP.c.row_id).where(
    _LOOKUP.c.kind == Index.ADDRESS.value, _LOOKUP.c.digest.in_(bindparam("digests", expanding=True))
)
_CHATS = select(_ADDRESS).where(among(_ADDRESS.c.id)).order_by(_ADDRESS.c.id).with_for_update()
_PERSON_IDS = select(_ADDRESS.c.person_id).where(among(_ADDRESS.c.id), _ADDRESS.c.person_id.is_not(None))
_PERSONS = (
    select(
        _PERSON.c.id,
        _PERSON.c.profile,
        _PERSON.c.language,
        _PERSON.c.version,
        _NEWEST_PROMPT.label("prompt_id"),
    )
    .where(among(_PERSON.c.id))
    .order_by(_PERSON.c.id)
    .with_for_update(of=_PERSON)
)
_MEMBERS = select(_PERSON.c.id, _PERSON.c.profile, _PERSON.c.language, _PERSON.c.version).where(
    among(_PERSON.c.id)
)
_HEARD = (
    _ADDRESS.update()
    .where(among(_ADDRESS.c.id))
    .values(
        last_inbound_at=bindparam("heard_at", type_=Instant()),
        reachable=true(),
        open_until=bindparam("until", type_=Instant()),
        next_at=bindparam("told_at", type_=Instant()),
    )
)
_EPISODES = (
    select(_EPISODE)
    .where(among(_EPISODE.c.responder_id), _EPISODE.c.closed_at.is_(None))
    .order_by(_EPISODE.c.id)
)
_POSTINGS = (
    select(_POSTING)
    .where(among(_POSTING.c.person_id), _POSTING.c.valid_to.is_(None))
    .order_by(_POSTING.c.valid_from, _POSTING.c.id)
)
_PROMPTS = (
    select(
        _CHECKIN,
        _PROMPT.c.id.label("its_prompt"),
        _PROMPT.c.responder_id.label("asked"),
        _PROMPT.c.day.label("its_day"),
        _PROMPT.c.slot.label("its_slot"),
        _PROMPT.c.opened_at,
    )
    .select_from(_PROMPT.outerjoin(_CHECKIN, _CHECKIN.c.prompt_id == _PROMPT.c.id))
    .where(among(_PROMPT.c.id))
    .order_by(_CHECKIN.c.id)
)
_CONVERSATIONS = select(_CONVERSATION.c.owner, _CONVERSATION.c.frames, _CONVERSATION.c.version).where(
    among(_CONVERSATION.c.owner)
)
_CHATS_OF = (
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

    Some ten statements, whatever the size of the group. On PostgreSQL the persons and chats are locked first,
    each in the order of their ids, so that two processes never take a turn of the same person at once. Who
    writes can be written to: all chats but those that report a block become reachable. A position that came
    by a link was not written in the chat, and says nothing about it.
    """
    if not incoming:
        return []
    senders = [message.address for message in incoming]
    address_ids = _resolve(conn, keyring, senders, ids)
    chat_ids = sorted(set(address_ids.values()))
    people, chats = _lock(conn, keyring, chat_ids)
    _note_heard(conn, incoming, address_ids, now, reaches)
    known = _read(conn, keyring, people, {chat.id for chat in chats.values() if chat.person_id is None})
    return [known.context(chats[address_ids[sender]]) for sender in senders]


def load_for_owner(conn: Connection, keyring: Keyring, owners: Iterable[int]) -> dict[int, Context]:
    """The same for persons whose turn the clock or a letter's outcome opens; unknown ids are left out.

    The chat is the one heard from most recently among those that can be written to; a person without any has
    a chat with id 0 on no account.
    """
    wanted = sorted(set(owners))
    if not wanted:
        return {}
    people = _people(conn, keyring, wanted)
    chats = {person_id: Chat(0, NOWHERE, person_id, reachable=False) for person_id in people.persons}
    for row in conn.execute(_CHATS_OF, {"ids": list(people.persons)}):
        chats[row.person_id] = records.chat(row)  # the best one comes last
    known = _read(conn, keyring, people, ())
    return {person_id: known.context(chat) for person_id, chat in chats.items()}


@dataclass(slots=True)
class _People:
    """Persons and the newest prompt of each."""

    persons: dict[int, Person] = field(default_factory=dict)
    newest_prompt: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Known:
    """All that was read for a group, by person or by owner of the conversation."""

    people: _People
    members: dict[int, Person]
    episodes: dict[int, list[Episode]]
    postings: dict[int, list[Posting]]
    prompts: dict[int, Prompt]
    conversations: dict[int, tuple[str, int]]

    def context(self, chat: Chat) -> Context:
        """What of it concerns the one behind this chat."""
        owner = chat.id if chat.person_id is None else chat.person_id
        episodes = tuple(self.episodes.get(owner, ()))
        frames, version = self.conversations.get(owner, ("", 0))
        return Context(
            chat=chat,
            person=self.people.persons.get(owner),
            episodes=episodes,
            members=tuple(self.members[one.person_id] for one in episodes),
            prompt=self.prompts.get(self.people.newest_prompt.get(owner, 0)),
            postings=tuple(self.postings.get(owner, ())),
            frames=frames,
            version=version,
        )


def _resolve(
    conn: Connection, keyring: Keyring, senders: Sequence[Address], ids: Callable[[], int]
) -> dict[Address, int]:
    """Address ids by sender. The unique look-up row decides who adds a chat that two processes see."""
    digests = {
        digest: sender
        for sender in senders
        for digest in lookups.address_digests(keyring, *_key(sender)).values()
    }
    found = _look_up(conn, digests)
    missing = [sender for sender in dict.fromkeys(senders) if sender not in found]
    if not missing:
        return found
    fresh = {sender: ids() for sender in missing}
    rows = [
        row for sender, row_id in fresh.items() for row in lookups.of_address(keyring, row_id, *_key(sender))
    ]
    conn.execute(insert_into(conn.dialect.name, _LOOKUP).on_conflict_do_nothing(), rows)
    found = _look_up(conn, digests)
    ours = [
        {
            "id": row_id,
            "account": sender.account,
            "native_user": keyring.seal("address", "native_user", row_id, sender.user),
        }
        for sender, row_id in fresh.items()
        if found[sender] == row_id
    ]
    if ours:
        conn.execute(_ADDRESS.insert(), ours)
    return found


def _key(sender: Address) -> tuple[str, str]:
    return sender.account, sender.user


def _look_up(conn: Connection, digests: dict[bytes, Address]) -> dict[Address, int]:
    rows = conn.execute(_KNOWN, {"digests": list(digests)})
    return {digests[row.digest]: row.row_id for row in rows}


def _lock(conn: Connection, keyring: Keyring, chat_ids: list[int]) -> tuple[_People, dict[int, Chat]]:
    """Persons first, then chats: everybody locks in this order, so that nobody waits in a circle."""
    people = _People()
    if conn.dialect.name == "postgresql":
        known = conn.execute(_PERSON_IDS, {"ids": chat_ids}).scalars()
        people = _people(conn, keyring, sorted(set(known)))
    chats = {row.id: records.chat(row) for row in conn.execute(_CHATS, {"ids": chat_ids})}
    bound = {chat.person_id for chat in chats.values() if chat.person_id is not None}
    # A chat may have been bound while we waited for it: then its person is only known now.
    late = _people(conn, keyring, sorted(bound - people.persons.keys()))
    persons = {**people.persons, **late.persons}
    newest = {**people.newest_prompt, **late.newest_prompt}
    return (
        _People(
            {person_id: person for person_id, person in persons.items() if person_id in bound},
            {person_id: prompt_id for person_id, prompt_id in newest.items() if person_id in bound},
        ),
        chats,
    )


def _people(conn: Connection, keyring: Keyring, person_ids: Sequence[int]) -> _People:
    people = _People()
    if person_ids:
        for row in conn.execute(_PERSONS, {"ids": person_ids}):
            people.persons[row.id] = records.person(keyring, *row[:4])
            if row.prompt_id is not None:
                people.newest_prompt[row.id] = row.prompt_id
    return people


def _note_heard(
    conn: Connection,
    incoming: Sequence[Incoming],
    address_ids: dict[Address, int],
    now: datetime,
    reaches: Reaches,
) -> None:
    """A statement for each length of window, which is one in most deployments."""
    wrote: dict[timedelta | None, set[int]] = defaultdict(set)
    for one in incoming:
        # What came by a link of ours shows nothing to the messenger: it opens no window, and no blocked chat.
        if one.kind is not Kind.BLOCKED and one.answers is None:
            wrote[reach_of(reaches, one.address.account).window].add(address_ids[one.address])
    for window, chats in wrote.items():
        until = None if window is None else closes_at(now, window)
        told_at = None if window is None else closing_at(now, window)
        conn.execute(_HEARD, {"ids": sorted(chats), "heard_at": now, "until": until, "told_at": told_at})


def _read(conn: Connection, keyring: Keyring, people: _People, strangers: Collection[int]) -> _Known:
    persons = list(people.persons)
    episodes = _grouped(conn, _EPISODES, persons, "responder_id", lambda row: records.episode(keyring, row))
    return _Known(
        people=people,
        members=_members(conn, keyring, people, episodes),
        episodes=episodes,
        postings=_grouped(conn, _POSTINGS, persons, "person_id", records.posting),
        prompts=_prompts(conn, list(people.newest_prompt.values())),
        conversations=_conversations(conn, keyring, [*persons, *strangers]),
    )


def _grouped(
    conn: Connection,
    statement: Select[Any],
    ids: Sequence[int],
    key: str,
    read: Callable[[records.AnyRow], T],
) -> dict[int, list[T]]:
    found: dict[int, list[T]] = defaultdict(list)
    if ids:
        for row in conn.execute(statement, {"ids": ids}):
            found[getattr(row, key)].append(read(row))
    return found


def _members(
    conn: Connection, keyring: Keyring, people: _People, episodes: dict[int, list[Episode]]
) -> dict[int, Person]:
    """The persons of the episodes; most answer for themselves and are known already."""
    wanted = {episode.person_id for group in episodes.values() for episode in group}
    members = {person_id: people.persons[person_id] for person_id in wanted & people.persons.keys()}
    others = sorted(wanted - members.keys())
    if others:
        for row in conn.execute(_MEMBERS, {"ids": others}):
            members[row.id] = records.person(keyring, *row)
    return members


def _prompts(conn: Connection, prompt_ids: Sequence[int]) -> dict[int, Prompt]:
    if not prompt_ids:
        return {}
    prompts: dict[int, records.AnyRow] = {}
    checkins: dict[int, list[Checkin]] = defaultdict(list)
    for row in conn.execute(_PROMPTS, {"ids": prompt_ids}):
        prompts[row.its_prompt] = row
        if row.id is not None:
            checkins[row.its_prompt].append(records.checkin(row))
    return {
        prompt_id: Prompt(
            prompt_id, row.asked, str(row.its_day), row.its_slot, row.opened_at, tuple(checkins[prompt_id])
        )
        for prompt_id, row in prompts.items()
    }


def _conversations(conn: Connection, keyring: Keyring, owners: Sequence[int]) -> dict[int, tuple[str, int]]:
    if not owners:
        return {}
    return {
        row.owner: (keyring.open("conversation", "frames", row.owner, row.frames).decode(), row.version)
        for row in conn.execute(_CONVERSATIONS, {"ids": owners})
    }
