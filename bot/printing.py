"""Printing: the leaflets that a letter of codes stands for, as the paper shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

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
