"""Query plans of the hot paths: a claim, a sweep and a group's contexts are read by index."""

import re
from datetime import timedelta

import pytest

from quarantine.messages import Address, Incoming, Kind
from quarantine.protocol import HOME_14
from storage import contexts, outbox, slots, ticks
from tests.storage.rows import LAN
from tests.storage.test_plans import _plan as plan_of


class Asking:
    """What the questions are asked with."""

    def __init__(self, conn, keyring, ids, now):
        """On a connection, at an instant."""
        self.conn, self.keyring, self.ids, self.now = conn, keyring, ids, now

    def claim(self):
        """As the sender asks."""
        outbox.claim(self.conn, self.keyring, ["telegram"], 100, self.now, timedelta(minutes=1))

    def open_slot(self):
        """As a sweep asks."""
        opening = HOME_14.opening_at(self.now)
        following = HOME_14.next_opening(opening.opens_at)
        slots.open_slot(
            self.conn,
            protocol_code="home-14/1",
            opening=opening,
            following=following,
            now=self.now,
            ids=lambda _: 1,
        )

    def contexts(self):
        """As a group of messages asks."""
        message = Incoming(Address("telegram", "555"), "1", self.now, Kind.TEXT)
        contexts.load(self.conn, self.keyring, [message], self.ids, self.now)


CASES = {
    "the sender's claim": (lambda a: a.claim(), ("ix_letter_claim", "ix_letter_owner_unsent")),
    "what is to be opened": (lambda a: slots.due_groups(a.conn, a.now), ("ix_episode_due",)),
    "a chunk of a slot": (lambda a: a.open_slot(), ("ix_episode_due",)),
    "what has ended": (lambda a: slots.due_ends(a.conn, a.keyring, a.now, 10), ("ix_episode",)),
    "due check-ins of units": (lambda a: ticks.due_checkins(a.conn, a.now, 10), ("ix_checkin_due",)),
    "due tasks": (lambda a: ticks.due_tasks(a.conn, a.keyring, a.now, 10), ("ix_task_due",)),
    "windows that are due": (lambda a: ticks.due_chats(a.conn, a.now, 10), ("ix_address_due",)),
    "the next moment": (lambda a: ticks.next_due(a.conn, a.now), ("ix_episode_due", "ix_checkin_due")),
    "unsettled outcomes": (lambda a: outbox.unsettled(a.conn, 10), ("ix_letter_unsettled",)),
    "contexts of a group": (lambda a: a.contexts(), ("uq_lookup_single|PRIMARY KEY",)),
    "contexts for the clock": (
        lambda a: contexts.load_for_owner(a.conn, a.keyring, [1]),
        ("address|person",),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_hot_paths_use_their_indexes(conn, keyring, ids, now, case):
    """No statement of a turn, a sweep or a claim scans a table."""
    ask, indexes = CASES[case]
    plan = plan_of(Asking(conn, keyring, ids, now), ask)
    for index in indexes:
        assert re.search(index, plan), plan
    assert not re.search(
        r"Seq Scan|^SCAN (?!CONSTANT ROW|json_each|\(subquery|oldest|anon|.* USING )", plan, re.MULTILINE
    ), plan


def test_due_check_ins_are_not_looked_for_in_the_history(conn, keyring, ids, now, rows):
    """When a unit has something due, its check-ins are found by what is due, not by walking all."""
    rows.units()
    rows.person(LAN)
    episode = rows.episode(201, LAN.id)
    rows.checkin(301, episode, now.date(), "morning", next_at=now - timedelta(minutes=1))
    plan = plan_of(Asking(conn, keyring, ids, now), lambda a: ticks.due_checkins(a.conn, a.now, 10))
    assert plan.count("ix_checkin") >= 2, plan
    assert not re.search(r"Seq Scan|^SCAN checkin(?! USING)", plan, re.MULTILINE), plan


def test_a_prompt_is_found_by_its_key_when_a_slot_opens(conn, keyring, ids, now, rows):
    """Each new check-in looks its prompt up by its unique key: no plan compares all with all."""
    rows.units()
    rows.person(LAN)
    rows.episode(201, LAN.id, next_at=now)
    plan = plan_of(Asking(conn, keyring, ids, now), lambda a: a.open_slot())
    assert "uq_prompt_responder_id_day_slot" in plan or "sqlite_autoindex_prompt" in plan, plan
    assert not re.search(r"Seq Scan on prompt|^SCAN prompt(?! USING)", plan, re.MULTILINE), plan


def test_a_claim_is_read_in_order_without_sorting(conn, keyring, ids, now):
    """The first letters of a long queue are read from its index, not sorted out of all that wait."""
    plan = plan_of(Asking(conn, keyring, ids, now), lambda a: a.claim())
    first = plan.split("ix_letter_claim")[0]
    assert "TEMP B-TREE" not in first, plan
    assert "Sort" not in first, plan
