"""Tells Zalo's pushes to an Official Account from anybody else's, and fresh ones from replayed ones."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from channels.json_fields import fields_of
from channels.zalo_oa_account import Credentials
from channels.zalo_oa_wire import account_of, plain
from quarantine.channel import Refusal

HEADER: Final = "X-ZEvent-Signature"
OLDEST: Final = timedelta(hours=2)
"""Zalo tries again for 1 h 51 min at most (channels.md §1.7)."""
EARLIEST: Final = timedelta(minutes=5)
"""How far Zalo's clock may be ahead of ours."""

_PREFIX: Final = "mac="
_LAST_MILLISECOND: Final = 253_402_300_799_999  # the end of the year 9999, where datetime ends


def signature(first: str, body: bytes, stamp: str, secret: str) -> str:
    """What Zalo signs a push with: a plain SHA-256 over the bytes as they were sent."""
    return sha256(first.encode() + body + stamp.encode("utf-8", "replace") + secret.encode()).hexdigest()


def judge(headers: Mapping[str, str], body: bytes, credentials: Credentials, now: datetime) -> Refusal | None:
    """Why a push is not taken in, None when Zalo has just sent it.

    A push signed long ago may be somebody's copy of it: what is older than Zalo tries again is refused.
    """
    shown = headers.get(HEADER, "").strip().removeprefix(_PREFIX)
    if not shown:
        return Refusal.UNSIGNED
    fields = fields_of(body) or {}
    stamp = plain(fields, "timestamp")
    sent_at = instant(stamp)
    if stamp is None or sent_at is None:
        return Refusal.UNREADABLE
    due = signature(credentials.signed_first(account_of(fields)), body, stamp, credentials.oa_secret)
    if not hmac.compare_digest(shown.lower().encode("utf-8", "surrogateescape"), due.encode()):
        return Refusal.FORGED
    return None if now - OLDEST <= sent_at <= now + EARLIEST else Refusal.STALE


def instant(stamp: str | None) -> datetime | None:
    """The moment of Zalo's milliseconds since 1970; None for anything else."""
    if stamp is None or not (stamp.isascii() and stamp.isdecimal()):
        return None
    milliseconds = int(stamp[:20])
    if not 0 < milliseconds <= _LAST_MILLISECOND:
        return None
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)
