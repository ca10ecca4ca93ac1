"""The menu: what is said when no question is open, and what is understood at every question."""

from __future__ import annotations

from handlers import lists
from handlers.alerts import open_task, responsible
from handlers.answers import open_checkins
from handlers.chats import reached
from handlers.checkin import keep_early, redo
from handlers.commands import show
from handlers.house import HOUSE
from handlers.linking import try_code
from handlers.list_drafts import may_import
from handlers.outcomes import channel_lost
from handlers.pasting import pasted
from handlers.resting import heard as off_work
from handlers.script import script
from handlers.seen import WORDS as SEEN_WORDS
from handlers.seen import note_seen
from handlers.shared_number import offer, shared
from handlers.signs import danger_of_stranger, heard, heard_late
from handlers.staff import whom_staff_call
from handlers.whereabouts import LOCATION, moved, waits_for_location
from quarantine.checkins import Stage
from quarantine.conversation import (
    DONE,
    UNWRITTEN,
    Again,
    Hooks,
    Next,
    Question,
)
from quarantine.days import local_day
from quarantine.effects import AddressReachable, MenuWanted, TaskChanged
from quarantine.location import Fix
from quarantine.messages import Incoming, Kind, Reason, Term
from quarantine.names import fold
from quarantine.people import EpisodeState
from quarantine.protocol import next_of, protocol
from quarantine.tasks import Outcome, TaskKind
from quarantine.turn import Turn


def resident(turn: Turn) -> bool:
    """Whether the one who writes answers for an open episode."""
    return bool(turn.context.episodes)


def started(turn: Turn, payload: str) -> Next:
    """A chat was opened: by the link on a card, or from nowhere; the known find their commands."""
    if turn.person is not None:
        turn.record(MenuWanted(turn.owner, turn.chat.id))
    found = try_code(turn, payload) if payload else None
    return found if found is not None else idle(turn)


def idle(turn: Turn) -> Next:
    """Words that answer nothing: a code, a symptom, or somebody who does not know what to write."""
    said = turn.said
    found = _by_itself(turn, said) if said is not None else None
    if found is not None:
        return found
    if resident(turn):
        return _resident_idle(turn)
    if turn.context.postings:
        return _staff_idle(turn)
    if turn.chat.released:
        return Again(Term("link.moved_chat"))
    if said is not None and said.kind is Kind.CONTACT:
        return shared(turn)
    return Again(Term("menu.former" if turn.person else "menu.stranger"))


def _staff_idle(turn: Turn) -> Next:
    said = turn.said
    if said is None or said.kind is not Kind.TEXT:
        refused = said is not None and said.kind is Kind.FILE and not may_import(turn)
        return show(turn, "lists.not_yours" if refused else "menu.staff")
    if fold(said.text) in SEEN_WORDS:
        return note_seen(turn)
    resting = off_work(turn, said.text)
    if resting is not None:
        return resting
    wanted = said.text[1:].partition(" ")[0].lower() if said.text.startswith("/") else ""
    if wanted in {command.name for command in script.commands}:
        turn.note("refused", command=wanted)
        return show(turn, "menu.not_yours")
    return show(turn, "menu.staff")


def _by_itself(turn: Turn, said: Incoming) -> Next | None:
    """What is understood without a question: a code, a danger that a stranger names, a list from the CDC."""
    if said.kind is Kind.FILE and said.file and may_import(turn):
        return lists.received(turn, said.file)
    if said.kind is not Kind.TEXT:
        return None
    found = try_code(turn, said.text) or pasted(turn)
    if found is None and not resident(turn) and not turn.context.postings:
        found = danger_of_stranger(said.text)
    return found


def _resident_idle(turn: Turn) -> Next:
    said = turn.said
    if said is not None and said.fix is not None and waits_for_location(turn):
        return keep_early(turn, said.fix)
    if said is not None and said.kind is Kind.TEXT and said.start is None:
        found = heard(turn, said.text)
        if found is not None:
            return found
    return show(turn, "menu.resident")


@script.command("khai", "menu.status", ("tinh hinh", "trang thai", "ngay thu may", "khi nao xong"), resident)
def status(turn: Turn) -> Next:
    """Which day it is, when the next check-in comes, whom to call."""
    episode = turn.context.episodes[0]
    today = local_day(turn.now)
    if episode.state is not EpisodeState.MONITORING or episode.next_at is None:
        turn.say("menu.status_resting")
        return DONE
    following = next_of(protocol(episode.protocol), episode, turn.now)
    facts = {"days": episode.length, "last_day": episode.last_day}
    if following is None:
        turn.say("menu.status_last", facts, day=episode.day_number(today))
    elif today < episode.first_day:
        turn.say("menu.status_before", facts, first_day=episode.first_day, at=following.opens_at)
    else:
        day = episode.day_number(today)
        turn.say("menu.status_text", facts, day=day, at=following.opens_at, date_short=following.day)
    return DONE


@script.command("khailai", "menu.redo", ("khai lai", "sua", "sua khai bao", "khai nham"), resident)
def again(turn: Turn) -> Next:
    """Correct today's answers."""
    return redo(turn)


def _has_red(turn: Turn) -> bool:
    return any(turn.store.open_task(one.person_id, TaskKind.RED) for one in turn.context.episodes)


@script.command("canbo", "word.human", ("gap can bo",), resident)
def ask_human(turn: Turn) -> Next:
    """A human is asked for."""
    human(turn)
    return DONE


@script.command("trogiup", "menu.help", ("tro giup", "help"))
def ask_help(turn: Turn) -> Next:
    """What the bot can do."""
    show_help(turn)
    return DONE


@script.command("bamnham", "menu.mistake", ("bam nham", "nham", "nham roi", "lo tay"), _has_red)
def mistake(turn: Turn) -> Next:
    """A red sign pressed by mistake: the officer is told and decides, the alarm is not just switched off."""
    for episode in turn.context.episodes:
        task = turn.store.open_task(episode.person_id, TaskKind.RED)
        if task is None:
            continue
        for person_id in {task.owner_id, _officer_id(turn, task.unit_id)} - {None}:
            turn.say(
                "red.mistake_told", to=person_id, name=turn.person.name if turn.person else "", at=turn.now
            )
        turn.note("red_mistake", episode_id=episode.id, task_id=task.id)
    turn.say("red.mistake")
    return DONE


def _officer_id(turn: Turn, unit_id: int) -> int | None:
    person = responsible(turn.store, unit_id)
    return person.id if person else None


def show_help(turn: Turn) -> None:
    """The list of what the bot can do for the one who asks."""
    if turn.context.postings:
        turn.say("help.staff")
    elif resident(turn):
        turn.say("help.resident")
    else:
        turn.say("help.stranger")


def human(turn: Turn) -> None:
    """Give the number to call, and put the wish before the officer."""
    if resident(turn):
        _help_task(turn, [])
        turn.say("human.resident")
    elif turn.context.postings:
        whom = whom_staff_call(turn)
        turn.say(whom.key, whom.params)
    else:
        # Not in the greeting: the button would cover the keyboard of those who have a code to type.
        offer(turn, "human.stranger")


def handover(turn: Turn, said: list[str]) -> None:
    """Three times not understood: a human reads all three, in the words that were written."""
    if not resident(turn):
        turn.lead_in("handover.staff" if turn.context.postings else "handover.stranger")
        return
    _help_task(turn, [*(_unread(one) for one in said), Term("task.not_understood")])
    turn.lead_in("handover.resident")


def _unread(said: str) -> Term:
    """What was written, or the kind of what was sent instead of words."""
    if said.startswith(UNWRITTEN):
        return Term(f"task.sent_{said.removeprefix(UNWRITTEN)}")
    return Term("task.wrote_only", {"text": said})


def _help_task(turn: Turn, words: list[Term]) -> None:
    episode = turn.context.episodes[0]
    open_task(
        turn,
        TaskKind.HELP,
        unit_id=episode.unit_id,
        person_id=turn.owner,
        episode=episode,
        words=words or [Term("task.wants_human")],
    )


def overheard(turn: Turn, question: Question) -> Next | None:
    """Codes and signs count at every question, and a position that comes early is kept."""
    said = turn.said
    code = try_code(turn, said.text) if said is not None and said.kind is Kind.TEXT else None
    if said is None or code is not None:
        return code
    if turn.context.postings:
        return off_work(turn, said.text) or pasted(turn)
    if not resident(turn):
        return danger_of_stranger(said.text)
    if said.kind is Kind.TEXT and said.text:
        return heard(turn, said.text)
    asked = "checkin" in turn.memory or question.key == HOUSE.key
    if isinstance(said.fix, Fix) and question.key != LOCATION.key and asked:
        return keep_early(turn, said.fix)
    return None


def reachable(turn: Turn) -> None:
    """The messenger says that we can, or can no longer, write to this chat."""
    blocked = turn.said is not None and turn.said.kind is Kind.BLOCKED
    turn.record(AddressReachable(turn.chat.id, not blocked, turn.now))
    if turn.person is None:
        return
    if blocked:
        lost(turn)
        return
    task = turn.store.open_task(turn.owner, TaskKind.UNREACHABLE)
    if task is not None:
        after = task.done(Outcome.LATE_ANSWER)
        turn.record(TaskChanged(task, after, None, turn.now))
        turn.say("menu.back_again")


def lost(turn: Turn) -> None:
    """The chat of somebody who is followed cannot be reached any more: a task, never their silence."""
    if not reached(turn, turn.owner, without=turn.chat.id):
        channel_lost(turn, turn.owner, Reason.BLOCKED)


def open_prompt(turn: Turn) -> int | None:
    """The newest prompt, if it still waits for an answer."""
    waiting = open_checkins(turn)
    prompt = turn.context.prompt
    if prompt is None or not waiting:
        return None
    seen = any(one.stage is not Stage.WAITING for one in waiting)
    return prompt.id if seen or not turn.context.frames else None


script.hooks = Hooks(
    started=started,
    idle=idle,
    help=show_help,
    human=human,
    handover=handover,
    overheard=overheard,
    reachable=reachable,
    moved=moved,
    prompt=open_prompt,
    late=heard_late,
    dropped=lists.dropped,
)
