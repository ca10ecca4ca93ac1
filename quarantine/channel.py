"""A messenger as Cachly sees it: what it can draw and carry, who pushes to it, and how it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, Self

from quarantine.messages import AccountDown, Heard, Incoming, Later, Never, Outcome, Reply


@dataclass(frozen=True, slots=True)
class Form:
    """What a messenger can draw and carry; what it cannot, its channel writes as text.

    `buttons` is how many choices fit under one message (0: all are typed). `asks_location` is a button of the
    phone's own for a position, `takes_location` that a position can be sent at all. `photo_by_url` pictures
    are fetched by the messenger from a public address. `window` is how long after their last message
    somebody may still be written to, None for always. `spreadsheets` are carried
    among the documents. `polls` tells whether messages can be fetched, and `numbered` whether what is fetched
    has running numbers; where not, each is given once only.
    `answer_within` is how soon a push must be answered, None when it may wait for the commit. It takes
    `per_second` messages of an account in all, and `per_chat_second` in one chat (channels.md §1.9, §3.1).
    """

    buttons: int
    edits: bool
    asks_location: bool
    takes_location: bool
    asks_contact: bool
    documents: bool
    polls: bool = True
    numbered: bool = True
    answer_within: timedelta | None = None
    photo_by_url: bool = False
    deep_links: bool = False
    window: timedelta | None = None
    spreadsheets: bool = False
    per_second: float = 30
    per_chat_second: float = 1


class Refusal(StrEnum):
    """Why a push is not taken in: it is counted, and nothing of it is kept."""

    UNSIGNED = "unsigned"
    FORGED = "forged"
    STALE = "stale"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    NO_ACCOUNT = "no_account"


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One line of a chat's command menu."""

    command: str
    label: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What everybody sees of the account in one language; `language` None is for all that have no own."""

    language: str | None
    commands: tuple[MenuEntry, ...]
    description: str
    short_description: str


@dataclass(frozen=True, slots=True)
class Presence:
    """How people find the account: its name there, and the address that opens its chat, "" when unknown.

    Where the address can carry a code, `{code}` stands in it. Whoever keeps the presences of several accounts
    adds `channel`, the kind of messenger as `Channel.name` says it, and `serves`, the code of the unit that
    the account is for with those below it, "" for all.
    """

    name: str
    link: str
    channel: str = ""
    serves: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of an account: what was found, and what to do when it is wrong (empty when it is well)."""

    part: str
    found: str
    wrong: str = ""


class CallFailedError(Exception):
    """The messenger refused a call that is no send, or was not reached; `outcome` says what it means."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(said(outcome))
        self.outcome = outcome


class FileTooLargeError(Exception):
    """A file that somebody sent is larger than we fetch."""


def said(outcome: Outcome) -> str:
    """An outcome as one line for logs and the operator."""
    match outcome:
        case Later(after=after, reason=reason):
            return f"{reason}; try again in {after.total_seconds():g} s"
        case Never(reason=why, detail=detail):
            return f"{why}: {detail}"
        case AccountDown(detail=detail):
            return detail
        case _:
            return type(outcome).__name__


class Channel(Protocol):
    """One account of one messenger: it hears, and it sends; it knows nothing of turns or storage.

    To be used as `async with`, for its connections belong to the running loop.
    """

    name: str
    """The kind of messenger: "telegram", "zalo-oa", "zalo-bot"."""
    account: str
    form: Form
    lost: Counter[str]
    """What went wrong and lost nothing, and what was tried in vain, by name."""

    async def __aenter__(self) -> Self:
        """Make ready to connect; calls nobody yet."""
        ...

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        ...

    # Taking in

    def admits(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Refusal | None:
        """Whether a push comes from the messenger; None when it does. Compares in constant time."""
        ...

    def hear(self, body: bytes, now: datetime) -> Sequence[Heard]:
        """Read one update (or batch); pure, never raises for content it does not know."""
        ...

    async def push_to(self, url: str) -> None:
        """Have updates pushed to this address of ours; nothing to do where a console sets it.

        Raises CallFailedError.
        """
        ...

    async def push_nowhere(self) -> None:
        """Stop the pushing, so that polling works; what waits is kept. Raises CallFailedError."""
        ...

    async def poll(self, offset: int | None, wait: int) -> Sequence[bytes]:
        """Updates from number `offset` on, unread, waiting up to `wait` seconds for the first.

        Where updates have no numbers each is given once only. Raises CallFailedError.
        """
        ...

    async def fetch(self, file: str, limit: int) -> bytes:
        """The bytes of a file that somebody sent (`Incoming.file`), at most `limit`.

        Raises FileTooLargeError, or CallFailedError when the messenger does not give it.
        """
        ...

    # Sending

    def messages_in(self, reply: Reply) -> int:
        """How many messages of the messenger's limits a reply takes."""
        ...

    async def send(self, user: str, reply: Reply) -> Outcome:
        """Deliver one reply to one chat; errors become outcomes."""
        ...

    async def acknowledge(self, incoming: Incoming, text: str = "") -> None:
        """Let the messenger's button rest; loses nothing when it is lost."""
        ...

    async def settle(self, user: str, message_id: str) -> None:
        """Take the buttons off a message that has been answered; loses nothing when it is lost."""
        ...

    async def typing(self, user: str) -> None:
        """Show that an answer is being written; loses nothing when it is lost."""
        ...

    async def menu(self, user: str, entries: Sequence[MenuEntry]) -> None:
        """Set the chat's command menu; loses nothing when it is lost."""
        ...

    # The account itself

    async def meet(self, profiles: Sequence[Profile]) -> Presence:
        """Learn how people find the account, and set what they see of it. Raises CallFailedError."""
        ...

    async def examine(self, hook: str, now: datetime) -> Sequence[Finding]:
        """Credentials, webhook (`hook` is what it should be, "" for polling), quota: in words, for doctor."""
        ...
