"""Sheets: the day sheet of one person for the officer, as a few figures and as the official form to print."""

from __future__ import annotations

from handlers.alerts import responsible
from handlers.calling import number_of
from handlers.cards import phone_term
from quarantine.day_sheet import SheetDay, sheet, total
from quarantine.days import after_quiet, local_day
from quarantine.letters import Enclosure
from quarantine.messages import Priority, Term
from quarantine.store import File
from quarantine.turn import Turn


def post(
    turn: Turn, file: File, *, to: int | None = None, why: Term | None = None, beside: bool = False
) -> None:
    """Say the sheet to whoever writes, or to the officer `to`; that it was given out is recorded.

    `why` is a line that says why it comes; `beside` leaves the pressed list of names as it is.
    """
    own = to is None or to == turn.me
    records = turn.store.day_records(file.episode.id)
    lines = sheet(file.episode, records, local_day(turn.now))
    figures = total(lines, records)
    turn.note("sheet_printed", person_id=file.person.id, episode_id=file.episode.id, to=to or turn.me)
    turn.say(
        "sheet.text",
        to=None if own else to,
        priority=Priority.REPLY if own else Priority.REPORT,
        not_before=None if own else after_quiet(turn.now),
        beside=beside,
        preface=why,
        enclosure=Enclosure.DAY_SHEET,
        protect=True,
        name=file.person.name,
        first_day=file.episode.first_day,
        last_day=file.episode.last_day,
        days=file.episode.length,
        checkins=figures.asked,
        answered=figures.answered,
        unwell=figures.unwell_days,
        absent=figures.absent_days,
        head=_head(turn, file),
        sheet=[_line(line) for line in lines],
    )


def _head(turn: Turn, file: File) -> list[Term]:
    """What the form asks for above its table: who, from when, who follows, whom to call."""
    officer = responsible(turn.store, file.unit.id)
    phone = file.person.phone or file.responder.phone
    return [
        Term(
            "sheet.person",
            {
                "name": file.person.name,
                "phone": phone_term(phone),
                "address": file.episode.home.address,
                "unit": file.unit.name,
            },
        ),
        Term(
            "sheet.order",
            {
                "first_day": file.episode.first_day,
                "last_day": file.episode.last_day,
                "order": file.episode.order_number,
            },
        ),
        Term(
            "sheet.officer",
            {
                "name": officer.name if officer else Term("word.duty_officer"),
                "call": number_of(turn, file.unit) or Term("word.no_phone"),
            },
        ),
    ]


def _line(line: SheetDay) -> dict[str, object]:
    return {
        "number": line.number,
        "day": line.day,
        "temperatures": [Term("report.temperature", {"value": one}) for one in line.temperatures],
        "signs": [Term(f"sign.{code}") for code in line.signs],
        "well": line.well,
        "suspected": line.suspected,
        "absent": line.absent,
    }
