"""Worklists: files of the speaker's own units in some state, oldest first, page by page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time

from handlers.gate import passes, units_within
from handlers.script import script
from quarantine.access import Action
from quarantine.conversation import DONE, Again, Ask, Next, Question
from quarantine.days import at, local_day
from quarantine.letters import Option
from quarantine.messages import Term
from quarantine.people import EpisodeState
from quarantine.store import File
from quarantine.turn import Turn

PAGE = 8
MORE = "more"


@dataclass(frozen=True)
class Worklist:
    """One list: its question, who may see it, which states are on it, how a line reads, what choosing does.

    `besides` says what the question's fixed choices do; `empty` is said when there is nothing to choose from.
    """

    question: Question
    action: Action
    states: tuple[EpisodeState, ...]
    line: Callable[[Turn, File], Term]
    chosen: Callable[[Turn, File], Next]
    empty: str
    besides: dict[str, Callable[[Turn], Next]]

    def files(self, turn: Turn, skip: int = 0) -> list[File]:
        """One page of files and one more, by which to know whether there is another page."""
        units = units_within(turn, self.action)
        return list(turn.store.files(units, self.states, PAGE + 1, skip))

    def page(self, turn: Turn, skip: int = 0) -> Next:
        """The page as a question; what was shown goes into the history."""
        found = self.files(turn, skip)
        if not found:
            return Again(Term(self.empty))
        shown = found[:PAGE]
        total, today = turn.store.tally(units_within(turn, self.action), self.states, _midnight(turn.now))
        new = Term("verify.new_today", {"count": today}) if today else Term("word.nothing")
        options = [Option(f"f{file.episode.id}", self.line(turn, file)) for file in shown]
        if len(found) > PAGE:
            options.append(Option(MORE, Term("verify.more")))
        turn.note("files_listed", list=self.question.key, episodes=[file.episode.id for file in shown])
        return Ask(self.question, {"count": total, "new": new}, tuple(options), {"skip": skip})

    def answer(self, turn: Turn, value: str) -> Next:
        """Open the chosen file, turn the page, or do what a fixed choice says."""
        if value in self.besides:
            return self.besides[value](turn)
        if value == MORE:
            skip = turn.memory.get("skip")
            return self.page(turn, (skip if isinstance(skip, int) else 0) + PAGE)
        file = turn.store.file(int(value[1:]))
        if file is None or not passes(turn, self.action, file.unit.id, episode_id=file.episode.id):
            turn.say("verify.refused")
            return DONE
        return self.chosen(turn, file)


def _midnight(now: datetime) -> datetime:
    return at(local_day(now), time.min)


def add(worklist: Worklist) -> Worklist:
    """Register the list's question with the script."""
    script.answers(worklist.question)(worklist.answer)
    return worklist
