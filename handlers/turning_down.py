"""Turning down: a file that does not belong to this commune is closed, and whoever sent it is told why."""

from __future__ import annotations

from dataclasses import replace

from handlers import homes
from handlers.alerts import audience
from handlers.casefile import awaited, current, show
from handlers.communes import anywhere, hits_below
from handlers.script import script
from quarantine.conversation import DONE, Ask, Asking, Choice, Next, Question
from quarantine.effects import EpisodeChanged
from quarantine.ladder import Audience
from quarantine.messages import Term
from quarantine.people import EpisodeState, Unit
from quarantine.store import File
from quarantine.tasks import Outcome, TaskKind
from quarantine.turn import Turn

TURNED_DOWN = ("not_found", "not_a_subject", "duplicate", "elsewhere")
"""States that end a file which does not belong here (DESIGN.md §8); each needs a word of explanation."""

NOTE = Question("verify.note", Asking.TEXT, read=homes.read_reason)


def read_where(turn: Turn, text: str) -> str | list[int]:
    """The communes that may be meant, or the words themselves for a place that we do not know.

    Those of the own province come first, but where another province is named.
    """
    hits = (anywhere(turn, text) if "," in text else []) or _near(turn, text) or anywhere(turn, text)
    return [unit.id for unit in hits] or homes.read_reason(turn, text)


def _near(turn: Turn, text: str) -> list[Unit]:
    file = current(turn)
    top = [unit.id for unit in turn.store.superiors(file.unit.id)[-1:]] if file else []
    return [hit.unit for hit in hits_below(turn, text, top)] if top else []


WHERE = Question("verify.where", read=read_where)
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


@script.answers(NOTE)
def noted(turn: Turn, text: str) -> Next:
    """Keep the note and ask for the last word."""
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
    turn.say("verify.turned_down", name=file.person.name, state=Term(f"verify.state_{state}"))
    tell_sender(turn, file, "verify.told_sender", state=Term(f"verify.state_{state}"), note=note)
    return DONE


def tell_sender(turn: Turn, file: File, key: str, **facts: object) -> None:
    """Say it to whoever sent the file; where that is nobody who serves now, to the CDC of the province."""
    sender = file.episode.created_by
    if sender is not None and turn.store.postings_of(sender):
        readers = [sender]
    else:
        readers = [one.person.id for one in audience(turn.store, file.unit.id, Audience.CDC)]
    by = turn.person.name if turn.person else ""
    for reader in readers:
        if reader != turn.me:
            turn.say(key, facts, to=reader, name=file.person.name, by=by, unit=file.unit.name)
