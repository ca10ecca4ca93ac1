"""Guidance: the card with code and QR that the officer hands over, and the record of how it was explained."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from handlers.calling import number_of
from handlers.gate import may_somewhere, passes
from handlers.script import script
from handlers.worklist import Worklist, add
from quarantine.access import Action
from quarantine.codes import free_code, show_code
from quarantine.conversation import DONE, Again, Ask, Choice, Next, Question, Standing
from quarantine.effects import Code, CodeFor, CodeIssued, EpisodeChanged
from quarantine.letters import Asked, Enclosure
from quarantine.messages import Term
from quarantine.numbers import number
from quarantine.people import LINKABLE_STATES, EpisodeState
from quarantine.store import File
from quarantine.titles import unit_title
from quarantine.turn import Turn

LETTER = "g"
"""The offer of a card stands by itself: it may be pressed on any day until the episode ends."""
CODE_LIVES = timedelta(hours=72)
"""How long a resident's code may be used (DESIGN.md §7: short-lived and single-use)."""
NOT_LINKED = (EpisodeState.VERIFIED, EpisodeState.GUIDED)
LINKED = (EpisodeState.LINKED, EpisodeState.MONITORING)

_MAKE = Choice(
    "make", "guide.make", ("tao phieu", "tao", "phieu", "tao phieu huong dan", "tao lai", "co", "cap lai")
)
_LATER = Choice("later", "guide.later", ("de sau", "sau", "lam sau", "chua", "khong", "thoi"))
OFFER = Question(
    "guide.offer",
    choices=(
        _MAKE,
        Choice("told", "guide.told", ("da huong dan", "huong dan roi", "da huong dan roi", "xong roi")),
        _LATER,
    ),
)
RELINK = Question("guide.relink", choices=(_MAKE, _LATER))
HOW = Question(
    "guide.how",
    choices=(
        Choice("call", "guide.by_call", ("goi", "goi dien", "dien thoai", "qua dien thoai")),
        Choice("visit", "guide.by_visit", ("den nha", "den tan nha", "tai nha", "gap")),
        Choice("paper", "guide.by_paper", ("dua phieu", "phieu", "giay", "phat phieu")),
        Choice("later", "guide.not_yet", ("chua", "chua huong dan", "de sau", "sau")),
    ),
    columns=2,
)


def offer(turn: Turn, file: File) -> None:
    """Put the offer of a card before the one who writes, right after verification."""
    ask = _ask(file)
    asked = Asked(ask.question.key, number(LETTER, file.episode.id), ask.drawn())
    turn.say(ask.question.key, ask.params, asked=asked)


def _ask(file: File) -> Ask:
    question = RELINK if file.episode.state in LINKED else OFFER
    return Ask(question, {"name": file.person.name}, memory={"episode": file.episode.id})


def _open(turn: Turn, episode_id: int) -> Ask | None:
    file = turn.store.file(episode_id)
    if file is None or file.episode.state not in LINKABLE_STATES or not turn.may(Action.GUIDE, file.unit.id):
        return None
    return _ask(file)


def _stale(turn: Turn, episode_id: int) -> Term:
    file = turn.store.file(episode_id)
    if file is None or not passes(turn, Action.GUIDE, file.unit.id, episode_id=episode_id):
        return Term("guide.refused")
    return Term(
        "guide.closed", {"name": file.person.name, "state": Term(f"verify.state_{file.episode.state}")}
    )


script.stands(Standing(LETTER, _open, _stale))


def _file(turn: Turn) -> File | None:
    """The file under discussion while a card may be made for it; otherwise says why not."""
    wanted = turn.memory.get("episode")
    episode_id = wanted if isinstance(wanted, int) else 0
    if _open(turn, episode_id) is None:
        why = _stale(turn, episode_id)
        turn.say(why.key, why.params)
        return None
    return turn.store.file(episode_id)


@script.answers(RELINK)
@script.answers(OFFER)
def offered(turn: Turn, value: str) -> Next:
    """Make the card, or record guidance that was given without a new one."""
    file = _file(turn)
    if file is None:
        return DONE
    if value == "later":
        turn.say("guide.put_off", name=file.person.name)
        return DONE
    if value == "make":
        _issue(turn, file)
    if file.episode.state in LINKED:
        turn.say("guide.relink_ready", name=file.person.name)
        return DONE
    if value == "make":
        turn.lead_in("guide.card_ready")
    return Ask(HOW, {"name": file.person.name})


def _issue(turn: Turn, file: File) -> None:
    """A new code, which ends the older ones, and the card that carries it."""
    expires = turn.now + CODE_LIVES
    text = free_code(turn.random_below, lambda drawn: turn.store.code(drawn) is not None)
    code = Code(turn.ids(), CodeFor.RESIDENT, expires, episode_id=file.episode.id)
    turn.record(CodeIssued(code, text, turn.me, turn.now))
    turn.note("code_issued", person_id=file.person.id, episode_id=file.episode.id)
    turn.say(
        "guide.card",
        enclosure=Enclosure.GUIDE_CARD,
        code=show_code(text),
        expires=expires,
        station=unit_title(file.unit),
        phone=number_of(turn, file.unit) or Term("word.nothing"),
    )


@script.answers(HOW)
def guided(turn: Turn, method: str) -> Next:
    """Record how the resident was guided: a step of its own (domain.md §E1)."""
    file = _file(turn)
    if file is None:
        return DONE
    if method == "later":
        turn.say("guide.put_off", name=file.person.name)
        return DONE
    if file.episode.state is EpisodeState.VERIFIED:
        after = replace(file.episode, state=EpisodeState.GUIDED)
        turn.record(EpisodeChanged(file.episode, after, turn.me, turn.now, f"guided:{method}"))
    turn.note("guided", person_id=file.person.id, episode_id=file.episode.id, method=method)
    turn.say("guide.done", name=file.person.name, method=Term(f"guide.method_{method}"))
    return DONE


def _line(_: Turn, file: File) -> Term:
    return Term(f"guide.line_{file.episode.state}", {"name": file.person.name})


def _chosen(turn: Turn, file: File) -> Next:
    turn.note("viewed", person_id=file.person.id, episode_id=file.episode.id, where="guide")
    return _ask(file)


CONNECTED = add(
    Worklist(
        Question("guide.linked_list"),
        Action.GUIDE,
        LINKED,
        _line,
        _chosen,
        empty="guide.linked_empty",
        besides={},
    )
)
READY = add(
    Worklist(
        Question(
            "guide.list", choices=(Choice("linked", "guide.linked", ("doi may", "da ket noi", "mat may")),)
        ),
        Action.GUIDE,
        NOT_LINKED,
        _line,
        _chosen,
        empty="guide.list_empty",
        besides={"linked": CONNECTED.page},
    )
)


@script.command(
    "huongdan",
    "guide.menu",
    ("phieu huong dan", "tao phieu", "tao phieu huong dan", "cap ma", "cap lai ma", "ma ket noi"),
    may_somewhere(Action.GUIDE),
)
def guide(turn: Turn) -> Next:
    """Those who are verified and not linked yet; behind them those who have lost their phone."""
    ready = READY.page(turn)
    if not isinstance(ready, Again):
        return ready
    connected = CONNECTED.page(turn)
    if isinstance(connected, Again):
        return ready
    turn.lead_in("guide.list_empty")
    return connected
