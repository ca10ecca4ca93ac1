"""The 8-character codes on the leaflet: made, read as people copy them by hand, and shown."""

import re
from collections.abc import Callable

from quarantine.names import plain

LETTERS, DIGITS = "CFHJKMNPRTVX", "23456789"
ALPHABET = DIGITS + LETTERS
"""No two that look alike on paper, no vowel (no code is a word), no D or W (Telex makes đ, ư of them)."""
LENGTH = 8
"""20 characters in 8 places, a letter and a digit at least: 34.55 bits, 25 thousand million codes.

Enough only because a code is single use, lives 72 hours and wrong tries are counted: with 10,000 codes alive
a guess is right once in 2.5 million.
"""
TRIES = 10
"""Draws before the source of chance is called broken: a second is hardly ever needed."""

_LOOK_ALIKES = str.maketrans({"B": "8", "S": "5", "Z": "2", "G": "6"})
_BODY = rf"([a-z0-9](?:[\s._–-]{{0,3}}[a-z0-9]){{{LENGTH - 1}}})(?![a-z0-9])"
_WHOLE = re.compile(rf"\W*(?:da\s+)?{_BODY}\W*(?:a\W*)?")
_ANNOUNCED = re.compile(
    rf"\b(?:ma|code)(?:\s+(?:so|la|cua|toi|em|minh|kich hoat|lien ket|cach ly|code))*[\s:=\-\"'(]*{_BODY}"
)


def make_code(random_below: Callable[[int], int]) -> str:
    """A new code; `random_below(n)` gives an unpredictable number from 0 to n - 1 (secrets.randbelow)."""
    drawn = [ALPHABET[random_below(len(ALPHABET))] for _ in range(LENGTH)]
    place = random_below(LENGTH)
    # Replaced rather than drawn anew, so that no source of chance can keep this from ending.
    if not set(LETTERS) & set(drawn):
        drawn[place] = LETTERS[random_below(len(LETTERS))]
    elif not set(DIGITS) & set(drawn):
        drawn[place] = DIGITS[random_below(len(DIGITS))]
    return "".join(drawn)


def free_code(random_below: Callable[[int], int], taken: Callable[[str], bool]) -> str:
    """A new code that is not `taken` by an older one, which two chats could not tell apart.

    Raises LookupError when the source of chance gives nothing new: then it is broken.
    """
    drawn = (make_code(random_below) for _ in range(TRIES))
    text = next((text for text in drawn if not taken(text)), None)
    if text is None:
        raise LookupError(f"{TRIES} codes drawn one after the other were all taken")
    return text


def read_code(text: str) -> str | None:
    """The code in a message, or None: the whole message, or what follows "mã" or "code".

    Spaces, dashes, small letters and B, S, Z, G for 8, 5, 2, 6 are understood. An ordinary word, date or
    number is never a code, because a code has letters and digits but no vowel.
    """
    typed = plain(text)
    found = _WHOLE.fullmatch(typed) or _ANNOUNCED.search(typed)
    if found is None:
        return None
    code = re.sub(r"[^A-Z0-9]", "", found[1].upper()).translate(_LOOK_ALIKES)
    fits = set(code) <= set(ALPHABET) and set(code) & set(LETTERS) and set(code) & set(DIGITS)
    return code if fits else None


def show_code(code: str) -> str:
    """The code in two groups, as it is printed and read aloud: "2CFH-4KMN"."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"
