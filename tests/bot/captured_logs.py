"""Logging as it runs in Cachly, caught in a stream for the length of a block."""

import io
import logging
import sys
import threading
from contextlib import contextmanager

import structlog

from bot import logs
from bot.settings import LogFormat, LogLevel


@contextmanager
def taken_over(style=LogFormat.JSON, secrets=(), libraries=()):
    """All logging of the process, in the stream given; these libraries at DEBUG; undone afterwards.

    Begun in the test's body, since pytest's own handlers, which hold whole records, join the root there.
    """
    stream, root = io.StringIO(), logging.getLogger()
    before, level, hooks = list(root.handlers), root.level, (sys.excepthook, threading.excepthook)
    levels = {name: logging.getLogger(name).level for name in (*libraries, *logs.QUIET)}
    try:
        logs.start(LogLevel.DEBUG, style, secrets, stream)
        for name in libraries:
            logging.getLogger(name).setLevel(logging.DEBUG)
        yield stream
    finally:
        logging.captureWarnings(capture=False)
        structlog.reset_defaults()
        root.handlers[:] = before
        root.setLevel(level)
        sys.excepthook, threading.excepthook = hooks
        for name, own in levels.items():
            logging.getLogger(name).setLevel(own)
