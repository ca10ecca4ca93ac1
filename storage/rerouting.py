"""Re-routing: an episode with a new responder or unit takes its open check-ins along (DESIGN.md §3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, case, select

from quarantine.checkins import ANSWERABLE
from quarantine.letters import Condition, Watch
from quarantine.messages import Priority
from quarantine.numbers import PROMPT
from quarantine.people import Episode
from quarantine.protocol import protocol
from storage import tables
from storage.bulk import Insert
from storage.slots import PROMPT_KEY
from storage.spelling import among
from storage.tables import core
from storage.types import ID
from storage.writing import Writing

_CHECKIN, _PROMPT, _LETTER = core(tables.Checkin), core(tables.Prompt), core(tables.Letter)
_ASK, _POST = Insert(_PROMPT, conflict="ON CONFLICT DO NOTHING"), Insert(_LETTER)
"""The prompts that were not there yet, and their letters."""
_OPEN = select(_CHECKIN.c.id, _CHECKIN.c.episode_id, _CHECKIN.c.day, _CHECKIN.c.slot).where(
    among(_CHECKIN.c.episode_id),
    _CHECKIN.c.next_at.is_not(None),
    _CHECKIN.c.stage.in_([stage.value for stage in sorted(ANSWERABLE)]),
)
_MOVE = (
    _CHECKIN.update()
    .where(_CHECKIN.c.id == bindparam("row_id", type_=ID))
    .values(
        responder_id=bindparam("new_responder", type_=ID),
        unit_id=bindparam("new_unit", type_=ID),
        # Whoever answers from now on has not been asked about this one yet.
        delivered_at=case(
            (_CHECKIN.c.responder_id == bindparam("new_responder", type_=ID), _CHECKIN.c.delivered_at),
            else_=None,
        ),
        prompt_id=select(_PROMPT.c.id)
        .where(
            _PROMPT.c.responder_id == bindparam("new_responder", type_=ID),
            _PROMPT.c.day == _CHECKIN.c.day,
            _PROMPT.c.slot == _CHECKIN.c.slot,
        )
        .scalar_subquery(),
        version=_CHECKIN.c.version + 1,
    )
)


def reroute(writing: Writing, moves: Sequence[tuple[Episode, Episode]]) -> None:
    """Open check-ins follow their episode; a new responder is asked about them now."""
    moved = {
        after.id: after
        for before, after in moves
        if (before.responder_id, before.unit_id) != (after.responder_id, after.unit_id)
    }
    handed_on = {after.id for before, after in moves if before.responder_id != after.responder_id}
    if not moved:
        return
    found = writing.conn.execute(_OPEN, {"ids": list(moved)}).all()
    if not found:
        return
    prompts = [_prompt(writing, moved[row.episode_id], row) for row in found]
    writing.write(_ASK, [{name: one[name] for name in _COLUMNS} for one in prompts])
    rows = [
        {
            "row_id": row.id,
            "new_responder": moved[row.episode_id].responder_id,
            "new_unit": moved[row.episode_id].unit_id,
        }
        for row in found
    ]
    writing.conn.execute(_MOVE, rows)
    asked = [
        one for one in prompts if one["episode_id"] in handed_on and not moved[one["episode_id"]].by_staff
    ]
    writing.write(_POST, _letters(writing, [one for one in asked if writing.now < one["valid_until"]]))


_COLUMNS = ("id", "responder_id", "day", "slot", "opened_at")
"""What of it is kept; the rest is for its letter."""


def _prompt(writing: Writing, episode: Episode, row: Any) -> dict[str, Any]:  # noqa: ANN401 - a database row
    rules = protocol(episode.protocol)
    opening = rules.opening(row.day, rules.slot(row.slot))
    return {
        "id": writing.ids(),
        "responder_id": episode.responder_id,
        "day": row.day,
        "slot": row.slot,
        "opened_at": opening.opens_at,
        "valid_until": opening.prompt_until,
        "episode_id": episode.id,
    }


def _letters(writing: Writing, prompts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One letter for each prompt, also for one that was there: it names whoever has joined."""
    if not prompts:
        return []
    of = select(_PROMPT).where(among(_PROMPT.c.responder_id))
    found = writing.conn.execute(of, {"ids": sorted({one["responder_id"] for one in prompts})})
    ids = {(row.responder_id, row.day, row.slot): row.id for row in found}
    about = {ids[one["responder_id"], one["day"], one["slot"]]: one for one in prompts}
    return [_letter(writing, {**one, "id": prompt_id}) for prompt_id, one in about.items()]


def _letter(writing: Writing, prompt: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": writing.ids(),
        "owner": prompt["responder_id"],
        "key": PROMPT_KEY,
        "priority": int(Priority.PROMPT),
        "due_at": writing.now,
        "about": prompt["id"],
        "condition": Condition.PROMPT_OPEN.value,
        "watch": Watch.PROMPT.value,
        "asked": PROMPT,
        "valid_until": prompt["valid_until"],
        "created_at": writing.now,
    }
