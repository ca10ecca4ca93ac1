"""The commands `cachly import --dry-run` and `cachly template`: a list tried out, the template of one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy.engine import make_url

from bot import catalogues, premises, settings
from bot.clock import SystemClock
from bot.formatting import capital, fill, show_time
from bot.lists import Checked, check
from bot.refusals import RefusedError
from bot.units import listed_in
from papers.columns import UnknownColumnError
from papers.refusing import Refusal, UnreadableError
from papers.returned import returned
from papers.sheets import MOST_BYTES
from papers.tables import Table, UnknownSheetError
from papers.template import template
from quarantine.batches import Double, Doubles
from quarantine.days import local_day
from quarantine.lists import Entry, Field, Problem, RowRef
from quarantine.old_places import KnownPlaces
from quarantine.people import Unit, UnitKind
from quarantine.phones import show_phone
from quarantine.places import Places
from quarantine.units import UnitMap
from storage.engine import reading
from storage.unit_tree import UnitTree

SAMPLES = 10
SHOWN = 40
"""Kinds of problems listed in a summary; there are hardly more."""


class FileRefusedError(RefusedError):
    """The file as a whole is refused; `refusal` is the reason for machines."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(say(f"list.file_{refusal}"))
        self.refusal = refusal


def say(key: str, **values: object) -> str:
    """A text of the catalogue in Vietnamese, filled."""
    return fill(_catalogue().text(key, catalogues.SERVED), lambda name: str(values[name]))


@cache
def _catalogue() -> catalogues.Catalogue:
    return catalogues.load()


def try_out(
    file: str,
    *,
    sheet: str = "",
    mapping: Sequence[str] = (),
    given: Sequence[str] = (),
    units_file: str = "",
    as_json: bool = False,
    returned_to: str = "",
) -> str:
    """What `cachly import --dry-run` prints; with `returned_to` the rows to be mended are written there."""
    known = _units(units_file)
    checked = _checked(
        read_bytes(file),
        KnownPlaces(known) if known.units else None,
        sheet=sheet,
        mapping=pairs(mapping, "--map"),
        given=pairs(given, "--given"),
    )
    if returned_to:
        write_rejects(returned_to, checked)
    if as_json:
        return json.dumps(report(checked, units_known=bool(known.units)), ensure_ascii=False, indent=2)
    told = [*summary(checked, units_known=bool(known.units)), "", say("list.nothing_written")]
    return "\n".join([*told, *([say("list.sent_back", file=returned_to)] if returned_to else [])])


def write_rejects(file: str, checked: Checked, doubles: Iterable[Double] = ()) -> None:
    """Write the rows that go back into a file."""
    _write(file, sent_back(checked, doubles))


def sent_back(checked: Checked, doubles: Iterable[Double] = ()) -> bytes:
    """The rows that go back, each with its reason, as a file like the one that was sent."""
    why = {entry.ref: reasons(entry) for entry in checked.refused}
    why |= {double.ref: capital(like(double)) for double in doubles}
    return returned(checked.book, checked.tables, why)


def like(double: Double) -> str:
    """Whom a row may mean, without anything of theirs."""
    by = say(f"list.by_{double.by}")
    if double.of is not None:
        return say("list.like_row", row=double.of.row, by=by)
    known = "elsewhere" if double.elsewhere else "open" if double.open else "known"
    return say(f"list.like_{known}", by=by)


def write_template(file: str, units_file: str = "") -> str:
    """Write the template; the path that was written."""
    _write(file, template_of(_units(units_file).units))
    return file


def template_of(units: Sequence[Unit]) -> bytes:
    """The template, with the communes and provinces of these units to choose from."""
    communes = sorted({unit.name for unit in units if unit.kind is UnitKind.STATION})
    return template(communes, sorted({unit.province for unit in units}))


def reasons(entry: Entry) -> str:
    """Why a row goes back, for whoever mends it: field and reason, and the communes that may be meant."""
    told = [_told(problem) for problem in entry.problems if problem.flaw.refuses]
    return "; ".join(told)


def report(checked: Checked, *, units_known: bool) -> dict[str, object]:
    """The result for machines: counts, columns and problems, with nothing of anybody's in it.

    `rows` is the sum of `accepted`, `rejected` and `duplicates`; `warnings` are said of accepted rows.
    """
    header = checked.tables[0].header
    return {
        "rows": len(checked.entries),
        "accepted": len(checked.accepted),
        "rejected": len(checked.refused),
        "duplicates": len(checked.repeats),
        "households": len(checked.households),
        "columns": {field.value: column.header for field, column in header.columns.items()},
        "letters": {field.value: column.letter for field, column in header.columns.items()},
        "unknown": list(header.unknown),
        "missing": [field.value for field in checked.missing],
        "skipped": dict(_skipped(checked)),
        "communes_checked": units_known,
        "problems": _for_machines(checked, checked.problems(refusing=True)),
        "warnings": _for_machines(checked, checked.problems(refusing=False)),
        "repeats": [
            {**place(checked, ref), "of": repeat.of.row, "by": repeat.by.value}
            for ref, repeat in checked.repeats.items()
        ],
    }


def refusal(refused: FileRefusedError) -> str:
    """The result for machines where a file is refused as a whole: the same counts, and why."""
    nothing = {"rows": 0, "accepted": 0, "rejected": 0, "duplicates": 0, "columns": {}, "problems": []}
    return json.dumps({**nothing, "refused": refused.refusal.value}, indent=2)


def _for_machines(checked: Checked, problems: Iterable[tuple[RowRef, Problem]]) -> list[dict[str, str | int]]:
    return [
        {
            **place(checked, ref),
            "field": problem.field.value,
            "value_kind": problem.kind.value,
            "reason": problem.flaw.value,
        }
        for ref, problem in problems
    ]


def place(checked: Checked, ref: RowRef) -> dict[str, str | int]:
    """The row's number, and the sheet where there are several."""
    sheet: dict[str, str | int] = {"sheet": ref.sheet} if len(checked.tables) > 1 else {}
    return {"row": ref.row, **sheet}


def _skipped(checked: Checked) -> Mapping[str, int]:
    kinds: dict[str, int] = {}
    for table in checked.tables:
        for kind, count in table.skipped.items():
            kinds[kind.value] = kinds.get(kind.value, 0) + count
    return kinds


def summary(
    checked: Checked,
    *,
    units_known: bool,
    accepted: int | None = None,
    returned: int = 0,
    doubles: int | None = None,
) -> list[str]:
    """The same for a person: counts (of the list alone, or as given), columns, problems by kind, ten rows."""
    lines = [
        say(
            "list.summary",
            rows=len(checked.entries),
            accepted=len(checked.accepted) if accepted is None else accepted,
            rejected=len(checked.refused) + returned,
            duplicates=len(checked.repeats) if doubles is None else doubles,
            households=len(checked.households),
        )
    ]
    for table in checked.tables:
        lines += _columns(table)
    if skipped := _skipped(checked):
        what = ", ".join(f"{count} {say(f'list.skipped_{kind}')}" for kind, count in skipped.items())
        lines.append(say("list.skipped", what=what))
    if checked.missing:
        lines.append(
            say("list.missing", fields=", ".join(say(f"list.field_{one}") for one in checked.missing))
        )
    if not units_known:
        lines.append(say("list.no_units"))
    for title, refusing in (("list.mend", True), ("list.look", False)):
        counts = checked.counts(refusing=refusing).most_common(SHOWN)
        if counts:
            lines.append(f"\n{say(title)}")
            lines += [f"{count:>6}  {_reason(field, flaw)}" for (field, flaw), count in counts]
    if checked.accepted:
        lines.append(f"\n{say('list.samples')}")
        lines += [f"{entry.ref.row:>6}  {sample(entry)}" for entry in checked.accepted[:SAMPLES]]
    return lines


def _columns(table: Table) -> list[str]:
    """What was understood of one table."""
    lines = [f"\n{say('list.columns')} {table.sheet}".rstrip()]
    for field, column in table.header.columns.items():
        lines.append(f"  {column.letter:>2}  {column.header} → {say(f'list.field_{field}')} ({field})")
    if not table.records:
        lines.append(say(f"list.file_{Refusal.NO_ROWS}"))
    if table.header.unknown:
        lines.append(say("list.unknown", headers=", ".join(table.header.unknown)))
    return lines


def sample(entry: Entry) -> str:
    """A row in one line, for whoever brings the list."""
    phone = show_phone(entry.phone) if entry.phone else None
    first_day = show_time(entry.first_day) if entry.first_day else None
    facts = (entry.name, entry.birth_year, phone, entry.address, entry.unit_code, first_day)
    return ", ".join(str(fact) for fact in facts if fact)


def _told(problem: Problem) -> str:
    told = _reason(problem.field, problem.flaw.value)
    return f"{told}, {say('list.hint', names=', '.join(problem.hint))}" if problem.hint else told


def _reason(field: Field, flaw: str) -> str:
    return capital(say("list.reason", field=say(f"list.field_{field}"), flaw=say(f"list.flaw_{flaw}")))


def _checked(
    data: bytes,
    places: Places | None,
    *,
    sheet: str,
    mapping: Mapping[Field, str],
    given: Mapping[Field, str],
) -> Checked:
    today = local_day(SystemClock().now())
    with refusing(sheet):
        return check(data, today, places, sheet=sheet, mapping=mapping, given=given)


@contextmanager
def refusing(sheet: str) -> Iterator[None]:
    """Turn what is wrong with a file as a whole into a sentence."""
    try:
        yield
    except UnreadableError as error:
        raise FileRefusedError(error.refusal) from error
    except UnknownSheetError as error:
        raise RefusedError(f"There is no sheet {sheet}. There are: {', '.join(error.names)}.") from error
    except UnknownColumnError as error:
        raise RefusedError(
            f"--map names {error}, which is no column of the list: write its header, or its letter such as C."
        ) from error


def read_bytes(file: str) -> bytes:
    """The bytes of a file that is not too large to be looked at."""
    try:
        with Path(file).open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)  # no further: a device has no end
    except OSError as error:
        raise RefusedError(f"{file} cannot be read: {error.strerror}.") from error
    if len(data) > MOST_BYTES:
        raise FileRefusedError(Refusal.TOO_LARGE)
    return data


def _write(file: str, data: bytes) -> None:
    try:
        Path(file).write_bytes(data)
    except OSError as error:
        raise RefusedError(f"{file} cannot be written: {error.strerror}.") from error


def pairs(words: Sequence[str], option: str) -> dict[Field, str]:
    """field=text, as --map and --given take it."""
    pairs = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or name not in set(Field):
            raise RefusedError(f"{option} {word}: write field=text. Fields are: {', '.join(Field)}.")
        pairs[Field(name)] = text.strip()
    return pairs


def doubles(word: str) -> Doubles:
    """What --doubles says."""
    if word not in set(Doubles):
        raise RefusedError(f"--doubles {word}: write one of {', '.join(Doubles)}.")
    return Doubles(word)


def decided(words: Sequence[str]) -> list[tuple[str, Doubles]]:
    """What --decide says, each ROW=WHAT."""
    found = []
    for word in words:
        row, _, way = word.rpartition("=")
        if not row or way not in set(Doubles):
            raise RefusedError(
                f"--decide {word}: write ROW=WHAT, such as 12=add; WHAT is {', '.join(Doubles)}."
            )
        found.append((row, Doubles(way)))
    return found


def no_database(database: str) -> bool:
    """Whether the file of this database has never been made: looking at a list is to make none."""
    url = make_url(database)
    return url.get_backend_name() == "sqlite" and not Path(url.database or "").exists()


def _units(file: str) -> UnitMap:
    """The units of a file, or of the database, with their other names; none without a database."""
    if file:
        return listed_in(file)
    chosen = settings.load()
    if no_database(chosen.database):
        return UnitMap(())
    try:
        engine = premises.database(chosen)
    except RefusedError:
        return UnitMap(())
    try:
        with reading(engine) as conn:
            return UnitTree(conn, local_day(SystemClock().now())).whole_map()
    finally:
        engine.dispose()
