"""The day sheet: an episode day by day, as the official form has it (domain.md §A6), and its figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from quarantine.checkins import Stage
from quarantine.people import Episode
from quarantine.triage import Level

_ANSWERED = frozenset({Stage.DONE, Stage.LATE, Stage.CONTACTED})


@dataclass(frozen=True, slots=True)
class DayRecord:
    """One check-in with its newest report, or a report out of turn, which has no stage."""

    day: date
    stage: Stage | None = None
    at: datetime | None = None
    signs: frozenset[str] = frozenset()
    temperature: float | None = None
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class SheetDay:
    """One line of the form; `absent` only where an officer has looked, silence leaves the line empty."""

    number: int
    day: date
    temperatures: tuple[float, ...]
    signs: tuple[str, ...]
    well: bool
    suspected: bool
    absent: bool


@dataclass(frozen=True, slots=True)
class SheetSum:
    """How many check-ins there were and were answered; days with signs, and days found absent."""

    asked: int
    answered: int
    unwell_days: int
    absent_days: int


def sheet(episode: Episode, records: Iterable[DayRecord], until: date) -> list[SheetDay]:
    """A line for each day of the episode up to `until`."""
    by_day: defaultdict[date, list[DayRecord]] = defaultdict(list)
    for record in records:
        by_day[record.day].append(record)
    last = min(episode.last_day, until)
    days = max(0, (last - episode.first_day).days + 1)
    return [_line(number, episode.first_day + timedelta(days=number), by_day) for number in range(days)]


def _line(number: int, day: date, by_day: dict[date, list[DayRecord]]) -> SheetDay:
    records = by_day.get(day, [])
    reported = [one for one in records if one.level is not None]
    signs = sorted({sign for one in reported for sign in one.signs})
    worst = max((one.level for one in reported if one.level is not None), default=None)
    return SheetDay(
        number=number + 1,
        day=day,
        temperatures=tuple(one.temperature for one in reported if one.temperature is not None),
        signs=tuple(signs),
        well=worst is Level.GREEN,
        suspected=worst is not None and worst is not Level.GREEN,
        absent=any(one.stage is Stage.ABSENT for one in records),
    )


def total(lines: Sequence[SheetDay], records: Sequence[DayRecord]) -> SheetSum:
    """The figures under the lines."""
    asked = [one for one in records if one.stage is not None]
    answered = [one for one in asked if one.stage in _ANSWERED or one.level is not None]
    return SheetSum(
        asked=len(asked),
        answered=len(answered),
        unwell_days=sum(line.suspected for line in lines),
        absent_days=sum(line.absent for line in lines),
    )
