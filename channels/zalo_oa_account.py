"""What one Official Account of Zalo is set up with: its ids, its secrets, its hosts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Signing(StrEnum):
    """Which id begins the text that Zalo signs: the official page says the app's, some live code the OA's."""

    APP_ID = "app_id"
    OA_ID = "oa_id"


@dataclass(frozen=True, slots=True)
class Credentials:
    """The account and the app that acts for it, as Zalo's console shows them.

    `oa_secret` (webhook page) signs what is pushed, `app_secret` buys tokens; `verifier` is the app's one
    PKCE verifier, whose challenge is saved in the console. `proof` is whether the console demands an
    `appsecret_proof` with every call. `siblings` are the app's other accounts, our name of each by its OA id:
    Zalo pushes the events of all to the one address of the app.
    """

    oa_id: str
    app_id: str
    app_secret: str = field(repr=False)
    oa_secret: str = field(repr=False)
    verifier: str = field(default="", repr=False)
    signing: Signing = Signing.APP_ID
    proof: bool = False
    siblings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise ValueError where a part without which nothing works is empty."""
        if not all((self.oa_id, self.app_id, self.app_secret, self.oa_secret)):
            raise ValueError("a Zalo OA needs its OA id, app id, app secret and OA secret key")

    def signed_first(self, told: str) -> str:
        """The first term of what Zalo signs when it pushes an event of the account with the OA id `told`."""
        if self.signing is Signing.APP_ID:
            return self.app_id
        return told if told in self.siblings else self.oa_id


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where Zalo answers: messages, templates by phone number, tokens (channels.md §1.0).

    Raises ValueError for what is no http(s) address or ends in a slash.
    """

    openapi: str = "https://openapi.zalo.me"
    business: str = "https://business.openapi.zalo.me"
    oauth: str = "https://oauth.zaloapp.com"

    def __post_init__(self) -> None:
        for host in (self.openapi, self.business, self.oauth):
            if not host.startswith(("http://", "https://")) or host.endswith("/"):
                raise ValueError(f"{host} is no address of a server: http(s)://…, without a slash at its end")
