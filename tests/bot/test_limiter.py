"""The sending limits of one account, on a clock moved by hand."""

from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.limiter import FLOOD_SECONDS, RECOVERY_SECONDS, SLACK, Limiter
from bot.service import limiter_of
from channels.telegram import Telegram
from channels.zalo_oa import FORM


@dataclass
class HandClock:
    """Seconds that stand still until they are moved."""

    seconds: float = 1000.0

    def __call__(self):
        """The seconds on it."""
        return self.seconds


@pytest.fixture
def clock():
    """A clock moved by hand."""
    return HandClock()


@pytest.fixture
def limiter(clock):
    """Telegram's limits on that clock."""
    return Limiter(clock=clock)


def send_all(limiter, clock, users):
    """Send one message to each as early as allowed; gives the times."""
    times = []
    for user in users:
        while wait := limiter.reserve(user):
            clock.seconds += wait + 1e-9
        times.append(clock.seconds)
    return times


def test_an_idle_account_answers_at_once(limiter):
    """The first message, and a few more to others, wait for nothing."""
    assert [limiter.reserve(str(user)) for user in range(10)] == [0.0] * 10


def test_thirty_a_second_are_used_but_never_exceeded(limiter, clock):
    """In any second at most thirty messages go, and of what is allowed at least 97 % is used."""
    times = send_all(limiter, clock, map(str, range(600)))
    assert all(later - earlier > 1.0 for earlier, later in zip(times, times[30:], strict=False))
    assert len(times) / (times[-1] - times[0]) >= 30 * 0.97


def test_a_burst_is_followed_by_an_even_spread(limiter, clock):
    """After the first ten the rest goes one by one, so that the line cannot push two seconds together."""
    times = send_all(limiter, clock, map(str, range(25)))
    assert times[9] == times[0]
    gaps = [later - earlier for earlier, later in pairwise(times[10:])]
    assert min(gaps) > 0.9 * SLACK / 30


def test_one_chat_gets_one_message_a_second(limiter, clock):
    """A second message to a chat waits a second; other chats do not wait for it."""
    assert limiter.reserve("an") == 0
    assert limiter.ready_in("an") == pytest.approx(1.0)
    assert limiter.ready_in("binh") == 0
    clock.seconds += 1.0
    assert limiter.ready_in("an") == 0


def test_a_long_text_counts_as_its_messages(limiter, clock):
    """Three messages in a row to a chat keep it for three seconds and take three places of the account's."""
    assert limiter.reserve("an", 3) == 0
    assert limiter.ready_in("an") == pytest.approx(3.0)
    clock.seconds += 2.0
    assert limiter.ready_in("an") == pytest.approx(1.0)


def test_looking_takes_nothing(limiter):
    """`ready_in` may be asked as often as one likes."""
    assert [limiter.ready_in("an") for _ in range(100)] == [0.0] * 100
    assert limiter.reserve("an") == 0


def test_waiting_takes_nothing(limiter, clock):
    """A place that is not free is not taken: who asks too early does not push his own turn away."""
    limiter.reserve("an")
    for _ in range(50):
        assert limiter.reserve("an") > 0
    clock.seconds += 1.0
    assert limiter.reserve("an") == 0


def test_a_refusal_holds_that_chat_alone(limiter, clock):
    """429 for one chat holds this chat as long as Telegram says, and nobody else."""
    limiter.refused("an", 30)
    assert limiter.ready_in("an") == pytest.approx(30.0)
    assert limiter.ready_in("binh") == 0
    assert limiter.rate == 30
    clock.seconds += 30
    assert limiter.ready_in("an") == 0


def test_several_refusals_slow_the_account(limiter, clock):
    """Three chats refused together: the account rests the shortest time given, then halves its rate."""
    for user, seconds in (("an", 9), ("binh", 4), ("chi", 6)):
        limiter.refused(user, seconds)
    assert limiter.ready_in("dung") == pytest.approx(4.0)
    assert limiter.rate == 15
    clock.seconds += 4
    times = send_all(limiter, clock, map(str, range(100)))
    assert all(later - earlier > 1.0 for earlier, later in zip(times, times[15:], strict=False))


def test_a_slowed_account_recovers(limiter, clock):
    """The rate doubles each minute without a flood, up to what it was."""
    for user in ("an", "binh", "chi", "dung", "giang", "hoa"):
        limiter.refused(user, 1)
    assert limiter.rate == 7.5
    clock.seconds += RECOVERY_SECONDS
    assert limiter.rate == 15
    clock.seconds += 10 * RECOVERY_SECONDS
    assert limiter.rate == 30


def test_refusals_far_apart_are_the_chats_own(limiter, clock):
    """Three chats refused at different times say nothing of the account."""
    for user in ("an", "binh", "chi"):
        limiter.refused(user, 1)
        clock.seconds += FLOOD_SECONDS / 2
    assert limiter.rate == 30


def test_one_chat_refused_again_and_again_is_one_chat(limiter):
    """Floods are counted by chats, not by refusals."""
    for _ in range(10):
        limiter.refused("an", 5)
    assert limiter.rate == 30
    assert limiter.ready_in("binh") == 0


def test_more_messages_than_a_second_holds_go_when_it_is_empty(clock):
    """A reply longer than a whole second's worth is sent some time, not never."""
    limiter = Limiter(per_second=2, clock=clock)
    assert limiter.reserve("an", 5) == 0
    assert 0 < limiter.ready_in("binh") < 10


def test_chats_of_the_past_are_forgotten(limiter, clock):
    """The limiter of an account with a million chats remembers only those it still holds back."""
    for user in range(3000):
        limiter.reserve(str(user))
        clock.seconds += 2
    assert len(limiter._chats) < 2048  # noqa: SLF001 - memory has no other face


@pytest.mark.parametrize(("per_second", "per_chat"), [(0, 1), (0.5, 1), (30, 0), (30, -1)])
def test_limits_that_let_nothing_through_are_refused(per_second, per_chat):
    """A limit under which nothing could ever be sent is a mistake in the settings."""
    with pytest.raises(ValueError, match="at least one"):
        Limiter(per_second, per_chat)


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(1, 4), st.floats(0, 2), st.booleans()), max_size=60
    )
)
def test_whoever_waits_as_told_may_go(steps):
    """After exactly the wait that was named the messages go, whatever happened before."""
    clock = HandClock()
    limiter = Limiter(per_second=5, clock=clock)
    for user, count, pause, refusal in steps:
        clock.seconds += pause
        if refusal:
            limiter.refused(user, pause)
        clock.seconds += limiter.ready_in(user, count) + 1e-9
        assert limiter.reserve(user, count) == 0


@pytest.mark.parametrize(("form", "in_all", "to_one"), [(Telegram.form, 30, 1), (FORM, 50, 5)])
def test_each_messenger_is_kept_within_its_own_limits(form, in_all, to_one):
    """Telegram takes 30 a second and one in each chat, an Official Account more (channels.md §1.9, §3.1)."""
    limiter = limiter_of(form)
    assert limiter.rate == in_all
    assert limiter.reserve("lan") == 0
    assert limiter.ready_in("lan") == pytest.approx(1 / to_one, rel=0.1)
