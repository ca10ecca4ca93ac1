"""Why a file is not read: a closed set, each told by the text `list.file_…` of the catalogues."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """What is the matter with a file as a whole."""

    TOO_LARGE = "too_large"  # more bytes than are accepted
    BOMB = "bomb"  # would unpack to far more than it weighs
    TOO_WIDE = "too_wide"  # cells so far out that reading them takes too much memory
    TOO_MANY_ROWS = "too_many_rows"
    TOO_SLOW = "too_slow"
    MACROS = "macros"
    LINKS = "links"  # takes values from other files
    ENCRYPTED = "encrypted"
    WRONG_TYPE = "wrong_type"
    BROKEN = "broken"
    EMPTY = "empty"
    NO_ROWS = "no_rows"  # a header, and nobody beneath it
    NOT_A_LIST = "not_a_list"  # readable, but no row names a column for names


class UnreadableError(ValueError):
    """The file is refused; `refusal` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
