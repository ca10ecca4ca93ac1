"""Two processes on one database at once: nobody is forgotten, nothing doubled, and a dead one replaced."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from quarantine.messages import Later
from storage import tables
from tests.faults.room import furnished
from tests.faults.ward import FIRST_RESIDENT, user

SHORT = timedelta(milliseconds=300)
MANY = 30


def _once_each(rooms, residents):
    shown = Counter(phone for one in rooms for phone, texts in one.shown.items() for _ in texts)
    assert shown == {user(FIRST_RESIDENT + number): 1 for number in range(residents)}


async def test_two_sweep_and_send_at_once(room, clock):
    """Two that sweep and send at the same moment ask everybody once."""
    rooms = [room(), room()]
    furnished(rooms[0].engine, clock, MANY)
    for one in rooms:
        one.sweeps.chunk = 4
    clock.on(hours=1)
    await asyncio.gather(*(one.settle() for one in rooms))
    # What one of them skipped because the other held it is the next sweep's.
    await rooms[0].settle()
    _once_each(rooms, MANY)
    assert rooms[0].count(tables.Checkin, "stage") == {"prompted": MANY}


async def test_two_remind_and_tell_the_officer_once(room, clock):
    """Reminders, tasks and digests of two sweeps at once are those of one."""
    rooms = [room(), room()]
    furnished(rooms[0].engine, clock, 3)
    clock.on(hours=1)
    await rooms[0].settle()
    for hours in (1, 4):
        clock.on(hours=hours)
        await asyncio.gather(*(one.settle() for one in rooms))
        await rooms[1].settle()
    assert rooms[0].count(tables.Checkin, "stage", "reminded") == {("overdue", 1): 3}
    assert rooms[0].count(tables.Task, "kind") == {"contact": 3}
    assert rooms[0].count(tables.Letter, "key") == {
        "checkin.prompt": 3,
        "checkin.remind": 3,
        "task.digest": 1,
    }


async def test_what_one_has_claimed_no_other_sends(room, clock):
    """While a claim lasts its letters are nobody else's, and afterwards they are done."""
    rooms = [room(), room()]
    furnished(rooms[0].engine, clock, 3)
    clock.on(hours=1)
    await rooms[0].sweeps.sweep()
    parcels = await rooms[0].outgoing.claim(100)
    assert not await rooms[1].send()
    await rooms[0].outgoing.record(rooms[0].deliver(parcels))
    assert not await rooms[1].send()
    _once_each(rooms, 3)


async def test_a_dead_senders_letters_go_out_when_its_claim_ends(room, clock):
    """A claim ends by the database's clock: then another sends, and the dead one's records are void."""
    dead, alive = room(claim_for=SHORT), room()
    furnished(dead.engine, clock, 3)
    clock.on(hours=1)
    await dead.sweeps.sweep()
    late = dead.deliver(await dead.outgoing.claim(100))
    async with asyncio.timeout(20):
        while not (parcels := await alive.outgoing.claim(100)):  # noqa: ASYNC110 - the clock rings no bell
            await asyncio.sleep(0.05)
    assert {one.user for one in parcels} == {one.parcel.user for one in late}
    await dead.outgoing.record([replace(one, outcome=Later(timedelta(), "woken up")) for one in late])
    assert alive.count(tables.Letter, "status") == {"claimed": 3}
    await alive.outgoing.record(alive.deliver(parcels))
    before = alive.count(tables.Letter, "status", "native_id")
    await dead.outgoing.record(late)
    assert alive.count(tables.Letter, "status", "native_id") == before
    await alive.settle()
    _once_each([alive], 3)
