"""Tells Telegram's pushes from anybody else's."""

from __future__ import annotations

import hmac
import re
from typing import Final

HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


def valid_secret(secret: str) -> bool:
    """Whether Telegram takes it as a secret (channels.md §3.1)."""
    return _SECRET.fullmatch(secret) is not None


def secret_matches(header: str | None, secret: str) -> bool:
    """Whether a push carries our secret; in constant time. Without a secret of ours nothing matches."""
    if not secret or header is None:
        return False
    return hmac.compare_digest(header.encode("utf-8", "surrogateescape"), secret.encode())
