"""Changing: how a change of a file goes, whatever it is: its own questions, the reason, a last look, done."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from handlers.alerts import responsible
from handlers.called import label
from handlers.chats import reached
from handlers.ended import after_closing
from handlers.fields import read_order
from handlers.filecard import readable
from handlers.homes import read_reason
from handlers.script import script
from quarantine.access import Action
from quarantine.conversation import DONE, Ask, Asking, Choice, Next, Question
from quarantine.days import after_quiet
from quarantine.messages import Term
from quarantine.people import EpisodeState
from quarantine.store import File
from quarantine.turn import Turn

ORDER = Question("change.order", Asking.TEXT, read=read_order)
REASON = Question("change.reason", Asking.TEXT, read=read_reason)
SURE = Question(
    "change.sure",
    choices=(
        Choice("yes", "change.save", ("luu", "co", "dung", "ok", "xac nhan")),
        Choice("again", "change.again", ("lam lai", "sua", "sai")),
        Choice("no", "change.no", ("khong", "thoi", "de sau")),
    ),
    columns=2,
)


@dataclass(frozen=True)
class Change:
    """One kind of change: who may make it in which states, how it begins, what it amounts to, what it does.

    `begin` asks the first question, or the reason where there is nothing else to ask. `apply` records the
    effects and says what was done.
    """

    name: str
    action: Action
    states: frozenset[EpisodeState]
    begin: Callable[[Turn, File], Next]
    summary: Callable[[Turn, File], Term]
    apply: Callable[[Turn, File], None]
    fits: Callable[[Turn, File], bool] = lambda _turn, _file: True

    @property
    def label(self) -> Term:
        """What the change is called, on its button and in sentences."""
        return Term(f"change.{self.name}")

    def offered(self, turn: Turn, file: File) -> bool:
        """Whether the speaker may make it on this file now."""
        fitting = file.episode.state in self.states and self.fits(turn, file)
        return fitting and turn.may(self.action, file.unit.id)


CHANGES: dict[str, Change] = {}
"""Every kind of change by its name."""


def add(change: Change) -> Change:
    """Make a kind of change known."""
    CHANGES[change.name] = change
    return change


def held(turn: Turn) -> File | Next:
    """The file under discussion, while the change may still be made; else what is said instead."""
    change = CHANGES[str(turn.memory["change"])]
    file = readable(turn, change.action)
    if isinstance(file, File) and not change.offered(turn, file):
        state = Term(f"verify.state_{file.episode.state}")
        turn.say("change.not_now", what=change.label, name=file.person.name, state=state)
        return DONE
    return file


def ask_reason(turn: Turn) -> Ask:
    """Why? Every change of somebody's days or dwelling has its reason in the history."""
    return Ask(REASON, {"what": Term(f"change.{turn.memory['change']}")})


@script.answers(ORDER)
def ordered(turn: Turn, order: str) -> Next:
    """The decision that the change rests on is kept; its reason comes next."""
    turn.memory["order"] = order
    return ask_reason(turn)


@script.answers(REASON)
def reasoned(turn: Turn, reason: str) -> Next:
    """Keep the reason, and show what is going to be done."""
    turn.memory["why"] = reason
    file = held(turn)
    return ask_sure(turn, file) if isinstance(file, File) else file


def ask_sure(turn: Turn, file: File) -> Ask:
    """What is going to be done, once more."""
    change = CHANGES[str(turn.memory["change"])]
    return Ask(SURE, {"name": file.person.name, "what": change.summary(turn, file)})


@script.answers(SURE)
def sure(turn: Turn, value: str) -> Next:
    """Do it, begin it again, or leave everything as it was."""
    if value == "no":
        turn.say("cancel.draft")
        return DONE
    file = held(turn)
    if not isinstance(file, File):
        return file
    change = CHANGES[str(turn.memory["change"])]
    if value == "again":
        return change.begin(turn, file)
    change.apply(turn, file)
    reading = after_closing(turn)
    _tell_station(turn, file, change, reading)
    turn.note("file_changed", person_id=file.person.id, episode_id=file.episode.id, change=change.name)
    return DONE


def _tell_station(turn: Turn, file: File, change: Change, reading: Collection[int]) -> None:
    """The officer who follows the resident hears what somebody else has changed, unless by the sheet."""
    officer = responsible(turn.store, file.unit.id)
    if officer is not None and officer.id not in {turn.me, *reading}:
        by = turn.person.name if turn.person else ""
        facts = {"name": file.person.name, "what": change.label, "by": by}
        turn.say("change.told_station", facts, to=officer.id, not_before=after_quiet(turn.now))


def why(turn: Turn, kind: str) -> str:
    """Why, for the history: the kind, the decision where there is one, the reason."""
    parts = [str(turn.memory[key]) for key in ("order", "why") if turn.memory.get(key)]
    return f"{kind}: {'; '.join(parts)}"


def day_of(turn: Turn, key: str) -> date:
    """A day that this conversation has gathered."""
    day = turn.memory[key]
    if not isinstance(day, date):
        raise TypeError(f"{key} is no day")
    return day


def tell_resident(turn: Turn, file: File, key: str, **facts: object) -> bool:
    """Tell whoever answers for the episode, if they have a chat; whether they are told."""
    if not reached(turn, file.responder.id):
        return False
    own = file.responder.id == file.person.id
    whose = Term("ending.you") if own else Term("ending.member", {"name": label(turn, file.person)})
    turn.say(key, facts, to=file.responder.id, not_before=after_quiet(turn.now), who=whose)
    return True


def told(turn: Turn, file: File, key: str, **facts: object) -> Term:
    """The same, as a sentence for the officer: the resident is told, or has to be called."""
    return Term("change.told" if tell_resident(turn, file, key, **facts) else "change.call_them")
