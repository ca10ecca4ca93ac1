"""Load for a webhook, as a process of its own: each connection waits for its answer before it goes on.

    python -m bench.load PORT CONNECTIONS PAUSE FILE

FILE holds whole requests, each with its length before it. Prints what was measured as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter, deque
from collections.abc import Iterable
from pathlib import Path

from bench.measuring import quantile

HEADER_END = b"\r\n\r\n"


def written(path: Path, port: int, target: str, secret: str, bodies: Iterable[bytes]) -> None:
    """Write the requests that carry these bodies."""
    head = (
        f"POST {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\nContent-Length: "
    )
    with path.open("wb") as file:
        for body in bodies:
            request = f"{head}{len(body)}\r\n\r\n".encode() + body
            file.write(len(request).to_bytes(4) + request)


def read(path: Path) -> deque[bytes]:
    """The requests of a file."""
    data, requests, at = path.read_bytes(), deque[bytes](), 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4])
        requests.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return requests


class Connection(asyncio.Protocol):
    """One kept-alive connection that takes its requests from the common queue."""

    def __init__(
        self, requests: deque[bytes], pause: float, taken: list[float], statuses: Counter[str]
    ) -> None:
        self.requests = requests
        self.pause = pause
        self.taken = taken
        self.statuses = statuses
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport | None = None
        self.sent_at = 0.0
        self.answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        """An answer, or a part of one."""
        self.answer += data
        head, end, body = self.answer.partition(HEADER_END)
        if not end or len(body) < _length(head):
            return
        self.taken.append(time.perf_counter() - self.sent_at)
        self.statuses[head[9:12].decode()] += 1
        self.answer = b""
        if self.pause:
            asyncio.get_running_loop().call_later(self.pause, self._next)
        else:
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        """The server went away."""
        if not self.done.done():
            self.done.set_exception(exc or ConnectionResetError("closed by the server"))

    def _next(self) -> None:
        assert self.transport is not None
        if self.requests:
            self.sent_at = time.perf_counter()
            self.transport.write(self.requests.popleft())
        elif not self.done.done():
            self.done.set_result(None)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0


async def press(port: int, connections: int, pause: float, requests: deque[bytes]) -> dict[str, object]:
    """Send all requests; what it took."""
    taken: list[float] = []
    statuses: Counter[str] = Counter()
    loop = asyncio.get_running_loop()
    count = len(requests)
    started = time.perf_counter()
    opened = [
        await loop.create_connection(lambda: Connection(requests, pause, taken, statuses), "127.0.0.1", port)
        for _ in range(connections)
    ]
    await asyncio.gather(*(connection.done for _, connection in opened))
    seconds = time.perf_counter() - started
    for transport, _ in opened:
        transport.close()
    milliseconds = [one * 1000 for one in taken]
    return {
        "rate": statuses["200"] / seconds,
        "p50": quantile(milliseconds, 0.5),
        "p99": quantile(milliseconds, 0.99),
        "failed": count - statuses["200"],
    }


def main() -> None:
    """Press as the arguments say."""
    port, connections, pause, path = sys.argv[1:5]
    requests = read(Path(path))
    print(json.dumps(asyncio.run(press(int(port), int(connections), float(pause), requests))))


if __name__ == "__main__":
    main()
