"""Printing: a file of leaflets for one person, or for everybody of the own units who has not connected."""

from __future__ import annotations

from handlers import leaflets
from handlers.gate import may_somewhere, passes, units_within
from handlers.guidance import guided, how_guided, line
from handlers.script import script
from handlers.worklist import Worklist, add
from quarantine.access import Action
from quarantine.conversation import DONE, Again, Ask, Choice, Next, Question
from quarantine.letters import Option
from quarantine.messages import Term
from quarantine.people import NOT_LINKED
from quarantine.store import File
from quarantine.turn import Turn

AT_ONCE = 80
"""So many leaflets are in one file: ten pages of eight, an afternoon's round."""

PER_PAGE = Question(
    "print.per_page",
    choices=(
        Choice("1", "print.single", ("1", "mot", "1 phieu", "ca trang")),
        Choice("4", "print.four", ("4", "bon", "4 phieu")),
        Choice("8", "print.eight", ("8", "tam", "8 phieu")),
    ),
)
HANDED_OUT = Question(
    "print.handed_out",
    choices=(
        Choice("given", "print.given", ("da dua", "da dua het", "dua het roi", "xong", "xong roi")),
        Choice("later", "print.later", ("chua", "chua dua", "de sau", "sau")),
    ),
)
MORE = "more"


def _one(turn: Turn, file: File) -> Next:
    """One person's leaflet; how they were guided is asked as after a card."""
    leaflets.post(turn, [file], leaflets.ALONE)
    return how_guided(file)


def _everybody(turn: Turn) -> Next:
    return _next(turn, 0)


def _next(turn: Turn, skip: int) -> Next:
    """How the next ones are to be laid out; those who have waited longest come first."""
    files = _waiting(turn, skip)
    if not files:
        return Again(Term("guide.list_empty"))
    if len(files) == 1:
        return _one(turn, files[0])
    return Ask(PER_PAGE, {"count": min(len(files), AT_ONCE)}, memory={"skip": skip})


def _waiting(turn: Turn, skip: int) -> list[File]:
    """At most one more than are printed at once, by which to know whether there are more."""
    return list(turn.store.files(units_within(turn, Action.GUIDE), NOT_LINKED, AT_ONCE + 1, skip))


@script.answers(PER_PAGE)
def laid_out(turn: Turn, per_page: str) -> Next:
    """The file, and the question whether all has been handed out."""
    kept = turn.memory.get("skip")
    skip = kept if isinstance(kept, int) else 0
    files = _waiting(turn, skip)
    printed = files[:AT_ONCE]
    if not printed:
        turn.say("guide.list_empty")
        return DONE
    leaflets.post(turn, printed, int(per_page))
    more = (Option(MORE, Term("print.more")),) if len(files) > AT_ONCE else ()
    memory = {"episodes": [file.episode.id for file in printed], "skip": skip + AT_ONCE}
    return Ask(HANDED_OUT, {"count": len(printed)}, more, memory)


@script.answers(HANDED_OUT)
def handed_out(turn: Turn, value: str) -> Next:
    """Everybody on the list has theirs: a leaflet is a way of guiding like a call or a visit."""
    if value == MORE:
        return _next(turn, int(str(turn.memory.get("skip", 0))))
    if value == "later":
        turn.say("print.put_off")
        return DONE
    kept = turn.memory.get("episodes")
    files = turn.store.files_of([int(one) for one in kept] if isinstance(kept, list) else [])
    given = [file for file in files.values() if _still(turn, file)]
    for file in given:
        guided(turn, file, "paper")
    turn.say("print.given_done", count=len(given))
    return DONE


def _still(turn: Turn, file: File) -> bool:
    """Whether it can still be recorded: in the meantime somebody may have connected, or moved away."""
    return file.episode.state in NOT_LINKED and passes(
        turn, Action.GUIDE, file.unit.id, episode_id=file.episode.id
    )


WHOSE = add(
    Worklist(
        Question(
            "print.list", choices=(Choice("all", "print.all", ("tat ca", "het", "in het", "moi nguoi")),)
        ),
        Action.GUIDE,
        NOT_LINKED,
        line,
        _one,
        empty="guide.list_empty",
        besides={"all": _everybody},
    )
)


@script.command(
    "inphieu",
    "print.menu",
    ("in phieu", "in phieu huong dan", "in phieu hang loat"),
    may_somewhere(Action.GUIDE),
    rare=True,
)
def whose(turn: Turn) -> Next:
    """Those who have not connected yet, to print the leaflet of one or of all."""
    return WHOSE.page(turn)
