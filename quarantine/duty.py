"""Duty: who of a unit's staff stands on which rung, and whom a resident is told to call."""

from __future__ import annotations

from collections.abc import Sequence

from quarantine.ladder import Audience
from quarantine.people import Officer, Role

CALLED_IN_ORDER = (Audience.OFFICER, Audience.DEPUTY, Audience.DIRECTOR)
"""Whom a resident may call, first the officer on duty (domain.md §E2)."""


def on_rung(staff: Sequence[Officer], who: Audience) -> list[Officer]:
    """Those of one unit's staff who stand on this rung, in the order given; nobody when the place is empty.

    A CDC is asked through its administrators, or through its clerks while it has none. Who may only look is
    on no rung.
    """
    if who is Audience.CENTRE:
        return [one for one in staff if one.posting.role is Role.CENTRE]
    if who is Audience.CDC:
        able = [one for one in staff if one.posting.role in {Role.CDC_ADMIN, Role.CDC_CLERK}]
        return [one for one in able if one.posting.role is Role.CDC_ADMIN] or able
    if who is Audience.DIRECTOR:
        return [one for one in staff if one.posting.role is Role.DIRECTOR]
    officers = [one for one in staff if one.posting.role is Role.OFFICER]
    if who is Audience.DEPUTY:
        return [one for one in officers if one.posting.deputy or not one.posting.on_duty]
    return [one for one in officers if one.posting.on_duty and not one.posting.deputy]


def responsible(staff: Sequence[Officer]) -> Officer | None:
    """Whom a resident is told to call: the officer on duty, a deputy, else the director."""
    return next((one for who in CALLED_IN_ORDER for one in on_rung(staff, who)), None)
