"""Inputs: every kind of thing that somebody may do while a question is open before them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from quarantine.conversation import FINISH, Asking, Question
from quarantine.location import Source
from quarantine.messages import Contact, Kind
from quarantine.names import plain
from quarantine.numbers import number
from tests.conversation.scenery import Open, Scene


class Wanted(Enum):
    """What must come of an input, beside what must come of all."""

    ANYTHING = auto()
    """It may be an answer or not; nothing is lost either way."""
    CHOICE = auto()
    """The same as pressing the button `like`."""
    NOT_READ = auto()
    """It is no answer: no handler is called, and the question stays with all that it remembers."""
    LEFT = auto()
    """The subject is dropped, and that is said."""
    BACK = auto()
    """The question before, or that there is none."""
    SILENT = auto()
    """Nothing is said, and the question stays."""


@dataclass(frozen=True)
class Input:
    """One input by name; `like` is the value of the button that it amounts to."""

    name: str
    wanted: Wanted
    kind: Kind = Kind.TEXT
    facts: dict[str, object] = field(default_factory=dict)
    like: str = ""


def press(name: str, data: str, wanted: Wanted = Wanted.NOT_READ, like: str = "") -> Input:
    """A press with this data."""
    facts: dict[str, object] = {"pressed": data, "pressed_in": "m-1", "press_id": "p-1"}
    return Input(name, wanted, Kind.PRESS, facts, like)


def typed(name: str, text: str, wanted: Wanted, like: str = "") -> Input:
    """Words."""
    return Input(name, wanted, Kind.TEXT, {"text": text}, like)


def choices(question: Question, asked: Open) -> Iterator[Input]:
    """Each button, pressed and typed: as number, as label, as keyword, with and without marks."""
    for position, (value, label) in enumerate(asked.options, start=1):
        yield press(f"button {value}", f"{asked.number}:{value}", Wanted.CHOICE, value)
        yield typed(f"label {label}", label, Wanted.CHOICE, value)
        yield typed(f"label {label} in NFD", unicodedata.normalize("NFD", label), Wanted.CHOICE, value)
        yield typed(f"label {label} shouted without marks", plain(label).upper(), Wanted.CHOICE, value)
        if question.asking in {Asking.ONE, Asking.MANY}:
            yield typed(f"number {position}", f" {position} ", Wanted.CHOICE, value)
        choice = question.choice(value)
        for word in choice.keywords if choice else ():
            yield typed(f"keyword {word}", word, Wanted.CHOICE, value)


def presses(asked: Open) -> Iterator[Input]:
    """Stale, foreign and malformed presses: whatever data a client may send."""
    forged = number("q", 2**62 + 5)
    yield press("button of another question", f"{forged}:yes")
    yield press("prompt that never was", f"{number('p', 77)}:none")
    yield press("task that never was", f"{number('t', 77)}:take")
    yield press("offer that never was", f"{number('g', 77)}:make")
    yield press("letter that never was", f"{number('z', 77)}:make")
    yield press("row beyond the database", f"t{'z' * 13}:take")
    yield press("value that was not offered", f"{asked.number}:zzz")
    yield press("number alone", asked.number)
    yield press("number without value", f"{asked.number}:")
    yield press("finish with nothing ticked", f"{asked.number}:{FINISH}")
    yield press("two values", f"{asked.number}:yes:no")
    yield press("no data", "")
    yield press("one letter", "x")
    yield press("forged number", "q0")
    yield press("colon", ":")
    yield press("64 bytes of rubbish", "☃" * 21 + "x")
    yield press("data of a foreign script", "ｑ１:ｙｅｓ")
    yield press("menu line that is not offered", "m0:nothing")


def things(scene: Scene, question: Question) -> Iterator[Input]:
    """What is neither words nor a press."""
    fits = {Asking.LOCATION: {Kind.LOCATION}, Asking.CONTACT: {Kind.CONTACT}, Asking.FILE: {Kind.FILE}}
    mine = fits.get(question.asking, set())
    for name, kind, facts in (
        ("sticker", Kind.STICKER, {}),
        ("voice", Kind.VOICE, {}),
        ("photo", Kind.PHOTO, {}),
        ("photo with words", Kind.PHOTO, {"text": "đây là nhà tôi"}),
        ("file", Kind.FILE, {"file": "file-1"}),
        ("file that is too large", Kind.FILE, {}),
        ("location", Kind.LOCATION, {"fix": scene.fix()}),
        ("forwarded location", Kind.LOCATION, {"fix": scene.fix(Source.FORWARDED)}),
        ("location without accuracy", Kind.LOCATION, {"fix": replace(scene.fix(), accuracy_m=None)}),
        ("own contact", Kind.CONTACT, {"contact": Contact("+84912333444", own=True)}),
        ("foreign contact", Kind.CONTACT, {"contact": Contact("+84912333444", own=False)}),
        ("something new", Kind.OTHER, {}),
    ):
        wanted = Wanted.ANYTHING if kind in mine else Wanted.NOT_READ
        yield Input(name, wanted, kind, facts)
    live = {"fix": scene.fix(Source.LIVE), "live": True, "live_of": "m-1"}
    yield Input("live location that moves", Wanted.SILENT, Kind.LOCATION, live)


def words(question: Question) -> Iterator[Input]:
    """Words that no question is waiting for, and the four that each understands."""
    for name, text in (
        ("one character", "x"),
        ("emoji", "🙂🙂"),
        ("a sentence", "Cháu ơi cho bác hỏi khi nào thì xong vậy?"),
        ("a label of another question", "Đã hướng dẫn rồi"),
        ("a large number", "99999999999999999999"),
        ("a negative number", "-1"),
        ("a foreign digit", "٣"),
        ("a date", "31/02/2026"),
        ("markup", "<b>x</b> {name} %s \\ `"),
        ("right to left", "\u202eabc\u0000"),
        ("danger", "khó thở quá"),
    ):
        yield typed(name, text, Wanted.ANYTHING)
    yield Input("edited words", Wanted.ANYTHING, Kind.TEXT, {"text": "à không", "edited": True})
    yield typed("4,000 characters", "Ốm " * 1333 + "x", Wanted.NOT_READ)
    yield typed("nothing but blanks", " \n ", Wanted.NOT_READ)
    yield typed("nothing but marks", "…?!", Wanted.NOT_READ)
    yield typed("unknown command", "/unknown", Wanted.NOT_READ)
    yield typed("slash", "/", Wanted.NOT_READ)
    yield typed("command of somebody else's menu", "/xoahet", Wanted.NOT_READ)
    yield Input("start again", Wanted.NOT_READ, Kind.TEXT, {"text": "/start", "start": ""})
    yield Input("start with junk", Wanted.NOT_READ, Kind.TEXT, {"text": "/start zzz", "start": "zzz"})
    own = {keyword for choice in question.choices for keyword in choice.keywords}
    for name, text, wanted in (
        ("cancel", "hủy", Wanted.LEFT),
        ("cancel without marks", "huy", Wanted.LEFT),
        ("cancel, mark on the y", "Huỷ", Wanted.LEFT),
        ("back", "quay lại", Wanted.BACK),
        ("back without marks", "QUAY LAI", Wanted.BACK),
        ("help", "trợ giúp", Wanted.NOT_READ),
        ("help without marks", "tro giup", Wanted.NOT_READ),
        ("human", "gặp cán bộ", Wanted.NOT_READ),
        ("human without marks", "gap can bo", Wanted.NOT_READ),
        ("help as a command", "/trogiup", Wanted.NOT_READ),
    ):
        if plain(text) not in own:
            yield typed(name, text, wanted)
        elif wanted is not Wanted.LEFT:  # "hủy" may be a choice: it drops a list
            raise AssertionError(f"{text} is taken as an answer to {question.key}")


def everything(scene: Scene, question: Question, asked: Open) -> Iterator[Input]:
    """All inputs for a question."""
    yield from choices(question, asked)
    yield from presses(asked)
    yield from things(scene, question)
    yield from words(question)
