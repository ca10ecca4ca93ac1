"""Exceptions told without their contents: class names, codes, and the places in the code."""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parents[1]
CODE = re.compile(r"[0-9A-Z_]{5,40}")
DEEPEST = 6
FRAMES = 15


def told(exc_info: object) -> list[str]:
    """The lines of an exception as logging hands it over (True, an exception or a triple); [] for none.

    Messages, arguments, notes and local variables are left out: they may hold what somebody told us.
    """
    if isinstance(exc_info, tuple):
        error = exc_info[1]
    elif isinstance(exc_info, BaseException):
        error = exc_info
    else:
        error = sys.exception() if exc_info else None
    return list(_chain(error, "", 0)) if isinstance(error, BaseException) else []


def _chain(error: BaseException, before: str, depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        yield f"{before}…"
        return
    yield f"{before}{_class(error)}{_codes(error)}"
    yield from _places(error.__traceback__)
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _chain(part, "one of: ", depth + 1)
    if error.__cause__ is not None:
        yield from _chain(error.__cause__, "caused by: ", depth + 1)
    elif error.__context__ is not None and not error.__suppress_context__:
        yield from _chain(error.__context__, "while handling: ", depth + 1)


def _class(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _codes(error: BaseException) -> str:
    """Numbers and names that a system or a database gives its errors; they say much and hold nothing."""
    if isinstance(error, OSError) and isinstance(error.errno, int):
        return f" ({os.strerror(error.errno)})"
    named = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None)
    return f" ({named})" if isinstance(named, str) and CODE.fullmatch(named) else ""


def _places(trace: TracebackType | None) -> Iterator[str]:
    frames = [(frame.f_code, line) for frame, line in traceback.walk_tb(trace)]
    if len(frames) > FRAMES:
        yield f"  … {len(frames) - FRAMES} frames"
    for code, line in frames[-FRAMES:]:
        yield f"  {_short(code.co_filename)}:{line} in {code.co_name}"


def _short(filename: str) -> str:
    path = Path(filename)
    if "site-packages" in path.parts:
        return "/".join(path.parts[path.parts.index("site-packages") + 1 :])
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else "/".join(path.parts[-2:])
