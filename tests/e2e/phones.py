"""People with phones: they do things through the stand-in's control API, and wait for what the bot says."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import datetime

import aiohttp

from quarantine.days import ZONE

SECONDS = 20
MAI, HANH, DUNG, LAN, NAM = 1001, 1002, 1003, 1004, 1005


def words_of(message):
    """The text of a message, or what is written under its picture."""
    return message.get("text") or message.get("caption") or ""


def buttons_of(message):
    """The labels of a message's inline buttons, row by row."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [[button["text"] for button in row] for row in rows]


def hour_of(message):
    """The local hour at which a message stands in the chat, like "07:30"."""
    return f"{datetime.fromtimestamp(message['date'], ZONE):%H:%M}"


@dataclass
class Phones:
    """All phones of one stand-in. What was heard once is not heard again, so a test reads in order."""

    http: aiohttp.ClientSession
    root: str
    heard: set = field(default_factory=set)

    async def sim(self, path, verb="POST", **fields):
        """Call the control API; gives the body."""
        async with self.http.request(verb, f"{self.root}/sim/{path}", json=fields or None) as answer:
            body = await answer.json()
        assert body["ok"], (path, fields, body)
        return body

    async def act(self, who, action, **fields):
        """Let the owner of a phone do something."""
        return await self.sim(f"phones/{who}/{action}", **fields)

    async def say(self, who, *texts):
        """Type one text after another, each when the one before has been answered."""
        for text in texts:
            await self.quiet(who)
            await self.act(who, "text", text=text)
            await self.answered(who)

    async def press(self, who, label):
        """Press the newest inline button with this label."""
        return await self.act(who, "press", text=label)

    async def phone(self, who):
        """A phone with its chat."""
        return (await self.sim(f"phones/{who}", "GET"))["phone"]

    async def said(self, who):
        """What the bot has said in this chat, oldest first."""
        return [message for message in (await self.phone(who))["messages"] if message["from_bot"]]

    def _new(self, who, messages):
        return [one for one in messages if (who, one["message_id"], words_of(one)) not in self.heard]

    async def quiet(self, who):
        """Take everything said so far as heard."""
        self._take(who, await self.said(who))

    def _take(self, who, messages):
        self.heard.update((who, one["message_id"], words_of(one)) for one in messages)

    async def answered(self, who):
        """Wait for anything new in this chat."""
        return await self._await(who, lambda _: True, "anything")

    async def hears(self, who, *words):
        """The first new message with all these words, once it is there; what came before it is heard too."""
        wanted = lambda text: all(word in text for word in words)  # noqa: E731 - said twice below
        return await self._await(who, wanted, " … ".join(words))

    async def _await(self, who, wanted, what):
        end = time.monotonic() + SECONDS
        while True:
            messages = self._new(who, await self.said(who))
            for place, message in enumerate(messages):
                if wanted(words_of(message)):
                    self._take(who, messages[: place + 1])
                    return message
            if time.monotonic() > end:
                fresh = "\n---\n".join(words_of(one) for one in messages) or "nothing"
                raise AssertionError(f"{who} did not hear {what!r} but:\n{fresh}")
            await asyncio.sleep(0.02)

    async def heard_nothing(self, who, *words):
        """Nothing new in this chat holds these words."""
        fresh = [words_of(one) for one in self._new(who, await self.said(who))]
        assert not [text for text in fresh if all(word in text for word in words)], fresh

    async def offered(self, who, name):
        """The commands of this chat's menu, once `name` is among them: menus are set behind the answers."""
        end = time.monotonic() + SECONDS
        names = []
        while name not in names and time.monotonic() < end:
            names = [one["command"] for one in (await self.phone(who))["commands"]]
            await asyncio.sleep(0.02)
        assert name in names
        return names

    async def clock(self, **move):
        """Move the clock as the page's buttons do; gives the new instant."""
        return (await self.sim("clock", **move))["now"]
