"""What is known of people: who they are, what is asked of them and what was talked about, in one trip."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import Connection, select

from quarantine.checkins import Checkin
from quarantine.people import Episode, Person, Posting
from quarantine.store import Chat, Context, Prompt
from storage import records, tables
from storage.queries import Query
from storage.sealing import Keyring
from storage.spelling import among
from storage.tables import core
from storage.trips import Call, together

_PERSON, _EPISODE, _POSTING = core(tables.Person), core(tables.Episode), core(tables.Posting)
_PROMPT, _CHECKIN = core(tables.Prompt), core(tables.Checkin)
_CONVERSATION = core(tables.Conversation)
T = TypeVar("T")

_NEWEST_PROMPT = (
    select(_PROMPT.c.id)
    .where(_PROMPT.c.responder_id == _PERSON.c.id)
    .order_by(_PROMPT.c.day.desc(), _PROMPT.c.opened_at.desc())
    .limit(1)
    .correlate(_PERSON)
    .scalar_subquery()
)
_PERSON_COLUMNS = (_PERSON.c.id, _PERSON.c.profile, _PERSON.c.language, _PERSON.c.version)
LOCKED_PERSONS = (
    select(*_PERSON_COLUMNS, _NEWEST_PROMPT.label("prompt_id"))
    .order_by(_PERSON.c.id)
    .with_for_update(of=_PERSON)
)
"""Persons with their newest prompt, locked in the order of their ids; say of whom."""
PERSONS = Query(LOCKED_PERSONS.where(among(_PERSON.c.id)))
_MEMBERS = Query(select(*_PERSON_COLUMNS).where(among(_PERSON.c.id)))
_EPISODES = Query(
    select(_EPISODE)
    .where(among(_EPISODE.c.responder_id), _EPISODE.c.closed_at.is_(None))
    .order_by(_EPISODE.c.id)
)
_POSTINGS = Query(
    select(_POSTING)
    .where(among(_POSTING.c.person_id), _POSTING.c.valid_to.is_(None))
    .order_by(_POSTING.c.valid_from, _POSTING.c.id)
)
_PROMPTS = Query(
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
_CONVERSATIONS = Query(
    select(_CONVERSATION.c.owner, _CONVERSATION.c.frames, _CONVERSATION.c.version).where(
        among(_CONVERSATION.c.owner)
    )
)


@dataclass(slots=True)
class People:
    """Persons and the newest prompt of each."""

    persons: dict[int, Person] = field(default_factory=dict)
    newest_prompt: dict[int, int] = field(default_factory=dict)

    def add(self, keyring: Keyring, rows: Sequence[records.AnyRow]) -> None:
        """Those of these rows too."""
        for row in rows:
            self.persons[row.id] = records.person(keyring, row.id, row.profile, row.language, row.version)
            if row.prompt_id is not None:
                self.newest_prompt[row.id] = row.prompt_id

    def keep(self, person_ids: Collection[int]) -> None:
        """Only these."""
        self.persons = {one: person for one, person in self.persons.items() if one in person_ids}
        self.newest_prompt = {one: prompt for one, prompt in self.newest_prompt.items() if one in person_ids}


@dataclass(slots=True)
class Known:
    """All that was read for a group, by person or by owner of the conversation."""

    people: People
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


def read(
    conn: Connection,
    keyring: Keyring,
    people: People,
    strangers: Collection[int],
    first: Sequence[Call] = (),
) -> Known:
    """All that is known, in one trip with the calls that go first."""
    persons = list(people.persons)
    calls = [
        _EPISODES(conn, ids=persons),
        _POSTINGS(conn, ids=persons),
        _PROMPTS(conn, ids=list(people.newest_prompt.values())),
        _CONVERSATIONS(conn, ids=[*persons, *strangers]),
    ]
    found = together(conn, [*first, *calls])[len(first) :]
    episodes, postings, prompts, conversations = (answer.rows for answer in found)
    theirs = _grouped(episodes, "responder_id", lambda row: records.episode(keyring, row))
    return Known(
        people=people,
        members=_members(conn, keyring, people, theirs),
        episodes=theirs,
        postings=_grouped(postings, "person_id", records.posting),
        prompts=_prompts(prompts),
        conversations={
            row.owner: (keyring.open("conversation", "frames", row.owner, row.frames).decode(), row.version)
            for row in conversations
        },
    )


def _grouped(
    rows: Sequence[records.AnyRow], key: str, read: Callable[[records.AnyRow], T]
) -> dict[int, list[T]]:
    found: dict[int, list[T]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(read(row))
    return found


def _members(
    conn: Connection, keyring: Keyring, people: People, episodes: dict[int, list[Episode]]
) -> dict[int, Person]:
    """The persons of the episodes; most answer for themselves and are known already."""
    wanted = {episode.person_id for group in episodes.values() for episode in group}
    members = {person_id: people.persons[person_id] for person_id in wanted & people.persons.keys()}
    others = sorted(wanted - members.keys())
    if others:
        for row in _MEMBERS.rows(conn, ids=others):
            members[row.id] = records.person(keyring, *row)
    return members


def _prompts(rows: Sequence[records.AnyRow]) -> dict[int, Prompt]:
    prompts: dict[int, records.AnyRow] = {}
    checkins: dict[int, list[Checkin]] = defaultdict(list)
    for row in rows:
        prompts[row.its_prompt] = row
        if row.id is not None:
            checkins[row.its_prompt].append(records.checkin(row))
    return {
        prompt_id: Prompt(
            prompt_id, row.asked, str(row.its_day), row.its_slot, row.opened_at, tuple(checkins[prompt_id])
        )
        for prompt_id, row in prompts.items()
    }
