"""JSON of what is sealed: the body of a letter, the answers of a report, the position of a fix."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from quarantine.effects import FixShared, Reported
from quarantine.letters import Asked, Letter, Option
from quarantine.messages import Params, Term, Want
from quarantine.params import pack, pack_params, unpack, unpack_params


@dataclass(frozen=True, slots=True)
class Body:
    """What a letter says besides its key."""

    params: Params = field(default_factory=dict)
    lead: tuple[Term, ...] = ()
    asked: Asked | None = None


def letter_body(letter: Letter) -> bytes:
    """The parameters, leading lines and question of a letter."""
    asked = letter.asked
    return msgspec.json.encode(
        {
            "params": pack_params(letter.params),
            "lead": [pack(term) for term in letter.lead],
            "asked": None if asked is None else _asked(asked),
        }
    )


def read_letter_body(raw: bytes) -> Body:
    """What `letter_body` wrote; parts that a newer version has added are passed over."""
    known = msgspec.json.decode(raw)
    return Body(
        params=unpack_params(known["params"]),
        lead=tuple(_term(term) for term in known["lead"]),
        asked=None if known["asked"] is None else _read_asked(known["asked"]),
    )


def report_answers(report: Reported) -> bytes:
    """The answers of a report, in a fixed order."""
    return msgspec.json.encode(
        {
            "signs": sorted(report.signs),
            "temperature": report.temperature,
            "text": report.text,
            "reasons": report.reasons,
        }
    )


def fix_position(shared: FixShared) -> bytes | None:
    """The coordinates of a shared position; nothing when none was shared."""
    fix = shared.fix
    if fix is None:
        return None
    return msgspec.json.encode(
        {"lat": fix.lat, "lng": fix.lng, "accuracy_m": fix.accuracy_m, "taken_at": fix.taken_at}
    )


def _asked(asked: Asked) -> dict[str, object]:
    return {
        "question": asked.question,
        "number": asked.number,
        "options": [[one.value, pack(one.label), one.picked, one.wide] for one in asked.options],
        "columns": asked.columns,
        "want": asked.want,
        "want_label": asked.want_label,
        "many": asked.many,
        "free": asked.free,
    }


def _read_asked(known: dict[str, Any]) -> Asked:
    return Asked(
        question=known["question"],
        number=known["number"],
        options=tuple(Option(value, _label(label), *flags) for value, label, *flags in known["options"]),
        columns=known["columns"],
        want=None if known["want"] is None else Want(known["want"]),
        want_label=known["want_label"],
        many=known.get("many", False),
        free=known.get("free", False),
    )


def _label(packed: object) -> Term | str:
    label = unpack(packed)
    return label if isinstance(label, Term) else str(label)


def _term(packed: object) -> Term:
    term = unpack(packed)
    if not isinstance(term, Term):
        raise TypeError("a leading line of a letter is no term")
    return term
