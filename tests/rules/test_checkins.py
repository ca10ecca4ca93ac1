"""Check-ins and the clock: any pattern of ticks ends where punctual ones end (DESIGN.md §5)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarantine.checkins import (
    ANSWERABLE,
    Act,
    Checkin,
    Stage,
    advance,
    answered,
    delivered,
    for_chat,
    for_staff,
)

OPENS = datetime(2026, 12, 3, 0, 30, tzinfo=UTC)
CLOSES = OPENS + timedelta(hours=4)
PROMPT_UNTIL = CLOSES - timedelta(hours=1)
REMINDERS = (timedelta(hours=1), timedelta(hours=2))
WAITING = Checkin(1, 2, 3, 4, 5, date(2026, 12, 3), "morning", Stage.WAITING, CLOSES, PROMPT_UNTIL)

MINUTES = st.integers(0, 8 * 60).map(lambda count: OPENS + timedelta(minutes=count))
TICKS = st.lists(MINUTES, max_size=30).map(sorted)
DELIVERED = st.integers(0, 4 * 60 - 1).map(lambda count: OPENS + timedelta(minutes=count))
WAITS = st.lists(st.integers(1, 300), max_size=4, unique=True).map(
    lambda found: tuple(timedelta(minutes=count) for count in sorted(found))
)


def run(checkin, ticks, reminders=REMINDERS):
    """Tick at these instants; where the check-in ends, and what was done when."""
    acts = []
    for now in ticks:
        move = advance(checkin, now, reminders)
        if move.act is not None:
            acts.append((now, move.act))
        checkin = move.checkin
    return checkin, acts


def punctually(checkin, reminders=REMINDERS):
    """Tick at each due moment exactly, until nothing is due any more."""
    acts = []
    while checkin.next_at is not None:
        now = checkin.next_at
        move = advance(checkin, now, reminders)
        assert move.checkin.next_at != now, "a tick must bring the check-in on"
        if move.act is not None:
            acts.append((now, move.act))
        checkin = move.checkin
    return checkin, acts


def prompted(when=OPENS, reminders=REMINDERS, **more):
    """A check-in whose prompt has reached the phone."""
    return replace(delivered(WAITING, when, reminders), **more)


def test_punctual_ticks_remind_twice_and_then_put_the_silence_before_an_officer():
    """Issue 2: reminder at +1 h and +2 h, window end at 4 h."""
    ended, acts = punctually(prompted())
    assert acts == [
        (OPENS + timedelta(hours=1), Act.REMIND),
        (OPENS + timedelta(hours=2), Act.REMIND),
        (CLOSES, Act.OVERDUE),
    ]
    assert (ended.stage, ended.next_at, ended.reminded) == (Stage.OVERDUE, None, 2)


@given(DELIVERED, TICKS, WAITS, st.booleans())
def test_any_pattern_of_ticks_ends_where_punctual_ones_end(when, ticks, waits, reported):
    """Late, doubled or skipped ticks forget nobody: one tick after the window is enough."""
    start = prompted(when, waits, reported=reported)
    wanted, _ = punctually(start, waits)
    ended, acts = run(start, [*ticks, CLOSES + timedelta(days=1)], waits)
    assert (ended.stage, ended.next_at) == (wanted.stage, wanted.next_at)
    final = Act.NO_LOCATION if reported else Act.OVERDUE
    assert [act for _, act in acts if act is not Act.REMIND] == [final], "exactly once"
    assert acts[-1][1] is final


@given(DELIVERED, TICKS, WAITS)
def test_no_more_reminders_than_reminder_times_that_have_passed(when, ticks, waits):
    """However late a tick, at most one reminder is sent for it, and none twice for one reminder time."""
    _, acts = run(prompted(when, waits), ticks, waits)
    reminded = [now for now, act in acts if act is Act.REMIND]
    times = [when + wait for wait in waits]
    before = when
    for now in reminded:
        assert any(before < time <= now for time in times), "each reminder is for a time of its own"
        assert now < CLOSES
        before = now


@given(DELIVERED, TICKS, WAITS)
def test_a_doubled_tick_changes_nothing(when, ticks, waits):
    """Two sweeps at the same instant do what one does."""
    once = run(prompted(when, waits), ticks, waits)
    twice = run(prompted(when, waits), [now for now in ticks for _ in range(2)], waits)
    assert once == twice


@given(DELIVERED, MINUTES, WAITS)
def test_nothing_happens_before_it_is_due(when, now, waits):
    """A tick that comes early leaves the check-in as it is."""
    start = prompted(when, waits)
    if now < start.next_at:
        assert advance(start, now, waits) == advance(start, OPENS - timedelta(days=1), waits)
        assert advance(start, now, waits).checkin is start


@given(st.lists(MINUTES, max_size=30).map(sorted))
def test_a_prompt_that_never_left_is_our_fault(ticks):
    """Undelivered an hour before the window ends: "lỗi hệ thống", never the resident's silence."""
    ended, acts = run(WAITING, [*ticks, CLOSES])
    assert (ended.stage, ended.next_at) == (Stage.SYSTEM_ERROR, None)
    assert [act for _, act in acts] == [Act.SYSTEM_ERROR]
    assert acts[0][0] >= PROMPT_UNTIL


@given(DELIVERED, WAITS)
def test_reminders_count_from_the_delivery(when, waits):
    """A prompt that arrived late is not chased at once: the first reminder is a full wait after it."""
    start = prompted(when, waits)
    assert start.stage is Stage.PROMPTED
    assert start.next_at == min([CLOSES, *(when + wait for wait in waits)])


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.WAITING])
def test_a_delivery_is_counted_once(stage):
    """An outcome that is told twice, or after the answer, changes nothing."""
    known = replace(WAITING, stage=stage, delivered_at=OPENS)
    assert delivered(known, OPENS + timedelta(minutes=5), REMINDERS) is known


def test_a_check_in_that_was_handed_on_is_delivered_anew():
    """The new responder was not asked yet: reminders count from the prompt that names the member."""
    handed_on = replace(WAITING, stage=Stage.PROMPTED, delivered_at=None, next_at=CLOSES)
    asked = delivered(handed_on, OPENS, REMINDERS)
    assert (asked.stage, asked.delivered_at, asked.next_at) == (Stage.PROMPTED, OPENS, OPENS + REMINDERS[0])


@pytest.mark.parametrize(
    "stage", [one for one in Stage if one not in {Stage.WAITING, Stage.PROMPTED, Stage.STAFF}]
)
def test_a_check_in_that_is_settled_is_left_alone(stage):
    """Whatever has been found out by a human or an answer is not overruled by the clock."""
    settled = replace(WAITING, stage=stage, next_at=OPENS)
    move = advance(settled, CLOSES, REMINDERS)
    assert (move.act, move.checkin) == (None, replace(settled, next_at=None))


@pytest.mark.parametrize("stage", sorted(ANSWERABLE))
def test_an_answer_is_welcome_late_and_said_to_be_late(stage):
    """Only after silence is it LATE: a fault of ours or a lost channel makes nobody late (domain.md §E4)."""
    after = answered(replace(WAITING, stage=stage))
    assert after.stage is (Stage.LATE if stage is Stage.OVERDUE else Stage.DONE)
    assert after.reported
    assert after.next_at is None


BY_STAFF = replace(WAITING, stage=Stage.STAFF, next_at=OPENS)


@given(TICKS)
def test_staff_are_told_once_and_nobody_is_called_silent(ticks):
    """However the clock ticks, an officer gets one task; what was not asked is never the resident's miss."""
    ended, acts = run(BY_STAFF, [*ticks, CLOSES, CLOSES + timedelta(days=1)])
    assert [act for _, act in acts] == [Act.FOLLOW]
    assert (ended.stage, ended.next_at) == (Stage.NOT_ASKED, None)
    assert ended.stage in ANSWERABLE


def test_who_loses_the_chat_is_asked_by_an_officer_from_now_on():
    """A check-in that waits for a chat's answer becomes the station's; one that is settled stays as it is."""
    now = OPENS + timedelta(minutes=10)
    assert for_staff(WAITING, now) == replace(WAITING, stage=Stage.STAFF, next_at=now)
    assert for_staff(WAITING, CLOSES) is WAITING
    done = answered(WAITING)
    assert for_staff(done, now) is done
    half = replace(WAITING, stage=Stage.PROMPTED, reported=True)
    assert for_staff(half, now) is half


def test_who_gets_a_chat_is_asked_there_while_there_is_time():
    """Linked with an hour left, the question is put in the chat; later it stays with the officer."""
    now = CLOSES - timedelta(hours=2)
    asked = for_chat(BY_STAFF, now)
    assert (asked.stage, asked.delivered_at, asked.next_at) == (Stage.PROMPTED, now, CLOSES)
    assert for_chat(BY_STAFF, CLOSES - timedelta(minutes=59)) is not asked
    assert for_chat(BY_STAFF, CLOSES - timedelta(minutes=59)).stage is Stage.STAFF
    assert for_chat(WAITING, now) is WAITING
