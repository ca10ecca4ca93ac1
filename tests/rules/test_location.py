"""Positions: distance is a metric, verdicts follow domain.md E3, grades follow how a position was shared."""

import csv
import math
import os
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarantine.location import (
    Fix,
    Grade,
    Judgement,
    LocationRule,
    Source,
    Verdict,
    distance_m,
    grade,
    judge,
    valid_coordinates,
    worth_storing,
)

DATA = Path(os.environ.get("CACHLY_TEST_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
TRAJECTORY = DATA / "gps" / "google_trajectory.csv"
NOW = datetime(2026, 12, 5, 0, 35, tzinfo=UTC)
HOME = (21.0341, 105.8200)
METRE = 180 / (math.pi * 6_371_008.8)
RULE = LocationRule()

places = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
SEVERITY = {Verdict.INSIDE: 0, Verdict.UNCERTAIN: 1, Verdict.FAR: 2}


def fix(north=0.0, accuracy=20.0, age=0.0, source=Source.PIN):
    """A position so many metres north of home, so many seconds old."""
    return Fix(HOME[0] + north * METRE, HOME[1], accuracy, NOW - timedelta(seconds=age), source)


@given(places, places, places)
def test_distance_is_a_metric(a, b, c):
    """Never negative, zero to itself, the same both ways, no shorter by a detour, at most half the globe."""
    assert distance_m(a, a) == 0
    assert distance_m(a, b) == pytest.approx(distance_m(b, a), abs=1e-6)
    assert 0 <= distance_m(a, b) <= math.pi * 6_371_009
    assert distance_m(a, c) <= distance_m(a, b) + distance_m(b, c) + 0.5


@given(st.floats(0.1, 5_000), st.floats(0, 2 * math.pi))
def test_distance_agrees_with_plain_geometry(metres, bearing):
    """Around a dwelling the globe is flat: the distance is the one that was walked."""
    lat = HOME[0] + metres * math.cos(bearing) * METRE
    lng = HOME[1] + metres * math.sin(bearing) * METRE / math.cos(math.radians(HOME[0]))
    assert distance_m(HOME, (lat, lng)) == pytest.approx(metres, rel=2e-3)


def test_distance_of_known_places():
    """Hồ Gươm to Bến Thành is about 1,144 km as the crow flies."""
    assert distance_m((21.0287, 105.8524), (10.7725, 106.6980)) == pytest.approx(1_144_000, rel=0.01)


@pytest.mark.parametrize(
    ("north", "accuracy", "verdict"),
    [
        (0, 20, Verdict.INSIDE),
        (119, 20, Verdict.INSIDE),
        (121, 20, Verdict.UNCERTAIN),
        (199, 100, Verdict.INSIDE),
        (199, 200, Verdict.INSIDE),
        (201, 200, Verdict.UNCERTAIN),
        (199, None, Verdict.INSIDE),
        (201, None, Verdict.UNCERTAIN),
        (299, 20, Verdict.UNCERTAIN),
        (301, 20, Verdict.FAR),
        (301, None, Verdict.FAR),
        (301, 200, Verdict.FAR),
        (301, 201, Verdict.UNCERTAIN),
        (0, 201, Verdict.UNCERTAIN),
        (50_000, 1_001, Verdict.UNCERTAIN),
        (199, -5, Verdict.INSIDE),
        (199, 0, Verdict.INSIDE),
        (199, math.nan, Verdict.INSIDE),
    ],
)
def test_the_edges_of_the_rule(north, accuracy, verdict):
    """domain.md E3 at each of its borders; no accuracy counts as 100 m, nonsense as no accuracy."""
    judged = judge(fix(north, accuracy), HOME, NOW)
    assert judged.verdict is verdict
    assert judged.distance_m == pytest.approx(north, abs=0.01)


@pytest.mark.parametrize("age", [301, 86_400, -301])
def test_old_fixes_and_wrong_clocks_are_stale(age):
    """A position older than five minutes, or from a clock that far ahead, says nothing about now."""
    assert judge(fix(age=age), HOME, NOW).verdict is Verdict.STALE
    assert judge(fix(age=math.copysign(300, age)), HOME, NOW).verdict is Verdict.INSIDE


def test_forwarded_none_and_no_home():
    """Forwarded is stale; nothing shared is none; without a home point nothing can be said."""
    assert judge(fix(source=Source.FORWARDED), HOME, NOW).verdict is Verdict.STALE
    assert judge(None, HOME, NOW) == Judgement(Verdict.NONE)
    assert judge(fix(), None, NOW) == Judgement(Verdict.UNCERTAIN, None, 20.0)
    assert judge(Fix(math.nan, 105.8, 20, NOW, Source.PIN), HOME, NOW).verdict is Verdict.NONE
    assert judge(Fix(0, 0, 20, NOW, Source.PIN), HOME, NOW).verdict is Verdict.NONE


@given(st.floats(0, 2_000), st.floats(0, 2_000), st.none() | st.floats(0.1, 2_000))
def test_farther_is_never_better(near, away, accuracy):
    """With the same accuracy a greater distance never gives a kinder verdict."""
    near, away = sorted((near, away))
    verdicts = [judge(fix(north, accuracy), HOME, NOW).verdict for north in (near, away)]
    assert SEVERITY[verdicts[0]] <= SEVERITY[verdicts[1]]


@given(st.floats(0, 2_000), st.floats(0.1, 2_000), st.floats(0.1, 2_000))
def test_a_worse_accuracy_never_accuses(north, better, worse):
    """The vaguer a position, the less it can say that somebody is far."""
    better, worse = sorted((better, worse))
    if judge(fix(north, worse), HOME, NOW).verdict is Verdict.FAR:
        assert judge(fix(north, better), HOME, NOW).verdict is Verdict.FAR


@given(st.floats(0, 2_000), st.floats(1, 500), st.floats(1, 500))
def test_a_wider_limit_never_accuses(north, small, large):
    """Raising the limit in the protocol makes no verdict worse."""
    small, large = sorted((small, large))
    verdicts = [judge(fix(north), HOME, NOW, LocationRule(limit_m=limit)).verdict for limit in (large, small)]
    assert SEVERITY[verdicts[0]] <= SEVERITY[verdicts[1]]


@pytest.mark.parametrize(
    ("shared", "replied", "edits", "replayed", "expected"),
    [
        (fix(source=Source.LIVE), True, 3, False, Grade.A),
        (fix(source=Source.LIVE), False, 400, False, Grade.A),
        (fix(source=Source.LIVE), True, 2, False, Grade.B),
        (fix(source=Source.LIVE, accuracy=101), True, 9, False, Grade.B),
        (fix(source=Source.LIVE, accuracy=None), True, 9, False, Grade.C),
        (fix(), True, 0, False, Grade.B),
        (fix(accuracy=None), True, 0, False, Grade.B),
        (fix(source=Source.WEB), True, 0, False, Grade.B),
        (fix(source=Source.WEB), True, 0, True, Grade.D),
        (fix(source=Source.WEB, age=301), True, 0, False, Grade.D),
        (fix(source=Source.WEB), False, 0, False, Grade.C),
        (fix(), False, 0, False, Grade.C),
        (fix(source=Source.VENUE), True, 0, False, Grade.C),
        (fix(source=Source.MAP, accuracy=None), True, 0, False, Grade.C),
        (fix(source=Source.INLINE), True, 0, False, Grade.C),
        (fix(source=Source.TYPED), True, 0, False, Grade.C),
        (fix(source=Source.FORWARDED), True, 0, False, Grade.D),
        (fix(age=301), True, 0, False, Grade.D),
        (fix(source=Source.LIVE, age=301), True, 9, False, Grade.D),
        (fix(), True, 0, True, Grade.D),
    ],
)
def test_grades(shared, replied, edits, replayed, expected):
    """channels.md 4.2: a moving live share, a fresh answer, a picked place, nothing at all."""
    assert grade(shared, replied, NOW, live_edits=edits, replayed=replayed) is expected


@pytest.mark.parametrize(
    ("lat", "lng", "valid"),
    [
        (21.0, 105.8, True),
        (-90, 180, True),
        (90.1, 0.5, False),
        (21, 180.1, False),
        (0, 0, False),
        (math.nan, 105.8, False),
        (21, math.inf, False),
    ],
)
def test_valid_coordinates(lat, lng, valid):
    """Coordinates off the globe, not numbers, or exactly zero are no position."""
    assert valid_coordinates(lat, lng) is valid


def test_live_updates_are_stored_once_a_minute_or_on_a_new_verdict():
    """A live share edits every four seconds for hours; only a minute or a change is worth a row."""
    home, away = Judgement(Verdict.INSIDE, 10, 20), Judgement(Verdict.FAR, 900, 20)
    assert worth_storing(None, None, home, NOW)
    assert not worth_storing(home, NOW - timedelta(seconds=59), Judgement(Verdict.INSIDE, 90, 20), NOW)
    assert worth_storing(home, NOW - timedelta(seconds=60), home, NOW)
    assert worth_storing(home, NOW - timedelta(seconds=4), away, NOW)


def recorded():
    """The fixes of one recorded day, oldest first."""
    if not TRAJECTORY.exists():
        pytest.skip(f"the recorded trajectory is not at {TRAJECTORY}")
    with TRAJECTORY.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    fixes = [
        Fix(
            float(row["latitude"]),
            float(row["longitude"]),
            float(row["accuracy"]),
            datetime.fromisoformat(row["tracked_at"]),
            Source.LIVE,
        )
        for row in rows
    ]
    return sorted(fixes, key=lambda one: one.taken_at)


def test_a_recorded_day_gives_sane_verdicts():
    """Real fixes: valid, at walking to driving speed between exact ones, and no vague one says FAR."""
    fixes = recorded()
    assert len(fixes) > 400
    assert all(valid_coordinates(one.lat, one.lng) for one in fixes)
    exact = [one for one in fixes if one.accuracy_m <= 50]
    for before, after in pairwise(exact):
        seconds = (after.taken_at - before.taken_at).total_seconds()
        moved = distance_m((before.lat, before.lng), (after.lat, after.lng))
        assert moved <= 50 * seconds + 200
    home = (exact[-1].lat, exact[-1].lng)
    judged = [judge(one, home, one.taken_at) for one in fixes]
    assert all(j.verdict is Verdict.UNCERTAIN for j in judged if j.accuracy_m > RULE.uncertain_accuracy_m)
    assert {j.verdict for j in judged} >= {Verdict.INSIDE, Verdict.UNCERTAIN}


def test_a_recorded_day_is_stored_about_once_a_minute():
    """Coalescing the recorded day keeps less than one row a minute and every change of verdict."""
    fixes = recorded()
    home = (fixes[-1].lat, fixes[-1].lng)
    kept: list[tuple[Judgement, datetime]] = []
    for one in fixes:
        judged = judge(one, home, one.taken_at)
        last, last_at = kept[-1] if kept else (None, None)
        if worth_storing(last, last_at, judged, one.taken_at):
            kept.append((judged, one.taken_at))
    for (before, at), (after, then) in pairwise(kept):
        assert before.verdict is not after.verdict or then - at >= timedelta(minutes=1)
