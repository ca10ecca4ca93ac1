"""Outcomes: what the sender learned is recorded and what follows is decided, in one commit (DESIGN.md §3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from bot.turns import Turns
from handlers import outcomes
from quarantine.letters import Watch
from quarantine.messages import Delivered, Never, Reason
from quarantine.turn import Turn
from storage import outbox, ticks

log = structlog.get_logger()

PUT_OFF = timedelta(minutes=10)
"""What cannot be decided because of a fault is tried again after this long, and logged each time."""
_LOST = frozenset({Reason.BLOCKED, Reason.GONE, Reason.NO_ADDRESS, Reason.WINDOW, Reason.QUOTA})
"""Outcomes that mean that their reader, not only this letter, cannot be reached."""


def record(conn: Connection, turns: Turns, results: Sequence[outbox.Result]) -> int:
    """Record the outcomes of letters and let each have its consequences; answers how many were ours."""
    recorded = outbox.record(conn, turns.keyring, results, turns.reaches)
    _follow_up(conn, turns, [one for one in recorded if one.watch or isinstance(one.outcome, Never)])
    return len(recorded)


def catch_up(conn: Connection, turns: Turns, limit: int = 200) -> int:
    """Take the turns of outcomes that were recorded without them, because they had failed then.

    One that fails again is looked at later; it holds up neither the others nor the sweep.
    """
    now = turns.clock.now()
    left = outbox.unsettled(conn, limit, now)
    for one in left:
        try:
            with conn.begin_nested():
                _follow_up(conn, turns, [one])
        except Exception:
            log.exception("outcome not followed up", letter_id=one.id)
            outbox.put_off(conn, one.id, now + PUT_OFF)
    return len(left)


def _follow_up(conn: Connection, turns: Turns, watched: Sequence[outbox.Recorded]) -> None:
    if not watched:
        return
    turn = turns.clock_turn(conn, lambda turn: _react(conn, turn, watched))
    outbox.settle(conn, [one.id for one in watched if one.watch], turn.now)


def _react(conn: Connection, turn: Turn, recorded: Sequence[outbox.Recorded]) -> None:
    arrived = {one.about: one.at for one in recorded if _prompt(one) and isinstance(one.outcome, Delivered)}
    lost = [
        (one, one.outcome.reason)
        for one in recorded
        if isinstance(one.outcome, Never) and one.outcome.reason in _LOST
    ]
    if arrived:
        checkins = ticks.checkins_of(conn, [about for about in arrived if about is not None])
        outcomes.prompts_delivered(
            turn, [(checkin, code, arrived[checkin.prompt_id]) for checkin, code in checkins]
        )
    for one in recorded:
        if one.watch is Watch.RED_TOLD and isinstance(one.outcome, Delivered) and one.about is not None:
            outcomes.red_told(turn, one.about, one.owner)
    for one, reason in lost:
        if not _prompt(one):
            outcomes.letter_lost(turn, one.owner, reason, one.tasks)
        elif one.about is not None:
            asked = [checkin for checkin, _ in ticks.checkins_of(conn, [one.about])]
            outcomes.prompts_lost(turn, asked, reason)


def _prompt(one: outbox.Recorded) -> bool:
    return one.watch is Watch.PROMPT
