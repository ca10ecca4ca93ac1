"""People of a list who may be known already: decided all together, or each beside whom it may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.duplicates import describe
from handlers.list_drafts import look_again, lost, shown
from handlers.script import script
from quarantine.batches import Doubles
from quarantine.conversation import Ask, Choice, Next, Question
from quarantine.letters import Option
from quarantine.list_drafts import ListDraft
from quarantine.messages import Term
from quarantine.turn import Turn

LINES = 8
"""So many rows are listed where all are decided together: it must be read at a glance."""
SINGLY, REST = "singly", "rest"
_WAYS = (
    Choice(Doubles.SKIP, "lists.repeats_skip", ("bo qua",)),
    Choice(Doubles.SAME, "lists.repeats_same", ("dot moi", "mo dot moi", "cung nguoi")),
    Choice(Doubles.ADD, "lists.repeats_add", ("van them", "them", "nguoi khac")),
    Choice(Doubles.RETURN, "lists.repeats_return", ("tra ve", "tra lai")),
)
_SINGLY = Choice(SINGLY, "lists.repeats_singly", ("tung dong", "tung nguoi", "hoi tiep"))
REPEATS = Question("lists.repeats", choices=(_SINGLY, *_WAYS), protect=True)
ONE = Question(
    "lists.repeat",
    choices=(
        Choice(Doubles.SKIP, "lists.repeat_skip", ("mot nguoi", "la mot nguoi", "cung nguoi", "bo qua")),
        Choice(Doubles.ADD, "lists.repeat_add", ("nguoi khac", "khac nguoi", "them")),
        Choice(Doubles.RETURN, "lists.repeats_return", ("tra ve", "tra lai")),
        Choice(REST, "lists.repeats_others", ("con lai", "tat ca", "lam chung")),
    ),
    protect=True,
)
"""A new quarantine is a choice too, where the one who is known is in none."""
OTHERS = Question("lists.repeats_rest", choices=(_SINGLY, *_WAYS))


def repeats(turn: Turn, draft: ListDraft) -> Next:
    """Who may be known, and what is to become of their rows; nothing decided yet is asked anew."""
    lines = _lines(draft)
    if not lines:
        return look_again(turn, draft, decided={}, doubles=Doubles.SKIP.value)
    if len(lines) == draft.found["doubles"] == 1:
        return _ask(turn, draft, 0)
    told = [Term("lists.repeat_line", {"row": one["text"], "like": _like(one)}) for one in lines[:LINES]]
    more = int(str(draft.found["doubles"])) - len(told)
    if more > 0:
        told.append(Term("lists.repeats_more", {"count": more}))
    return Ask(REPEATS, {"count": draft.found["doubles"], "lines": told})


def _lines(draft: ListDraft) -> list[Mapping[str, Any]]:
    found = draft.found.get("double_lines")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _like(line: Mapping[str, Any]) -> Term:
    likeness = {"by": Term(f"list.by_{line['by']}")}
    if line["of"] is not None:
        return Term("list.like_row", {**likeness, "row": line["of"]})
    known = "elsewhere" if line["elsewhere"] else "open" if line["open"] else "known"
    return Term(f"list.like_{known}", likeness)


@script.answers(REPEATS)
def repeats_decided(turn: Turn, value: str) -> Next:
    """Look again with what was decided of all of them, or go through them."""
    draft = shown(turn)
    if draft is None:
        return lost(turn)
    return _ask(turn, draft, 0) if value == SINGLY else look_again(turn, draft, doubles=value)


# One by one


def _ask(turn: Turn, draft: ListDraft, place: int) -> Next:
    """The row at this place beside whom it may be; the sender sees of them what their post lets them see."""
    line = _lines(draft)[place]
    left = int(str(draft.found["doubles"])) - place
    person = line["person"]
    facts = {
        "row": line["row"],
        "left": Term("lists.repeats_left", {"count": left}) if left > 1 else Term("word.nothing"),
        "text": line["text"],
        "like": _like(line),
        "known": Term("word.nothing")
        if person is None
        else describe(turn, turn.store.officer(person), where="list"),
    }
    again = (Option(Doubles.SAME, Term("lists.repeat_same")),) if Doubles.SAME in line["ways"] else ()
    return Ask(ONE, facts, again, {"place": place})


@script.answers(ONE)
def one_decided(turn: Turn, value: str) -> Next:
    """The next one, what is to become of all the others, or another look."""
    draft = shown(turn)
    if draft is None:
        return lost(turn)
    place = int(str(turn.memory["place"]))
    if value == REST:
        return Ask(OTHERS, {"count": int(str(draft.found["doubles"])) - place})
    single = turn.memory.get("single")
    pair = _lines(draft)[place]["pair"]
    turn.memory["single"] = {**(single if isinstance(single, dict) else {}), pair: value}
    return _ask(turn, draft, place + 1) if place + 1 < len(_lines(draft)) else _settle(turn, draft)


@script.answers(OTHERS)
def others_decided(turn: Turn, value: str) -> Next:
    """All that were not gone through become the same."""
    draft = shown(turn)
    if draft is None:
        return lost(turn)
    if value == SINGLY:
        return _ask(turn, draft, int(str(turn.memory["place"])))
    return _settle(turn, draft, doubles=value)


def _settle(turn: Turn, draft: ListDraft, **others: str) -> Next:
    before, single = draft.task.get("decided"), turn.memory.get("single")
    known = dict(before) if isinstance(before, dict) else {}
    return look_again(
        turn, draft, decided={**known, **(single if isinstance(single, dict) else {})}, **others
    )
