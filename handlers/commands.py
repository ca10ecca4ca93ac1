"""Commands: the menu that is drawn of them, whole for residents, for staff the daily work first."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.script import script
from quarantine.conversation import DONE, Again, Ask, Asking, Command, Next, Question, Standing
from quarantine.letters import Asked, Option
from quarantine.messages import Term
from quarantine.numbers import number
from quarantine.turn import Turn

MENU_LETTER = "m"
MENU = Question("menu.choose", Asking.ONE)
OTHER = "!other"
"""The value of the button that leads to what staff seldom need."""


def show(turn: Turn, greeting: str) -> Next:
    """The menu stands outside the conversation: it never waits for an answer."""
    daily, rare = _parted(turn)
    other = [Option(OTHER, Term("menu.other"), wide=True)] if rare else []
    _say(turn, greeting, [*_options(daily), *other])
    return DONE


def _say(turn: Turn, text: str, options: Sequence[Option]) -> None:
    turn.say(text, asked=Asked(MENU.key, number(MENU_LETTER, 0), tuple(options)))


def _parted(turn: Turn) -> tuple[list[Command], list[Command]]:
    """The daily work, and what staff find behind "Việc khác"; residents have few enough."""
    known = script.menu(turn)
    if not turn.context.postings:
        return known, []
    return [one for one in known if not one.rare], [one for one in known if one.rare]


def _options(commands: Sequence[Command]) -> list[Option]:
    return [Option(one.name, Term(one.label)) for one in commands]


def _open(turn: Turn, _: int) -> Ask:
    """Whatever a menu of any day may have had on it."""
    return Ask(MENU, {}, (*_options(script.offered(turn)), Option(OTHER, Term("menu.other"))))


script.stands(Standing(MENU_LETTER, _open, lambda _turn, _row: Term("stale.button"), binds=False))


@script.answers(MENU)
def menu(turn: Turn, value: str) -> Next:
    """Do what was chosen, or show what is rare."""
    if value == OTHER:
        _say(turn, "menu.others", _options(_parted(turn)[1]))
        return DONE
    chosen = next(command for command in script.offered(turn) if command.name == value)
    turn.memory.clear()
    following = chosen.run(turn)
    if isinstance(following, Again):
        turn.say(following.term.key, following.term.params)
        return DONE
    return following
