"""Fetches an account's updates where no webhook is set; none is let go before it is committed."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

WAIT_SECONDS = 30
"""How long the messenger may hold a poll open when nothing comes."""

PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds to wait after the first, second, … failure in a row; the last one repeats."""

log = structlog.get_logger(__name__)


class Source(Protocol):
    """Where an account's updates are fetched."""

    async def poll(self, offset: int | None, wait: int) -> Sequence[bytes]:
        """Updates from number `offset` on, at latest after `wait` seconds; those before it are let go."""
        ...


class Hearer(Protocol):
    """Who takes the updates in."""

    async def hear_many(self, account: str, bodies: Sequence[bytes]) -> int | None:
        """Take updates in, in order; returns after the commit the highest number among them.

        Raises when they could not be committed; None when none of them has a number.
        """
        ...


class NumberlessError(ValueError):
    """The messenger gave updates that cannot be let go, for they have no numbers."""


@dataclass(slots=True)
class Poller:
    """The loop of one account; `states` is told for /healthz how it goes, "polling" or "failing".

    A messenger with `numbered` updates remembers what was let go, and the inbox drops what comes twice, so
    nothing is kept here. One without gives each update once only: what was fetched is held until it is
    committed, and only then is more fetched. (A crash in between loses it: no messenger of that kind has it
    any more.)
    """

    account: str
    source: Source
    hearer: Hearer
    pauses: Sequence[float] = PAUSES
    wait: int = WAIT_SECONDS
    states: MutableMapping[str, str] = field(default_factory=dict)
    offset: int | None = None
    numbered: bool = True
    _held: Sequence[bytes] = ()

    async def run(self) -> None:
        """Poll until cancelled. Any failure is waited out, and the same updates are taken again."""
        failures = 0
        while True:
            try:
                await self._round()
            except Exception as error:  # whatever it is, nothing was let go, and it is taken again
                pause = self.pauses[min(failures, len(self.pauses) - 1)]
                failures += 1
                self.states[self.account] = "failing"
                log.warning(
                    "poll failed", account=self.account, failures=failures, seconds=pause, exc_info=error
                )
                await asyncio.sleep(pause)
            else:
                failures, self.states[self.account] = 0, "polling"

    async def _round(self) -> None:
        bodies = self._held or await self.source.poll(self.offset, self.wait)
        if not bodies:
            return
        self._held = () if self.numbered else bodies
        highest = await self.hearer.hear_many(self.account, bodies)
        self._held = ()
        if highest is not None:
            self.offset = highest + 1
        elif self.numbered:
            raise NumberlessError
