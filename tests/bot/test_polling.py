"""Polling lets an update go only when it is committed, in order, and outlives every failure."""

import asyncio
import json

import pytest

from bot.polling import Poller


class Telegram:
    """A messenger with updates waiting; asking from a number on lets go of those before it."""

    def __init__(self, *texts):
        """Number the texts from 100 on."""
        self.waiting = {100 + index: text for index, text in enumerate(texts)}
        self.faults = []
        self.let_go = []
        self.asked = []
        self.empty = asyncio.Event()

    async def poll(self, offset, _wait):
        """At most two updates at once; waits when there is none."""
        self.asked.append(offset)
        await asyncio.sleep(0)
        if self.faults:
            raise self.faults.pop(0)
        self.let_go += [number for number in self.waiting if offset is not None and number < offset]
        left = {number: text for number, text in self.waiting.items() if offset is None or number >= offset}
        if not left:
            await self.hold()
        return [json.dumps({"update_id": number, "text": left[number]}).encode() for number in list(left)[:2]]

    async def hold(self):
        """Nothing more comes: say so, and hold the poll open."""
        self.empty.set()
        await asyncio.sleep(60)


class Cachly:
    """Takes updates in, unless a fault is due."""

    def __init__(self, *, wanted):
        """End the test when so many are committed."""
        self.committed = []
        self.faults = []
        self.wanted = wanted
        self.done = asyncio.Event()

    async def hear_many(self, account, bodies):
        """Commit, and say the highest number."""
        await asyncio.sleep(0)
        if self.faults:
            raise self.faults.pop(0)
        updates = [json.loads(body) for body in bodies]
        self.committed += [(account, update["text"]) for update in updates]
        if len(self.committed) >= self.wanted:
            self.done.set()
        return max((update["update_id"] for update in updates if "update_id" in update), default=None)


async def run_until(reached, poller):
    """Poll until that has happened, then stop: a slow machine only takes longer."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(poller.run())
        async with asyncio.timeout(30):
            await reached.wait()
        task.cancel()


async def polled(telegram, cachly):
    """Poll until Cachly has what it wants; the poller, stopped."""
    poller = Poller("telegram", telegram, cachly, pauses=(0.0,))
    await run_until(telegram.empty, poller)
    assert cachly.done.is_set()
    return poller


async def test_updates_arrive_in_order_and_are_let_go():
    """Each update is taken in once, in order, and the messenger is told when it is safe."""
    telegram, cachly = Telegram("một", "hai", "ba", "bốn", "năm"), Cachly(wanted=5)
    poller = await polled(telegram, cachly)
    assert cachly.committed == [("telegram", text) for text in ("một", "hai", "ba", "bốn", "năm")]
    assert telegram.asked == [None, 102, 104, 105]
    assert poller.states == {"telegram": "polling"}


@pytest.mark.parametrize("fault", [OSError("the database"), TimeoutError(), ValueError("a bug")])
async def test_what_is_not_committed_comes_again(fault):
    """A failed commit lets nothing go: the same updates are fetched and taken in again."""
    telegram, cachly = Telegram("một", "hai", "ba"), Cachly(wanted=3)
    cachly.faults = [fault, fault]
    await polled(telegram, cachly)
    assert [text for _, text in cachly.committed] == ["một", "hai", "ba"]
    assert telegram.asked[:3] == [None, None, None]


async def test_a_messenger_that_fails_is_asked_again():
    """Errors of the messenger are waited out; the loop never ends by itself."""
    telegram, cachly = Telegram("một"), Cachly(wanted=1)
    telegram.faults = [OSError(), RuntimeError(), ConnectionError()]
    await polled(telegram, cachly)
    assert [text for _, text in cachly.committed] == ["một"]


async def test_pauses_grow_and_end_at_the_last():
    """The wait after failures follows the list, then stays at its last entry, and a success resets it."""
    waited = []

    class Never(Telegram):
        async def poll(self, *_):
            waited.append(poller.states.get("telegram", "starting"))
            if len(waited) > 4:
                await self.hold()
            raise OSError

    never = Never()
    poller = Poller("telegram", never, Cachly(wanted=1), pauses=(0.0, 0.001))
    await run_until(never.empty, poller)
    assert waited == ["starting", "failing", "failing", "failing", "failing"]


async def test_updates_without_numbers_are_a_failure():
    """What cannot be let go is not taken for done: else the loop would spin on it in silence."""

    class Numberless(Telegram):
        async def poll(self, *asked):
            if len(self.asked) > 1:
                await self.hold()
            self.asked.append(asked)
            return [b'{"text": "x"}']

    numberless = Numberless()
    poller = Poller("telegram", numberless, Cachly(wanted=99), pauses=(0.0,))
    await run_until(numberless.empty, poller)
    assert poller.states == {"telegram": "failing"}
    assert poller.offset is None


class Once:
    """A messenger without numbers: it gives each update once, whatever becomes of it."""

    def __init__(self, *texts):
        """The texts wait, one a poll."""
        self.waiting = list(texts)
        self.empty = asyncio.Event()

    async def poll(self, offset, wait):
        """The next one; waits when there is none."""
        assert offset is None
        if not self.waiting:
            self.empty.set()
            await asyncio.sleep(wait)
        return [json.dumps({"text": self.waiting.pop(0)}).encode()]


async def test_what_is_given_once_is_held_until_it_is_committed():
    """Without numbers nothing more is fetched while what was fetched is not committed, so nothing is lost."""
    once, cachly = Once("một", "hai", "ba"), Cachly(wanted=3)
    cachly.faults = [OSError("the database"), TimeoutError(), ValueError("a bug")]
    poller = Poller("zalo", once, cachly, pauses=(0.0,), numbered=False)
    await run_until(once.empty, poller)
    assert cachly.committed == [("zalo", text) for text in ("một", "hai", "ba")]
    assert poller.states == {"zalo": "polling"}
