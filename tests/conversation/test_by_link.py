"""A position that comes by a link answers the question its link was made for, and no other."""

from __future__ import annotations

import pytest

from quarantine.conversation import Again, Ask, Standing
from quarantine.location import Fix, Source
from quarantine.messages import Kind, Term
from quarantine.numbers import number
from tests.conversation.toy import PLACE, SIZE, TABLE, TeaHouse, guest

REMINDER = "w"
"""The letter of a standing question of this file."""


def sends(me, mark, lat=22.66):
    """Use the link that was made for the question with this number."""
    fix = Fix(lat, 106.25, 15.0, me.world.now, Source.WEB)
    return me.phone.sends(Kind.LOCATION, fix=fix, answers=mark)


def reminding(question, *, until=None):
    """A tea house whose reminders ask this question while it stands."""
    house = TeaHouse()
    standing: set[int] = {7}

    def opened(_turn, row):
        return Ask(question, memory={"reminder": row}) if row in standing else None

    house.script.stands(Standing(REMINDER, opened, lambda _turn, _row: Term("toy.gone")))
    return house, standing


def test_it_answers_its_question():
    """The handler gets the position, marked as sent by our own page."""
    me = guest()
    asked = me.says("/ask_place")
    sends(me, asked.asked.number)
    ((key, fix),) = me.house.given
    assert (key, fix.source, fix.lat) == ("toy.place", Source.WEB, 22.66)
    assert me.open == []


def test_it_answers_its_question_below_a_newer_one():
    """As with a button: the question it belongs to may be any that is still open."""
    me = guest()
    asked = me.says("/ask_place")
    me.says("/ask_name")
    sends(me, asked.asked.number)
    assert [key for key, _ in me.house.given] == ["toy.place"]
    assert me.open == ["toy.name"]
    assert me.leads == ["resume"]


def test_it_answers_no_other_question_about_a_place():
    """A link made for an earlier question says nothing to a later one, although that takes positions too."""
    me = guest()
    old = me.says("/ask_place")
    me.presses("here")
    assert me.open == []
    me.says("/ask_place")
    sends(me, old.asked.number)
    assert [key for key, _ in me.house.given] == ["toy.place"]
    assert me.leads == ["stale.place"]
    assert me.open == ["toy.place"]


@pytest.mark.parametrize("command", ["/ask_name", "/ask_size"])
def test_it_answers_no_question_of_another_kind(command):
    """Even under the number of a question that is open: that one asks for something else."""
    me = guest()
    asked = me.says(command)
    sends(me, asked.asked.number)
    assert me.house.given == []
    assert me.leads == ["stale.place"]


def test_with_nothing_open_it_gets_a_polite_answer():
    """Sent after all: told that it is not needed any more, not silently dropped."""
    me = guest()
    asked = me.says("/ask_place")
    me.presses("here")
    sends(me, asked.asked.number)
    assert me.phone.letters[-1].key == "stale.place_idle"
    assert len(me.house.given) == 1


@pytest.mark.parametrize("mark", ["", "q", "q0", "zz", "o9", "đ", "w8"])
def test_a_number_that_never_was_answers_nothing(mark):
    """Whatever stands in the link, only an open question takes the position."""
    house, _ = reminding(PLACE)
    me = guest(house)
    me.says("/ask_name")
    sends(me, mark)
    assert house.given == []
    assert me.open == ["toy.name"]


def test_it_answers_a_question_that_stands_outside_the_conversation():
    """The link under a reminder opens the question and answers it at once."""
    house, _ = reminding(PLACE)
    me = guest(house)
    sends(me, number(REMINDER, 7))
    assert [key for key, _ in house.given] == ["toy.place"]


def test_it_answers_what_a_standing_question_has_become():
    """The reminder's link counts when the same matter has got to its place in the conversation."""
    house, _ = reminding(SIZE)
    house.following["toy.size"] = PLACE
    me = guest(house)
    mark = number(REMINDER, 7)
    me.phone.sends(Kind.PRESS, pressed=f"{mark}:l")
    assert me.open == ["toy.place"]
    sends(me, mark)
    assert [key for key, _ in house.given] == ["toy.size", "toy.place"]


@pytest.mark.parametrize("further", [None, TABLE])
def test_it_does_not_open_a_standing_question_of_another_kind(further):
    """Nor one that has got to something else by now."""
    house, _ = reminding(SIZE)
    me = guest(house)
    mark = number(REMINDER, 7)
    if further is not None:
        house.following["toy.size"] = further
        me.phone.sends(Kind.PRESS, pressed=f"{mark}:l")
    before, given = me.open, list(house.given)
    sends(me, mark)
    assert (me.open, house.given) == (before, given)


def test_it_does_not_answer_a_standing_question_that_is_over():
    """A reminder of yesterday: its time is over, and so is its link's."""
    house, standing = reminding(PLACE)
    standing.clear()
    me = guest(house)
    sends(me, number(REMINDER, 7))
    assert house.given == []
    assert me.phone.letters[-1].key == "stale.place_idle"


@pytest.mark.parametrize("mark", ["", "q"])
def test_a_link_without_a_number_does_not_fall_to_a_question_about_a_place(mark):
    """A question that is about no prompt and no task is not the one of a link that names nothing."""
    me = guest()
    me.says("/ask_place")
    sends(me, mark)
    assert me.house.given == []


def test_asked_again_it_takes_the_next_position():
    """A position that was not clear is asked for once more, under the same number."""
    house = TeaHouse()
    house.following["toy.place"] = Again(Term("toy.farther"))
    me = guest(house)
    first = me.says("/ask_place")
    sends(me, first.asked.number)
    assert (me.leads, me.open) == (["toy.farther"], ["toy.place"])
    sends(me, me.phone.letters[-1].asked.number, lat=22.67)
    assert [fix.lat for _, fix in house.given] == [22.66, 22.67]
