"""Texts that are too long for one message are cut where a reader would pause."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.long_texts import split, tidy, units


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        (" \n ", []),
        ("vừa đủ", ["vừa đủ"]),
        ("mười ký tự", ["mười ký tự"]),
        ("đoạn một\n\nđoạn hai", ["đoạn một", "đoạn hai"]),
        ("một hai\nba bốn", ["một hai", "ba bốn"]),
        ("Sốt à. Ho nữa", ["Sốt à.", "Ho nữa"]),
        ("Ờ. Ho nhiều lắm", ["Ờ. Ho", "nhiều lắm"]),
        ("một hai ba bốn", ["một hai ba", "bốn"]),
        ("a\nmột hai ba", ["a\nmột hai", "ba"]),
        ("x" * 25, ["x" * 10, "x" * 10, "x" * 5]),
        ("😀" * 7, ["😀" * 5, "😀" * 2]),
        ("x😀😀😀😀😀", ["x😀😀😀😀", "😀"]),
    ],
)
def test_a_text_is_cut_at_the_best_pause(text, pieces):
    """Paragraph before line before sentence before word, if half a piece is left; no character is halved."""
    assert split(text, 10) == pieces


@given(st.text(alphabet=st.sampled_from("aế😀 .\n"), max_size=200), st.integers(2, 40))
def test_no_piece_is_too_long_and_nothing_but_space_is_lost(text, limit):
    """Whatever the text, each piece fits, none is empty, and together they say the same."""
    pieces = split(text, limit)
    assert all(piece and units(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@given(st.text())
def test_units_are_those_of_utf_16(text):
    """Length is counted as Telegram counts it."""
    assert units(text) == len(text.encode("utf-16-le", "surrogatepass")) // 2


@pytest.mark.parametrize(
    ("text", "tidied"),
    [("e\u0302\u0301", "\u1ebf"), (" a\0b \n", "ab"), ("\ud83d\ude00", "😀"), ("a\ud83d", "a\ufffd")],
)
def test_a_text_is_made_fit_for_sending(text, tidied):
    """Letters are composed (NFC); what no server takes is replaced or left out."""
    assert tidy(text) == tidied
