"""A reply as text alone, compared whole."""

import unicodedata

from channels.numbered import written
from quarantine.messages import Button, Link, Reply, Want

ROWS = ((Button("Không có", "7:well"), Button("Sốt", "7:fever")), (Button("Ho", "7:cough"),))


def test_choices_have_the_numbers_that_may_be_typed():
    """Choices are numbered in reading order through all rows, and the hint stands below them."""
    reply = Reply("Chị có triệu chứng nào?", buttons=ROWS, many=True, hint="Chị gõ các số, ví dụ 1 3.")
    assert written(reply) == (
        "Chị có triệu chứng nào?\n1. Không có\n2. Sốt\n3. Ho\nChị gõ các số, ví dụ 1 3."
    )


def test_drawn_choices_are_not_written_again():
    """Where the messenger draws the buttons neither list nor hint is written."""
    assert written(Reply("Chị khỏe không?", buttons=ROWS, hint="Gõ số."), numbered=False) == "Chị khỏe không?"


def test_page_words_and_place_are_lines_of_their_own():
    """The page stands below the text, words to type are listed without numbers, a place opens as a map."""
    reply = Reply(
        "Chị gửi vị trí nhé.",
        want=Want.LOCATION,
        words=("Không gửi được",),
        hint="Chị gõ lại dòng ở trên.",
        link=Link("Mở trang vị trí", "https://c.vn/v/abc"),
        pin=(21.03512, 105.8),
    )
    assert written(reply) == (
        "Chị gửi vị trí nhé.\nMở trang vị trí: https://c.vn/v/abc\n– Không gửi được\n"
        "Chị gõ lại dòng ở trên.\n📍 https://maps.google.com/?q=21.03512,105.80000"
    )


def test_all_lines_are_composed():
    """Limits count composed letters, so decomposed text, labels and hints are composed; no empty lines."""
    apart = unicodedata.normalize("NFD", "Ốm")
    reply = Reply(f" {apart} ", buttons=((Button(apart, "1:a"),),), hint="")
    assert written(reply) == "Ốm\n1. Ốm"


def test_nothing_but_a_text():
    """A reply without choices is its text, without the hint that belongs to choices."""
    assert written(Reply("Cảm ơn chị.", hint="Gõ số.")) == "Cảm ơn chị."
