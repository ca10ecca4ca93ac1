"""Letters: all that a person must receive, as decided in a turn and kept in the outbox (DESIGN.md §4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from quarantine.messages import Params, Priority, Term, Want


@dataclass(frozen=True, slots=True)
class Option:
    """One choice drawn under a question: a translated term, or a literal such as a commune's name.

    A `wide` one has a row to itself, for what most people press and for the way out.
    """

    value: str
    label: Term | str
    picked: bool = False
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """The question under a letter: its number makes a press on an older letter recognisable.

    Of `many` several options may be chosen together; where it is `free` there are other answers beside them.
    """

    question: str
    number: str
    options: tuple[Option, ...] = ()
    columns: int = 1
    want: Want | None = None
    want_label: str = ""
    many: bool = False
    free: bool = False


class Condition(StrEnum):
    """What must still hold when the letter is claimed; otherwise it is dropped, not sent."""

    NONE = ""
    PROMPT_OPEN = "prompt_open"
    TASK_UNTAKEN = "task_untaken"
    TASK_UNDONE = "task_undone"


class Watch(StrEnum):
    """Whose business the outcome of the letter is: it opens a turn of its own (DESIGN.md §3)."""

    NONE = ""
    PROMPT = "prompt"
    RED_TOLD = "red_told"


class Enclosure(StrEnum):
    """What bot/rendering.py draws to go with the text."""

    NONE = ""
    GUIDE_CARD = "guide_card"
    INVITATION = "invitation"
    PIN = "pin"
    LEAFLETS = "leaflets"
    DAY_SHEET = "day_sheet"
    TEMPLATE = "template"
    RETURNED = "returned"


DOCUMENTS = frozenset({Enclosure.LEAFLETS, Enclosure.DAY_SHEET})
"""What is a file to be printed."""
SPREADSHEETS = frozenset({Enclosure.TEMPLATE, Enclosure.RETURNED})
"""What is a file to be filled in or mended."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter of the outbox.

    `owner` is the person who is to read it (or the address of a stranger). `key` names the message in the
    catalogues; `lead` are messages put before it in the same bubble. `about` is the row that `condition` and
    `watch` speak of. `slot` names a line whose last delivered message this one replaces; `replaces` names a
    message outright. Text, language, honorific and buttons are chosen when it is sent.
    """

    id: int
    owner: int
    key: str
    due_at: datetime
    params: Params = field(default_factory=dict)
    lead: tuple[Term, ...] = ()
    asked: Asked | None = None
    priority: Priority = Priority.REPLY
    address_id: int | None = None
    about: int | None = None
    condition: Condition = Condition.NONE
    watch: Watch = Watch.NONE
    valid_until: datetime | None = None
    replaces: str | None = None
    slot: str | None = None
    enclosure: Enclosure = Enclosure.NONE
    protect: bool = False
