"""Effects on people: persons, chats and codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from quarantine.effects import (
    AddressBound,
    AddressReachable,
    ChatPreferred,
    ChatWatched,
    CodeClosed,
    CodeIssued,
    CodeMissed,
    PersonAdded,
    PersonChanged,
)
from storage import lookups, records, tables
from storage.bulk import Insert, Update
from storage.spelling import among
from storage.tables import core
from storage.writing import StaleDecisionError, Writing, difference, merged

_PERSON, _LOOKUP, _ADDRESS = core(tables.Person), core(tables.Lookup), core(tables.Address)
_CODE, _MISS = core(tables.Code), core(tables.CodeMiss)
_ADD, _FIND = Insert(_PERSON), Insert(_LOOKUP)
_ISSUE, _COUNT = Insert(_CODE), Insert(_MISS)

REPLACED = "replaced"
"""Why a code was closed when a newer one of its episode was issued."""

_CHANGE_PERSON = Update.versioned(_PERSON, "profile", "language")
_REACHABLE = Update(_ADDRESS, {"reachable": "new.reachable"}, "address.id = new.id")
_BOUND = Update(
    _ADDRESS,
    {
        "person_id": "new.person_id",
        "bound_at": "new.bound_at",
        "reachable": "true",
        "preferred_at": "NULL",
        "version": "address.version + 1",
    },
    "address.id = new.id",
)
_NONE_PREFERRED = Update(_ADDRESS, {"preferred_at": "NULL"}, "address.person_id = new.person_id")
_PREFERRED = Update(
    _ADDRESS,
    {"preferred_at": "new.preferred_at"},
    "address.id = new.id AND address.person_id = new.person_id",
)
_WATCHED = Update(_ADDRESS, {"next_at": "new.next_at"}, "address.id = new.id")
_RELEASED = (
    _ADDRESS.update().where(among(_ADDRESS.c.id)).values(person_id=None, version=_ADDRESS.c.version + 1)
)
_CLOSING = {"used_at": "new.used_at", "why_closed": "new.why_closed"}
_CLOSED = Update(_CODE, _CLOSING, "code.id = new.id AND code.used_at IS NULL")
_REPLACED = Update(_CODE, _CLOSING, "code.episode_id = new.episode_id AND code.used_at IS NULL")


def persons_added(writing: Writing, effects: Sequence[PersonAdded]) -> None:
    """New persons, and the look-up rows by which they are found."""
    rows = [
        {
            "id": effect.person.id,
            "profile": records.profile(writing.keyring, effect.person),
            "language": effect.person.language,
            "created_at": effect.at,
        }
        for effect in effects
    ]
    writing.write(_ADD, rows)
    found = [row for effect in effects for row in lookups.of_person(writing.keyring, effect.person)]
    writing.write(_FIND, found)


def persons_changed(writing: Writing, effects: Sequence[PersonChanged]) -> None:
    """Corrected data; each correction is in the history. Two decided on the same state are refused."""
    moves = merged(PersonChanged, ((effect.before, effect.after) for effect in effects))
    rows = [
        {
            "id": after.id,
            "version": before.version,
            "profile": records.profile(writing.keyring, after),
            "language": after.language,
        }
        for before, after in moves
    ]
    writing.change(PersonChanged, _CHANGE_PERSON, rows)
    found = [row for _, after in moves for row in lookups.of_person(writing.keyring, after)]
    lookups.replace(writing.conn, found, [after.id for _, after in moves])
    for effect in effects:
        detail = {"changed": difference(effect.before, effect.after), "why": effect.why}
        writing.note("person_changed", effect.at, effect.by, person_id=effect.after.id, detail=detail)


def addresses_bound(writing: Writing, effects: Sequence[AddressBound]) -> None:
    """A chat speaks for a person from now on; older chats of the person on that account are let go."""
    for effect in effects:
        released = _older_chats(writing, effect)
        if released:
            writing.conn.execute(_RELEASED, {"ids": released})
        bound = {"id": effect.address_id, "person_id": effect.person_id, "bound_at": effect.at}
        writing.change(AddressBound, _BOUND, [bound])
        detail = {"address": effect.address_id, "released": released}
        writing.note("address_bound", effect.at, effect.person_id, person_id=effect.person_id, detail=detail)


def _older_chats(writing: Writing, effect: AddressBound) -> list[int]:
    account = select(_ADDRESS.c.account).where(_ADDRESS.c.id == effect.address_id).scalar_subquery()
    older = select(_ADDRESS.c.id).where(
        _ADDRESS.c.person_id == effect.person_id,
        _ADDRESS.c.account == account,
        _ADDRESS.c.id != effect.address_id,
    )
    return sorted(writing.conn.execute(older).scalars())


def addresses_reachable(writing: Writing, effects: Sequence[AddressReachable]) -> None:
    """Chats that can, or can no longer, be written to."""
    last = {effect.address_id: effect.reachable for effect in effects}
    writing.write(_REACHABLE, [{"id": chat, "reachable": last[chat]} for chat in sorted(last)])


def chats_preferred(writing: Writing, effects: Sequence[ChatPreferred]) -> None:
    """Chats that were chosen; refused when one does not speak for that person any more."""
    writing.write(_NONE_PREFERRED, [{"person_id": one.person_id} for one in effects])
    rows = [{"id": one.address_id, "person_id": one.person_id, "preferred_at": one.at} for one in effects]
    writing.change(ChatPreferred, _PREFERRED, rows)
    for one in effects:
        detail = {"address": one.address_id}
        writing.note("chat_preferred", one.at, one.person_id, person_id=one.person_id, detail=detail)


def chats_watched(writing: Writing, effects: Sequence[ChatWatched]) -> None:
    """When windows are looked at again."""
    rows = [{"id": one.address_id, "next_at": one.next_at} for one in effects]
    writing.write(_WATCHED, rows)


def codes_issued(writing: Writing, effects: Sequence[CodeIssued]) -> None:
    """New codes: sealed, and found by their blind index; the episode's open ones are closed first."""
    older = [
        {"episode_id": effect.code.episode_id, "used_at": effect.at, "why_closed": REPLACED}
        for effect in effects
        if effect.code.episode_id is not None
    ]
    writing.write(_REPLACED, older)
    writing.write(_ISSUE, [_code_row(writing, effect) for effect in effects])
    rows = [row for one in effects for row in lookups.of_code(writing.keyring, one.code.id, one.text)]
    writing.write(_FIND, rows)


def _code_row(writing: Writing, effect: CodeIssued) -> dict[str, Any]:
    code = effect.code
    return {
        "id": code.id,
        "purpose": code.purpose.value,
        "text": writing.seal("code", "text", code.id, effect.text),
        "episode_id": code.episode_id,
        "unit_id": code.unit_id,
        "role": None if code.role is None else code.role.value,
        "deputy": code.deputy,
        "issued_by": effect.by,
        "issued_at": effect.at,
        "expires_at": code.expires_at,
    }


def codes_closed(writing: Writing, effects: Sequence[CodeClosed]) -> None:
    """Codes that were used or withdrawn; refused when somebody else has closed one already."""
    rows = [{"id": effect.code_id, "used_at": effect.at, "why_closed": effect.why} for effect in effects]
    if len({effect.code_id for effect in effects}) < len(effects):
        raise StaleDecisionError(CodeClosed)
    writing.change(CodeClosed, _CLOSED, rows)


def codes_missed(writing: Writing, effects: Sequence[CodeMissed]) -> None:
    """Wrong codes, counted to slow down guessing."""
    rows = [
        {"id": writing.ids(), "address_id": one.address_id, "account": one.account, "at": one.at}
        for one in effects
    ]
    writing.write(_COUNT, rows)
