"""Pushes the Official Account's events to the app: once at once, then up to five times on the moved clock."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import aiohttp

from simulator.zalo_oa_events import TRIES
from simulator.zalo_oa_outgoing import Event
from simulator.zalo_oa_world import Oa

LOOK_SECONDS = 0.1


@dataclass(slots=True)
class EventPusher:
    """Brings events to the webhook.

    A first try waits for the one before it; an event that comes again holds nobody up, so order is as
    little promised as by Zalo.
    """

    oa: Oa
    session: aiohttp.ClientSession

    async def run(self) -> None:
        """Push until cancelled."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._first_tries())
            both.create_task(self._later_tries())

    async def _first_tries(self) -> None:
        outgoing = self.oa.outgoing
        while True:
            await outgoing.arrived.wait()
            outgoing.arrived.clear()
            while outgoing.fresh:
                await self._try(outgoing.fresh.popleft())

    async def _later_tries(self) -> None:
        """The moved clock jumps, so it is looked at rather than slept by."""
        outgoing = self.oa.outgoing
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now = self.oa.clock.now()
            due = [event for event in outgoing.again if event.due is not None and event.due <= now]
            for event in due:
                if event in outgoing.again:
                    outgoing.again.remove(event)
                    await self._try(event)

    async def _try(self, event: Event) -> None:
        outgoing, retries = self.oa.outgoing, self.oa.settings.retries
        if outgoing.disabled or not self.oa.settings.webhook_url:
            outgoing.lost += 1
        elif await self._taken(event):
            return
        elif event.tries >= len(retries):
            outgoing.lost += 1 + len(outgoing.fresh) + len(outgoing.again)
            outgoing.fresh.clear()
            outgoing.again.clear()
            self.oa.switch_webhook(on=False)
        else:
            event.due = self.oa.clock.now() + timedelta(seconds=retries[event.tries])
            event.tries += 1
            outgoing.again.append(event)

    async def _taken(self, event: Event) -> bool:
        """Whether the app answered 200 in time."""
        headers = event.headers | ({TRIES: str(event.tries)} if event.tries else {})
        timeout = aiohttp.ClientTimeout(total=self.oa.settings.answer_seconds)
        try:
            async with self.session.post(
                self.oa.settings.webhook_url,
                data=event.body,
                headers=headers,
                timeout=timeout,
                allow_redirects=False,
            ) as answer:
                return answer.status == 200  # noqa: PLR2004 - nothing else counts (channels.md §1.7)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False
