"""Effects of the daily round: letters, conversations, check-ins, reports and positions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from quarantine.checkins import Checkin
from quarantine.effects import CheckinMoved, ConversationKept, FixShared, LetterPosted, Reported
from quarantine.letters import Letter
from storage import tables, wire
from storage.bulk import Insert, Update
from storage.tables import core
from storage.writing import StaleDecisionError, Writing, merged

_LETTER, _CONVERSATION = core(tables.Letter), core(tables.Conversation)
_CHECKIN, _REPORT, _FIX = core(tables.Checkin), core(tables.Report), core(tables.Fix)

WHATEVER = -1
"""The version of a conversation that is kept whatever it was: its chat was bound in this very turn."""

_POST, _SHARE = Insert(_LETTER), Insert(_FIX)
_MOVE = Update.versioned(_CHECKIN, "stage", "next_at", "delivered_at", "reminded", "reported")
_REPORT_NEXT = Insert(
    _REPORT,
    {
        "version": "(SELECT coalesce(max(earlier.version), 0) + 1 FROM report earlier"
        " WHERE earlier.checkin_id = new.checkin_id)"
    },
)
_KEPT = "DO UPDATE SET frames = excluded.frames, busy_until = excluded.busy_until"
_NEXT = {"version": "new.version + 1"}
_KEEP = Insert(
    _CONVERSATION,
    _NEXT,
    f"ON CONFLICT (owner) {_KEPT}, version = excluded.version"
    " WHERE conversation.version = excluded.version - 1",
)
"""The row holds the version after the one that was seen: a first one is inserted as version 1."""
_KEEP_WHATEVER = Insert(
    _CONVERSATION, _NEXT, f"ON CONFLICT (owner) {_KEPT}, version = conversation.version + 1"
)


def letters_posted(writing: Writing, effects: Sequence[LetterPosted]) -> None:
    """Letters into the outbox."""
    writing.write(_POST, [_letter_row(writing, effect.letter) for effect in effects])


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
        "asked": None if letter.asked is None else letter.asked.number,
        "enclosure": letter.enclosure.value,
        "protect": letter.protect,
        "created_at": writing.now,
    }


def conversations_kept(writing: Writing, effects: Sequence[ConversationKept]) -> None:
    """Conversations as their turns left them; refused when another turn has kept one in the meantime."""
    if len({effect.owner for effect in effects}) < len(effects):
        raise StaleDecisionError(ConversationKept)
    whatever = [effect for effect in effects if effect.version == WHATEVER]
    seen = [effect for effect in effects if effect.version != WHATEVER]
    writing.change(ConversationKept, _KEEP, [_conversation_row(writing, effect) for effect in seen])
    writing.write(
        _KEEP_WHATEVER, [{**_conversation_row(writing, effect), "version": 0} for effect in whatever]
    )


def _conversation_row(writing: Writing, effect: ConversationKept) -> dict[str, Any]:
    return {
        "owner": effect.owner,
        "frames": writing.seal("conversation", "frames", effect.owner, effect.frames),
        "busy_until": effect.busy_until,
        "version": effect.version,
    }


def checkins_moved(writing: Writing, effects: Sequence[CheckinMoved]) -> None:
    """Check-ins that moved on; refused when one has moved since it was read."""
    moves = merged(CheckinMoved, ((effect.before, effect.after) for effect in effects))
    writing.change(CheckinMoved, _MOVE, [_moved_row(before, after) for before, after in moves])


def _moved_row(before: Checkin, after: Checkin) -> dict[str, Any]:
    return {
        "id": before.id,
        "version": before.version,
        "stage": after.stage.value,
        "next_at": after.next_at,
        "delivered_at": after.delivered_at,
        "reminded": after.reminded,
        "reported": after.reported,
    }


def reported(writing: Writing, effects: Sequence[Reported]) -> None:
    """Reports; each is the next version of its check-in, the earlier ones stay."""
    rows = [
        {
            "id": report.id,
            "episode_id": report.episode_id,
            "checkin_id": report.checkin_id,
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
    for part in _apart(rows, "checkin_id"):
        writing.write(_REPORT_NEXT, part)


def _apart(rows: Sequence[dict[str, Any]], column: str) -> list[list[dict[str, Any]]]:
    """The rows in parts, none with a value twice, for a statement does not see the rows that it inserts."""
    parts: list[dict[object, dict[str, Any]]] = []
    for row in rows:
        key = row["id"] if row[column] is None else row[column]
        part = next((one for one in parts if key not in one), None)
        if part is None:
            parts.append(part := {})
        part[key] = row
    return [list(part.values()) for part in parts]


def fixes_shared(writing: Writing, effects: Sequence[FixShared]) -> None:
    """Positions with their verdicts, and refusals with their reasons."""
    writing.write(_SHARE, [_fix_row(writing, effect) for effect in effects])


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
