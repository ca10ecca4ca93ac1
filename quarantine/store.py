"""What a turn may read: its context, loaded for the whole group, and the questions it may ask storage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from quarantine.batches import Batch
from quarantine.checkins import Checkin
from quarantine.day_sheet import DayRecord
from quarantine.effects import Code
from quarantine.letters import Asked
from quarantine.list_drafts import ListDraft
from quarantine.location import Judgement
from quarantine.people import Absence, Episode, EpisodeState, Officer, Person, Posting, Unit
from quarantine.tasks import Task, TaskKind
from quarantine.triage import Level
from quarantine.units import OtherName
from quarantine.windows import Reach


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat as we know it; `released` when another chat has taken its place.

    `preferred_at` is when the person chose to be written to here: the latest choice holds. After `open_until`
    nothing arrives there but approved messages, until the person writes again; None where that has no end.
    """

    id: int
    account: str
    person_id: int | None
    reachable: bool = True
    language: str | None = None
    released: bool = False
    preferred_at: datetime | None = None
    heard_at: datetime | None = None
    open_until: datetime | None = None

    def usable(self, now: datetime) -> bool:
        """Whether anything may be written there now."""
        return self.reachable and (self.open_until is None or self.open_until > now)


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question to one responder for one slot of one day, with the check-ins that it is about."""

    id: int
    responder_id: int
    day: str
    slot: str
    opened_at: datetime
    checkins: tuple[Checkin, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """What is known at the start of a turn about the one who wrote.

    `episodes` are the open ones that the person answers for; `prompt` is the newest prompt sent to them,
    whatever its state; `frames` is the JSON text of the conversation, "" when there is none.
    """

    chat: Chat
    person: Person | None = None
    episodes: tuple[Episode, ...] = ()
    members: tuple[Person, ...] = ()
    prompt: Prompt | None = None
    postings: tuple[Posting, ...] = ()
    frames: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class LastReport:
    """The newest answers of an episode, as task cards tell them."""

    at: datetime
    signs: frozenset[str]
    temperature: float | None
    level: Level
    verdict: str | None
    distance_m: int | None
    accuracy_m: int | None


@dataclass(frozen=True, slots=True)
class File:
    """An episode with its people and unit: what a card or a review shows.

    `sent_at` is when the file came to us, `verified_at` when the commune confirmed it.
    """

    episode: Episode
    person: Person
    responder: Person
    unit: Unit
    sent_at: datetime | None = field(default=None, compare=False)
    verified_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of the history: what was done to a file, when and by whom; None is the system itself."""

    kind: str
    at: datetime
    by: int | None
    detail: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Totals:
    """How many open files there are by state, and how many tasks that are not done by kind."""

    files: Mapping[EpisodeState, int]
    tasks: Mapping[TaskKind, int]


class Store(Protocol):
    """Read-only questions of handlers; an answer is decided upon and its version checked on writing."""

    def unit(self, unit_id: int) -> Unit:
        """The unit of that id."""
        ...

    def superiors(self, unit_id: int) -> Sequence[Unit]:
        """The units above it, nearest first (command, not support)."""
        ...

    def supporters(self, unit_id: int) -> Sequence[Unit]:
        """The regional centres that support it."""
        ...

    def tops(self) -> Sequence[Unit]:
        """The units that nobody stands above: the CDC of each province, by code."""
        ...

    def communes(self, under: Sequence[int]) -> Sequence[Unit]:
        """All stations at or below these units, for searching by name."""
        ...

    def other_names(self, under: Sequence[int]) -> Sequence[OtherName]:
        """The other names of all units at or below these: aliases, and what they were before."""
        ...

    def officers(self, unit_id: int) -> Sequence[Officer]:
        """Everybody posted at the unit now, longest-serving first."""
        ...

    def officer(self, person_id: int) -> Person:
        """A member of staff by person id."""
        ...

    def file(self, episode_id: int) -> File | None:
        """An episode with its people and unit."""
        ...

    def files_of(self, episode_ids: Sequence[int]) -> Mapping[int, File]:
        """The files of these episodes by their ids, at the cost of one."""
        ...

    def files(
        self, unit_ids: Sequence[int], states: Sequence[EpisodeState], limit: int, offset: int = 0
    ) -> Sequence[File]:
        """Files of these units in these states, oldest first."""
        ...

    def files_ended(self, unit_ids: Sequence[int], day: date, limit: int, offset: int = 0) -> Sequence[File]:
        """Files of these units that were completed on this local day, the earliest first."""
        ...

    def tally(
        self, unit_ids: Sequence[int], states: Sequence[EpisodeState], since: datetime
    ) -> tuple[int, int]:
        """How many files of these units are in these states: all, and those that came since then."""
        ...

    def files_sought(
        self, unit_ids: Sequence[int], limit: int, *, phone: str = "", name: str = ""
    ) -> Sequence[File]:
        """Files of these units, closed ones too, by exact phone or by whole words of the name.

        Open ones come first, then the newest.
        """
        ...

    def history(self, person_id: int, kinds: Sequence[str], limit: int) -> Sequence[HistoryLine]:
        """The last lines of these kinds about a person, newest first."""
        ...

    def subtree(self, unit_ids: Sequence[int]) -> Sequence[int]:
        """Ids of these units and of all below them."""
        ...

    def supported(self, unit_id: int) -> Sequence[int]:
        """Ids of the units that this centre supports."""
        ...

    def persons_by_phone(self, phone: str) -> Sequence[Person]:
        """People with exactly this national number."""
        ...

    def persons_by_identity(self, identity: str) -> Sequence[Person]:
        """People with exactly this identity number."""
        ...

    def open_episodes(self, person_id: int) -> Sequence[Episode]:
        """The open episodes of a person (not those they answer for)."""
        ...

    def episodes_answered_by(self, person_id: int) -> Sequence[Episode]:
        """The open episodes that a person answers for."""
        ...

    def code(self, text: str) -> Code | None:
        """The code with this text, used or expired ones included."""
        ...

    def code_by_id(self, code_id: int) -> Code | None:
        """A code by its row id, as conversations remember it."""
        ...

    def missed_codes(self, address_id: int, account: str, since: datetime) -> tuple[int, int]:
        """Wrong codes since then: in this chat, and on the whole account."""
        ...

    def task(self, task_id: int) -> Task | None:
        """A task by id."""
        ...

    def open_task(self, person_id: int, kind: TaskKind) -> Task | None:
        """The person's open task of that kind."""
        ...

    def undone_tasks(self, person_ids: Sequence[int]) -> Sequence[Task]:
        """All open and taken tasks of these people."""
        ...

    def open_tasks(self, unit_ids: Sequence[int], limit: int, offset: int = 0) -> Sequence[Task]:
        """Open and taken tasks of these units: RED first, then by deadline."""
        ...

    def shown(self, owner: int, limit: int, chat_id: int | None = None) -> Sequence[Asked]:
        """The last questions that reached this reader, in this chat or in any, newest first.

        A prompt's has no options.
        """
        ...

    def last_report(self, episode_id: int) -> LastReport | None:
        """The newest report and fix of an episode."""
        ...

    def last_reports(self, episode_ids: Sequence[int]) -> Mapping[int, LastReport]:
        """The newest reports of these episodes, at the cost of one; those without any are left out."""
        ...

    def last_fix(self, episode_id: int) -> tuple[Judgement, datetime] | None:
        """The newest judged position of an episode and when it was stored."""
        ...

    def day_records(self, episode_id: int) -> Sequence[DayRecord]:
        """All check-ins of an episode with their newest reports, and the reports out of turn."""
        ...

    def checkin(self, checkin_id: int) -> Checkin | None:
        """A check-in by id."""
        ...

    def open_checkins(self, responder_id: int) -> Sequence[Checkin]:
        """The check-ins that still wait for this person's answer in time."""
        ...

    def last_checkin(self, episode_id: int) -> Checkin | None:
        """The newest check-in of an episode."""
        ...

    def prompt(self, prompt_id: int) -> Prompt | None:
        """A prompt by id."""
        ...

    def chats(self, person_id: int) -> Sequence[Chat]:
        """The chats that speak for a person."""
        ...

    def conversation(self, person_id: int) -> str:
        """The conversation of a person as JSON text, "" when there is none."""
        ...

    def postings_of(self, person_id: int) -> Sequence[Posting]:
        """What a person is posted to now, the oldest first."""
        ...

    def absences_of(self, person_id: int) -> Sequence[Absence]:
        """The days off of a person that are not over yet, the first ones first."""
        ...

    def tasks_of(self, owner_id: int) -> Sequence[Task]:
        """What a person has taken and not done."""
        ...

    def units_below(self, unit_ids: Sequence[int]) -> Sequence[Unit]:
        """These units and all below them that are not abolished, by code."""
        ...

    def totals(self, unit_ids: Sequence[int]) -> Totals:
        """What is open in these units, in numbers."""
        ...

    def draft_in_hand(self, person_id: int | None) -> ListDraft | None:
        """The newest list of this sender that is looked at, shown or being written."""
        ...

    def list_draft(self, draft_id: int) -> ListDraft | None:
        """A list that came by chat."""
        ...

    def batch(self, batch_id: int) -> Batch | None:
        """A list that was brought in."""
        ...

    def newest_batch(self, person_id: int) -> Batch | None:
        """The last list that this person brought in and that is not taken back."""
        ...

    def batch_units(self, batch_id: int) -> Mapping[int, int]:
        """How many people a batch brought to each station."""
        ...

    def reach(self, account: str) -> Reach:
        """How far an account reaches."""
        ...
