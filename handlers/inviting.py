"""Invitations: whoever leads a unit makes a code that gives one chat a post there, to be forwarded."""

from __future__ import annotations

from datetime import timedelta

from handlers import staff_units
from handlers.attendance import role_term
from handlers.gate import may_appoint, may_somewhere, refused
from handlers.script import script
from quarantine.access import EXISTS_AT, Action
from quarantine.codes import free_code, show_code
from quarantine.conversation import DONE, Ask, Next, Question
from quarantine.effects import Code, CodeFor, CodeIssued
from quarantine.letters import Enclosure, Option
from quarantine.people import Posting, Role, Unit
from quarantine.titles import unit_title
from quarantine.turn import Turn

INVITATION_LIVES = timedelta(hours=72)
"""As a resident's code: single use, 72 hours (DESIGN.md §7: short-lived)."""
DEPUTY = "deputy"
"""The value of the button for an officer who stands in."""
ROLE = Question("staff.role", columns=2)


@script.command(
    "moi", "staff.menu_invite", ("moi can bo", "them can bo", "moi"), may_somewhere(Action.INVITE), rare=True
)
def invite(turn: Turn) -> Next:
    """For which unit?"""
    return staff_units.choose(turn, Action.INVITE)


def _ask_role(turn: Turn, unit: Unit) -> Next:
    """As what? Only what there is at such a unit, and what the speaker may give."""
    options = [
        Option(value, role_term(_posting(unit, value)))
        for role in EXISTS_AT
        if may_appoint(turn, Action.INVITE, unit, role)
        for value in ((str(role), DEPUTY) if role is Role.OFFICER else (str(role),))
    ]
    return Ask(ROLE, {"unit": unit_title(unit)}, tuple(options), {"unit": unit.id})


staff_units.THEN[Action.INVITE] = _ask_role


def _posting(unit: Unit, value: str) -> Posting:
    """The posting that an invitation would make; its ids are still to come."""
    role = Role.OFFICER if value == DEPUTY else Role(value)
    return Posting(0, 0, unit.id, role, deputy=value == DEPUTY)


@script.answers(ROLE)
def role(turn: Turn, value: str) -> Next:
    """Make the code and show every entrance at which it can be handed in."""
    unit = turn.store.unit(int(str(turn.memory["unit"])))
    posting = _posting(unit, value)
    if not may_appoint(turn, Action.INVITE, unit, posting.role):
        return refused(turn, Action.INVITE, unit)
    expires = turn.now + INVITATION_LIVES
    text = free_code(turn.random_below, lambda drawn: turn.store.code(drawn) is not None)
    code = Code(
        turn.ids(),
        CodeFor.OFFICER,
        expires,
        unit_id=unit.id,
        role=posting.role,
        deputy=posting.deputy,
        issued_by=turn.me,
    )
    turn.record(CodeIssued(code, text, turn.me, turn.now))
    turn.note("invited", unit_id=unit.id, role=str(posting.role), deputy=posting.deputy)
    turn.say(
        "staff.invitation",
        enclosure=Enclosure.INVITATION,
        code=show_code(text),
        expires=expires,
        role=role_term(posting),
        unit=unit_title(unit),
    )
    return DONE
