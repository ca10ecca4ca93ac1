"""Two clerks enrol one person at the same moment: one entry is made, and the second is shown it."""

import contextlib
import threading

from quarantine.effects import PostingAdded
from quarantine.people import Posting, Role
from storage import tables
from storage.apply import apply
from tests.faults.room import KEYRING, furnished
from tests.faults.ward import DIRECTOR, FIRST_RESIDENT, OFFICER, STATION, says

LINE = (
    "Trần Văn Bách, nam, 1985, 0987 111 222, 12 Lê Lợi, phường Thục Phán, F1 từ hôm nay, "
    "131/QĐ-UBND, 004085012345"
)
CLERKS = tuple(person - FIRST_RESIDENT for person in (OFFICER, DIRECTOR))


def _at_the_review(room, clock):
    """Both have the same card before them, and may save it."""
    furnished(room.engine, clock, 1)
    second = PostingAdded(Posting(1, OFFICER, STATION, Role.DIRECTOR), None, clock.now())
    with room.engine.begin() as conn:
        apply(conn, KEYRING, [second], clock.now(), room.turns.ids.one)
    for clerk in CLERKS:
        room.hear(says(clerk, "/them", clock.now()))
        room.hear(says(clerk, LINE, clock.now()))


async def _ends_with_one_entry(room):
    await room.settle()
    assert room.count(tables.Episode, "state") == {"notified": 1, "monitoring": 1}
    shown = [text for texts in room.shown.values() for text in texts]
    assert sum("Đã ghi danh Trần Văn Bách" in text for text in shown) == 1
    assert sum("đã có" in text and "Trần Văn Bách" in text for text in shown) == 1


async def test_in_one_group(room, clock):
    """A busy system takes both in one commit; both were decided before either was written."""
    here = room()
    _at_the_review(here, clock)
    here.hear(*(says(clerk, "lưu", clock.now()) for clerk in CLERKS))
    await _ends_with_one_entry(here)


async def test_in_two_processes(room, clock):
    """Two processes have both decided to save before either writes."""
    both = threading.Barrier(2)

    def meet(point):
        if point == "before apply" and saving.is_set():
            with contextlib.suppress(threading.BrokenBarrierError):
                both.wait(timeout=1)

    saving = threading.Event()
    rooms = [room(probe=meet), room(probe=meet)]
    _at_the_review(rooms[0], clock)
    saving.set()
    threads = [
        threading.Thread(target=one.hear, args=(says(clerk, "lưu", clock.now()),))
        for one, clerk in zip(rooms, CLERKS, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    saving.clear()
    await _ends_with_one_entry(rooms[0])
