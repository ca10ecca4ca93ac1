"""What texts may name: the reader, who looks after them, and what a prompt is about."""

from datetime import date, timedelta

from quarantine.people import EpisodeState, Person, Role
from storage.facts import STRANGER, Facts, facts, prompt_cases
from tests.storage.rows import HUNG, LAN, UNITS, officer

HANH = Person(201, "Trần Thị Hạnh", "0903111222", 1990)
BINH = Person(202, "Lê Văn Bình", "0903111333", 1985)
DUNG = Person(203, "Đỗ Văn Dũng", "0903111444", 1970)
NGOC_HA, BA_DINH = UNITS[3], UNITS[2]


def staffed(rows, now):
    """Phường Ngọc Hà with an officer, a deputy and a director."""
    rows.units()
    for person in (HANH, BINH, DUNG):
        rows.person(person)
    rows.posting(officer(301, BINH, deputy=True), now - timedelta(days=9))
    rows.posting(officer(302, HANH), now - timedelta(days=5))
    rows.posting(officer(303, DUNG, role=Role.DIRECTOR), now - timedelta(days=20))


def test_an_officer_in_quarantine_is_told_to_call_somebody_else(conn, rows, keyring, now):
    """Nobody is given their own number: the deputy looks after the officer on duty."""
    staffed(rows, now)
    rows.episode(501, HANH.id)
    assert facts(conn, keyring, [HANH.id], now)[HANH.id].officer == BINH


def test_a_resident_is_told_of_the_unit_and_of_the_officer_on_duty(conn, rows, keyring, now):
    """The officer on duty, not the deputy who serves longer; the hotline of the nearest unit that has one."""
    staffed(rows, now)
    rows.person(LAN)
    rows.episode(501, LAN.id)
    found = facts(conn, keyring, [LAN.id], now)
    assert found == {LAN.id: Facts(LAN, "vi", NGOC_HA, HANH, "0969082115")}


def test_without_an_officer_the_deputy_then_the_director(conn, rows, keyring, now):
    """Somebody is always named, as on the ladders (quarantine/duty.py)."""
    staffed(rows, now)
    rows.person(LAN)
    rows.episode(501, LAN.id)
    posting = rows.conn.exec_driver_sql
    posting("UPDATE posting SET valid_to = valid_from WHERE id = 302")
    assert facts(conn, keyring, [LAN.id], now)[LAN.id].officer == BINH
    posting("UPDATE posting SET valid_to = valid_from WHERE id = 301")
    assert facts(conn, keyring, [LAN.id], now)[LAN.id].officer == DUNG
    posting("UPDATE posting SET valid_to = valid_from WHERE id = 303")
    assert facts(conn, keyring, [LAN.id], now)[LAN.id].officer is None


def test_the_newest_open_episode_that_one_answers_for_counts(conn, rows, keyring, now):
    """A closed quarantine elsewhere does not lead anybody to the wrong station."""
    staffed(rows, now)
    rows.person(LAN)
    rows.person(HUNG)
    rows.episode(501, LAN.id, unit_id=11, created_at=now - timedelta(days=3))
    rows.episode(502, HUNG.id, responder_id=LAN.id, created_at=now - timedelta(days=1))
    rows.episode(503, LAN.id, EpisodeState.COMPLETED, unit_id=11)
    found = facts(conn, keyring, [LAN.id, HUNG.id], now)
    assert found[LAN.id].unit == NGOC_HA
    assert found[HUNG.id].unit == NGOC_HA


def test_staff_have_the_unit_where_they_are_posted(conn, rows, keyring, now):
    """An officer's own texts name their station; a posting that has not begun does not count."""
    staffed(rows, now)
    rows.person(HUNG)
    rows.posting(officer(304, HUNG, unit_id=11), now + timedelta(days=1))
    found = facts(conn, keyring, [HANH.id, HUNG.id], now)
    assert found[HANH.id].unit == NGOC_HA
    assert found[HUNG.id] == Facts(HUNG, "vi")


def test_a_stranger_has_a_language_at_most(conn, rows, keyring, now):
    """The owner of a stranger's letter is an address: nothing is known but what the phone speaks."""
    rows.address(900, "telegram", "77", language="en")
    rows.address(901, "telegram", "78")
    assert facts(conn, keyring, [900, 901, 902], now) == {
        900: Facts(language="en"),
        901: STRANGER,
        902: STRANGER,
    }
    assert facts(conn, keyring, [], now) == {}


def test_a_prompt_comes_with_its_checkins_episodes_and_people(conn, rows, keyring, now):
    """A household's prompt lists everybody whom it asks about; one without check-ins is left out."""
    rows.units()
    rows.person(LAN)
    rows.person(HUNG)
    mine = rows.episode(501, LAN.id)
    his = rows.episode(502, HUNG.id, responder_id=LAN.id)
    day = date(2021, 8, 14)
    rows.prompt(700, LAN.id, day, "morning")
    rows.prompt(701, LAN.id, day, "afternoon")
    first = rows.checkin(601, mine, day, "morning", prompt_id=700)
    second = rows.checkin(602, his, day, "morning", prompt_id=700)
    found = prompt_cases(conn, keyring, [700, 701])
    assert found.keys() == {700}
    case = found[700]
    assert case.prompt.checkins == (first, second)
    assert (case.prompt.responder_id, case.prompt.slot, case.prompt.opened_at) == (LAN.id, "morning", now)
    assert case.episodes == (mine, his)
    assert case.persons == (LAN, HUNG)
    assert prompt_cases(conn, keyring, []) == {}
