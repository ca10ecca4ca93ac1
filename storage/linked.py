"""When what a link leads to was first fetched."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from quarantine.messages import Address
from storage import inbox
from storage.lookups import address_digest
from storage.sealing import Keyring


def first_fetched(
    conn: Connection, keyring: Keyring, row_id: int, chat: Address, letter_id: int, now: datetime
) -> datetime:
    """When the document of this letter was first fetched from this chat's link: now, or earlier.

    It is kept like a message of that chat that has come in (storage/inbox.py), under a new `row_id`.
    """
    digest = address_digest(keyring, chat.account, chat.user)
    arrival = inbox.Arrival(row_id, chat.account, f"fetched-{letter_id}", digest, now)
    if inbox.receive(conn, [arrival])[0]:
        return now
    known = select(inbox.INBOX.c.received_at).where(
        inbox.INBOX.c.account == arrival.account, inbox.INBOX.c.native_id == arrival.native_id
    )
    at: datetime = conn.execute(known).scalar_one()
    return at
