"""Effects become SQL: a few bulk statements for a group of turns, one function per kind (DESIGN.md §3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from quarantine.effects import (
    AbsenceAdded,
    AbsenceEnded,
    AddressBound,
    AddressReachable,
    BatchUndone,
    ChatPreferred,
    ChatWatched,
    CheckinMoved,
    CodeClosed,
    CodeIssued,
    CodeMissed,
    ConversationKept,
    Effect,
    EpisodeAdded,
    EpisodeChanged,
    FixShared,
    LetterPosted,
    ListMoved,
    ListSent,
    MenuWanted,
    Noted,
    PersonAdded,
    PersonChanged,
    PostingAdded,
    PostingEnded,
    Reported,
    TaskChanged,
    TaskOpened,
    TaskTold,
    UnitWatched,
)
from storage import apply_episodes, apply_lists, apply_people, apply_rounds, apply_staff, apply_tasks
from storage.newcomers import newcomers_added
from storage.sealing import Keyring
from storage.writing import StaleDecisionError, Writing

__all__ = ["WRITERS", "StaleDecisionError", "apply"]


def _not_stored(writing: Writing, effects: Sequence[MenuWanted]) -> None:
    """Menus go from the channel after the commit; nothing is lost when they are."""


WRITERS: dict[type, Callable[[Writing, Sequence[Any]], None]] = {
    PersonAdded: newcomers_added,
    PersonChanged: apply_people.persons_changed,
    AddressBound: apply_people.addresses_bound,
    AddressReachable: apply_people.addresses_reachable,
    ChatPreferred: apply_people.chats_preferred,
    ChatWatched: apply_people.chats_watched,
    EpisodeAdded: apply_episodes.episodes_added,
    CheckinMoved: apply_rounds.checkins_moved,
    EpisodeChanged: apply_episodes.episodes_changed,
    PostingAdded: apply_staff.postings_added,
    PostingEnded: apply_staff.postings_ended,
    AbsenceAdded: apply_staff.absences_added,
    AbsenceEnded: apply_staff.absences_ended,
    UnitWatched: apply_staff.units_watched,
    CodeIssued: apply_people.codes_issued,
    CodeClosed: apply_people.codes_closed,
    CodeMissed: apply_people.codes_missed,
    Reported: apply_rounds.reported,
    FixShared: apply_rounds.fixes_shared,
    TaskOpened: apply_tasks.tasks_opened,
    TaskChanged: apply_tasks.tasks_changed,
    TaskTold: apply_tasks.tasks_told,
    ConversationKept: apply_rounds.conversations_kept,
    LetterPosted: apply_rounds.letters_posted,
    Noted: apply_tasks.noted,
    ListSent: apply_lists.lists_sent,
    ListMoved: apply_lists.lists_moved,
    BatchUndone: apply_lists.batches_undone,
    MenuWanted: _not_stored,
}
"""What writes each kind of effect, in an order in which every row finds what it points at."""


def apply(
    conn: Connection, keyring: Keyring, effects: Sequence[Effect], now: datetime, ids: Callable[[], int]
) -> None:
    """Write all effects of a group of turns within the caller's transaction; `ids` numbers the history.

    Raises StaleDecisionError when an effect was decided on what somebody else has changed in the meantime:
    the caller rolls back and runs the turns singly.
    """
    kinds: dict[type, list[Effect]] = defaultdict(list)
    for effect in effects:
        kinds[type(effect)].append(effect)
    unknown = kinds.keys() - WRITERS.keys()
    if unknown:
        raise TypeError(f"no writer for {', '.join(sorted(kind.__name__ for kind in unknown))}")
    writing = Writing(conn, keyring, now, ids)
    for kind, write in WRITERS.items():
        if kind in kinds:
            write(writing, kinds[kind])
    writing.finish()
