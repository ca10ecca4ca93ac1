"""Chats of one person on several messengers: what each is called, which is written to, choosing another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from handlers.script import script
from quarantine.conversation import DONE, Again, Ask, Asking, Next, Question
from quarantine.effects import AddressBound, ChatPreferred
from quarantine.letters import Option
from quarantine.messages import Term
from quarantine.store import Chat
from quarantine.turn import Turn
from quarantine.windows import PROMPT

NAMES = {"telegram": "chats.telegram", "zalo-oa": "chats.zalo", "zalo-bot": "chats.zalo_bot"}
"""What people call each kind of messenger."""
NEVER = datetime.min.replace(tzinfo=UTC)
CHANNEL = Question("chats.choose", Asking.ONE)


def channel_name(turn: Turn, account: str) -> Term:
    """What people call the messenger of this account."""
    return Term(NAMES.get(turn.store.reach(account).kind, "chats.chat"))


def written_to(chats: Iterable[Chat], now: datetime) -> Chat | None:
    """The chat that a letter to this person goes to: chosen last, else heard from last; as the claim does."""
    usable = [chat for chat in chats if chat.usable(now)]
    return max(
        usable, key=lambda one: (one.preferred_at or NEVER, one.heard_at or NEVER, one.id), default=None
    )


def reached(turn: Turn, person_id: int, *, without: int | None = None) -> bool:
    """Whether a person can be written to, in another chat than `without`."""
    return any(chat.usable(turn.now) for chat in turn.store.chats(person_id) if chat.id != without)


def asked_all_the_same(turn: Turn, person_id: int) -> bool:
    """Whether questions reach a person past a closed window, as approved messages."""
    return any(
        chat.reachable and PROMPT in turn.store.reach(chat.account).approved
        for chat in turn.store.chats(person_id)
    )


@script.command(
    "kenh",
    "chats.menu",
    ("kenh", "doi kenh", "kenh nhan tin", "channel", "channels"),
    lambda turn: turn.person is not None and bool(turn.context.episodes or turn.context.postings),
    rare=True,
)
def channels(turn: Turn) -> Next:
    """Where the person is written to, and how to be written to elsewhere."""
    chats = turn.store.chats(turn.owner)
    more = Term("chats.more_staff" if turn.context.postings else "chats.more")
    if len(chats) < 2:  # noqa: PLR2004 - there is nothing to choose from one
        turn.say("chats.only", channel=channel_name(turn, turn.chat.account), more=more)
        return DONE
    used = written_to(chats, turn.now)
    return Ask(
        CHANNEL,
        {"channel": channel_name(turn, used.account if used else turn.chat.account), "more": more},
        tuple(
            Option(str(chat.id), _line(turn, chat, used))
            for chat in sorted(chats, key=lambda one: (one.account, one.id))
        ),
    )


def _line(turn: Turn, chat: Chat, used: Chat | None) -> Term:
    key = "chats.in_use" if used is not None and chat.id == used.id else "chats.other"
    return Term(key, {"channel": channel_name(turn, chat.account)})


@script.answers(CHANNEL)
def chosen(turn: Turn, value: str) -> Next:
    """Write there from now on; not where nothing would arrive."""
    chat = next((one for one in turn.store.chats(turn.owner) if str(one.id) == value), None)
    if chat is None:
        return Again(Term("chats.gone"))
    name = channel_name(turn, chat.account)
    if not chat.usable(turn.now):
        return Again(Term("chats.closed", {"channel": name}))
    turn.record(ChatPreferred(chat.id, turn.owner, turn.now))
    turn.say("chats.chosen", channel=name)
    return DONE


def speaks_here(turn: Turn, person_id: int, call: Term) -> None:
    """From now on this chat speaks for the person: what their other chats are told, with whom to call.

    One on the same account is let go; those on other messengers stay, and this is the chosen one of them.
    """
    name = channel_name(turn, turn.chat.account)
    beside = False
    for chat in turn.store.chats(person_id):
        if chat.id == turn.chat.id:
            continue
        if chat.account == turn.chat.account:
            turn.say("link.moved_away", to=chat.id, call=call)
        else:
            beside = True
            turn.say("chats.added", to=chat.id, channel=name, call=call)
    turn.record(AddressBound(turn.chat.id, person_id, turn.now))
    if beside:
        turn.record(ChatPreferred(turn.chat.id, person_id, turn.now))
