"""Formatting: how days, hours, numbers and distances are written in a text, and how a text is filled."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime

from quarantine.days import local
from quarantine.messages import Term

Speak = Callable[[Term], str]
"""A message that is itself a parameter, in the reader's language."""

PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
SHORT, FULL = "_short", "_full"
"""Ends of parameter names that choose a form: 05/12 for 05/12/2026, and 07:30 05/12/2026 for 07:30."""
METRES, LINES = "metres", "lines"
"""Names of a distance, written as "150 m" or "1,2 km", and of a list with one item a line."""
COMMA_LANGUAGES = frozenset({"vi"})
_KILOMETRE = 1000
_EXACT_BELOW = 100
_SPACES = re.compile(r"[ \t]{2,}")
_SPACE_BEFORE_STOP = re.compile(r"[ \t]+(?=[,.;:?!)](?:\s|$))")


def show(name: str, value: object, language: str, speak: Speak) -> str:
    """A parameter as the reader sees it; its type and the end of its name tell the form."""
    if isinstance(value, str):
        return value
    if isinstance(value, Term):
        return speak(value)
    if value is None or isinstance(value, bool):
        return speak(Term({None: "word.unknown", True: "word.yes", False: "word.no"}[value]))
    if isinstance(value, datetime | date):
        return show_time(value, name)
    if isinstance(value, int | float):
        return show_distance(value, language) if name == METRES else show_number(value, language)
    if isinstance(value, list | tuple):
        return ("\n" if name == LINES else ", ").join(show(name, item, language, speak) for item in value)
    raise TypeError(f"the parameter {name} is a {type(value).__name__}, which no text can show")


def show_time(value: date, name: str = "") -> str:
    """A day as 05/12/2026, or 05/12 for a name ending in "_short"; an instant as the local 07:30.

    An instant under a name ending in "_full" is 07:30 05/12/2026, under one ending in "_short" its day.
    """
    if not isinstance(value, datetime):
        return f"{value:%d/%m}" if name.endswith(SHORT) else f"{value:%d/%m/%Y}"
    here = local(value)
    if name.endswith(SHORT):
        return f"{here:%d/%m}"
    return f"{here:%H:%M %d/%m/%Y}" if name.endswith(FULL) else f"{here:%H:%M}"


def show_number(value: float, language: str) -> str:
    """A number without needless decimals: 36,8 and 14 in Vietnamese, 36.8 in English."""
    if isinstance(value, int):
        return str(value)
    written = f"{value:.2f}".rstrip("0").rstrip(".")
    return written.replace(".", ",") if language in COMMA_LANGUAGES else written


def show_distance(metres: float, language: str) -> str:
    """A distance that claims no more than is known: "15 m", "150 m" (in tens), "1,2 km"."""
    whole = round(metres)
    if whole >= _EXACT_BELOW:
        whole = round(whole, -1)
    if whole < _KILOMETRE:
        return f"{whole} m"
    return f"{show_number(round(metres / _KILOMETRE, 1), language)} km"


def fill(text: str, value: Callable[[str], str]) -> str:
    """The text with each {name} replaced; what is put in is never read as a template itself.

    A line on which nothing came in is dropped, and so is the space that an empty parameter leaves.
    """
    lines = []
    for line in text.split("\n"):
        filled = PLACE.sub(lambda found: value(found[1]), line)
        if filled == line:
            lines.append(line)
        elif filled.strip():
            lines.append(_SPACE_BEFORE_STOP.sub("", _SPACES.sub(" ", filled)).strip())
    return "\n".join(lines).strip()


def capital(text: str) -> str:
    """The text with a capital at its beginning; the rest stays as it is."""
    return text[:1].upper() + text[1:]


def places(text: str) -> frozenset[str]:
    """The names of the parameters in a text."""
    return frozenset(PLACE.findall(text))
