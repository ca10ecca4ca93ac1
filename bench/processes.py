"""Other processes of the benchmark: our own modules, started until they are ready, ended with the block."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

READY = "ready"
"""What each prints when it can be used."""


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def running(module: str, *arguments: str, processes: int = 1, **environment: str) -> Iterator[None]:
    """So many processes of a module while the block runs."""
    command = [sys.executable, "-m", module, *arguments]
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment})  # noqa: S603 - our own module
        for _ in range(processes)
    ]
    try:
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline().strip() == READY
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=30)
            if process.stdout is not None:
                process.stdout.close()


def told_by(module: str, *arguments: str) -> str:
    """What a module prints when it is run to its end."""
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own module
