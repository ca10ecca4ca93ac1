"""Chats in storage: windows that open and close, the chat that a letter goes to, or goes to instead."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from handlers.chats import written_to
from quarantine.effects import AddressBound, ChatPreferred, ChatWatched, LetterPosted
from quarantine.letters import Condition, Letter
from quarantine.messages import Address, Incoming, Kind, Later, Never, Reason
from quarantine.windows import MARGIN, Approved, Reach, Standing, closes_at, closing_at, standing
from storage import contexts, outbox, tables, ticks
from storage.apply import StaleDecisionError, apply
from storage.outbox import Result
from storage.reader import SqlStore
from storage.standings import Standings, standings
from storage.tables import core
from tests.storage.rows import LAN

ADDRESS, LETTER = core(tables.Address), core(tables.Letter)
WEEK = timedelta(days=7)
REACHES = {
    "telegram": Reach("telegram"),
    "zalo": Reach("zalo-oa", WEEK),
    "zns": Reach("zalo-oa", WEEK, {"checkin.prompt": Approved("7788")}),
}
TELEGRAM, ZALO, ZNS = 301, 302, 303
LEASE = timedelta(minutes=1)


class Desk:
    """Lan's chats, letters to her, and where they go."""

    def __init__(self, conn, keyring, ids, now, rows):
        """On a connection, at an instant."""
        self.conn, self.keyring, self.ids, self.now, self.rows = conn, keyring, ids, now, rows
        self.letters = 900

    def chat(self, chat_id, **facts):
        """A chat of Lan's, last heard of long ago unless it is said."""
        account = {TELEGRAM: "telegram", ZALO: "zalo", ZNS: "zns"}[chat_id]
        heard = {"last_inbound_at": self.now - timedelta(days=9)}
        self.rows.address(chat_id, account, f"u{chat_id}", LAN.id, **(heard | facts))

    def post(self, key="note", **facts):
        """Post a letter to Lan."""
        self.letters += 1
        letter = replace(Letter(self.letters, LAN.id, key, self.now), **facts)
        apply(self.conn, self.keyring, [LetterPosted(letter)], self.now, self.ids)

    def claim(self):
        """The letter that is sent now."""
        accounts = list(REACHES)
        (one,) = outbox.claim(self.conn, self.keyring, accounts, 9, self.now, LEASE, REACHES).claimed
        return one

    def goes_to(self, key="note", **facts):
        """The chat that a new letter to Lan goes to."""
        self.post(key, **facts)
        one = self.claim()
        self.conn.execute(LETTER.delete())
        return one.address_id

    def refuse(self, one, reason):
        """The messenger refuses a claimed letter for good."""
        result = Result.of(one, Never(reason), self.now)
        return outbox.record(self.conn, self.keyring, [result], REACHES)[0].outcome

    def hear(self, account, user, **facts):
        """Somebody writes."""
        said = replace(Incoming(Address(account, user), str(self.ids()), self.now, Kind.TEXT), **facts)
        return contexts.load(self.conn, self.keyring, [said], self.ids, self.now, REACHES)[0].chat

    def row(self, chat_id):
        """A chat as it is stored."""
        return self.conn.execute(select(ADDRESS).where(ADDRESS.c.id == chat_id)).one()


@pytest.fixture
def desk(conn, keyring, ids, now, rows):
    """A desk in front of Lan, who has no chat yet."""
    rows.units()
    rows.person(LAN)
    return Desk(conn, keyring, ids, now, rows)


def test_a_message_opens_the_window_of_its_account(desk, now):
    """Until when, and when somebody is told, is kept with the chat; where nothing closes there is none."""
    for account, until, told in (
        ("zalo", closes_at(now, WEEK), closing_at(now, WEEK)),
        ("telegram", None, None),
        ("unheard-of", None, None),
    ):
        row = desk.row(desk.hear(account, "5").id)
        assert (row.open_until, row.next_at, row.last_inbound_at) == (until, told, now)


@pytest.mark.parametrize("facts", [{"kind": Kind.BLOCKED}, {"answers": "q1"}], ids=["block", "link"])
def test_what_is_no_message_opens_nothing(desk, now, facts):
    """A block, or an answer that came through our own page, does not renew what the messenger counts."""
    desk.chat(ZALO, open_until=now - timedelta(hours=1))
    desk.hear("zalo", f"u{ZALO}", **facts)
    assert desk.row(ZALO).open_until == now - timedelta(hours=1)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    silent=st.one_of(
        st.timedeltas(timedelta(0), timedelta(days=9)),
        st.timedeltas(-timedelta(seconds=2), timedelta(seconds=2)).map(lambda near: WEEK - MARGIN + near),
    )
)
def test_the_claim_agrees_with_the_rule(desk, silent):
    """A letter goes to the chat exactly while the rule does not call it closed."""
    desk.conn.execute(ADDRESS.delete())
    desk.conn.execute(core(tables.Lookup).delete())
    heard = desk.now - silent
    desk.chat(ZALO, last_inbound_at=heard, open_until=closes_at(heard, WEEK))
    closed = standing(heard, WEEK, desk.now) is Standing.CLOSED
    assert desk.goes_to() == (None if closed else ZALO)


def test_the_chosen_chat_comes_before_the_latest(desk, now):
    """The one chosen last; without a choice the one heard from last."""
    desk.chat(TELEGRAM, last_inbound_at=now)
    desk.chat(ZALO, open_until=now + WEEK)
    assert desk.goes_to() == TELEGRAM
    desk.conn.execute(ADDRESS.update().where(ADDRESS.c.id == ZALO).values(preferred_at=now - WEEK))
    assert desk.goes_to() == ZALO
    desk.conn.execute(ADDRESS.update().where(ADDRESS.c.id == TELEGRAM).values(preferred_at=now))
    assert desk.goes_to() == TELEGRAM


def test_a_reply_goes_to_the_chat_that_was_written_in(desk, now):
    """Whatever is preferred; and elsewhere when that chat has closed in the meantime."""
    desk.chat(TELEGRAM, preferred_at=now)
    desk.chat(ZALO, open_until=now + timedelta(seconds=1))
    assert desk.goes_to(address_id=ZALO) == ZALO
    desk.now += timedelta(seconds=1)
    assert desk.goes_to(address_id=ZALO) == TELEGRAM


def test_into_a_closed_window_only_what_is_approved(desk, now):
    """The account's approved messages go there, other letters nowhere; an open chat is better for both."""
    desk.chat(ZNS, open_until=now, preferred_at=now)
    assert desk.goes_to("checkin.prompt") == ZNS
    assert desk.goes_to("checkin.done") is None
    desk.chat(TELEGRAM)
    assert desk.goes_to("checkin.prompt") == TELEGRAM


@pytest.mark.parametrize("reason", [Reason.BLOCKED, Reason.GONE, Reason.WINDOW, Reason.QUOTA])
def test_what_one_chat_refuses_goes_to_another_at_once(desk, now, reason):
    """Whatever the reason, the letter is not lost while its reader can be reached; and it ends somewhere."""
    desk.chat(TELEGRAM)
    desk.chat(ZALO, preferred_at=now, open_until=now + WEEK)
    desk.post()
    first = desk.claim()
    assert first.address_id == ZALO
    assert isinstance(desk.refuse(first, reason), Later)
    second = desk.claim()
    assert (second.address_id, second.replaces) == (TELEGRAM, None)
    tried = [second]
    while isinstance(desk.refuse(tried[-1], reason), Later):
        tried.append(desk.claim())
    assert len(tried) <= 2
    assert desk.conn.execute(select(LETTER.c.status, LETTER.c.reason)).one() == ("dead", reason.value)


def test_a_letter_that_nobody_takes_for_its_quota_ends(desk, now):
    """Three chats, each out of quota: each is asked at most twice, whatever was preferred."""
    desk.chat(TELEGRAM)
    desk.chat(ZALO, preferred_at=now, open_until=now + WEEK)
    desk.chat(ZNS, open_until=now + WEEK)
    desk.post()
    asked = [desk.claim()]
    while isinstance(desk.refuse(asked[-1], Reason.QUOTA), Later):
        asked.append(desk.claim())
    assert [one.address_id for one in asked] == [ZALO, TELEGRAM, ZALO, ZNS]


def test_the_messenger_knows_better(desk, now):
    """A window that the messenger calls closed is closed, told once, until a message opens it again."""
    desk.chat(ZALO, last_inbound_at=now, open_until=now + WEEK, next_at=now + timedelta(days=5))
    desk.post()
    assert desk.refuse(desk.claim(), Reason.WINDOW) == Never(Reason.WINDOW)
    assert (desk.row(ZALO).open_until, desk.row(ZALO).next_at) == (now, None)
    assert desk.goes_to() is None
    desk.hear("zalo", f"u{ZALO}")
    assert desk.goes_to() == ZALO


def test_an_approved_message_that_is_refused_is_not_sent_again(desk, now):
    """Where even the approved message does not arrive, the letter has come to its end."""
    desk.chat(ZNS, open_until=now)
    desk.post("checkin.prompt")
    assert desk.refuse(desk.claim(), Reason.WINDOW) == Never(Reason.WINDOW)


def test_windows_come_due_and_are_told_once(desk, conn, now):
    """When one closes soon, and when it has closed; what failed is looked at later, a message resets."""
    chat = desk.hear("zalo", "5")
    at, until = closing_at(now, WEEK), closes_at(now, WEEK)
    assert ticks.due_chats(conn, at - timedelta(seconds=1), 10) == []
    assert ticks.next_due(conn, now) == at
    (due,) = ticks.due_chats(conn, at, 10)
    assert (due.id, due.heard_at, due.open_until) == (chat.id, now, until)
    ticks.postpone_chats(conn, [chat.id], at + LEASE)
    assert ticks.next_due(conn, at) == at + LEASE
    apply(conn, desk.keyring, [ChatWatched(chat.id, until)], at, desk.ids)
    assert [one.id for one in ticks.due_chats(conn, until, 10)] == [chat.id]
    apply(conn, desk.keyring, [ChatWatched(chat.id, None)], until, desk.ids)
    ticks.postpone_chats(conn, [chat.id], until)
    assert ticks.due_chats(conn, until + WEEK, 10) == []
    desk.now = until + WEEK
    desk.hear("zalo", "5")
    assert desk.row(chat.id).next_at == closing_at(desk.now, WEEK)


def test_one_chat_is_chosen(desk, conn, now):
    """The latest choice holds and is in the history; a chat of somebody else cannot be chosen."""
    desk.chat(TELEGRAM)
    desk.chat(ZALO, open_until=now + WEEK)
    for chosen in (ZALO, TELEGRAM):
        apply(conn, desk.keyring, [ChatPreferred(chosen, LAN.id, now)], now, desk.ids)
        assert desk.goes_to() == chosen
        shown = written_to(SqlStore(conn, desk.keyring, now).chats(LAN.id), now)
        assert shown is not None
        assert shown.id == chosen
    kinds = conn.execute(select(core(tables.Event).c.kind)).scalars().all()
    assert kinds == ["chat_preferred", "chat_preferred"]
    desk.rows.address(399, "telegram", "other")
    with pytest.raises(StaleDecisionError):
        apply(conn, desk.keyring, [ChatPreferred(399, LAN.id, now)], now, desk.ids)


def test_a_chat_that_is_bound_anew_is_nobodys_choice(desk, conn, now):
    """What its former person preferred says nothing about the next."""
    desk.chat(TELEGRAM, preferred_at=now)
    apply(conn, desk.keyring, [AddressBound(TELEGRAM, LAN.id, now)], now, desk.ids)
    assert desk.row(TELEGRAM).preferred_at is None


def test_a_lost_letter_tells_which_tasks_it_was_about(desk, now):
    """Of a card its task, of a digest all of them; of anything else none."""
    desk.chat(TELEGRAM)
    for facts, tasks in (
        ({"about": 7, "condition": Condition.TASK_UNDONE}, (7,)),
        ({"params": {"tasks": [8, 9]}}, (8, 9)),
        ({"about": 7}, ()),
    ):
        desk.post(**facts)
        result = Result.of(desk.claim(), Never(Reason.BLOCKED), now)
        (recorded,) = outbox.record(desk.conn, desk.keyring, [result], REACHES)
        assert recorded.tasks == tasks
        desk.hear("telegram", f"u{TELEGRAM}")


def test_the_standings_of_an_account(desk, conn, now):
    """Each chat that speaks for somebody is counted as the rule says, and as closed where Zalo said so."""
    heard = [timedelta(), timedelta(hours=49), timedelta(days=5), timedelta(days=8), timedelta(hours=1)]
    for number, ago in enumerate(heard):
        desk.rows.address(
            950 + number,
            "zalo-oa-2",
            str(number),
            LAN.id,
            last_inbound_at=now - ago,
            open_until=now if number == 4 else closes_at(now - ago, WEEK),
        )
    desk.rows.address(970, "zalo-oa-2", "stranger", last_inbound_at=now)
    desk.rows.address(971, "zalo-oa-2", "gone", LAN.id, last_inbound_at=now, reachable=False)
    assert standings(conn, "zalo-oa-2", WEEK, now) == Standings(free=1, paid=2, closed=2, closing=1)
