"""Tasks: something a human must do, from the moment it is opened until somebody has done it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum


class TaskKind(StrEnum):
    """What has to be done; one open task per (person, kind) (DESIGN.md §5)."""

    RED = "red"
    AMBER = "amber"
    CONTACT = "contact"
    UNREACHABLE = "unreachable"
    LOCATION = "location"
    HELP = "help"
    VERIFY = "verify"
    LINK = "link"
    HOME = "home"
    DECIDE = "decide"
    ABSENT = "absent"
    TRANSFER = "transfer"
    FOLLOW = "follow"


class TaskState(StrEnum):
    """Open until taken, taken until its deadline, done for good."""

    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"


class Outcome(StrEnum):
    """What the officer found or decided (domain.md §E2); `LATE_ANSWER` and `VERIFIED` are the system's own.

    `ACCEPTED`, `SENT_BACK`: what the receiving station said to a transfer.
    `HOME`, `STILL`: back from hospital, or not yet. `SEARCH`: the station is to look for somebody further.
    """

    FINE = "fine"
    PHONE_TROUBLE = "phone_trouble"
    UNWELL = "unwell"
    HOSPITAL = "hospital"
    ABSENT = "absent"
    RETRY = "retry"
    RELEASED = "released"
    HOME = "home"
    STILL = "still"
    SEARCH = "search"
    MISTAKE = "mistake"
    LATE_ANSWER = "late_answer"
    VERIFIED = "verified"
    ACCEPTED = "accepted"
    SENT_BACK = "sent_back"
    DONE = "done"


class Method(StrEnum):
    """How the officer reached, or tried to reach, the person."""

    CALL = "call"
    VISIT = "visit"
    CHAT = "chat"


@dataclass(frozen=True, slots=True)
class Task:
    """One task as a turn sees it.

    `since` is the last contact with the person (or the opening, when there was none): long silences are
    counted from it. `level` is the rung of the ladder that was last told. `detail` is sealed at rest.
    """

    id: int
    kind: TaskKind
    unit_id: int
    person_id: int
    episode_id: int | None
    state: TaskState
    level: int
    opened_at: datetime
    since: datetime
    next_at: datetime | None
    owner_id: int | None = None
    checkin_id: int | None = None
    outcome: Outcome | None = None
    protocol: str = ""
    detail: dict[str, object] = field(default_factory=dict)
    version: int = 0

    def done(self, outcome: Outcome, by: int | None = None) -> Task:
        """The task once nothing is to be done any more; `by` is who has done it, else its owner stays."""
        owner = self.owner_id if by is None else by
        return replace(self, state=TaskState.DONE, outcome=outcome, owner_id=owner, next_at=None)
