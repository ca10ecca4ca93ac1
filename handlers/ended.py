"""Ended: whose follow-up is over, as the officers hear it: the sheet of one, or the names of several."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from handlers import sheets
from handlers.alerts import first_to_hear
from handlers.cards import person_params
from handlers.gate import may_somewhere, passes, units_within
from handlers.own import matter_of
from handlers.script import script
from handlers.seen import SEEN, SEEN_BUTTON, note_seen
from quarantine.access import Action
from quarantine.conversation import DONE, Ask, Next, Question, Standing
from quarantine.days import after_quiet, local_day
from quarantine.effects import EpisodeChanged
from quarantine.letters import Asked, Option
from quarantine.messages import Priority, Term
from quarantine.numbers import number
from quarantine.people import EpisodeState
from quarantine.store import File
from quarantine.turn import Turn

ENDED_LETTER = "e"
"""Before the ordinal of a day: the question for the sheets of those whose follow-up ended on it."""
PAGE = 16
"""Names in one letter: with the two buttons below them no more than can be chosen by a typed number."""
MORE = "more"
SHEETS = Question("sheet.several")
BY_ITSELF = Term("sheet.by_itself")
_staff = may_somewhere(Action.VIEW)


def tell(turn: Turn, files: Sequence[File], why: Term | None) -> set[int]:
    """Give the sheets to whoever wrote, and to those who hear first of each person's unit; answers who read.

    Whoever hears of several gets one letter with their names, and opens the sheets from there.
    """
    mine: dict[int, list[File]] = defaultdict(list)
    for file in files:
        hearing = first_to_hear(turn, file.unit.id, file.episode.protocol, matter_of(file))
        for reader in dict.fromkeys([*([turn.me] if turn.me else []), *(one.id for one in hearing)]):
            mine[reader].append(file)
    for reader, theirs in mine.items():
        _give(turn, reader, theirs, None if reader == turn.me else why)
    return set(mine)


def _give(turn: Turn, reader: int, files: Sequence[File], why: Term | None) -> None:
    if len(files) == 1:
        sheets.post(turn, files[0], to=reader, why=why)
        return
    options = _names(turn, files[:PAGE])
    if len(files) > PAGE:
        options.append(Option(f"{MORE}0", Term("task.see_all")))
    options.append(SEEN_BUTTON)
    own = reader == turn.me
    turn.say(
        SHEETS.key,
        to=None if own else reader,
        asked=_asked(local_day(turn.now), options),
        priority=Priority.REPLY if own else Priority.REPORT,
        not_before=None if own else after_quiet(turn.now),
        protect=True,
        preface=why,
        count=len(files),
    )


def _names(turn: Turn, files: Sequence[File]) -> list[Option]:
    """A button each; namesakes with their age."""
    names = [file.person.name for file in files]
    labels = (file.person.name if names.count(file.person.name) == 1 else _aged(turn, file) for file in files)
    return [Option(f"f{file.episode.id}", label) for file, label in zip(files, labels, strict=True)]


def _aged(turn: Turn, file: File) -> Term:
    facts = person_params(file.person, turn.now)
    return Term("sheet.line", {"name": facts["name"], "age": facts["age"]})


def after_closing(turn: Turn) -> set[int]:
    """The sheets of those whose follow-up the speaker has just ended; answers who reads them.

    Nobody gets one of somebody who was never asked anything and was enrolled by mistake.
    """
    ended = [
        (effect.after, file)
        for effect in turn.effects
        if isinstance(effect, EpisodeChanged)
        and _ends(turn, effect)
        and (file := turn.store.file(effect.after.id))
    ]
    if not ended or turn.person is None:
        return set()
    state = Term(f"verify.state_{ended[0][0].state}")
    return tell(
        turn,
        [file for _, file in ended],
        Term("sheet.by_staff", {"by": turn.person.name, "state": state}),
    )


def _ends(turn: Turn, effect: EpisodeChanged) -> bool:
    after = effect.after.state
    if after is EpisodeState.CANCELLED:
        return turn.store.last_checkin(effect.before.id) is not None
    return after in {EpisodeState.COMPLETED, EpisodeState.BECAME_CASE}


@script.answers(SHEETS)
def wanted(turn: Turn, value: str) -> Next:
    """The sheet of the one who was chosen, beside the names; or the names of all of that day."""
    if value == SEEN:
        return note_seen(turn)
    if value.startswith(MORE):
        return _page(turn, date.fromordinal(int(str(turn.memory["day"]))), int(value.removeprefix(MORE)))
    file = turn.store.file(int(value[1:]))
    if file is None or not passes(turn, Action.VIEW, file.unit.id, episode_id=file.episode.id):
        turn.say("verify.refused", beside=True)
    else:
        sheets.post(turn, file, beside=True)
    return DONE


def _page(turn: Turn, day: date, skip: int) -> Next:
    """Those of the reader's units whose follow-up ended on that day, in a letter like the first."""
    found = turn.store.files_ended(units_within(turn, Action.VIEW), day, PAGE + 1, skip)
    options = _names(turn, found[:PAGE])
    if len(found) > PAGE:
        options.append(Option(f"{MORE}{skip + PAGE}", Term("task.more")))
    turn.note("files_listed", list=SHEETS.key, episodes=[file.episode.id for file in found[:PAGE]])
    turn.say("sheet.page", asked=_asked(day, options), protect=True, day=day)
    return DONE


def _asked(day: date, options: Sequence[Option]) -> Asked:
    return Asked(SHEETS.key, number(ENDED_LETTER, day.toordinal()), tuple(options))


_VALUE = re.compile(rf"{SEEN}|{MORE}\d{{1,6}}|f\d{{1,19}}")


def _open(turn: Turn, day: int) -> Ask | None:
    """The letter stands for good; what a button of it names is looked at when it is pressed."""
    pressed = (turn.said.pressed or "").partition(":")[2] if turn.said else ""
    known = _VALUE.fullmatch(pressed) and 0 < day <= date.max.toordinal()
    if not known or not _staff(turn):
        return None
    return Ask(SHEETS, {}, (Option(pressed, Term(SHEETS.key)),), {"day": day})


def _stale(turn: Turn, _: int) -> Term:
    return Term("stale.button" if _staff(turn) else "task.refused")


script.stands(Standing(ENDED_LETTER, _open, _stale, binds=False))
