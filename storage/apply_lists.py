"""Effects on lists: sent, decided about, taken back."""

from __future__ import annotations

from collections.abc import Sequence

from quarantine.effects import BatchUndone, ListMoved, ListSent
from storage import batches, jobs
from storage.writing import StaleDecisionError, Writing


def lists_sent(writing: Writing, effects: Sequence[ListSent]) -> None:
    """Lists that are to be looked at."""
    for effect in effects:
        jobs.queue(writing.conn, writing.keyring, effect.draft, effect.at)


def lists_moved(writing: Writing, effects: Sequence[ListMoved]) -> None:
    """What was decided; refused when the list has moved on."""
    for effect in effects:
        if not jobs.move(writing.conn, writing.keyring, effect.before, effect.after):
            raise StaleDecisionError(ListMoved)


def batches_undone(writing: Writing, effects: Sequence[BatchUndone]) -> None:
    """Lists that are taken back; refused when somebody has been verified, or it was taken back, meanwhile."""
    for effect in effects:
        try:
            batches.undo(writing.conn, effect.batch_id, writing.ids, effect.by, effect.at)
        except (batches.VerifiedError, LookupError) as error:
            raise StaleDecisionError(BatchUndone) from error
