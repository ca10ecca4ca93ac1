"""Structured logs that hold ids and counts, set up at the root so that no library's words pass unread."""

from __future__ import annotations

import logging
import sys
import threading
from types import TracebackType
from typing import TextIO

import structlog
from structlog.typing import Processor

from bot.scrubbing import Scrubber, source_words
from bot.settings import LogFormat, LogLevel

QUIET = ("sqlalchemy", "telegram", "httpx", "httpcore", "aiohttp", "apscheduler", "asyncio", "alembic")
"""Libraries that speak from WARNING on, whatever the level: below it they tell what passes through them."""


class ScrubbedFormatter(structlog.stdlib.ProcessorFormatter):
    """Writes our events and every library's records alike, scrubbed."""

    def __init__(self, scrubber: Scrubber, *, as_json: bool, colours: bool = False) -> None:
        shared: list[Processor] = [
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
        ]
        super().__init__(
            foreign_pre_chain=shared,
            processors=[scrubber, *_drawn(as_json=as_json, colours=colours)],
        )
        self._scrubber = scrubber

    def format(self, record: logging.LogRecord) -> str:
        """The line for a record; a library's message is rebuilt without its arguments first."""
        safe = logging.makeLogRecord(record.__dict__)
        if not hasattr(record, "_logger"):  # structlog marks its own records so
            safe.msg = source_words(record)
        safe.args, safe.exc_text, safe.stack_info = (), None, None
        return self._scrubber.known(super().format(safe))


class ScrubbedHandler(logging.StreamHandler[TextIO]):
    """Writes lines; a record that cannot be written is named, not shown."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Say which logger's record was lost; logging itself would print the arguments."""
        kind = sys.exc_info()[0]
        self.stream.write(f"a log record of {record.name} was lost: {kind.__name__ if kind else 'unknown'}\n")


def _drawn(*, as_json: bool, colours: bool) -> list[Processor]:
    if as_json:
        return [structlog.processors.JSONRenderer(ensure_ascii=False)]
    return [structlog.dev.ConsoleRenderer(colors=colours)]


def start(
    level: LogLevel, style: LogFormat, secrets: tuple[str, ...] = (), stream: TextIO | None = None
) -> logging.Handler:
    """Take over all logging of the process; `secrets` are replaced wherever they occur.

    Warnings and uncaught exceptions of the main and other threads go the same way. Answers the handler.
    """
    out = stream or sys.stderr
    handler = ScrubbedHandler(out)
    as_json = style is LogFormat.JSON
    handler.setFormatter(ScrubbedFormatter(Scrubber(secrets), as_json=as_json, colours=out.isatty()))
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    return handler


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("bot").critical("stopped by an uncaught exception", exc_info=(kind, error, trace))


def _uncaught_in_thread(caught: threading.ExceptHookArgs) -> None:
    if caught.exc_value is not None:
        trace = (caught.exc_type, caught.exc_value, caught.exc_traceback)
        logging.getLogger("bot").critical("a thread was stopped by an uncaught exception", exc_info=trace)
