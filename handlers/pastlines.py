"""Past lines: what was done to a person's file, by whom, when and why, as an officer reads it."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.cards import how_term
from handlers.fields import FIELDS
from handlers.filecard import name_of, readable, show, worded
from handlers.script import script
from quarantine.access import Action
from quarantine.conversation import Ask, Choice, Next, Question
from quarantine.messages import Term
from quarantine.store import File, HistoryLine
from quarantine.tasks import Method
from quarantine.turn import Turn

KINDS = (
    "episode_added",
    "episode_changed",
    "person_changed",
    "transfer_asked",
    "transfer_sent_back",
    "transfer_withdrawn",
    "contacted",
)
SHOWN = 12
"""Lines at once; older ones stay in the database."""
LABELS: Mapping[str, str] = {
    "state": "file.label_state",
    "unit_id": "file.label_unit",
    "last_day": "file.label_last_day",
    "home": "file.label_address",
}
FIELD_OF: Mapping[str, str] = {
    "first_day": "first_day",
    "order_number": "order",
    "reason": "reason",
    "name": "name",
    "phone": "phone",
    "birth_year": "birth_year",
    "sex": "sex",
    "identity": "identity",
}
"""What is told of a change, by the word for it or as the field of a file; the rest is bookkeeping."""
PAST = Question(
    "file.past",
    protect=True,
    passing=True,
    choices=(Choice("card", "file.back_to_card", ("quay ve", "ho so", "xem lai")),),
)


def past(turn: Turn, file: File) -> Next:
    """The last lines about this person, newest first."""
    lines = [worded_line(turn, line) for line in turn.store.history(file.person.id, KINDS, 2 * SHOWN)]
    told = [line for line in lines if line is not None][:SHOWN]
    return Ask(PAST, {"name": file.person.name, "lines": told or [Term("file.past_nothing")]})


def worded_line(turn: Turn, line: HistoryLine) -> Term | None:
    """One line in words; nothing for a line that only the system needs."""
    facts = {"at_full": line.at, "who": name_of(turn, line)}
    if line.kind not in {"episode_changed", "person_changed"}:
        more: dict[str, object] = {"unit": line.detail.get("unit", ""), "why": line.detail.get("why", "")}
        if line.kind == "contacted":
            more = _contact(line.detail)
        return Term(f"file.did_{line.kind}", {**facts, **more})
    changed = line.detail.get("changed")
    pairs = changed.items() if isinstance(changed, dict) else ()
    what = [_pair(turn, key, *pair) for key, pair in pairs if key in {*LABELS, *FIELD_OF}]
    if not what:
        return None
    _, _, why = str(line.detail.get("why", "")).partition(":")
    because = Term("file.because", {"why": why.strip()}) if why.strip() else Term("word.nothing")
    return Term("file.did", {**facts, "what": what, "because": because})


def _contact(detail: Mapping[str, object]) -> dict[str, object]:
    """What an officer found when somebody had been silent, and how they were reached."""
    how = Method(str(detail["method"])) if detail.get("method") else None
    return {"outcome": Term(f"outcome.{detail.get('outcome')}"), "how": how_term(how)}


def _pair(turn: Turn, key: str, before: object, after: object) -> Term:
    if key == "home" and _value(turn, key, before) == _value(turn, key, after):
        return Term("file.position_set")
    facts = {"before": _value(turn, key, before), "after": _value(turn, key, after)}
    return Term("file.was", {"what": Term(LABELS.get(key) or FIELDS[FIELD_OF[key]].label), **facts})


def _value(turn: Turn, key: str, value: object) -> object:
    if value is None:
        return Term("enrol.unknown")
    if key == "unit_id":
        return turn.store.unit(int(str(value))).name
    if key == "home" and isinstance(value, dict):
        return value["address"]
    return FIELDS[FIELD_OF[key]].show(value) if key in FIELD_OF else worded(key, value)


@script.answers(PAST)
def back(turn: Turn, _: str) -> Next:
    """Back to the card, as it is now."""
    file = readable(turn, Action.VIEW)
    return show(turn, file) if isinstance(file, File) else file
