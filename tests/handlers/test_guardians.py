"""Guardians: what is taken for a grown-up's name, and who has to have one."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from handlers.guardians import KIN, needed, read_guardian
from quarantine.conversation import Unclear
from quarantine.people import Person


@pytest.mark.parametrize(
    ("typed", "name"),
    [("trần văn nam", "Trần Văn Nam"), ("Lan", "Lan"), ("NGUYỄN THỊ BA", "Nguyễn Thị Ba")],
)
def test_a_name_is_taken_as_one_is_called(typed, name):
    """One word is enough, and it is written as names are."""
    assert read_guardian(None, typed) == (name,)


@pytest.mark.parametrize("typed", [*sorted(KIN), "Mẹ", "Bà ngoại", "0987 000 004", "x", "?", "a" * 200])
def test_what_a_family_calls_somebody_is_no_name(typed):
    """Letters begin with the name and the officer asks for it: "Chào anh/chị Mẹ" would serve neither."""
    with pytest.raises(Unclear):
        read_guardian(None, typed)


@pytest.mark.parametrize(
    ("born", "asked"), [(2020, True), (2011, True), (2010, False), (1960, False), (None, False)]
)
def test_under_sixteen_a_grown_up_is_asked_for(born, asked):
    """Nobody under 16 answers alone; of unknown age nobody is taken for a child."""
    file = SimpleNamespace(person=Person(1, "Triệu Thị Na", birth_year=born))
    turn = SimpleNamespace(person=None, now=datetime(2026, 12, 3, tzinfo=UTC))
    assert needed(turn, file) is asked


def test_whoever_is_known_in_the_chat_is_not_asked_who_they_are():
    """A second code in a chat that speaks for somebody: they answer for the child too."""
    file = SimpleNamespace(person=Person(1, "Triệu Thị Na", birth_year=2020))
    turn = SimpleNamespace(person=Person(2, "Triệu Thị Mây"), now=datetime(2026, 12, 3, tzinfo=UTC))
    assert not needed(turn, file)
