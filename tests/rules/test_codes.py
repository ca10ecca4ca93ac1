"""Codes are read however they are copied by hand, and ordinary sentences are never taken for one."""

import csv
import math
import os
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarantine.codes import ALPHABET, DIGITS, LENGTH, LETTERS, free_code, make_code, read_code, show_code

DATA = Path(os.environ.get("CACHLY_TEST_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
SENTENCES = DATA / "text" / "vihealthbert_firstperson_sentences.tsv"
CHANCE = random.Random(7)  # noqa: S311 - a repeatable test, no secret

codes = st.integers(0, 2**63).map(lambda seed: make_code(random.Random(seed).randrange))  # noqa: S311 - the same


def test_the_alphabet():
    """No vowels, no look-alikes of what is in it, and the stated entropy."""
    assert len(ALPHABET) == len(set(ALPHABET)) == 20
    assert not set(ALPHABET) & set("AEIOUY01LDWBSZGQ")
    possible = 20**LENGTH - len(LETTERS) ** LENGTH - len(DIGITS) ** LENGTH
    assert math.log2(possible) == pytest.approx(34.55, abs=0.005)


@given(
    codes,
    st.sampled_from(["{}", " {}\n", "mã {}", "Mã của em là: {}", "ma so {} a", "code {}", "dạ {} ạ", "{}."]),
)
def test_a_code_is_read_as_it_is_copied(code, said):
    """With dash, spaces, dots, small letters, alone or after "mã"."""
    dotted = ".".join(code)
    for written in (
        code,
        code.lower(),
        show_code(code),
        show_code(code).replace("-", " "),
        " ".join(code),
        dotted,
    ):
        assert read_code(said.format(written)) == code


@given(codes)
def test_look_alikes_are_understood(code):
    """Who reads 8, 5, 2, 6 as B, S, Z, G still gets in."""
    assert read_code(code.translate(str.maketrans("8526", "BSZG"))) == code


@given(codes)
def test_a_code_within_other_words_is_not_taken(code):
    """Without "mã" only a whole message is a code."""
    assert read_code(f"hôm nay {code} nhé") is None
    assert read_code(f"mã {code}7") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "khó thở",
        "khoe khoe",
        "chung khu",
        "CHUNGKHU",
        "23456789",
        "mã 23456789",
        "05/12/2026",
        "25/3/2026 9",
        "0912345678",
        "38,5",
        "1 2 3 4 5 6 7 8",
        "ko sot ko ho",
        "k ho k sot",
        "mã của tôi đâu",
        "ma tuy",
        "kkkkkkkk",
        "hhhhhhhh",
        "mã 2CFH-4KM",
        "mã 2CFH-4KMNP",
        "mã 2CFH-4KMO",
        "2CFH-4KM0",
        "/start",
        "TP HCM 75",
    ],
)
def test_ordinary_texts_are_no_codes(text):
    """Words, dates, phones, choices and half codes are none."""
    assert read_code(text) is None


@given(st.text())
def test_any_text_is_answered(text):
    """No text breaks the reader, and what it reads is a code."""
    code = read_code(text)
    assert code is None or (len(code) == LENGTH and set(code) <= set(ALPHABET))


def test_real_sentences_are_no_codes():
    """None of the real sentences, whole or by pieces, is taken for a code."""
    if not SENTENCES.exists():
        pytest.skip(f"the real sentences are not at {SENTENCES}")
    with SENTENCES.open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            assert read_code(row["text"]) is None
            assert all(read_code(piece) is None for piece in row["text"].split(","))


def test_codes_are_spread_over_the_alphabet():
    """Every character comes about equally often, and no code comes twice in ten thousand."""
    made = [make_code(CHANCE.randrange) for _ in range(10_000)]
    assert len(set(made)) == len(made)
    counts = Counter("".join(made))
    assert set(counts) == set(ALPHABET)
    assert max(counts.values()) < 1.15 * min(counts.values())


@pytest.mark.parametrize("number", [0, 7, 10**9])
def test_even_a_stuck_source_of_chance_ends(number):
    """A constant stand-in for chance gives a valid code rather than an endless loop."""
    code = make_code(lambda below: min(number, below - 1))
    assert read_code(code) == code


def test_a_code_that_is_taken_is_drawn_again():
    """Two cards never carry the same code; a source of chance that only repeats itself is a fault."""
    chance = random.Random(3)  # noqa: S311 - a repeatable test, no secret
    first, second = (make_code(chance.randrange) for _ in range(2))
    again = random.Random(3)  # noqa: S311 - the same
    assert free_code(again.randrange, {first}.__contains__) == second
    with pytest.raises(LookupError, match="all taken"):
        free_code(lambda _: 0, {make_code(lambda _: 0)}.__contains__)


def test_show_code():
    """Printed in two groups of four."""
    assert show_code("2CFH4KMN") == "2CFH-4KMN"
