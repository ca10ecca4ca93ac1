"""A store in memory: answers the questions of handlers and applies the effects of turns, as storage does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

from quarantine import effects as e
from quarantine.checkins import Checkin, Stage
from quarantine.day_sheet import DayRecord
from quarantine.days import local_day
from quarantine.letters import Asked, Letter
from quarantine.location import Judgement
from quarantine.names import words
from quarantine.people import (
    OPEN_STATES,
    Absence,
    Episode,
    EpisodeState,
    Officer,
    Person,
    Posting,
    Role,
    Unit,
    UnitKind,
)
from quarantine.store import Chat, Context, File, HistoryLine, LastReport, Prompt, Totals
from quarantine.tasks import Task, TaskKind, TaskState
from quarantine.units import OtherName
from quarantine.windows import Reach, Reaches, reach_of


class ConflictError(Exception):
    """An effect was decided on a version that is no longer there: storage would run the turn again."""


def _record(day: date, stage: Stage | None, report: e.Reported | None) -> DayRecord:
    """A check-in with its report."""
    if report is None:
        return DayRecord(day, stage)
    return DayRecord(day, stage, report.at, report.signs, report.temperature, report.level)


def _changed(before: Episode, after: Episode) -> dict[str, object]:
    """What changed, as the history keeps it."""
    old, new = asdict(before), asdict(after)
    return {key: [old[key], new[key]] for key in old if old[key] != new[key]}


@dataclass
class FakeStore:
    """Everything by id; `apply` keeps the rules that the database keeps: versions, one open task a kind."""

    units: dict[int, Unit] = field(default_factory=dict)
    supports: dict[int, list[int]] = field(default_factory=dict)
    """Centre → the stations that it supports."""
    names: list[OtherName] = field(default_factory=list)
    persons: dict[int, Person] = field(default_factory=dict)
    postings: dict[int, Posting] = field(default_factory=dict)
    absences: dict[int, Absence] = field(default_factory=dict)
    watched: list[e.UnitWatched] = field(default_factory=list)
    episodes: dict[int, Episode] = field(default_factory=dict)
    sent_at: dict[int, datetime] = field(default_factory=dict)
    verified_at: dict[int, datetime] = field(default_factory=dict)
    tasks: dict[int, Task] = field(default_factory=dict)
    codes: dict[int, tuple[e.Code, str]] = field(default_factory=dict)
    missed: list[e.CodeMissed] = field(default_factory=list)
    addresses: dict[int, Chat] = field(default_factory=dict)
    reaches: Reaches = field(default_factory=dict)
    prompts: dict[int, Prompt] = field(default_factory=dict)
    checkins: dict[int, Checkin] = field(default_factory=dict)
    reports: list[e.Reported] = field(default_factory=list)
    fixes: list[e.FixShared] = field(default_factory=list)
    conversations: dict[int, tuple[str, int]] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)
    notes: list[e.Noted] = field(default_factory=list)
    told: list[e.TaskTold] = field(default_factory=list)
    menus: list[e.MenuWanted] = field(default_factory=list)
    applied: list[e.Effect] = field(default_factory=list)

    # Questions, in the order of quarantine.store.Store

    def unit(self, unit_id: int) -> Unit:
        """The unit of that id."""
        return self.units[unit_id]

    def superiors(self, unit_id: int) -> list[Unit]:
        """The units above it, nearest first."""
        above = self.units[unit_id].parent_id
        return [] if above is None else [self.units[above], *self.superiors(above)]

    def supporters(self, unit_id: int) -> list[Unit]:
        """The centres that support it."""
        return [self.units[centre] for centre, below in self.supports.items() if unit_id in below]

    def tops(self) -> list[Unit]:
        """The CDC of each province."""
        return [one for one in self.units.values() if one.kind is UnitKind.CDC]

    def communes(self, under: Sequence[int]) -> list[Unit]:
        """All stations at or below these units."""
        return [self.units[one] for one in self.subtree(under) if self.units[one].kind is UnitKind.STATION]

    def other_names(self, under: Sequence[int]) -> list[OtherName]:
        """The other names of all units at or below these."""
        return [one for one in self.names if one.unit_id in self.subtree(under)]

    def officers(self, unit_id: int) -> list[Officer]:
        """Everybody posted at the unit, longest-serving first."""
        here = [one for one in self.postings.values() if one.unit_id == unit_id]
        away = {one.person_id for one in self.absences.values()}
        return [Officer(self.persons[one.person_id], one, one.person_id in away) for one in here]

    def officer(self, person_id: int) -> Person:
        """A member of staff."""
        return self.persons[person_id]

    def file(self, episode_id: int) -> File | None:
        """An episode with its people and unit."""
        episode = self.episodes.get(episode_id)
        if episode is None:
            return None
        people = self.persons[episode.person_id], self.persons[episode.responder_id]
        moments = self.sent_at.get(episode_id), self.verified_at.get(episode_id)
        return File(episode, *people, self.units[episode.unit_id], *moments)

    def files_of(self, episode_ids: Sequence[int]) -> dict[int, File]:
        """The files of these episodes by their ids."""
        found = {one: self.file(one) for one in episode_ids}
        return {one: file for one, file in found.items() if file is not None}

    def files(
        self, unit_ids: Sequence[int], states: Sequence[EpisodeState], limit: int, offset: int = 0
    ) -> list[File]:
        """Files of these units in these states, oldest first."""
        ids = [one.id for one in self.episodes.values() if one.unit_id in unit_ids and one.state in states]
        return [file for one in ids[offset : offset + limit] if (file := self.file(one)) is not None]

    def files_ended(self, unit_ids: Sequence[int], day: date, limit: int, offset: int = 0) -> list[File]:
        """Files of these units that were completed on this local day, the earliest first."""
        ids = [
            one.after.id
            for one in self.applied
            if isinstance(one, e.EpisodeChanged)
            and one.after.state is EpisodeState.COMPLETED
            and one.after.unit_id in unit_ids
            and local_day(one.at) == day
        ]
        return [file for one in ids[offset : offset + limit] if (file := self.file(one)) is not None]

    def tally(
        self, unit_ids: Sequence[int], states: Sequence[EpisodeState], since: datetime
    ) -> tuple[int, int]:
        """How many files of these units are in these states: all, and those that came since then."""
        ids = [one.id for one in self.episodes.values() if one.unit_id in unit_ids and one.state in states]
        return len(ids), sum((at := self.sent_at.get(one)) is not None and at >= since for one in ids)

    def files_sought(
        self, unit_ids: Sequence[int], limit: int, *, phone: str = "", name: str = ""
    ) -> list[File]:
        """Files of these units by phone or by whole words of the name, open ones first, then the newest."""
        found = [one for key in self.episodes if (one := self.file(key)) and one.unit.id in unit_ids]
        if phone:
            found = [one for one in found if one.person.phone == phone]
        else:
            found = [one for one in found if set(words(name)) <= set(words(one.person.name))]
        found.sort(key=lambda one: (one.episode.state not in OPEN_STATES, -one.episode.id))
        return found[:limit]

    def history(self, person_id: int, kinds: Sequence[str], limit: int) -> list[HistoryLine]:
        """The last lines of these kinds about a person, newest first."""
        found = [
            HistoryLine(
                "episode_changed",
                one.at,
                one.by,
                {"changed": _changed(one.before, one.after), "why": one.why},
            )
            for one in self.applied
            if isinstance(one, e.EpisodeChanged) and one.after.person_id == person_id
        ]
        return [line for line in found[::-1] if line.kind in kinds][:limit]

    def subtree(self, unit_ids: Sequence[int]) -> list[int]:
        """Ids of these units and of all below them."""
        found = list(dict.fromkeys(unit_ids))
        for one in found:
            found.extend(unit.id for unit in self.units.values() if unit.parent_id == one)
        return list(dict.fromkeys(found))

    def supported(self, unit_id: int) -> list[int]:
        """Ids of the units that this centre supports."""
        return self.supports.get(unit_id, [])

    def persons_by_phone(self, phone: str) -> list[Person]:
        """People with exactly this number."""
        return [one for one in self.persons.values() if one.phone == phone]

    def persons_by_identity(self, identity: str) -> list[Person]:
        """People with exactly this identity number."""
        return [one for one in self.persons.values() if one.identity == identity]

    def open_episodes(self, person_id: int) -> list[Episode]:
        """The open episodes of a person."""
        return [
            one for one in self.episodes.values() if one.person_id == person_id and one.state in OPEN_STATES
        ]

    def episodes_answered_by(self, person_id: int) -> list[Episode]:
        """The open episodes that a person answers for."""
        return [
            one
            for one in self.episodes.values()
            if one.responder_id == person_id and one.state in OPEN_STATES
        ]

    def code(self, text: str) -> e.Code | None:
        """The newest code with this text."""
        return next((code for code, known in reversed(self.codes.values()) if known == text), None)

    def code_by_id(self, code_id: int) -> e.Code | None:
        """A code by its row id."""
        return self.codes[code_id][0] if code_id in self.codes else None

    def missed_codes(self, address_id: int, account: str, since: datetime) -> tuple[int, int]:
        """Wrong codes since then: in this chat, and on the whole account."""
        late = [one for one in self.missed if one.account == account and one.at >= since]
        return sum(one.address_id == address_id for one in late), len(late)

    def task(self, task_id: int) -> Task | None:
        """A task by id."""
        return self.tasks.get(task_id)

    def open_task(self, person_id: int, kind: TaskKind) -> Task | None:
        """The person's open task of that kind."""
        mine = (one for one in self.tasks.values() if one.person_id == person_id and one.kind is kind)
        return next((one for one in mine if one.state is not TaskState.DONE), None)

    def undone_tasks(self, person_ids: Sequence[int]) -> list[Task]:
        """All open and taken tasks of these people."""
        mine = (one for one in self.tasks.values() if one.person_id in person_ids)
        return [one for one in mine if one.state is not TaskState.DONE]

    def open_tasks(self, unit_ids: Sequence[int], limit: int, offset: int = 0) -> list[Task]:
        """Open and taken tasks of these units: RED first, then by deadline."""
        found = [one for one in self.tasks.values() if one.unit_id in unit_ids]
        found = [one for one in found if one.state is not TaskState.DONE]
        found.sort(key=lambda one: (one.kind is not TaskKind.RED, one.next_at or one.opened_at))
        return found[offset : offset + limit]

    def shown(self, owner: int, limit: int, chat_id: int | None = None) -> list[Asked]:  # noqa: ARG002 - one chat each
        """The last questions posted to this reader, newest first."""
        asked = [one.asked for one in self.letters if one.owner == owner and one.asked]
        return asked[::-1][:limit]

    def last_report(self, episode_id: int) -> LastReport | None:
        """The newest report and fix of an episode."""
        report = next((one for one in reversed(self.reports) if one.episode_id == episode_id), None)
        if report is None:
            return None
        fix = self.last_fix(episode_id)
        verdict, away, error = None, None, None
        if fix is not None:
            verdict = str(fix[0].verdict)
            away = None if fix[0].distance_m is None else round(fix[0].distance_m)
            error = None if fix[0].accuracy_m is None else round(fix[0].accuracy_m)
        return LastReport(report.at, report.signs, report.temperature, report.level, verdict, away, error)

    def last_reports(self, episode_ids: Sequence[int]) -> dict[int, LastReport]:
        """The newest reports of these episodes."""
        found = {one: self.last_report(one) for one in episode_ids}
        return {one: report for one, report in found.items() if report is not None}

    def last_fix(self, episode_id: int) -> tuple[Judgement, datetime] | None:
        """The newest judged position of an episode and when it was stored."""
        fix = next((one for one in reversed(self.fixes) if one.episode_id == episode_id), None)
        return None if fix is None else (fix.judgement, fix.at)

    def day_records(self, episode_id: int) -> list[DayRecord]:
        """All check-ins of an episode with their newest reports, and the reports out of turn."""
        mine = [one for one in self.reports if one.episode_id == episode_id]
        newest = {one.checkin_id: one for one in mine}
        found = [
            _record(one.day, one.stage, newest.get(one.id))
            for one in self.checkins.values()
            if one.episode_id == episode_id
        ]
        return found + [_record(local_day(one.at), None, one) for one in mine if one.checkin_id is None]

    def checkin(self, checkin_id: int) -> Checkin | None:
        """A check-in by id."""
        return self.checkins.get(checkin_id)

    def open_checkins(self, responder_id: int) -> list[Checkin]:
        """The check-ins that still wait for this person's answer in time."""
        mine = (one for one in self.checkins.values() if one.responder_id == responder_id)
        return [one for one in mine if one.stage in {Stage.WAITING, Stage.PROMPTED}]

    def last_checkin(self, episode_id: int) -> Checkin | None:
        """The newest check-in of an episode."""
        mine = [one for one in self.checkins.values() if one.episode_id == episode_id]
        return max(mine, key=lambda one: one.closes_at, default=None)

    def prompt(self, prompt_id: int) -> Prompt | None:
        """A prompt, with its check-ins as they are now."""
        found = self.prompts.get(prompt_id)
        return found and replace(found, checkins=tuple(self.checkins[one.id] for one in found.checkins))

    def chats(self, person_id: int) -> list[Chat]:
        """The chats that speak for a person."""
        return [one for one in self.addresses.values() if one.person_id == person_id]

    def conversation(self, person_id: int) -> str:
        """The conversation of a person."""
        return self.conversations.get(person_id, ("", 0))[0]

    def postings_of(self, person_id: int) -> list[Posting]:
        """What a person is posted to."""
        return [one for one in self.postings.values() if one.person_id == person_id]

    def absences_of(self, person_id: int) -> list[Absence]:
        """The days off of a person."""
        return [one for one in self.absences.values() if one.person_id == person_id]

    def tasks_of(self, owner_id: int) -> list[Task]:
        """What a person has taken and not done."""
        mine = (one for one in self.tasks.values() if one.owner_id == owner_id)
        return [one for one in mine if one.state is TaskState.TAKEN]

    def units_below(self, unit_ids: Sequence[int]) -> list[Unit]:
        """These units and all below them."""
        return [self.units[one] for one in self.subtree(unit_ids)]

    def totals(self, unit_ids: Sequence[int]) -> Totals:
        """What is open in these units, in numbers."""
        files = [one for one in self.episodes.values() if one.unit_id in unit_ids]
        tasks = [one for one in self.tasks.values() if one.unit_id in unit_ids]
        return Totals(
            dict(Counter(one.state for one in files if one.state in OPEN_STATES)),
            dict(Counter(one.kind for one in tasks if one.state is not TaskState.DONE)),
        )

    def reach(self, account: str) -> Reach:
        """How far an account reaches."""
        return reach_of(self.reaches, account)

    def context(self, address_id: int) -> Context:
        """What a turn that is opened by this chat is given."""
        chat = self.addresses[address_id]
        if chat.person_id is None:
            frames, version = self.conversations.get(chat.id, ("", 0))
            return Context(chat, frames=frames, version=version)
        me = self.persons[chat.person_id]
        mine = tuple(self.episodes_answered_by(me.id))
        frames, version = self.conversations.get(me.id, ("", 0))
        prompts = [one.id for one in self.prompts.values() if one.responder_id == me.id]
        return Context(
            chat,
            me,
            mine,
            tuple(self.persons[one.person_id] for one in mine),
            self.prompt(prompts[-1]) if prompts else None,
            tuple(one for one in self.postings.values() if one.person_id == me.id),
            frames,
            version,
        )

    # Scenery

    def add_unit(self, unit_id: int, name: str, kind: UnitKind = UnitKind.STATION, **more: Any) -> Unit:
        """A unit; stations lie below unit 1 unless `parent_id` says otherwise."""
        facts = {"province": "Hà Nội", "parent_id": None if kind is UnitKind.CDC else 1, **more}
        self.units[unit_id] = Unit(unit_id, f"U{unit_id}", kind, name, **facts)
        return self.units[unit_id]

    def add_staff(self, person_id: int, name: str, unit_id: int, role: Role, **more: Any) -> Person:
        """A person with a posting and a chat of the same id."""
        phone = more.pop("phone", f"09120000{person_id:02d}")
        self.persons[person_id] = Person(person_id, name, phone, 1990)
        self.postings[person_id] = Posting(person_id, person_id, unit_id, role, **more)
        self.addresses[person_id] = Chat(person_id, "telegram", person_id)
        return self.persons[person_id]

    def add_file(self, person: Person, episode: Episode) -> None:
        """A person in an episode, whatever its state."""
        self.persons[person.id] = person
        self.episodes[episode.id] = episode

    # Effects

    def apply(self, effects: Sequence[e.Effect]) -> None:
        """Write what a turn decided, all or nothing."""
        for effect in effects:
            self._check(effect)
        writers = self._writers()
        for effect in effects:
            writers[type(effect)](effect)
            self.applied.append(effect)

    def _check(self, effect: e.Effect) -> None:
        rows = {e.EpisodeChanged: self.episodes, e.TaskChanged: self.tasks, e.CheckinMoved: self.checkins}
        if isinstance(effect, e.EpisodeChanged | e.TaskChanged | e.CheckinMoved):
            known: Any = rows[type(effect)][effect.before.id]
            if known.version != effect.before.version:
                raise ConflictError(f"{type(effect).__name__} on version {effect.before.version}")
        if isinstance(effect, e.CodeClosed) and self.codes[effect.code_id][0].used_at is not None:
            raise ConflictError("The code was closed already.")

    def _put(self, rows: dict[int, Any], row: Any) -> None:
        rows[row.id] = replace(row, version=row.version + 1)

    def _change(self, effect: e.EpisodeChanged) -> None:
        self._put(self.episodes, effect.after)
        if effect.after.state is EpisodeState.VERIFIED:
            self.verified_at.setdefault(effect.after.id, effect.at)

    def _converse(self, effect: e.ConversationKept) -> None:
        _, version = self.conversations.get(effect.owner, ("", 0))
        if effect.version not in {-1, version}:
            raise ConflictError("The conversation went on in the meantime.")
        self.conversations[effect.owner] = (effect.frames, version + 1)

    def _bind(self, effect: e.AddressBound) -> None:
        account = self.addresses[effect.address_id].account
        for chat in self.chats(effect.person_id):
            if chat.account == account:
                self.addresses[chat.id] = replace(chat, person_id=None)
        chat = self.addresses[effect.address_id]
        self.addresses[chat.id] = replace(chat, person_id=effect.person_id)

    def _reach(self, effect: e.AddressReachable) -> None:
        self._chat(effect.address_id, reachable=effect.reachable)

    def _chat(self, address_id: int, **changes: Any) -> None:
        self.addresses[address_id] = replace(self.addresses[address_id], **changes)

    def _issue(self, effect: e.CodeIssued) -> None:
        for known, text in list(self.codes.values()):
            if effect.code.episode_id is not None and known.episode_id == effect.code.episode_id:
                self.codes[known.id] = (replace(known, used_at=known.used_at or effect.at), text)
        self.codes[effect.code.id] = (effect.code, effect.text)

    def _close(self, effect: e.CodeClosed) -> None:
        code, text = self.codes[effect.code_id]
        self.codes[code.id] = (replace(code, used_at=effect.at), text)

    def _open(self, effect: e.TaskOpened) -> None:
        if self.open_task(effect.task.person_id, effect.task.kind) is None:
            self.tasks[effect.task.id] = effect.task

    def _writers(self) -> dict[type, Callable[[Any], object]]:
        return {
            e.LetterPosted: lambda effect: self.letters.append(effect.letter),
            e.ConversationKept: self._converse,
            e.AddressBound: self._bind,
            e.AddressReachable: self._reach,
            e.ChatPreferred: lambda one: self._chat(one.address_id, preferred_at=one.at),
            e.ChatWatched: lambda _: None,
            e.PersonAdded: lambda effect: self.persons.update({effect.person.id: effect.person}),
            e.PersonChanged: lambda effect: self.persons.update({effect.after.id: effect.after}),
            e.EpisodeAdded: lambda effect: self.episodes.update({effect.episode.id: effect.episode}),
            e.EpisodeChanged: self._change,
            e.CodeIssued: self._issue,
            e.CodeClosed: self._close,
            e.CodeMissed: self.missed.append,
            e.PostingAdded: lambda effect: self.postings.update({effect.posting.id: effect.posting}),
            e.PostingEnded: lambda effect: self.postings.pop(effect.posting.id),
            e.AbsenceAdded: lambda effect: self.absences.update({effect.absence.id: effect.absence}),
            e.AbsenceEnded: lambda effect: self.absences.pop(effect.absence.id),
            e.UnitWatched: self.watched.append,
            e.Reported: self.reports.append,
            e.FixShared: self.fixes.append,
            e.CheckinMoved: lambda effect: self._put(self.checkins, effect.after),
            e.TaskOpened: self._open,
            e.TaskChanged: lambda effect: self._put(self.tasks, effect.after),
            e.TaskTold: self.told.append,
            e.Noted: self.notes.append,
            e.MenuWanted: self.menus.append,
        }
