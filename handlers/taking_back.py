"""Taking back: a list that was brought in is undone as a whole, while nobody of it is verified."""

from __future__ import annotations

from handlers.batches import taken_back
from handlers.gate import may_somewhere
from handlers.script import script
from quarantine.access import Action
from quarantine.batches import BatchState
from quarantine.conversation import DONE, Again, Ask, Choice, Next, Question
from quarantine.effects import BatchUndone
from quarantine.messages import Term
from quarantine.turn import Turn

UNDO = Question(
    "batch.undo",
    choices=(
        Choice("undo", "batch.undo_yes", ("hoan tac", "dong y", "co")),
        Choice("keep", "batch.undo_no", ("giu", "giu nguyen", "thoi", "khong")),
    ),
)


@script.command(
    "hoantac",
    "batch.menu",
    ("hoan tac", "rut lai danh sach"),
    may_somewhere(Action.IMPORT),
    rare=True,
)
def begin(turn: Turn) -> Next:
    """The last list that the speaker brought in."""
    batch = turn.store.newest_batch(turn.me or 0)
    if batch is None:
        return Again(Term("batch.none"))
    if batch.verified:
        return Again(Term("batch.too_late", {"count": batch.verified}))
    return Ask(UNDO, {"count": batch.added, "at": batch.at}, memory={"batch": batch.id})


@script.answers(UNDO)
def decided(turn: Turn, value: str) -> Next:
    """Undo it, and tell its stations; or keep it."""
    if value == "keep":
        turn.say("batch.kept")
        return DONE
    kept = turn.memory.get("batch")
    batch = turn.store.batch(kept) if isinstance(kept, int) else None
    if batch is None or batch.by != turn.me or batch.state is not BatchState.IN:
        turn.say("batch.none")
    elif batch.verified:
        turn.say("batch.too_late", count=batch.verified)
    else:
        units = turn.store.batch_units(batch.id)
        turn.record(BatchUndone(batch.id, turn.me, turn.now))
        turn.say("batch.undone", count=batch.added, units=len(units))
        taken_back(turn, units)
    return DONE
