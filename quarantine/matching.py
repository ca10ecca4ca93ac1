"""Matching: which choices a typed text names, by number, label or keyword: who may press may also type."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from quarantine.conversation import Asking, Question
from quarantine.letters import Option
from quarantine.measures import read_choices
from quarantine.messages import Term
from quarantine.names import fold

_PARTS = re.compile(r"[,;+]|\bvà\b")
"""What stands between choices that are typed in a row."""

NUMBERED = frozenset({Asking.ONE, Asking.MANY, Asking.DATE})
"""Questions whose choices' numbers come before any other answer: "1" is "Hôm nay" rather than the first."""

Label = Callable[[Term], str]
"""What a button says, in the language of the one who types."""


def named(folded: str, question: Question, options: Sequence[Option], label: Label) -> str | None:
    """The choice that a folded text names; None when it names none."""
    if not folded:
        return None
    typed = position_in(folded, len(options)) if question.asking in NUMBERED else 0
    for position, option in enumerate(options, start=1):
        choice = question.choice(option.value)
        keywords = {fold(word) for word in choice.keywords} if choice else set()
        if position == typed or folded == read_label(option, label) or folded in keywords:
            return option.value
    return None


def read_label(option: Option, label: Label) -> str:
    """What the choice's button says, folded as typed words are."""
    return fold(label(option.label) if isinstance(option.label, Term) else option.label)


def position_in(text: str, count: int) -> int:
    """The one number from 1 to `count` that is all of the text ("2", "2)", "số 2 ạ"); 0 for anything else."""
    numbers = read_choices(text, count) if fold(text).isascii() else ()
    return numbers[0] if len(numbers) == 1 else 0


def numbered(text: str, options: Sequence[Option]) -> str | None:
    """The choice whose number is all of the text: where other answers come first, what is none of them."""
    position = position_in(text, len(options))
    return options[position - 1].value if position else None


def named_many(text: str, question: Question, options: Sequence[Option], label: Label) -> frozenset[str]:
    """Every choice that the text names ("1 3 5", "sốt, ho"); none when a part of it names no choice.

    Labels come before numbers in words: "Tư" and "Năm" are names too.
    """
    found = [named(fold(part), question, options, label) for part in _PARTS.split(text) if part.strip()]
    if found and None not in found:
        return frozenset(value for value in found if value)
    return frozenset(options[position - 1].value for position in read_choices(text, len(options)))
