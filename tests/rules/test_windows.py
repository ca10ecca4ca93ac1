"""Windows: when a chat is free, paid or closed, and when a human is told (channels.md §1)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarantine.store import Chat
from quarantine.windows import (
    FREE_FOR,
    MARGIN,
    NO_LIMITS,
    Approved,
    Reach,
    Standing,
    approvals,
    closes_at,
    closing_at,
    reach_of,
    standing,
)

HEARD = datetime(2026, 11, 28, 0, 30, tzinfo=UTC)
WEEK = timedelta(days=7)
WINDOWS = st.timedeltas(timedelta(hours=1), timedelta(days=30))
SPANS = st.timedeltas(timedelta(0), timedelta(days=40))


@pytest.mark.parametrize(
    ("silent", "expected"),
    [
        (timedelta(0), Standing.FREE),
        (timedelta(hours=48), Standing.FREE),
        (timedelta(hours=48, seconds=1), Standing.PAID),
        (timedelta(days=5), Standing.PAID),
        (WEEK - MARGIN - timedelta(seconds=1), Standing.PAID),
        (WEEK - MARGIN, Standing.CLOSED),
        (WEEK, Standing.CLOSED),
        (timedelta(days=30), Standing.CLOSED),
    ],
)
def test_seven_days(silent, expected):
    """48 hours for nothing, then paid, and closed a little before the 7 days are over."""
    assert standing(HEARD, WEEK, HEARD + silent) is expected


def test_five_days_and_seven():
    """A human is told after 5 days; the chat counts as closed 5 minutes before the 7 days end."""
    assert closing_at(HEARD, WEEK) == HEARD + timedelta(days=5)
    assert closes_at(HEARD, WEEK) == HEARD + timedelta(days=7) - timedelta(minutes=5)


@given(SPANS)
def test_without_a_window_nothing_ever_closes(silent):
    """Telegram and the Zalo Bot Platform take messages however long somebody was silent, and for nothing."""
    assert standing(HEARD, None, HEARD + silent) is Standing.FREE
    assert standing(None, None, HEARD) is Standing.FREE


@given(WINDOWS)
def test_who_never_wrote_cannot_be_written_to(window):
    """A window opens with a message; a chat that sent none is closed."""
    assert standing(None, window, HEARD) is Standing.CLOSED


@given(WINDOWS, SPANS, SPANS)
def test_a_chat_only_goes_from_free_to_paid_to_closed(window, one, other):
    """As silence grows a chat never gets better, and it is told about before it closes."""
    order = [Standing.FREE, Standing.PAID, Standing.CLOSED]
    earlier, later = sorted((one, other))
    assert order.index(standing(HEARD, window, HEARD + earlier)) <= order.index(
        standing(HEARD, window, HEARD + later)
    )
    assert HEARD < closing_at(HEARD, window) < HEARD + window
    assert standing(HEARD, window, HEARD + window) is Standing.CLOSED


@given(WINDOWS, SPANS)
def test_the_stored_instant_says_the_same_as_the_rule(window, silent):
    """`open_until`, written when somebody writes, closes the chat at the very instant of the rule."""
    chat = Chat(1, "zalo", 2, heard_at=HEARD, open_until=closes_at(HEARD, window))
    now = HEARD + silent
    assert chat.usable(now) is (standing(HEARD, window, now) is not Standing.CLOSED)


def test_a_blocked_chat_is_not_usable():
    """An open window does not help where the bot is blocked."""
    assert not Chat(1, "zalo", 2, reachable=False).usable(HEARD)
    assert Chat(1, "zalo", 2).usable(HEARD)


def test_what_is_approved():
    """Each approved message of each account, by account and letter key; nothing of unknown accounts."""
    reaches = {
        "zalo": Reach(
            "zalo-oa", WEEK, {"checkin.prompt": Approved("7788"), "checkin.remind": Approved("99")}
        ),
        "telegram": Reach("telegram"),
    }
    assert approvals(reaches) == ["zalo checkin.prompt", "zalo checkin.remind"]
    assert approvals(NO_LIMITS) == []
    assert reach_of(reaches, "telegram").window is None
    assert reach_of(reaches, "elsewhere") == Reach()
    assert timedelta(0) < MARGIN < FREE_FOR < WEEK
