"""Changes of a file: who may make which, what they mean for what is open, and two officers at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from quarantine.access import Action, Relation, allows
from quarantine.effects import EpisodeAdded, PersonAdded
from quarantine.people import Episode, EpisodeState, Home, Reason, Role
from quarantine.tasks import Outcome, TaskKind, TaskState
from tests.handlers.phones import Phone, World
from tests.handlers.scenery import (
    ADMIN,
    BA_VI,
    CENTRE_DOCTOR,
    CLERK,
    DIRECTOR,
    NGOC_HA,
    OFFICER,
    STRANGER_OFFICER,
    changes,
    now,
    province,
    resident,
    task_of,
    with_task,
)

VIEWER = 18
STAFF = {
    ADMIN: Role.CDC_ADMIN,
    CLERK: Role.CDC_CLERK,
    DIRECTOR: Role.DIRECTOR,
    OFFICER: Role.OFFICER,
    CENTRE_DOCTOR: Role.CENTRE,
    VIEWER: Role.VIEWER,
}


def followed(**facts: object) -> tuple[World, Episode]:
    """Lan, who is followed at Ngọc Hà."""
    world = province()
    world.store.add_staff(VIEWER, "Mai Thị Xem", NGOC_HA, Role.VIEWER)
    episode = replace(resident(world), **{"state": EpisodeState.MONITORING, **facts})
    world.store.episodes[episode.id] = episode
    return world, episode


def opens(world: World, person: int, change: str = "") -> Phone:
    """A member of staff with Lan's file open, or in the middle of a change of it."""
    phone = world.phone(person)
    phone.types("/hoso")
    phone.types("nguyen thi lan")
    if change:
        phone.presses("change")
        phone.presses(change)
    return phone


def says(phone: Phone, *texts: str) -> Phone:
    """Type one after the other, then save."""
    for text in texts:
        phone.types(text)
    phone.presses("yes")
    return phone


@pytest.mark.parametrize("person", STAFF)
def test_changes_are_offered_as_the_table_says(person: int):
    """Who may only look sees no changes; who may not change the order sees none of its changes."""
    world, _ = followed()
    phone = opens(world, person)
    own = Relation.SUPPORTED if person == CENTRE_DOCTOR else Relation.OWN
    may = {action: allows(STAFF[person], action, own) for action in (Action.CHANGE, Action.ORDER)}
    offered = {option.value for option in phone.letters[-1].asked.options}
    assert ("change" in offered) is may[Action.CHANGE]
    if may[Action.CHANGE]:
        phone.presses("change")
        offered = {option.value for option in phone.letters[-1].asked.options}
        assert {"move", "transfer", "hospital", "case"} <= offered
        assert (offered >= {"reschedule", "cancel"}) is may[Action.ORDER]


def test_a_file_of_another_commune_is_not_found():
    """Neither the list nor the name nor the phone shows what the speaker may not see."""
    world, _ = followed()
    phone = world.phone(STRANGER_OFFICER)
    for text in ("/hoso", "nguyen thi lan", "0987 654 001"):
        assert "Nguyễn Thị Lan" not in phone.types(text).params.get("lines", ())
        assert not any(option.value == "f301" for option in phone.letters[-1].asked.options)


@pytest.mark.parametrize("text", ["0987 65", "?", "x" * 600, "không ai tên này"])
def test_what_finds_nobody_is_asked_again(text: str):
    """Half a number, a sign, a flood, a stranger: a sentence, and the question again."""
    world, _ = followed()
    phone = world.phone(OFFICER)
    phone.types("/hoso")
    letter = phone.types(text)
    assert letter.lead
    assert phone.asked() == "file.find"


def test_an_extension_puts_an_episode_to_work_again_and_ends_the_decision():
    """After the last day somebody was to decide; a decision to extend is one, and prompts go on."""
    world, episode = followed(first_day=date(2026, 11, 9), last_day=date(2026, 11, 22))
    with_task(world, episode, TaskKind.DECIDE)
    says(opens(world, DIRECTOR, "reschedule"), "30/11", "140/QĐ-UBND", "con mắc bệnh")

    after = now(world, episode)
    assert (after.last_day, after.state) == (date(2026, 11, 30), EpisodeState.MONITORING)
    assert after.next_at is not None
    assert after.next_at > world.now
    assert task_of(world, TaskKind.DECIDE).state is TaskState.DONE
    assert changes(world)[-1].why == "extended: 140/QĐ-UBND; con mắc bệnh"


def test_who_has_no_chat_is_not_written_to_and_the_officer_is_asked_to_call():
    """A letter that can reach nobody would only open a task; the confirmation says whom to call."""
    world, episode = followed()
    phone = says(opens(world, DIRECTOR, "reschedule"), "30/11/2026", "7/QĐ", "theo quyết định")
    assert not [one for one in world.store.letters if one.owner == episode.person_id]
    assert "gọi báo giúp" in phone.reads()
    assert [one.key for one in world.store.letters if one.owner == OFFICER] == ["change.told_station"]


def test_hospital_on_the_last_day_keeps_one_decision():
    """A decision that waits becomes the question whether they are home again; back home leads on."""
    world, episode = followed()
    with_task(world, episode, TaskKind.DECIDE)
    with_task(world, episode, TaskKind.AMBER, signs=[])
    phone = says(opens(world, OFFICER, "hospital"), "khó thở trong đêm")
    assert now(world, episode).state is EpisodeState.PAUSED
    decision = task_of(world, TaskKind.DECIDE)
    assert (decision.state, "hospital" in decision.detail) == (TaskState.OPEN, True)
    assert task_of(world, TaskKind.AMBER).outcome is Outcome.HOSPITAL

    says(opens(world, OFFICER, "back"))
    assert now(world, episode).state is EpisodeState.MONITORING
    assert task_of(world, TaskKind.DECIDE).outcome is Outcome.HOME
    assert phone.letters


def test_f0_at_home_is_an_episode_of_its_own():
    """The contact's episode ends as became_case, the new one begins today with the same home."""
    world, episode = followed(home=Home("12 Đội Cấn", 21.03, 105.81))
    phone = opens(world, OFFICER, "case")
    phone.presses("home")
    says(phone, "151/QĐ-UBND", "dương tính")
    assert now(world, episode).state is EpisodeState.BECAME_CASE
    (added,) = (one.episode for one in world.store.applied if isinstance(one, EpisodeAdded))
    assert (added.reason, added.first_day, added.home) == (Reason.CASE, date(2026, 11, 23), episode.home)
    assert (added.state, added.order_number) == (EpisodeState.MONITORING, "151/QĐ-UBND")
    assert added.next_at is not None


def test_cancelling_closes_what_was_open_about_them():
    """Enrolled by mistake: nothing is asked of anybody any more."""
    world, episode = followed(state=EpisodeState.NOTIFIED)
    with_task(world, episode)
    says(opens(world, CLERK, "cancel"), "ghi nhầm người trùng tên")
    assert now(world, episode).state is EpisodeState.CANCELLED
    assert task_of(world).state is TaskState.DONE
    assert changes(world)[-1].why == "cancelled: ghi nhầm người trùng tên"


def test_release_is_offered_from_the_last_day_on():
    """Before it, the order has to be shortened first."""
    world, episode = followed(first_day=date(2026, 11, 10), last_day=date(2026, 11, 23))
    says(opens(world, OFFICER, "release"))
    assert now(world, episode).state is EpisodeState.COMPLETED


def test_a_new_address_has_its_own_position():
    """The old position is not that of the new dwelling; the new one is kept with the reason."""
    world, episode = followed(home=Home("12 Đội Cấn", 21.0, 105.8))
    phone = opens(world, OFFICER, "move")
    phone.types("5 Kim Mã, tổ 2")
    phone.types("21.03512, 105.81234")
    says(phone, "về nhà mẹ")
    assert now(world, episode).home == Home("5 Kim Mã, tổ 2", 21.03512, 105.81234)
    assert changes(world)[-1].why == "moved: về nhà mẹ"


@pytest.mark.parametrize("text", ["hủy", "quay lại"])
def test_a_change_that_is_broken_off_changes_nothing(text: str):
    """Until "Lưu thay đổi" nothing is written."""
    world, episode = followed()
    phone = opens(world, DIRECTOR, "reschedule")
    phone.types("30/11")
    phone.types(text)
    assert now(world, episode) == episode


def test_the_second_of_two_officers_decides_anew():
    """What was decided on the old state is not saved: the card says who changed what, and is shown again."""
    world, episode = followed()
    first, second = opens(world, DIRECTOR, "reschedule"), opens(world, CLERK, "reschedule")
    for phone, day in ((first, "30/11"), (second, "28/11")):
        for text in (day, "140/QĐ-UBND", "theo quyết định"):
            phone.types(text)
    first.presses("yes")
    second.presses("yes")
    assert now(world, episode).last_day == date(2026, 11, 30)
    assert second.asked() == "file.card"
    assert [term.key for term in second.letters[-1].lead] == ["file.meanwhile"]
    assert second.letters[-1].lead[0].params["who"] == "Phạm Văn Sơn"


def test_a_change_that_is_no_longer_possible_is_refused():
    """The file was closed while the reason was being typed."""
    world, episode = followed()
    phone = opens(world, OFFICER, "hospital")
    world.store.episodes[episode.id] = replace(episode, state=EpisodeState.COMPLETED, version=5)
    phone.types("đau bụng dữ dội")
    assert phone.asked() == "file.card"
    assert now(world, episode).state is EpisodeState.COMPLETED


def test_nobody_changes_their_own_file():
    """Also not by way of a list in which they stand with the same phone."""
    world, episode = followed()
    officer = world.store.persons[OFFICER]
    world.store.persons[OFFICER] = replace(officer, phone="0987654001")
    phone = opens(world, OFFICER)
    phone.presses("change")
    assert phone.letters[-1].key.startswith("verify.own")
    assert now(world, episode) == episode


def test_a_second_quarantine_of_the_same_person():
    """The closed file leads to a new episode: all is known but the order, which is asked."""
    world, episode = followed(state=EpisodeState.COMPLETED)
    clerk = opens(world, CLERK)
    clerk.presses("again")
    for text in ("160/QĐ-UBND", "hôm nay"):
        clerk.types(text)
    clerk.presses("f1")
    assert clerk.asked() == "enrol.review"
    clerk.presses("save")
    (added,) = (one.episode for one in world.store.applied if isinstance(one, EpisodeAdded))
    assert (added.person_id, added.state) == (episode.person_id, EpisodeState.NOTIFIED)
    assert added.id != episode.id
    assert not [one for one in world.store.applied if isinstance(one, PersonAdded)]


def test_an_open_episode_is_shown_before_a_second_one_begins():
    """Both from the file of the old one and from a number that is known already."""
    world, running = followed()
    old = replace(running, id=777, state=EpisodeState.COMPLETED)
    world.store.episodes[old.id] = old
    clerk = opens(world, CLERK)
    clerk.presses(f"f{old.id}")
    clerk.presses("again")
    assert clerk.asked() == "file.card"
    assert clerk.letters[-1].lead[0].key == "enrol.same_open"


# Transfers


def transferred(world: World, episode: Episode) -> Phone:
    """The request that Ba Vì take Lan over, and the phone of its officer with the card taken."""
    phone = opens(world, OFFICER, "transfer")
    phone.types("ba vi")
    says(phone, "thôn 3, gần chợ", "về quê")
    receiver = world.phone(STRANGER_OFFICER)
    receiver.presses("take")
    assert episode.unit_id == NGOC_HA
    return receiver


def test_until_it_is_accepted_the_sending_station_follows():
    """The request changes nothing of the episode; a second one is not offered."""
    world, episode = followed()
    transferred(world, episode)
    assert now(world, episode) == episode
    phone = opens(world, OFFICER)
    phone.presses("change")
    offered = {option.value for option in phone.letters[-1].asked.options}
    assert "withdraw" in offered
    assert "transfer" not in offered


def test_an_accepted_transfer_brings_along_what_is_open():
    """Unit and address are the new ones, the old position is not; open tasks lie before the new officers."""
    world, episode = followed(home=Home("12 Đội Cấn", 21.0, 105.8))
    with_task(world, episode, TaskKind.AMBER, signs=[])
    receiver = transferred(world, episode)
    receiver.presses("accept")
    after = now(world, episode)
    assert (after.unit_id, after.home) == (BA_VI, Home("thôn 3, gần chợ"))
    assert task_of(world, TaskKind.AMBER).unit_id == BA_VI
    assert task_of(world, TaskKind.TRANSFER).outcome is Outcome.ACCEPTED
    home = task_of(world, TaskKind.HOME)
    assert (home.unit_id, home.next_at) == (BA_VI, world.now + timedelta(hours=1))
    assert "transfer.accepted_told" in [one.key for one in world.store.letters if one.owner == OFFICER]


def test_a_transfer_that_is_sent_back_says_why():
    """The asker reads the reason; nothing of the episode has changed, and another place may be asked."""
    world, episode = followed()
    receiver = transferred(world, episode)
    receiver.presses("back")
    receiver.types("không có người này")
    assert now(world, episode) == episode
    assert task_of(world, TaskKind.TRANSFER).outcome is Outcome.SENT_BACK
    (told,) = (one for one in world.store.letters if one.key == "transfer.sent_back_told")
    assert (told.owner, told.params["why"]) == (OFFICER, "không có người này")


def test_a_transfer_of_an_episode_that_ended_lapses():
    """The sender released the resident before the answer came: the press is told so."""
    world, episode = followed(first_day=date(2026, 11, 10), last_day=date(2026, 11, 23))
    receiver = transferred(world, episode)
    says(opens(world, OFFICER, "release"))
    receiver.presses("accept")
    assert now(world, episode).unit_id == NGOC_HA
    assert receiver.letters[-1].key == "test.task_done"
