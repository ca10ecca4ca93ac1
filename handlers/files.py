"""Files: a person of the own units is found by list, name or phone; their card, its history, its changes."""

from __future__ import annotations

from collections.abc import Sequence

from handlers import (
    answering,
    changing,
    draft,
    enrolment,
    following,
    leaving,
    moving,
    rescheduling,
    sheets,
    transfers,
)
from handlers.changing import CHANGES
from handlers.filecard import AGAIN, CARD, CHANGE, FIND, HISTORY, SHEET, readable, show
from handlers.gate import may_somewhere, passes, units_within
from handlers.pastlines import past
from handlers.script import script
from handlers.seeking import read_sought
from handlers.worklist import MORE, PAGE
from quarantine.access import Action
from quarantine.conversation import DONE, Again, Ask, Next, Question
from quarantine.letters import Option
from quarantine.messages import Term
from quarantine.people import OPEN_STATES
from quarantine.store import File
from quarantine.turn import Turn

MENU = (
    rescheduling.RESCHEDULE,
    moving.MOVE,
    transfers.TRANSFER,
    transfers.WITHDRAW,
    leaving.HOSPITAL_STAY,
    leaving.BACK,
    leaving.CASE,
    leaving.RELEASE,
    leaving.CANCEL,
    answering.RESPONDER,
    following.NO_PHONE,
)
"""Changes in the order in which they are offered."""
NEEDED = {CHANGE: Action.CHANGE, AGAIN: Action.ENROL}
"""What one must be allowed in order to do what is chosen under a card; looking is enough for the rest."""


SOUGHT = Question("file.find", read=read_sought, passing=True)
WHICH = Question("file.which", read=read_sought, passing=True)
CHOOSE = Question("file.choose")


@script.command(
    "hoso",
    "file.menu",
    ("ho so", "tim nguoi", "tim ho so", "tim", "mo ho so", "nguoi dang theo doi"),
    may_somewhere(Action.VIEW),
)
def files(turn: Turn) -> Next:
    """Those who are followed now, to choose from; a name or a phone finds anybody."""
    return _page(turn, 0)


def _page(turn: Turn, skip: int) -> Next:
    units = units_within(turn, Action.VIEW)
    found = turn.store.files(units, sorted(OPEN_STATES), PAGE + 1, skip)
    options = [_option(file) for file in found[:PAGE]]
    if len(found) > PAGE:
        options.append(Option(MORE, Term("verify.more")))
    turn.note("files_listed", list=SOUGHT.key, episodes=[file.episode.id for file in found[:PAGE]])
    return Ask(SOUGHT, {}, tuple(options), {"skip": skip})


def _option(file: File) -> Option:
    state = Term(f"verify.state_{file.episode.state}")
    return Option(f"f{file.episode.id}", Term("file.line", {"name": file.person.name, "state": state}))


@script.answers(WHICH)
@script.answers(SOUGHT)
def sought(turn: Turn, answer: str | list[int]) -> Next:
    """One is opened; of several one is chosen."""
    if isinstance(answer, str):
        if answer == MORE:
            skip = turn.memory.get("skip")
            return _page(turn, (skip if isinstance(skip, int) else 0) + PAGE)
        return opened(turn, int(answer[1:]))
    if len(answer) == 1:
        return opened(turn, answer[0])
    known = turn.store.files_of(answer)
    drawn = [known[one] for one in answer[:PAGE] if one in known]
    turn.lead_in("file.many" if len(answer) > PAGE else "file.found", count=len(drawn))
    turn.note("files_listed", list=WHICH.key, episodes=answer[:PAGE])
    return Ask(WHICH, {}, tuple(_told_apart(drawn)), {"sought": turn.memory.get("sought", "")})


def _told_apart(files: Sequence[File]) -> list[Option]:
    """Each by name and state; namesakes in one state by year of birth and phone, one person's by the day."""
    forms = [[_option(file), _namesake(file), _begun(file)] for file in files]
    labels = [option.label for each in forms for option in each]
    return [next((one for one in each if labels.count(one.label) == 1), each[-1]) for each in forms]


def _namesake(file: File) -> Option:
    phone = file.person.phone or file.responder.phone or ""
    born = str(file.person.birth_year) if file.person.birth_year else Term("word.unknown")
    facts = {"name": file.person.name, "born": born, "end": phone[-3:]}
    return Option(f"f{file.episode.id}", Term("file.line_same", facts))


def _begun(file: File) -> Option:
    facts = {"name": file.person.name, "first_day": file.episode.first_day}
    return Option(f"f{file.episode.id}", Term("file.line_begun", facts))


def opened(turn: Turn, episode_id: int) -> Next:
    """The card of one file; that it was looked at is in the history."""
    file = turn.store.file(episode_id)
    if file is None or not passes(turn, Action.VIEW, file.unit.id, episode_id=episode_id):
        turn.say("verify.refused")
        return DONE
    turn.note("viewed", person_id=file.person.id, episode_id=episode_id, where="file")
    return show(turn, file)


draft.FLOWS[draft.FILE] = lambda turn, episode_id: opened(turn, int(episode_id))


@script.answers(CARD)
def card(turn: Turn, value: str) -> Next:
    """What is wanted of the file."""
    if value == FIND:
        return _page(turn, 0)
    file = readable(turn, NEEDED.get(value, Action.VIEW))
    if not isinstance(file, File):
        return file
    return {HISTORY: past, SHEET: _sheet, CHANGE: _changes, AGAIN: _again}[value](turn, file)


def _sheet(turn: Turn, file: File) -> Next:
    sheets.post(turn, file)
    return DONE


def _again(turn: Turn, file: File) -> Next:
    """A second quarantine of the same person; one that is running is shown first."""
    running = turn.store.open_episodes(file.person.id)
    if running:
        turn.lead_in("enrol.same_open")
        return opened(turn, running[0].id)
    return enrolment.again(turn, file)


def _changes(turn: Turn, file: File) -> Next:
    fitting = [change for change in MENU if change.offered(turn, file)]
    if not fitting:
        return Again(Term("change.none", {"state": Term(f"verify.state_{file.episode.state}")}))
    options = tuple(Option(change.name, change.label) for change in fitting)
    return Ask(CHOOSE, {"name": file.person.name}, options)


@script.answers(CHOOSE)
def chosen(turn: Turn, name: str) -> Next:
    """Begin the change, while it is still possible."""
    turn.memory["change"] = name
    file = changing.held(turn)
    return CHANGES[name].begin(turn, file) if isinstance(file, File) else file
