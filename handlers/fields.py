"""Fields: the facts of a file as a table of questions, asked by enrolment and corrected at verification."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import cast

from handlers import draft, duplicates
from handlers.communes import COMMUNE
from handlers.script import script
from quarantine.conversation import Ask, Asking, Choice, Next, Question, Unclear
from quarantine.days import local_day
from quarantine.free_lines import Pasted, looks_pasted, read_pasted
from quarantine.identity import read_identity as identity_in
from quarantine.list_values import LONGEST_ADDRESS, LONGEST_NAME, LONGEST_ORDER, unusual_first_day
from quarantine.measures import Reading, Status, read_day, read_year
from quarantine.messages import Term
from quarantine.names import fold, tidy_name
from quarantine.phones import read_phone, show_phone
from quarantine.protocol import DEFAULT_PROTOCOL, protocol
from quarantine.turn import Turn

NONE, TODAY = "none", "today"
SHORTEST_ADDRESS = 5


def pasted_in(turn: Turn, text: str) -> Pasted | None:
    """The people of whom a text tells more than the name; None where it is an ordinary answer."""
    if not looks_pasted(text):
        return None
    provinces = [unit.province for unit in turn.store.tops()]
    found = read_pasted(text, local_day(turn.now), provinces)
    return found if found.people else None


def read_name(turn: Turn, text: str) -> str | Pasted:
    """A name as it is written; digits, signs alone and whole sentences are no name.

    Where somebody is being enrolled, all that is known of them may come at once.
    """
    begins = turn.memory.get("flow") == draft.ENROL and "name" not in draft.values(turn)
    if begins and (found := pasted_in(turn, text)) is not None:
        return found
    name = tidy_name(text)
    if any(mark.isdigit() for mark in name) or not 1 < len(fold(name)) <= LONGEST_NAME:
        raise Unclear("enrol.name_unclear")
    return name


def read_own_phone(_: Turn, text: str) -> str:
    """A Vietnamese number in its national form."""
    phone = read_phone(text)
    if phone is None:
        raise Unclear("enrol.phone_unclear")
    return phone


def read_birth_year(turn: Turn, text: str) -> Reading[int]:
    """A year of birth; "85" and "40 tuổi" are taken, and said back."""
    reading = read_year(text, local_day(turn.now))
    if reading.value is None:
        raise Unclear("enrol.birth_year_unclear")
    return reading


def read_address(_: Turn, text: str) -> str:
    """House, street, hamlet: kept as given, because old names of units still stand in it (domain.md §D2)."""
    address = " ".join(text.split())
    if not SHORTEST_ADDRESS <= len(address) <= LONGEST_ADDRESS or not re.search(r"[^\W\d_]", address):
        raise Unclear("enrol.address_unclear")
    return address


def read_order(_: Turn, text: str) -> str:
    """The number of the decision, such as 123/QĐ-UBND; there is a figure in each."""
    order = " ".join(text.split())
    if len(order) > LONGEST_ORDER or not any(mark.isdigit() for mark in order):
        raise Unclear("enrol.order_unclear")
    return order


def read_date(turn: Turn, text: str) -> Reading[date]:
    """A day as typed, day before month; the day of the month alone is taken, and said back."""
    reading = read_day(text, local_day(turn.now))
    if reading.value is None:
        month_first = reading.status is Status.MONTH_FIRST
        raise Unclear("enrol.first_day_month" if month_first else "enrol.first_day_unclear")
    return reading


def read_identity(_: Turn, text: str) -> str:
    """The twelve digits of a citizen's identity number (CCCD)."""
    found = identity_in(text)
    if found is None or not found.is_citizen or found.restored:
        raise Unclear("enrol.identity_unclear")
    return found.number


@dataclass(frozen=True)
class Field:
    """One fact of a file: its question, how an answer is kept, how it is shown in a review."""

    name: str
    question: Question
    keep: Callable[[Turn, object], object] = lambda _turn, answer: None if answer == NONE else answer
    show: Callable[[object], object] = str
    check: Callable[[Turn], Next | None] = lambda _turn: None
    """A doubt to be settled before going on, such as a number that somebody else has."""

    @property
    def label(self) -> str:
        """The key of the field's name, as reviews and choices have it."""
        return f"enrol.label_{self.name}"


def _keep_year(turn: Turn, answer: object) -> object:
    if not isinstance(answer, Reading):
        return None
    if answer.status is Status.CONFIRM:
        turn.lead_in("enrol.birth_year_taken", year=str(answer.value))
    return answer.value


def _keep_first_day(turn: Turn, answer: object) -> object:
    if not isinstance(answer, Reading):
        return local_day(turn.now)
    if answer.status is Status.CONFIRM:
        turn.lead_in("enrol.first_day_taken", day=answer.value)
    return answer.value


DAY_SURE = Question(
    "enrol.first_day_sure",
    choices=(
        Choice("yes", "enrol.first_day_right", ("dung", "dung vay", "co", "phai", "ok", "da", "vang")),
        Choice("edit", "enrol.first_day_edit", ("sua", "sua ngay", "sai", "khong", "nham")),
    ),
    columns=2,
)


def _doubt_first_day(turn: Turn) -> Next | None:
    """A day is asked back where a list with it would be."""
    rules, first = protocol(DEFAULT_PROTOCOL), cast("date", draft.values(turn)["first_day"])
    if not unusual_first_day(first, None, local_day(turn.now), rules.days):
        return None
    return Ask(DAY_SURE, {"first_day": first, "last_day": rules.last_day(first)})


def _shown_or(key: str, show: Callable[[str], object] = str) -> Callable[[object], object]:
    return lambda value: show(str(value)) if value else Term(key)


NOT_KNOWN = Choice(NONE, "enrol.not_known", ("chua ro", "khong ro", "khong biet", "chua biet"))
FIELDS: Mapping[str, Field] = {
    field.name: field
    for field in (
        Field("name", Question("enrol.name", Asking.TEXT, read=read_name)),
        Field(
            "phone",
            Question(
                "enrol.phone",
                Asking.TEXT,
                (Choice(NONE, "enrol.no_phone", ("khong co", "khong", "ko co", "ko", "chua co")),),
                read=read_own_phone,
            ),
            show=_shown_or("enrol.none", show_phone),
            check=lambda turn: duplicates.ask(turn, "phone"),
        ),
        Field(
            "birth_year",
            Question("enrol.birth_year", Asking.TEXT, (NOT_KNOWN,), read=read_birth_year),
            keep=_keep_year,
            show=_shown_or("enrol.unknown"),
        ),
        Field(
            "sex",
            Question(
                "enrol.sex",
                choices=(
                    Choice("m", "enrol.sex_m", ("nam", "trai", "ong", "anh")),
                    Choice("f", "enrol.sex_f", ("nu", "gai", "ba", "chi")),
                    NOT_KNOWN,
                ),
                columns=3,
            ),
            show=lambda value: Term(f"enrol.sex_{value}") if value else Term("enrol.unknown"),
        ),
        Field("address", Question("enrol.address", Asking.TEXT, read=read_address)),
        Field("unit", COMMUNE),
        Field("order", Question("enrol.order", Asking.TEXT, read=read_order)),
        Field(
            "first_day",
            Question(
                "enrol.first_day",
                Asking.DATE,
                (Choice(TODAY, "enrol.today", ("hom nay", "bua nay", "nay")),),
                read=read_date,
            ),
            keep=_keep_first_day,
            show=lambda value: value,
            check=_doubt_first_day,
        ),
        Field(
            "reason",
            Question(
                "enrol.reason",
                choices=(
                    Choice("f0", "enrol.reason_f0", ("f0", "mac benh", "ca benh", "duong tinh")),
                    Choice("f1", "enrol.reason_f1", ("f1", "tiep xuc gan")),
                    Choice("f2", "enrol.reason_f2", ("f2", "tiep xuc voi f1", "tiep xuc f1")),
                    Choice(
                        "return", "enrol.reason_return", ("ve tu vung dich", "nhap canh", "ve tu noi co dich")
                    ),
                ),
            ),
            show=lambda value: Term(f"enrol.reason_{value}"),
        ),
        Field(
            "identity",
            Question(
                "enrol.identity",
                Asking.TEXT,
                (Choice(NONE, "enrol.skip", ("bo qua", "khong", "khong co", "ko co", "chua co", "sau")),),
                read=read_identity,
            ),
            show=_shown_or("enrol.none"),
            check=lambda turn: duplicates.ask(turn, "identity"),
        ),
    )
}
"""In the order in which enrolment asks; the commune alone is answered by handlers/communes.py."""


def _answered(field: Field, turn: Turn, answer: object) -> Next:
    if (instead := draft.INSTEAD.get(type(answer))) is not None:
        return instead(turn, answer)
    draft.values(turn)[field.name] = field.keep(turn, answer)
    return field.check(turn) or draft.onward(turn, field.name)


for _field in FIELDS.values():
    draft.QUESTIONS[_field.name] = _field.question
    if _field.question is not COMMUNE:
        script.answers(_field.question)(partial(_answered, _field))


@script.answers(DAY_SURE)
def day_sure(turn: Turn, value: str) -> Next:
    """An unusual first day is believed once it has been said twice."""
    return draft.onward(turn, "first_day") if value == "yes" else draft.QUESTIONS["first_day"]


def shown(values: Mapping[str, object]) -> dict[str, object]:
    """All fields but the commune as a review shows them, with the last day and the length that follow."""
    return {name: FIELDS[name].show(value) for name, value in values.items() if name != "unit"}
