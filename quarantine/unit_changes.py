"""What has changed on the map since July 2025: dated data of our own, where lists and packages lag behind.

Sources: "NA Standing Committee reaches high consensus on submitting the establishment of Dong Nai City"
(dongnai.gov.vn/en/news, item 6760) announces the change of Đồng Nai; its wards and codes, and the code of Ba
Chẽ, stand in the public list of units of July 2026 against which tests/papers/test_unit_package.py compares.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from quarantine.people import Unit, UnitKind
from quarantine.units import OtherName, UnitMap, row_id


@dataclass(frozen=True, slots=True)
class Renamed:
    """A unit bears another name from this day on; `code` is a commune's, or a province's of two digits."""

    on: date
    code: str
    was: str
    name: str


@dataclass(frozen=True, slots=True)
class Recoded:
    """A commune has another code from this day on; the place is the same."""

    on: date
    was: str
    code: str


_CITY = date(2026, 4, 30)
_NEW_WARDS = {
    "25270": "Lộc Ninh",
    "25357": "Tân Khai",
    "25363": "Đồng Phú",
    "26116": "Tân Phú",
    "26170": "Trị An",
    "26248": "Trảng Bom",
    "26326": "Dầu Giây",
    "26368": "Long Thành",
    "26425": "Xuân Lộc",
    "26485": "Nhơn Trạch",
}
RENAMED = (
    Renamed(_CITY, "75", "Tỉnh Đồng Nai", "Thành phố Đồng Nai"),
    *(Renamed(_CITY, code, f"Xã {name}", f"Phường {name}") for code, name in _NEW_WARDS.items()),
)
RECODED = (Recoded(date(2026, 7, 1), "06970", "06978"),)
"""Xã Ba Chẽ; the day is that of the first list that has the new code."""


def brought_to(day: date, known: UnitMap) -> UnitMap:
    """The map with every change that has come by that day; what has it already is left as it is."""
    units = [_recoded(unit, day) for unit in known.units]
    moved = {old.id: new.id for old, new in zip(known.units, units, strict=True) if old.id != new.id}
    names = [replace(one, unit_id=moved.get(one.unit_id, one.unit_id)) for one in known.names]
    names += [
        OtherName(new.id, old.name, old.code, province=old.province, until=_eve(change.on))
        for old, new in zip(known.units, units, strict=True)
        for change in RECODED
        if old.code == change.was and new.code == change.code
    ]
    provinces = {change.was: change.name for change in RENAMED if change.on <= day}
    renamed = []
    for unit in units:
        if unit.ended(day):
            renamed.append(unit)
            continue
        change = _change(unit, day)
        if change is not None:
            was = next((old for old, new in provinces.items() if new == unit.province), unit.province)
            names.append(OtherName(unit.id, change.was, change.code, province=was, until=_eve(change.on)))
            unit = replace(unit, name=change.name)  # noqa: PLW2901 - the same unit under its new name
        renamed.append(replace(unit, province=provinces.get(unit.province, unit.province)))
    return UnitMap(tuple(renamed), tuple(dict.fromkeys(names)))


def _change(unit: Unit, day: date) -> Renamed | None:
    return next(
        (
            change
            for change in RENAMED
            if change.on <= day and change.code == unit.code and unit.name in {change.was, change.name}
        ),
        None,
    )


def _recoded(unit: Unit, day: date) -> Unit:
    for change in RECODED:
        if change.on <= day and unit.code == change.was and not unit.ended(day):
            return replace(unit, id=row_id(UnitKind.STATION, change.code), code=change.code)
    return unit


def _eve(day: date) -> date:
    return day - timedelta(days=1)
