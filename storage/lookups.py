"""The blind index: which look-up rows a person, a chat and a code have, and how values are folded for it.

When the folding changes, raise FOLDING in storage/sealing.py: `rekey` then rebuilds the rows in batches.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, select

from quarantine.names import whole_name, words
from quarantine.people import Person
from storage.sealing import FOLDING, Keyring
from storage.tables import Lookup, core

_LOOKUP = core(Lookup)
ROW_ID = _LOOKUP.c.row_id
_BETWEEN = re.compile(r"[\s.\-]+")


class Index(StrEnum):
    """What a row can be found by."""

    ADDRESS = "address"
    PHONE = "phone"
    IDENTITY = "identity"
    NAME_WORD = "name_word"
    NAME = "name"
    CODE = "code"


LookupRow = dict[str, Any]


def fold(kind: Index, value: str) -> str:
    """The form that is compared: codes and numbers without spaces, dots, dashes and small letters."""
    if kind in {Index.PHONE, Index.IDENTITY, Index.CODE}:
        return _BETWEEN.sub("", value).upper()
    return value


def address_digests(keyring: Keyring, account: str, user: str) -> dict[str, bytes]:
    """The digests, by key id, by which the chat of this user on this account may be indexed."""
    return keyring.digests(Index.ADDRESS, f"{account}\0{user}")


def address_digest(keyring: Keyring, account: str, user: str) -> bytes:
    """The digest of a chat under the first key, as new rows hold it."""
    return keyring.digest(Index.ADDRESS, f"{account}\0{user}")


def of_address(keyring: Keyring, address_id: int, account: str, user: str) -> list[LookupRow]:
    """Look-up rows of a chat."""
    return [_row(keyring, Index.ADDRESS, f"{account}\0{user}", address_id)]


def of_code(keyring: Keyring, code_id: int, text: str) -> list[LookupRow]:
    """Look-up rows of a single-use code."""
    return [_row(keyring, Index.CODE, text, code_id)]


def of_person(keyring: Keyring, person: Person) -> list[LookupRow]:
    """Look-up rows of a person: phone, identity number, the folded name, each word of it."""
    rows = [_row(keyring, Index.NAME, whole_name(person.name), person.id)]
    rows += [_row(keyring, Index.NAME_WORD, word, person.id) for word in sorted(set(words(person.name)))]
    if person.phone:
        rows.append(_row(keyring, Index.PHONE, person.phone, person.id))
    if person.identity:
        rows.append(_row(keyring, Index.IDENTITY, person.identity, person.id))
    return rows


def digests_of(keyring: Keyring, kind: Index, values: Iterable[str]) -> dict[bytes, str]:
    """Every digest, under every key, that these values may be indexed by, and the value it stands for."""
    return {digest: value for value in values for digest in keyring.digests(kind, fold(kind, value)).values()}


def ids_matching(keyring: Keyring, kind: Index, value: str) -> Select[int]:
    """A select of the row ids that are indexed by this value, whichever key they were indexed with."""
    digests = list(keyring.digests(kind, fold(kind, value)).values())
    return select(_LOOKUP.c.row_id).where(_LOOKUP.c.kind == kind.value, _LOOKUP.c.digest.in_(digests))


def replace(conn: Connection, rows: Iterable[Mapping[str, Any]], row_ids: Iterable[int]) -> None:
    """Put these look-up rows in place of all that the rows of these ids had."""
    ids = list(row_ids)
    if ids:
        conn.execute(_LOOKUP.delete().where(_LOOKUP.c.row_id.in_(ids)))
    fresh = [dict(row) for row in rows]
    if fresh:
        conn.execute(_LOOKUP.insert(), fresh)


def _row(keyring: Keyring, kind: Index, value: str, row_id: int) -> LookupRow:
    return {
        "kind": kind.value,
        "digest": keyring.digest(kind, fold(kind, value)),
        "row_id": row_id,
        "key_id": keyring.first,
        "folding": FOLDING,
    }
