"""The words of a conversation: questions, choices, what may follow an answer, and the script of them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from quarantine.letters import Option
from quarantine.messages import Params, Term, Want
from quarantine.names import fold
from quarantine.turn import Turn


class Asking(StrEnum):
    """What kind of answer a question takes."""

    ONE = "one"
    MANY = "many"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    LOCATION = "location"
    CONTACT = "contact"
    FILE = "file"


_WANTED = {Asking.LOCATION: Want.LOCATION, Asking.CONTACT: Want.CONTACT, Asking.FILE: Want.FILE}
BY_LINK = frozenset({Asking.LOCATION, Asking.FILE})
"""What a page of ours may answer, behind a link that is made for the question."""
UNWRITTEN = "!"
"""Before the kind of what was sent instead of words, where words are handed to a human."""
FINISH = "."
"""The value of the button that ends a question with many choices."""
HUMAN, HELP, CANCEL, BACK = "!human", "!help", "!cancel", "!back"
"""Values of buttons that do what the words "gặp cán bộ", "trợ giúp", "hủy" and "quay lại" do."""

ANYTIME = {
    CANCEL: frozenset({"huy", "huy bo", "cancel", "thoi khong lam nua"}),
    BACK: frozenset({"quay lai", "tro lai", "back", "lui lai"}),
    HELP: frozenset({"tro giup", "trogiup", "help", "giup voi", "huong dan", "menu"}),
    HUMAN: frozenset({"gap can bo", "gapcanbo", "can bo", "goi can bo", "gap nguoi that", "toi can giup"}),
}
"""What is understood at every question, folded."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible answer: pressed, or typed as number, label or keyword.

    `exclusive` answers alone, whatever else was ticked; `eager` answers at once, with what was ticked before
    it: nobody who cannot breathe should have to press "Xong". Pressed late, it is heard all the same.
    """

    value: str
    label: str
    keywords: tuple[str, ...] = ()
    exclusive: bool = False
    eager: bool = False

    @property
    def wide(self) -> bool:
        """What most people press, and the way to a human, have a row to themselves."""
        return self.exclusive or self.value == HUMAN


class Unclear(Exception):  # noqa: N818  # it is an answer to the reader, not a fault
    """The answer could not be read; `term` tells the reader what would be understood."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key)
        self.term = Term(key, params)


Reader = Callable[[Turn, str], object]
"""Reads typed text into a value, or raises Unclear."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something to be asked; `key` names it in conversations in flight and its text in the catalogues.

    `choices` of a question that is not ONE or MANY are answers beside the free one ("Không gửi được").
    One in `passing` is something to look at: whoever goes on to something else is not brought back to it.
    `read` reads what is typed; `low` and `high` bound a NUMBER. `want_label` labels the phone's own button.
    """

    key: str
    asking: Asking = Asking.ONE
    choices: tuple[Choice, ...] = ()
    read: Reader | None = None
    low: float = 0
    high: float = 0
    columns: int = 1
    want_label: str = ""
    protect: bool = False
    passing: bool = False
    unclear: str = ""
    _drawn: tuple[Option, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Made once: every message draws them, and they never change.
        drawn = tuple(Option(choice.value, Term(choice.label), wide=choice.wide) for choice in self.choices)
        object.__setattr__(self, "_drawn", drawn)

    @property
    def want(self) -> Want | None:
        """The phone's own button for this kind of answer, if there is one."""
        return _WANTED.get(self.asking)

    def options(self) -> tuple[Option, ...]:
        """The fixed choices as they are drawn."""
        return self._drawn

    def choice(self, value: str) -> Choice | None:
        """The fixed choice with this value."""
        return next((choice for choice in self.choices if choice.value == value), None)


@dataclass(frozen=True, slots=True)
class Ask:
    """A question with particulars: parameters of its text, choices found on the way, what to remember.

    `about` binds the subject from here on to a standing question, such as the task that was chosen. `anew`
    begins something new: "quay lại" does not lead to what came before, which is done.
    """

    question: Question
    params: Params = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    memory: Params = field(default_factory=dict)
    about: str = ""
    anew: bool = False

    def drawn(self) -> tuple[Option, ...]:
        """Found choices first, then the fixed ones; before them all what answers for all of them."""
        fixed = self.question.options()
        if not self.options:
            return fixed
        alone = {choice.value for choice in self.question.choices if choice.exclusive}
        first = (one for one in fixed if one.value in alone)
        return (*first, *self.options, *(one for one in fixed if one.value not in alone))


@dataclass(frozen=True, slots=True)
class Again:
    """The answer was read but cannot be right; say why and ask the same again."""

    term: Term


class Done:
    """The subject is closed; what it interrupted is offered again."""


DONE = Done()
Next = Question | Ask | Again | Done
Handler = Callable[..., Next]


@dataclass(frozen=True, slots=True)
class Standing:
    """A question that stands outside the stack, such as a prompt or a task card, until it is answered.

    `letter` starts its numbers. `open` gives the question if it may still be answered, `stale` says why not,
    `cancelled` what "hủy" says or does. `binds`: what follows an answer ends when the question does:
    true of a prompt or a task, not of a menu.
    """

    letter: str
    open: Callable[[Turn, int], Ask | None]
    stale: Callable[[Turn, int], Term]
    cancelled: str | Callable[[Turn, int], None] = "cancel.draft"
    binds: bool = True


def always(_: Turn) -> bool:
    """The condition of what everybody may ask for."""
    return True


@dataclass(frozen=True, slots=True)
class Command:
    """Something one can ask for at any time: by menu, by "/name", by its label or its words.

    What is `rare` stands below the daily work, and what is not `timely` is understood but on no menu.
    """

    name: str
    label: str
    words: tuple[str, ...]
    applies: Callable[[Turn], bool]
    run: Callable[[Turn], Next]
    rare: bool = False
    timely: Callable[[Turn], bool] = always


@dataclass
class Hooks:
    """What the script's owner does when no question is being answered."""

    started: Callable[[Turn, str], Next]
    idle: Callable[[Turn], Next]
    help: Callable[[Turn], None]
    human: Callable[[Turn], None]
    handover: Callable[[Turn, list[str]], None]
    overheard: Callable[[Turn, Question], Next | None]
    reachable: Callable[[Turn], None]
    moved: Callable[[Turn], None]
    prompt: Callable[[Turn], int | None]
    late: Callable[[Turn, str], Next | None]
    dropped: Callable[[Turn], bool]
    """What "hủy" drops while nothing is being asked; False where nothing lies there."""


class Script:
    """All questions with their handlers, the commands and the standing questions."""

    def __init__(self) -> None:
        self.questions: dict[str, Question] = {}
        self.handlers: dict[str, Handler] = {}
        self.commands: list[Command] = []
        self.standings: dict[str, Standing] = {}
        self.hooks: Hooks | None = None

    def answers(self, question: Question) -> Callable[[Handler], Handler]:
        """Register the handler that is called with a valid answer to `question`."""

        def register(handler: Handler) -> Handler:
            if question.key in self.questions:
                raise ValueError(f"Two handlers for {question.key}.")
            self.questions[question.key] = question
            self.handlers[question.key] = handler
            return handler

        return register

    def command(
        self,
        name: str,
        label: str,
        words: Iterable[str] = (),
        applies: Callable[[Turn], bool] = always,
        *,
        rare: bool = False,
        timely: Callable[[Turn], bool] = always,
    ) -> Callable[[Callable[[Turn], Next]], Callable[[Turn], Next]]:
        """Register something one can ask for at any time."""

        def register(run: Callable[[Turn], Next]) -> Callable[[Turn], Next]:
            folded = tuple(fold(word) for word in words)
            self.commands.append(Command(name, label, folded, applies, run, rare, timely))
            return run

        return register

    def stands(self, standing: Standing) -> None:
        """Register a kind of question that stands outside the stack."""
        self.standings[standing.letter] = standing

    def offered(self, turn: Turn) -> list[Command]:
        """The commands that fit the one who wrote, in order of registration."""
        return [command for command in self.commands if command.applies(turn)]

    def menu(self, turn: Turn) -> list[Command]:
        """Those of them that are of use now: the daily work, then what is rare."""
        useful = [command for command in self.offered(turn) if command.timely(turn)]
        return sorted(useful, key=lambda command: command.rare)

    def named(self, turn: Turn, text: str) -> Command | None:
        """The command that is written as "/name"."""
        if not text.startswith("/"):
            return None
        name = text[1:].lower().replace("@", " ").partition(" ")[0]
        return next((command for command in self.offered(turn) if command.name == name), None)

    def asked_for(self, turn: Turn, folded: str, label: Callable[[Term], str]) -> Command | None:
        """The command that folded words ask for, by its label or one of its words."""
        if not folded:
            return None
        offered = self.offered(turn)
        return next((one for one in offered if folded in {*one.words, fold(label(Term(one.label)))}), None)
