"""The tokens of the stand-in Official Account: codes, one live pair, refresh tokens that work once."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from simulator.clock import MovedClock
from simulator.refusal import Json
from simulator.zalo_oa_errors import OaRefused, OauthRefused
from simulator.zalo_oa_settings import OaSettings

BAD_APP, BAD_SECRET, BAD_CODE, BAD_REFRESH, BAD_REDIRECT = -14002, -14004, -14019, -14014, -14003
"""Only −14002 and −14003 are documented; a client may tell the others by nothing but not being −32."""


@dataclass(frozen=True, slots=True)
class Code:
    """What a human's consent gave: traded once, for the verifier of its challenge."""

    challenge: str
    until: datetime


@dataclass(slots=True)
class Grants:
    """Who may call the API, on the moved clock."""

    settings: OaSettings
    clock: MovedClock
    codes: dict[str, Code] = field(default_factory=dict)
    access: str = ""
    access_until: datetime | None = None
    refresh: str = ""
    refresh_until: datetime | None = None

    def consent(self, app_id: str, redirect_uri: str, challenge: str) -> str:
        """A code for an app whose administrator said yes."""
        self.allow(app_id, redirect_uri, challenge)
        code = secrets.token_urlsafe(32)
        self.codes[code] = Code(challenge, self.clock.now() + self.settings.code_life)
        return code

    def allow(self, app_id: str, redirect_uri: str, challenge: str) -> None:
        """Raise `OauthRefused` when the console would not even show the question."""
        if app_id != self.settings.app_id:
            raise OauthRefused(BAD_APP, "Invalid app id", "app_id is not the app's")
        saved = self.settings.redirect_uri
        if not redirect_uri.startswith(("https://", "http://")) or saved not in {"", redirect_uri}:
            raise OauthRefused(BAD_REDIRECT, "Invalid redirect uri", "redirect_uri is not the saved one")
        if not challenge:
            raise OauthRefused(BAD_CODE, "Invalid code challenge", "code_challenge is missing")

    def trade_code(self, code: str, verifier: str) -> Json:
        """The first pair; the code is spent whatever comes of it."""
        found = self.codes.pop(code, None)
        if found is None or self.clock.now() > found.until:
            raise OauthRefused(BAD_CODE, "Invalid code", "the code is unknown, used or older than 10 minutes")
        if challenge_of(verifier) != found.challenge:
            raise OauthRefused(BAD_CODE, "Invalid code verifier", "code_verifier does not fit code_challenge")
        return self.hand_out()

    def trade_refresh(self, token: str) -> Json:
        """The next pair; the refresh token and the old access token die at once."""
        alive = self.refresh_until is not None and self.clock.now() <= self.refresh_until
        if not token or token != self.refresh or not alive:
            raise OauthRefused(BAD_REFRESH, "Invalid refresh token", "unknown, used or expired")
        return self.hand_out()

    def hand_out(self) -> Json:
        """A new pair, as also the console's API Explorer gives by hand."""
        now = self.clock.now()
        self.access, self.refresh = secrets.token_urlsafe(48), secrets.token_urlsafe(48)
        self.access_until = now + self.settings.access_life
        self.refresh_until = now + self.settings.refresh_life
        seconds = int(self.settings.access_life.total_seconds())
        return {"access_token": self.access, "refresh_token": self.refresh, "expires_in": str(seconds)}

    def expire(self) -> None:
        """Let the access token be as old as if 25 hours had passed."""
        self.access_until = self.clock.now()

    def revoke(self) -> None:
        """The administrator took the consent back: nothing opens anything any more."""
        self.access = self.refresh = ""
        self.codes.clear()

    def check(self, token: str) -> None:
        """Raise −216 for a token that is not the live one and −220 for one that is too old."""
        if not token or token != self.access:
            raise OaRefused(-216)
        if self.access_until is None or self.clock.now() >= self.access_until:
            raise OaRefused(-220)


def challenge_of(verifier: str) -> str:
    """Base64url without padding of the raw SHA-256 of a verifier (channels.md §1.1)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
