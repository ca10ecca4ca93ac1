"""Households as staff see them: whose phone answers for whom."""

from __future__ import annotations

from quarantine.messages import Term
from quarantine.store import File
from quarantine.turn import Turn


def household(turn: Turn, responder_id: int) -> list[File]:
    """The files that this person's phone answers for."""
    episodes = turn.store.episodes_answered_by(responder_id)
    known = turn.store.files_of([one.id for one in episodes])
    return [known[one.id] for one in episodes if one.id in known]


def house_line(turn: Turn, file: File) -> Term:
    """Who answers for whom, on the card of a file; nothing where somebody only answers for themselves."""
    members = household(turn, file.responder.id)
    if len(members) < 2 and file.responder.id == file.person.id:  # noqa: PLR2004  # more than oneself
        return Term("word.nothing")
    return Term("file.house", {"who": file.responder.name, "members": [one.person.name for one in members]})
