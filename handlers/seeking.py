"""Seeking: which files are meant by what an officer types, and what tells namesakes apart."""

from __future__ import annotations

import re
from collections.abc import Collection

from handlers.gate import units_within
from handlers.worklist import PAGE
from quarantine.access import Action
from quarantine.codes import read_code
from quarantine.conversation import Unclear
from quarantine.names import fold
from quarantine.phones import read_phone
from quarantine.store import File
from quarantine.turn import Turn

SHORTEST_NAME = 2
NAMESAKES = 400
"""So many of one name are looked through for a year of birth or the end of a phone."""
_NARROWED = re.compile(
    r"^(?P<name>\D*?)(?:\b(?:nam sinh|sinh nam|sinh|sn|so cuoi|duoi)\b)?\W*(?P<end>\d{3,4})$"
)
"""A name and what tells namesakes apart: a year of birth, or the last digits of a phone."""


def read_sought(turn: Turn, text: str) -> list[int]:
    """Ids of the episodes within reach that are meant, best first, one more than are drawn where there are.

    By phone, by the code of the leaflet, or by whole words of the name, narrowed by a year of birth or the
    last three or four digits of the phone; those alone narrow the name that was typed before.
    """
    units = units_within(turn, Action.VIEW)
    phone, code = read_phone(text), read_code(text)
    if code is not None and (meant := _by_code(turn, code, units)):
        return [meant]
    narrowed = None if phone else _NARROWED.match(fold(text))
    name = (narrowed["name"].strip() or str(turn.memory.get("sought", ""))) if narrowed else text
    digits = any(mark.isdigit() for mark in name)
    if phone is None and (len(fold(name)) < SHORTEST_NAME or digits):
        raise Unclear("file.find_unclear")
    limit = NAMESAKES if narrowed else PAGE + 1
    found = turn.store.files_sought(units, limit, phone=phone or "", name="" if phone else name)
    if narrowed:
        found = [file for file in found if _tells(file, narrowed["end"])][: PAGE + 1]
    if not found:
        raise Unclear("file.find_none", typed=text[:60])
    turn.memory["sought"] = name
    return [file.episode.id for file in found]


def _by_code(turn: Turn, text: str, units: Collection[int]) -> int | None:
    """The file that a leaflet's code is about, used or not, if the speaker may see it."""
    code = turn.store.code(text)
    file = turn.store.file(code.episode_id) if code is not None and code.episode_id else None
    return file.episode.id if file is not None and file.unit.id in units else None


def _tells(file: File, end: str) -> bool:
    """Whether these digits are the person's year of birth or the end of a phone of theirs."""
    phones = (file.person.phone, file.responder.phone)
    return str(file.person.birth_year) == end or any(phone and phone.endswith(end) for phone in phones)
