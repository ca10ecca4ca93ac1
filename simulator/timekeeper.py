"""Keeps the phones' clock at Cachly's: follows it, and passes on the moves that the page asks for."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

import aiohttp
from aiohttp import web

from simulator.clock import ClockOut, ask_cachly
from simulator.refusal import Json
from simulator.world import World

FOLLOW_SECONDS = 3.0
MOVING_SECONDS = 0.2
WORTH_TELLING_SECONDS = 1.5


@dataclass(slots=True)
class Timekeeper:
    """The one who speaks with Cachly's demo clock.

    An answer to a question asked before the last one that was heeded is old and changes nothing.
    """

    world: World
    session: aiohttp.ClientSession
    _heeded: float = field(default=float("-inf"))
    _moving: int = 0

    async def run(self) -> None:
        """Follow Cachly's clock until cancelled; where it is out of reach, try again."""
        if self.world.settings.clock_url is None:
            return
        await self._follow(FOLLOW_SECONDS)

    async def ask(self) -> Json:
        """Read Cachly's clock; {"reachable", "now"} and the reason when it is out of reach."""
        asked = self.world.monotonic()
        return await self._answer(None, asked)

    async def move(self, wanted: Json) -> Json:
        """Pass a move on, and follow meanwhile, since Cachly may send messages while it moves."""
        self._moving += 1
        try:
            async with asyncio.TaskGroup() as group:
                following = group.create_task(self._follow(MOVING_SECONDS))
                answer = await self._answer(wanted, None)
                following.cancel()
        finally:
            self._moving -= 1
        self.world.publish({"kind": "clock", **answer})
        return answer

    async def catch_up(self) -> None:
        """Before a message of the bot is put down: during a move hours pass between two of them."""
        if self._moving:
            await self.ask()

    async def _follow(self, seconds: float) -> None:
        while True:
            await self.ask()
            await asyncio.sleep(seconds)

    async def _answer(self, move: Json | None, asked: float | None) -> Json:
        answer: Json = {"reachable": True}
        try:
            instant = await ask_cachly(self.session, self.world.settings.clock_url, move)
        except ClockOut as error:
            answer = {"reachable": False, "error": str(error)}
        else:
            self._heed(instant, self.world.monotonic() if asked is None else asked)
        return answer | {"now": self.world.clock.now().isoformat()}

    def _heed(self, instant: datetime | None, asked: float) -> None:
        if instant is None or asked < self._heeded:
            return
        self._heeded = asked
        drift = abs((instant - self.world.clock.now()).total_seconds())
        self.world.clock.set_now(instant)
        if drift > WORTH_TELLING_SECONDS:
            self.world.publish({"kind": "clock", "now": instant.isoformat()})


TIMEKEEPER: web.AppKey[Timekeeper] = web.AppKey("timekeeper", Timekeeper)
