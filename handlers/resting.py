"""Days off: staff say when they do not work, in words or by buttons, and when they are back."""

from __future__ import annotations

from datetime import date, timedelta

from handlers.attendance import leaders
from handlers.gate import may_somewhere, postings_for
from handlers.script import script
from quarantine.absences import Span, Wrong, asks_for, read_span
from quarantine.access import Action
from quarantine.conversation import DONE, Again, Ask, Asking, Choice, Next, Question, Unclear
from quarantine.days import QUIET_TO, after_quiet, at, local_day
from quarantine.duty import AT_WORK
from quarantine.effects import AbsenceAdded, AbsenceEnded, MenuWanted, UnitWatched
from quarantine.messages import Kind, Priority, Term
from quarantine.people import Absence, Unit
from quarantine.turn import Turn

staff = may_somewhere(Action.REST)
"""Whether the one who writes works anywhere, and may be away."""


DAY = timedelta(days=1)


def read_days(turn: Turn, text: str) -> Span:
    """Days off as they are typed; what is wrong with them is said."""
    found = read_span(text, local_day(turn.now))
    if isinstance(found, Wrong):
        raise Unclear(f"rest.wrong_{found}")
    return found


WHEN = Question(
    "rest.when",
    Asking.TEXT,
    (
        Choice("today", "rest.today", ("hom nay", "nay")),
        Choice("tomorrow", "rest.tomorrow", ("ngay mai", "mai")),
        Choice("days", "rest.days", ("chon ngay", "ngay khac", "nhieu ngay")),
    ),
    read=read_days,
    columns=2,
)


@script.command(
    "nghi",
    "rest.menu",
    ("nghi", "xin nghi", "nghi phep", "xin nghi phep", "bao nghi"),
    staff,
    rare=True,
)
def rest(_: Turn) -> Next:
    """When will they be away?"""
    return WHEN


@script.answers(WHEN)
def when(turn: Turn, answer: str | Span) -> Next:
    """The days, or how to type them."""
    today = local_day(turn.now)
    if isinstance(answer, Span):
        return _leave(turn, answer)
    if answer == "days":
        return Again(Term("rest.how"))
    day = today if answer == "today" else today + timedelta(days=1)
    return _leave(turn, Span(day, day))


def _days(span: Span) -> Term:
    return days_term(Absence(0, 0, span.first, span.last))


def days_term(absence: Absence) -> Term:
    """The days as they are said: one, or from–to."""
    if absence.first_day == absence.last_day:
        return Term("rest.one_day", {"first_short": absence.first_day})
    return Term("rest.some_days", {"first_short": absence.first_day, "last_short": absence.last_day})


def heard(turn: Turn, text: str) -> Next | None:
    """Words such as "nghỉ từ 05/12 đến 07/12" that nobody has asked for; None when they are about else."""
    if not (staff(turn) and turn.said is not None and turn.said.kind is Kind.TEXT and asks_for(text)):
        return None
    found = read_span(text, local_day(turn.now))
    if isinstance(found, Span):
        return _leave(turn, found)
    turn.lead_in(f"rest.wrong_{found}")
    return Ask(WHEN)


def _leave(turn: Turn, span: Span) -> Next:
    """Keep the days, say who stands in, and let the units be looked at when they begin.

    With days off that they overlap, or follow on, they are one: one word ends them all.
    """
    known = turn.store.absences_of(turn.owner)
    if any(one.covers(span.first) and one.covers(span.last) for one in known):
        turn.say("rest.known", days=_days(span))
        return DONE
    beside = [one for one in known if one.first_day <= span.last + DAY and span.first <= one.last_day + DAY]
    for one in beside:
        turn.record(AbsenceEnded(one, turn.me, turn.now))
    whole = Span(
        min([span.first, *(one.first_day for one in beside)]),
        max([span.last, *(one.last_day for one in beside)]),
    )
    turn.record(MenuWanted(turn.owner, turn.chat.id))
    turn.record(AbsenceAdded(Absence(turn.ids(), turn.owner, whole.first, whole.last), turn.me, turn.now))
    units = [
        turn.store.unit(one) for one in dict.fromkeys(p.unit_id for p in postings_for(turn, Action.REST))
    ]
    begins = max(turn.now, at(span.first, QUIET_TO))
    instead: list[str] = []
    alone = False
    for unit in units:
        turn.record(UnitWatched(unit.id, turn.now if span.first == local_day(turn.now) else begins))
        names = _stand_ins(turn, unit, span.first)
        instead += names
        alone = alone or not names
    who = Term("rest.alone") if alone else Term("rest.instead", {"names": list(dict.fromkeys(instead))})
    turn.say("rest.done", days=_days(whole), instead=who)
    _tell_leaders(turn, units, whole)
    return DONE


def _stand_ins(turn: Turn, unit: Unit, day: date) -> list[str]:
    """Who else does the unit's daily work on that day."""
    able = [one.person for one in turn.store.officers(unit.id) if one.posting.role in AT_WORK[unit.kind]]
    others = [one for one in able if one.id != turn.me]
    return [one.name for one in others if not any(a.covers(day) for a in turn.store.absences_of(one.id))]


def _tell_leaders(turn: Turn, units: list[Unit], span: Span) -> None:
    """The director, or who leads above, hears of it once; it is for information."""
    above = ([one.id for one in leaders(turn, unit) if one.id != turn.me] for unit in units)
    for person_id in sorted({people[0] for people in above if people}):
        turn.say(
            "rest.told",
            to=person_id,
            priority=Priority.REPORT,
            not_before=after_quiet(turn.now),
            name=turn.person.name if turn.person else "",
            days=_days(span),
        )


def _away(turn: Turn) -> bool:
    """Whether there are days off to come back from, or to give up."""
    return bool(turn.store.absences_of(turn.owner))


@script.command(
    "dilam",
    "rest.menu_back",
    ("di lam lai", "di lam", "het nghi", "da di lam lai", "huy nghi"),
    staff,
    timely=_away,
)
def back(turn: Turn) -> Next:
    """Days off that run end now; where none does, those to come are given up."""
    known = turn.store.absences_of(turn.owner)
    today = local_day(turn.now)
    ended = [one for one in known if one.covers(today)] or list(known)
    if not ended:
        return Again(Term("rest.not_away"))
    turn.record(MenuWanted(turn.owner, turn.chat.id))
    for absence in ended:
        turn.record(AbsenceEnded(absence, turn.me, turn.now))
    running = ended[0].covers(today)
    turn.say(
        "rest.back" if running else "rest.given_up",
        days=[days_term(one) for one in ended],
    )
    return DONE
