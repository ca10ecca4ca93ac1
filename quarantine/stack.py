"""The stack of a conversation during one turn: its subjects, the newest on top, and which still live."""

from __future__ import annotations

from datetime import timedelta

from quarantine.conversation import BY_LINK, Ask, Script, Standing
from quarantine.effects import ConversationKept
from quarantine.frames import Frame, pack_frames, still_asked, unpack_frames
from quarantine.numbers import PROMPT, QUESTION, number, row_of
from quarantine.turn import Turn

BUSY = timedelta(minutes=10)
"""A routine prompt interrupts only a conversation that has rested this long (DESIGN.md §3)."""
DEPTH = 5
"""Subjects that may wait under the newest one."""


class Stack:
    """The subjects of the one who wrote; `frames` holds them, the newest last."""

    def __init__(self, script: Script, turn: Turn) -> None:
        self.script = script
        self.turn = turn
        self.owner = turn.owner
        self.frames = still_asked(unpack_frames(turn.context.frames), script.questions)

    def keep(self) -> None:
        """Record the conversation as the turn leaves it, if it changed."""
        frames = pack_frames(self.frames)
        busy = self.turn.now + BUSY if self.frames else None
        context = self.turn.context
        if self.turn.owner != self.owner:
            # The chat was bound in this turn: what was asked goes on, on top of the person's conversation.
            self.turn.record(ConversationKept(self.owner, "", None, -1))
            self.turn.record(ConversationKept(self.turn.owner, self._joined(), busy, -1))
        elif frames != context.frames:
            self.turn.record(ConversationKept(self.owner, frames, busy, context.version))

    def _joined(self) -> str:
        kept = unpack_frames(self.turn.store.conversation(self.turn.owner))
        return pack_frames([*still_asked(kept, self.script.questions), *self.frames][-DEPTH:])

    def begun(self, mark: str, without: Frame) -> Frame | None:
        """Another subject that has got on with the same prompt already."""
        others = (one for one in self.frames if one is not without and one.about == mark)
        return next(others, None) if mark.startswith(PROMPT) else None

    def standing(self, mark: str) -> tuple[Standing | None, int | None]:
        """The kind of standing question that this number belongs to, and its row."""
        return self.script.standings.get(mark[:1]), row_of(mark)

    def alive(self, frame: Frame) -> bool:
        """Whether what the subject is about may still be answered."""
        return not frame.about or not self._stands(frame.about) or self.asks(frame.about) is not None

    def asks(self, mark: str) -> Ask | None:
        """The standing question with this number, while it may be answered."""
        standing, row = self.standing(mark)
        return standing.open(self.turn, row) if standing is not None and row is not None else None

    def open(self, mark: str) -> Frame | None:
        """Begin the subject of a standing question anew, on top."""
        standing, _ = self.standing(mark)
        if standing is None or not self._stands(mark):
            return None
        self.frames = [frame for frame in self.frames if frame.about != mark]
        ask = self.asks(mark)
        if ask is None:
            return None
        self.turn.memory = {}
        frame = self.frame(ask, mark)
        frame.about = mark if standing.binds else ""
        self.push(frame)
        return frame

    def asks_where(self, mark: str) -> Frame | None:
        """The subject that waits for what a link made for this number brings, lifted to the top.

        A link under a reminder also serves the same prompt where the conversation has got to the position.
        """
        asked = [frame for frame in self.frames if mark and mark in {frame.number, frame.about}]
        alive = [frame for frame in asked if self.alive(frame)]
        for frame in alive:
            if self.script.questions[frame.question].asking in BY_LINK:
                self.lift(frame)
                return frame
        ask = None if alive else self.asks(mark)
        return self.open(mark) if ask is not None and ask.question.asking in BY_LINK else None

    def frame(self, ask: Ask, mark: str) -> Frame:
        """A subject that begins with this question, under its standing number or a new one."""
        frame = Frame(question="", number="", asked_at=self.turn.now)
        frame.turn_to(ask, mark or number(QUESTION, self.turn.ids()), self.turn.now, self.turn.memory)
        return frame

    def push(self, frame: Frame) -> None:
        """Put a subject on top; the oldest beyond DEPTH is forgotten."""
        self.frames = [*self.frames, frame][-DEPTH:]

    def lift(self, frame: Frame) -> None:
        """Bring a subject to the top."""
        self.frames = [*(other for other in self.frames if other is not frame), frame]

    def leave(self) -> None:
        """Forget what was only looked at."""
        self.frames = [one for one in self.frames if not self.script.questions[one.question].passing]

    def drop_dead(self) -> bool:
        """Forget subjects that time has closed; whether one is left to go on with."""
        self.frames = [frame for frame in self.frames if self.alive(frame)]
        return bool(self.frames)

    def _stands(self, mark: str) -> bool:
        standing, row = self.standing(mark)
        return standing is not None and row is not None
