"""Contexts: one read for a whole group, chats added once, responders see all whom they answer for."""

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import event, func, select

from quarantine.messages import Address, Incoming, Kind
from quarantine.people import EpisodeState
from storage import contexts, tables
from storage.tables import core
from tests.storage.rows import HUNG, LAN, Rows, officer

ADDRESS, LOOKUP = core(tables.Address), core(tables.Lookup)
DAY = date(2021, 8, 14)


@pytest.fixture
def statements(conn):
    """Every statement that the connection runs, as text."""
    seen = []
    event.listen(conn, "before_cursor_execute", lambda *told: seen.append(told[2]))
    return seen


def said(user, now, kind=Kind.TEXT, account="telegram"):
    """A message of this user."""
    return Incoming(Address(account, user), f"{user}-1", now, kind, "xin chào")


def family(rows):
    """Lan, who answers for herself and for Hùng, with a chat and a prompt about both."""
    rows.units()
    rows.person(LAN)
    rows.person(HUNG)
    own = rows.episode(201, LAN.id)
    his = rows.episode(202, HUNG.id, responder_id=LAN.id)
    rows.address(301, "telegram", "555", LAN.id)
    rows.prompt(401, LAN.id, date(2021, 8, 13), "afternoon")
    rows.prompt(402, LAN.id, DAY, "morning")
    rows.checkin(501, own, date(2021, 8, 13), "afternoon", prompt_id=401)
    rows.checkin(502, own, DAY, "morning", prompt_id=402)
    rows.checkin(503, his, DAY, "morning", prompt_id=402)
    return own, his


def test_a_stranger_becomes_a_chat_once(conn, keyring, ids, now):
    """A chat never seen before is added with its look-up row; the next message finds it again."""
    first = contexts.load(conn, keyring, [said("777", now)], ids, now)
    second = contexts.load(conn, keyring, [said("777", now)], ids, now)
    assert first[0].person is None
    assert first[0].version == 0
    assert first[0].chat.account == "telegram"
    assert second[0].chat.id == first[0].chat.id
    assert conn.execute(select(func.count()).select_from(ADDRESS)).scalar_one() == 1
    stored = conn.execute(select(ADDRESS)).one()
    assert keyring.open("address", "native_user", stored.id, stored.native_user) == b"777"


def test_the_same_user_on_another_account_is_another_chat(conn, keyring, ids, now):
    """An address is account and user: the same number on two accounts is two chats."""
    group = [said("777", now), said("777", now, account="zalo")]
    found = contexts.load(conn, keyring, group, ids, now)
    assert [context.chat.account for context in found] == ["telegram", "zalo"]
    assert found[0].chat.id != found[1].chat.id


def test_a_responder_sees_everybody_they_answer_for(conn, keyring, ids, now, rows):
    """The context has the open episodes that the person answers for, their people and the newest prompt."""
    own, his = family(rows)
    rows.episode(203, HUNG.id, EpisodeState.COMPLETED, responder_id=LAN.id)
    rows.posting(officer(601, LAN), now - timedelta(days=1))
    rows.posting(officer(602, LAN), now - timedelta(days=9), now - timedelta(days=2))
    (context,) = contexts.load(conn, keyring, [said("555", now)], ids, now)
    assert context.person == LAN
    assert context.episodes == (own, his)
    assert context.members == (LAN, HUNG)
    assert context.prompt is not None
    assert context.prompt.id == 402
    assert [checkin.id for checkin in context.prompt.checkins] == [502, 503]
    assert [posting.id for posting in context.postings] == [601]


def test_conversations_belong_to_the_person_or_to_the_strangers_chat(conn, keyring, ids, now, rows):
    """A person's conversation is the same in every chat; a stranger's is kept by the chat."""
    family(rows)
    rows.address(302, "zalo", "888", LAN.id)
    rows.address(303, "zalo", "999")
    for owner, text, version in ((LAN.id, "[1]", 4), (303, "[2]", 7)):
        frames = keyring.seal("conversation", "frames", owner, text)
        rows.insert(tables.Conversation, owner=owner, frames=frames, version=version)
    group = [said("555", now), said("888", now, account="zalo"), said("999", now, account="zalo")]
    found = contexts.load(conn, keyring, group, ids, now)
    assert [(one.frames, one.version) for one in found] == [("[1]", 4), ("[1]", 4), ("[2]", 7)]


def test_who_writes_was_heard_and_can_be_written_to(conn, keyring, ids, now, rows):
    """A message notes when the chat was heard and makes it reachable; the report of a block does neither."""
    rows.person(LAN)
    rows.address(301, "telegram", "555", LAN.id, reachable=False)
    rows.address(302, "telegram", "666", reachable=True)
    group = [said("555", now), said("666", now, Kind.BLOCKED)]
    contexts.load(conn, keyring, group, ids, now)
    found = conn.execute(select(ADDRESS.c.reachable, ADDRESS.c.last_inbound_at).order_by(ADDRESS.c.id)).all()
    assert [tuple(row) for row in found] == [(True, now), (True, None)]


def test_an_older_key_still_finds_the_chat(conn, keyring, ids, now, rows):
    """While keys are being changed, a chat indexed with the older key is found, not added anew."""
    rows.address(301, "telegram", "555")
    newer = type(keyring)({"2022a": b"n" * 32, **keyring.keys})
    (context,) = contexts.load(conn, newer, [said("555", now)], ids, now)
    assert context.chat.id == 301


def test_a_group_costs_the_same_statements_as_one(conn, keyring, ids, now, rows, statements):
    """Two hundred known people are read with a dozen statements, however many they are."""
    rows.units()
    for number in range(200):
        person = rows.person(replace(LAN, id=1_000 + number))
        episode = rows.episode(5_000 + number, person.id)
        rows.address(9_000 + number, "telegram", str(number), person.id)
        rows.prompt(20_000 + number, person.id, DAY, "morning")
        rows.checkin(30_000 + number, episode, DAY, "morning", prompt_id=20_000 + number)
    del statements[:]
    found = contexts.load(conn, keyring, [said(str(number), now) for number in range(200)], ids, now)
    assert [one.person.id for one in found] == list(range(1_000, 1_200))
    assert all(one.prompt and one.episodes for one in found)
    assert len(statements) <= 12, statements


def test_two_processes_meet_a_stranger_at_once(engine, keyring, ids, now):
    """Two processes that see the same new chat at the same time agree on one address row."""
    barrier = threading.Barrier(2)
    found = []

    def take():
        barrier.wait()
        with engine.begin() as conn:
            found.append(contexts.load(conn, keyring, [said("777", now)], ids, now)[0].chat.id)

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert len(set(found)) == 1
    with engine.connect() as conn:
        assert conn.execute(select(func.count()).select_from(ADDRESS)).scalar_one() == 1
        assert conn.execute(select(func.count()).select_from(LOOKUP)).scalar_one() == 1


def test_a_second_turn_of_a_person_waits_for_the_first(engine, keyring, ids, now):
    """While a turn of a person is open, another chat of the same person cannot begin one."""
    with engine.begin() as conn:
        rows = Rows(conn, keyring, now)
        rows.person(LAN)
        rows.address(301, "telegram", "555", LAN.id)
        rows.address(302, "zalo", "888", LAN.id)
    order = []
    started = threading.Event()

    def second():
        started.set()
        with engine.begin() as conn:
            contexts.load(conn, keyring, [said("888", now, account="zalo")], ids, now)
            order.append("second")

    thread = threading.Thread(target=second)
    with engine.begin() as conn:
        contexts.load(conn, keyring, [said("555", now)], ids, now)
        thread.start()
        started.wait()
        thread.join(timeout=0.3)
        assert thread.is_alive()
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_turns_of_the_clock_know_where_the_person_was_heard_last(conn, keyring, now, rows):
    """For a turn that nobody wrote for, the chat is the reachable one heard from most recently."""
    family(rows)
    rows.person(replace(LAN, id=103))
    rows.address(302, "zalo", "888", LAN.id, last_inbound_at=now)
    rows.address(303, "zalo", "889", LAN.id, last_inbound_at=now + timedelta(hours=1), reachable=False)
    found = contexts.load_for_owner(conn, keyring, [LAN.id, 103, 999])
    assert found.keys() == {LAN.id, 103}
    assert found[LAN.id].chat.id == 302
    assert found[LAN.id].prompt is not None
    assert found[LAN.id].episodes != ()
    assert (found[103].chat.id, found[103].chat.reachable) == (0, False)


def test_what_comes_by_a_link_says_nothing_about_the_chat(conn, keyring, ids, now):
    """A page of ours is no message to the messenger: it opens no window and lifts no block."""
    rows = Rows(conn, keyring, now)
    rows.address(301, "telegram", "555", None)
    conn.execute(ADDRESS.update().values(reachable=False, last_inbound_at=now - timedelta(days=6)))
    by_link = replace(said("555", now, Kind.LOCATION), answers="q1")
    contexts.load(conn, keyring, [by_link], ids, now)
    stored = conn.execute(select(ADDRESS)).one()
    assert (stored.reachable, stored.last_inbound_at) == (False, now - timedelta(days=6))
    contexts.load(conn, keyring, [said("555", now)], ids, now)
    stored = conn.execute(select(ADDRESS)).one()
    assert (stored.reachable, stored.last_inbound_at) == (True, now)
