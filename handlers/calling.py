"""Calling: which number somebody without an own officer is given, so that no refusal is a dead end."""

from __future__ import annotations

from handlers.alerts import responsible
from quarantine.messages import Term
from quarantine.people import Unit
from quarantine.phones import show_phone
from quarantine.titles import unit_title
from quarantine.turn import Turn


def number_of(turn: Turn, unit: Unit) -> str | None:
    """The number of the officer on duty at the unit, else the unit's own; None while neither is known."""
    officer = responsible(turn.store, unit.id)
    phone = (officer.phone if officer else None) or unit.hotline
    return show_phone(phone) if phone else None


def whom_to_call(turn: Turn, unit: Unit | None) -> Term:
    """As in "gọi Trạm Y tế phường Ngọc Hà 0912 345 678": the unit, else one above it that has a number."""
    for one in [unit, *turn.store.superiors(unit.id)] if unit else []:
        phone = number_of(turn, one)
        if phone is not None:
            return Term("link.call_unit", {"unit": unit_title(one), "phone": phone})
    return Term("link.call_own_station")
