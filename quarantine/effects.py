"""Effects: what a turn decided should be written; storage alone turns them into SQL (DESIGN.md §3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from quarantine.checkins import Checkin
from quarantine.letters import Letter
from quarantine.list_drafts import ListDraft
from quarantine.location import Fix, Grade, Judgement
from quarantine.people import Absence, Episode, Person, Posting, Role
from quarantine.tasks import Method, Task
from quarantine.triage import Level


@dataclass(frozen=True, slots=True)
class LetterPosted:
    """Somebody is to receive this."""

    letter: Letter


@dataclass(frozen=True, slots=True)
class ConversationKept:
    """The conversation of a person (or of a stranger's address) as the turn leaves it.

    `frames` is JSON text and is sealed; until `busy_until` a routine prompt does not interrupt.
    """

    owner: int
    frames: str
    busy_until: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class AddressBound:
    """A chat now speaks for this person; other chats of the person on that account are let go."""

    address_id: int
    person_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class AddressReachable:
    """The messenger said that the chat can (or can no longer) be written to."""

    address_id: int
    reachable: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class ChatPreferred:
    """A person wants to be written to in this chat from now on."""

    address_id: int
    person_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ChatWatched:
    """When the window of a chat is looked at again; None when all has been told until its person writes."""

    address_id: int
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class PersonAdded:
    """Somebody new is known; refused when their phone or identity number is held by others than `besides`.

    `besides` are those whom the decider has seen to have it, None where nobody looked.
    """

    person: Person
    at: datetime
    besides: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class PersonChanged:
    """Somebody's data was corrected; refused when the person is no longer at `before.version`."""

    before: Person
    after: Person
    by: int | None
    at: datetime
    why: str = ""


@dataclass(frozen=True, slots=True)
class EpisodeAdded:
    """A quarantine begins its life, as notified."""

    episode: Episode
    at: datetime


@dataclass(frozen=True, slots=True)
class EpisodeChanged:
    """An episode moved on; refused when it is no longer at `before.version`."""

    before: Episode
    after: Episode
    by: int | None
    at: datetime
    why: str


class CodeFor(StrEnum):
    """Whom a code binds."""

    RESIDENT = "resident"
    OFFICER = "officer"


@dataclass(frozen=True, slots=True)
class Code:
    """A single-use code; for an officer it carries the posting that it will make."""

    id: int
    purpose: CodeFor
    expires_at: datetime
    episode_id: int | None = None
    unit_id: int | None = None
    role: Role | None = None
    deputy: bool = False
    used_at: datetime | None = None
    issued_by: int | None = None


@dataclass(frozen=True, slots=True)
class CodeIssued:
    """A code was made; only its blind index and its sealed text are kept. Older codes of the episode die."""

    code: Code
    text: str
    by: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class CodeClosed:
    """A code was used or withdrawn; refused when somebody else has closed it in the meantime."""

    code_id: int
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class CodeMissed:
    """A wrong code was typed in this chat."""

    address_id: int
    account: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PostingAdded:
    """A person takes up a role at a unit."""

    posting: Posting
    by: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class PostingEnded:
    """A person's role at a unit ends at once, and with it the invitations that they have given.

    Refused when somebody else has ended it already.
    """

    posting: Posting
    by: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class AbsenceAdded:
    """A member of staff will not work on these days."""

    absence: Absence
    by: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class AbsenceEnded:
    """They work again, or the absence was a mistake; the row stays."""

    absence: Absence
    by: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class UnitWatched:
    """At that instant somebody has to look whether the unit is attended (handlers/attendance.py)."""

    unit_id: int
    at: datetime


class ReportedBy(StrEnum):
    """Who gave the answers."""

    SELF = "self"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Reported:
    """The answers of one check-in, or of a word out of turn; a correction is a new version."""

    id: int
    episode_id: int
    checkin_id: int | None
    at: datetime
    signs: frozenset[str]
    level: Level
    reasons: tuple[str, ...] = ()
    temperature: float | None = None
    text: str = ""
    by: ReportedBy = ReportedBy.SELF
    reporter_id: int | None = None
    method: Method | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class FixShared:
    """A position was shared, and how it was judged."""

    id: int
    episode_id: int
    checkin_id: int | None
    fix: Fix | None
    judgement: Judgement
    grade: Grade | None
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CheckinMoved:
    """A check-in moved on; refused when it is no longer at `before.version`."""

    before: Checkin
    after: Checkin


@dataclass(frozen=True, slots=True)
class TaskOpened:
    """Something a human must do; nothing happens when the person already has an open task of the kind."""

    task: Task


@dataclass(frozen=True, slots=True)
class TaskChanged:
    """A task was taken, climbed or was done; refused when it is no longer at `before.version`."""

    before: Task
    after: Task
    by: int | None
    at: datetime
    method: Method | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class TaskTold:
    """A rung of the ladder was told; once per (task, level)."""

    task_id: int
    level: int
    recipients: tuple[int, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Noted:
    """A line of the append-only history: who looked at or changed what (DESIGN.md §7)."""

    kind: str
    at: datetime
    by: int | None = None
    person_id: int | None = None
    episode_id: int | None = None
    task_id: int | None = None
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MenuWanted:
    """The chat's command menu should fit the person's roles and language."""

    owner: int
    address_id: int


@dataclass(frozen=True, slots=True)
class ListSent:
    """Somebody sent a list: it is to be fetched and looked at."""

    draft: ListDraft
    at: datetime


@dataclass(frozen=True, slots=True)
class ListMoved:
    """Something was decided of a list; refused when it is no longer as it was before."""

    before: ListDraft
    after: ListDraft


@dataclass(frozen=True, slots=True)
class BatchUndone:
    """A list that was brought in is taken back; refused when somebody of it is verified."""

    batch_id: int
    by: int | None
    at: datetime


Effect = (
    LetterPosted
    | ConversationKept
    | AddressBound
    | AddressReachable
    | ChatPreferred
    | ChatWatched
    | PersonAdded
    | PersonChanged
    | EpisodeAdded
    | EpisodeChanged
    | CodeIssued
    | CodeClosed
    | CodeMissed
    | PostingAdded
    | PostingEnded
    | AbsenceAdded
    | AbsenceEnded
    | UnitWatched
    | Reported
    | FixShared
    | CheckinMoved
    | TaskOpened
    | TaskChanged
    | TaskTold
    | Noted
    | ListSent
    | ListMoved
    | BatchUndone
    | MenuWanted
)
