"""The file card: what is known of one episode as staff read it, and what has changed since they read it."""

from __future__ import annotations

from collections.abc import Mapping

from handlers import draft
from handlers.alerts import task_about
from handlers.cards import last_term, person_params
from handlers.casefile import current, refused_as_own
from handlers.fields import shown
from handlers.gate import passes
from handlers.households import house_line
from quarantine.access import Action
from quarantine.conversation import DONE, Ask, Next, Question
from quarantine.days import local_day
from quarantine.letters import Option
from quarantine.messages import Term
from quarantine.people import OPEN_STATES, EpisodeState
from quarantine.store import File, HistoryLine
from quarantine.tasks import TaskKind
from quarantine.turn import Turn

CARD = Question("file.card", protect=True, passing=True)
CHANGE, AGAIN, SHEET, HISTORY, FIND = "change", "again", "sheet", "history", "find"
"""Values of the choices under a card."""
OF_EPISODES = ("episode_changed",)


def show(turn: Turn, file: File) -> Ask:
    """The card, which remembers what it showed."""
    changes = file.episode.state in OPEN_STATES and turn.may(Action.CHANGE, file.unit.id)
    options = [Option(CHANGE, Term("file.change"))] if changes else []
    if file.episode.state not in OPEN_STATES and turn.may(Action.ENROL, file.unit.id):
        options = [Option(AGAIN, Term("file.again"))]
    if file.episode.state is not EpisodeState.NOTIFIED:
        options.append(Option(SHEET, Term("file.sheet")))
    options += [Option(HISTORY, Term("file.history")), Option(FIND, Term("file.find_other"))]
    return Ask(CARD, _facts(turn, file), tuple(options), {"episode": file.episode.id, "seen": seen(file)})


def _facts(turn: Turn, file: File) -> dict[str, object]:
    episode, today = file.episode, local_day(turn.now)
    return {
        **shown(draft.of_file(file.person, episode)),
        "age": person_params(file.person, turn.now)["age"],
        "unit": file.unit.name,
        "last_day": episode.last_day,
        "day": min(episode.day_number(today), episode.length),
        "days": episode.length,
        "state": Term("file.by_staff" if episode.by_staff else f"verify.state_{episode.state}"),
        "last": last_term(turn.store.last_report(episode.id)),
        "house": house_line(turn, file),
        "pending": _pending(turn, file),
    }


def _pending(turn: Turn, file: File) -> Term:
    task = task_about(turn, file, TaskKind.TRANSFER)
    if task is None:
        return Term("word.nothing")
    return Term("file.pending", {"unit": turn.store.unit(task.unit_id).name})


def seen(file: File) -> dict[str, object]:
    """What a change is decided upon: when it differs from what was read, the reader must look again."""
    episode = file.episode
    return {
        "state": str(episode.state),
        "unit": file.unit.name,
        "last_day": episode.last_day,
        "address": episode.home.address,
    }


def readable(turn: Turn, action: Action) -> File | Next:
    """The file under discussion, while the speaker may do this to it and it is as they have read it."""
    file = current(turn)
    if file is None or not passes(turn, action, file.unit.id, episode_id=file.episode.id):
        turn.say("verify.refused")
        return DONE
    if refused_as_own(turn, file):
        return DONE
    before, now = turn.memory.get("seen"), seen(file)
    if isinstance(before, dict) and before != now:
        turn.lead_in("file.meanwhile", who=_who(turn, file), lines=_news(before, now))
        return show(turn, file)
    return file


def _news(before: Mapping[str, object], now: Mapping[str, object]) -> list[Term]:
    return [
        Term(
            "file.was",
            {"what": Term(f"file.label_{key}"), "before": worded(key, old), "after": worded(key, new)},
        )
        for key, new in now.items()
        if (old := before.get(key)) != new
    ]


def worded(key: str, value: object) -> object:
    """A fact as it is read: states have words."""
    return Term(f"verify.state_{value}") if key == "state" else value


def _who(turn: Turn, file: File) -> Term | str:
    lines = turn.store.history(file.person.id, OF_EPISODES, 1)
    return name_of(turn, lines[0]) if lines else Term("verify.somebody")


def name_of(turn: Turn, line: HistoryLine) -> Term | str:
    """Who did it; what the system did by itself is said so."""
    return Term("file.system") if line.by is None else turn.store.officer(line.by).name
