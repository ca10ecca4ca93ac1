"""List drafts in a conversation: which list is talked about, and that it is to be looked at again."""

from __future__ import annotations

from dataclasses import replace

from handlers.gate import may_somewhere
from quarantine.access import Action
from quarantine.conversation import DONE, Next
from quarantine.effects import ListMoved
from quarantine.list_drafts import DraftState, ListDraft
from quarantine.turn import Turn

may_import = may_somewhere(Action.IMPORT)
"""Whether the one who writes may bring in lists at all."""


def shown(turn: Turn) -> ListDraft | None:
    """The list that is being talked about, while its sender may still decide."""
    kept = turn.memory.get("list")
    return open_draft(turn, kept if isinstance(kept, int) else 0)


def open_draft(turn: Turn, draft_id: int) -> ListDraft | None:
    """The list with this id, while the one who writes may decide about it."""
    draft = turn.store.list_draft(draft_id)
    mine = draft is not None and draft.by == turn.me and draft.state is DraftState.SHOWN
    return draft if mine and may_import(turn) else None


def lost(turn: Turn) -> Next:
    """The list is not open any more: say so."""
    turn.say("lists.moved_on")
    return DONE


def look_again(turn: Turn, draft: ListDraft, **decided: object) -> Next:
    """Have the list looked at again with what was decided."""
    after = replace(draft, state=DraftState.LOOKING, task={**draft.task, **decided})
    turn.record(ListMoved(draft, after))
    turn.say("lists.reading_again")
    return DONE
