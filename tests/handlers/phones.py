"""Phones for tests of handlers: each message is a turn on a fresh engine, and all that is said is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.catalogues import NOTHING, load
from bot.formatting import fill, show
from quarantine.conversation import Again, Ask, Asking, Hooks, Question, Script, Standing
from quarantine.letters import Letter
from quarantine.location import Fix, Source
from quarantine.messages import Address, Incoming, Kind, Params, Term
from quarantine.numbers import TASK
from quarantine.talk import take
from quarantine.turn import Turn
from tests.handlers.fake_store import FakeStore

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""09:00 in Vietnam."""
CATALOGUE = load()
ABOUT_READER = {
    "you": "anh/chị",
    "You": "Anh/chị",
    "me": "Lan",
    "station": "Trạm Y tế phường Ngọc Hà",
    "officer": "Hạnh",
    "officer_phone": "0912 345 678",
    "hotline": "024 3825 3531",
    "ways": "https://t.me/cachly?start=2CFH-4KMN",
}


def speak(term: Term, language: str = "vi") -> str:
    """A message as its reader sees it; KeyError where a text wants what the message does not bring."""
    return say(term.key, term.params, language)


def say(key: str, params: Params, language: str = "vi") -> str:
    """The text of a key with its parameters; another subject's key without a text stands for itself."""
    if key != NOTHING and key not in CATALOGUE.texts[language]:
        if key.partition(".")[0] in {"enrol", "verify", "guide"}:
            raise KeyError(key)
        return key

    def value(name: str) -> str:
        for known in (name, name.removesuffix("_full"), name.removesuffix("_short")):
            if known in params:
                return show(name, params[known], language, lambda term: speak(term, language))
        return ABOUT_READER[name]

    return fill(CATALOGUE.text(key, language), value)


def read(letter: Letter, language: str = "vi") -> str:
    """The whole bubble: what is put before, the text, and the labels of the buttons."""
    lines = [speak(term, language) for term in letter.lead] + [say(letter.key, letter.params, language)]
    options = letter.asked.options if letter.asked else ()
    labels = [one.label if isinstance(one.label, str) else speak(one.label, language) for one in options]
    return "\n".join([*(line for line in lines if line), *(f"[{label}]" for label in labels)])


def no_prompt(_: Turn) -> None:
    """Nobody in these tests has a prompt open."""


def hooks() -> Hooks:
    """What is done when no question is open: said by name, so that a test can tell."""
    return Hooks(
        started=lambda _turn, _payload: Again(Term("test.started")),
        idle=lambda _turn: Again(Term("test.idle")),
        help=lambda turn: turn.say("test.help") and None,
        human=lambda turn: turn.say("test.human") and None,
        handover=lambda turn, _text: turn.lead_in("test.handover"),
        overheard=lambda _turn, _question: None,
        reachable=no_prompt,
        moved=no_prompt,
        prompt=no_prompt,
        late=lambda _turn, _value: None,
        dropped=lambda _turn: False,
    )


def stage_script(known: Script, start: Mapping[str, object]) -> Script:
    """The handlers' script with hooks of its own; "take" on a task card leads where `start` says by kind."""
    script = Script()
    script.questions, script.handlers = dict(known.questions), dict(known.handlers)
    script.commands, script.standings = list(known.commands), dict(known.standings)
    script.hooks = hooks()
    card = Question("test.card", Asking.ONE)

    def open_card(turn: Turn, row: int) -> Ask | None:
        task = turn.store.task(row)
        if task is None or task.state == "done":
            return None
        from handlers.cards import card_question  # noqa: PLC0415  # only tests with cards need it

        return Ask(card, {}, card_question(task).options, {"task": row})

    def taken(turn: Turn, _: str) -> object:
        task = turn.store.task(int(str(turn.memory["task"])))
        return start[str(task.kind)](turn, task)  # type: ignore[operator]  # a handler

    script.questions[card.key], script.handlers[card.key] = card, taken
    script.standings[TASK] = Standing(TASK, open_card, lambda _turn, _row: Term("test.task_done"))
    return script


@dataclass
class World:
    """One store, one clock and one script; each phone belongs to a chat of the store."""

    store: FakeStore
    script: Script
    now: datetime = MONDAY
    _ids: int = 1000
    _random: int = 0
    heard: list[str] = field(default_factory=list)
    """Everything that was said to anybody, in both languages."""

    def phone(self, address_id: int) -> Phone:
        """The phone of this chat."""
        return Phone(self, address_id)

    def next_id(self) -> int:
        """The next row id."""
        self._ids += 1
        return self._ids

    def random_below(self, top: int) -> int:
        """Not random at all, but different each time."""
        self._random += 7
        return self._random % top


@dataclass
class Phone:
    """One chat: what is typed, pressed and shared on it, and what is read on it."""

    world: World
    id: int

    def types(self, text: str) -> Letter:
        """Type a message; answers the last thing said to this phone."""
        return self.sends(Kind.TEXT, text=text)

    def presses(self, value: str, letter: Letter | None = None) -> Letter:
        """Press the button with this value on the newest message that has it, or on an older one."""
        on = letter or next(one for one in reversed(self.letters) if _has(one, value))
        if on.asked is None:
            raise LookupError("There are no buttons under this message.")
        return self.sends(Kind.PRESS, pressed=f"{on.asked.number}:{value}", pressed_in=f"m{on.id}")

    def shares(self, lat: float, lng: float, accuracy: float | None = 12) -> Letter:
        """Share a position."""
        fix = Fix(lat, lng, accuracy, self.world.now, Source.PIN)
        return self.sends(Kind.LOCATION, fix=fix)

    def sends(self, kind: Kind, **more: object) -> Letter:
        """One message, one turn: engine, conversation and context are made anew, as on another process."""
        world = self.world
        said = Incoming(Address("telegram", str(self.id)), str(world.next_id()), world.now, kind, **more)  # type: ignore[arg-type]  # its own fields
        turn = Turn(
            now=world.now,
            ids=world.next_id,
            random_below=world.random_below,
            store=world.store,
            said=said,
            context=world.store.context(self.id),
        )
        before = len(world.store.letters)
        take(world.script, turn, speak)
        world.store.apply(turn.effects)
        for letter in world.store.letters[before:]:
            world.heard.extend(read(letter, language) for language in ("vi", "en"))
        return self.letters[-1]

    @property
    def owner(self) -> int:
        """Whose conversation it is."""
        return self.world.store.addresses[self.id].person_id or self.id

    @property
    def letters(self) -> list[Letter]:
        """All that was said to this phone."""
        return [one for one in self.world.store.letters if one.owner == self.owner]

    def reads(self, back: int = 1) -> str:
        """The newest message, or an earlier one, as it is read in Vietnamese."""
        return read(self.letters[-back])

    def asked(self) -> str:
        """The key of the question that is open on this phone now."""
        newest = next((one for one in reversed(self.letters) if one.asked), None)
        return newest.asked.question if newest and newest.asked else ""


def _has(letter: Letter, value: str) -> bool:
    return letter.asked is not None and any(option.value == value for option in letter.asked.options)
