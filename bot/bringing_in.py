"""The command `cachly import` where it writes: look, ask, bring the list in, and take a batch back."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Engine

from bot import catalogues, deciding, importing, premises, settings
from bot.clock import SystemClock
from bot.ids import Ids
from bot.importing import SAMPLES, FileRefusedError, say
from bot.jobs import T, Worker
from bot.list_plan import Order, Plan, allowed_under, plan, stations, task_of
from bot.refusals import RefusedError
from bot.turns import Turns
from handlers.batches import taken_back
from handlers.book import script
from papers.reading import read
from papers.refusing import Refusal
from papers.sheets import Book
from quarantine.batches import Decided, Doubles
from quarantine.days import local_day
from quarantine.lists import Field
from quarantine.old_places import KnownPlaces
from storage import batches, jobs
from storage.batches import VerifiedError
from storage.engine import reading
from storage.sealing import Keyring
from storage.unit_tree import UnitTree

LOOK_SECONDS = 0.5
"""How often a job is looked at that another process does."""
WIDTH = 30


@dataclass(frozen=True)
class Wishes:
    """What was written behind `cachly import`."""

    file: str
    sheet: str = ""
    mapping: Mapping[Field, str] | None = None
    given: Mapping[Field, str] | None = None
    doubles: Doubles = Doubles.SKIP
    decide: Sequence[tuple[str, Doubles]] = ()
    """Of single rows, such as ("12", ADD) or ("Sheet2!12", RETURN), what becomes of them."""
    singly: bool = False
    whose: str = ""
    yes: bool = False
    as_json: bool = False
    rejects: str = ""


@dataclass(frozen=True)
class Office:
    """The database and what works on it, for one command."""

    engine: Engine
    keyring: Keyring
    turns: Turns

    def run(self, work: Callable[[Connection], T], /) -> T:
        """A transaction of its own."""
        with self.engine.begin() as conn:
            return work(conn)


def office() -> Office:
    """Open what the settings name."""
    chosen, clock = settings.load(), SystemClock()
    keyring = premises.keyring(chosen)
    engine = premises.database(chosen)
    texts = catalogues.load()
    turns = Turns(
        engine=engine,
        keyring=keyring,
        script=script,
        speak=lambda term, language: texts.text(term.key, language),
        clock=clock,
        ids=Ids(clock.now, secrets.randbelow),
        random_below=secrets.randbelow,
    )
    return Office(engine, keyring, turns)


def bring_in(
    wishes: Wishes,
    ask: Callable[[str], bool],
    bar: Callable[[str], None],
    choose: deciding.Choose = deciding.nobody,
) -> str:
    """Look, ask unless that was answered before, write, and tell what came of it."""
    data = importing.read_bytes(wishes.file)
    here = office()
    try:
        order = _order(here, wishes)
        made = _decided(here, _plan(here, data, order, wishes.sheet), wishes, choose)
        _whole(made)
        if wishes.rejects:
            importing.write_rejects(wishes.rejects, made.checked, made.handed_back)
        if not wishes.yes and not ask("\n".join([*summary(made), "", say("list.ask_write")])):
            return say("list.not_written")
        result = _write(here, data, made, bar) if made.rows else {"added": 0}
    finally:
        here.engine.dispose()
    if wishes.as_json:
        return json.dumps(written(made, result), ensure_ascii=False, indent=2)
    return "\n".join(_outcome(made, result, wishes.rejects, brief=not wishes.yes))


def can_compare() -> bool:
    """Whether there is a database of ours, with stations, to hold a list against."""
    chosen = settings.load()
    if importing.no_database(chosen.database):
        return False
    try:
        here = office()
    except RefusedError:
        return False
    try:
        with reading(here.engine) as conn:
            return bool(stations(conn, Order(local_day(here.turns.clock.now()))))
    finally:
        here.engine.dispose()


def try_out(wishes: Wishes) -> str:
    """The same without writing: what a list holds, beside everybody who is known."""
    data = importing.read_bytes(wishes.file)
    here = office()
    try:
        made = _decided(here, _plan(here, data, _order(here, wishes), wishes.sheet), wishes, deciding.nobody)
    finally:
        here.engine.dispose()
    if wishes.rejects:
        importing.write_rejects(wishes.rejects, made.checked, made.handed_back)
    if wishes.as_json:
        return json.dumps(report(made), ensure_ascii=False, indent=2)
    told = [*summary(made), say("list.nothing_written")]
    return "\n".join([*told, *([say("list.sent_back", file=wishes.rejects)] if wishes.rejects else [])])


def _decided(here: Office, made: Plan, wishes: Wishes, choose: deciding.Choose) -> Plan:
    made = deciding.as_said(made, wishes.decide)
    return deciding.singly(here.run, here.turns, made, choose) if wishes.singly else made


def undo(batch_id: int) -> str:
    """Take a batch back, and tell its stations."""
    here = office()

    def taken(conn: Connection) -> dict[int, int]:
        now = here.turns.clock.now()
        counts = batches.undo(conn, batch_id, here.turns.ids.one, None, now)
        here.turns.clock_turn(conn, lambda turn: taken_back(turn, counts))
        return counts

    try:
        counts = here.run(taken)
    except VerifiedError as error:
        raise RefusedError(say("list.undo_late")) from error
    except LookupError as error:
        raise RefusedError(say("list.undo_unknown", batch=batch_id)) from error
    finally:
        here.engine.dispose()
    return say("list.undone", batch=batch_id, count=sum(counts.values()), units=len(counts))


def report(made: Plan) -> dict[str, object]:
    """The result for machines, with what the database adds to it."""
    counts = made.counts()
    known = [
        {
            **importing.place(made.checked, one.ref),
            "known": True,
            "by": one.by.value,
            "open": one.open,
            "elsewhere": one.elsewhere,
            "decided": made.order.decided.of(one).value,
        }
        for one in made.shown
        if one.person_id is not None
    ]
    found = importing.report(made.checked, units_known=True)
    return {
        **found,
        "accepted": counts.added,
        "rejected": counts.rejected,
        "duplicates": counts.doubles,
        "in_already": made.in_already,
        "known": known,
    }


def written(made: Plan, result: Mapping[str, Any]) -> dict[str, object]:
    """The same once it is written: what somebody else has brought in meanwhile was not added again."""
    counts = made.counts()
    found = {**report(made), "accepted": result["added"], "added": result["added"]}
    found["duplicates"] = counts.doubles + counts.added - result["added"]
    return found | ({"batch": result["batch"]} if "batch" in result else {})


def summary(made: Plan) -> list[str]:
    """What the list holds and what would be written, for whoever is to say yes."""
    counts = made.counts()
    lines = importing.summary(
        made.checked,
        units_known=True,
        accepted=counts.added,
        returned=len(made.handed_back),
        doubles=counts.doubles,
    )
    if made.undecided:
        decided = say(f"list.doubles_{made.order.decided.others}")
        lines += ["", say("list.doubles", count=len(made.undecided), decided=decided)]
        lines += [deciding.line(made, one) for one in made.undecided[:SAMPLES]]
    if single := len(made.shown) - len(made.undecided):
        lines.append(say("list.decided", count=single))
    if made.in_already:
        lines.append(say("list.in_already", count=made.in_already))
    units = len({row.entry.unit_code for row in made.rows})
    return [*lines, "", say("list.will_write", added=counts.added, units=units)]


def _order(here: Office, wishes: Wishes) -> Order:
    order = Order(
        today=local_day(here.turns.clock.now()),
        sheet=wishes.sheet,
        mapping=wishes.mapping,
        given=wishes.given,
        decided=Decided(wishes.doubles),
    )
    if not wishes.whose:
        return order
    with reading(here.engine) as conn:
        unit = UnitTree(conn).by_code(wishes.whose)
        if unit is not None:
            return replace(order, under=(unit.id,))
        by = int(wishes.whose) if wishes.whose.isdecimal() else 0
        under = allowed_under(conn, here.keyring, by, here.turns.clock.now())
    if not under:
        raise RefusedError(f"--as {wishes.whose} is no unit, and nobody who may bring in lists.")
    return replace(order, by=by, under=under)


def _plan(here: Office, data: bytes, order: Order, sheet: str) -> Plan:
    with reading(here.engine) as conn:
        known, writable = UnitTree(conn, order.today).whole_map(), stations(conn, order)
    if not writable:
        raise RefusedError("There is no station to write to. Load the units first: `cachly units load`.")
    with importing.refusing(sheet):
        return plan(here.engine, here.keyring, data, order, KnownPlaces(known))


def _whole(made: Plan) -> None:
    """What a quarantine cannot be without must be said, by a column or once for all."""
    if made.checked.missing:
        fields = ", ".join(say(f"list.field_{one}") for one in made.checked.missing)
        raise RefusedError(
            say("list.missing", fields=fields)
            + "\n"
            + " ".join(f"--given {one.value}=…" for one in made.checked.missing)
        )


def _write(here: Office, data: bytes, made: Plan, bar: Callable[[str], None]) -> dict[str, Any]:
    """Queue the job and do it, or see it done by whichever process is at it."""
    book: Book = made.checked.book
    job_id = here.run(
        lambda conn: jobs.add(
            conn,
            here.keyring,
            here.turns.ids.one,
            kind=jobs.IMPORT,
            by=made.order.by,
            at=here.turns.clock.now(),
            task=task_of(made.order),
            file=data,
        )
    )
    worker = Worker(
        here.turns,
        here.run,
        moved=lambda _, job, done, total: bar(drawn(done, total)) if job.id == job_id else None,
        # Ours is read already; a list before it may have been left by a process that died.
        read_file=lambda given: book if given == data else read(given),
    )
    while True:
        with reading(here.engine) as conn:
            standing = jobs.standing(conn, here.keyring, job_id)
        if standing is None or standing.state == jobs.FAILED:
            raise _failure({} if standing is None else standing.result)
        if standing.state == jobs.DONE:
            return standing.result
        if not worker.work():
            bar(drawn(standing.done, standing.total))
            time.sleep(LOOK_SECONDS)


def _failure(result: Mapping[str, Any]) -> RefusedError:
    refused = result.get("refused")
    if refused in set(Refusal):
        return FileRefusedError(Refusal(refused))
    return RefusedError(say("list.failed"))


def drawn(done: int, total: int) -> str:
    """A bar such as [######......] 1200/10000."""
    full = WIDTH * done // total if total else 0
    return f"[{'#' * full}{'.' * (WIDTH - full)}] {done}/{total}"


def _outcome(made: Plan, result: Mapping[str, Any], rejects: str, *, brief: bool) -> list[str]:
    lines = [] if brief else [*summary(made), ""]
    if result["added"]:
        lines += [
            say("list.written", added=result["added"], batch=result["batch"]),
            say("list.undo_with", batch=result["batch"]),
        ]
    else:
        lines.append(say("list.nobody_written"))
    if rejects:
        lines.append(say("list.sent_back", file=rejects))
    return lines
