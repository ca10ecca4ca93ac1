"""Text files of columns: their encoding and their delimiter found out by what makes sense."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import Counter

from papers.old_fonts import Writing, convert, count_syllables
from papers.refusing import Refusal, UnreadableError

DELIMITERS = (";", ",", "\t", "|")
_SAMPLE = 200_000  # characters by which an encoding is judged
_SAMPLE_ROWS = 300
_CONTROLS = frozenset(map(chr, range(32))) - {"\t", "\n", "\r", "\f"}
_LONGEST_CELL = 100_000


def decode(data: bytes) -> str:
    """The text of a file in UTF-8 or UTF-16 with or without its mark, Windows-1258, TCVN3 or VNI.

    Of the last two the letters are left as they are: which cells are meant so is decided by cell
    (papers/old_fonts.py). UnreadableError for what is no text.
    """
    text = _decoded(data)
    sample = text[:_SAMPLE]
    if sum(map(sample.count, _CONTROLS)) > len(sample) // 1000:
        raise UnreadableError(Refusal.WRONG_TYPE)
    return text


def _decoded(data: bytes) -> str:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    head = data[:4096]
    if b"\0" in head:
        # Without a mark: in Latin text of two bytes a letter, half of all bytes are zero.
        odd, even = head[1::2].count(0), head[::2].count(0)
        if max(odd, even) > len(head) // 5:
            return data.decode("utf-16-le" if odd > even else "utf-16-be", errors="replace")
        raise UnreadableError(Refusal.WRONG_TYPE)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _eight_bit(data)


def _eight_bit(data: bytes) -> str:
    """The reading that has the most Vietnamese words in it."""
    western = data.decode("cp1252", errors="replace")
    sample = western[:_SAMPLE]
    readings = {
        count_syllables(convert(sample, Writing.VNI)): western,
        count_syllables(convert(sample, Writing.TCVN3)): western,
    }
    for other in (data.decode("cp1258", errors="replace"), data.decode("utf-8", errors="replace")):
        composed = unicodedata.normalize("NFC", other)
        # A tie goes to the standard encodings: in them nothing has to be guessed further on.
        readings[count_syllables(composed[:_SAMPLE])] = composed
    return readings[max(readings)]


def rows_of(text: str) -> tuple[list[list[str]], str]:
    """The rows, an empty line being an empty row, and the delimiter; UnreadableError for a broken file."""
    first, _, rest = text.partition("\n")
    named = first.strip().removeprefix("sep=")
    if first.startswith("sep=") and named in DELIMITERS:
        return [[], *_parse(rest, named)], named
    delimiter = max(DELIMITERS, key=lambda one: _regularity(text, one))
    return _parse(text, delimiter), delimiter


def _regularity(text: str, delimiter: str) -> tuple[int, int]:
    """How many rows have the usual number of columns, and that number: a delimiter makes rows alike."""
    sample = text[:_SAMPLE]
    if len(text) > _SAMPLE:
        sample = sample.rpartition("\n")[0]
    widths = Counter(len(row) for row in _parse(sample, delimiter)[:_SAMPLE_ROWS] if len(row) > 1)
    if not widths:
        return 0, 0
    width, rows = max(widths.items(), key=lambda pair: (pair[1] * (pair[0] - 1), pair[0]))
    return rows * (width - 1), width


def _parse(text: str, delimiter: str) -> list[list[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise UnreadableError(Refusal.BROKEN) from error
