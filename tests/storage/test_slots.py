"""The opening of slots: each check-in, prompt and letter once, whatever the pattern of ticks."""

import itertools
import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from quarantine.checkins import Stage
from quarantine.letters import Condition, Watch
from quarantine.people import EpisodeState
from quarantine.protocol import HOME_14, ends_at
from storage import outbox, slots, tables
from storage.tables import core
from tests.storage.rows import HUNG, LAN, Rows

EPISODE, CHECKIN = core(tables.Episode), core(tables.Checkin)
PROMPT, LETTER = core(tables.Prompt), core(tables.Letter)
DAY = date(2021, 8, 14)
MORNING, AFTERNOON = (HOME_14.opening(DAY, slot) for slot in HOME_14.slots)
NEXT = {MORNING: AFTERNOON, AFTERNOON: HOME_14.next_opening(AFTERNOON.opens_at)}


class Blocks:
    """Makes blocks of consecutive ids, and remembers how many were asked for."""

    def __init__(self):
        """From a large number on."""
        self.next = 2**62

    def __call__(self, count):
        """The first of so many."""
        first, self.next = self.next, self.next + count
        return first


@pytest.fixture
def blocks():
    """A maker of blocks of ids."""
    return Blocks()


@pytest.fixture
def opens(conn, blocks):
    """Opens one chunk of a slot on the connection of the test."""

    def open_one(
        opening=MORNING, now=MORNING.opens_at, chunk=2000, protocol_code="home-14/1", *, by_staff=False
    ):
        return slots.open_slot(
            conn,
            protocol_code=protocol_code,
            opening=opening,
            following=NEXT[opening],
            now=now,
            ids=blocks,
            chunk=chunk,
            by_staff=by_staff,
        )

    return open_one


def people(rows, count, **changes):
    """So many people whose next check-in is this morning; each answers for themselves."""
    found = []
    for number in range(count):
        person = rows.person(replace(LAN, id=1_000 + number))
        found.append(rows.episode(5_000 + number, person.id, next_at=MORNING.opens_at, **changes))
    return found


def count(conn, table):
    """How many rows a table has."""
    return conn.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_slot_makes_prompt_checkin_and_letter(conn, rows, opens, keyring, now):
    """Each due episode gets its check-in, its responder a prompt and a letter; the next slot is planned."""
    rows.units()
    (episode,) = people(rows, 1)
    assert slots.due_groups(conn, MORNING.opens_at) == [("home-14/1", MORNING.opens_at)]
    assert opens() == slots.Opened(1, done=True)
    prompt, checkin, letter = (conn.execute(select(table)).one() for table in (PROMPT, CHECKIN, LETTER))
    assert (prompt.responder_id, prompt.day, prompt.slot) == (1_000, DAY, "morning")
    assert (checkin.episode_id, checkin.responder_id, checkin.unit_id) == (episode.id, 1_000, 12)
    assert (checkin.prompt_id, checkin.day, checkin.slot) == (prompt.id, DAY, "morning")
    assert (checkin.stage, checkin.next_at) == (Stage.WAITING.value, MORNING.prompt_until)
    assert (checkin.closes_at, checkin.reminded, checkin.reported) == (MORNING.closes_at, 0, False)
    assert (letter.owner, letter.about, letter.key, letter.body) == (1_000, prompt.id, "checkin.prompt", None)
    assert (letter.condition, letter.watch) == (Condition.PROMPT_OPEN.value, Watch.PROMPT.value)
    assert (letter.valid_until, letter.due_at) == (MORNING.prompt_until, MORNING.opens_at)
    assert conn.execute(select(EPISODE.c.next_at)).scalar_one() == AFTERNOON.opens_at
    assert slots.due_groups(conn, MORNING.opens_at) == []
    rows.address(301, "telegram", "555", 1_000)
    (claimed,) = outbox.claim(conn, keyring, ["telegram"], 9, MORNING.opens_at, timedelta(minutes=1)).claimed
    assert claimed.prompt.prompt.id == prompt.id


def test_one_who_answers_for_two_is_asked_once(conn, rows, opens):
    """A parent gets one prompt that lists both check-ins, also when the second comes in a later chunk."""
    rows.units()
    people(rows, 3, responder_id=rows.person(HUNG).id)
    opened = [opens(chunk=2), opens(chunk=2), opens(chunk=2)]
    assert [one.count for one in opened] == [2, 1, 0]
    assert [one.done for one in opened] == [False, True, True]
    assert (count(conn, PROMPT), count(conn, LETTER)) == (1, 1)
    prompt_id = conn.execute(select(PROMPT.c.id)).scalar_one()
    assert conn.execute(select(CHECKIN.c.prompt_id)).scalars().all() == [prompt_id] * 3


def test_opening_again_does_nothing_twice(conn, rows, opens, blocks):
    """An episode put back to a slot it has had (a replay, a doubled tick) is asked no second time."""
    rows.units()
    people(rows, 5)
    opens()
    conn.execute(update(EPISODE).values(next_at=MORNING.opens_at))
    assert opens().count == 5
    assert [count(conn, table) for table in (PROMPT, CHECKIN, LETTER)] == [5, 5, 5]
    assert set(conn.execute(select(EPISODE.c.next_at)).scalars()) == {AFTERNOON.opens_at}


@pytest.mark.parametrize("late", [timedelta(0), timedelta(hours=3, seconds=-1), timedelta(hours=3)])
def test_after_an_outage_nobody_is_written_to(conn, rows, opens, late):
    """From an hour before the window's end on nothing is sent; the check-ins are due at once."""
    rows.units()
    people(rows, 2)
    opens(now=MORNING.opens_at + late)
    in_time = late < timedelta(hours=3)
    stages = conn.execute(select(CHECKIN.c.stage, CHECKIN.c.next_at)).all()
    due = MORNING.prompt_until if in_time else MORNING.opens_at + late
    assert [tuple(row) for row in stages] == [("waiting", due)] * 2
    assert (count(conn, PROMPT), count(conn, LETTER)) == (2, 2 if in_time else 0)


def test_an_outage_over_two_slots_is_worked_off_in_order(conn, rows, opens):
    """The oldest slot is opened first, for the sweep to mark as a fault; the one that is on is asked."""
    rows.units()
    people(rows, 2)
    now = AFTERNOON.opens_at + timedelta(minutes=5)
    assert slots.due_groups(conn, now) == [("home-14/1", MORNING.opens_at)]
    opens(MORNING, now)
    assert slots.due_groups(conn, now) == [("home-14/1", AFTERNOON.opens_at)]
    opens(AFTERNOON, now)
    found = conn.execute(select(CHECKIN.c.slot, CHECKIN.c.next_at).distinct().order_by(CHECKIN.c.slot)).all()
    assert [tuple(row) for row in found] == [("afternoon", AFTERNOON.prompt_until), ("morning", now)]
    assert set(conn.execute(select(LETTER.c.valid_until)).scalars()) == {AFTERNOON.prompt_until}
    assert count(conn, LETTER) == 2


def test_the_last_slot_is_followed_by_the_end(conn, rows, opens, keyring):
    """After the last slot of the last day the episode is due when it ends, not for another slot."""
    rows.units()
    (episode,) = people(rows, 1, last_day=DAY)
    opens()
    assert conn.execute(select(EPISODE.c.next_at)).scalar_one() == AFTERNOON.opens_at
    opens(AFTERNOON, AFTERNOON.opens_at)
    end = ends_at(DAY)
    assert conn.execute(select(EPISODE.c.next_at)).scalar_one() == end
    assert slots.due_groups(conn, end) == []
    assert slots.due_ends(conn, keyring, end - timedelta(seconds=1), 10) == []
    assert [one.id for one in slots.due_ends(conn, keyring, end, 10)] == [episode.id]
    slots.postpone_ends(conn, [episode.id], end + timedelta(minutes=10))
    assert slots.due_ends(conn, keyring, end, 10) == []
    assert len(slots.due_ends(conn, keyring, end + timedelta(minutes=10), 10)) == 1


def test_only_followed_episodes_of_this_protocol_are_opened(conn, rows, opens):
    """Paused and finished episodes are not asked; other protocols and other hours are groups of their own."""
    rows.units()
    people(rows, 1)
    rows.person(HUNG)
    rows.episode(6_001, HUNG.id, EpisodeState.PAUSED, next_at=MORNING.opens_at)
    rows.episode(6_002, HUNG.id, protocol="home-21/1", next_at=MORNING.opens_at)
    rows.episode(6_003, HUNG.id, next_at=MORNING.opens_at + timedelta(seconds=1))
    assert opens().count == 1
    assert slots.due_groups(conn, MORNING.opens_at) == [("home-21/1", MORNING.opens_at)]
    assert opens(protocol_code="home-21/1").count == 1
    assert slots.due_groups(conn, MORNING.opens_at) == []


def test_a_prompt_waits_for_a_conversation_to_end(conn, rows, opens, keyring):
    """Who is being talked with is asked when the conversation has been idle; everybody else now."""
    rows.units()
    people(rows, 3)
    busy = MORNING.opens_at + timedelta(minutes=7)
    for owner, until in ((1_000, busy), (1_001, MORNING.opens_at - timedelta(minutes=1))):
        frames = keyring.seal("conversation", "frames", owner, "")
        rows.insert(tables.Conversation, owner=owner, frames=frames, busy_until=until, version=1)
    opens()
    due = conn.execute(select(LETTER.c.due_at).order_by(LETTER.c.owner)).scalars().all()
    assert due == [busy, MORNING.opens_at, MORNING.opens_at]


def test_ids_are_unique_over_chunks(conn, rows, opens):
    """Prompts, check-ins and letters take their ids from the block, none of them twice."""
    rows.units()
    people(rows, 7)
    while not opens(chunk=3).done:
        pass
    ids = [conn.execute(select(table.c.id)).scalars().all() for table in (PROMPT, CHECKIN, LETTER)]
    assert [len(group) for group in ids] == [7, 7, 7]
    assert len(set(itertools.chain(*ids))) == 21


def test_a_crash_in_the_middle_is_made_good(engine, keyring, blocks, now):
    """What a lost transaction had opened is opened by the next one: nobody is forgotten or asked twice."""
    with engine.begin() as conn:
        rows = Rows(conn, keyring, now)
        rows.units()
        people(rows, 6)

    def chunk(conn):
        return slots.open_slot(
            conn,
            protocol_code="home-14/1",
            opening=MORNING,
            following=AFTERNOON,
            now=MORNING.opens_at,
            ids=blocks,
            chunk=4,
        )

    with engine.begin() as conn:
        chunk(conn)
    with engine.connect() as conn:
        chunk(conn)
        conn.rollback()
    with engine.begin() as conn:
        assert chunk(conn).count == 2
        assert [count(conn, table) for table in (PROMPT, CHECKIN, LETTER)] == [6, 6, 6]


def test_two_sweeps_at_once_share_the_work(engine, keyring, blocks, now):
    """Two machines that sweep at the same time open each episode once and ask each responder once."""
    with engine.begin() as conn:
        rows = Rows(conn, keyring, now)
        rows.units()
        rows.person(HUNG)
        for episode in people(rows, 40):
            if episode.id % 4 == 0:
                changed = update(EPISODE).where(EPISODE.c.id == episode.id).values(responder_id=HUNG.id)
                conn.execute(changed)
    barrier, lock, opened = threading.Barrier(2), threading.Lock(), []

    def block(size):
        with lock:
            return blocks(size)

    def sweep():
        barrier.wait()
        while True:
            with engine.begin() as conn:
                one = slots.open_slot(
                    conn,
                    protocol_code="home-14/1",
                    opening=MORNING,
                    following=AFTERNOON,
                    now=MORNING.opens_at,
                    ids=block,
                    chunk=3,
                )
            opened.append(one.count)
            if one.done:
                return

    threads = [threading.Thread(target=sweep) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.connect() as conn:
        assert sum(opened) == 40
        assert [count(conn, table) for table in (PROMPT, CHECKIN, LETTER)] == [31, 40, 31]
        assert slots.due_groups(conn, MORNING.opens_at) == []


def test_nobody_without_a_smartphone_is_written_to(conn, rows, opens):
    """Who is followed by staff gets a check-in that is due at once for an officer, and no letter."""
    rows.units()
    people(rows, 2)
    person = rows.person(replace(LAN, id=2_000))
    rows.episode(6_000, person.id, next_at=MORNING.opens_at, by_staff=True)
    assert opens().count == 2
    assert opens(by_staff=True).count == 1
    assert count(conn, LETTER) == 2
    theirs = conn.execute(select(CHECKIN).where(CHECKIN.c.episode_id == 6_000)).one()
    assert (theirs.stage, theirs.next_at) == ("staff", MORNING.opens_at)
    assert opens(by_staff=True, now=MORNING.closes_at).count == 0
