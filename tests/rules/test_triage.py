"""Triage by enumeration: every set of signs with every temperature that can matter."""

from itertools import combinations

import pytest

from quarantine.triage import COLD, HOT, RED_SIGNS, WARM, Level, Thresholds, needs_temperature, triage

SIGNS = (
    "fever",
    "cough",
    "breathless",
    "sore_throat",
    "vomiting",
    "diarrhoea",
    "bleeding",
    "rash",
    "chest_pain",
    "unheard_of",
)
SETS = [frozenset(chosen) for size in range(len(SIGNS) + 1) for chosen in combinations(SIGNS, size)]
TEMPERATURES = (34.0, 35.4, 35.5, 36.8, 37.4, 37.5, 38.9, 39.0, 42.5)


@pytest.mark.parametrize("temperature", [None, *TEMPERATURES])
def test_the_rule_over_every_set_of_signs(temperature):
    """RED: a red sign or ≥ 39; AMBER: any other sign, ≥ 37.5 or < 35.5; otherwise GREEN."""
    for signs in SETS:
        level = triage(signs, temperature).level
        if signs & RED_SIGNS or (temperature or 0) >= 39:
            assert level is Level.RED
        elif signs or (temperature is not None and not 35.5 <= temperature < 37.5):
            assert level is Level.AMBER
        else:
            assert level is Level.GREEN


def test_one_more_sign_never_lowers_the_level():
    """A report with one more sign is at least as urgent, at every temperature."""
    for signs in SETS:
        for temperature in (None, *TEMPERATURES):
            before = triage(signs, temperature).level
            assert all(triage(signs | {more}, temperature).level >= before for more in SIGNS)


def test_a_higher_temperature_never_lowers_the_level():
    """From normal upwards a higher temperature is at least as urgent, and so is a lower one downwards."""
    upwards = [round(35.5 + step / 10, 1) for step in range(71)]
    downwards = [round(37.4 - step / 10, 1) for step in range(35)]
    for signs in SETS:
        for way in (upwards, downwards):
            levels = [triage(signs, temperature).level for temperature in way]
            assert levels == sorted(levels)


def test_reasons_name_everything_gravest_first():
    """The officer sees what made it red before what made it amber; nothing present is left out."""
    assert triage({"cough", "breathless", "rash"}, 37.5).reasons == ("breathless", "cough", "rash", WARM)
    assert triage({"cough"}, 39.0).reasons == (HOT, "cough")
    assert triage((), 35.4).reasons == (COLD,)
    assert triage((), 36.6).reasons == ()
    for signs in SETS:
        assert set(triage(signs, None).reasons) == signs


def test_thresholds_are_data():
    """Another protocol may set other temperatures and other red signs."""
    strict = Thresholds(red_temperature=38.5, amber_temperature=37.0, red_signs=frozenset({"rash"}))
    assert triage({"rash"}, None, strict).level is Level.RED
    assert triage({"breathless"}, None, strict).level is Level.AMBER
    assert triage((), 38.5, strict).level is Level.RED
    assert triage((), 37.0, strict).level is Level.AMBER


def test_temperature_is_asked_only_when_something_is_present():
    """Well and at home is two taps: no temperature then (issue 2 item 6)."""
    assert not needs_temperature(frozenset())
    assert needs_temperature({"fever"})
    assert needs_temperature(["rash"])
