"""Homes: an officer sets where a dwelling is, by standing there or by pasting coordinates (domain.md §E3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from handlers.casefile import refused_as_own
from handlers.gate import may_somewhere, passes
from handlers.script import script
from handlers.worklist import Worklist, add
from quarantine.access import Action
from quarantine.conversation import DONE, Again, Ask, Asking, Choice, Next, Question, Unclear
from quarantine.effects import EpisodeChanged, TaskChanged
from quarantine.location import Fix, Source, accuracy_of, distance_m
from quarantine.measures import VIETNAM, Status, read_coordinates
from quarantine.messages import Term
from quarantine.names import fold
from quarantine.people import FOLLOWED
from quarantine.store import File
from quarantine.tasks import Outcome, Task, TaskKind
from quarantine.turn import Turn

LATER = "later"
ROUGHEST_M = 100.0
"""A home point less exact than this would make every later comparison worthless (domain.md §E3)."""
HOME_WITHIN = timedelta(hours=1)
"""So long after a move the officer has to set the new position before it is put before them as a task."""
SHORTEST_REASON, LONGEST_REASON = 3, 300


def read_position(turn: Turn, text: str) -> Fix:
    """A pasted pair of coordinates or a map link."""
    reading = read_coordinates(text)
    if reading.value is None:
        outside = reading.status is Status.OUT_OF_RANGE
        raise Unclear("verify.home_outside" if outside else "verify.home_unclear")
    if reading.status is Status.CONFIRM:
        turn.lead_in("verify.home_few_decimals")
    lat, lng = reading.value
    return Fix(lat, lng, None, turn.now, Source.TYPED)


def read_reason(_: Turn, text: str) -> str:
    """A reason in a few words."""
    reason = " ".join(text.split())
    if len(fold(reason)) < SHORTEST_REASON or len(reason) > LONGEST_REASON:
        raise Unclear("verify.note_unclear")
    return reason


HOME = Question(
    "verify.home",
    Asking.LOCATION,
    (Choice(LATER, "verify.home_later", ("lam sau", "de sau", "sau", "chua", "khong")),),
    read=read_position,
    want_label="verify.home_button",
)
REASON = Question("verify.home_reason", Asking.TEXT, read=read_reason)
SURE = Question(
    "verify.home_sure",
    choices=(
        Choice("yes", "verify.home_save", ("luu", "co", "dung", "ok", "xac nhan")),
        Choice("again", "verify.home_again", ("dat lai", "sua", "sai", "khong")),
    ),
    columns=2,
)
LOCATED: dict[str, Callable[[Turn], Next]] = {}
"""What follows once the position is known, or put off, for each conversation that asks for it."""


def ask(turn: Turn, file: File) -> Ask:
    """Ask for the position of this file's dwelling."""
    turn.memory.pop("position", None)
    return Ask(HOME, {"name": file.person.name, "address": file.episode.home.address})


@script.answers(HOME)
def located(turn: Turn, answer: Fix | str) -> Next:
    """Keep the position, unless it cannot serve as a home."""
    if isinstance(answer, Fix):
        accuracy = accuracy_of(answer)
        if accuracy is not None and accuracy > ROUGHEST_M:
            return Again(Term("verify.home_rough", {"metres": accuracy}))
        if not _in_vietnam(answer):
            return Again(Term("verify.home_outside"))
        turn.memory["position"] = [answer.lat, answer.lng]
    return LOCATED[str(turn.memory["flow"])](turn)


def _in_vietnam(fix: Fix) -> bool:
    (south, north), (west, east) = VIETNAM
    return south <= fix.lat <= north and west <= fix.lng <= east


def position(turn: Turn) -> tuple[float, float] | None:
    """The position given in this conversation."""
    kept = turn.memory.get("position")
    return (float(kept[0]), float(kept[1])) if isinstance(kept, list) else None


def shown(place: tuple[float, float]) -> str:
    """Coordinates as maps take them: five decimals are about a metre."""
    return f"{place[0]:.5f}, {place[1]:.5f}"


def _file(turn: Turn) -> File | None:
    """The file under discussion while its home may be set; says so when it may not."""
    wanted = turn.memory.get("episode")
    file = turn.store.file(wanted) if isinstance(wanted, int) else None
    if file is None or not passes(turn, Action.VERIFY, file.unit.id, episode_id=file.episode.id):
        turn.say("verify.refused")
        return None
    if refused_as_own(turn, file):
        return None
    if file.episode.state not in FOLLOWED:
        turn.say(
            "verify.home_closed", name=file.person.name, state=Term(f"verify.state_{file.episode.state}")
        )
        return None
    return file


def set_home(turn: Turn, task: Task) -> Next:
    """Where the HOME task's card leads: ask for the position of the dwelling."""
    return begin(turn, task.episode_id)


def begin(turn: Turn, episode_id: int | None) -> Next:
    """Set or change the home position of an episode."""
    turn.memory.update(flow="home", episode=episode_id)
    file = _file(turn)
    if file is None:
        return DONE
    turn.note("viewed", person_id=file.person.id, episode_id=file.episode.id, where="home")
    if file.episode.home.position is not None:
        turn.lead_in("verify.home_known", position=shown(file.episode.home.position))
    return ask(turn, file)


def _known(turn: Turn) -> Next:
    """A first position is confirmed; a changed one needs a reason as well."""
    file = _file(turn)
    if file is None:
        return DONE
    if position(turn) is None:
        turn.say("verify.home_put_off", name=file.person.name)
        return DONE
    if file.episode.home.position is not None:
        return REASON
    return _sure(turn, file)


LOCATED["home"] = _known


@script.answers(REASON)
def reasoned(turn: Turn, reason: str) -> Next:
    """Keep the reason and show what would change."""
    turn.memory["why"] = reason
    file = _file(turn)
    return DONE if file is None else _sure(turn, file)


def _sure(turn: Turn, file: File) -> Next:
    old, new = file.episode.home.position, position(turn)
    if new is None:
        return ask(turn, file)
    moved = (
        Term("word.nothing") if old is None else Term("verify.home_moved", {"metres": distance_m(old, new)})
    )
    return Ask(SURE, {"name": file.person.name, "position": shown(new), "moved": moved})


@script.answers(SURE)
def confirmed(turn: Turn, value: str) -> Next:
    """Save the position with its reason, and close the task that waited for it."""
    file = _file(turn)
    if file is None:
        return DONE
    new = position(turn)
    if value == "again" or new is None:
        return ask(turn, file)
    why = str(turn.memory.get("why", "home_set"))
    home = replace(file.episode.home, lat=new[0], lng=new[1])
    after = replace(file.episode, home=home)
    turn.record(EpisodeChanged(file.episode, after, turn.me, turn.now, why))
    turn.note("home_set", person_id=file.person.id, episode_id=file.episode.id, why=why)
    close_task(turn, file, TaskKind.HOME, Outcome.DONE)
    turn.say("verify.home_saved", name=file.person.name)
    return DONE


def close_task(turn: Turn, file: File, kind: TaskKind, outcome: Outcome, note: str = "") -> None:
    """Close the person's open task of this kind, if there is one, as done by the one who writes."""
    task = turn.store.open_task(file.person.id, kind)
    if task is not None:
        turn.record(TaskChanged(task, task.done(outcome, turn.me), turn.me, turn.now, note=note))


def _line(_: Turn, file: File) -> Term:
    return Term(
        "verify.home_line" if file.episode.home.position else "verify.home_line_none",
        {"name": file.person.name},
    )


HOMES = add(
    Worklist(
        Question("verify.home_list"),
        Action.VERIFY,
        tuple(sorted(FOLLOWED)),
        _line,
        lambda turn, file: begin(turn, file.episode.id),
        empty="verify.home_list_empty",
        besides={},
    )
)


@script.command(
    "vitri",
    "verify.home_menu",
    ("vi tri nha", "dat vi tri nha", "doi vi tri nha", "sua vi tri nha"),
    may_somewhere(Action.VERIFY),
    rare=True,
)
def homes(turn: Turn) -> Next:
    """Set or change somebody's home position without waiting for a task."""
    return HOMES.page(turn)
