"""The map of the whole country out of the package vietnamadminunits: its data files alone, nothing imported.

The package (MIT) brings today's units, those of the 63 provinces, and which old commune went where. Importing
it would load geometry libraries that we have no use for, so its two data files are read as they lie there.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from papers.unit_list import UnitListError
from quarantine.people import Unit, UnitKind
from quarantine.units import LAST_DAY_BEFORE, MAP_OF_2025, OtherName, UnitMap, row_id

PACKAGE = "vietnamadminunits"
_KEPT = ("DICT_PROVINCE", "DICT_PROVINCE_WARD_NO_DIVIDED", "DICT_PROVINCE_WARD_DIVIDED")


class _Went(NamedTuple):
    """Which key of before went where: new province → old ones; → new ward → old; → old ward → its parts."""

    provinces: dict[str, list[str]]
    whole: dict[str, dict[str, list[str]]]
    parts: dict[str, dict[str, list[dict[str, str]]]]


class _Old(NamedTuple):
    """A commune of before July 2025."""

    code: str
    name: str
    district: str
    province: str
    province_code: str


def packaged(province: str = "") -> UnitMap:
    """The units of today with their predecessors, of the whole country or one province by its code.

    The package's map is that of July 2025: `quarantine.unit_changes` brings it to a day. Raises UnitListError
    where the package is not there or has changed its form, or has no such province.
    """
    try:
        folder = Path(str(metadata.distribution(PACKAGE).locate_file(f"{PACKAGE}/data")))
        kept = json.loads((folder / "converter_2025.json").read_text(encoding="utf-8"))
        went = _Went(*(kept[name] for name in _KEPT))
        with closing(sqlite3.connect(f"{(folder / 'dataset.db').as_uri()}?mode=ro", uri=True)) as conn:
            return _map(conn, went, province)
    except metadata.PackageNotFoundError as error:
        raise UnitListError(f"the package {PACKAGE} is not installed") from error
    except (OSError, sqlite3.Error, KeyError) as error:
        raise UnitListError(f"the package {PACKAGE} is not as expected: {type(error).__name__}") from error


def _map(conn: sqlite3.Connection, went: _Went, only: str) -> UnitMap:
    units: dict[str, Unit] = {}
    ids: dict[tuple[str, str], int] = {}
    today = (
        "SELECT provinceCode, province, provinceKey, wardCode, ward, wardKey"
        " FROM admin_units ORDER BY wardCode"
    )
    for code, province, province_key, ward_code, ward, ward_key in conn.execute(today):
        if only and code != only:
            continue
        top = Unit(row_id(UnitKind.CDC, code), code, UnitKind.CDC, province, province, valid_from=MAP_OF_2025)
        top = units.setdefault(code, top)
        station = Unit(
            row_id(UnitKind.STATION, ward_code),
            ward_code,
            UnitKind.STATION,
            ward,
            province,
            top.id,
            valid_from=MAP_OF_2025,
        )
        units[ward_code] = station
        ids[province_key, ""] = top.id
        ids[province_key, ward_key] = station.id
    if not units:
        raise UnitListError(f"there is no province {only}")
    return UnitMap(tuple(units.values()), tuple(_names(_olds(conn), went, ids)))


def _olds(conn: sqlite3.Connection) -> dict[str, _Old]:
    """The communes of before by their key; islands had none, there the district stands for it."""
    old = (
        "SELECT provinceKey, districtKey, wardKey, coalesce(wardCode, districtCode),"
        " coalesce(ward, district), CASE WHEN ward IS NULL THEN '' ELSE district END,"
        " province, provinceCode FROM admin_units_legacy"
    )
    return {f"{row[0]}_{row[1]}_{row[2] or ''}": _Old(*row[3:]) for row in conn.execute(old)}


def _names(olds: dict[str, _Old], went: _Went, ids: dict[tuple[str, str], int]) -> Iterator[OtherName]:
    """Every old commune and province as another name of what it went into."""
    into: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for key, place in _moves(went):
        into[key].add(place)
    for key, places in into.items():
        old, partly = olds[key], len(places) > 1
        for place in sorted(places & ids.keys()):
            yield OtherName(
                ids[place], old.name, old.code, old.district, old.province, partly, LAST_DAY_BEFORE
            )
    of_province = {key.split("_", 1)[0]: old for key, old in olds.items()}
    for province, merged in went.provinces.items():
        for old in (of_province[key] for key in merged if (province, "") in ids and key != province):
            unit_id = ids[province, ""]
            yield OtherName(unit_id, old.province, old.province_code, "", old.province, until=LAST_DAY_BEFORE)


def _moves(went: _Went) -> Iterator[tuple[str, tuple[str, str]]]:
    """The key of each old commune beside the province and ward that took it, or a part of it."""
    for province, wards in went.whole.items():
        yield from ((key, (province, ward)) for ward, keys in wards.items() for key in keys)
    for province, keys in went.parts.items():
        yield from ((key, (province, ward["newWardKey"])) for key, wards in keys.items() for ward in wards)
