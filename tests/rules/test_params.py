"""Parameters as JSON: what a letter says and a conversation remembers comes back as it was."""

import json
from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from quarantine.messages import Term
from quarantine.params import pack, pack_params, unpack, unpack_params

START = datetime(1950, 1, 1, tzinfo=UTC)
SPANS = st.timedeltas(timedelta(0), timedelta(days=40_000))
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=7))])
KEYS = st.text("abcdefgh_.", min_size=1, max_size=12)
SIMPLE = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.dates()
    | st.builds(lambda span, zone: (START + span).astimezone(zone), SPANS, ZONES)
)
VALUES = st.recursive(
    SIMPLE,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.builds(Term, KEYS, st.dictionaries(KEYS, inner, max_size=3))
    ),
    max_leaves=12,
)


def through_json(value):
    """The value after the way through the outbox."""
    return unpack(json.loads(json.dumps(pack(value), ensure_ascii=False)))


@given(VALUES)
def test_every_value_comes_back(value):
    """Text, numbers, days, instants, terms, lists and mappings survive, nested as they like."""
    back = through_json(value)
    assert back == value
    assert type(back) is type(value)


@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_all_parameters_of_a_message_come_back(params):
    """The parameters of a letter are what was said."""
    assert unpack_params(json.loads(json.dumps(pack_params(params)))) == params


@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_packing_is_stable(params):
    """What was unpacked packs into the same text: a conversation that did not change is not written again."""
    packed = pack_params(params)
    assert pack_params(unpack_params(packed)) == packed


def test_an_instant_keeps_its_moment_and_a_day_stays_a_day():
    """Midnight in Vietnam is an instant of the day before in UTC; a date has no zone to be moved by."""
    midnight = datetime(2026, 12, 4, tzinfo=timezone(timedelta(hours=7)))
    assert through_json(midnight) == datetime(2026, 12, 3, 17, tzinfo=UTC)
    assert through_json(date(2026, 12, 4)) == date(2026, 12, 4)


def test_sets_come_back_sorted_and_tuples_as_lists():
    """JSON knows neither: signs become a list in a fixed order."""
    assert through_json(frozenset({"rash", "cough"})) == ["cough", "rash"]
    assert through_json((1, "a")) == [1, "a"]
