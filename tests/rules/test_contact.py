"""Contact tasks about a household: an outcome for each, who is left, who is silent again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarantine.contact import Finding, findings, found, house, joined, left, meant, names
from quarantine.tasks import Method, Outcome, Task, TaskKind, TaskState

NOON = datetime(2026, 12, 3, 5, tzinfo=UTC)
LATER = NOON + timedelta(minutes=10)
LAN, NAM, BI = 1, 2, 3
FINE = Finding(Outcome.FINE, Method.CALL)
OF_OFFICERS = (Outcome.FINE, Outcome.UNWELL, Outcome.HOSPITAL, Outcome.ABSENT, Outcome.PHONE_TROUBLE)


def task(others=None, **changes):
    """An open contact task under Lan's episode, with these others of the house."""
    detail = house(others or {}, LAN)
    return Task(
        7, TaskKind.CONTACT, 12, 50, LAN, TaskState.OPEN, 0, NOON, NOON, NOON, detail=detail, **changes
    )


def test_one_person_is_done_with_one_outcome():
    """A task about one person has no list, and is done with its outcome and by whom."""
    done = found(task(), [LAN], FINE, LATER, by=9)
    assert (done.state, done.outcome, done.owner_id, done.detail) == (TaskState.DONE, Outcome.FINE, 9, {})


def test_whoever_is_not_on_it_changes_nothing():
    """An answer for somebody whom the task is not about leaves it as it is."""
    for known in (task(), task({NAM: "Nam"})):
        assert found(known, [BI], FINE, LATER) is known


def test_it_stays_open_while_somebody_is_left():
    """Each member has an outcome of their own; the last one closes it, with the gravest of all."""
    one = found(task({NAM: "Nam", BI: "Bi"}), [LAN], FINE, LATER)
    assert (one.state, left(one), one.next_at) == (TaskState.OPEN, (NAM, BI), NOON)
    two = found(one, [BI], Finding(Outcome.HOSPITAL, Method.VISIT), LATER)
    assert (two.state, left(two)) == (TaskState.OPEN, (NAM,))
    done = found(two, [NAM], Finding(Outcome.LATE_ANSWER), LATER, by=None)
    assert (done.state, done.outcome) == (TaskState.DONE, Outcome.HOSPITAL)
    assert findings(done) == {
        LAN: FINE,
        BI: Finding(Outcome.HOSPITAL, Method.VISIT),
        NAM: Finding(Outcome.LATE_ANSWER),
    }


def test_an_outcome_is_not_overwritten():
    """Who has an outcome keeps it, when all who are left are given another one."""
    one = found(task({NAM: "Nam"}), [LAN], Finding(Outcome.UNWELL, Method.CALL), LATER)
    done = found(one, [LAN, NAM], FINE, LATER)
    assert findings(done)[LAN].outcome is Outcome.UNWELL
    assert done.outcome is Outcome.UNWELL


@pytest.mark.parametrize(
    ("outcome", "counted_from"),
    [(Outcome.FINE, LATER), (Outcome.LATE_ANSWER, LATER), (Outcome.ABSENT, NOON), (Outcome.DONE, NOON)],
)
def test_silence_is_counted_from_the_last_word_with_the_house(outcome, counted_from):
    """Somebody was spoken with: a decision on a long silence is due from there; not so if nobody was met."""
    known = task({NAM: "Nam"})
    known.detail["silent_since"] = NOON
    after = found(known, [LAN], Finding(outcome), LATER)
    assert after.since == counted_from
    assert ("silent_since" in after.detail) == (counted_from == NOON)


def test_who_falls_silent_later_is_added():
    """A task about one becomes one about the house; a member who was settled is silent again."""
    both = joined(task(), {NAM: "Nam"})
    assert (meant(both), names(both, "Lan")) == ((LAN, NAM), {LAN: "Lan", NAM: "Nam"})
    assert joined(both, {LAN: "Lan", NAM: "Nam"}) is both
    settled = found(both, [NAM], FINE, LATER)
    again = joined(settled, {NAM: "Nam", BI: "Bi"})
    assert left(again) == (LAN, NAM, BI)
    assert names(again, "Lan") == {LAN: "Lan", NAM: "Nam", BI: "Bi"}


@given(st.permutations([LAN, NAM, BI]), st.lists(st.sampled_from(OF_OFFICERS), min_size=3, max_size=3))
def test_any_order_ends_alike(order, outcomes):
    """In whatever order the members are settled, it is done with the last one, never before."""
    known = task({NAM: "Nam", BI: "Bi"})
    of = dict(zip((LAN, NAM, BI), outcomes, strict=True))
    for place, one in enumerate(order):
        known = found(known, [one], Finding(of[one], Method.CALL), LATER)
        assert (known.state is TaskState.DONE) == (place == 2)
    worst = (Outcome.HOSPITAL, Outcome.ABSENT, Outcome.UNWELL, Outcome.PHONE_TROUBLE, Outcome.FINE)
    assert known.outcome is min(outcomes, key=worst.index)
