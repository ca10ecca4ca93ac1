"""The case file: what the officer sees before deciding, and whether it still waits for a decision."""

from __future__ import annotations

from handlers import draft
from handlers.cards import person_params
from handlers.fields import shown
from handlers.gate import passes
from handlers.own import matter_of, refusal
from quarantine.access import Action
from quarantine.conversation import Ask, Choice, Question
from quarantine.messages import Term
from quarantine.people import EpisodeState
from quarantine.store import File
from quarantine.turn import Turn

FILE = Question(
    "verify.file",
    choices=(
        Choice("right", "verify.right", ("dung", "xac nhan", "dung roi", "ok", "co", "chinh xac")),
        Choice("edit", "verify.edit", ("sua", "sai", "sua thong tin", "chua dung")),
        Choice("not_found", "verify.not_found", ("khong tim thay", "khong thay", "khong gap")),
        Choice("not_a_subject", "verify.not_a_subject", ("khong thuoc dien", "khong phai", "nham nguoi")),
        Choice("duplicate", "verify.duplicate", ("trung", "trung lap", "bi trung")),
        Choice("elsewhere", "verify.elsewhere", ("o noi khac", "noi khac", "chuyen di", "da chuyen")),
    ),
    columns=2,
)


def current(turn: Turn) -> File | None:
    """The file under discussion, whatever has become of it."""
    wanted = turn.memory.get("episode")
    return turn.store.file(wanted) if isinstance(wanted, int) else None


def refused_as_own(turn: Turn, file: File) -> bool:
    """Whether it is the speaker's own file; says who else can deal with it."""
    matter = matter_of(file)
    if not matter.of(turn.person):
        return False
    turn.note("refused", episode_id=file.episode.id, why="own")
    why = refusal(turn, matter, file.unit)
    turn.say(why.key, why.params)
    return True


def awaited(turn: Turn) -> File | None:
    """The file under discussion while it waits for this officer; otherwise says why it does not."""
    file = current(turn)
    if file is None or not passes(turn, Action.VERIFY, file.unit.id, episode_id=file.episode.id):
        turn.say("verify.refused")
        return None
    if refused_as_own(turn, file):
        return None
    if file.episode.state is not EpisodeState.NOTIFIED:
        state = Term(f"verify.state_{file.episode.state}")
        turn.say("verify.already", name=file.person.name, state=state, by=_doer(turn))
        return None
    return file


def _doer(turn: Turn) -> Term | str:
    """Who closed the task, when it was not the one who asks."""
    wanted = turn.memory.get("task")
    task = turn.store.task(wanted) if isinstance(wanted, int) else None
    if task is None or task.owner_id is None or task.outcome is None:
        return Term("verify.somebody")
    return Term("verify.yourself") if task.owner_id == turn.me else turn.store.officer(task.owner_id).name


def show(turn: Turn, file: File) -> Ask:
    """The file with everything that the officer is to confirm."""
    facts = {
        **shown(draft.of_file(file.person, file.episode)),
        "age": person_params(file.person, turn.now)["age"],
        "unit": file.unit.name,
        "last_day": file.episode.last_day,
        "days": file.episode.length,
    }
    return Ask(FILE, facts)
