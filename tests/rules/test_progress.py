"""Progress is told finely where one message is drawn anew, seldom where each is new, never in a rush."""

import pytest

from quarantine.progress import REST_SECONDS, Told, due


def tellings(seconds, *, redrawn):
    """Which percents are told of work that takes this long, looked at after each percent."""
    told, found = Told(0, 0), []
    for percent in range(1, 101):
        at = seconds * percent / 100
        if due(told, percent, at, redrawn=redrawn):
            told = Told(percent, at)
            found.append(percent)
    return found


@pytest.mark.parametrize(
    ("seconds", "redrawn", "found"),
    [
        (600, True, list(range(5, 100, 5))),
        (600, False, [20, 40, 60, 80]),
        (20, True, [15, 30, 45, 60, 75, 90]),
        (20, False, [20, 40, 60, 80]),
        (2, True, []),
        (2, False, []),
    ],
)
def test_steps_fit_the_messenger_and_the_time(seconds, redrawn, found):
    """5 % where it is drawn anew, 20 % where not; at most one in three seconds; the end is told otherwise."""
    assert tellings(seconds, redrawn=redrawn) == found


def test_a_step_that_was_rushed_is_made_up_for():
    """What came too soon to be told is told as soon as it may be."""
    assert not due(Told(5, 0), 11, REST_SECONDS - 0.1, redrawn=True)
    assert due(Told(5, 0), 11, REST_SECONDS, redrawn=True)
