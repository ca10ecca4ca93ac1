"""A process of Cachly that plays steps on a database until it is done or killed at a crash point."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import secrets
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from multiprocessing.synchronize import Barrier
from pathlib import Path

from sqlalchemy import Connection

from bot.catalogues import load
from bot.database import Database
from bot.ids import Ids
from bot.limiter import Limiter
from bot.outgoing import Outgoing
from bot.rendering import Renderer
from bot.sender import Pace, Sender
from bot.sweeps import Sweeps
from bot.turns import Arrived, Turns
from handlers.book import script
from quarantine.channel import Presence
from quarantine.messages import Delivered, Incoming, Outcome, Reply
from storage import outbox
from storage.engine import open_engine
from storage.sealing import Keyring
from tests.faults.ward import ACCOUNT

CATALOGUE = load(strict=True)
CHUNK = 4
"""Episodes opened in one transaction: small, so that a slot takes several."""
PACE = Pace(idle=0.01, trouble=0.02, wind_down=1.0)


class Do(StrEnum):
    """What a step does."""

    SWEEP = "sweep"
    SEND = "send"
    HEAR = "hear"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that the process does at an instant; a group of messages is taken in one commit."""

    do: Do
    at: datetime
    groups: tuple[tuple[Incoming, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Crash:
    """Where the process is killed: in which step, at the n-th pass of which point."""

    step: int
    point: str
    hit: int = 1

    def __str__(self) -> str:
        """The name of the test case."""
        return f"{self.step} {self.point} {self.hit}".replace(" ", "_")


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a process is told. What it hands over and acknowledges is in two files of `folder`."""

    url: str
    key: str
    folder: Path
    steps: tuple[Step, ...]
    crash: Crash | None = None
    clock: Barrier | None = None
    """Shared by processes that live at once: none goes on to an instant before all are done with the last."""

    @property
    def delivered(self) -> Path:
        """A line of JSON for each message that reached a phone: [user, text]."""
        return self.folder / "delivered"

    @property
    def acknowledged(self) -> Path:
        """The ids of messages that the messenger need not deliver again, one a line."""
        return self.folder / "acknowledged"


def play(plan: Plan) -> None:
    """Play the steps of a plan; the target of a started process."""
    asyncio.run(Play(plan).run())


class Play:
    """One process: newly built, it knows nothing but what the database holds."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.instant = plan.steps[0].at
        self.step = -1
        self.hits = 0
        renderer = Renderer(
            CATALOGUE,
            lambda *_: b"png",
            {ACCOUNT: Presence("@CachlyBot", "https://t.me/CachlyBot?start={code}", "telegram")},
        )
        self.turns = Turns(
            engine=open_engine(plan.url),
            keyring=Keyring.parse(plan.key),
            script=script,
            speak=renderer.speak,
            clock=self,
            ids=Ids(self.now, secrets.randbelow),
            random_below=secrets.randbelow,
            probe=self.probe,
        )
        self.database: Database[Arrived] = Database(
            self.turns.engine, self.turns.take_group, lambda one: one.incoming.address.user
        )
        self.sweeps = Sweeps(self.turns, self.database, self.probe, chunk=CHUNK)
        self.outgoing = Outgoing(self.database, self.turns, renderer, ACCOUNT)
        self.phones = Phones(plan.delivered, self.probe)

    def now(self) -> datetime:
        """The instant of the story, for all that asks for a clock."""
        return self.instant

    def probe(self, point: str) -> None:
        """Die here, if this is where the plan says so."""
        crash = self.plan.crash
        if crash is None or (self.step, point) != (crash.step, crash.point):
            return
        self.hits += 1
        if self.hits == crash.hit:
            os.kill(os.getpid(), signal.SIGKILL)

    async def run(self) -> None:
        """Play all steps."""
        doing = {Do.SWEEP: self.sweep, Do.SEND: self.send, Do.HEAR: self.hear}
        for number, step in enumerate(self.plan.steps):
            self.step = number
            if step.at > self.instant:
                await self._time_passes(step.at)
            await doing[step.do](step)
        await asyncio.to_thread(self.database.close)

    async def _time_passes(self, at: datetime) -> None:
        """Go on to an instant together: two machines' clocks do not differ by an hour of the story."""
        if self.plan.clock is not None:
            await asyncio.to_thread(self.plan.clock.wait)
        self.instant = at

    async def sweep(self, _: Step) -> None:
        """Do all that is due."""
        await self.sweeps.sweep(self.instant)

    async def hear(self, step: Step) -> None:
        """Take the groups; only what is committed is acknowledged."""
        for group in step.groups:
            self.turns.take_group([Arrived(one) for one in group])
            write(self.plan.acknowledged, *(one.id for one in group))

    async def send(self, _: Step) -> None:
        """Send until nothing is due or under way."""
        limiter = Limiter(per_second=100_000, per_chat_second=100_000)
        sender = Sender(ACCOUNT, self.phones, self.outgoing, limiter, self, PACE)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(sender.run())
            while await self.database.run(self._under_way):  # noqa: ASYNC110 - a table rings no bell
                await asyncio.sleep(0.01)
            sender.stop()

    def _under_way(self, conn: Connection) -> int:
        counts = outbox.counts(conn, self.instant)
        return counts.due + counts.claimed


class Phones:
    """A messenger that keeps what it is given, as surely as a phone does."""

    def __init__(self, path: Path, probe: Callable[[str], None]) -> None:
        self.path = path
        self.probe = probe
        self.serial = itertools.count(1)

    def messages_in(self, reply: Reply) -> int:
        """One message each."""
        return 1 if reply.text else 0

    async def send(self, user: str, reply: Reply) -> Outcome:
        """Show it; from then on it cannot be taken back."""
        self.probe("before send")
        write(self.path, json.dumps([user, reply.text], ensure_ascii=False))
        self.probe("in flight")
        return Delivered(reply.replaces or f"{os.getpid()}-{next(self.serial)}")


def write(path: Path, *lines: str) -> None:
    """Add lines to a file so that they outlive any end of the process."""
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())


def read(path: Path) -> list[str]:
    """The lines of a file that may not have been begun."""
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []
