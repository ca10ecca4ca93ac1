"""The commands `cachly units …`: the map brought in, looked at, and told what no list knows."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from sqlalchemy import Connection

from bot.clock import SystemClock
from bot.formatting import capital
from bot.ids import Ids
from bot.operations import opened_database, unit_of
from bot.refusals import RefusedError
from papers.unit_list import UnitListError, read_map
from papers.unit_package import packaged
from quarantine.days import local_day
from quarantine.names import fold
from quarantine.people import Unit, UnitKind
from quarantine.unit_changes import brought_to
from quarantine.units import OtherName, UnitMap, read_hotline
from storage.unit_tree import UnitTree
from storage.units import UnitTreeError, load_map, load_names, load_units, set_hotline, stop_support

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,19}")
_PROVINCE_DIGITS = 2


def load(file: str, province: str, *, everything: bool, hotline: str) -> str:
    """Bring in the units of a file, of one province or of the whole country; what is new and what changed."""
    if everything and (file or province):
        raise RefusedError("--all is the whole country: leave FILE and --province out, or leave --all out.")
    if not (file or province or everything):
        raise RefusedError("Name a FILE, a province (--province 04), or --all for the whole country.")
    code = province.zfill(_PROVINCE_DIGITS) if province else ""
    number = _hotline(hotline)
    listed = listed_in(file, code) if file else _country(code)
    tops = [unit for unit in listed.units if unit.kind is UnitKind.CDC]
    if number and len(tops) != 1:
        raise RefusedError("--hotline is one province's number: load that province alone, with --province.")
    if number:
        units = (replace(unit, hotline=number) if unit in tops else unit for unit in listed.units)
        listed = replace(listed, units=tuple(units))
    with _writing() as conn:
        try:
            loaded = load_map(conn, listed)
        except UnitTreeError as error:
            raise RefusedError(f"{file or 'The package'} cannot be used: {error}.") from error
    centres, communes = listed.counted(UnitKind.CENTRE), listed.counted(UnitKind.STATION)
    return (
        f"{len(tops)} provinces{f', {centres} district centres' if centres else ''} and "
        f"{communes} communes are loaded: {loaded.new} new, {loaded.changed} changed. "
        f"{len(listed.names)} other and earlier names are known."
    )


def listed_in(file: str, province: str = "") -> UnitMap:
    """The map of a file as of today, with what is known of its communes' predecessors; RefusedError."""
    try:
        listed = brought_to(_today(), read_map(Path(file), province))
    except UnitListError as error:
        raise RefusedError(f"{file} cannot be used: {error}.") from error
    here = {unit.id for unit in listed.units if not unit.ended(_today())}
    before = (one for one in _country("").names if one.unit_id in here) if here else ()
    return UnitMap(listed.units, tuple(dict.fromkeys((*listed.names, *before))))


def support(centre_code: str, communes: Sequence[str], *, name: str, hotline: str, stop: bool) -> str:
    """Have a regional centre support communes, or no longer; the centre is made where there is none."""
    number = _hotline(hotline)
    with _writing() as conn:
        tree = UnitTree(conn, _today())
        stations = [unit_of(conn, code, UnitKind.STATION) for code in communes]
        centre = tree.by_code(centre_code)
        if stop:
            centre = unit_of(conn, centre_code, UnitKind.CENTRE)
            ended = stop_support(conn, centre.id, [one.id for one in stations])
            return f"{centre.name} ({centre.code}) no longer supports {ended} of these units."
        centre = (
            unit_of(conn, centre_code, UnitKind.CENTRE)
            if centre
            else _new_centre(tree, centre_code, name, stations)
        )
        strangers = [one.name for one in stations if one.province != centre.province]
        if strangers:
            raise RefusedError(f"{', '.join(strangers)} is not in {centre.province}, where {centre.name} is.")
        centre = replace(centre, name=_name(name) if name else centre.name, hotline=number or centre.hotline)
        load_units(conn, [centre], [(centre.id, one.id) for one in stations])
        supported = len(tree.supported(centre.id))
    return f"{centre.name} ({centre.code}) supports {supported} communes, {len(stations)} of them named here."


def point(station_code: str, name: str, *, hotline: str) -> str:
    """Open a branch under a station; one of that name that is there already is kept."""
    number, called = _hotline(hotline), _name(name)
    with _writing() as conn:
        tree = UnitTree(conn, _today())
        station = unit_of(conn, station_code, UnitKind.STATION)
        there = tree.points(station.id)
        same = next((one for one in there if fold(one.name) == fold(called)), None)
        if same is None:
            taken = {unit.code for unit in tree.everywhere()}
            codes = (f"{station.code}-{n}" for n in range(1, len(taken) + 2))
            code = next(one for one in codes if one not in taken)
            same = Unit(
                _ids(), code, UnitKind.POINT, called, station.province, station.id, valid_from=_today()
            )
        load_units(conn, [replace(same, hotline=number or same.hotline)])
    return f"{same.name} ({same.code}) is a branch of {station.name} ({station.code})."


def amend(code: str, *, hotline: str | None, aliases: Sequence[str]) -> str:
    """Give a unit its number and further names; an empty number takes the old one away."""
    if hotline is None and not aliases:
        raise RefusedError("Say what to amend: --hotline NUMBER, or --alias NAME.")
    number = _hotline(hotline or "")
    with _writing() as conn:
        unit = unit_of(conn, code)
        if hotline is not None:
            set_hotline(conn, unit.id, number)
        load_names(conn, [OtherName(unit.id, _name(alias)) for alias in aliases])
    return f"{unit.name} ({unit.code}) is amended."


def _country(province: str) -> UnitMap:
    try:
        return brought_to(_today(), packaged(province))
    except UnitListError as error:
        raise RefusedError(f"The map of the country cannot be used: {error}.") from error


def _new_centre(tree: UnitTree, code: str, name: str, stations: Sequence[Unit]) -> Unit:
    if not _CODE.fullmatch(code):
        raise RefusedError(f"{code} is no code: 2 to 20 letters, digits, dots and dashes, such as 04-KV1.")
    if not name:
        raise RefusedError(
            f"There is no centre {code} yet. To make it, give its name: "
            f'--name "Trung tâm Y tế khu vực Hòa An".'
        )
    if not stations:
        raise RefusedError("Name at least one commune that the centre supports.")
    top = [stations[0], *tree.superiors(stations[0].id)][-1]
    return Unit(_ids(), code, UnitKind.CENTRE, _name(name), top.province, top.id, valid_from=_today())


def _name(text: str) -> str:
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not any(mark.isalpha() for mark in name):
        raise RefusedError(f"“{text}” is no name.")
    return capital(name)


def _hotline(text: str) -> str | None:
    try:
        return read_hotline(text) if text else None
    except ValueError as error:
        raise RefusedError(f"{error}.") from error


@contextmanager
def _writing() -> Iterator[Connection]:
    with opened_database() as engine, engine.begin() as conn:
        yield conn


def _ids() -> int:
    return Ids(SystemClock().now, secrets.randbelow).one()


def _today() -> date:
    return local_day(SystemClock().now())
