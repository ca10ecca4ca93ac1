"""Closing windows: who is told that somebody will soon not be reached, and what follows when it is so."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.cards import phone_term
from handlers.chats import asked_all_the_same, channel_name, reached
from handlers.outcomes import channel_lost, followed
from handlers.own import matter_of, others
from handlers.tasklist import seen_question
from quarantine import duty
from quarantine.days import after_quiet, local_day
from quarantine.effects import ChatWatched
from quarantine.messages import Params, Priority, Reason, Term
from quarantine.names import honorific
from quarantine.people import Person
from quarantine.store import Chat
from quarantine.turn import NOTHING, Turn


def chats_due(turn: Turn, chats: Sequence[Chat]) -> None:
    """Windows that are closing, or have closed: somebody is told once of each, if it makes a difference."""
    for chat in chats:
        closed = chat.open_until is None or turn.now >= chat.open_until
        turn.record(ChatWatched(chat.id, None if closed else chat.open_until))
        if chat.person_id is None or not chat.reachable or reached(turn, chat.person_id, without=chat.id):
            continue
        if closed:
            _closed(turn, chat.person_id)
        else:
            _closing(turn, chat, turn.store.officer(chat.person_id))


def _closed(turn: Turn, person_id: int) -> None:
    """Nobody waits for an answer that cannot be asked for, unless the questions go as approved messages."""
    if not asked_all_the_same(turn, person_id):
        channel_lost(turn, person_id, Reason.WINDOW)


def _closing(turn: Turn, chat: Chat, person: Person) -> None:
    """The officer of a resident is told, and an officer whose own chat it is."""
    followed_now = followed(turn, person.id)
    if turn.store.postings_of(person.id):
        _tell(turn, chat, "window.own", person)
    if not followed_now:
        return
    file = turn.store.file(followed_now[0].id)
    if file is None:
        return
    staff = others(turn.store.officers(file.unit.id), matter_of(file))
    officer = duty.responsible(staff)
    if officer is not None:
        age = person.age(local_day(turn.now))
        they = Term(f"window.they_{honorific(age, person.sex)}")
        phone = phone_term(person.phone)
        about = {"name": person.name, "they": they, "phone": phone}
        _tell(turn, chat, "window.closing", officer.person, about)


def _tell(turn: Turn, chat: Chat, key: str, to: Person, about: Params = NOTHING) -> None:
    """A routine letter, for as long as it is of use."""
    heard, until = chat.heard_at or turn.now, chat.open_until or turn.now
    turn.say(
        key,
        about,
        to=to.id,
        asked=seen_question(),
        priority=Priority.REPORT,
        not_before=after_quiet(turn.now),
        valid_for=until - turn.now,
        channel=channel_name(turn, chat.account),
        days=(turn.now - heard).days,
        until=until,
    )
