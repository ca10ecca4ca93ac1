"""Duty: who of a unit's staff stands on which rung, and whom a resident is told to call."""

from __future__ import annotations

from collections.abc import Sequence

from quarantine.ladder import Audience
from quarantine.people import Officer, Role, UnitKind

CALLED_IN_ORDER = (Audience.OFFICER, Audience.DEPUTY, Audience.DIRECTOR)
"""Whom a resident may call, first the officer on duty (domain.md §E2)."""
AT_WORK = {
    UnitKind.CDC: frozenset({Role.CDC_ADMIN, Role.CDC_CLERK}),
    UnitKind.CENTRE: frozenset({Role.CENTRE}),
    UnitKind.STATION: frozenset({Role.OFFICER}),
    UnitKind.POINT: frozenset({Role.OFFICER}),
}
"""Whose presence makes a unit attended: those to whom its daily work goes first."""


def posted_on(staff: Sequence[Officer], who: Audience) -> list[Officer]:
    """Those of one unit's staff who belong on this rung, absent or not, in the order given.

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


def present(staff: Sequence[Officer]) -> list[Officer]:
    """Those who work today."""
    return [one for one in staff if not one.absent]


def on_rung(staff: Sequence[Officer], who: Audience) -> list[Officer]:
    """Those who stand on this rung today; nobody when the place is empty.

    Clerks stand in for absent administrators of a CDC. Where all of it are away, they stand there all the
    same: above a CDC there is nobody.
    """
    here = posted_on(present(staff), who)
    return here or posted_on(staff, who) if who is Audience.CDC else here


def attended(kind: UnitKind, staff: Sequence[Officer]) -> bool:
    """Whether somebody is there today who does the unit's daily work."""
    return any(one.posting.role in AT_WORK[kind] for one in present(staff))


def responsible(staff: Sequence[Officer]) -> Officer | None:
    """Whom a resident is told to call: the officer on duty, a deputy, else the director.

    Who is absent is named only where everybody is.
    """
    for those in (present(staff), staff):
        for who in CALLED_IN_ORDER:
            if called := posted_on(those, who):
                return called[0]
    return None
