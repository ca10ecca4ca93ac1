"""What a link names: the chat that it was made for, and the letter whose picture it shows."""

from __future__ import annotations

from sqlalchemy import Connection, select

from quarantine.messages import Address
from storage import tables
from storage.sealing import Keyring
from storage.tables import core

_ADDRESS = core(tables.Address)


def address(conn: Connection, keyring: Keyring, address_id: int) -> Address | None:
    """The chat with this row id."""
    columns = (_ADDRESS.c.account, _ADDRESS.c.native_user)
    row = conn.execute(select(*columns).where(_ADDRESS.c.id == address_id)).first()
    if row is None:
        return None
    user = keyring.open("address", "native_user", address_id, row.native_user).decode()
    return Address(row.account, user)
