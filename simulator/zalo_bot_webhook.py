"""Pushes the Zalo Bot's events to its webhook, in order, once each: nothing is promised for a lost one."""

import json
from dataclasses import dataclass

import aiohttp

from simulator.refusal import Json
from simulator.zalo_bot_world import ZaloBot

SECRET_HEADER = "X-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header


@dataclass(slots=True)
class BotPusher:
    """Brings events to the webhook."""

    bot: ZaloBot
    session: aiohttp.ClientSession

    async def run(self) -> None:
        """Push until cancelled."""
        while True:
            arrived = self.bot.arrived
            while self.bot.pushes:
                event = self.bot.pushes.popleft()
                if not await self._taken(event):
                    self.bot.lost += 1
            await arrived.wait()

    async def _taken(self, event: Json) -> bool:
        body = event if self.bot.settings.flat_bodies else {"ok": True, "result": event}
        headers = {"Content-Type": "application/json", SECRET_HEADER: self.bot.secret}
        timeout = aiohttp.ClientTimeout(total=self.bot.settings.answer_seconds)
        try:
            async with self.session.post(
                self.bot.webhook_url,
                data=json.dumps(body, ensure_ascii=False).encode(),
                headers=headers,
                timeout=timeout,
                allow_redirects=False,
            ) as answer:
                return answer.status == 200  # noqa: PLR2004 - HTTP: taken
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False
