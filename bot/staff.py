"""What the operator's commands on staff do: who is posted where, and ending a posting."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection

from bot import premises, settings
from bot.clock import SystemClock
from bot.ids import Ids
from bot.operations import opened_database, unit_of
from bot.refusals import RefusedError
from handlers.attendance import end_posting
from quarantine.people import Officer, Unit
from quarantine.turn import Turn
from storage import postings
from storage.apply import StaleDecisionError, apply
from storage.reader import SqlStore
from storage.sealing import Keyring


def listed(unit_code: str) -> str:
    """Everybody posted at a unit or below it, or anywhere: posting, unit, role, name, absence."""
    chosen = settings.load()
    now = SystemClock().now()
    with opened_database(chosen) as engine, engine.connect() as conn:
        store = SqlStore(conn, premises.keyring(chosen), now)
        units = store.units_below([unit_of(conn, unit_code).id]) if unit_code else store.everywhere()
        peopled = postings.staffed(conn)
        lines = [_line(unit, one) for unit in units if unit.id in peopled for one in store.officers(unit.id)]
    return "\n".join(lines) if lines else "Nobody is posted there. `cachly invite` makes a code."


def _line(unit: Unit, officer: Officer) -> str:
    posting = officer.posting
    role = f"{posting.role}{' (deputy)' if posting.deputy else ''}"
    away = ", off today" if officer.absent else ""
    return f"{posting.id}  {unit.code} {unit.name}: {role}, {officer.person.name}{away}"


def revoke(posting_id: int) -> str:
    """End a posting at once; whoever held it and the others of the unit are told when `cachly run` sends."""
    chosen = settings.load()
    keyring = premises.keyring(chosen)
    with opened_database(chosen) as engine:
        try:
            with engine.begin() as conn:
                return _ended(conn, keyring, posting_id, Ids(SystemClock().now, secrets.randbelow))
        except StaleDecisionError as error:
            raise RefusedError("Somebody else changed this at the same moment. Please try again.") from error


def _ended(conn: Connection, keyring: Keyring, posting_id: int, ids: Ids) -> str:
    now = SystemClock().now()
    posting = postings.current(conn, posting_id)
    if posting is None:
        raise RefusedError(
            f"There is no posting {posting_id} that has not ended. `cachly officers list` shows them."
        )
    store = SqlStore(conn, keyring, now)
    turn = Turn(now=now, ids=ids.one, random_below=secrets.randbelow, store=store)
    tasks = end_posting(turn, posting)
    apply(conn, keyring, turn.effects, now, ids.one)
    name, unit = store.officer(posting.person_id).name, store.unit(posting.unit_id)
    back = f" {len(tasks)} of their tasks go to the others." if tasks else ""
    return f"{name} is {posting.role} at {unit.name} no longer.{back}"
