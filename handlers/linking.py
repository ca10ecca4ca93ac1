"""Linking: a code from the commune's card binds a chat to an episode, after the year of birth was told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from handlers import following, guardians
from handlers.alerts import open_task
from handlers.called import label, whose
from handlers.calling import whom_to_call
from handlers.chats import speaks_here
from handlers.script import script
from quarantine.checkins import Stage
from quarantine.codes import read_code
from quarantine.conversation import DONE, Again, Ask, Asking, Choice, Done, Next, Question, Unclear
from quarantine.days import local_day
from quarantine.effects import (
    Code,
    CodeClosed,
    CodeFor,
    CodeMissed,
    EpisodeChanged,
    MenuWanted,
    PersonChanged,
    TaskChanged,
)
from quarantine.measures import Status, read_year
from quarantine.messages import Term
from quarantine.numbers import PROMPT, number
from quarantine.people import AT_HOME, LINKED, Episode, EpisodeState, Person
from quarantine.phones import read_phone
from quarantine.protocol import next_at, next_of, protocol
from quarantine.store import File
from quarantine.tasks import Outcome, TaskKind
from quarantine.turn import Turn

TRIES_PER_CHAT, TRIES_PER_ACCOUNT = 5, 500
"""Wrong codes allowed an hour: in one chat, and on the whole account against guessing from many chats."""
WINDOW = timedelta(hours=1)
BIRTH_TRIES = 3
NOTICE_VERSION = "1"


def read_birth_year(turn: Turn, text: str) -> int:
    """A year of birth in any usual spelling."""
    reading = read_year(text, local_day(turn.now))
    if reading.status is not Status.OK or reading.value is None:
        raise Unclear("unclear.year")
    return int(reading.value)


BIRTH_YEAR = Question("link.birth_year", Asking.TEXT, read=read_birth_year)
LANGUAGE = Question(
    "link.language",
    Asking.ONE,
    (
        Choice("vi", "link.vietnamese", ("tieng viet", "viet", "vn", "vietnamese")),
        Choice("en", "link.english", ("english", "tieng anh", "anh")),
    ),
    columns=2,
)
NOTICE = Question(
    "link.notice",
    Asking.ONE,
    (Choice("read", "link.notice_read", ("da doc", "roi", "ok", "dong y", "da hieu")),),
)


def try_code(turn: Turn, text: str) -> Next | None:
    """Treat the text as a code if it reads like one; None when it does not."""
    typed = read_code(text)
    if typed is None:
        return None
    in_chat, on_account = turn.store.missed_codes(turn.chat.id, turn.chat.account, turn.now - WINDOW)
    if in_chat >= TRIES_PER_CHAT or on_account >= TRIES_PER_ACCOUNT:
        turn.note("code_refused")
        return Again(Term("link.too_many"))
    code = turn.store.code(typed)
    if code is None:
        turn.record(CodeMissed(turn.chat.id, turn.chat.account, turn.now))
        left = TRIES_PER_CHAT - in_chat - 1
        return Again(Term("link.wrong", {"left": left}) if left else Term("link.wrong_last"))
    refusal = closed(turn, code)
    if refusal is not None:
        return Again(refusal)
    return _resident(turn, code) if code.purpose is CodeFor.RESIDENT else _staff(turn, code)


def closed(turn: Turn, code: Code | None) -> Term | None:
    """Why this code binds nobody any more, and whom to call for a new one; None while it is good."""
    if code is not None and code.used_at is None and code.expires_at > turn.now:
        return None
    if code is not None and code.purpose is CodeFor.OFFICER:
        return Term("link.invitation_closed")
    file = turn.store.file(code.episode_id) if code and code.episode_id else None
    if code is None or code.used_at is None:
        return _refused("link.expired", turn, file)
    return _refused("link.done" if _answers_here(turn, file) else "link.used", turn, file)


def _answers_here(turn: Turn, file: File | None) -> bool:
    """Whether the speaker is the one whom the code has linked: they scanned the leaflet again."""
    if turn.person is None or file is None or file.episode.state not in LINKED:
        return False
    return turn.person.id in {file.person.id, file.episode.responder_id}


def _refused(key: str, turn: Turn, file: File | None) -> Term:
    return Term(key, {"call": whom_to_call(turn, file.unit if file else None)})


def _staff(turn: Turn, code: Code) -> Next:
    # Imported late: staff.py asks the questions of this file's neighbour and registers on import.
    from handlers.staff import begin  # noqa: PLC0415 - staff.py and this file lead to each other

    return begin(turn, code)


def _resident(turn: Turn, code: Code) -> Next:
    file = turn.store.file(code.episode_id) if code.episode_id else None
    if file is None or file.episode.state not in AT_HOME:
        return Again(_refused("link.expired", turn, file))
    if file.person.birth_year is None:
        return _bind(turn, code, file, file.person)
    own = turn.person.id == file.person.id if turn.person else not guardians.needed(turn, file)
    return Ask(
        BIRTH_YEAR,
        {"whose": Term("link.whose_own" if own else "link.whose_member")},
        memory={"code": code.id, "episode": file.episode.id, "wrong": 0},
    )


@script.answers(BIRTH_YEAR)
def birth_year(turn: Turn, year: int) -> Next:
    """The year is asked, never shown; three wrong ones and the officer helps.

    Each wrong year counts as a wrong code too, so that opening the link anew gives no further tries.
    """
    meant = _still_good(turn)
    if not isinstance(meant, tuple):
        return meant
    code, file = meant
    if year == file.person.birth_year:
        return guardians.ask(turn, file) or _bind(turn, code, file, file.person)
    turn.record(CodeMissed(turn.chat.id, turn.chat.account, turn.now))
    wrong = int(str(turn.memory.get("wrong", 0))) + 1
    turn.memory["wrong"] = wrong
    if wrong < BIRTH_TRIES:
        return Again(Term("link.birth_year_wrong"))
    turn.record(CodeClosed(code.id, turn.now, "birth_year"))
    open_task(
        turn,
        TaskKind.LINK,
        unit_id=file.episode.unit_id,
        person_id=file.person.id,
        episode=file.episode,
        why=Term("link.why_birth_year"),
    )
    turn.say("link.locked", call=whom_to_call(turn, file.unit))
    return DONE


@script.answers(guardians.GUARDIAN)
def guardian(turn: Turn, answer: str | tuple[str]) -> Next:
    """Whom letters are to name; of somebody new the number is asked too: the officer calls the grown-up."""
    if not isinstance(answer, str):
        turn.memory["guardian"] = answer[0]
        return guardians.PHONE
    meant = _still_good(turn)
    if not isinstance(meant, tuple):
        return meant
    code, file = meant
    return _bind(turn, code, file, guardians.chosen(turn, file, answer))


@script.answers(guardians.PHONE)
def guardian_phone(turn: Turn, answer: str) -> Next:
    """The chat is bound to the grown-up who answers for the child."""
    meant = _still_good(turn)
    if not isinstance(meant, tuple):
        return meant
    code, file = meant
    phone = None if answer == guardians.NO_PHONE else read_phone(answer)
    return _bind(turn, code, file, guardians.named(turn, file, str(turn.memory["guardian"]), phone))


def _still_good(turn: Turn) -> tuple[Code, File] | Done:
    """The code that is talked about, and its file; Done once it was said why it binds nobody any more."""
    file = turn.store.file(int(str(turn.memory["episode"])))
    code = turn.store.code_by_id(int(str(turn.memory["code"])))
    refusal = closed(turn, code)
    if file is None or code is None or refusal is not None or file.episode.state not in AT_HOME:
        why = refusal or _refused("link.expired", turn, file)
        turn.say(why.key, why.params)
        return DONE
    return code, file


def _bind(turn: Turn, code: Code, file: File, speaker: Person) -> Next:
    """Bind the chat to the speaker, or let the person it already speaks for answer for this episode too."""
    turn.record(CodeClosed(code.id, turn.now, "used"))
    moved = turn.person is None and file.episode.state is EpisodeState.MONITORING
    if turn.person is None:
        speaks_here(turn, speaker.id, whom_to_call(turn, file.unit))
        turn.become(speaker)
    else:
        turn.note("responder_added", person_id=file.person.id, episode_id=file.episode.id)
    _tell_former_responder(turn, file)
    linked = replace(
        file.episode,
        state=EpisodeState.MONITORING,
        responder_id=turn.owner,
        next_at=_due(turn, file.episode),
        by_staff=False,
    )
    following.linked(turn, file.episode)
    # No gap between linked and monitoring: whoever closes the notice unread is asked all the same.
    turn.record(EpisodeChanged(file.episode, linked, turn.owner, turn.now, "linked"))
    helped = turn.store.open_task(file.person.id, TaskKind.LINK)
    if helped is not None:
        done = helped.done(Outcome.DONE)
        turn.record(TaskChanged(helped, done, turn.owner, turn.now))
    turn.record(MenuWanted(turn.owner, turn.chat.id))
    memory = {"episode": file.episode.id, "order": file.episode.order_number, "code": code.id, "moved": moved}
    return Ask(LANGUAGE, memory=memory)


def _due(turn: Turn, episode: Episode) -> datetime | None:
    """When the episode is next due; one that is followed already stays due when it was."""
    if episode.state is EpisodeState.MONITORING:
        return episode.next_at
    return next_at(protocol(episode.protocol), episode, turn.now)


def _tell_former_responder(turn: Turn, file: File) -> None:
    """Whoever answered for this person until now, in a chat of their own, learns that they need not."""
    before = file.episode.responder_id
    followed = file.episode.state is EpisodeState.MONITORING
    if turn.person is None or before == turn.owner or not followed:
        return
    name, call = label(turn, turn.person), whom_to_call(turn, file.unit)
    if turn.person.id == file.person.id:
        turn.say("link.answers_alone", to=before, name=name, call=call)
        return
    own = before == file.person.id
    member = Term("link.member_you") if own else label(turn, file.person)
    turn.say("link.answered_elsewhere", to=before, name=name, member=member, call=call)


@script.answers(LANGUAGE)
def language(turn: Turn, value: str) -> Next:
    """From here on the person is written to in this language."""
    if turn.person is not None and turn.person.language != value:
        after = replace(turn.person, language=value)
        turn.record(PersonChanged(turn.person, after, turn.me, turn.now, "language"))
        turn.record(MenuWanted(turn.owner, turn.chat.id))
        turn.become(after)
    order = turn.memory.get("order")
    file = turn.store.file(int(str(turn.memory["episode"]))) if "episode" in turn.memory else None
    if file is None:
        turn.say("link.language_kept")
        return DONE
    return Ask(NOTICE, {"order": order or file.episode.order_number, "who": whose(turn, file.episode)})


@script.answers(NOTICE)
def notice(turn: Turn, _: str) -> Next:
    """That the notice was read is kept, with its version (domain.md §D1)."""
    episode_id = turn.memory.get("episode")
    turn.note("notice_read", episode_id=episode_id, version=NOTICE_VERSION)
    file = turn.store.file(episode_id) if isinstance(episode_id, int) else None
    open_now = _asked_today(turn) if turn.memory.get("moved") else None
    if open_now is not None:
        turn.say("link.welcome_back")
        return open_now
    _welcome(turn, file.episode if file else None)
    return DONE


def _welcome(turn: Turn, episode: Episode | None) -> None:
    """What comes next, as it is now: the notice may have lain unread for days."""
    if episode is None or episode.state is not EpisodeState.MONITORING:
        turn.say("link.welcome_resting")
        return
    following = next_of(protocol(episode.protocol), episode, turn.now)
    if following is None:
        turn.say("link.welcome_last", last_day=episode.last_day)
        return
    key = "link.welcome_moved" if turn.memory.get("moved") else "link.welcome"
    turn.say(key, at=following.opens_at, date_short=following.day)


def _asked_today(turn: Turn) -> Ask | None:
    """The question that was asked elsewhere today and is not answered yet."""
    prompt = turn.context.prompt
    if prompt is None or prompt.day != local_day(turn.now).isoformat():
        return None
    if all(one.stage is Stage.WAITING for one in prompt.checkins):
        return None  # its letter is still to come, and comes to this chat
    ask = script.standings[PROMPT].open(turn, prompt.id)
    return None if ask is None else replace(ask, about=number(PROMPT, prompt.id))


@script.command(
    "ngonngu",
    "link.menu_language",
    ("ngon ngu", "doi ngon ngu", "language"),
    lambda turn: turn.person is not None,
    rare=True,
)
def change_language(_: Turn) -> Next:
    """Choose the language again."""
    return LANGUAGE
