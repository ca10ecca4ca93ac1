"""Turning down: a file that does not belong to this commune is closed, and its sender is told why."""

from __future__ import annotations

from dataclasses import replace

from handlers import homes
from handlers.casefile import awaited, current, show
from handlers.communes import options, search
from handlers.script import script
from quarantine.conversation import DONE, Ask, Asking, Choice, Next, Question
from quarantine.effects import EpisodeChanged
from quarantine.messages import Term
from quarantine.people import EpisodeState
from quarantine.store import File
from quarantine.tasks import Outcome, TaskKind
from quarantine.turn import Turn

TURNED_DOWN = ("not_found", "not_a_subject", "duplicate", "elsewhere")
"""States that end a file which does not belong here (DESIGN.md §8); each needs a word of explanation."""

NOTE = Question("verify.note", Asking.TEXT, read=homes.read_reason)


def _read_where(turn: Turn, text: str) -> str | list[int]:
    """The communes of the province that may be meant, or the words themselves for another province."""
    file = current(turn)
    top = [unit.id for unit in turn.store.superiors(file.unit.id)[-1:]] if file else []
    hits = search(text, turn.store.communes(top)) if top else []
    return [unit.id for unit in hits] or homes.read_reason(turn, text)


WHERE = Question("verify.where", read=_read_where)
WHERE_PICK = Question(
    "verify.where_pick",
    choices=(Choice("typed", "verify.where_typed", ("nhu da go", "giu nguyen", "khong co", "noi khac")),),
    read=_read_where,
)
TURN_DOWN = Question(
    "verify.turn_down",
    choices=(
        Choice("yes", "verify.confirm", ("xac nhan", "co", "dung", "ok")),
        Choice("note", "verify.note_again", ("sua", "sua ghi chu", "ghi lai")),
        Choice("file", "verify.see_file", ("xem lai", "ho so", "khong", "chua")),
    ),
)


def ask_note(file: File, state: str) -> Ask:
    """Ask for the word of explanation: where to, or why."""
    if state == "elsewhere":
        return Ask(WHERE, {"name": file.person.name})
    return Ask(NOTE, {"name": file.person.name, "state": Term(f"verify.state_{state}")})


@script.answers(WHERE)
def moved_to(turn: Turn, answer: str | list[int]) -> Next:
    """A commune of the province is named in full; anything else is kept as typed."""
    if isinstance(answer, str):
        return _noted(turn, answer)
    units = [turn.store.unit(unit_id) for unit_id in answer]
    if len(units) == 1:
        return _noted(turn, f"{units[0].name} ({units[0].province})")
    turn.memory["typed"] = turn.said.text.strip() if turn.said else ""
    return Ask(WHERE_PICK, {}, options(units))


@script.answers(WHERE_PICK)
def picked(turn: Turn, answer: str | list[int]) -> Next:
    """A choice, the words as typed, or another search."""
    if isinstance(answer, list):
        return moved_to(turn, answer)
    if answer == "typed":
        return _noted(turn, str(turn.memory["typed"]))
    if answer.startswith("u") and answer[1:].isdecimal():
        return moved_to(turn, [int(answer[1:])])
    return _noted(turn, answer)


@script.answers(NOTE)
def noted(turn: Turn, text: str) -> Next:
    """Keep the note and ask for the last word."""
    return _noted(turn, text)


def _noted(turn: Turn, text: str) -> Next:
    file = awaited(turn)
    if file is None:
        return DONE
    turn.memory["note"] = text
    state = Term(f"verify.state_{turn.memory['as']}")
    return Ask(TURN_DOWN, {"name": file.person.name, "state": state, "note": text})


@script.answers(TURN_DOWN)
def turned_down(turn: Turn, value: str) -> Next:
    """The file is closed here, and the one who sent it is told why."""
    file = awaited(turn)
    if file is None:
        return DONE
    if value != "yes":
        return ask_note(file, str(turn.memory["as"])) if value == "note" else show(turn, file)
    state, note = EpisodeState(str(turn.memory["as"])), str(turn.memory["note"])
    after = replace(file.episode, state=state, next_at=None)
    turn.record(EpisodeChanged(file.episode, after, turn.me, turn.now, note))
    turn.note("turned_down", person_id=file.person.id, episode_id=after.id, state=str(state))
    homes.close_task(turn, file, TaskKind.VERIFY, Outcome.DONE, note)
    facts = {"name": file.person.name, "state": Term(f"verify.state_{state}"), "note": note}
    turn.say("verify.turned_down", facts)
    sender = file.episode.created_by
    if sender is not None and sender != turn.me:
        by = turn.person.name if turn.person else ""
        turn.say("verify.told_sender", facts, to=sender, by=by, unit=file.unit.name)
    return DONE
