"""The list of health units as a file: rows of provinces and communes, of before July 2025 with districts."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from quarantine.people import Unit, UnitKind
from quarantine.units import LAST_DAY_BEFORE, MAP_OF_2025, OtherName, UnitMap, read_hotline, row_id

NEEDED = ("province_code", "province", "ward_code", "ward")
DISTRICT = ("district_code", "district")
"""With these columns it is a map of before July 2025: each district's centre stands above its stations."""
MORE = ("hotline", "aliases", "valid_from", "valid_to")
"""A commune's own number, further names parted by semicolons, and days such as 2027-01-01."""
_CENTRE = "Trung tâm Y tế {}"


class UnitListError(ValueError):
    """The file is no list of units; the text names the line and what is missing."""


def read_map(path: Path, province: str = "") -> UnitMap:
    """A CDC for each province and a station for each commune of the file, or of one province by its code.

    Raises UnitListError for a file that cannot be read as such a list, or that has no such province.
    """
    units: dict[str, Unit] = {}
    names: list[OtherName] = []
    for number, row in _rows(path):
        if province and row["province_code"] != province:
            continue
        try:
            above = _above(units, row)
            station = _station(row, above)
        except ValueError as error:
            raise UnitListError(f"line {number}: {error}") from error
        if station.code in units:
            raise UnitListError(f"line {number}: the code {station.code} is there twice")
        units[station.code] = station
        called = (alias.strip() for alias in row["aliases"].split(";"))
        names += [OtherName(station.id, alias) for alias in called if alias]
    if not units:
        raise UnitListError(f"there is no province {province}" if province else "there is no commune in it")
    return UnitMap(tuple(units.values()), tuple(names))


def _above(units: dict[str, Unit], row: Mapping[str, str]) -> Unit:
    """What stands above the commune of this row: the CDC, or the centre of its district."""
    before = "district_code" in row
    since, until = (None, LAST_DAY_BEFORE) if before else (MAP_OF_2025, None)
    code, province = row["province_code"], row["province"]
    top = Unit(
        row_id(UnitKind.CDC, code, before=before),
        code,
        UnitKind.CDC,
        province,
        province,
        valid_from=since,
        valid_to=until,
    )
    top = units.setdefault(code, top)
    if not before:
        return top
    code = row["district_code"]
    centre = Unit(
        row_id(UnitKind.CENTRE, code, before=True),
        code,
        UnitKind.CENTRE,
        _CENTRE.format(row["district"]),
        province,
        top.id,
        valid_to=until,
    )
    return units.setdefault(code, centre)


def _station(row: Mapping[str, str], above: Unit) -> Unit:
    code, before, hotline = row["ward_code"], "district_code" in row, row["hotline"]
    return Unit(
        row_id(UnitKind.STATION, code, before=before),
        code,
        UnitKind.STATION,
        row["ward"],
        row["province"],
        above.id,
        read_hotline(hotline) if hotline else None,
        _day(row, "valid_from") or above.valid_from,
        _day(row, "valid_to") or above.valid_to,
    )


def _day(row: Mapping[str, str], column: str) -> date | None:
    text = row[column]
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ValueError(f"{column} is a day such as 2027-01-01") from error


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows with their line numbers, complete, in composed Unicode."""
    try:
        text = unicodedata.normalize("NFC", path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UnitListError("it is not text in UTF-8") from error
    except OSError as error:
        raise UnitListError(error.strerror or "it cannot be read") from error
    first = text.split("\n", 1)[0]
    mark = max("\t;,", key=first.count)
    lines = csv.DictReader(
        text.splitlines(), delimiter=mark, quoting=csv.QUOTE_NONE if mark == "\t" else csv.QUOTE_MINIMAL
    )
    columns = lines.fieldnames or ()
    needed = (*NEEDED, *DISTRICT) if set(DISTRICT) & set(columns) else NEEDED
    absent = [column for column in needed if column not in columns]
    if absent:
        raise UnitListError(f"the first line names no column {', '.join(absent)}")
    for number, line in enumerate(lines, start=2):
        row = {column: (line.get(column) or "").strip() for column in (*needed, *MORE)}
        empty = next((column for column in needed if not row[column]), None)
        if empty:
            raise UnitListError(f"line {number}: {empty} is empty")
        if not all(row[column].isdecimal() for column in needed if column.endswith("code")):
            raise UnitListError(f"line {number}: codes are digits, such as 04 and 01273")
        yield number, row
