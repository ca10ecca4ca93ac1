"""The clock the phones live by: real time, moved by what Cachly's demo clock answers."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp

from simulator.refusal import Json

ASK_SECONDS = 2.0
MOVE_SECONDS = 120.0


def wall_clock() -> datetime:
    """The real time now; nothing else in the stand-in reads it."""
    return datetime.now(UTC)  # noqa: TID251 - the stand-in is Telegram, which has a clock of its own


class ClockOut(Exception):  # noqa: N818 - says what is out of reach
    """Cachly's clock could not be read or moved; the text says why."""


@dataclass(slots=True)
class MovedClock:
    """Starts at the real time and goes on with the monotonic clock; `set_now` moves it."""

    monotonic: Callable[[], float] = time.monotonic
    start: datetime = field(default_factory=wall_clock)
    _read_at: float = field(init=False)

    def __post_init__(self) -> None:
        self._read_at = self.monotonic()

    def now(self) -> datetime:
        """The present instant of the phones, aware UTC."""
        return self.start + timedelta(seconds=self.monotonic() - self._read_at)

    def seconds(self) -> int:
        """The present instant as the Bot API writes dates."""
        return int(self.now().timestamp())

    def set_now(self, instant: datetime) -> None:
        """Go on from `instant`."""
        self.start, self._read_at = instant, self.monotonic()


async def ask_cachly(session: aiohttp.ClientSession, url: str | None, move: Json | None) -> datetime | None:
    """Read (`move` is None) or move Cachly's clock; gives the instant it names, None when it names none.

    Raises `ClockOut` when Cachly does not answer or refuses the move.
    """
    if url is None:
        raise ClockOut("no clock address is set (--clock-url)")
    verb, seconds = ("GET", ASK_SECONDS) if move is None else ("POST", MOVE_SECONDS)
    timeout = aiohttp.ClientTimeout(total=seconds)
    try:
        async with session.request(verb, url, json=move, timeout=timeout) as answer:
            if answer.status >= 500 or (move is not None and answer.status >= 400):  # noqa: PLR2004 - HTTP classes
                raise ClockOut(f"Cachly's clock answered {answer.status}: {(await answer.text())[:300]}")
            return instant_of(await answer.read())
    except (aiohttp.ClientError, TimeoutError) as error:
        raise ClockOut(f"Cachly is not reachable at {url}: {error or type(error).__name__}") from error


def instant_of(body: bytes) -> datetime | None:
    """The instant in `{"now": "2026-11-23T00:30:00Z"}`; None when the body holds none."""
    try:
        instant = datetime.fromisoformat(json.loads(body)["now"])
    except (ValueError, KeyError, TypeError):
        return None
    return instant if instant.tzinfo else None
