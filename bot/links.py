"""Links that serve one letter for a short time: to the page that sends a position, a picture, a document."""

from __future__ import annotations

import base64
import binascii
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from storage.sealing import DIGEST_BYTES, Keyring

PLACE_FOR = timedelta(hours=4)
"""How long a link for a position works at most: as long as the longest window of a check-in."""
PICTURE_FOR = timedelta(hours=1)
"""How long a messenger may fetch a picture."""
DOCUMENT_FOR = timedelta(hours=1)
"""How long a link to a document works when nobody opens it."""
UPLOAD_FOR = timedelta(hours=4)
"""How long a file may be handed in by a link."""
LONGEST = 128
"""Characters of the longest token read: ours have at most 71."""
_PURPOSE = "link"
_FACTS = struct.Struct(">cQQI")


class LinkKind(StrEnum):
    """What a link leads to; also the first part of its path."""

    PLACE = "v"
    PICTURE = "p"
    UPLOAD = "u"
    DOCUMENT = "d"


class ForgedLinkError(ValueError):
    """We did not make this link, or it was made for something else."""


class ExpiredLinkError(ValueError):
    """The link was good once."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a link says: for which chat, letter and question it was made. Row ids only, nothing personal."""

    kind: LinkKind
    address_id: int
    letter_id: int
    number: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and reads links below `root`, our public address; nothing of them is stored.

    Each is signed with the newest key and read with any, so that a new key does not break those under way.
    """

    keyring: Keyring
    root: str

    def place(
        self, address_id: int, letter_id: int, number: str, now: datetime, valid_until: datetime | None
    ) -> str:
        """The page on which the question with this number is answered with a position."""
        expires_at = now + PLACE_FOR
        if valid_until is not None:
            expires_at = min(expires_at, valid_until)
        return self._address(Ticket(LinkKind.PLACE, address_id, letter_id, number, expires_at))

    def upload(self, address_id: int, letter_id: int, number: str, now: datetime) -> str:
        """The page on which the question with this number is answered with a file."""
        return self._address(Ticket(LinkKind.UPLOAD, address_id, letter_id, number, now + UPLOAD_FOR))

    def picture(self, address_id: int, letter_id: int, now: datetime) -> str:
        """The picture that goes with a letter."""
        return self._address(Ticket(LinkKind.PICTURE, address_id, letter_id, "", now + PICTURE_FOR))

    def document(self, address_id: int, letter_id: int, now: datetime) -> str:
        """The page from which the document of a letter is fetched."""
        return self._address(Ticket(LinkKind.DOCUMENT, address_id, letter_id, "", now + DOCUMENT_FOR))

    def read(self, kind: LinkKind, token: str, now: datetime) -> Ticket:
        """What a token of this kind says; raises ForgedLinkError or ExpiredLinkError."""
        ticket = self._opened(token)
        if ticket.kind is not kind:
            raise ForgedLinkError("made for something else")
        if ticket.expires_at <= now:
            raise ExpiredLinkError("too late")
        return ticket

    def _address(self, ticket: Ticket) -> str:
        facts = _FACTS.pack(
            ticket.kind.encode(), ticket.address_id, ticket.letter_id, int(ticket.expires_at.timestamp())
        )
        data = facts + ticket.number.encode()
        token = base64.urlsafe_b64encode(data + self.keyring.mac(_PURPOSE, data)).decode().rstrip("=")
        return f"{self.root}/{ticket.kind}/{token}"

    def _opened(self, token: str) -> Ticket:
        if len(token) > LONGEST:
            raise ForgedLinkError("too long")
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise ForgedLinkError("not base64") from error
        data, mac = raw[:-DIGEST_BYTES], raw[-DIGEST_BYTES:]
        if len(data) < _FACTS.size or not self.keyring.vouches(_PURPOSE, data, mac):
            raise ForgedLinkError("not signed by us")
        kind, address_id, letter_id, expires = _FACTS.unpack_from(data)
        number = data[_FACTS.size :].decode()
        return Ticket(
            LinkKind(kind.decode()), address_id, letter_id, number, datetime.fromtimestamp(expires, UTC)
        )
