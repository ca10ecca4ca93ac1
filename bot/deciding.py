"""Doubles of a list on the command line: decided by options, or one by one by whoever sits there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from bot.formatting import show_time
from bot.importing import like, sample, say
from bot.jobs import Run
from bot.list_plan import Plan
from bot.refusals import RefusedError
from bot.turns import Turns
from quarantine.batches import Double, Doubles
from quarantine.turn import Turn

Choose = Callable[[str, Sequence[Doubles]], tuple[Doubles, bool]]
"""Asks about one row: what becomes of it, and whether that holds for all the others too."""


_LETTERS = {Doubles.SKIP: "b", Doubles.SAME: "m", Doubles.ADD: "t", Doubles.RETURN: "v"}
"""Bỏ qua, mở đợt mới, thêm, trả về: as the texts `list.decide_…` show them."""


def nobody(_: str, __: Sequence[Doubles]) -> tuple[Doubles, bool]:
    """Nobody sits there: all that is not decided is left out."""
    return Doubles.SKIP, True


def as_said(made: Plan, words: Sequence[tuple[str, Doubles]]) -> Plan:
    """The plan with what `--decide ROW=WHAT` says; a row that is no double, or cannot be that, is refused."""
    single = {}
    for row, way in words:
        double = next((one for one in made.shown if row in _names(made, one)), None)
        if double is None:
            rows = ", ".join(_names(made, one)[-1] for one in made.shown) or "-"
            raise RefusedError(f"--decide {row}={way}: row {row} is not among the rows to decide: {rows}.")
        if way not in double.ways:
            raise RefusedError(f"--decide {row}={way}: can be {', '.join(double.ways)} only.")
        single[double.pair] = way
    return _with(made, single)


def _names(made: Plan, double: Double) -> tuple[str, ...]:
    """What the row may be called; its number alone only where there is one table."""
    whole = f"{double.ref.sheet}!{double.ref.row}"
    return (whole,) if len(made.checked.tables) > 1 else (whole, str(double.ref.row))


def singly(run: Run, turns: Turns, made: Plan, choose: Choose) -> Plan:
    """The plan with what is answered, row by row until somebody says that it holds for all the others."""
    single: dict[str, Doubles] = {}
    for place, double in enumerate(made.undecided):
        known: list[str] = []
        run(partial(turns.clock_turn, decide=partial(_know, made=made, double=double, told=known)))
        left = say("list.decide_left", left=len(made.undecided) - place)
        way, for_all = choose("\n".join([left, line(made, double), *known]), double.ways)
        single[double.pair] = way
        if for_all:
            decided = replace(made.order.decided, others=way)
            return _with(replace(made, order=replace(made.order, decided=decided)), single)
    return _with(made, single)


def _with(made: Plan, single: Mapping[str, Doubles]) -> Plan:
    decided = replace(made.order.decided, single={**made.order.decided.single, **single})
    return replace(made, order=replace(made.order, decided=decided))


def _know(turn: Turn, made: Plan, double: Double, told: list[str]) -> None:
    """Whom the row may mean, as far as whoever brings the list may see them; that they were seen is noted."""
    if double.person_id is None or double.elsewhere:
        return
    person, within = turn.store.officer(double.person_id), {unit.id for unit in made.units.values()}
    told.append(say("list.known", name=person.name, born=person.birth_year or "?"))
    turn.note("viewed", person_id=person.id, where="list")
    for episode in turn.store.open_episodes(double.person_id):
        if episode.unit_id in within:
            unit = turn.store.unit(episode.unit_id).name
            told.append(say("list.known_open", unit=unit, since=show_time(episode.first_day)))


def line(made: Plan, double: Double) -> str:
    """A row and whom it may mean."""
    entry = next(one for one in made.sound if one.ref == double.ref)
    return f"{double.ref.row:>6}  {sample(entry)}: {like(double)}"


def offered(ways: Sequence[Doubles]) -> str:
    """The letters by which one may answer."""
    told = ", ".join(say(f"list.decide_{way}") for way in ways)
    return say("list.decide_how", ways=told)


def read(typed: str, ways: Sequence[Doubles]) -> tuple[Doubles, bool] | None:
    """What a letter means, and whether it was a capital one: for all that are left; None for another."""
    letter = typed.strip()
    way = next((one for one in ways if letter.lower() == _LETTERS[one]), None)
    return None if way is None else (way, letter.isupper())
