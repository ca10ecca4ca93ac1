"""One morning of a ward, step by step, and what must be true at its end however often the process died."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, fields, replace
from datetime import timedelta

from sqlalchemy import Connection, Row, select

from quarantine.frames import unpack_frames
from quarantine.messages import Incoming
from storage import tables
from storage.sealing import Keyring
from storage.tables import core
from tests.faults.process import Do, Plan, Step, read
from tests.faults.ward import FAR_AT, FIRST_RESIDENT, HOME_AT, MORNING, OFFICER, says, shares, user

RESIDENTS = 10
WELL, FEVERISH, BREATHLESS, FAR, HALF, SILENT = range(5), 5, 6, 7, 8, 9
"""Who answers how: nine say how they are, eight also where they are, one says nothing."""
_MINUTE = timedelta(minutes=1)
RESTART = timedelta(seconds=1)
"""How long a new start takes: ids grow with time, so it must not begin before the old process ended."""


def _first(number: int) -> Incoming:
    words = {FEVERISH: "sốt", BREATHLESS: "khó thở"}.get(number, "không")
    return says(number, words, MORNING + 5 * _MINUTE)


def _second(number: int) -> Incoming:
    at = MORNING + 10 * _MINUTE
    return says(number, "38", at) if number == FEVERISH else shares(number, _place(number), at)


def _place(number: int) -> tuple[float, float]:
    return FAR_AT if number == FAR else HOME_AT


def _settled() -> tuple[tuple[Incoming, ...], ...]:
    """The officer settles the alarm in words: nothing is sent meanwhile, and a number means what was seen."""
    words = ("/viec", "Nguyễn Văn Thảo: 🔴 khẩn", "Nhận việc", "Gặp được, khỏe", "Gọi điện")
    at = MORNING + 11 * _MINUTE
    return tuple((says(OFFICER - FIRST_RESIDENT, word, at, f"-{n}"),) for n, word in enumerate(words))


OPEN, PROMPTS, FIRST, ANSWERS, SECOND, LAST, REPLIES, REMIND, REMINDERS, CLOSE, DIGESTS = range(11)
"""The steps of the story, by their place in it."""
STORY = (
    Step(Do.SWEEP, MORNING),
    Step(Do.SEND, MORNING),
    Step(Do.HEAR, MORNING + 5 * _MINUTE, (tuple(map(_first, range(4))), tuple(map(_first, range(4, 9))))),
    Step(Do.SEND, MORNING + 5.5 * _MINUTE),
    Step(Do.HEAR, MORNING + 10 * _MINUTE, (tuple(map(_second, range(4))), tuple(map(_second, range(4, 8))))),
    Step(
        Do.HEAR,
        MORNING + 11 * _MINUTE,
        ((shares(FEVERISH, HOME_AT, MORNING + 11 * _MINUTE),), *_settled()),
    ),
    Step(Do.SEND, MORNING + 12 * _MINUTE),
    Step(Do.SWEEP, MORNING + 65 * _MINUTE),
    Step(Do.SEND, MORNING + 65 * _MINUTE),
    Step(Do.SWEEP, MORNING + 245 * _MINUTE),
    Step(Do.SEND, MORNING + 245 * _MINUTE),
)


def after_the_crash(plan: Plan) -> tuple[Step, ...]:
    """What happens after the restart: sweep, send, and what a messenger delivers again; then the rest."""
    crashed = 0 if plan.crash is None else plan.crash.step
    known = set(read(plan.acknowledged))
    at = STORY[crashed].at + RESTART
    again = Step(Do.SWEEP, at), Step(Do.SEND, at)
    return (*again, *(_unacknowledged(step, known) for step in STORY[crashed:]))


def _unacknowledged(step: Step, known: set[str]) -> Step:
    groups = (tuple(one for one in group if one.id not in known) for group in step.groups)
    return replace(step, at=step.at + RESTART, groups=tuple(group for group in groups if group))


@dataclass(frozen=True)
class Ending:
    """How a story ended: what the database holds, without ids and hours, and what each phone showed."""

    checkins: tuple[object, ...]
    reports: tuple[object, ...]
    fixes: tuple[object, ...]
    tasks: tuple[object, ...]
    steps: tuple[object, ...]
    letters: tuple[object, ...]
    talks: tuple[object, ...]
    inbox: tuple[object, ...]
    shown: dict[str, list[str]]


def ending(conn: Connection, plan: Plan) -> Ending:
    """How the story of this plan ended."""
    who = {row.id: row.person_id for row in _all(conn, tables.Episode)}
    kinds = {row.id: (row.kind, row.person_id) for row in _all(conn, tables.Task)}
    keyring = Keyring.parse(plan.key)
    return Ending(
        checkins=_sorted(
            (who[one.episode_id], one.stage, one.reported, one.reminded) for one in _all(conn, tables.Checkin)
        ),
        reports=_sorted((who[one.episode_id], one.version, one.level) for one in _all(conn, tables.Report)),
        fixes=_sorted((who[one.episode_id], one.verdict) for one in _all(conn, tables.Fix)),
        tasks=_sorted((one.person_id, one.kind, one.state, one.level) for one in _all(conn, tables.Task)),
        steps=_sorted(
            (*kinds[one.task_id], one.level, *one.recipients) for one in _all(conn, tables.TaskStep)
        ),
        letters=_sorted((one.owner, one.key, one.status) for one in _all(conn, tables.Letter)),
        talks=_sorted(_talk(keyring, one) for one in _all(conn, tables.Conversation)),
        inbox=_sorted((one.native_id, one.state) for one in _all(conn, tables.Inbox)),
        shown=_shown(plan),
    )


def _talk(keyring: Keyring, row: Row) -> tuple[object, ...]:
    frames = unpack_frames(keyring.open("conversation", "frames", row.owner, row.frames).decode())
    return (row.owner, *(frame.question for frame in frames))


def _all(conn: Connection, table: type) -> list[Row]:
    return list(conn.execute(select(core(table))))


def _sorted(rows: object) -> tuple[object, ...]:
    return tuple(sorted(rows, key=repr))


def _shown(plan: Plan) -> dict[str, list[str]]:
    shown = defaultdict(list)
    for phone, text in map(json.loads, read(plan.delivered)):
        # The people of a digest have no order that all databases share.
        shown[phone].append("\n".join(sorted(text.split("\n"))))
    return dict(shown)


def differences(found: Ending, wanted: Ending, *, ordered: bool = True) -> list[str]:
    """What one ending has and the other has not, a line each; phones are compared without repeats."""
    lines = []
    for each in fields(Ending):
        here, there = (_lines(getattr(one, each.name)) for one in (found, wanted))
        lines += [f"{each.name} + {line}" for line in (here - there).elements()]
        lines += [f"{each.name} - {line}" for line in (there - here).elements()]
    if ordered and not lines:
        here, there = _once_each(found.shown), _once_each(wanted.shown)
        lines += [f"{phone} in another order" for phone in here if here[phone] != there[phone]]
    return lines


def _lines(rows: object) -> Counter[object]:
    if isinstance(rows, dict):
        return Counter((phone, text) for phone, texts in rows.items() for text in set(texts))
    return Counter(rows)


def _once_each(shown: dict[str, list[str]]) -> dict[str, list[str]]:
    """Each phone's messages in order, repeats left out; staff's as a set, for whom many letters compete."""
    residents = {user(FIRST_RESIDENT + number) for number in range(RESIDENTS)}
    return {
        phone: list(dict.fromkeys(texts)) if phone in residents else sorted(set(texts))
        for phone, texts in shown.items()
    }


def repeats(shown: dict[str, list[str]]) -> Counter[str]:
    """How many messages each phone showed a second time; one that came a third time fails at once."""
    doubled: Counter[str] = Counter()
    for phone, texts in shown.items():
        counts = Counter(texts)
        assert max(counts.values()) <= 2, (phone, counts.most_common(1))
        doubled[phone] = sum(1 for count in counts.values() if count == 2)
    return +doubled
