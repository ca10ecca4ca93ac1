"""Seen: an officer says by one press that a message has come; it takes no task, but keeps their chat open."""

from __future__ import annotations

from handlers.script import script
from quarantine.conversation import DONE, Ask, Asking, Next, Question, Standing
from quarantine.letters import Asked, Option
from quarantine.messages import Term
from quarantine.numbers import number
from quarantine.turn import Turn

LETTER = "s"
SEEN = "seen"
"""The value of the button "Đã nhận", under whatever it stands."""
WORDS = frozenset({"da nhan", "da xem", "nhan roi", "da biet", "da ro", "ok", "vang", "da"})
"""What is typed instead of pressing it, folded."""
SEEN_BUTTON = Option(SEEN, Term("seen.button"), wide=True)
QUESTION = Question("seen.ask", Asking.ONE)


def seen_question() -> Asked:
    """The button by itself, under what asks for nothing else."""
    return Asked(QUESTION.key, number(LETTER, 0), (SEEN_BUTTON,))


def note_seen(turn: Turn) -> Next:
    """It is kept who has seen it when; what was pressed stays, with all that can be done there."""
    turn.note("seen")
    turn.say("seen.thanks", beside=True)
    return DONE


@script.answers(QUESTION)
def seen(turn: Turn, _: str) -> Next:
    """The press under a message of its own."""
    return note_seen(turn)


script.stands(
    Standing(
        LETTER,
        lambda _turn, _row: Ask(QUESTION, {}, (SEEN_BUTTON,)),
        lambda _turn, _row: Term("stale.button"),
        binds=False,
    )
)
