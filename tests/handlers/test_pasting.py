"""Pasted lines: the review comes filled in, what is missing is asked, and who may not enrol is not heard."""

from __future__ import annotations

from quarantine.effects import EpisodeAdded, PersonAdded
from quarantine.people import Reason, Sex
from quarantine.units import LAST_DAY_BEFORE, OtherName
from tests.handlers.scenery import CLERK, NGOC_HA, OFFICER, province, resident

LINE = "Nguyễn Văn An, nam, 1985, 0912 345 679, 12 Lê Lợi, phường Ngọc Hà, Hà Nội, F1 từ 20/11"
ALL = f"{LINE}, 131/QĐ-UBND, 001085012345"


def test_a_whole_line_leads_straight_to_the_review():
    """Nothing is asked that was said; saving enrols with the facts of the line."""
    world = province()
    clerk = world.phone(CLERK)
    clerk.types("/them")
    clerk.types(ALL)
    assert clerk.asked() == "enrol.review"
    clerk.presses("save")
    (person,) = (one.person for one in world.store.applied if isinstance(one, PersonAdded))
    (episode,) = (one.episode for one in world.store.applied if isinstance(one, EpisodeAdded))
    assert (person.name, person.sex, person.birth_year) == ("Nguyễn Văn An", Sex.MALE, 1985)
    assert (person.phone, person.identity) == ("0912345679", "001085012345")
    assert (episode.unit_id, episode.reason, episode.order_number) == (
        NGOC_HA,
        Reason.CONTACT,
        "131/QĐ-UBND",
    )
    assert episode.home.address == "12 Lê Lợi"


def test_what_is_missing_is_asked_one_by_one():
    """The line of the issue has no decision and no identity number."""
    clerk = province().phone(CLERK)
    clerk.types("/them")
    clerk.types(LINE)
    assert clerk.asked() == "enrol.order"
    clerk.types("131/QĐ-UBND")
    assert clerk.asked() == "enrol.identity"
    clerk.presses("none")
    assert clerk.asked() == "enrol.review"


def test_one_of_two_numbers_is_asked_for():
    """Both are shown; none is guessed."""
    clerk = province().phone(CLERK)
    clerk.types("/them")
    letter = clerk.types(ALL.replace("0912 345 679", "0912 345 679, 0987 654 321"))
    assert clerk.asked() == "enrol.phone"
    assert letter.lead[-1].params["numbers"] == ["0912 345 679", "0987 654 321"]


def test_a_number_that_somebody_has_is_doubted_as_ever():
    """A pasted line is checked against those whom we know before anything is saved."""
    world = province()
    resident(world)
    clerk = world.phone(CLERK)
    clerk.types("/them")
    clerk.types(ALL.replace("0912 345 679", "0987 654 001"))
    clerk.presses("save")
    assert clerk.asked() == "enrol.duplicate"


def test_a_commune_out_of_reach_is_asked_again():
    """A name that the clerk cannot enrol for is said, never replaced by a similar one."""
    clerk = province().phone(CLERK)
    clerk.types("/them")
    letter = clerk.types(ALL.replace("phường Ngọc Hà, Hà Nội", "xã Ngọc Hà, Phú Thọ"))
    assert clerk.asked() == "enrol.commune"
    assert [term.key for term in letter.lead] == ["enrol.line_flaw"]


def test_an_unusual_first_day_is_doubted():
    """A quarantine that would be over by now is asked about before the review."""
    clerk = province().phone(CLERK)
    clerk.types("/them")
    clerk.types(ALL.replace("20/11", "20/10"))
    assert clerk.asked() == "enrol.first_day_sure"


def test_two_people_one_after_the_other_and_no_way_back_to_the_first():
    """After saving one the next comes; "quay lại" does not offer to save the first again."""
    world = province()
    clerk = world.phone(CLERK)
    clerk.types("/them")
    other = ALL.replace("Nguyễn Văn An", "Trần Văn Bê").replace("679", "670").replace("012345", "012346")
    clerk.types(f"{ALL}\n{other}")
    clerk.presses("save")
    assert "Người 2 trong 2" in clerk.reads()
    clerk.types("quay lại")
    assert clerk.asked() == "enrol.review"
    assert "Trần Văn Bê" in clerk.reads()
    clerk.presses("save")
    names = [one.person.name for one in world.store.applied if isinstance(one, PersonAdded)]
    assert names == ["Nguyễn Văn An", "Trần Văn Bê"]


def test_one_of_several_is_left_out():
    """The others are still enrolled."""
    world = province()
    clerk = world.phone(CLERK)
    clerk.types("/them")
    clerk.types(f"{ALL}\nTrần Văn Bê, nam, 1990, F2")
    clerk.presses("skip")
    assert clerk.asked() == "enrol.phone"
    assert not [one for one in world.store.applied if isinstance(one, PersonAdded)]


def test_a_list_is_not_pasted():
    """Twenty at most; more are a list and have their own way."""
    clerk = province().phone(CLERK)
    clerk.types("/them")
    letter = clerk.types("\n".join(f"Trần Văn Bê, nam, {1950 + n}" for n in range(21)))
    assert [term.key for term in letter.lead] == ["enrol.line_too_many"]
    assert clerk.asked() == "enrol.name"


def test_a_correction_of_the_name_is_a_name():
    """Only at the beginning does a line stand for everything."""
    clerk = province().phone(CLERK)
    clerk.types("/them")
    clerk.types(ALL)
    clerk.presses("edit")
    clerk.presses("name")
    clerk.types("Nguyễn Văn Ân")
    assert clerk.asked() == "enrol.review"
    assert "Nguyễn Văn Ân" in clerk.reads()


def test_who_may_not_enrol_is_not_offered_it():
    """An officer of a station has no /them, and a pasted line is nothing to them."""
    officer = province().phone(OFFICER)
    officer.types(ALL)
    assert officer.letters[-1].key == "test.idle"


def test_an_old_commune_becomes_today_s_and_a_split_one_is_asked_for():
    """The address may be one of before July 2025, with its district."""
    world = province()
    before = ("Quận Ba Đình", "Hà Nội")
    world.store.names += [
        OtherName(NGOC_HA, "Phường Đội Cấn", "00022", *before, until=LAST_DAY_BEFORE),
        OtherName(NGOC_HA, "Phường Vĩnh Phúc", "00006", *before, partly=True, until=LAST_DAY_BEFORE),
    ]
    clerk = world.phone(CLERK)
    clerk.types("/them")
    clerk.types(ALL.replace("phường Ngọc Hà", "phường Đội Cấn, quận Ba Đình"))
    assert clerk.asked() == "enrol.review"
    assert "Đơn vị: Phường Ngọc Hà" in clerk.reads()
    clerk.types("hủy")
    clerk.types("/them")
    clerk.types(ALL.replace("phường Ngọc Hà", "phường Vĩnh Phúc, quận Ba Đình"))
    assert clerk.asked() == "enrol.commune"
