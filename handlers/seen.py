"""Seen: an officer says by one press that a message has come; it takes no task, but keeps their chat open."""

from __future__ import annotations

from quarantine.conversation import DONE, Next
from quarantine.letters import Option
from quarantine.messages import Term
from quarantine.turn import Turn

SEEN = "seen"
"""The value of the button "Đã nhận", under whatever it stands."""
WORDS = frozenset({"da nhan", "da xem", "nhan roi", "da biet", "da ro", "ok", "vang", "da"})
"""What is typed instead of pressing it, folded."""
SEEN_BUTTON = Option(SEEN, Term("seen.button"), wide=True)


def note_seen(turn: Turn) -> Next:
    """It is kept who has seen it when; what was pressed stays, with all that can be done there."""
    turn.note("seen")
    turn.say("seen.thanks", beside=True)
    return DONE
