"""Protocols: which slot comes next, which day is the last, when an episode ends."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarantine.days import QUIET_FROM, QUIET_TO, at, local, local_day
from quarantine.people import Episode, EpisodeState, Home, Reason
from quarantine.protocol import DEFAULT_PROTOCOL, HOME_14, PROTOCOLS, ends_at, next_at, next_of, protocol
from quarantine.tasks import TaskKind

FIRST, LAST = date(2026, 12, 3), date(2026, 12, 16)
START = datetime(2026, 11, 25, tzinfo=UTC)
EPISODE = Episode(
    *(1, 2, 2, 3, "131/QĐ-UBND", Reason.CONTACT, FIRST, LAST),
    *(EpisodeState.MONITORING, DEFAULT_PROTOCOL, Home("")),
)
INSTANTS = st.timedeltas(timedelta(0), timedelta(days=30)).map(lambda span: START + span)


def hour(text, day=FIRST):
    """The instant at which a clock in Vietnam shows this hour."""
    return at(day, time.fromisoformat(text))


def test_fourteen_days_both_ends_included():
    """QĐ 879/QĐ-BYT: the first day of the order is day 1, the last one is day 14."""
    assert HOME_14.last_day(FIRST) == LAST
    assert (LAST - FIRST).days + 1 == HOME_14.days == 14


def test_the_protocol_of_an_episode_is_found_by_its_code():
    """An episode names the version it began under; a code nobody knows is an error, not a default."""
    assert protocol(DEFAULT_PROTOCOL) is HOME_14
    assert all(rules.code == code for code, rules in PROTOCOLS.items())
    with pytest.raises(KeyError):
        protocol("home-14/0")


def test_a_slot_is_found_by_its_name():
    """A check-in stores its slot by name; a name that this version never had is an error."""
    assert HOME_14.slot("afternoon").opens == time(16, 30)
    with pytest.raises(KeyError, match="night"):
        HOME_14.slot("night")


@pytest.mark.parametrize(
    ("after", "slot", "opens"),
    [
        (hour("00:00"), "morning", hour("07:30")),
        (hour("07:29"), "morning", hour("07:30")),
        (hour("07:30"), "afternoon", hour("16:30")),
        (hour("16:29:59"), "afternoon", hour("16:30")),
        (hour("16:30"), "morning", hour("07:30", date(2026, 12, 4))),
        (hour("23:59"), "morning", hour("07:30", date(2026, 12, 4))),
    ],
)
def test_the_next_slot_by_hand(after, slot, opens):
    """07:30 and 16:30 each day; the next opening is strictly after the instant."""
    opening = HOME_14.next_opening(after)
    assert (opening.slot.name, opening.opens_at, opening.day) == (slot, opens, local_day(opens))


def test_a_window_is_four_hours_and_a_prompt_makes_sense_until_an_hour_before_its_end():
    """Issue 2: the window ends after 4 h; a prompt undelivered an hour before that is a system fault."""
    opening = HOME_14.opening(FIRST, HOME_14.slot("morning"))
    assert opening.closes_at == hour("11:30")
    assert opening.prompt_until == hour("10:30")


@given(INSTANTS)
def test_the_next_slot_is_strictly_later_and_none_lies_between(instant):
    """No slot is skipped and none is found twice, from whatever instant one looks."""
    following = HOME_14.next_opening(instant)
    assert following.opens_at > instant
    assert following.opens_at - instant <= timedelta(hours=15)
    assert HOME_14.first_opening(following.opens_at) == following == HOME_14.opening_at(following.opens_at)
    halfway = instant + (following.opens_at - instant) / 2
    assert HOME_14.next_opening(halfway) == following


@given(INSTANTS)
def test_the_round_goes_from_the_first_day_to_the_last_inclusive_and_then_ends(instant):
    """The next due moment is a slot of a day of the episode, else 07:00 of the morning after its last."""
    due = next_at(HOME_14, EPISODE, instant)
    assert due <= ends_at(LAST)
    if due != ends_at(LAST):
        assert due > instant
        assert FIRST <= local_day(due) <= LAST
        assert next_of(HOME_14, EPISODE, instant).opens_at == due
    else:
        assert next_of(HOME_14, EPISODE, instant) is None
        assert instant >= hour("16:30", LAST)


@pytest.mark.parametrize("early", [hour("16:29", date(2026, 11, 30)), hour("23:59", date(2026, 12, 2))])
def test_nobody_is_asked_before_the_first_day(early):
    """Whoever is linked days before the order begins is asked on the morning of day 1, not before."""
    assert next_at(HOME_14, EPISODE, early) == hour("07:30")
    assert EPISODE.day_number(local_day(early)) == 1


def test_a_whole_episode_has_28_check_ins_and_one_end():
    """Walking from slot to slot: two a day for 14 days, the last on the afternoon of the last day."""
    due, moments = next_at(HOME_14, EPISODE, hour("00:00")), []
    while due != ends_at(LAST):
        moments.append(due)
        due = next_at(HOME_14, EPISODE, due)
    assert len(moments) == 28
    assert moments[-1] == hour("16:30", LAST)
    assert next_at(HOME_14, EPISODE, due) == ends_at(LAST), "the end stays the end"


def test_the_end_is_the_morning_after_the_last_day():
    """An episode is closed or put before a human at 07:00, when the quiet hours are over."""
    assert ends_at(LAST) == hour("07:00", date(2026, 12, 17))


@pytest.mark.parametrize("rules", PROTOCOLS.values(), ids=lambda rules: rules.code)
def test_the_data_of_every_version_hold_together(rules):
    """Slots in order and outside the quiet hours, windows that do not overlap, reminders before they end."""
    hours = [slot.opens for slot in rules.slots]
    assert hours == sorted(set(hours))
    assert len({slot.name for slot in rules.slots}) == len(rules.slots)
    for slot in rules.slots:
        opening = rules.opening(FIRST, slot)
        assert QUIET_TO <= slot.opens < QUIET_FROM
        assert local(opening.closes_at).time() < QUIET_FROM
        assert rules.next_opening(opening.opens_at).opens_at >= opening.closes_at
        assert max(rules.reminders) < slot.window
    assert list(rules.reminders) == sorted(rules.reminders)
    assert rules.source
    assert rules.valid_from <= FIRST


@pytest.mark.parametrize("rules", PROTOCOLS.values(), ids=lambda rules: rules.code)
@pytest.mark.parametrize("kind", TaskKind)
def test_every_kind_of_task_has_a_ladder(rules, kind):
    """No task without somebody to tell."""
    assert rules.ladders[kind].rungs
    assert all(rung.audience for rung in rules.ladders[kind].rungs)
