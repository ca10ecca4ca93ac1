"""Vietnamese of before Unicode, as old lists hold it: text for TCVN3 (.VnTime) and VNI fonts, converted.

Such text is Latin letters that look Vietnamese in the right font only: "NguyÔn V¨n An", "Nguyeãn Vaên An".
The tables are TCVN 5712:1993 (VN3, which the .VnTime fonts follow) and VNI-Windows (the VNI-Times fonts),
written down in November 2026.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache


class Writing(StrEnum):
    """How the letters of a text are meant."""

    UNICODE = "unicode"
    TCVN3 = "tcvn3"
    VNI = "vni"


_TCVN3 = str.maketrans(
    "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉËÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\u00adõøö÷ùúýûüþ®¡¢£¤¥¦§",
    "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđĂÂÊÔƠƯĐ",
)
_VIETNAMESE = frozenset(map(chr, _TCVN3.values())) | frozenset("ĂÂÊÔƠƯĐ".lower())
_TONES = dict(zip("øùûõï", "\u0300\u0301\u0309\u0303\u0323", strict=True))
_HAT = {"â": "", "à": "\u0300", "á": "\u0301", "å": "\u0309", "ã": "\u0303", "ä": "\u0323"}
_BREVE = {"ê": "", "è": "\u0300", "é": "\u0301", "ú": "\u0309", "ü": "\u0303", "ë": "\u0323"}


def _vni_table() -> dict[str, str]:
    """Letter and mark, two characters, to one; then the letters that stand for themselves."""
    table = {"ñ": "đ", "ô": "ơ", "ö": "ư", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
    for letter, meant in {"a": "a", "e": "e", "o": "o", "u": "u", "y": "y", "ô": "ơ", "ö": "ư"}.items():
        table.update({letter + mark: meant + tone for mark, tone in _TONES.items()})
    for letter, meant in {"a": "â", "e": "ê", "o": "ô"}.items():
        table.update({letter + mark: meant + tone for mark, tone in _HAT.items()})
    table.update({"a" + mark: "ă" + tone for mark, tone in _BREVE.items()})
    table = {typed: unicodedata.normalize("NFC", meant) for typed, meant in table.items()}
    for typed, meant in list(table.items()):
        table[typed.upper()] = meant.upper()
        table[typed[0].upper() + typed[1:]] = meant.upper()
    return table


_VNI = _vni_table()
_IN_VNI = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))


_LETTERS = re.compile(r"[^\W\d_]+")


def _capitals(found: re.Match[str]) -> str:
    """TCVN3 has small letters with tones only, and a font that shows them as capitals: "NGUYễN" is NGUYỄN."""
    bare = [letter for letter in found[0] if letter.isascii()]
    return found[0].upper() if len(bare) > 1 and all(map(str.isupper, bare)) else found[0]


def convert(text: str, writing: Writing) -> str:
    """The text in composed Unicode, read as that writing."""
    if writing is Writing.TCVN3:
        return _LETTERS.sub(_capitals, text.translate(_TCVN3))
    if writing is Writing.VNI:
        return _IN_VNI.sub(lambda found: _VNI[found[0]], text)
    return unicodedata.normalize("NFC", text)


_TONE_MARKS = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_SYLLABLE = re.compile(
    r"(?:ngh?|nh|gh|gi|kh|ph|qu|th|tr|ch|[bcdđghklmnprstvx])?"
    r"(?:(?:uyê|oă|iê|yê|uâ|uô|ươ|ă|â)(?:ch|ng|nh|[cmnpt])"
    r"|(?:oa|oe|oo|uê|uy|uơ|[aeêioôơuưy])(?:ch|ng|nh|[cmnpt])?"
    r"|oai|oay|oao|oeo|uây|uôi|uya|uyu|iêu|yêu|ươi|ươu"
    r"|a[iouy]|â[uy]|eo|êu|i[au]|oi|ôi|ơi|ua|ui|ưa|ưi|ưu)"
)
_WORD = re.compile(r"[^\s\x00-\x26\x28-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e…“”‘’–]+")


@lru_cache(maxsize=65_536)
def _is_syllable(word: str) -> bool:
    """Whether a word can be a Vietnamese syllable: one tone at most, and sounds in an order that exists."""
    apart = unicodedata.normalize("NFD", word.lower())
    return len(_TONE_MARKS.findall(apart)) <= 1 and bool(
        _SYLLABLE.fullmatch(unicodedata.normalize("NFC", _TONE_MARKS.sub("", apart)))
    )


def _marked_words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if not word.isascii()]


def count_syllables(text: str) -> int:
    """How many of its words with marks are Vietnamese: by this a wrong decoding is known."""
    return sum(map(_is_syllable, _marked_words(text)))


@lru_cache(maxsize=65_536)
def _possible(text: str) -> frozenset[Writing]:
    """The writings in which every marked word of the text is Vietnamese; none when no word is marked."""
    words = _marked_words(text)
    if not words:
        return frozenset()
    # The old fonts have 256 places: a letter beyond them can only be Unicode.
    old = not any(letter > "\xff" and unicodedata.category(letter)[0] in "LM" for letter in text)
    return frozenset(
        writing
        for writing in (Writing if old else (Writing.UNICODE,))
        if all(_is_syllable(convert(word, writing)) for word in words)
    )


def unify(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """All cells in composed Unicode; what may be meant in two ways follows the clear cells of its column.

    "Tó" is a Unicode syllable, and "Tú" in TCVN3: alone it would stay, beneath "NguyÔn" it is converted.
    """
    clear: Counter[tuple[int, Writing]] = Counter()
    for row in rows:
        for column, cell in enumerate(row):
            if not cell.isascii() and len(ways := _possible(cell)) == 1:
                clear[column, next(iter(ways))] += 1
    whole = Counter({writing: sum(n for (_, w), n in clear.items() if w is writing) for writing in Writing})
    # Nobody mixes two old fonts in one sheet: a word that fits only the rarer one is chance.
    usable = frozenset({Writing.UNICODE, max((Writing.TCVN3, Writing.VNI), key=lambda old: whole[old])})
    width = max(map(len, rows), default=0)
    usual = [_usual({one: clear[column, one] for one in usable}, whole) for column in range(width)]
    return [[_unified(cell, usual[column], usable) for column, cell in enumerate(row)] for row in rows]


def _usual(of_column: Mapping[Writing, int], of_sheet: Mapping[Writing, int]) -> Writing:
    counts = of_column if any(of_column.values()) else of_sheet
    return max(sorted(of_column, reverse=True), key=lambda writing: counts[writing])


def _explains(usual: Writing, cell: str) -> bool:
    """Whether a cell with words of no writing, such as "S§T", is rather meant as its column is.

    It is when more of its words become Vietnamese, or when it has letters that Vietnamese does not know.
    """
    before, after = count_syllables(cell), count_syllables(convert(cell, usual))
    strange = any(not letter.isascii() and letter.lower() not in _VIETNAMESE for letter in cell)
    return after > before or (after == before and strange and max(cell) <= "\xff")


def _unified(cell: str, usual: Writing, usable: frozenset[Writing]) -> str:
    if cell.isascii():
        return cell
    ways = _possible(cell) & usable
    if not ways:
        return convert(cell, usual if _explains(usual, cell) else Writing.UNICODE)
    if usual in ways:
        return convert(cell, usual)
    return convert(cell, Writing.UNICODE if Writing.UNICODE in ways else min(ways))
