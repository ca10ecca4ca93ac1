"""The numbers that buttons carry: a letter for the kind of question and a row id in base 32."""

from __future__ import annotations

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
QUESTION, PROMPT, TASK = "q", "p", "t"
_LONGEST = 14


def number(letter: str, row_id: int) -> str:
    """The number of a question: at most 14 characters; 49 of Telegram's 64 bytes stay for the value."""
    digits = ""
    while row_id:
        row_id, digit = divmod(row_id, 32)
        digits = _DIGITS[digit] + digits
    return letter + (digits or "0")


def row_of(text: str) -> int | None:
    """The row id in a number; nothing when somebody else made it up."""
    row_id = 0
    for digit in text[1:_LONGEST]:
        if digit not in _VALUES:
            return None
        row_id = row_id * 32 + _VALUES[digit]
    return row_id if 1 < len(text) <= _LONGEST and row_id < 1 << 63 else None
