"""The roster of a unit: who is posted there, who is away, and how a posting is ended."""

from __future__ import annotations

from handlers import staff_units
from handlers.attendance import end_posting, role_term
from handlers.cards import phone_term
from handlers.gate import may_appoint, may_somewhere, refused
from handlers.resting import days_term
from handlers.script import script
from quarantine.access import Action
from quarantine.conversation import DONE, Again, Ask, Choice, Next, Question
from quarantine.letters import Option
from quarantine.messages import Term
from quarantine.people import Officer, Unit
from quarantine.titles import unit_title
from quarantine.turn import Turn

LONGEST = 20
"""No unit has more staff; a longer list could not be read on a phone."""
LIST = Question("staff.list")
MEMBER = Question(
    "staff.member",
    choices=(
        Choice("end", "staff.end", ("ket thuc", "cho thoi", "xoa")),
        Choice("list", "staff.back_to_list", ("danh sach", "xem lai")),
    ),
)
SURE = Question(
    "staff.end_sure",
    choices=(
        Choice("yes", "staff.end_yes", ("co", "dung", "chac", "ket thuc")),
        Choice("no", "staff.end_no", ("khong", "ko", "thoi", "chua")),
    ),
    columns=2,
)


@script.command(
    "canbo_donvi",
    "staff.menu_roster",
    ("can bo don vi", "danh sach can bo", "can bo cua don vi"),
    may_somewhere(Action.STAFF),
    rare=True,
)
def roster(turn: Turn) -> Next:
    """Of which unit?"""
    return staff_units.choose(turn, Action.STAFF)


def _list(turn: Turn, unit: Unit) -> Next:
    """Everybody posted there, the longest-serving first."""
    staff = turn.store.officers(unit.id)[:LONGEST]
    turn.note("staff_listed", unit_id=unit.id)
    if not staff:
        return Again(Term("staff.list_empty", {"unit": unit_title(unit)}))
    options = [Option(f"p{one.posting.id}", _line(one)) for one in staff]
    return Ask(LIST, {"unit": unit_title(unit)}, tuple(options), {"unit": unit.id})


staff_units.THEN[Action.STAFF] = _list


def _line(officer: Officer) -> Term:
    key = "staff.line_away" if officer.absent else "staff.line"
    return Term(key, {"name": officer.person.name, "role": role_term(officer.posting)})


def _officer(turn: Turn) -> tuple[Unit, Officer | None]:
    """The posting under discussion, None once it has ended."""
    unit = turn.store.unit(int(str(turn.memory["unit"])))
    wanted = turn.memory.get("posting")
    return unit, next((one for one in turn.store.officers(unit.id) if one.posting.id == wanted), None)


@script.answers(LIST)
def listed(turn: Turn, value: str) -> Next:
    """One of them: what is known, and what can be done."""
    turn.memory["posting"] = int(value[1:])
    unit, officer = _officer(turn)
    if not turn.may(Action.STAFF, unit.id):
        return refused(turn, Action.STAFF, unit)
    if officer is None:
        return Again(Term("staff.gone"))
    person = officer.person
    return Ask(
        MEMBER,
        {
            "name": person.name,
            "role": role_term(officer.posting),
            "unit": unit_title(unit),
            "phone": phone_term(person.phone),
            "away": _away(turn, officer),
        },
    )


def _away(turn: Turn, officer: Officer) -> Term:
    known = turn.store.absences_of(officer.person.id)
    if not known:
        return Term("word.nothing")
    return Term("staff.away", {"days": [days_term(one) for one in known]})


@script.answers(MEMBER)
def member(turn: Turn, value: str) -> Next:
    """Ending it is asked once more; nobody ends what is their own."""
    unit, officer = _officer(turn)
    if value == "list":
        return _list(turn, unit)
    if officer is None:
        return Again(Term("staff.gone"))
    hindered = _hindered(turn, unit, officer)
    if hindered is not None:
        return hindered
    return Ask(
        SURE, {"name": officer.person.name, "role": role_term(officer.posting), "unit": unit_title(unit)}
    )


def _hindered(turn: Turn, unit: Unit, officer: Officer) -> Next | None:
    if officer.person.id == turn.me:
        turn.note("refused", action=str(Action.REVOKE), unit_id=unit.id, own=True)
        return Again(Term("staff.not_own"))
    if not may_appoint(turn, Action.REVOKE, unit, officer.posting.role):
        return refused(turn, Action.REVOKE, unit)
    return None


@script.answers(SURE)
def sure(turn: Turn, value: str) -> Next:
    """The posting ends at once, and its open tasks are told to the others."""
    unit, officer = _officer(turn)
    if officer is None:
        turn.say("staff.gone")
        return DONE
    if value == "no":
        turn.say("staff.kept", name=officer.person.name)
        return DONE
    hindered = _hindered(turn, unit, officer)
    if hindered is not None:
        return hindered
    tasks = end_posting(turn, officer.posting)
    turn.say(
        "staff.ended",
        name=officer.person.name,
        unit=unit_title(unit),
        tasks=Term("staff.ended_tasks", {"count": len(tasks)}) if tasks else Term("word.nothing"),
    )
    return DONE
