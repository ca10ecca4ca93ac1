"""Typed choices: the button that a number or words stand for, of what has been shown in the chat."""

from __future__ import annotations

from dataclasses import dataclass

from quarantine.conversation import Asking, Question, Script
from quarantine.letters import Asked
from quarantine.matching import Label, named, position_in
from quarantine.messages import Incoming, Kind
from quarantine.stack import Stack
from quarantine.turn import Turn

SHOWN = 5
"""So many questions back a label may name a choice of."""
LONGEST_LIST = 20
"""No list has more choices: a greater number means something else."""
UNKNOWN = Question("")
"""Stands for a question that a deploy took away, or whose choices its letter does not hold."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, as a press of something that stands in the chat."""

    script: Script
    turn: Turn
    stack: Stack
    label: Label

    def past_the_top(self, said: Incoming) -> str | None:
        """The button that a number stands for when something newer was shown than what is being asked.

        "1" under a new task card takes that task; it is not the first answer about the one before it. A newer
        question with many answers is put on top instead, to be answered whole: a press would only tick one.
        """
        number = position_in(said.text.strip(), LONGEST_LIST) if said.kind is Kind.TEXT else 0
        newest = self._newest() if number else None
        top = self.stack.frames[-1]
        if newest is None or newest.number in {top.number, top.about}:
            return None
        ask = self.stack.asks(newest.number)
        if ask is not None and ask.question.asking is Asking.MANY:
            self.stack.open(newest.number)
            return None
        options = newest.options or (ask.drawn() if ask is not None else ())
        if options and number > len(options):
            return None
        return f"{newest.number}:{options[number - 1].value if options else ''}"

    def of_what_was_shown(self, folded: str) -> str | None:
        """While nothing is asked: a number means the newest question here, a label any standing one."""
        number = position_in(folded, LONGEST_LIST)
        if number:
            return self._numbered(number)
        for asked in self.turn.store.shown(self.turn.owner, SHOWN):
            question = self.script.questions.get(asked.question, UNKNOWN)
            value = named(folded, question, asked.options, self.label)
            if value is not None and asked.number[:1] in self.script.standings:
                return f"{asked.number}:{value}"
        return None

    def _numbered(self, number: int) -> str | None:
        newest = self._newest()
        if newest is None:
            return None
        value = newest.options[number - 1].value if number <= len(newest.options) else ""
        closed = self.stack.asks(newest.number) is None
        return f"{newest.number}:{value}" if value or closed else None

    def _newest(self) -> Asked | None:
        """The last question in this chat, whose choices have the numbers that its reader sees."""
        return next(iter(self.turn.store.shown(self.turn.owner, 1, self.turn.chat.id)), None)
