"""Guidance: card or leaflet with code and QR for the resident, and the record of how it was explained."""

from __future__ import annotations

from dataclasses import replace

from handlers import following, leaflets
from handlers.calling import number_of
from handlers.gate import may_somewhere, passes
from handlers.script import script
from handlers.waiting import waited
from handlers.worklist import Worklist, add
from quarantine.access import Action
from quarantine.conversation import DONE, Again, Ask, Choice, Next, Question, Standing
from quarantine.effects import EpisodeChanged
from quarantine.letters import Asked, Enclosure
from quarantine.messages import Term
from quarantine.numbers import number
from quarantine.people import AT_HOME, LINKED, NOT_LINKED, EpisodeState
from quarantine.store import File
from quarantine.titles import unit_title
from quarantine.turn import Turn

LETTER = "g"
"""The offer of a card stands by itself: it may be pressed on any day until the episode ends."""

_MAKE = Choice(
    "make", "guide.make", ("tao phieu", "tao", "phieu", "tao phieu huong dan", "tao lai", "co", "cap lai")
)
_PRINT = Choice("print", "guide.print", ("in phieu", "in", "in pdf", "in giay"))
_NO_PHONE = Choice(
    "no_phone",
    "guide.no_phone",
    ("khong co smartphone", "khong co dien thoai thong minh", "khong smartphone", "dien thoai cuc gach"),
)
_LATER = Choice("later", "guide.later", ("de sau", "sau", "lam sau", "chua", "khong", "thoi"))
OFFER = Question(
    "guide.offer",
    choices=(
        _MAKE,
        _PRINT,
        Choice("told", "guide.told", ("da huong dan", "huong dan roi", "da huong dan roi", "xong roi")),
        _NO_PHONE,
        _LATER,
    ),
)
RELINK = Question("guide.relink", choices=(_MAKE, _PRINT, _NO_PHONE, _LATER))
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
    chats = file.episode.state in LINKED and not file.episode.by_staff
    question = RELINK if chats else OFFER
    return Ask(question, {"name": file.person.name}, memory={"episode": file.episode.id})


def _open(turn: Turn, episode_id: int) -> Ask | None:
    file = turn.store.file(episode_id)
    if file is None or file.episode.state not in AT_HOME or not turn.may(Action.GUIDE, file.unit.id):
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
    if value == "no_phone":
        following.start(turn, file)
        return DONE
    if value == "make":
        _show_card(turn, file)
    elif value == "print":
        leaflets.post(turn, [file], leaflets.ALONE)
    if file.episode.state in LINKED:
        turn.say("guide.relink_ready", name=file.person.name)
        return DONE
    if value != "told":
        turn.lead_in("guide.card_ready")
    return how_guided(file)


def how_guided(file: File) -> Ask:
    """Ask how it was explained."""
    return Ask(HOW, {"name": file.person.name}, memory={"episode": file.episode.id})


def _show_card(turn: Turn, file: File) -> None:
    """The card with a new code, as a picture."""
    code, expires = leaflets.fresh_code(turn, file)
    turn.say(
        "guide.card",
        enclosure=Enclosure.GUIDE_CARD,
        code=code,
        expires=expires,
        station=unit_title(file.unit),
        phone=number_of(turn, file.unit) or Term("word.nothing"),
    )


@script.answers(HOW)
def explained(turn: Turn, method: str) -> Next:
    """The method is kept, unless nothing was explained yet."""
    file = _file(turn)
    if file is None:
        return DONE
    if method == "later":
        turn.say("guide.put_off", name=file.person.name)
        return DONE
    guided(turn, file, method)
    turn.say("guide.done", name=file.person.name, method=Term(f"guide.method_{method}"))
    return DONE


def guided(turn: Turn, file: File, method: str) -> None:
    """Record how the resident was guided: a step of its own (domain.md §E1)."""
    if file.episode.state is EpisodeState.VERIFIED:
        after = replace(file.episode, state=EpisodeState.GUIDED)
        turn.record(EpisodeChanged(file.episode, after, turn.me, turn.now, f"guided:{method}"))
    turn.note("guided", person_id=file.person.id, episode_id=file.episode.id, method=method)


def line(turn: Turn, file: File) -> Term:
    """Who it is, whether they were guided, and for how long they have waited for their code to work."""
    since = file.verified_at or turn.now
    return Term(
        f"guide.line_{file.episode.state}", {"name": file.person.name, "waited": waited(turn.now, since)}
    )


def _chosen(turn: Turn, file: File) -> Next:
    turn.note("viewed", person_id=file.person.id, episode_id=file.episode.id, where="guide")
    return _ask(file)


CONNECTED = add(
    Worklist(
        Question("guide.linked_list"),
        Action.GUIDE,
        LINKED,
        line,
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
        line,
        _chosen,
        empty="guide.list_empty",
        besides={"linked": CONNECTED.page},
    )
)


@script.command(
    "huongdan",
    "guide.menu",
    (
        "phieu huong dan",
        "chua kich hoat",
        "chua ket noi",
        "tao phieu",
        "tao phieu huong dan",
        "cap ma",
        "cap lai ma",
        "ma ket noi",
    ),
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
