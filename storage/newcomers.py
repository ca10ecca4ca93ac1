"""Newcomers: of two who enrol one person at once, the second decides anew and sees the first's entry."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, text

from quarantine.effects import PersonAdded
from storage import tables
from storage.apply_people import persons_added
from storage.batches import unseen
from storage.lookups import ROW_ID, Index, digests_of
from storage.sealing import Keyring
from storage.spelling import among
from storage.tables import core
from storage.writing import StaleDecisionError, Writing

_LOOKUP = core(tables.Lookup)
_HOLDERS = select(_LOOKUP.c.digest, ROW_ID).where(
    among(_LOOKUP.c.digest), _LOOKUP.c.kind.in_((Index.PHONE, Index.IDENTITY)), ~unseen(ROW_ID)
)
_ONE_AFTER_THE_OTHER = text("SELECT pg_advisory_xact_lock(:key)")


def newcomers_added(writing: Writing, effects: Sequence[PersonAdded]) -> None:
    """New persons; StaleDecisionError where somebody whom the decider has not seen holds one's number."""
    looked = [effect for effect in effects if effect.besides is not None]
    wanted: dict[bytes, PersonAdded] = {}
    for effect in looked:
        for digest in _digests(writing.keyring, effect):
            if wanted.setdefault(digest, effect) is not effect:
                raise StaleDecisionError(PersonAdded)
    if wanted:
        _check(writing, wanted)
    persons_added(writing, effects)


def _check(writing: Writing, wanted: dict[bytes, PersonAdded]) -> None:
    """Ask again who has these numbers, with all others who add one of them waiting until we are through."""
    if writing.conn.dialect.name == "postgresql":
        for digest in sorted(wanted):
            writing.conn.execute(_ONE_AFTER_THE_OTHER, {"key": int.from_bytes(digest[:8], signed=True)})
    for digest, person_id in writing.conn.execute(_HOLDERS, {"ids": list(wanted)}):
        if person_id not in (wanted[digest].besides or ()):
            raise StaleDecisionError(PersonAdded)


def _digests(keyring: Keyring, effect: PersonAdded) -> list[bytes]:
    numbers = {Index.PHONE: effect.person.phone, Index.IDENTITY: effect.person.identity}
    return [
        digest for kind, value in numbers.items() if value for digest in digests_of(keyring, kind, [value])
    ]
