"""Pushes updates to the bot's webhook: in order within a chat, retried with growing pauses."""

import asyncio
import json
from dataclasses import dataclass, field

import aiohttp

from simulator.botapi import perform
from simulator.methods import METHODS
from simulator.refusal import Json, Refused
from simulator.world import Webhook, World

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header


@dataclass(slots=True)
class Pusher:
    """Brings waiting updates to the webhook, one lane per chat, at most max_connections at once."""

    world: World
    session: aiohttp.ClientSession
    _lanes: set[str] = field(default_factory=set)
    _connections: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    _hook: Webhook | None = None

    async def run(self) -> None:
        """Push until cancelled."""
        async with asyncio.TaskGroup() as lanes:
            while True:
                arrived = self.world.mailbox.arrived
                if (hook := self.world.webhook) is not None:
                    self._open(hook)
                    for chat in self.world.mailbox.by_chat.keys() - self._lanes:
                        self._lanes.add(chat)
                        lanes.create_task(self._lane(chat, hook))
                await arrived.wait()

    def _open(self, hook: Webhook) -> None:
        if hook is not self._hook:
            self._hook, self._connections = hook, asyncio.Semaphore(hook.max_connections)

    async def _lane(self, chat: str, hook: Webhook) -> None:
        """Push one chat's updates in order; a failed one blocks those behind it."""
        failures = 0
        while self.world.webhook is hook and (update := self._first(chat)) is not None:
            async with self._connections:
                done = await self._push(hook, update)
            if done:
                failures = 0
                self.world.mailbox.drop(update["update_id"])
                continue
            pauses = self.world.settings.webhook_backoff
            await self._pause(pauses[min(failures, len(pauses) - 1)], hook)
            failures += 1
        self._lanes.discard(chat)
        self.world.mailbox.wake()

    def _first(self, chat: str) -> Json | None:
        return next(iter(self.world.mailbox.by_chat.get(chat, {}).values()), None)

    async def _pause(self, seconds: float, hook: Webhook) -> None:
        """Wait out a failure, shorter when the webhook is set anew or taken away."""
        try:
            async with asyncio.timeout(seconds):
                while self.world.webhook is hook:
                    await self.world.mailbox.arrived.wait()
        except TimeoutError:
            return

    async def _push(self, hook: Webhook, update: Json) -> bool:
        headers = {"Content-Type": "application/json"} | ({SECRET_HEADER: hook.secret} if hook.secret else {})
        timeout = aiohttp.ClientTimeout(total=self.world.settings.webhook_timeout)
        body = json.dumps(update, ensure_ascii=False).encode()
        try:
            async with self.session.post(
                hook.url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                content = await answer.read()
                if 200 <= answer.status < 300:  # noqa: PLR2004 - HTTP success
                    await self._obey(content)
                    return True
                error = f"Wrong response from the webhook: {answer.status} {answer.reason}"
        except (aiohttp.ClientError, TimeoutError, OSError) as failure:
            error = (
                "Read timeout expired"
                if isinstance(failure, TimeoutError)
                else f"Connection refused: {failure}"
            )
        hook.last_error, hook.last_error_date = error, self.world.clock.seconds()
        return False

    async def _obey(self, content: bytes) -> None:
        """A webhook's answer may be a call, {"method": …}; its result goes nowhere (Bot API)."""
        try:
            fields = json.loads(content) if content else None
        except ValueError:
            return
        if not isinstance(fields, dict):
            return
        method = METHODS.get(str(fields.pop("method", "")).lower())
        if method is not None:
            try:
                await perform(self.world, method, fields)
            except Refused:
                return
