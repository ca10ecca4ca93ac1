"""What may stand in a log: our events' ids and counts, libraries' own words, never what people told us.

Three rules, applied one after the other:

1. A message is its template as the source code has it; arguments are replaced unless they are small
   numbers. Words made at run time cannot be told from personal data and are withheld; the place in the
   code is named instead. Exceptions are told without their messages (bot/tracebacks.py).
2. Of an event's fields, values under names such as `phone` go; others must be ids, counts, single words or
   sentences that stand in our source code.
3. Tokens, keys, phone numbers and coordinates are replaced by pattern in whatever is left.
"""

from __future__ import annotations

import linecache
import logging
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import Enum
from functools import lru_cache
from itertools import chain, repeat

from structlog.typing import EventDict, WrappedLogger

from bot.tracebacks import ROOT, told

WITHHELD = "[withheld]"
SMALL = 10**6
SPEAKING = ("bot", "channels", "storage")
"""Rooms whose sentences may be the reason of something; handlers hold what people may answer."""
SHORTEST_SECRET = 4

PERSONAL = re.compile(
    r"(^|_)(name|phone|mobile|text|word|address|street|home|lat|lng|lon|latitude|longitude|position|coordinate"
    r"|coord|place|pin|identity|cccd|cmnd|birth|born|dob|token|secret|key|password|authorization|code|contact"
    r"|reply|message|payload|body|param|username|user|user_id|chat|chat_id|email|url|answer|sign|temperature"
    r"|caption|sender|recipient)(s|es)?$"
)
"""Names under which personal or secret values are passed; our own rows are named `…_id`."""

FRAMEWORK = frozenset({"_record", "_from_structlog", "event", "timestamp", "level", "exc_info", "stack_info"})
MEASURE = re.compile(r"(^|_)(s|ms|seconds|minutes|hours|rate|per_second)$")
NUMBERED = re.compile(r"(^|_)(id|ids|number|count|bytes|port)$")
WORD = re.compile(r"[A-Za-z0-9_.:/+-]{1,64}")
SPECIFIER = re.compile(r"%(\(\w+\))?[-#0 +]*(?:\d+|\*)?(?:\.(?:\d+|\*))?[a-zA-Z%]")
SPLIT_LITERAL = re.compile(r"[\"']\s*\n\s*[\"']")

PATTERNS: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r"(/(?:file/)?bot)[^/\s\"']+"), r"\1[token]"),
    (re.compile(r"\b\d{5,}:[A-Za-z0-9_-]{20,}"), "[token]"),
    (re.compile(r"\b\w{1,32}:[A-Za-z0-9+/_-]{42,44}={0,2}"), "[key]"),
    (re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{43}="), "[key]"),
    (re.compile(r"(://[^/\s:@]*:)[^/\s@]+@"), r"\1[password]@"),
    (re.compile(r"-?\d{1,3}[.,]\d{2,}\s*[,;/ ]\s*-?\d{1,3}[.,]\d{2,}"), "[position]"),
    (re.compile(r"(?<![\d.:])-?\d{1,3}[.,]\d{4,}(?![\d.])"), "[position]"),
    (re.compile(r"(?<![\w-])(?:\+\s?84|0084|84|0)(?:[\s.()-]{0,2}\d){8,10}(?!\d)"), "[phone]"),
    (re.compile(r"(?<![\w.-])[35789]\d{8}(?!\w)"), "[phone]"),
    (re.compile(r"(?<![\w.-])\d{12}(?![\w-])"), "[identity]"),
)


class Scrubber:
    """The processor before a line is drawn: replaces what may not be logged."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        long = (secret for secret in secrets if len(secret) >= SHORTEST_SECRET)
        self._secrets = sorted(long, key=len, reverse=True)

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        """The event as it may be seen; exceptions become class names and places in the code."""
        record: logging.LogRecord = event["_record"]
        said = str(event["event"])
        if event["_from_structlog"] and not written(said, record.pathname):
            said = _withheld(record)
        fields = {key: self._value(key, value) for key, value in event.items() if key not in FRAMEWORK}
        seen: EventDict = {
            "timestamp": event.get("timestamp"),
            "level": event.get("level"),
            "logger": record.name,
            "event": self.text(said),
            **fields,
        }
        if trace := told(event.get("exc_info")):
            seen["exception"] = self.text("\n".join(trace))
        return seen

    def text(self, words: str) -> str:
        """The words without secrets, tokens, keys, phones, identity numbers and positions."""
        words = self.known(words)
        for pattern, instead in PATTERNS:
            words = pattern.sub(instead, words)
        return words

    def known(self, words: str) -> str:
        """The words without this process's own secrets."""
        for secret in self._secrets:
            words = words.replace(secret, "[secret]")
        return words

    def _value(self, key: str, value: object) -> object:
        counted = isinstance(value, int) and key.endswith("s") and not key.endswith("ss")
        if PERSONAL.search(key) and not counted:
            return WITHHELD
        return self._plain(key, value)

    def _plain(self, key: str, value: object) -> object:  # noqa: PLR0911 - one line for each kind of value
        match value:
            case bool() | None:
                return value
            case int() | float() | timedelta():
                return _number(key, value)
            case Enum():
                return self._plain(key, value.value)
            case str():
                return self.text(value) if WORD.fullmatch(value) or ours(value) else WITHHELD
            case datetime() | date():
                return value.isoformat()
            case BaseException():
                return type(value).__name__
            case Mapping():
                return {str(name): self._value(str(name), inner) for name, inner in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self._plain(key, inner) for inner in value]
        return WITHHELD


def _number(key: str, value: float | timedelta) -> object:
    """Ids, counts and durations stay; a long number may be a phone, a fraction half of a position."""
    if isinstance(value, timedelta):
        return round(value.total_seconds(), 3)
    if isinstance(value, int):
        return value if abs(value) < SMALL or NUMBERED.search(key) else WITHHELD
    return round(value, 3) if MEASURE.search(key) else WITHHELD


def source_words(record: logging.LogRecord) -> str:
    """A library's message as its source has it, small numbers filled in and other arguments replaced."""
    template = str(record.msg) if isinstance(record.msg, str) else ""
    if not template or not written(template, record.pathname):
        return _withheld(record)
    given = record.args if isinstance(record.args, tuple) else ()
    values = chain(given, repeat(WITHHELD))

    def filled(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        value = None if found[1] else next(values)
        small = isinstance(value, int) and abs(value) < SMALL
        return str(int(value)) if small else "…"  # type: ignore[call-overload]  # an int, checked

    return SPECIFIER.sub(filled, template)


def ours(words: str) -> bool:
    """Whether our own code says these words, as in the reason of a refusal; in English, as code speaks."""
    return words.isascii() and any(written(words, path) for path in _own_sources())


@lru_cache(maxsize=1)
def _own_sources() -> tuple[str, ...]:
    return tuple(str(path) for room in SPEAKING for path in sorted((ROOT / room).rglob("*.py")))


def _withheld(record: logging.LogRecord) -> str:
    return f"{WITHHELD} {record.module}:{record.lineno}"


def written(words: str, path: str) -> bool:
    """Whether these words stand, quoted and whole, in that source file: then nobody typed them in a chat."""
    escaped = words.replace("\\", "\\\\").replace("\n", "\\n")
    return any(f"{quote}{escaped}{quote}" in _source(path) for quote in "\"'")


@lru_cache(maxsize=1024)
def _source(path: str) -> str:
    return SPLIT_LITERAL.sub("", "".join(linecache.getlines(path)))
