"""Staff: an invited officer says who they are and takes up the posting of the code."""

from __future__ import annotations

from dataclasses import replace

from handlers.calling import number_of, whom_to_call
from handlers.chats import speaks_here
from handlers.script import script
from quarantine.conversation import DONE, Again, Ask, Asking, Choice, Next, Question, Unclear
from quarantine.duty import on_rung
from quarantine.effects import (
    AddressBound,
    Code,
    CodeClosed,
    MenuWanted,
    PersonAdded,
    PersonChanged,
    PostingAdded,
)
from quarantine.ladder import Audience
from quarantine.messages import Term
from quarantine.names import fold, tidy_name
from quarantine.people import Person, Posting, Role, Unit, UnitKind
from quarantine.phones import read_phone, show_phone
from quarantine.titles import unit_title
from quarantine.turn import Turn


def read_name(_: Turn, text: str) -> str:
    """A full name: at least two words without digits."""
    if len(fold(text).split()) < 2 or any(mark.isdigit() for mark in text):  # noqa: PLR2004  # family and given name
        raise Unclear("unclear.name")
    return tidy_name(text)


def read_number_to_call(_: Turn, text: str) -> str:
    """A Vietnamese phone number in national form."""
    phone = read_phone(text)
    if phone is None:
        raise Unclear("unclear.phone")
    return phone


NAME = Question("staff.name", Asking.TEXT, read=read_name)
PHONE = Question("staff.phone", Asking.CONTACT, read=read_number_to_call, want_label="staff.share_phone")
REVIEW = Question(
    "staff.review",
    Asking.ONE,
    (
        Choice("save", "staff.save", ("dung", "dung roi", "ok", "luu", "co")),
        Choice("again", "staff.again", ("sua", "sai", "khong", "ko")),
    ),
    columns=2,
)


def begin(turn: Turn, code: Code) -> Next:
    """The first question to somebody who came with an officer's code; who is known already is asked less."""
    if code.issued_by is not None and code.issued_by == turn.me:
        return Again(Term("staff.own_invitation"))
    mine = {(one.unit_id, one.role, one.deputy) for one in turn.context.postings}
    if (code.unit_id, code.role, code.deputy) in mine:
        return Again(Term("staff.already"))
    known = turn.person
    if not mine or known is None or known.phone is None:
        return Ask(NAME, memory={"code": code.id})
    return _review(turn, {"code": code.id, "name": known.name, "phone": known.phone})


def _review(turn: Turn, memory: dict[str, object]) -> Ask:
    code = turn.store.code_by_id(int(str(memory["code"])))
    unit = turn.store.unit(code.unit_id) if code and code.unit_id else None
    shown = {"name": memory["name"], "phone": show_phone(str(memory["phone"]))}
    return Ask(REVIEW, {**shown, "unit": unit.name if unit else ""}, memory=memory)


@script.answers(NAME)
def name(turn: Turn, value: str) -> Next:
    """The name under which residents will call."""
    turn.memory["name"] = value
    return PHONE


@script.answers(PHONE)
def phone(turn: Turn, value: str) -> Next:
    """The number that residents will be given."""
    turn.memory["phone"] = read_phone(value) or value
    return _review(turn, dict(turn.memory))


@script.answers(REVIEW)
def review(turn: Turn, value: str) -> Next:
    """Save, or begin again."""
    if value == "again":
        return NAME
    code = turn.store.code_by_id(int(str(turn.memory["code"])))
    gone = code is None or code.used_at is not None or code.expires_at <= turn.now
    if code is None or gone or not (code.unit_id and code.role):
        turn.say("link.invitation_closed")
        return DONE
    turn.record(CodeClosed(code.id, turn.now, "used"))
    name, phone, unit = str(turn.memory["name"]), str(turn.memory["phone"]), turn.store.unit(code.unit_id)
    posted = None if turn.person else _posted(turn, unit, code.role, name, phone)
    if posted is not None:
        speaks_here(turn, posted.id, whom_to_call(turn, [unit, *turn.store.superiors(unit.id)][-1]))
        turn.become(posted)
    else:
        person = _known(turn, name, phone)
        posting = Posting(turn.ids(), person.id, unit.id, code.role, on_duty=True, deputy=code.deputy)
        turn.record(PostingAdded(posting, turn.me, turn.now))
    turn.record(MenuWanted(turn.owner, turn.chat.id))
    turn.say("staff.welcome_viewer" if code.role is Role.VIEWER else "staff.welcome", unit=unit.name)
    if code.issued_by is not None:
        as_what = "role.deputy" if code.deputy else f"role.{code.role}"
        about = {"name": name, "phone": show_phone(phone), "role": Term(as_what)}
        turn.say("staff.joined", about, to=code.issued_by, unit=unit_title(unit))
    return DONE


def whom_staff_call(turn: Turn) -> Term:
    """Whom a member of staff turns to: the province's CDC; those at the CDC its administrator."""
    unit = turn.store.unit(turn.context.postings[0].unit_id)
    if unit.kind is not UnitKind.CDC:
        tops = [one for one in turn.store.superiors(unit.id) if one.parent_id is None]
        phone = number_of(turn, tops[0]) if tops else None
        if phone is None:
            return Term("human.staff_no_number")
        return Term("human.staff", {"cdc": unit_title(tops[0]), "phone": phone})
    for officer in on_rung(turn.store.officers(unit.id), Audience.CDC):
        admin = officer.person
        if officer.posting.role is Role.CDC_ADMIN and admin.id != turn.me and admin.phone:
            return Term("human.cdc", {"name": admin.name, "phone": show_phone(admin.phone)})
    return Term("human.cdc_alone")


def _posted(turn: Turn, unit: Unit, role: Role, full_name: str, number: str) -> Person | None:
    """The officer who comes with a new phone or messenger: name and number are those of one posted here.

    Only where the invitation gives all that this officer holds: so nobody gains a posting by knowing a
    colleague's number, and the officer's other chats are told.
    """
    for officer in turn.store.officers(unit.id):
        person = officer.person
        held = {(one.unit_id, one.role) for one in turn.store.postings_of(person.id)}
        same = person.phone == number and fold(person.name) == fold(full_name)
        if same and held == {(unit.id, role)}:
            return person
    return None


def _known(turn: Turn, full_name: str, number: str) -> Person:
    """The person of this chat, brought up to date, or somebody new who is bound to it."""
    if turn.person is not None:
        after = replace(turn.person, name=full_name, phone=number)
        if after != turn.person:
            turn.record(PersonChanged(turn.person, after, turn.me, turn.now, "posting"))
        return after
    person = Person(turn.ids(), full_name, number)
    turn.record(PersonAdded(person, turn.now))
    turn.record(AddressBound(turn.chat.id, person.id, turn.now))
    turn.become(person)
    return person
