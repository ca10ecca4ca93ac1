"""Frames: the short stack of what is being talked about, as conversations keep it between messages."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from quarantine.conversation import FINISH, Ask, Asking, Question
from quarantine.letters import Asked, Option
from quarantine.messages import Term
from quarantine.params import pack, pack_params, unpack, unpack_params

STEPS = 20
"""Questions that "quay lại" can go back over."""


@dataclass
class Frame:
    """One subject of conversation that waits for an answer; the newest is on top of the stack.

    `about` names a standing question (a prompt, a task) whose press may come at any time; `memory` is
    what the subject has gathered so far; `trail` holds the questions before this one, for "quay lại".
    """

    question: str
    number: str
    asked_at: datetime
    params: dict[str, object] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    picked: list[str] = field(default_factory=list)
    memory: dict[str, object] = field(default_factory=dict)
    about: str = ""
    unclear: int = 0
    unread: list[str] = field(default_factory=list)
    trail: list[dict[str, object]] = field(default_factory=list)

    def packed(self) -> dict[str, object]:
        """The frame as JSON keeps it."""
        return {
            "q": self.question,
            "n": self.number,
            "at": pack(self.asked_at),
            "p": pack_params(self.params),
            "o": self._packed_options(),
            "x": self.picked,
            "m": pack(self.memory),
            "a": self.about,
            "u": self.unclear,
            "w": self.unread,
            "t": self.trail,
        }

    def turn_to(self, ask: Ask, number: str, now: datetime, memory: Mapping[str, object]) -> None:
        """Wait for the answer to another question from here on; what was gathered is kept."""
        self.question, self.number, self.asked_at = ask.question.key, number, now
        self.params, self.options = dict(ask.params), ask.drawn()
        self.picked, self.unclear, self.unread = [], 0, []
        self.about = ask.about or self.about
        self.memory = {**(memory or self.memory), **ask.memory}

    def asked(self, question: Question) -> Asked:
        """What is drawn under the question, with what has been ticked so far."""
        options = tuple(self._ticked(option) for option in self.options)
        if self.picked:
            options = (*options, Option(FINISH, Term("word.finish")))
        return Asked(
            self.question,
            self.number,
            options,
            question.columns,
            question.want,
            question.want_label,
            many=question.asking is Asking.MANY,
            free=question.asking not in {Asking.ONE, Asking.MANY},
        )

    def _ticked(self, option: Option) -> Option:
        picked = option.value in self.picked
        return option if option.picked is picked else replace(option, picked=picked)

    def step(self) -> dict[str, object]:
        """The question as it stands, so that "quay lại" finds it again."""
        return {
            "q": self.question,
            "p": pack_params(self.params),
            "o": self._packed_options(),
            "m": pack(self.memory),
        }

    def _packed_options(self) -> list[list[object]]:
        return [[one.value, pack(one.label), one.wide] for one in self.options]

    def remember(self, step: dict[str, object]) -> None:
        """Keep a step for "quay lại"; the oldest is forgotten."""
        self.trail = [*self.trail, step][-STEPS:]

    def go_back(self) -> bool:
        """Return to the question before this one; False when there is none."""
        if not self.trail:
            return False
        before = Frame.unpacked({**self.packed(), **self.trail.pop()})
        self.question, self.options = before.question, before.options
        self.params, self.memory = before.params, before.memory
        return True

    @staticmethod
    def unpacked(raw: dict[str, object]) -> Frame:
        """The frame that was packed."""
        asked_at = unpack(raw["at"])
        options: list[list[object]] = raw["o"]  # type: ignore[assignment]  # written by packed()
        labels = [(str(value), unpack(label), bool(wide)) for value, label, wide in options]
        return Frame(
            question=str(raw["q"]),
            number=str(raw["n"]),
            asked_at=asked_at,  # type: ignore[arg-type]  # written by packed()
            params=unpack_params(raw["p"]),  # type: ignore[arg-type]  # written by packed()
            options=tuple(
                Option(value, label if isinstance(label, Term) else str(label), wide=wide)
                for value, label, wide in labels
            ),
            picked=list(raw["x"]),  # type: ignore[call-overload]  # written by packed()
            memory=unpack(raw["m"]),  # type: ignore[arg-type]  # written by packed()
            about=str(raw["a"]),
            unclear=int(raw["u"]),  # type: ignore[call-overload]  # written by packed()
            unread=list(raw.get("w", [])),  # type: ignore[call-overload]  # written by packed()
            trail=list(raw["t"]),  # type: ignore[call-overload]  # written by packed()
        )


def pack_frames(frames: Sequence[Frame]) -> str:
    """The stack as JSON text, "" when nothing is being talked about."""
    return json.dumps([frame.packed() for frame in frames], ensure_ascii=False) if frames else ""


def unpack_frames(text: str) -> list[Frame]:
    """The stack that was packed."""
    return [Frame.unpacked(raw) for raw in json.loads(text)] if text else []


def still_asked(frames: Sequence[Frame], questions: Collection[str]) -> list[Frame]:
    """The stack without questions that are gone since a deploy, and without the way back to them."""
    known = [frame for frame in frames if frame.question in questions]
    for frame in known:
        frame.trail = [step for step in frame.trail if step["q"] in questions]
    return known
