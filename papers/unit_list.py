"""The list of health units as a file: tab-separated columns of provinces and communes."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

from quarantine.people import Unit, UnitKind

NEEDED = ("province_code", "province", "ward_code", "ward")
PROVINCES_FROM = 1_000_000
"""Ids of provinces begin here: codes of communes have five digits, and "04" and "00004" are two units."""


class UnitListError(ValueError):
    """The file is no list of units; the text names the line and what is missing."""


def read_units(path: Path, province: str = "") -> list[Unit]:
    """A CDC for each province and a station for each commune of the file, or of one province by its code.

    Raises UnitListError for a file that cannot be read as such a list, or that has no such province.
    """
    units: dict[str, Unit] = {}
    for number, row in _rows(path):
        cells = [(row.get(column) or "").strip() for column in NEEDED]
        if not all(cells):
            missing = NEEDED[cells.index("")]
            raise UnitListError(f"line {number}: {missing} is empty")
        code, name, ward_code, ward = cells
        if not (code.isdecimal() and ward_code.isdecimal()):
            raise UnitListError(f"line {number}: codes are digits, such as 04 and 01273")
        if province and code != province:
            continue
        top = units.setdefault(code, Unit(PROVINCES_FROM + int(code), code, UnitKind.CDC, name, name))
        if ward_code in units:
            raise UnitListError(f"line {number}: the code {ward_code} is there twice")
        units[ward_code] = Unit(int(ward_code), ward_code, UnitKind.STATION, ward, name, top.id)
    if not units:
        raise UnitListError(f"there is no province {province}" if province else "there is no commune in it")
    return list(units.values())


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, str | None]]]:
    """The rows with their line numbers, in composed Unicode."""
    try:
        text = unicodedata.normalize("NFC", path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UnitListError("it is not text in UTF-8") from error
    except OSError as error:
        raise UnitListError(error.strerror or "it cannot be read") from error
    lines = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    absent = [column for column in NEEDED if column not in (lines.fieldnames or ())]
    if absent:
        raise UnitListError(f"the first line names no column {', '.join(absent)} (columns end at tabs)")
    yield from enumerate(lines, start=2)
