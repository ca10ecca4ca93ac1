"""What a resident's own words say about the signs of a report (domain.md §A8)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from quarantine.denial import Findings, Sentence
from quarantine.measures import read_temperature
from quarantine.names import fold
from quarantine.phrases import DENIALS, Kind, Lexicon, Piece, fits, sentences, word
from quarantine.symptom_words import (
    FORM_SIGNS,
    NOD,
    OTHER_SIGNS,
    SIGNS,
    SKIP,
    TWO_AT_ONCE,
    WELL,
    WORRY,
    Sign,
)
from quarantine.triage import DEFAULT, RED_SIGNS

__all__ = ["FORM_SIGNS", "OTHER_SIGNS", "SIGNS", "Sign", "SymptomReading", "read_symptoms"]


@dataclass(frozen=True, slots=True)
class SymptomReading:
    """What a text says; exactly one of `present`, `well` and `unsure` holds.

    `denied` names the signs that were expressly said not to be there (any more). `red` are the danger signs
    among `present`; `red_uncertain` those of which it is not certain, to be asked about at once. With
    `about_other` somebody else may be meant: ask who.
    """

    present: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    well: bool = False
    unsure: bool = False
    about_other: bool = False
    red: frozenset[str] = frozenset()
    red_uncertain: frozenset[str] = frozenset()


_LEXICON = Lexicon(
    [
        *((sign.phrases, Kind.SIGN, (sign.code,)) for sign in SIGNS),
        *((phrases, Kind.SIGN, codes) for codes, phrases in TWO_AT_ONCE.items()),
        (WELL, Kind.WELL, ()),
        (NOD, Kind.NOD, ()),
        (WORRY, Kind.WORRY, ()),
        (SKIP, Kind.SKIP, ()),
    ]
)

_HINTS = ((word("thở"), "breathless"), (word("ngực"), "chest_pain"), (word("máu"), "coughing_blood"))
_PAST = re.compile(
    r"\b(?:hom qua|hom kia|hom truoc|tuan truoc|thang truoc|truoc day|luc truoc|hoi truoc|nam ngoai"
    r"|tung (?:bi|co|sot|ho|mac))\b"
)
_UP_TO_NOW = re.compile(r"\b(?:tu|den gio|den nay|toi nay|toi gio|qua gio|gio|hom nay|nay|van)\b")
_OTHER_MARKED = re.compile(
    r"\b(?:bé|con|cháu|mẹ|bố|ba|má|vợ|chồng|ông|bà|cụ|chị|anh|em|bạn) (?:nhà|của|nội|ngoại|gái|trai|xã)\b"
    r"|\b(?:bé|con|cháu|mẹ|bố|ba|má|vợ|chồng|ông|bà|cụ|chị|anh|hàng xóm|bạn) (?:tôi|em|mình|tui|cháu)\b"
    r"|\b(?:bé|thằng cu|nhóc|vợ|chồng|người nhà)\b"
    r"|^(?:dạ )?(?:mẹ|bố|ông|bà|má|ba) (?:bị|đang|sốt|ho|hơi|vẫn|có)\b"
)
_OTHER_BARE = re.compile(
    r"\b(?:be|con|chau|me|bo|chong|ong|ba) (?:nha|toi|em|minh|tui|cua|noi|ngoai|gai|trai|xa)\b"
    r"|\bvo (?:toi|em|minh|tui)\b|\b(?:chi gai|anh trai|em gai|em trai|nguoi nha|hang xom|em be|nhoc)\b"
    r"|^(?:da )?(?:be|me|bo|chong|vo) (?:bi|dang|sot|ho|hoi|van|co)\b"
)
_NOT_OTHER = re.compile(r"\b(?:chị|anh|chi) em\b|\bcả nhà\b|\bca nha\b")
_SELF = frozenset({"toi", "em", "minh", "tui"})
_TELLING = frozenset({Kind.SIGN, Kind.WELL, Kind.WORRY})
_FEW_UNKNOWN_WORDS = 12
_DENIALS_OF_ALL = 2
"""Who denies two signs one by one, the commonest among them, and says nothing else, means to have none."""
_COMMONEST = frozenset({"fever", "cough"})
_ABOUT_ELSE = frozenset({"ai", "ra", "ve", "vien"})
"""Words of talk about something else ("không ai đến cả", "ra ngoài chưa cô"): a mere denial answers that."""


def read_symptoms(text: str) -> SymptomReading:
    """Reads what was typed freely; nothing is taken for "well" that is not plainly so.

    Understands denials over lists, "hết" and "đỡ", figures, other people, and texts with, without or with
    some of their marks. Any text is answered, if need be with `unsure`: then ask with buttons.
    """
    split = sentences(text)
    marked = any(not one.toneless for words, _ in split for one in words)
    read = [(_LEXICON.pieces(words, marked=marked), end) for words, end in split]
    found, subject = Findings(), _Subject(marked=marked)
    answers = any(_answers_yes(pieces) for pieces, _ in read)
    asks = False
    for pieces, end in read:
        Sentence(pieces, found, answers=answers).read()
        subject.follow(pieces)
        found.doubtful |= _hints(pieces)
        _take_back_the_past(pieces, found)
        asks = asks or (
            "?" in end and any(piece.kind in _TELLING or piece.first in DENIALS for piece in pieces)
        )
    found.unknown += sum(one.bare in _ABOUT_ELSE for words, _ in split for one in words)
    return _conclude(found, calm=not (asks or subject.concerned or _is_hot(text)), other=subject.concerned)


def _conclude(found: Findings, *, calm: bool, other: bool) -> SymptomReading:
    present = frozenset(found.present)
    doubtful = frozenset(found.doubtful) - present
    denied = frozenset(found.denied) - present - doubtful
    calm = calm and not (present or doubtful or found.worry)
    said_all = found.nod or (len(denied) >= _DENIALS_OF_ALL and bool(denied & _COMMONEST))
    well = calm and ((found.well and found.unknown <= _FEW_UNKNOWN_WORDS) or (said_all and not found.unknown))
    red = present & RED_SIGNS
    return SymptomReading(
        present=present,
        denied=denied,
        well=well,
        unsure=not present and not well,
        about_other=other,
        red=red,
        red_uncertain=frozenset() if red else doubtful & RED_SIGNS,
    )


def _is_hot(text: str) -> bool:
    if not any(map(str.isdigit, text)):
        return False
    temperature = read_temperature(text).value
    return temperature is not None and temperature >= DEFAULT.amber_temperature


def _answers_yes(pieces: Sequence[Piece]) -> bool:
    """Whether a sign is answered with "có" after it: "ho: có, sốt: không"."""
    following = [*pieces[1:], None, None]
    return any(
        sign.kind is Kind.SIGN
        and after is not None
        and (after.kind, after.first.bare) == (None, "co")
        and (end is None or bool(end.first.gap))
        for sign, after, end in zip(pieces, following, following[1:], strict=False)
    )


class _Subject:
    """Whose signs are told: a child or mother once named stays the subject until "tôi" or "em" comes."""

    def __init__(self, *, marked: bool) -> None:
        self.marked = marked
        self.other = self.concerned = False

    def follow(self, pieces: Sequence[Piece]) -> None:
        """Goes through a sentence; `concerned` holds once something is told of somebody else."""
        for clause in _clauses(pieces):
            said = " ".join(piece.text if self.marked else fold(piece.text) for piece in clause)
            pattern = _OTHER_MARKED if self.marked else _OTHER_BARE
            if pattern.search(_NOT_OTHER.sub(" ", said)):
                self.other = True
            elif any(piece.first.bare in _SELF for piece in clause[:4]):
                self.other = False
            self.concerned |= self.other and any(piece.kind in _TELLING for piece in clause)


def _clauses(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    clause: list[Piece] = []
    for piece in pieces:
        if piece.first.gap and clause:
            yield clause
            clause = []
        clause.append(piece)
    yield clause


def _hints(pieces: Sequence[Piece]) -> set[str]:
    """Danger signs that a "thở" or "ngực" outside any known phrase may hint at."""
    following = [*pieces[1:], None]
    alone = [
        piece
        for piece, after in zip(pieces, following, strict=True)
        if (piece.kind is None or piece.text == "máu") and not (after and after.kind is Kind.WELL)
    ]
    return {code for piece in alone for hint, code in _HINTS if fits(piece.first, hint)}


def _take_back_the_past(pieces: Sequence[Piece], found: Findings) -> None:
    """What a clause tells of yesterday only is neither present nor, unless said so, over."""
    for clause in _clauses(pieces):
        said = " ".join(fold(piece.text) for piece in clause)
        if _PAST.search(said) and not _UP_TO_NOW.search(said):
            past = {code for piece in clause for code in piece.codes} & found.present
            found.take_back(past, found.denied if past <= found.denied else found.doubtful)
