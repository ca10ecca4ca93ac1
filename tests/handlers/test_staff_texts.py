"""The catalogues of enrolment, verification and guidance: complete, equal, and short enough for buttons."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.endings import NO_BUTTON, NO_CONTACT, NO_PLACE
from bot.formatting import places
from handlers.cards import CARD
from handlers.script import script
from quarantine.people import EpisodeState, Reason, Sex
from tests.handlers.phones import ABOUT_READER, CATALOGUE
from tests.handlers.scenery import MODULES

SUBJECTS = ("enrol", "verify", "guide")
HANDLERS = Path(MODULES[0].__file__).parent
LITERAL = re.compile(r'"((?:enrol|verify|guide)\.[a-z0-9_]+)"')
MADE = {
    "enrol.label_": [
        key.removeprefix("enrol.label_") for key in CATALOGUE.texts["vi"] if "enrol.label_" in key
    ],
    "enrol.sex_": list(Sex),
    "enrol.reason_": list(Reason),
    "verify.state_": [one for one in EpisodeState if one is not EpisodeState.STAGED],
    "guide.method_": ["call", "visit", "paper"],
    "guide.way_": ["open", "follow", "follow_only", "scan", "find"],
    "guide.line_": ["verified", "guided", "linked", "monitoring"],
}
"""Keys that are put together from a value, with every value there is."""


def keys_used() -> set[str]:
    """Every key that a handler, a question, a choice or a command names."""
    written = "".join(file.read_text() for file in HANDLERS.glob("*.py"))
    used = set(LITERAL.findall(written)) - {CARD}
    for question in script.questions.values():
        used |= {question.key, *(choice.label for choice in question.choices)}
    made = {f"{prefix}{value}" for prefix, values in MADE.items() for value in values}
    return {key for key in used | made if key.split(".")[0] in SUBJECTS}


def test_every_key_has_a_text_in_both_languages_and_no_text_is_idle():
    """What is said can be read in Vietnamese and in English; a text nobody says is a mistake in a key."""
    for language in ("vi", "en"):
        known = {key for key in CATALOGUE.texts[language] if key.split(".")[0] in SUBJECTS}
        elsewhere = {key for key in known if key.endswith((NO_BUTTON, NO_PLACE, NO_CONTACT))}
        assert known - elsewhere == keys_used()


@pytest.mark.parametrize("key", sorted(keys_used()))
def test_both_languages_want_the_same_parameters(key: str):
    """A parameter that one language drops or misspells would be lost or fail; honorifics alone may differ."""
    vi, en = (places(CATALOGUE.texts[language][key]) - {"you", "You"} for language in ("vi", "en"))
    assert vi == en
    assert not vi & (set(ABOUT_READER) - {"ways"})


def test_buttons_are_short_and_their_values_fit():
    """Labels of at most 20 characters (voice.md rule 3), values of plain ASCII under 40 bytes."""
    mine = [one for one in script.questions.values() if one.key.split(".")[0] in SUBJECTS]
    for question in mine:
        for choice in question.choices:
            assert choice.value.isascii()
            assert len(choice.value) < 40
            assert len(CATALOGUE.texts["vi"][choice.label]) <= 20, choice.label


def test_keywords_of_one_question_do_not_contradict_each_other():
    """A word that is typed means one choice only."""
    for question in script.questions.values():
        words = [word for choice in question.choices for word in {*choice.keywords}]
        if question.key.split(".")[0] in SUBJECTS:
            assert len(words) == len(set(words)), question.key
