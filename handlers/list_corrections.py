"""Corrections of a list: which column is which, and what it does not say."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.list_drafts import look_again, lost, shown
from handlers.script import script
from quarantine import list_values
from quarantine.conversation import Ask, Asking, Next, Question, Unclear
from quarantine.days import local_day
from quarantine.letters import Option
from quarantine.list_drafts import ListDraft
from quarantine.lists import Field
from quarantine.messages import Term
from quarantine.names import fold
from quarantine.turn import Turn

MOST_COLUMNS = 18
"""More are not offered; what stands further right is corrected in the file."""
CORRECTED = (
    Field.NAME,
    Field.PHONE,
    Field.BIRTH,
    Field.SEX,
    Field.IDENTITY,
    Field.ADDRESS,
    Field.COMMUNE,
    Field.PROVINCE,
    Field.ORDER_NUMBER,
    Field.FIRST_DAY,
    Field.REASON,
)
"""Fields whose column may be chosen in chat; the others are corrected in the file."""

FIELD = Question("lists.field")
COLUMN = Question("lists.column")


# Columns


def fields(draft: ListDraft) -> Ask:
    """Which field has the wrong column, or none."""
    columns = _mapping(draft.found, "columns")
    options = [
        Option(
            field.value,
            Term(
                "lists.field_of" if field.value in columns else "lists.field_free",
                {"field": Term(f"lists.short_{field}"), "header": columns.get(field.value, "")},
            ),
        )
        for field in CORRECTED
    ]
    return Ask(FIELD, {}, tuple(options))


@script.answers(FIELD)
def field_chosen(turn: Turn, value: str) -> Next:
    """Which column holds it."""
    draft = shown(turn)
    if draft is None:
        return lost(turn)
    headers = _headers(draft)[:MOST_COLUMNS]
    options = tuple(Option(f"c{place}", header) for place, header in enumerate(headers))
    return Ask(COLUMN, {"field": Term(f"lists.short_{Field(value)}")}, options, {"field": value})


@script.answers(COLUMN)
def column_chosen(turn: Turn, value: str) -> Next:
    """Look again with this column; it is remembered for the sender's next list."""
    draft = shown(turn)
    if draft is None:
        return lost(turn)
    header = _headers(draft)[int(value[1:])]
    mapping = {**_mapping(draft.task, "mapping"), str(turn.memory["field"]): header}
    return look_again(turn, draft, mapping=mapping)


def _headers(draft: ListDraft) -> list[str]:
    found = draft.found["headers"]
    return [str(one) for one in found] if isinstance(found, list) else []


def _mapping(values: Mapping[str, object], name: str) -> dict[str, str]:
    found = values.get(name)
    return {str(key): str(text) for key, text in found.items()} if isinstance(found, dict) else {}


# What the list does not say


def _read_order(turn: Turn, text: str) -> str:
    value, _ = list_values.read_order(text, local_day(turn.now))
    if value.value is None:
        raise Unclear("lists.order_unclear")
    return text


def _read_day(turn: Turn, text: str) -> str:
    said = local_day(turn.now).isoformat() if fold(text) in {"hom nay", "nay"} else text
    if list_values.read_date(said, local_day(turn.now)).value is None:
        raise Unclear("unclear.date")
    return said


def _read_reason(_: Turn, text: str) -> str:
    if list_values.read_reason(text).value is None:
        raise Unclear("lists.reason_unclear")
    return text


GIVEN = {
    Field.ORDER_NUMBER: Question("lists.order", Asking.TEXT, read=_read_order),
    Field.FIRST_DAY: Question("lists.first_day", Asking.TEXT, read=_read_day),
    Field.REASON: Question("lists.reason", Asking.TEXT, read=_read_reason),
}
"""What a whole list may say once (quarantine/list_rules.py)."""


def next_missing(draft: ListDraft, given: Mapping[str, str]) -> Ask:
    """The next thing that the whole list does not say; `given` was said just now."""
    missing = draft.found["missing"]
    left = [Field(str(one)) for one in missing if one not in given] if isinstance(missing, list) else []
    return Ask(GIVEN[left[0]], memory={"given": dict(given), "asks": left[0].value})


def given(turn: Turn, text: str) -> Next:
    """The next thing that is missing, or another look."""
    draft = shown(turn)
    if draft is None:
        return lost(turn)
    known = {**_mapping(turn.memory, "given"), str(turn.memory["asks"]): text}
    missing = draft.found["missing"]
    if isinstance(missing, list) and set(map(str, missing)) - known.keys():
        return next_missing(draft, known)
    return look_again(turn, draft, given={**_mapping(draft.task, "given"), **known})


for _question in GIVEN.values():
    script.answers(_question)(given)
