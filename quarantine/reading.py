"""Reading an answer: what was sent, as the kind of answer that the question takes."""

from __future__ import annotations

from quarantine.conversation import Asking, Question, Unclear
from quarantine.days import local_day
from quarantine.measures import Status, read_day, read_number
from quarantine.messages import Incoming, Kind
from quarantine.turn import Turn

LONGEST_TEXT = 500
"""Longer answers are not names, addresses or remarks; the reader is asked to be brief."""

_NOT_WORDS = {
    Kind.VOICE: "unclear.voice",
    Kind.PHOTO: "unclear.photo",
    Kind.FILE: "unclear.file",
    Kind.STICKER: "unclear.sticker",
    Kind.LOCATION: "unclear.location",
    Kind.CONTACT: "unclear.contact",
    Kind.OTHER: "unclear.other",
}


def read(question: Question, turn: Turn, said: Incoming) -> object:
    """The answer as a value, or Unclear with what would be understood."""
    if question.asking is Asking.LOCATION and said.fix is not None:
        return said.fix
    if question.asking is Asking.CONTACT and said.contact is not None:
        return _contact(said)
    if question.asking is Asking.FILE and said.file is not None:
        return said.file
    if said.kind is not Kind.TEXT:
        raise Unclear(_NOT_WORDS.get(said.kind, "unclear.other"))
    return _typed(question, turn, said.text.strip())


def _contact(said: Incoming) -> str:
    if said.contact is None or not said.contact.own:
        raise Unclear("unclear.foreign_contact")
    return said.contact.phone


def _typed(question: Question, turn: Turn, text: str) -> object:
    if len(text) > LONGEST_TEXT:
        raise Unclear("unclear.too_long")
    if text.startswith("/"):
        # A mistyped command is nobody's name, address or reason.
        raise Unclear(question.unclear or f"unclear.{question.asking}")
    if question.read is not None:
        return question.read(turn, text)
    if question.asking is Asking.NUMBER:
        return _number(question, text)
    if question.asking is Asking.DATE:
        return _day(turn, text)
    if question.asking is Asking.TEXT and text:
        return text
    raise Unclear(question.unclear or f"unclear.{question.asking}")


def _number(question: Question, text: str) -> float:
    reading = read_number(text, question.low, question.high)
    if reading.status is Status.OK and reading.value is not None:
        return reading.value
    raise Unclear("unclear.number", low=question.low, high=question.high)


def _day(turn: Turn, text: str) -> object:
    reading = read_day(text, local_day(turn.now))
    if reading.status is Status.OK and reading.value is not None:
        return reading.value
    raise Unclear("unclear.date")
