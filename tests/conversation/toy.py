"""A toy script for the engine's own rules: a tea house whose questions are of every kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from quarantine.conversation import (
    DONE,
    HUMAN,
    Again,
    Ask,
    Asking,
    Choice,
    Hooks,
    Next,
    Question,
    Script,
    Standing,
)
from quarantine.frames import Frame, unpack_frames
from quarantine.letters import Letter, Option
from quarantine.messages import Term
from quarantine.store import Chat
from quarantine.turn import Turn
from tests.handlers.fake_store import FakeStore
from tests.handlers.phones import Phone, World

DRINKS = Question(
    "toy.drinks",
    Asking.MANY,
    (
        Choice("none", "toy.nothing", ("khong",), exclusive=True),
        Choice("tea", "toy.tea", ("trà", "che")),
        Choice("coffee", "toy.coffee", ("cà phê",)),
        Choice("milk", "toy.milk", ("sữa",)),
        Choice("fire", "toy.fire", ("cháy",), eager=True),
        Choice(HUMAN, "toy.waiter"),
    ),
    columns=2,
)
SIZE = Question(
    "toy.size", Asking.ONE, (Choice("s", "toy.small", ("nhỏ",)), Choice("l", "toy.large", ("to",)))
)
TABLE = Question("toy.table", Asking.NUMBER, low=1, high=9)
NAME = Question("toy.name", Asking.TEXT)
DAY = Question("toy.day", Asking.DATE)
PLACE = Question("toy.place", Asking.LOCATION, (Choice("here", "toy.here", ("tại quán",)),))
OFFER = Question("toy.offer", Asking.ONE, (Choice("yes", "toy.yes", ("có",)), Choice("no", "toy.no")))
LETTER = "o"
ME, FRIEND = 21, 22


@dataclass
class TeaHouse:
    """A script, what its handlers were given, and which offers still stand."""

    given: list[tuple[str, object]] = field(default_factory=list)
    handed_over: list[list[str]] = field(default_factory=list)
    offers: set[int] = field(default_factory=set)
    following: dict[str, Next] = field(default_factory=dict)
    script: Script = field(default_factory=Script)

    def __post_init__(self) -> None:
        for question in (DRINKS, SIZE, TABLE, NAME, DAY, PLACE, OFFER):
            self.script.answers(question)(self._handler(question.key))
            self.script.command(f"ask_{question.key[4:]}", f"menu.{question.key[4:]}")(
                self._opening(question)
            )
        self.script.stands(
            Standing(LETTER, self._open, lambda _turn, _row: Term("toy.gone"), "toy.offer_left")
        )
        self.script.hooks = Hooks(
            started=lambda _turn, payload: Again(Term(f"toy.started_{payload}")),
            idle=lambda _turn: Again(Term("toy.idle")),
            help=lambda turn: turn.say("toy.help") and None,
            human=lambda turn: turn.say("toy.human") and None,
            handover=self._handover,
            overheard=lambda _turn, _question: None,
            reachable=lambda turn: turn.say("toy.reachable") and None,
            moved=lambda _turn: None,
            prompt=lambda _turn: None,
            late=lambda _turn, value: Again(Term("toy.late_fire")) if value == "fire" else None,
            dropped=lambda _turn: False,
        )

    def _handler(self, key: str):
        def taken(turn: Turn, value: object) -> Next:
            self.given.append((key, value))
            turn.memory[key] = sorted(value) if isinstance(value, frozenset) else str(value)
            following = self.following.get(key, DONE)
            if following is DONE:
                self.offers.discard(int(str(turn.memory.get("offer", 0))))
                turn.say("toy.thanks")
            return following

        return taken

    @staticmethod
    def _opening(question: Question):
        return lambda _turn: question

    def _open(self, _: Turn, row: int) -> Ask | None:
        return Ask(OFFER, memory={"offer": row}) if row in self.offers else None

    def _handover(self, turn: Turn, said: list[str]) -> None:
        self.handed_over.append(list(said))
        turn.lead_in("toy.handed_over")


@dataclass
class Guest:
    """Somebody at the tea house, on a phone of their own."""

    house: TeaHouse
    world: World
    phone: Phone

    def says(self, text: str) -> Letter:
        """Type."""
        return self.phone.types(text)

    def presses(self, value: str, letter: Letter | None = None) -> Letter:
        """Press."""
        return self.phone.presses(value, letter)

    @property
    def frames(self) -> list[Frame]:
        """The conversation as it is kept."""
        return unpack_frames(self.world.store.conversations.get(self.phone.owner, ("", 0))[0])

    @property
    def open(self) -> list[str]:
        """The questions that wait, the newest last."""
        return [frame.question for frame in self.frames]

    @property
    def leads(self) -> list[str]:
        """What was put before the last thing said."""
        return [term.key for term in self.phone.letters[-1].lead]

    def picked(self) -> list[str]:
        """What is ticked under the last message."""
        asked = self.phone.letters[-1].asked
        return [option.value for option in asked.options if option.picked] if asked else []

    def options(self) -> tuple[Option, ...]:
        """The choices under the last message."""
        asked = self.phone.letters[-1].asked
        return asked.options if asked else ()

    def keeps(self, frames: str) -> None:
        """Put this conversation in place of the kept one, as an older version may have left it."""
        _, version = self.world.store.conversations.get(self.phone.owner, ("", 0))
        self.world.store.conversations[self.phone.owner] = (frames, version)

    def waits(self, minutes: int) -> None:
        """Time passes."""
        self.world.now += timedelta(minutes=minutes)


def guest(house: TeaHouse | None = None) -> Guest:
    """A guest of a newly opened tea house."""
    house = house or TeaHouse()
    store = FakeStore()
    store.addresses[ME] = Chat(ME, "telegram", None)
    world = World(store, house.script)
    return Guest(house, world, world.phone(ME))
