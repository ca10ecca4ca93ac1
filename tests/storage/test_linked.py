"""What a link names is found again: the chat it was made for, and the letter as that chat was sent it."""

from datetime import timedelta

from quarantine.effects import LetterPosted
from quarantine.letters import Letter
from quarantine.messages import Address
from storage import linked, outbox
from storage.apply import apply
from tests.storage.rows import LAN, Rows


def test_a_chat_is_found_by_its_row(conn, keyring, now):
    """The account and the messenger's own id, unsealed; nothing for a row that is not there."""
    rows = Rows(conn, keyring, now)
    rows.address(301, "zalo", "6123456789012345678", None)
    assert linked.address(conn, keyring, 301) == Address("zalo", "6123456789012345678")
    assert linked.address(conn, keyring, 302) is None


def test_a_letter_is_read_again_whatever_became_of_it(conn, keyring, ids, now):
    """For the chat that the link names; reading claims nothing and changes nothing."""
    rows = Rows(conn, keyring, now)
    rows.units()
    rows.person(LAN)
    rows.address(301, "telegram", "555", LAN.id)
    posted = LetterPosted(Letter(701, LAN.id, "word.received", now, params={"code": "2CFH4KMN"}))
    apply(conn, keyring, [posted], now, ids)
    first = outbox.claim(conn, keyring, ["telegram"], 10, now, timedelta(minutes=1)).claimed[0]
    again = outbox.reread(conn, keyring, 701, 301, now)
    assert (again.letter, again.address, again.reader) == (first.letter, first.address, first.reader)
    assert outbox.reread(conn, keyring, 702, 301, now) is None
    assert outbox.reread(conn, keyring, 701, 999, now).address is None
