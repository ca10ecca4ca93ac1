"""The accounts' own rows: what each is, how it stands, and its sealed pair of tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from quarantine.tokens import Tokens
from storage.sealing import Keyring
from storage.spelling import insert_into
from storage.tables import Account, core

ACCOUNT = core(Account)


class State(StrEnum):
    """How it stands with an account: DOWN while its messenger takes nothing from it."""

    READY = "ready"
    DOWN = "down"
    NEEDS_CONSENT = "needs consent"


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of an account; `detail` says why it needs consent, or that a renewal has begun."""

    state: State
    tokens: Tokens | None
    detail: str = ""


def note(conn: Connection, name: str, kind: str, now: datetime) -> None:
    """Have a row for the account; its state and its tokens stay as they are."""
    row = {"name": name, "kind": kind, "state": State.READY.value, "changed_at": now}
    statement = insert_into(conn.dialect.name, ACCOUNT).values(row)
    conn.execute(
        statement.on_conflict_do_update(
            index_elements=["name"], set_={"kind": kind}, where=ACCOUNT.c.kind != kind
        )
    )


def read(conn: Connection, keyring: Keyring, name: str, *, lock: bool = False) -> Kept | None:
    """What is kept of the account, None when it has no row; `lock` holds it until the transaction ends."""
    query = select(ACCOUNT.c.state, ACCOUNT.c.secrets, ACCOUNT.c.detail).where(ACCOUNT.c.name == name)
    row = conn.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        return None
    tokens = None if row.secrets is None else _opened(keyring, name, row.secrets)
    return Kept(State(row.state), tokens, row.detail)


def keep_tokens(conn: Connection, keyring: Keyring, name: str, tokens: Tokens, now: datetime) -> None:
    """Keep the pair, sealed; the account is well."""
    sealed = keyring.seal("account", "secrets", name, msgspec.json.encode(tokens))
    _change(conn, name, secrets=sealed, state=State.READY.value, detail="", changed_at=now)


def set_state(conn: Connection, name: str, state: State, detail: str, now: datetime) -> None:
    """Say how it stands with the account, and why."""
    _change(conn, name, state=state.value, detail=detail, changed_at=now)


def set_down(conn: Connection, name: str, detail: str, now: datetime) -> None:
    """The messenger refuses the account; one that needs a consent goes on needing it."""
    asks = ACCOUNT.c.state == State.NEEDS_CONSENT.value
    values = {"state": State.DOWN.value, "detail": detail, "changed_at": now}
    conn.execute(ACCOUNT.update().where(ACCOUNT.c.name == name, ~asks).values(values))


def set_up(conn: Connection, name: str, now: datetime) -> None:
    """The messenger has taken something: an account that was down is well again."""
    values = {"state": State.READY.value, "detail": "", "changed_at": now}
    down = ACCOUNT.c.state == State.DOWN.value
    conn.execute(ACCOUNT.update().where(ACCOUNT.c.name == name, down).values(values))


def _opened(keyring: Keyring, name: str, sealed: bytes) -> Tokens:
    return msgspec.json.decode(keyring.open("account", "secrets", name, sealed), type=Tokens)


def _change(conn: Connection, name: str, **values: Any) -> None:  # noqa: ANN401 - columns of all types
    conn.execute(ACCOUNT.update().where(ACCOUNT.c.name == name).values(values))
