"""The numbers that buttons carry: short, exact, and nothing made up is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarantine.numbers import PROMPT, QUESTION, TASK, number, row_of

IDS = st.integers(0, 2**63 - 1)


@given(st.sampled_from("qptgml"), IDS)
def test_a_number_names_its_row(letter, row):
    """Round trip, for every row id that a database can hold."""
    text = number(letter, row)
    assert row_of(text) == row
    assert text[0] == letter
    assert text.isascii()


@given(IDS)
def test_a_number_leaves_room_for_the_value(row):
    """At most 14 characters: 49 of Telegram's 64 bytes stay for the value behind the colon."""
    assert 2 <= len(number(QUESTION, row)) <= 14


@given(IDS, IDS)
def test_no_two_rows_have_one_number(one, other):
    """Different rows, different numbers."""
    assert (number(TASK, one) == number(TASK, other)) is (one == other)


@pytest.mark.parametrize(
    "junk",
    [
        "",
        "p",
        ":",
        "p:",
        "pA",
        "pi",
        "pl",
        "po",
        "pu",
        "p-1",
        "p 1",
        "p1 ",
        "pé",
        "p٣",
        "p" + "0" * 14,
        "p" + "z" * 13,
        "pzzzzzzzzzzzzzz",
        "x" * 64,
        "p" + "8" + "0" * 12,
    ],
)
def test_what_somebody_made_up_is_no_number(junk):
    """Foreign letters, foreign digits, too long, or beyond what a row id can be: nothing, and no error."""
    assert row_of(junk) is None


def test_the_largest_row_id_is_still_a_number():
    """63 bits fit in 13 digits; one more does not."""
    assert row_of(number(PROMPT, 2**63 - 1)) == 2**63 - 1
    assert len(number(PROMPT, 2**63 - 1)) == 14


@given(st.text(max_size=70))
def test_any_text_is_read_without_an_error(text):
    """Whatever a client sends as button data is a number of a row or none; reading it never fails."""
    row = row_of(text)
    assert row is None or 0 <= row < 2**63
