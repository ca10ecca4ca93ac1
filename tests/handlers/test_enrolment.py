"""Enrolment by chat: the clerk's whole conversation, and what happens when an answer is no answer."""

from __future__ import annotations

from datetime import date, time

import pytest

from quarantine.days import at
from quarantine.effects import EpisodeAdded
from quarantine.messages import Kind
from quarantine.people import EpisodeState, Reason, Role, Sex
from quarantine.tasks import TaskKind
from tests.handlers.scenery import (
    ADMIN,
    ANSWERS,
    BA_VI,
    CENTRE_DOCTOR,
    CLERK,
    DEPUTY,
    DIRECTOR,
    EMPTY,
    FIELDS,
    NGOC_HA,
    OFFICER,
    fill,
    province,
)


def test_a_person_is_enrolled_by_typing_and_the_station_is_told_at_once():
    """Ten answers, a review and a save make person, episode, history, task, and a card on duty."""
    world = province()
    clerk = fill(world.phone(CLERK))

    assert clerk.asked() == "enrol.review"
    assert "Cách ly: 20/11/2026 – 03/12/2026 (14 ngày)" in clerk.reads()
    assert "Đơn vị: Phường Ngọc Hà" in clerk.reads()
    clerk.types("lưu")

    (added,) = [one for one in world.store.applied if isinstance(one, EpisodeAdded)]
    episode, person = added.episode, world.store.persons[added.episode.person_id]
    assert (person.name, person.phone, person.birth_year) == ("Nguyễn Thị Lan", "0987654999", 1992)
    assert (person.sex, person.identity) == (Sex.FEMALE, "001192012345")
    assert (episode.unit_id, episode.state, episode.reason) == (
        NGOC_HA,
        EpisodeState.NOTIFIED,
        Reason.CONTACT,
    )
    assert (episode.first_day, episode.last_day) == (date(2026, 11, 20), date(2026, 12, 3))
    assert (episode.order_number, episode.home.address) == ("123/QĐ-UBND", "12 Đội Cấn, tổ 3")
    assert (episode.responder_id, episode.created_by) == (person.id, CLERK)
    assert [note.kind for note in world.store.notes if note.episode_id == episode.id] == ["enrolled"]

    task = world.store.open_task(person.id, TaskKind.VERIFY)
    card = world.phone(OFFICER).letters[-1]
    assert (card.key, card.about, card.params["name"]) == ("task.verify", task.id, "Nguyễn Thị Lan")
    assert (card.params["phone"], card.params["address"]) == ("0987 654 999", "12 Đội Cấn, tổ 3")
    assert not world.phone(DEPUTY).letters
    assert world.store.told[0].recipients == (OFFICER,)
    assert "✅ Đã ghi danh Nguyễn Thị Lan." in clerk.reads()
    assert "Nguyễn Thị Hạnh (Phường Ngọc Hà)" in clerk.reads()


def test_a_card_made_at_night_comes_at_seven():
    """Enrolling is possible at any hour; the station's card keeps the quiet hours (21:00 to 07:00)."""
    world = province()
    world.now = at(date(2026, 11, 23), time(22, 30))
    clerk = fill(world.phone(CLERK))
    clerk.presses("save")

    assert world.phone(OFFICER).letters[-1].due_at == at(date(2026, 11, 24), time(7, 0))
    assert clerk.letters[-1].due_at == world.now


def test_everything_can_be_pressed_where_there_are_choices():
    """Buttons do what words do: no phone, unknown year and sex, today, a reason, no identity number, save."""
    world = province()
    clerk = world.phone(CLERK)
    clerk.types("ghi danh người mới")
    clerk.types("Lò Văn Ơn")
    clerk.presses("none")
    clerk.presses("none")
    clerk.presses("none")
    clerk.types("bản Nà Tòng")
    clerk.types("ba vi")
    clerk.types("9/QĐ")
    clerk.presses("today")
    clerk.presses("return")
    clerk.presses("none")
    clerk.presses("save")

    episode = next(iter(world.store.episodes.values()))
    person = world.store.persons[episode.person_id]
    assert (person.phone, person.birth_year, person.sex, person.identity) == (None, None, None, None)
    assert (episode.unit_id, episode.first_day, episode.reason) == (BA_VI, date(2026, 11, 23), Reason.RETURN)


def test_saving_twice_enrols_once():
    """The save button of a review that was saved is stale: a double press makes no second person."""
    world = province()
    clerk = fill(world.phone(CLERK))
    review = clerk.letters[-1]
    clerk.presses("save")
    clerk.presses("save", review)

    assert len(world.store.episodes) == 1
    assert clerk.letters[-1].key == "stale.idle"


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "12345", "enrol.name_unclear"),
        ("name", "x", "enrol.name_unclear"),
        ("name", "rất " * 30, "enrol.name_unclear"),
        ("phone", "12345", "enrol.phone_unclear"),
        ("phone", "chị ấy có số nhưng quên", "enrol.phone_unclear"),
        ("birth_year", "2050", "enrol.birth_year_unclear"),
        ("birth_year", "già rồi", "enrol.birth_year_unclear"),
        ("sex", "4", "unclear.one"),
        ("address", "12", "enrol.address_unclear"),
        ("address", "123456", "enrol.address_unclear"),
        ("unit", "Sài Gòn", "enrol.commune_none"),
        ("unit", "???", "enrol.commune_none"),
        ("order", "chưa có", "enrol.order_unclear"),
        ("order", "1" * 61, "enrol.order_unclear"),
        ("first_day", "31/02/2026", "enrol.first_day_unclear"),
        ("first_day", "12/25/2026", "enrol.first_day_month"),
        ("first_day", "khi nào cũng được", "enrol.first_day_unclear"),
        ("reason", "F9", "unclear.one"),
        ("identity", "12345", "enrol.identity_unclear"),
        ("identity", "0011920123456", "enrol.identity_unclear"),
    ],
)
def test_what_cannot_be_right_is_asked_again(field: str, typed: str, said: str):
    """A wrong answer gets a sentence that says what to do, and the question; what was typed stays."""
    world = province()
    clerk = fill(world.phone(CLERK), until=field)
    open_before = clerk.asked()
    letter = clerk.types(typed)

    assert [term.key for term in letter.lead] == [said]
    assert clerk.asked() == open_before
    for name in FIELDS[FIELDS.index(field) :]:
        clerk.types(ANSWERS[name])
    assert clerk.asked() == "enrol.review"


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (Kind.STICKER, "", "unclear.sticker"),
        (Kind.VOICE, "", "unclear.voice"),
        (Kind.LOCATION, "", "unclear.location"),
        (Kind.TEXT, "a" * 4000, "unclear.too_long"),
    ],
)
def test_other_kinds_of_messages_lose_nothing(field: str, kind: Kind, text: str, said: str):
    """At every question a sticker, a voice, a position or 4,000 characters get a clear sentence."""
    clerk = fill(province().phone(CLERK), until=field)
    open_before = clerk.asked()
    letter = clerk.sends(kind, text=text)

    assert [term.key for term in letter.lead] == [said]
    assert clerk.asked() == open_before
    assert letter.asked is not None


def test_three_unclear_answers_call_for_a_human_and_keep_the_question():
    """After the third unclear answer somebody is called in, and the draft is still there."""
    clerk = fill(province().phone(CLERK), until="birth_year")
    for typed in ("x", "y"):
        clerk.types(typed)
    letter = clerk.types("z")

    assert [term.key for term in letter.lead] == ["test.handover"]
    assert clerk.asked() == "enrol.birth_year"


@pytest.mark.parametrize("position", range(1, len(FIELDS)))
def test_going_back_returns_to_the_question_before(position: int):
    """The words "quay lại" ask the question before again; the other answers stay."""
    world = province()
    clerk = fill(world.phone(CLERK), until=FIELDS[position])
    here = clerk.asked()
    clerk.types("quay lại")
    before = clerk.asked()

    assert before == f"enrol.{FIELDS[position - 1].replace('unit', 'commune')}"
    clerk.types(ANSWERS[FIELDS[position - 1]])
    assert clerk.asked() == here


def test_cancelling_saves_nothing():
    """The word "hủy" at any question drops the draft and says so."""
    world = province()
    clerk = fill(world.phone(CLERK), until="reason")
    clerk.types("hủy")

    assert clerk.letters[-1].key == "cancel.draft"
    assert not world.store.episodes
    clerk.types("F1")
    assert clerk.letters[-1].key == "test.idle"


def test_the_review_has_a_cancel_button():
    """Hủy in the review saves nothing."""
    world = province()
    fill(world.phone(CLERK)).presses("!cancel")
    assert not world.store.episodes


def test_each_field_can_be_corrected_from_the_review():
    """Sửa offers every field; the corrected one is asked, the review follows with the rest unchanged."""
    world = province()
    clerk = fill(world.phone(CLERK))
    corrections = {
        "name": ("Trần Thị Mai", "Họ tên: Trần Thị Mai"),
        "phone": ("không có", "Điện thoại: không có"),
        "birth_year": ("1950", "Năm sinh: 1950"),
        "sex": ("chưa rõ", "Giới tính: chưa rõ"),
        "address": ("thôn Đoài", "Địa chỉ: thôn Đoài"),
        "unit": ("ba vì", "Đơn vị: Xã Ba Vì"),
        "order": ("7/QĐ", "Quyết định: 7/QĐ"),
        "first_day": ("hôm nay", "Cách ly: 23/11/2026 – 06/12/2026 (14 ngày)"),
        "reason": ("f2", "Lý do: F2 – tiếp xúc F1"),
        "identity": ("bỏ qua", "Căn cước: không có"),
    }
    for name, (typed, line) in corrections.items():
        clerk.presses("edit")
        clerk.presses(name)
        clerk.types(typed)
        assert line in clerk.reads()
    for _, line in corrections.values():
        assert line in clerk.reads()
    clerk.presses("edit")
    clerk.presses("review")
    assert clerk.asked() == "enrol.review"


# Days


@pytest.mark.parametrize(
    ("typed", "unusual"), [("30/11", False), ("1/12", True), ("10/11", False), ("9/11", True)]
)
def test_an_unusual_first_day_is_confirmed(typed: str, *, unusual: bool):
    """More than 7 days ahead, or so long ago that the 14 days are over, is asked back first."""
    clerk = fill(province().phone(CLERK), until="first_day")
    clerk.types(typed)
    assert clerk.asked() == ("enrol.first_day_sure" if unusual else "enrol.reason")
    if unusual:
        clerk.types("sửa")
        assert clerk.asked() == "enrol.first_day"
        clerk.types(typed)
        clerk.types("đúng")
        assert clerk.asked() == "enrol.reason"


@pytest.mark.parametrize(
    ("field", "typed", "said"), [("birth_year", "92", "1992"), ("first_day", "22", "22/11/2026")]
)
def test_what_was_only_guessed_is_said_back(field: str, typed: str, said: str):
    """A short year or a bare day of the month is taken, and said back with the next question."""
    clerk = fill(province().phone(CLERK), until=field)
    clerk.types(typed)
    assert said in clerk.reads().splitlines()[0]


# Rights, and stations without people


@pytest.mark.parametrize("who", [OFFICER, CENTRE_DOCTOR])
def test_who_may_not_enrol_is_not_offered_it(who: int):
    """Officers and regional centres have no command to enrol (DESIGN.md §7)."""
    world = province()
    phone = world.phone(who)
    phone.types("/them")
    assert phone.letters[-1].key == "test.idle"


def test_a_right_that_was_withdrawn_in_the_meantime_refuses_the_save():
    """Rights are looked at again when it is saved; the refusal is in the history and nothing is written."""
    world = province()
    clerk = fill(world.phone(CLERK))
    del world.store.postings[CLERK]
    clerk.presses("save")

    assert clerk.letters[-1].key == "enrol.refused"
    assert [note.kind for note in world.store.notes] == ["refused"]
    assert not world.store.episodes


def test_without_an_officer_the_director_is_told():
    """The next rung with people gets the card, and the clerk learns who has it."""
    world = province()
    del world.store.postings[OFFICER]
    clerk = fill(world.phone(CLERK))
    clerk.presses("save")

    assert world.phone(DIRECTOR).letters[-1].key == "task.verify"
    assert "không có cán bộ trực" in clerk.reads()
    assert "Phạm Văn Sơn" in clerk.reads()


def test_a_station_without_anybody_is_put_before_the_province():
    """The clerk is told that nobody has it and whom to call; the CDC's administrators are told too."""
    world = province()
    clerk = fill(world.phone(CLERK), unit="hồng hà")
    clerk.presses("save")

    assert "⚠️ Phường Hồng Hà chưa có ai dùng Cachly" in clerk.reads()
    assert "024 3825 0000" in clerk.reads()
    assert "Phường Hồng Hà" in world.phone(ADMIN).reads()
    assert [note.kind for note in world.store.notes] == ["enrolled", "unattended"]
    task = world.store.open_task(next(iter(world.store.episodes.values())).person_id, TaskKind.VERIFY)
    assert task.unit_id == EMPTY


def test_a_clerk_without_any_station_is_told_so():
    """A province in which no commune is set up yet cannot enrol, and is told what to do."""
    world = province()
    world.store.add_staff(30, "Bùi Văn An", 4, Role.CDC_CLERK)
    phone = world.phone(30)
    phone.types("/them")
    assert phone.letters[-1].key == "enrol.no_commune"
