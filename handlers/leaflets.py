"""Leaflets: fresh codes for people who are to connect, and the file to print that carries them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from handlers.calling import number_of
from quarantine.codes import free_code, show_code
from quarantine.effects import Code, CodeFor, CodeIssued
from quarantine.letters import Enclosure
from quarantine.messages import Params, Term
from quarantine.phones import show_phone
from quarantine.store import File
from quarantine.titles import unit_title
from quarantine.turn import Turn

CODE_LIVES = timedelta(hours=72)
"""How long a resident's code may be used (DESIGN.md §7: short-lived and single-use)."""
ALONE = 1
"""A single leaflet fills its page, for old eyes."""


def fresh_code(turn: Turn, file: File) -> tuple[str, datetime]:
    """A new code, which ends the older ones, as it is shown; and when its life ends."""
    expires = turn.now + CODE_LIVES
    text = free_code(turn.random_below, lambda drawn: turn.store.code(drawn) is not None)
    code = Code(turn.ids(), CodeFor.RESIDENT, expires, episode_id=file.episode.id)
    turn.record(CodeIssued(code, text, turn.me, turn.now))
    turn.note("code_issued", person_id=file.person.id, episode_id=file.episode.id)
    return show_code(text), expires


def post(turn: Turn, files: Sequence[File], per_page: int) -> None:
    """Say a file of leaflets to whoever writes, each with a fresh code; that it was printed is recorded."""
    key = "print.one" if len(files) == 1 else "print.several"
    turn.say(key, printed(turn, files, per_page), enclosure=Enclosure.LEAFLETS)


def printed(turn: Turn, files: Sequence[File], per_page: int) -> Params:
    """What bot/printing.py draws: a leaflet for each, and until when the codes live."""
    for file in files:
        turn.note("leaflet_printed", person_id=file.person.id, episode_id=file.episode.id)
    return {
        "leaflets": [_leaflet(turn, file) for file in files],
        "per_page": per_page,
        "count": len(files),
        "expires": turn.now + CODE_LIVES,
    }


def _leaflet(turn: Turn, file: File) -> dict[str, object]:
    """Of one person the card's words, and the line of the list."""
    code, _ = fresh_code(turn, file)
    phone = file.person.phone or file.responder.phone
    return {
        "code": code,
        "station": unit_title(file.unit),
        "call": number_of(turn, file.unit) or Term("word.nothing"),
        "name": file.person.name,
        "address": file.episode.home.address,
        "phone": show_phone(phone) if phone else Term("word.nothing"),
    }
