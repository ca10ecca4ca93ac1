"""Moving: another dwelling within the same commune, with its own position and the reason."""

from __future__ import annotations

from dataclasses import replace

from handlers import homes
from handlers.alerts import open_task
from handlers.changing import Change, add, ask_reason, held, why
from handlers.fields import read_address
from handlers.script import script
from quarantine.access import Action
from quarantine.conversation import Again, Ask, Asking, Next, Question
from quarantine.effects import EpisodeChanged
from quarantine.messages import Term
from quarantine.people import FOLLOWED, Home
from quarantine.store import File
from quarantine.tasks import Outcome, TaskKind
from quarantine.turn import Turn

FLOW = "moving"
ADDRESS = Question("change.new_address", Asking.TEXT, read=read_address)


def _begin(_: Turn, file: File) -> Next:
    facts = {"name": file.person.name, "address": file.episode.home.address, "unit": file.unit.name}
    return Ask(ADDRESS, facts)


@script.answers(ADDRESS)
def addressed(turn: Turn, address: str) -> Next:
    """The new dwelling in words; where it lies comes next."""
    file = held(turn)
    if not isinstance(file, File):
        return file
    if address == file.episode.home.address:
        return Again(Term("change.address_same"))
    turn.memory.update(address=address, flow=FLOW)
    return homes.ask(turn, replace(file, episode=replace(file.episode, home=Home(address))))


homes.LOCATED[FLOW] = ask_reason


def _summary(turn: Turn, file: File) -> Term:
    place = homes.position(turn)
    facts = {
        "before": file.episode.home.address,
        "after": turn.memory["address"],
        "position": homes.shown(place) if place else Term("verify.home_not_set"),
        "why": turn.memory["why"],
    }
    return Term("change.moves", facts)


def _apply(turn: Turn, file: File) -> None:
    lat, lng = homes.position(turn) or (None, None)
    after = replace(file.episode, home=Home(str(turn.memory["address"]), lat, lng))
    turn.record(EpisodeChanged(file.episode, after, turn.me, turn.now, why(turn, "moved")))
    if after.home.position is None:
        open_task(
            turn,
            TaskKind.HOME,
            unit_id=file.unit.id,
            person_id=file.person.id,
            episode=after,
            wait=homes.HOME_WITHIN,
        )
    else:
        homes.close_task(turn, file, TaskKind.HOME, Outcome.DONE)
    turn.say("change.moved", name=file.person.name, address=after.home.address)


MOVE = add(Change("move", Action.CHANGE, FOLLOWED, _begin, _summary, _apply))
