"""What counts as an answer: ticks, several choices at once, words that are read, three unclear ones."""

from __future__ import annotations

from datetime import date

import pytest

from quarantine.conversation import FINISH, Ask
from quarantine.letters import Option
from quarantine.location import Fix, Source
from quarantine.messages import Contact, Kind
from tests.conversation.toy import DAY, SIZE, TABLE, TeaHouse, guest

# Many choices


def test_ticks_are_kept_until_done():
    """A press ticks, a second one unticks; "Xong" comes with the first tick and gives all that is ticked."""
    me = guest()
    me.says("/ask_drinks")
    assert FINISH not in [option.value for option in me.options()]
    me.presses("tea")
    me.presses("milk")
    assert me.picked() == ["tea", "milk"]
    me.presses("tea")
    assert me.picked() == ["milk"]
    me.presses("coffee")
    me.presses(FINISH)
    assert me.house.given == [("toy.drinks", frozenset({"milk", "coffee"}))]


def test_unticking_all_takes_done_away():
    """With nothing ticked there is nothing to finish: an old "Xong" is answered by what to do."""
    me = guest()
    me.says("/ask_drinks")
    ticked = me.presses("tea")
    me.presses("tea")
    assert FINISH not in [option.value for option in me.options()]
    me.presses(FINISH, ticked)
    assert me.leads == ["unclear.nothing_ticked"]
    assert me.house.given == []


def test_an_exclusive_choice_answers_alone():
    """An exclusive "Không có" is not one tick among others: it answers at once, whatever was ticked."""
    me = guest()
    me.says("/ask_drinks")
    me.presses("tea")
    me.presses("none")
    assert me.house.given == [("toy.drinks", frozenset({"none"}))]


def test_an_eager_choice_answers_at_once_with_what_was_ticked():
    """Nobody who cannot breathe should have to press "Xong"; nothing that was ticked is lost."""
    me = guest()
    me.says("/ask_drinks")
    me.presses("tea")
    me.presses("fire")
    assert me.house.given == [("toy.drinks", frozenset({"tea", "fire"}))]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2 4", {"tea", "milk"}),
        ("2,4", {"tea", "milk"}),
        ("2 va 4", {"tea", "milk"}),
        ("trà, sữa", {"tea", "milk"}),
        ("tra, sua", {"tea", "milk"}),
        ("cà phê và trà", {"coffee", "tea"}),
        ("TOY.TEA", {"tea"}),
        ("1", {"none"}),
        ("khong", {"none"}),
        ("chay", {"fire"}),
        ("2 2 2", {"tea"}),
    ],
)
def test_several_choices_may_be_typed_at_once(typed, meant):
    """Words such as "1 3 5" and "sốt, ho" answer at once: by number, label or keyword, without marks too."""
    me = guest()
    me.says("/ask_drinks")
    me.says(typed)
    assert me.house.given == [("toy.drinks", frozenset(meant))]


@pytest.mark.parametrize("typed", ["1 2", "không, trà", "2 9", "trà, rượu", "0", "2 4 rồi thôi nhé cô"])
def test_what_contradicts_itself_or_is_not_offered_is_asked_again(typed):
    """A "không có" with something else, or a choice that is not there, is never guessed at."""
    me = guest()
    me.says("/ask_drinks")
    me.says(typed)
    assert me.house.given == []
    assert me.leads == ["unclear.many"]


def test_typing_adds_to_what_was_ticked():
    """Pressed and typed belong together: one who ticks tea and types milk has both."""
    me = guest()
    me.says("/ask_drinks")
    me.presses("tea")
    me.says("sữa")
    assert me.house.given == [("toy.drinks", frozenset({"tea", "milk"}))]


# One choice, and what is read


@pytest.mark.parametrize("typed", ["2", "TO", "tô", "toy.large", " Toy Large "])
def test_one_choice_by_number_label_or_keyword(typed):
    """Whoever may press may also type, with or without marks (DESIGN.md §3)."""
    me = guest()
    me.says("/ask_size")
    me.says(typed)
    assert me.house.given == [("toy.size", "l")]


def test_a_choice_found_on_the_way_comes_first_and_may_be_typed():
    """Choices that a handler found stand before the fixed ones; numbers follow what is seen."""
    house = TeaHouse()
    house.following["toy.name"] = Ask(SIZE, options=(Option("xl", "Bát"),))
    me = guest(house)
    me.says("/ask_name")
    me.says("Lan")
    assert [option.value for option in me.options()] == ["xl", "s", "l"]
    me.says("1")
    assert me.house.given[-1] == ("toy.size", "xl")


@pytest.mark.parametrize(
    ("command", "typed", "value"),
    [("table", "5", 5.0), ("name", "Bàn cạnh cửa", "Bàn cạnh cửa"), ("place", "tại quán", "here")],
)
def test_a_free_answer_is_read(command, typed, value):
    """Text, number, and the choices beside a free answer."""
    me = guest()
    me.says(f"/ask_{command}")
    me.says(typed)
    assert me.house.given == [(f"toy.{command}", value)]


@pytest.mark.parametrize(
    ("command", "typed", "why"),
    [
        ("table", "10", "unclear.number"),
        ("table", "cạnh cửa", "unclear.number"),
        ("day", "31/02/2026", "unclear.date"),
        ("name", "/start_over", "unclear.text"),
        ("name", "à" * 501, "unclear.too_long"),
        ("place", "ở đây nè", "unclear.location"),
        ("size", "vừa", "unclear.one"),
    ],
)
def test_an_answer_that_cannot_be_read_is_asked_again(command, typed, why):
    """The question stays, with a sentence that says what would be understood."""
    me = guest()
    me.says(f"/ask_{command}")
    me.says(typed)
    assert me.house.given == []
    assert me.leads == [why]
    assert me.open == [f"toy.{command}"]


def test_a_position_answers_a_location_and_a_contact_does_not():
    """Each kind of question takes its kind of answer."""
    me = guest()
    me.says("/ask_place")
    me.phone.sends(Kind.CONTACT, contact=Contact("+84912000000", own=True))
    assert me.leads == ["unclear.contact"]
    fix = Fix(22.66, 106.25, 10.0, me.world.now, Source.PIN)
    me.phone.sends(Kind.LOCATION, fix=fix)
    assert me.house.given == [("toy.place", fix)]


# Three unclear answers


def test_the_third_unclear_answer_is_handed_over_in_its_own_words():
    """A human reads all that was written; the question stays open and counting begins anew."""
    me = guest()
    me.says("/ask_size")
    for text in ("vừa", "hơi to", "cỡ của bà ấy"):
        me.says(text)
    assert me.house.handed_over == [["vừa", "hơi to", "cỡ của bà ấy"]]
    assert me.leads == ["toy.handed_over"]
    assert me.open == ["toy.size"]
    me.says("sao cơ")
    assert len(me.house.handed_over) == 1
    assert me.leads == ["unclear.one"]
    me.says("to")
    assert me.house.given == [("toy.size", "l")]


def test_an_answer_ends_the_counting():
    """Only unclear answers to one and the same question count."""
    house = TeaHouse()
    house.following["toy.size"] = TABLE
    me = guest(house)
    me.says("/ask_size")
    me.says("vừa")
    me.says("ừm")
    me.says("to")
    me.says("cái kia")
    me.says("bàn kia kìa")
    assert house.handed_over == []


@pytest.mark.parametrize("question", ["place", "table"])
def test_a_number_names_a_choice_where_it_is_no_answer_itself(question):
    """Who sees a numbered list types its number, also where a position is asked for."""
    me = guest()
    me.says(f"/ask_{question}")
    me.says("1")
    assert me.house.given == [("toy.place", "here") if question == "place" else ("toy.table", 1)]


def test_a_number_names_a_choice_beside_a_date_first():
    """Under "1. Hôm nay" a typed 1 is today, not the first of the month; a whole date stays one."""
    house = TeaHouse()
    house.following["toy.size"] = Ask(DAY, options=(Option("today", "Hôm nay"),))
    me = guest(house)
    for typed in ("1", "20/11/2026"):
        me.says("/ask_size")
        me.presses("l")
        me.says(typed)
    assert [value for key, value in house.given if key == "toy.day"] == ["today", date(2026, 11, 20)]
