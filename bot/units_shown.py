"""The command `cachly units show`: a unit with what is above it, who supports it, and what it was before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from bot.clock import SystemClock
from bot.operations import WHERE_CODES_ARE, opened_database
from bot.refusals import RefusedError
from quarantine.days import local_day
from quarantine.names import fold, rank
from quarantine.people import Unit, UnitKind
from quarantine.phones import show_phone
from quarantine.places import bare
from quarantine.units import EMERGENCY, OtherName
from storage.engine import reading
from storage.unit_tree import UnitTree

LISTED = 20
_KINDS = {
    UnitKind.CDC: "provincial CDC",
    UnitKind.CENTRE: "centre",
    UnitKind.STATION: "commune station",
    UnitKind.POINT: "branch of a station",
}


def show(wanted: str) -> str:
    """The unit of that code or name, of before July 2025 too; several are listed with their codes."""
    today = local_day(SystemClock().now())
    with opened_database() as engine, reading(engine) as conn:
        tree = UnitTree(conn, today)
        if coded := tree.by_code(wanted):
            return _told(tree, coded)
        units = {unit.id: unit for unit in tree.everywhere(ended=True)}
        found = _named(wanted, list(units.values()), today)
        if len(found) == 1:
            return _told(tree, found[0])
        if found:
            return _listed(wanted, found)
        former = [
            one
            for one in tree.names_everywhere()
            if one.code == wanted or bare(one.name) == bare(wanted) or fold(one.name) == fold(wanted)
        ]
        if not former:
            raise RefusedError(f"There is no unit with the code or name “{wanted}”. {WHERE_CODES_ARE}")
        return _now(tree, former, units)


def _named(wanted: str, units: Sequence[Unit], today: date) -> list[Unit]:
    """Whole names before parts of names, units of today before those that have ended."""
    hits = sorted(rank(wanted, units, lambda unit: unit.name), key=lambda unit: unit.ended(today))
    for same in (
        [unit for unit in hits if fold(unit.name) == fold(wanted)],
        [unit for unit in hits if bare(unit.name) == bare(wanted)],
    ):
        current = [unit for unit in same if not unit.ended(today)]
        if current or same:
            return current or same
    return hits


def _listed(wanted: str, units: Sequence[Unit]) -> str:
    lines = [f"“{wanted}” may be {len(units)} units; show one by its code:"]
    lines += [_line(unit) for unit in units[:LISTED]]
    return "\n".join([*lines, *(["…"] if len(units) > LISTED else [])])


def _line(unit: Unit) -> str:
    ended = f", until {unit.valid_to:%d/%m/%Y}" if unit.valid_to else ""
    return f"  {unit.code:<8} {unit.name}, {unit.province}{ended}"


def _now(tree: UnitTree, former: Sequence[OtherName], units: dict[int, Unit]) -> str:
    """What old places are now: all of it, or that they were split; a name of today is not told to be old."""
    today = {one.unit_id for one in former if one.until is None}
    if len(today) == 1:
        return _told(tree, units[today.pop()])
    if len(former) == 1 and not former[0].partly:
        return "\n".join([f"{_before(former[0])} is now:", _told(tree, units[former[0].unit_id])])
    lines = []
    for place in dict.fromkeys(one.place for one in former):
        parts = [one for one in former if one.place == place]
        went = "was split into" if parts[0].partly else "is now"
        lines.append(f"{_before(parts[0])} {went}:")
        lines += [_line(units[one.unit_id]) for one in parts]
    return "\n".join(lines)


def _told(tree: UnitTree, unit: Unit) -> str:
    names = [one for one in tree.other_names([unit.id]) if one.unit_id == unit.id]
    facts = {
        "kind": _KINDS[unit.kind],
        "valid": _dates(unit),
        "above": _units(tree.superiors(unit.id)),
        "supported by": _units(tree.supporters(unit.id)),
        "supports": _units(tree.unit(one) for one in tree.supported(unit.id)),
        "branches": _units(tree.points(unit.id)),
        "hotline": _hotline([unit, *tree.superiors(unit.id)]),
        "staff": str(tree.staffed(unit.id)),
        "also called": ", ".join(one.name for one in names if one.until is None),
    }
    lines = [f"{unit.name} ({unit.code}), {unit.province}"]
    lines += [f"  {label:<13} {fact}" for label, fact in facts.items() if fact]
    before = [one for one in names if one.until is not None]
    lines += [f"  {label:<13} {_before(one)}" for label, one in _labelled("before", before)]
    return "\n".join(lines)


def _labelled(label: str, names: Iterable[OtherName]) -> Iterator[tuple[str, OtherName]]:
    for number, one in enumerate(names):
        yield ("" if number else label), one


def _before(one: OtherName) -> str:
    name = ", ".join(dict.fromkeys(part for part in (one.name, one.district, one.province) if part))
    facts = [one.code, f"until {one.until:%d/%m/%Y}" if one.until else "", "in part" if one.partly else ""]
    return f"{name} ({', '.join(fact for fact in facts if fact)})"


def _dates(unit: Unit) -> str:
    since = f"since {unit.valid_from:%d/%m/%Y}" if unit.valid_from else ""
    until = f"until {unit.valid_to:%d/%m/%Y}" if unit.valid_to else ""
    return " ".join(part for part in (since, until) if part)


def _units(units: Iterable[Unit]) -> str:
    return ", ".join(f"{unit.name} ({unit.code})" for unit in units)


def _hotline(chain: Sequence[Unit]) -> str:
    """The nearest number up the chain, and always the ambulance."""
    own = next((unit for unit in chain if unit.hotline), None)
    if own is None:
        return f"{EMERGENCY} (none of its own: `cachly units amend` gives one)"
    return f"{show_phone(own.hotline or '')} ({own.name}), emergency {EMERGENCY}"
