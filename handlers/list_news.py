"""News of a list: how far it is, what came of it, or why it is not taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quarantine.letters import Enclosure
from quarantine.messages import Priority, Term
from quarantine.turn import Turn


def moved(turn: Turn, by: int, draft_id: int, done: int, total: int) -> None:
    """How far it is: one line that is drawn anew, or a new one where nothing can be."""
    turn.say("lists.progress", to=by, slot=f"list{draft_id}", done=done, total=total)


def ended(turn: Turn, by: int, draft_id: int, result: Mapping[str, Any]) -> None:
    """What came of it, with the rows to be mended."""
    if "batch" not in result:
        refused(turn, by, str(result.get("refused", "fault")))
        return
    doubles = result["doubles"]
    left = Term("lists.not_added", {"count": doubles}) if doubles else Term("word.nothing")
    turn.say("lists.done", to=by, added=result["added"], units=result["units"], left=left)
    if result["rejected"]:
        turn.say(
            "lists.returned",
            to=by,
            about=draft_id,
            enclosure=Enclosure.RETURNED,
            priority=Priority.REPORT,
            protect=True,
            count=result["rejected"],
        )


def refused(turn: Turn, by: int, why: str) -> None:
    """Why a file is not taken, and what to do."""
    own = {"not_allowed": "lists.not_allowed", "not_fetched": "lists.not_fetched", "fault": "lists.fault"}
    turn.say(own.get(why) or f"list.file_{why}", to=by)
