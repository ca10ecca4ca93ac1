"""Reads a file from outside in a process of its own, with limits of memory and time and nothing to steal.

`python -m papers.reading` is that process: it takes the bytes on its standard input and answers with one byte
for the outcome and the book, or the reason, behind it.
"""

from __future__ import annotations

import resource
import signal
import subprocess
import sys

import msgspec

from papers.refusing import Refusal, UnreadableError
from papers.sheets import MOST_BYTES, Book, read_book

MOST_MEMORY = 1 << 30
"""Bytes of address space, the interpreter's own quarter included."""
MOST_SECONDS = 30
_READ, _REFUSED = b"+", b"-"
_BY_CLOCK = (-signal.SIGXCPU, -signal.SIGKILL)


def read(data: bytes, seconds: int = MOST_SECONDS, memory: int = MOST_MEMORY) -> Book:
    """The book in these bytes; UnreadableError when they are refused, or were too much for the process."""
    if len(data) > MOST_BYTES:
        raise UnreadableError(Refusal.TOO_LARGE)
    command = (sys.executable, "-I", "-m", "papers.reading", str(seconds), str(memory))
    try:
        # No environment: the keys of this process are not for one that looks at strange files.
        done = subprocess.run(  # noqa: S603 - our own module, no word of it from outside
            command,
            input=data,
            capture_output=True,
            timeout=seconds * 2,
            check=False,
            env={"LC_ALL": "C.UTF-8"},
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableError(Refusal.TOO_SLOW) from error
    if done.returncode in _BY_CLOCK:
        raise UnreadableError(Refusal.TOO_SLOW)
    outcome, answer = done.stdout[:1], done.stdout[1:]
    if done.returncode or outcome not in {_READ, _REFUSED}:
        raise UnreadableError(Refusal.TOO_WIDE if done.returncode == -signal.SIGABRT else Refusal.BROKEN)
    if outcome == _REFUSED:
        raise UnreadableError(Refusal(answer.decode()))
    return msgspec.msgpack.decode(answer, type=Book)


def _limit(seconds: int, memory: int) -> None:
    """From here on this process cannot take more, nor write a file, nor leave its memory behind."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(data: bytes) -> bytes:
    try:
        return _READ + msgspec.msgpack.encode(read_book(data))
    except UnreadableError as error:
        return _REFUSED + error.refusal.encode()
    except MemoryError:
        return _REFUSED + Refusal.TOO_WIDE.encode()
    except RecursionError:
        return _REFUSED + Refusal.BROKEN.encode()
    except BaseException as error:  # a panic of the reader's Rust code is no Exception
        if type(error).__name__ != "PanicException":
            raise
        return _REFUSED + Refusal.BROKEN.encode()


def main() -> None:
    """Read standard input, answer on standard output; what it says on standard error nobody keeps."""
    _limit(int(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.buffer.write(_answer(sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
