"""The stack of subjects: presses, standing questions, interruptions, the way back, deploys."""

from __future__ import annotations

import json

import pytest

from quarantine.conversation import CANCEL, Ask, Question, Script
from quarantine.frames import STEPS, unpack_frames
from quarantine.letters import Option
from quarantine.messages import Kind
from quarantine.numbers import number
from quarantine.stack import DEPTH
from tests.conversation.toy import DRINKS, FRIEND, LETTER, ME, NAME, SIZE, TABLE, TeaHouse, guest

# Presses


def test_a_press_on_a_question_that_was_answered_is_stale():
    """A button carries the number of its question: an old one gets a polite answer and changes nothing."""
    house = TeaHouse()
    house.following["toy.size"] = TABLE
    me = guest(house)
    old = me.says("/ask_size")
    me.presses("l")
    me.presses("s", old)
    assert house.given == [("toy.size", "l")]
    assert me.leads == ["stale.button"]
    assert me.open == ["toy.table"]


def test_a_press_with_nothing_open_is_stale_too():
    """Yesterday's button is answered, not silently dropped."""
    me = guest()
    old = me.says("/ask_size")
    me.presses("l")
    me.presses("l", old)
    assert me.phone.letters[-1].key == "stale.idle"
    assert me.house.given == [("toy.size", "l")]


def test_a_button_answers_any_question_that_is_still_open():
    """Typed words answer the newest question, a button the one that it belongs to."""
    me = guest()
    size = me.says("/ask_size")
    me.says("/ask_name")
    assert me.open == ["toy.size", "toy.name"]
    me.presses("l", size)
    assert me.house.given == [("toy.size", "l")]
    assert me.open == ["toy.name"]
    me.says("Lan")
    assert me.house.given[-1] == ("toy.name", "Lan")


def test_the_first_reply_to_a_press_takes_the_place_of_the_pressed_message():
    """Edit in place is decided here, and for the first reply only (DESIGN.md §3)."""
    me = guest()
    size = me.says("/ask_size")
    me.says("/ask_name")
    before = len(me.phone.letters)
    me.presses("l", size)
    thanks, resumed = me.phone.letters[before:]
    assert thanks.replaces == f"m{size.id}"
    assert resumed.replaces is None


def test_a_request_for_a_location_is_a_message_of_its_own():
    """The phone's own button cannot be drawn by an edit."""
    house = TeaHouse()
    house.following["toy.size"] = house.script.questions["toy.place"]
    me = guest(house)
    me.says("/ask_size")
    asked = me.presses("l")
    assert asked.asked is not None
    assert asked.asked.want is not None
    assert asked.replaces is None


def test_typed_words_replace_nothing():
    """Only a press has a message to replace."""
    me = guest()
    me.says("/ask_size")
    assert me.says("to").replaces is None


# Standing questions


def test_a_standing_question_waits_outside_the_conversation():
    """A card may be pressed at any time while it stands, and may not when it no longer does."""
    me = guest()
    me.house.offers = {7}
    me.phone.sends(Kind.PRESS, pressed=f"{number(LETTER, 7)}:yes")
    assert me.house.given == [("toy.offer", "yes")]
    me.phone.sends(Kind.PRESS, pressed=f"{number(LETTER, 7)}:yes")
    assert me.phone.letters[-1].key == "toy.gone"
    assert me.house.given == [("toy.offer", "yes")]


def test_a_standing_question_that_closes_takes_its_conversation_along():
    """What somebody else has settled meanwhile is no longer asked: the next words begin anew."""
    me = guest()
    me.house.offers = {7}
    me.house.following["toy.offer"] = NAME
    me.phone.sends(Kind.PRESS, pressed=f"{number(LETTER, 7)}:yes")
    assert me.open == ["toy.name"]
    me.house.offers = set()
    me.says("Lan")
    assert me.house.given == [("toy.offer", "yes")]
    assert me.phone.letters[-1].key == "toy.idle"
    assert me.open == []


def test_a_second_press_on_a_card_that_has_moved_on_asks_what_is_open():
    """Pressing "nhận" twice does not begin the subject anew: nothing that was given is lost."""
    me = guest()
    me.house.offers = {7}
    me.house.following["toy.offer"] = NAME
    for _ in range(2):
        me.phone.sends(Kind.PRESS, pressed=f"{number(LETTER, 7)}:yes")
    assert me.house.given == [("toy.offer", "yes")]
    assert me.leads == ["stale.button"]
    assert me.frames[-1].memory == {"offer": 7, "toy.offer": "yes"}


def test_leaving_a_standing_question_is_said_in_its_own_words():
    """To leave a check-in is not to throw a draft away: it can still be answered later."""
    me = guest()
    me.house.offers = {7}
    me.house.following["toy.offer"] = NAME
    me.phone.sends(Kind.PRESS, pressed=f"{number(LETTER, 7)}:yes")
    me.says("hủy")
    assert me.phone.letters[-1].key == "toy.offer_left"
    me.phone.sends(Kind.PRESS, pressed=f"{number(LETTER, 7)}:yes")
    assert me.open == ["toy.name"]


# Interruptions and the way back


def test_what_was_interrupted_is_offered_again():
    """A new subject lies on top; when it is closed the one below is asked again, with its memory."""
    house = TeaHouse()
    house.following["toy.name"] = SIZE
    me = guest(house)
    me.says("/ask_name")
    me.says("Lan")
    me.says("/ask_table")
    me.says("5")
    assert me.leads == ["resume"]
    assert me.phone.letters[-1].key == "toy.size"
    assert me.frames[-1].memory == {"toy.name": "Lan"}


def test_memories_of_two_subjects_do_not_mix():
    """What one subject gathers is not seen by the other."""
    house = TeaHouse()
    house.following.update({"toy.name": SIZE, "toy.table": DRINKS})
    me = guest(house)
    for text in ("/ask_name", "Lan", "/ask_table", "5"):
        me.says(text)
    assert [frame.memory for frame in me.frames] == [{"toy.name": "Lan"}, {"toy.table": "5.0"}]


def test_a_half_answered_subject_survives_being_begun_anew():
    """Asking for the same subject again does not throw away what had been gathered of it."""
    house = TeaHouse()
    house.following.update({"toy.name": SIZE, "toy.size": NAME})
    me = guest(house)
    for text in ("/ask_name", "Lan", "to", "/ask_name"):
        me.says(text)
    assert {"toy.name": "Lan", "toy.size": "l"} in [frame.memory for frame in me.frames]


def test_a_subject_that_has_only_just_begun_is_not_begun_twice():
    """A command sent three times leaves one question open, not three."""
    me = guest()
    for _ in range(3):
        me.says("/ask_name")
    assert me.open == ["toy.name"]


def test_the_stack_is_short():
    """At most five subjects wait: the oldest is let go, the newest is always asked."""
    me = guest()
    for name in ("drinks", "size", "table", "name", "day", "place"):
        me.says(f"/ask_{name}")
    assert len(me.open) == DEPTH
    assert me.open[-1] == "toy.place"


def test_back_undoes_one_answer_after_the_other():
    """Going back asks the question before, with what was known then, as often as there is one before."""
    house = TeaHouse()
    house.following.update({"toy.name": SIZE, "toy.size": TABLE})
    me = guest(house)
    for text in ("/ask_name", "Lan", "to"):
        me.says(text)
    me.says("quay lại")
    assert (me.open, me.frames[-1].memory) == (["toy.size"], {"toy.name": "Lan"})
    me.says("back")
    assert (me.open, me.frames[-1].memory) == (["toy.name"], {})
    me.says("quay lai")
    assert me.leads == ["back.first"]
    me.says("Mai")
    assert me.frames[-1].memory == {"toy.name": "Mai"}


def test_back_makes_the_buttons_of_the_later_question_stale():
    """After "quay lại" a press on the question that was left changes nothing."""
    house = TeaHouse()
    house.following.update({"toy.name": SIZE})
    me = guest(house)
    me.says("/ask_name")
    later = me.says("Lan")
    me.says("quay lại")
    me.presses("l", later)
    assert house.given == [("toy.name", "Lan")]
    assert me.leads == ["stale.button"]


def test_back_remembers_the_choices_that_were_found():
    """A question with found choices is asked again with the same ones."""
    house = TeaHouse()
    house.following["toy.name"] = Ask(SIZE, options=(Option("xl", "Bát"),))
    house.following["toy.size"] = TABLE
    me = guest(house)
    for text in ("/ask_name", "Lan", "to", "quay lại"):
        me.says(text)
    assert [option.value for option in me.options()] == ["xl", "s", "l"]


def test_the_way_back_has_an_end():
    """A conversation that goes round and round does not grow for ever."""
    house = TeaHouse()
    house.following["toy.name"] = NAME
    me = guest(house)
    me.says("/ask_name")
    for count in range(STEPS + 5):
        me.says(f"tên {count}")
    assert len(me.frames[-1].trail) == STEPS


@pytest.mark.parametrize(("word", "key"), [("hủy", "cancel.nothing"), ("quay lại", "cancel.nothing")])
def test_with_nothing_open_there_is_nothing_to_leave(word, key):
    """It is said, not ignored."""
    me = guest()
    assert me.says(word).key == key


@pytest.mark.parametrize(("word", "key"), [("trợ giúp", "toy.help"), ("gặp cán bộ", "toy.human")])
def test_help_and_human_come_first_and_the_question_again(word, key):
    """At every question: the answer to the wish, then what had been asked."""
    me = guest()
    me.says("/ask_name")
    before = len(me.phone.letters)
    me.says(word)
    assert [letter.key for letter in me.phone.letters[before:]] == [key, "toy.name"]


def test_cancel_offers_what_lay_below():
    """To cancel drops one subject, not all."""
    me = guest()
    me.says("/ask_size")
    me.says("/ask_name")
    me.says("hủy")
    assert me.open == ["toy.size"]
    assert me.leads == ["resume"]


# Deploys, chats and what is kept


def test_a_question_that_is_gone_after_a_deploy_falls_back():
    """A frame whose question no longer exists is dropped; what lay below it goes on."""
    me = guest()
    me.says("/ask_size")
    me.says("/ask_name")
    below, top = (frame.packed() for frame in me.frames)
    me.keeps(json.dumps([below, {**top, "q": "toy.abolished"}]))
    me.says("to")
    assert me.house.given == [("toy.size", "l")]
    me.keeps(json.dumps([{**top, "q": "toy.abolished"}]))
    assert me.says("xin chào").key == "toy.idle"


def test_back_skips_a_question_that_is_gone_after_a_deploy():
    """The way back leads over questions that exist."""
    house = TeaHouse()
    house.following.update({"toy.name": SIZE, "toy.size": TABLE})
    me = guest(house)
    for text in ("/ask_name", "Lan", "to"):
        me.says(text)
    packed = me.frames[-1].packed()
    packed["t"][-1]["q"] = "toy.abolished"
    me.keeps(json.dumps([packed]))
    me.says("quay lại")
    assert me.open == ["toy.name"]


def test_two_chats_of_one_person_share_one_conversation():
    """The conversation belongs to the person: begun on one phone it goes on on the other (DESIGN.md §3)."""
    me = guest()
    store = me.world.store
    store.add_unit(1, "CDC")
    person = store.add_staff(ME, "Lan", 1, "officer")
    store.addresses[FRIEND] = type(store.addresses[ME])(FRIEND, "telegram", person.id)
    me.says("/ask_name")
    other = me.world.phone(FRIEND)
    other.types("Lan")
    assert me.house.given == [("toy.name", "Lan")]
    assert me.open == []


def test_what_did_not_change_is_not_written():
    """A stale press leaves the conversation as it was: no row is written for it."""
    me = guest()
    me.says("/ask_name")
    version = me.world.store.conversations[ME][1]
    me.phone.sends(Kind.PRESS, pressed="q0:x")
    assert me.world.store.conversations[ME][1] == version


def test_every_kind_of_question_survives_packing():
    """The stack is text between two turns: all of it comes back (storage seals it)."""
    house = TeaHouse()
    house.following.update(
        {"toy.name": Ask(SIZE, {"n": 1}, (Option("xl", "Bát", wide=True),), {"a": [1, None]})}
    )
    me = guest(house)
    me.says("/ask_drinks")
    me.presses("tea")
    me.says("/ask_name")
    me.says("Lan")
    text = me.world.store.conversations[ME][0]
    drinks, size = unpack_frames(text)
    assert drinks.picked == ["tea"]
    assert (size.params, size.options[0].wide, size.memory) == (
        {"n": 1},
        True,
        {"toy.name": "Lan", "a": [1, None]},
    )
    assert len(size.trail) == 1


def test_two_handlers_for_one_question_are_refused():
    """A question that is registered twice is a mistake that shows at once."""
    script = Script()
    script.answers(NAME)(lambda _turn, _value: NAME)
    with pytest.raises(ValueError, match=r"toy\.name"):
        script.answers(Question("toy.name"))(lambda _turn, _value: NAME)


def test_a_cancel_button_does_what_the_word_does():
    """A review's "Hủy" is the word "hủy", pressed."""
    me = guest()
    asked = me.says("/ask_size")
    assert asked.asked is not None
    me.phone.sends(Kind.PRESS, pressed=f"{asked.asked.number}:{CANCEL}")
    assert me.open == []
    assert me.phone.letters[-1].key == "cancel.draft"
