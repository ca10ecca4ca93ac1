"""List drafts: a list that came by chat, from its arrival to its end, with all that is decided of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

UPLOADED = "upload:"
"""Before the id of a draft whose file came through our own page instead of a messenger."""


class DraftState(StrEnum):
    """A list is looked at, shown, maybe corrected and looked at again, written, and over."""

    LOOKING = "looking"
    SHOWN = "shown"
    WRITING = "writing"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ListDraft:
    """A list as its sender has it before them.

    `task` says where the file is and what was decided: mapping and given values by field, doubles. `found`
    is what the last look (bot/list_looks.py), or the end, brought. Both are JSON and sealed at rest.
    """

    id: int
    by: int
    state: DraftState
    task: Mapping[str, object] = field(default_factory=dict)
    found: Mapping[str, object] = field(default_factory=dict)
