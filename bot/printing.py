"""Printing: the leaflets or the day sheet that a letter stands for, as the paper shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from papers.day_sheet import DaySheet
from papers.guide_card import Card, Entrance
from papers.leaflets import Leaflet
from quarantine.messages import Params

Ways = Callable[[str], Sequence[Entrance]]
"""Where a code can be handed in."""
Written = Callable[[str, Params], str]
"""A parameter as it is written."""


def leaflets_of(params: Params, ways: Ways, written: Written) -> tuple[list[Leaflet], int]:
    """The leaflets of a letter with these parameters (handlers/leaflets.py), and how many share a page."""
    sheets = cast("Sequence[dict[str, Any]]", params["leaflets"])
    per_page = cast("int", params["per_page"])
    return [_leaflet({**params, **sheet}, ways, written) for sheet in sheets], per_page


def _leaflet(facts: Params, ways: Ways, written: Written) -> Leaflet:
    code, station, call, expires = (
        written(name, facts) for name in ("code", "station", "call", "expires_full")
    )
    name, address, phone = (written(name, facts) for name in ("name", "address", "phone"))
    return Leaflet(Card(ways(code), code, station, call, expires), name, address, phone)


def sheet_of(params: Params, written: Written) -> DaySheet:
    """The day sheet of a letter with these parameters (handlers/sheets.py)."""
    head = cast("Sequence[object]", params["head"])
    lines = cast("Sequence[dict[str, Any]]", params["sheet"])
    return DaySheet(
        tuple(written("line", {"line": one}) for one in head), tuple(_cells(line, written) for line in lines)
    )


def _cells(line: Params, written: Written) -> tuple[str, ...]:
    words = (written(name, line) for name in ("number", "day", "temperatures", "signs"))
    return (*words, *("x" if line[name] else "" for name in ("well", "suspected", "absent")))
