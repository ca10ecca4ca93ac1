"""Effects of the daily round: letters, conversations, check-ins, reports and positions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Executable, bindparam, func, literal, or_, select

from quarantine.checkins import Checkin
from quarantine.effects import CheckinMoved, ConversationKept, FixShared, LetterPosted, Reported
from quarantine.letters import Letter
from storage import tables, wire
from storage.spelling import insert_into
from storage.tables import core
from storage.types import ID
from storage.writing import StaleDecisionError, Writing, merged

_LETTER, _CONVERSATION = core(tables.Letter), core(tables.Conversation)
_CHECKIN, _REPORT, _FIX = core(tables.Checkin), core(tables.Report), core(tables.Fix)

WHATEVER = -1
"""The version of a conversation that is kept whatever it was: its chat was bound in this very turn."""

_MOVED = ["stage", "next_at", "delivered_at", "reminded", "reported"]
_MOVE = (
    _CHECKIN.update()
    .where(
        _CHECKIN.c.id == bindparam("row_id", type_=ID),
        _CHECKIN.c.version == bindparam("seen_version", type_=_CHECKIN.c.version.type),
    )
    .values(
        **{name: bindparam(f"new_{name}", type_=_CHECKIN.c[name].type) for name in _MOVED},
        version=_CHECKIN.c.version + 1,
    )
)
_POST, _SHARE = _LETTER.insert(), _FIX.insert()
_EARLIER = _REPORT.alias("earlier")
_REPORT_INSERT = _REPORT.insert().values(
    version=select(func.coalesce(func.max(_EARLIER.c.version), 0) + 1)
    .where(_EARLIER.c.checkin_id == bindparam("of_checkin", type_=ID))
    .scalar_subquery()
)


def letters_posted(writing: Writing, effects: Sequence[LetterPosted]) -> None:
    """Letters into the outbox."""
    writing.conn.execute(_POST, [_letter_row(writing, effect.letter) for effect in effects])


def _letter_row(writing: Writing, letter: Letter) -> dict[str, Any]:
    replaces = letter.replaces
    return {
        "id": letter.id,
        "owner": letter.owner,
        "address_id": letter.address_id,
        "key": letter.key,
        "body": writing.seal("letter", "body", letter.id, wire.letter_body(letter)),
        "priority": int(letter.priority),
        "due_at": letter.due_at,
        "about": letter.about,
        "condition": letter.condition.value,
        "watch": letter.watch.value,
        "valid_until": letter.valid_until,
        "replaces": None if replaces is None else writing.seal("letter", "replaces", letter.id, replaces),
        "slot": letter.slot,
        "enclosure": letter.enclosure.value,
        "protect": letter.protect,
        "created_at": writing.now,
    }


def conversations_kept(writing: Writing, effects: Sequence[ConversationKept]) -> None:
    """Conversations as their turns left them; refused when another turn has kept one in the meantime."""
    rows = {
        effect.owner: {
            "owner": effect.owner,
            "frames": writing.seal("conversation", "frames", effect.owner, effect.frames),
            "busy_until": effect.busy_until,
            "version": effect.version,
        }
        for effect in effects
    }
    if len(rows) < len(effects):
        raise StaleDecisionError(ConversationKept)
    ordered = [rows[owner] for owner in sorted(rows)]
    if writing.conn.execute(_keep(writing.conn.dialect.name), ordered).rowcount != len(ordered):
        raise StaleDecisionError(ConversationKept)


@cache
def _keep(dialect: str) -> Executable:
    """The row holds the version after the one that was seen: a first one is inserted as version 1."""
    insert = insert_into(dialect, _CONVERSATION)
    seen = bindparam("version", type_=_CONVERSATION.c.version.type)
    kept = insert.values(version=func.coalesce(func.nullif(seen, WHATEVER), 0) + 1).on_conflict_do_update(
        index_elements=["owner"],
        set_={
            "frames": insert.excluded.frames,
            "busy_until": insert.excluded.busy_until,
            "version": _CONVERSATION.c.version + 1,
        },
        where=or_(_CONVERSATION.c.version == seen, seen == literal(WHATEVER)),
    )
    return kept.execution_options(preserve_rowcount=True)


def checkins_moved(writing: Writing, effects: Sequence[CheckinMoved]) -> None:
    """Check-ins that moved on; refused when one has moved since it was read."""
    moves = merged(CheckinMoved, ((effect.before, effect.after) for effect in effects))
    writing.change(CheckinMoved, _MOVE, [_moved_row(before, after) for before, after in moves])


def _moved_row(before: Checkin, after: Checkin) -> dict[str, Any]:
    return {
        "row_id": before.id,
        "seen_version": before.version,
        "new_stage": after.stage.value,
        "new_next_at": after.next_at,
        "new_delivered_at": after.delivered_at,
        "new_reminded": after.reminded,
        "new_reported": after.reported,
    }


def reported(writing: Writing, effects: Sequence[Reported]) -> None:
    """Reports; each is the next version of its check-in, the earlier ones stay."""
    rows = [
        {
            "id": report.id,
            "episode_id": report.episode_id,
            "checkin_id": report.checkin_id,
            "of_checkin": report.checkin_id,
            "at": report.at,
            "level": int(report.level),
            "answers": writing.seal("report", "answers", report.id, wire.report_answers(report)),
            "given_by": report.by.value,
            "reporter_id": report.reporter_id,
            "method": None if report.method is None else report.method.value,
            "late": report.late,
        }
        for report in effects
    ]
    writing.conn.execute(_REPORT_INSERT, rows)


def fixes_shared(writing: Writing, effects: Sequence[FixShared]) -> None:
    """Positions with their verdicts, and refusals with their reasons."""
    writing.conn.execute(_SHARE, [_fix_row(writing, effect) for effect in effects])


def _fix_row(writing: Writing, shared: FixShared) -> dict[str, Any]:
    position = wire.fix_position(shared)
    return {
        "id": shared.id,
        "episode_id": shared.episode_id,
        "checkin_id": shared.checkin_id,
        "at": shared.at,
        "position": None if position is None else writing.seal("fix", "position", shared.id, position),
        "source": None if shared.fix is None else shared.fix.source.value,
        "distance_m": shared.judgement.distance_m,
        "accuracy_m": shared.judgement.accuracy_m,
        "grade": None if shared.grade is None else shared.grade.value,
        "verdict": shared.judgement.verdict.value,
        "reason": writing.seal("fix", "reason", shared.id, shared.reason) if shared.reason else None,
    }
