"""A desk: posts letters, claims them and records their outcomes on one connection."""

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select

from quarantine.effects import LetterPosted
from quarantine.letters import Letter
from storage import outbox, tables
from storage.apply import apply
from storage.outbox import Result
from storage.tables import core
from tests.storage.rows import LAN

LETTER, ADDRESS, ACCOUNT = core(tables.Letter), core(tables.Address), core(tables.Account)
ACCOUNTS = ["telegram", "zalo"]
LEASE = timedelta(minutes=1)
DAY = date(2021, 8, 14)


class Desk:
    """Posts, claims and records on one connection."""

    def __init__(self, conn, keyring, ids, now):
        """At an instant."""
        self.conn, self.keyring, self.ids, self.now = conn, keyring, ids, now

    def post(self, letter_id, owner=LAN.id, **changes):
        """Post a letter to Lan."""
        letter = replace(Letter(letter_id, owner, f"key.{letter_id}", self.now), **changes)
        apply(self.conn, self.keyring, [LetterPosted(letter)], self.now, self.ids)
        return letter

    def claim(self, limit=100, accounts=ACCOUNTS, lease=LEASE, now=None):
        """Claim what is due."""
        return outbox.claim(self.conn, self.keyring, accounts, limit, now or self.now, lease)

    def claimed(self, **how):
        """The ids of what could be claimed."""
        return [one.letter.id for one in self.claim(**how).claimed]

    def record(self, claimed, outcome, at=None):
        """Record one outcome."""
        return outbox.record(self.conn, self.keyring, [Result.of(claimed, outcome, at or self.now)])

    def row(self, letter_id):
        """A letter as it is stored."""
        return self.conn.execute(select(LETTER).where(LETTER.c.id == letter_id)).one()
