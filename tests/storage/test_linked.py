"""What a link leads to: when a document was first fetched is kept, on both databases, once for a letter."""

from __future__ import annotations

from datetime import timedelta

from quarantine.messages import Address
from storage import linked

CHAT, OTHER = Address("zalo-bot", "u1"), Address("zalo", "u1")


def test_the_first_time_is_kept_whatever_comes_later(engine, keyring, now):
    """Fetched again it is the first time that is told, also after the commit."""
    with engine.begin() as conn:
        assert linked.first_fetched(conn, keyring, 1, CHAT, 815, now) == now
        assert linked.first_fetched(conn, keyring, 2, CHAT, 815, now + timedelta(minutes=5)) == now
    with engine.begin() as conn:
        assert linked.first_fetched(conn, keyring, 3, CHAT, 815, now + timedelta(hours=1)) == now


def test_another_letter_or_account_has_a_first_time_of_its_own(engine, keyring, now):
    """Links are of one letter and one chat."""
    later = now + timedelta(minutes=5)
    with engine.begin() as conn:
        linked.first_fetched(conn, keyring, 1, CHAT, 815, now)
        assert linked.first_fetched(conn, keyring, 2, CHAT, 816, later) == later
        assert linked.first_fetched(conn, keyring, 3, OTHER, 815, later) == later
