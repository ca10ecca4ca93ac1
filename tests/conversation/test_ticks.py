"""The law of ticks on the whole stage: late, doubled or skipped, nobody is forgotten, nothing doubled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from quarantine.days import is_quiet
from quarantine.protocol import HOME_14, Opening
from storage.tables import Checkin, Letter, Task, TaskStep, core
from tests.cast import CAST
from tests.stage import START, Stage

WHO = ("Lan", "Bác Tư", "Hạnh", "Bình", "Dũng")
RESIDENTS = {CAST[name].person.id for name in ("Lan", "Bác Tư")}
DAY = date(2026, 12, 3)
OPENINGS = [HOME_14.opening(DAY, slot) for slot in HOME_14.slots]
HOURS = timedelta(hours=24)
TICKS = st.lists(st.integers(0, 24 * 60), max_size=16).map(sorted)
"""Minutes after 06:00 at which somebody looks whether something is due; the last look is at 06:00 again."""
OFTEN = settings(max_examples=14, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@dataclass(frozen=True)
class Ending:
    """What a day has come to: rows as mappings."""

    checkins: list[dict[str, object]]
    tasks: list[dict[str, object]]
    steps: list[dict[str, object]]
    letters: list[dict[str, object]]

    def stages(self, slot: str) -> set[str]:
        """The stages that the check-ins of a slot have reached."""
        return {str(one["stage"]) for one in self.checkins if one["slot"] == slot}

    def prompts(self) -> list[dict[str, object]]:
        """The prompts that were delivered."""
        return [one for one in self.letters if one["key"] == "checkin.prompt" and one["delivered_at"]]


def live(minutes: list[int]) -> Ending:
    """A day of silence under these ticks and a last one at its end."""
    stage = Stage(WHO)
    try:
        for minute in [*minutes, 24 * 60]:
            stage.clock.instant = START + timedelta(minutes=minute)
            stage.settle()
        return _ending(stage.engine)
    finally:
        stage.close()


def live_punctually() -> Ending:
    """The same day with a tick at each moment when something falls due."""
    stage = Stage(WHO)
    try:
        stage.move_to(START + HOURS)
        return _ending(stage.engine)
    finally:
        stage.close()


def _ending(engine: Engine) -> Ending:
    with engine.connect() as conn:
        rows = [
            [dict(row._mapping) for row in conn.execute(select(core(table)))]  # noqa: SLF001  # SQLAlchemy's own name
            for table in (Checkin, Task, TaskStep, Letter)
        ]
    return Ending(*rows)


def prompted_in_time(opening: Opening, minutes: list[int]) -> bool:
    """Whether a tick came while a prompt still made sense."""
    ticks = [START + timedelta(minutes=minute) for minute in minutes]
    return any(opening.opens_at <= tick < opening.prompt_until for tick in ticks)


PUNCTUAL = live_punctually()


def test_a_punctual_day_of_silence():
    """Two slots, two reminders each, one contact task a person; nothing reaches anybody at night."""
    assert [PUNCTUAL.stages(slot.name) for slot in HOME_14.slots] == [{"overdue"}, {"overdue"}]
    assert len(PUNCTUAL.prompts()) == 4
    assert sorted((one["person_id"], one["kind"]) for one in PUNCTUAL.tasks) == [
        (person, "contact") for person in sorted(RESIDENTS)
    ]
    _is_sound(PUNCTUAL)


@given(TICKS)
@example([])
@example([90, 90, 90])
@example([90 + 179])
@example([90 + 180])
@example([90 + 181])
@example([90 + 239, 90 + 240])
@example([15 * 60, 15 * 60 + 1])
@OFTEN
def test_any_pattern_of_ticks(minutes):
    """Everybody is asked once or it is our fault; who was asked in time ends as under punctual ticks."""
    ended = live(minutes)
    _is_sound(ended)
    for opening in OPENINGS:
        mine = [one for one in ended.checkins if one["slot"] == opening.slot.name]
        assert len(mine) == len(RESIDENTS), "somebody was forgotten"
        if prompted_in_time(opening, minutes):
            assert ended.stages(opening.slot.name) == PUNCTUAL.stages(opening.slot.name)
        else:
            assert ended.stages(opening.slot.name) <= {"system_error", "overdue"}
            asked = {one["about"] for one in ended.prompts()}
            for one in mine:
                assert (one["stage"] == "overdue") == (one["prompt_id"] in asked), "asked, and called a fault"
    if all(prompted_in_time(opening, minutes) for opening in OPENINGS):
        _same_tasks(ended)


def _is_sound(ended: Ending) -> None:
    """What holds whatever the ticks: once is once, reminders end with the window, nights are quiet."""
    asked = [one["about"] for one in ended.prompts()]
    assert len(asked) == len(set(asked)), "a prompt was doubled"
    written = [(one["key"], one["about"]) for one in ended.letters if one["key"] == "checkin.prompt"]
    assert len(written) == len(set(written)), "a prompt was written twice"
    slots = [(one["episode_id"], one["day"], one["slot"]) for one in ended.checkins]
    assert len(slots) == len(set(slots))
    told = [(one["task_id"], one["level"]) for one in ended.steps]
    assert len(told) == len(set(told)), "a rung was told twice"
    open_tasks = [(one["person_id"], one["kind"]) for one in ended.tasks if one["state"] != "done"]
    assert len(open_tasks) == len(set(open_tasks))
    closes = {one["prompt_id"]: one["closes_at"] for one in ended.checkins}
    for prompt_id, end in closes.items():
        reminders = _reminders(ended, prompt_id)
        assert len(reminders) <= len(HOME_14.reminders)
        assert all(at < end for at in reminders)
    for one in ended.letters:
        assert one["delivered_at"] is None or not is_quiet(one["delivered_at"]), f"{one['key']} at night"


def _reminders(ended: Ending, prompt_id: int) -> list[datetime]:
    return [
        one["delivered_at"]
        for one in ended.letters
        if str(one["key"]).startswith("checkin.remind") and one["about"] == prompt_id and one["delivered_at"]
    ]


def _same_tasks(ended: Ending) -> None:
    """The same tasks as under punctual ticks; later ticks climb later, never higher."""
    wanted = {(one["person_id"], one["kind"]): one for one in PUNCTUAL.tasks}
    found = {(one["person_id"], one["kind"]): one for one in ended.tasks}
    assert set(found) == set(wanted)
    for key, task in found.items():
        assert task["state"] == wanted[key]["state"]
        assert task["level"] <= wanted[key]["level"]
        assert task["opened_at"] >= wanted[key]["opened_at"]
