"""The conversation engine: reading, re-asking, many choices, stale presses, interruptions, written once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from quarantine.conversation import (
    ANYTIME,
    BACK,
    CANCEL,
    FINISH,
    HUMAN,
    UNWRITTEN,
    Again,
    Ask,
    Asking,
    Done,
    Hooks,
    Next,
    Question,
    Script,
    Unclear,
)
from quarantine.frames import Frame
from quarantine.matching import named, named_many, numbered, read_label
from quarantine.messages import Kind, Term
from quarantine.names import fold
from quarantine.numbers import PROMPT, QUESTION, number
from quarantine.reading import read
from quarantine.stack import Stack
from quarantine.turn import Turn
from quarantine.typed import Typed

TRIES = 3
"""After this many unclear answers the text goes to a human (DESIGN.md §3)."""
OPENED = "/start"
"""What a messenger sends when the chat is opened, or opened anew, without a link."""
Speak = Callable[[Term, str], str]
"""A message in a language, as the catalogues have it: people may type what a button says."""


def take(script: Script, turn: Turn, speak: Speak) -> None:
    """Take one incoming message through the conversation of the one who wrote it."""
    talk = Talk(script, turn, speak)
    talk.run()
    talk.stack.keep()


class Talk:
    """One conversation during one turn: a short stack of subjects, the newest on top."""

    def __init__(self, script: Script, turn: Turn, speak: Speak) -> None:
        if script.hooks is None or turn.said is None:
            raise LookupError("A conversation needs a script with hooks, and something that was said.")
        self.said = turn.said
        self.script = script
        self.hooks: Hooks = script.hooks
        self.turn = turn
        self.speak = speak
        self.stack = Stack(script, turn)
        self.typed = Typed(script, turn, self.stack, self._label)

    def run(self) -> None:
        """Find out what the message is about, and let the right one take it."""
        said = self.said
        if said.kind in {Kind.BLOCKED, Kind.UNBLOCKED}:
            self.hooks.reachable(self.turn)
        elif said.live:
            self.hooks.moved(self.turn)
        elif said.answers is not None:
            self._placed(said.answers)
        elif said.kind is Kind.PRESS:
            self._pressed(said.pressed or "")
        elif said.start is not None:
            self._begin(self.hooks.started(self.turn, said.start))
        else:
            self._wrote(said.text.strip())

    # Presses

    def _pressed(self, data: str) -> None:
        mark, _, value = data.partition(":")
        frame = next((frame for frame in self.stack.frames if frame.number == mark), None)
        if frame is not None and not self.stack.alive(frame):
            mark = frame.about
        moved_on = any(other.about == mark and self.stack.alive(other) for other in self.stack.frames)
        if frame is not None and self.stack.alive(frame):
            self.stack.lift(frame)
        else:
            frame = None if moved_on else self.stack.open(mark)
        late = self.hooks.late(self.turn, value) if frame is None else None
        if late is not None:
            self.turn.memory = {}
            self._begin(late)
        elif moved_on and frame is None:
            self._reask(self.stack.frames[-1], Term("stale.button"))
        elif frame is None:
            self._stale(mark)
        else:
            self._chosen(frame, value)

    def _stale(self, mark: str) -> None:
        """An old button or link gets a polite answer, and the question that is open now is shown again."""
        standing, row = self.stack.standing(mark)
        self._take_up_prompt()
        # Whoever types a number of a list that is over may mean a sign of it: words are always heard.
        idle = Term("stale.idle_resident" if self.turn.context.episodes else "stale.idle")
        why = Term("stale.button") if self.stack.frames else idle
        if self.turn.chat.released:
            why = Term("link.moved_button")
        elif self.said.answers is not None:
            why = Term("stale.place" if self.stack.frames else "stale.place_idle")
        elif standing is not None and row is not None:
            why = standing.stale(self.turn, row)
        if self.stack.frames:
            self._reask(self.stack.frames[-1], why)
        else:
            self.turn.say(why.key, why.params)

    def _chosen(self, frame: Frame, value: str) -> None:
        if value in {HUMAN, CANCEL, BACK}:
            self._anytime(value)
            return
        question = self.script.questions[frame.question]
        if question.asking is Asking.MANY:
            self._ticked(frame, question, value)
        elif any(option.value == value for option in frame.options):
            self._answer(frame, value)
        else:
            self._stale("")

    def _ticked(self, frame: Frame, question: Question, value: str) -> None:
        choice = question.choice(value)
        if value == FINISH:
            if frame.picked:
                self._answer(frame, frozenset(frame.picked))
            else:
                self._reask(frame, Term("unclear.nothing_ticked"))
        elif choice is None and not any(option.value == value for option in frame.options):
            self._stale("")
        elif choice is not None and choice.exclusive:
            self._answer(frame, frozenset({value}))
        elif choice is not None and choice.eager:
            self._answer(frame, frozenset({*frame.picked, value}))
        else:
            frame.picked = [item for item in frame.picked if item != value] + (
                [] if value in frame.picked else [value]
            )
            self._say(frame)

    # Positions that came by a link

    def _placed(self, mark: str) -> None:
        """A position answers the question that its link was made for while that is open, and no other."""
        frame = self.stack.asks_where(mark)
        if frame is None:
            self._stale(mark)
        else:
            self._read(frame)

    # Words, and everything else that is sent

    def _wrote(self, text: str) -> None:
        folded = fold(text)
        anytime = next((value for value, words in ANYTIME.items() if folded in words), None)
        command = self._command(text, folded) if anytime is None else None
        before = list(self.stack.frames)
        self._take_up_prompt()
        if anytime is not None and not self._is_choice(folded):
            self._anytime(anytime)
        elif command is not None:
            self._begin(command)
        elif text.lower() == OPENED:  # answers nothing: what is being asked is shown again
            self._say(self.stack.frames[-1]) if self.stack.frames else self._begin(
                self.hooks.started(self.turn, "")
            )
        elif self.stack.frames:
            pressed = self.typed.past_the_top(self.said)
            self._read(self.stack.frames[-1]) if pressed is None else self._pressed_by_words(pressed, before)
        else:
            self._unasked(folded, before)

    def _command(self, text: str, folded: str) -> Next | None:
        wanted = self.script.named(self.turn, text)
        if wanted is None and not self.stack.frames:
            wanted = self.script.asked_for(self.turn, folded, self._label)
        return wanted.run(self.turn) if wanted else None

    def _is_choice(self, folded: str) -> bool:
        """Whether the newest question has a choice of exactly these words: "Cán bộ" may be a role there."""
        if not self.stack.frames:
            return False
        top = self.stack.frames[-1]
        own = (word for choice in self.script.questions[top.question].choices for word in choice.keywords)
        return folded in own or any(folded == read_label(one, self._label) for one in top.options)

    def _label(self, term: Term) -> str:
        """What a button says to the one who writes, in their language."""
        return self.speak(term, self.turn.person.language if self.turn.person else "vi")

    def _take_up_prompt(self) -> None:
        """Typed text answers the newest question: a prompt that came after what was being talked about."""
        self.stack.drop_dead()
        row = self.hooks.prompt(self.turn)
        if row is None:
            return
        mark = number(PROMPT, row)
        if any(frame.about == mark for frame in self.stack.frames):
            return
        prompt = self.turn.context.prompt
        if self.stack.frames and prompt is not None and prompt.opened_at <= self.stack.frames[-1].asked_at:
            return
        self.stack.open(mark)

    def _unasked(self, folded: str, before: list[Frame]) -> None:
        """Nothing is being asked: words may still name a choice of something that was shown."""
        pressed = self.typed.of_what_was_shown(folded) if self.said.kind is Kind.TEXT and folded else None
        if pressed is None:
            self._begin(self.hooks.idle(self.turn))
        else:
            self._pressed_by_words(pressed, before)

    def _pressed_by_words(self, pressed: str, before: list[Frame]) -> None:
        self.stack.frames = before
        self.said = self.turn.said = replace(self.said, pressed=pressed)
        self._pressed(pressed)

    def _read(self, frame: Frame) -> None:
        question = self.script.questions[frame.question]
        self.turn.memory = frame.memory
        if self.said.kind is Kind.TEXT and self._typed_choice(frame, question, self.said.text):
            return
        try:
            answer = read(question, self.turn, self.said)
        except Unclear as unclear:
            value = numbered(self.said.text.strip(), frame.options)
            if value is not None:
                self._chosen(frame, value)
            else:
                self._unclear(frame, question, unclear)
        else:
            self._answer(frame, answer)

    def _typed_choice(self, frame: Frame, question: Question, text: str) -> bool:
        """Whether the text names choices: of one, or of several at once ("1 3 5", "sốt, ho")."""
        folded = fold(text)
        if question.asking is not Asking.MANY:
            value = named(folded, question, frame.options, self._label)
            if value is not None:
                self._chosen(frame, value)
            return value is not None
        if frame.picked and folded in {fold(self._label(Term("word.finish"))), str(len(frame.options) + 1)}:
            self._ticked(frame, question, FINISH)
            return True
        values = named_many(text, question, frame.options, self._label)
        if values & {HUMAN, CANCEL, BACK}:
            self._chosen(frame, min(values))
        elif any(choice.exclusive for choice in question.choices if choice.value in values):
            if len(values) > 1:
                return False
            self._answer(frame, values)
        elif values:
            self._answer(frame, values | frozenset(frame.picked))
        return bool(values)

    def _unclear(self, frame: Frame, question: Question, unclear: Unclear) -> None:
        taken = self.hooks.overheard(self.turn, question) or self._asked_for_something_else()
        if taken is not None:
            if isinstance(taken, Again):
                self._reask(frame, taken.term)
            else:
                self.turn.memory = {}
                self._begin(taken)
            return
        frame.unclear += 1
        frame.unread.append(self.said.text or f"{UNWRITTEN}{self.said.kind}")
        if frame.unclear >= TRIES:
            self.hooks.handover(self.turn, frame.unread)
            frame.unclear, frame.unread = 0, []
            self._say(frame)
        else:
            self._reask(frame, unclear.term)

    def _asked_for_something_else(self) -> Next | None:
        """Words that do not answer the question may name something on the menu."""
        folded = fold(self.said.text) if self.said.kind is Kind.TEXT else ""
        wanted = self.script.asked_for(self.turn, folded, self._label)
        if wanted is None:
            return None
        self.turn.memory = {}
        return wanted.run(self.turn)

    # Answers and what follows them

    def _answer(self, frame: Frame, value: object) -> None:
        self.turn.memory = frame.memory
        before = frame.step()
        self._follow(frame, self.script.handlers[frame.question](self.turn, value), before)

    def _follow(self, frame: Frame, following: Next, before: dict[str, object]) -> None:
        if isinstance(following, Again):
            self._reask(frame, following.term)
        elif isinstance(following, Done):
            self.stack.frames = [other for other in self.stack.frames if other is not frame]
            self._resume()
        else:
            ask = following if isinstance(following, Ask) else Ask(following)
            if (begun := self.stack.begun(ask.about, frame)) is not None:
                self.stack.frames.remove(frame)
                self.stack.lift(begun)
                self._say(begun)
                return
            if self.script.questions[frame.question].want and not ask.question.want and ask.drawn():
                self._take_keys_away()
            frame.turn_to(ask, number(QUESTION, self.turn.ids()), self.turn.now, self.turn.memory)
            if ask.anew:
                frame.trail = []
            else:
                frame.remember(before)
            self._say(frame)

    def _take_keys_away(self) -> None:
        """Choices under a message would leave the keys of the question before it below the chat."""
        lead, self.turn.lead = self.turn.lead, []
        self.turn.say("word.received")
        self.turn.lead = lead

    def _begin(self, following: Next) -> None:
        """A new subject, on top of what was being talked about."""
        if isinstance(following, Again):
            self.turn.say(following.term.key, following.term.params)
        elif isinstance(following, Done):
            self._resume()
        else:
            frame = self.stack.frame(following if isinstance(following, Ask) else Ask(following), "")
            self.turn.memory = {}
            self.stack.leave()
            # Asked for twice, a subject that has only just begun is not begun twice; and of two about the
            # same prompt or task the newer one goes on with what the older has gathered.
            self.stack.frames = [
                one
                for one in self.stack.frames
                if (one.question != frame.question or one.trail)
                and not (one.about and one.about == frame.about)
            ]
            self.stack.push(frame)
            self._say(frame)

    def _resume(self) -> None:
        self.stack.leave()
        if self.stack.drop_dead() and not self.turn.pressed_stays:
            self.turn.lead_in("resume")
            self._say(self.stack.frames[-1])

    def _anytime(self, what: str) -> None:
        top = self.stack.frames[-1] if self.stack.frames else None
        if what == CANCEL:
            self._cancel(top)
        elif what == BACK:
            self._back(top)
        else:
            (self.hooks.human if what == HUMAN else self.hooks.help)(self.turn)
            if self.stack.drop_dead():
                self._say(self.stack.frames[-1])

    def _cancel(self, top: Frame | None) -> None:
        if top is None:
            if not self.hooks.dropped(self.turn):
                self.turn.say("cancel.nothing")
            return
        self.stack.frames.pop()
        standing, row = self.stack.standing(top.about)
        cancelled = standing.cancelled if standing else "cancel.draft"
        if isinstance(cancelled, str):
            self.turn.say(cancelled)
        elif row is not None:
            cancelled(self.turn, row)
        self._resume()

    def _back(self, top: Frame | None) -> None:
        if top is None:
            self.turn.say("cancel.nothing")
        elif top.go_back():
            top.number, top.picked, top.unclear = number(QUESTION, self.turn.ids()), [], 0
            top.asked_at = self.turn.now
            self._say(top)
        else:
            self._reask(top, Term("back.first"))

    def _reask(self, frame: Frame, why: Term) -> None:
        self.turn.lead.append(why)
        self._say(frame)

    def _say(self, frame: Frame) -> None:
        question = self.script.questions[frame.question]
        self.turn.say(frame.question, frame.params, asked=frame.asked(question), protect=question.protect)
