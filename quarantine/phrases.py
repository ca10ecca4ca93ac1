"""Listed words and phrases found in typed Vietnamese: with their marks, without, or with half of them."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from quarantine.names import fold

# Hỏi and ngã are confused in the South and count as one.
_TONES = {"\u0300": "1", "\u0301": "2", "\u0309": "3", "\u0303": "3", "\u0323": "5"}
_TOKEN = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+|[^\w\s]|\n")
_SENTENCE_ENDS = frozenset(".;!?…\n")
_SHORT = {
    "dc": "được",
    "đc": "được",
    "dk": "được",
    "đk": "được",
    "bj": "bị",
    "j": "gì",
    "vs": "với",
    "r": "rồi",
    "e": "em",
    "mk": "mình",
}
_OTHER_WORDS = frozenset({"mưa"})  # rain; never "mửa" with its tone left out
_ANY_DENIAL = "khong"  # stands in a phrase for every word of denial


@dataclass(frozen=True, slots=True)
class Word:
    """A word as typed: `bare` is folded, `letters` have hats but no tone, `gap` is punctuation before it."""

    text: str
    bare: str
    letters: str
    tone: str
    gap: str = ""

    @property
    def toneless(self) -> bool:
        """Whether it was typed without any mark."""
        return not self.tone and self.letters == self.bare


def word(text: str, gap: str = "") -> Word:
    """Takes a word apart, the commonest abbreviations written out."""
    text = _SHORT.get(text, text)
    parts = unicodedata.normalize("NFD", text.lower())
    tone = next((_TONES[mark] for mark in parts if mark in _TONES), "")
    letters = unicodedata.normalize("NFC", "".join(letter for letter in parts if letter not in _TONES))
    return Word(text, fold(text), letters, tone, gap)


def sentences(text: str) -> list[tuple[list[Word], str]]:
    """The words of each sentence with the punctuation that ends it; a comma stays with the word after it."""
    found: list[tuple[list[Word], str]] = []
    words: list[Word] = []
    gap = ""
    for token in _TOKEN.findall(unicodedata.normalize("NFC", text.lower())):
        if token in _SENTENCE_ENDS:
            if words:
                found.append((words, token))
            elif found:
                found[-1] = (found[-1][0], found[-1][1] + token)
            words, gap = [], ""
        elif token[0].isalnum():
            words.append(word(token, gap))
            gap = ""
        else:
            gap += token
    return [*found, (words, "")] if words else found


def fits(typed: Word, meant: Word, *, alone: bool = True) -> bool:
    """Whether a typed word is the one meant: marks whole, all left out, or tone left out.

    Within a phrase (not `alone`) hats may be left out too: "sót" is another word than "sốt", but "kho thở"
    can only be "khó thở".
    """
    if typed.bare != meant.bare or typed.text in _OTHER_WORDS:
        return False
    if typed.toneless or (typed.letters, typed.tone) == (meant.letters, meant.tone):
        return True
    if typed.tone not in {"", meant.tone}:
        return False
    hats = zip(typed.letters, meant.letters, meant.bare, strict=False)
    return typed.letters == meant.letters or (
        not alone and all(has in {hat, plain} for has, hat, plain in hats)
    )


class Vocabulary:
    """A set of words that is asked with typed ones."""

    def __init__(self, listed: str) -> None:
        self._words = defaultdict[str, list[Word]](list)
        for text in listed.split():
            self._words[fold(text)].append(word(text))

    def __contains__(self, typed: Word | None) -> bool:
        return typed is not None and any(fits(typed, meant) for meant in self._words.get(typed.bare, ()))


DENIALS = Vocabulary("không ko k kg kh khg kô hông hổng hong hok hem hk hg khum kong khog chưa chả chẳng 0")


class Kind(Enum):
    """What a listed phrase is."""

    SIGN = auto()
    WELL = auto()
    NOD = auto()  # "ok", which may also be an answer to something else
    WORRY = auto()
    SKIP = auto()


@dataclass(frozen=True, slots=True)
class Phrase:
    """A listed phrase; `mark` "~" or "!" says what it is worth without its marks (see Sign)."""

    words: tuple[Word, ...]
    kind: Kind
    codes: tuple[str, ...]
    mark: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A phrase found, or a word that belongs to none; `guess` when it may as well be something else."""

    text: str
    first: Word
    phrase: Phrase | None = None
    guess: bool = False

    @property
    def kind(self) -> Kind | None:
        """The kind of its phrase, None for a mere word."""
        return self.phrase.kind if self.phrase else None

    @property
    def codes(self) -> frozenset[str]:
        """The signs that it names."""
        return frozenset(self.phrase.codes) if self.phrase else frozenset()


class Lexicon:
    """All listed phrases, found longest first."""

    def __init__(self, listed: Iterable[tuple[str, Kind, tuple[str, ...]]]) -> None:
        found = defaultdict[str, list[Phrase]](list)
        for phrases, kind, codes in listed:
            for phrase in map(str.strip, phrases.split("|")):
                words = tuple(word(part) for part in phrase.lstrip("~!").split())
                mark = phrase[0] if phrase[0] in "~!" else ""
                found[words[0].bare].append(Phrase(words, kind, codes, mark))
        for same in found.values():
            same.sort(key=lambda phrase: -len(phrase.words))
        self._phrases: Mapping[str, list[Phrase]] = dict(found)

    def pieces(self, words: Sequence[Word], *, marked: bool) -> list[Piece]:
        """The words of a sentence grouped into phrases; `marked` tells that the text was typed with marks."""
        pieces: list[Piece] = []
        at = 0
        while at < len(words):
            phrase = None if is_unit(words, at) else self._longest(words[at:], marked=marked)
            used = words[at : at + (len(phrase.words) if phrase else 1)]
            guess = phrase is not None and phrase.mark == "~" and all(one.toneless for one in used)
            pieces.append(Piece(" ".join(one.text for one in used), used[0], phrase, guess))
            at += len(used)
        return pieces

    def _longest(self, words: Sequence[Word], *, marked: bool) -> Phrase | None:
        keys = (words[0].bare, _ANY_DENIAL) if words[0] in DENIALS else (words[0].bare,)
        fitting = [p for key in keys for p in self._phrases.get(key, ()) if _is_here(p, words, marked=marked)]
        return max(fitting, key=lambda phrase: len(phrase.words), default=None)


def is_unit(words: Sequence[Word], at: int) -> bool:
    """Whether the word counts something: "2 met", "53 kg", "500 k"."""
    return words[at].bare in {"met", "kg", "k"} and at > 0 and words[at - 1].text[0].isdigit()


def _is_here(phrase: Phrase, words: Sequence[Word], *, marked: bool) -> bool:
    used = words[: len(phrase.words)]
    alone = len(phrase.words) == 1
    if len(used) < len(phrase.words) or any(one.gap for one in used[1:]):
        return False
    for typed, meant in zip(used, phrase.words, strict=True):
        if not (typed in DENIALS if meant.bare == _ANY_DENIAL else fits(typed, meant, alone=alone)):
            return False
    stripped = [
        typed.toneless and not meant.toneless for typed, meant in zip(used, phrase.words, strict=True)
    ]
    # In a text with marks "non" is the word non, not nôn without its hat.
    if all(stripped) and alone and marked and phrase.words[0].bare == "non":
        return False
    return phrase.mark != "!" or not any(stripped)
