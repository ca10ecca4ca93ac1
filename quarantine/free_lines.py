"""Free lines: people as a clerk pastes them, "Nguyễn Văn An, nam, 1985, 0912…", told apart into cells.

What a part means is seen from how it looks; what its value is, is read by the rules of lists (list_rules.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from quarantine import list_values as values
from quarantine.lists import Field
from quarantine.measures import read_day
from quarantine.missing_commas import with_commas
from quarantine.names import fold, plain
from quarantine.places import bare, split_address

Cells = dict[Field, str]
_APART = re.compile(r"[,;|\t\n]|\s[-–]\s")
_ENUMERATED = re.compile(r"^\s*(?:\d{1,3}\s*[.)/]\s+|[-•*+]\s+)")
_LABELLED = re.compile(r"\s*([^:\d]{2,24})\s*:\s*(\S.*)")
_LABELS = {
    "ho ten": Field.NAME,
    "ho va ten": Field.NAME,
    "ten": Field.NAME,
    "dien thoai": Field.PHONE,
    "so dien thoai": Field.PHONE,
    "sdt": Field.PHONE,
    "dt": Field.PHONE,
    "tel": Field.PHONE,
    "nam sinh": Field.BIRTH,
    "ngay sinh": Field.BIRTH,
    "sinh nam": Field.BIRTH,
    "sinh": Field.BIRTH,
    "ns": Field.BIRTH,
    "tuoi": Field.AGE,
    "gioi tinh": Field.SEX,
    "gioi": Field.SEX,
    "can cuoc": Field.IDENTITY,
    "cccd": Field.IDENTITY,
    "cmnd": Field.IDENTITY,
    "so cccd": Field.IDENTITY,
    "dia chi": Field.ADDRESS,
    "dc": Field.ADDRESS,
    "quyet dinh": Field.ORDER_NUMBER,
    "so quyet dinh": Field.ORDER_NUMBER,
    "qd": Field.ORDER_NUMBER,
    "ngay dau": Field.FIRST_DAY,
    "tu ngay": Field.FIRST_DAY,
    "bat dau": Field.FIRST_DAY,
    "ly do": Field.REASON,
    "dien": Field.REASON,
}
"""What is written before a colon; without one a part is known by its looks."""
_NUMBER_WORD = re.compile(
    r"^(?:(?:so )?(?:dien thoai|sdt|dt|tel)|(?:so )?(?:cccd|cmnd|can cuoc))\s+(?=[\d+(])"
)
_SEX_AND_BIRTH = re.compile(r"^(nam|nu)\s+(?=(?:sn|sinh|ns)?\s*\d|\d)", re.IGNORECASE)
_BORN = re.compile(r"^(?:sn|ns|sinh|sinh nam|nam sinh|ngay sinh|sinh ngay)\s*(?=\d)")
_YEAR = re.compile(r"(?:19|20)\d\d")
_AGE = re.compile(r"\d{1,3} ?(?:tuoi|t)")
_DAY = re.compile(r"\d{1,2}\s*[-/.]\s*\d{1,2}(?:\s*[-/.]\s*(\d{4}|\d\d))?")
_SINCE = re.compile(
    r"\b(?:cach ly|bat dau|ke tu|tu ngay|tu|ngay dau)\s+(?:tu\s+)?(?:ngay\s+)?(?=\d|hom|bua|nay|mai)"
)
_ORDER_WORD = re.compile(r"(?:so )?(?:qd|quyet dinh) ")
_ORDER = re.compile(r"\d\s*/\s*(?:\d{4}\s*/\s*)?qd\b")
_PLACE = re.compile(
    r"^(?:\d|so \d|so nha )|^(?:phuong|xa|p|x|ph|dac khu|thi tran|tt|quan|huyen|q|h|tinh|tp|thanh pho|thon|"
    r"ap|ban|xom|khu|khoi|kp|to|doi|duong|pho|ngo|ngach|hem|kiet|toa|chung cu|ktx|so nha)\s+\S"
)
_LONGEST_NAME, _SHORTEST_NAME = 6, 2
_FACTS = frozenset({Field.PHONE, Field.IDENTITY, Field.BIRTH, Field.AGE, Field.SEX, Field.REASON})
_PARTS, _ENOUGH, _MOST_PLACES = 3, 2, 3
MOST = 20
"""So many people at once; more are a list, and lists have a way of their own."""


@dataclass(frozen=True)
class Pasted:
    """Who was pasted, as cells of a list, and the lines that nobody could be read from."""

    people: tuple[Cells, ...]
    unread: tuple[str, ...] = ()


def looks_pasted(text: str) -> bool:
    """Whether a text has so many parts, marked or not, that it is worth a closer look."""
    return any(len(_APART.split(each)) >= _PARTS for each in (text, with_commas(text, ())))


def read_pasted(text: str, today: date, provinces: Collection[str] = ()) -> Pasted:
    """The people of a text; none where it is an ordinary sentence. `provinces` are names of provinces.

    Several lines are several people where lines stand for one each; else they are the parts of one.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    known = frozenset(map(bare, provinces))
    each = [_cells_of(line, today, known) for line in lines]
    if any(each) and len(lines) > 1:
        unread = tuple(line.strip() for line, cells in zip(lines, each, strict=True) if cells is None)
        return Pasted(tuple(cells for cells in each if cells), unread)
    whole = _cells_of("\n".join(lines), today, known)
    return Pasted((whole,) if whole else ())


def _cells_of(text: str, today: date, provinces: Collection[str]) -> Cells | None:
    """The parts of one person by what they mean; None where they do not look like a person's facts.

    That takes a name, two facts beside it, and at most one part that means nothing. Where commas are
    missing it takes a name that comes first, three facts, and nothing without a meaning.
    """
    marked = _sorted(text, today, provinces)
    guessed = _sorted(with_commas(_ENUMERATED.sub("", text), provinces), today, provinces)
    cells, more = marked.cells(), guessed.cells()
    if more and guessed.begins_with(more[Field.NAME]) and (not cells or guessed.known > marked.known):
        return more
    return cells


def _sorted(text: str, today: date, provinces: Collection[str]) -> _Sorting:
    parts = [_ENUMERATED.sub("", part).strip(" .") for part in _APART.split(_ENUMERATED.sub("", text))]
    sorting = _Sorting(today, provinces)
    for part in filter(None, parts):
        sorting.take(part)
    return sorting


class _Sorting:
    """Parts laid into cells one by one; names and places are told apart at the end."""

    def __init__(self, today: date, provinces: Collection[str]) -> None:
        self.today, self.provinces = today, provinces
        self.found: Cells = {}
        self.places: list[str] = []
        """Parts of an address, and parts of words only, which may be a name or a place, as they came."""
        self.names: list[str] = []
        """Those of words only."""
        self.free: list[str] = []
        """Those of them that do not stand right behind an address."""
        self.strange = 0
        self.first = ""
        self._after_address = False

    def take(self, part: str) -> None:
        """Lay one part where it belongs."""
        before, self._after_address = self._after_address, False
        self.first = self.first or part
        if not (self._labelled(part) or any(look(part, fold(part)) for look in self._looks())):
            if _wordy(part):
                self.places.append(part)
                self.names.append(part)
                self._after_address = before and not self._province(part)
                if not before:
                    self.free.append(part)
            else:
                self.strange += 1

    def _looks(self) -> tuple[Callable[[str, str], bool], ...]:
        return (self._number, self._order, self._sex, self._reason_or_day, self._birth, self._place)

    def _put(self, field: Field, value: str) -> bool:
        """Several values of one fact stand in one cell: the rules of lists say what that means."""
        known = self.found.get(field)
        self.found[field] = f"{known}, {value}" if known else value
        return True

    def _labelled(self, part: str) -> bool:
        found = _LABELLED.fullmatch(part)
        field = _LABELS.get(fold(found[1])) if found else None
        if found is None or field is None:
            return False
        if field is Field.ADDRESS:
            self.places.append(found[2])
            self._after_address = True
            return True
        return self._put(field, found[2])

    def _number(self, part: str, said: str) -> bool:
        digits = part[len(part) - len(_tail(part, _NUMBER_WORD, said)) :]
        if values.read_phones(digits).value and not _DAY.fullmatch(digits):
            return self._put(Field.PHONE, digits)
        identity = values.read_identity(digits).value if digits[:1].isdigit() else None
        return identity is not None and identity.is_citizen and self._put(Field.IDENTITY, digits)

    def _order(self, part: str, said: str) -> bool:
        numbered = _ORDER_WORD.match(said) or _ORDER.search(plain(part))
        return numbered is not None and self._put(Field.ORDER_NUMBER, part)

    def _sex(self, part: str, said: str) -> bool:
        if values.read_sex(part).value is not None:
            return self._put(Field.SEX, part)
        both = _SEX_AND_BIRTH.match(said)
        if both is None:
            return False
        rest = part[len(both[1]) :].strip()
        return self._birth(rest, fold(rest)) and self._put(Field.SEX, both[1])

    def _reason_or_day(self, part: str, said: str) -> bool:
        since = _SINCE.search(said)
        reason = values.read_reason(part).value if not _PLACE.match(said) else None
        day = _day_in(part) if since or reason or _DAY.fullmatch(part) else ""
        dated = _DAY.fullmatch(part)
        if dated and not since and not reason and not self._recent(dated[1]):
            return False
        if since and not day:
            day = said[since.end() :]
        if reason is not None:
            self._put(Field.REASON, part.replace(day, " ") if day else part)
        read = read_day(day, self.today).value if day else None
        if read is not None:
            self._put(Field.FIRST_DAY, read.isoformat())
        return read is not None or reason is not None

    def _recent(self, year: str | None) -> bool:
        """Whether a date may be the first day of an order rather than a birthday."""
        return year is None or int(year) % 100 == self.today.year % 100

    def _birth(self, part: str, said: str) -> bool:
        born = _BORN.match(said)
        if born or _YEAR.fullmatch(part) or _DAY.fullmatch(part):
            return self._put(Field.BIRTH, part)
        return bool(_AGE.fullmatch(said)) and self._put(Field.AGE, part)

    def _place(self, part: str, said: str) -> bool:
        if not _PLACE.match(said) or not any(map(str.isalpha, part)):
            return False
        self.places.append(part)
        self._after_address = True
        return True

    def begins_with(self, name: str) -> bool:
        """Whether the name came first, no words are left over, and three facts are known."""
        return name == self.first and not self.strange and self.free == [name] and self.known > _ENOUGH

    @property
    def known(self) -> int:
        """How many facts beside the name and the dwelling."""
        return len(_FACTS & self.found.keys())

    def cells(self) -> Cells | None:
        """All cells, when together they are a person."""
        name = self.found.get(Field.NAME) or self._name()
        if name in self.names:
            self.names.remove(name)
            self.places.remove(name)
        too_few = self.known < _ENOUGH + self.strange
        if not name or too_few or self.strange > 1 or len(self.names) > _MOST_PLACES:
            return None
        places = sorted(self.places, key=self._province)
        return {**self.found, Field.NAME: name, **_dwelling(places)}

    def _name(self) -> str:
        """The first that is neither a province nor right behind an address, else the first of all."""
        likely = [part for part in (*self.free, *self.names) if not self._province(part)]
        return next(iter([*likely, *self.names]), "")

    def _province(self, part: str) -> bool:
        return bare(part) in self.provinces


def _wordy(part: str) -> bool:
    """Words only, as few as a name or the name of a place has."""
    count = len(part.split())
    plain = not any(mark.isdigit() or mark in '?!:"/()' for mark in part)
    return plain and _SHORTEST_NAME <= count <= _LONGEST_NAME


def _tail(part: str, word: re.Pattern[str], said: str) -> str:
    """The part without the word that names its number."""
    if word.match(said) is None:
        return part
    first = next(index for index, mark in enumerate(part) if mark.isdigit() or mark in "+(")
    return part[first:]


def _day_in(part: str) -> str:
    found = _DAY.search(part)
    return found[0] if found else ""


def _dwelling(parts: list[str]) -> Mapping[Field, str]:
    """Street and house, commune and province, as far as the parts name them."""
    province, district, commune = split_address(", ".join(parts))
    if not commune and not district:
        return {Field.ADDRESS: ", ".join(parts)} if parts else {}
    street = [part for part in parts if part not in {province, commune}]
    if district[:1].isdigit():
        district = ""  # the house, where the parts came in another order
    found = {
        Field.ADDRESS: ", ".join(street),
        Field.COMMUNE: commune,
        Field.DISTRICT: district,
        Field.PROVINCE: province,
    }
    return {field: value for field, value in found.items() if value}
