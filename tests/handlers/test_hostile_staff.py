"""What staff may try, by mistake or not: each has a clear answer, and nothing is lost or gained."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from handlers.book import script
from quarantine.effects import Code, CodeFor, CodeIssued
from quarantine.people import EpisodeState, Home, Role
from quarantine.store import Chat
from quarantine.tasks import Outcome, TaskKind
from tests.handlers.phones import Phone, World
from tests.handlers.scenery import (
    BA_VI,
    CLERK,
    DIRECTOR,
    NGOC_HA,
    OFFICER,
    STRANGER_OFFICER,
    province,
    resident,
)

SECOND_AT_BA_VI, NEWCOMER = 19, 90
LAN = 301


def followed(**facts: object) -> World:
    """Lan is followed at Ngọc Hà; everything that staff can ask for is there."""
    world = province()
    resident(world, EpisodeState.MONITORING, home=Home("12 Đội Cấn", 21.0, 105.8), **facts)
    world.store.add_staff(SECOND_AT_BA_VI, "Đặng Văn Thắng", BA_VI, Role.OFFICER)
    world.store.addresses[NEWCOMER] = Chat(NEWCOMER, "telegram", None)
    return World(world.store, script, world.now)


def opens(world: World, person: int, *values: str) -> Phone:
    """A member of staff with Lan's file open, and these buttons pressed."""
    phone = world.phone(person)
    phone.types("/hoso")
    phone.types("nguyen thi lan")
    for value in values:
        phone.presses(value)
    return phone


def keys(phone: Phone) -> list[str]:
    """What was said to a phone."""
    return [letter.key for letter in phone.letters]


def led(phone: Phone) -> list[str]:
    """The lines before the last thing said."""
    return [term.key for term in phone.letters[-1].lead]


@pytest.mark.parametrize("upto", ["card", "change", "reason", "sure"])
def test_whoever_is_revoked_in_the_middle_changes_nothing(upto: str):
    """The posting ends while a question is open: whatever is answered then is refused and noted."""
    world = followed()
    before = world.store.episodes[LAN]
    phone = opens(world, OFFICER, *[] if upto == "card" else ["change"])
    if upto in {"reason", "sure"}:
        phone.presses("hospital")
    if upto == "sure":
        phone.types("khó thở")
    del world.store.postings[OFFICER]
    {
        "card": lambda: phone.presses("change"),
        "change": lambda: phone.presses("hospital"),
        "reason": lambda: phone.types("khó thở"),
        "sure": lambda: phone.presses("yes"),
    }[upto]()
    assert phone.letters[-1].key == "verify.refused"
    assert world.store.episodes[LAN] == before
    assert any(note.kind == "refused" and note.by == OFFICER for note in world.store.notes)


def test_of_two_postings_the_one_that_is_left_goes_on():
    """An officer of two stations sees the people of both, and after losing one only those of the other."""
    world = followed()
    both = world.phone(STRANGER_OFFICER)
    world.store.postings[77] = replace(world.store.postings[OFFICER], id=77, person_id=STRANGER_OFFICER)
    both.types("/hoso")
    both.types("nguyen thi lan")
    assert both.asked() == "file.card"
    del world.store.postings[77]
    both.presses("history")
    assert both.letters[-1].key == "verify.refused"
    both.types("/viec")
    assert both.letters[-1].key != "menu.not_yours"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("22/11/2026", "change.day_past"),
        ("05/12/2026", "change.day_same"),
        ("22/01/2027", "change.day_far"),
        ("31/02/2027", None),
        ("hôm qua", None),
        ("-5", None),
    ],
)
def test_a_last_day_beyond_its_limits_is_asked_again(typed: str, why: str | None):
    """Before today, the same, more than sixty days, no day at all: why not, and the question once more."""
    world = followed()
    phone = opens(world, DIRECTOR, "change", "reschedule")
    phone.types(typed)
    assert phone.asked() == "change.day"
    assert led(phone) == [why] if why else led(phone)
    assert world.store.episodes[LAN].last_day == date(2026, 12, 5)


def test_nobody_transfers_to_the_station_that_follows_already():
    """The own commune is no destination: another is asked for, and nothing was asked of anybody."""
    world = followed()
    phone = opens(world, OFFICER, "change", "transfer")
    phone.types("phuong ngoc ha, ha noi")
    assert led(phone) == ["change.where_same"]
    assert phone.asked() == "change.where"
    assert not [one for one in world.store.tasks.values() if one.kind is TaskKind.TRANSFER]


def test_of_two_who_accept_a_transfer_one_does():
    """Both have the card; the second who presses reads who has it, or that it is done; nothing changes."""
    world = followed()
    sender = opens(world, OFFICER, "change", "transfer")
    for text in ("ba vi", "thôn 3, gần chợ", "về quê"):
        sender.types(text)
    sender.presses("yes")
    first, second = world.phone(STRANGER_OFFICER), world.phone(SECOND_AT_BA_VI)
    card = second.letters[-1]
    first.presses("take")
    second.presses("take", card)
    assert "accept" not in {option.value for option in second.letters[-1].asked.options}
    first.presses("accept")
    after = world.store.episodes[LAN]
    second.presses("take", second.letters[-1])
    assert second.letters[-1].key == "task.already_done"
    assert world.store.episodes[LAN] == after
    assert after.unit_id == BA_VI
    (task,) = (one for one in world.store.tasks.values() if one.kind is TaskKind.TRANSFER)
    assert (task.outcome, task.owner_id) == (Outcome.ACCEPTED, STRANGER_OFFICER)


@pytest.mark.parametrize("value", ["f301", "change", "yes"])
def test_a_forged_press_opens_no_file_of_another_commune(value: str):
    """An officer of Ba Vì who presses what an officer of Ngọc Hà was shown gets nothing of Lan's."""
    world = followed()
    shown = opens(world, OFFICER, "change", "hospital")
    shown.types("khó thở")
    stranger = world.phone(STRANGER_OFFICER)
    stranger.types("/hoso")
    for letter in [one for one in shown.letters if one.asked]:
        stranger.presses(value, letter)
        assert "Nguyễn Thị Lan" not in str(stranger.letters[-1].params)
    assert world.store.episodes[LAN].state is EpisodeState.MONITORING


def invited(world: World, **facts: object) -> str:
    """An invitation of the director for an officer of Ngọc Hà, and its text."""
    made = {"unit_id": NGOC_HA, "role": Role.OFFICER, "issued_by": DIRECTOR, **facts}
    code = Code(world.next_id(), CodeFor.OFFICER, world.now.replace(day=30), **made)
    world.store.apply([CodeIssued(code, "KMNP6789", DIRECTOR, world.now)])
    return "KMNP6789"


@pytest.mark.parametrize("what", ["forged", "expired", "used", "revoked meanwhile"])
def test_an_invitation_that_does_not_hold_makes_nobody_staff(what: str):
    """Made up, too late, used by another, or closed while the name was typed: a sentence, and no posting."""
    world = followed()
    text = invited(world)
    (code, _) = next(iter(world.store.codes.values()))
    newcomer = world.phone(NEWCOMER)
    before = dict(world.store.postings)
    gone = {"expired": {"expires_at": world.now}, "used": {"used_at": world.now}}
    if what in gone:
        world.store.codes[code.id] = (_with(code, **gone[what]), text)
    newcomer.types("KMNP6788" if what == "forged" else text)
    if what == "revoked meanwhile":
        newcomer.types("Lò Văn Pín")
        world.store.codes[code.id] = (_with(code, used_at=world.now), text)
        newcomer.types("0912 333 444")
        newcomer.presses("save")
        assert newcomer.letters[-1].key == "link.invitation_closed"
    assert newcomer.letters[-1].key.startswith(("link.", "menu."))
    assert world.store.postings == before


def _with(code: Code, **facts: object) -> Code:
    return replace(code, **facts)  # type: ignore[arg-type]  # of a code


def test_days_off_that_overlap_are_one():
    """Two that overlap or follow on are one from–to; one word takes all of it back."""
    world = followed()
    phone = world.phone(OFFICER)
    for text in ("nghỉ từ 24/11 đến 26/11", "nghỉ từ 25/11 đến 28/11", "nghỉ 29/11"):
        phone.types(text)
    (one,) = world.store.absences_of(OFFICER)
    assert (one.first_day, one.last_day) == (date(2026, 11, 24), date(2026, 11, 29))
    phone.types("nghỉ từ 25/11 đến 26/11")
    assert phone.letters[-1].key == "rest.known"
    phone.types("nghỉ từ 20/11 đến 26/11")
    assert "rest.wrong_past" in led(phone)
    phone.types("hủy")
    phone.types("đi làm lại")
    assert world.store.absences_of(OFFICER) == []


def test_days_off_apart_stay_apart():
    """A day of work between two absences is one."""
    world = followed()
    phone = world.phone(OFFICER)
    phone.types("nghỉ 24/11")
    phone.types("nghỉ 26/11")
    assert len(world.store.absences_of(OFFICER)) == 2


def test_a_clerk_who_may_not_verify_takes_no_transfer():
    """Taking a person over is the station's work: whoever coordinates is told whose it is."""
    world = followed()
    sender = opens(world, OFFICER, "change", "transfer")
    for text in ("ba vi", "thôn 3, gần chợ", "về quê"):
        sender.types(text)
    sender.presses("yes")
    clerk = world.phone(CLERK)
    clerk.types("/viec")
    clerk.presses(next(one.value for one in clerk.letters[-1].asked.options if one.value.startswith("t")))
    clerk.presses("take")
    assert clerk.letters[-1].key.startswith("task.station_work")
    assert world.store.episodes[LAN].unit_id == NGOC_HA
