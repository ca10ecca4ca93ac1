"""The store of a turn: each question of quarantine.store.Store, answered from the database."""

import itertools
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import event

from quarantine import numbers
from quarantine.checkins import Stage
from quarantine.day_sheet import DayRecord
from quarantine.days import local_day
from quarantine.effects import CodeFor, EpisodeChanged, Noted, Reported
from quarantine.letters import Asked, Letter, Option
from quarantine.location import Judgement, Verdict
from quarantine.messages import Term
from quarantine.people import EpisodeState, Officer, Person, Role, Sex
from quarantine.store import Chat, File, HistoryLine, LastReport, Prompt, Store
from quarantine.tasks import Outcome, TaskKind, TaskState
from quarantine.triage import Level
from storage import tables, wire
from storage.apply import apply
from storage.reader import SqlStore
from storage.sealing import Keyring
from tests.storage.rows import HUNG, LAN, UNITS, Rows, officer

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def store(conn, keyring, now) -> Store:
    """A store on the connection of the test."""
    return SqlStore(conn, keyring, now)


@pytest.fixture
def world(rows):
    """Units, Lan who is in quarantine, Hùng who is an officer."""
    rows.units()
    rows.person(LAN)
    rows.person(HUNG)
    return rows


def test_people_come_back_whole(world, store):
    """Every field of a person survives sealing, also the ones that are missing."""
    full = world.person(Person(103, "H'Hen Niê", "0905123456", 1992, Sex.FEMALE, "066192000001", "en"))
    bare = world.person(Person(104, "Y Bhăm"))
    assert store.officer(103) == full
    assert store.officer(104) == bare
    with pytest.raises(LookupError, match="999"):
        store.officer(999)


def test_officers_by_length_of_service(world, store, now):
    """Those posted at the unit now, longest-serving first; former and future ones are not."""
    mai = world.person(Person(105, "Lê Thị Mai"))
    new = world.posting(officer(1, HUNG), now - DAY)
    old = world.posting(officer(2, mai, role=Role.DIRECTOR, deputy=True, on_duty=False), now - 30 * DAY)
    world.posting(officer(3, LAN), now - 60 * DAY, until=now - DAY)
    world.posting(officer(4, LAN), now + DAY)
    world.posting(officer(5, LAN, unit_id=11), now - DAY)
    assert store.officers(12) == [Officer(mai, old), Officer(HUNG, new)]
    assert store.officers(13) == []


def test_a_file_shows_episode_people_and_unit(world, store):
    """A file holds what was enrolled, and the responder when another answers."""
    child = world.person(Person(106, "Nguyễn Bảo An", birth_year=2015))
    episode = world.episode(201, child.id, responder_id=LAN.id, version=3, created_by=HUNG.id)
    assert store.file(201) == File(episode, child, LAN, UNITS[3])
    assert store.file(999) is None


def test_an_episode_without_position_has_none(world, store):
    """A home that no officer has set keeps its words and has no position."""
    episode = world.episode(201, LAN.id)
    world.episode(202, LAN.id, home=replace(episode.home, lat=None, lng=None))
    found = store.file(202)
    assert found is not None
    assert found.episode.home.position is None
    assert found.episode.home.address == "Số 5 ngõ 12 Đội Cấn"


def test_files_oldest_first_in_pages(world, store, now):
    """Only the wanted units and states, oldest enrolment first, page by page; counted, with the new ones."""
    for number in range(5):
        world.episode(300 - number, LAN.id, EpisodeState.NOTIFIED, created_at=now + number * HOUR)
    world.episode(301, LAN.id, EpisodeState.COMPLETED)
    world.episode(302, LAN.id, EpisodeState.NOTIFIED, unit_id=11)
    notified = [EpisodeState.NOTIFIED]
    assert [file.episode.id for file in store.files([12], notified, 3)] == [300, 299, 298]
    assert [file.episode.id for file in store.files([12], notified, 3, 3)] == [297, 296]
    both = [EpisodeState.NOTIFIED, EpisodeState.COMPLETED]
    assert len(store.files([11, 12], both, 50)) == 7
    assert store.files([], both, 50) == []
    assert store.files([12], [], 50) == []
    assert [file.sent_at for file in store.files([12], notified, 2)] == [now, now + HOUR]
    assert store.tally([12], notified, now + 3 * HOUR) == (5, 2)
    assert store.tally([11, 12], both, now + 9 * HOUR) == (7, 0)
    assert store.tally([], both, now) == (0, 0)


def test_files_are_sought_by_phone_and_by_words_of_the_name(world, store, now):
    """Closed files too, after the open ones; nothing of other units, nor of a list that is coming in."""
    world.episode(301, LAN.id, EpisodeState.COMPLETED, created_at=now + HOUR)
    world.episode(300, LAN.id)
    world.episode(302, HUNG.id, unit_id=11)
    world.episode(303, LAN.id, EpisodeState.STAGED)

    def sought(units, **by):
        return [file.episode.id for file in store.files_sought(units, 8, **by)]

    assert sought([12], phone="0912345678") == [300, 301]
    assert sought([12], name="lan nguyen") == [300, 301]
    assert sought([12], name="LÂN") == [300, 301]
    assert sought([12], name="la") == sought([12], name="lan hung") == sought([12], name="?") == []
    assert sought([12], phone="0987654321") == sought([], name="lan") == []
    assert sought([11, 12], name="Hùng") == [302]


def test_history_tells_the_last_lines_of_a_person(world, store, conn, keyring, now):
    """Newest first, with what changed before and after, who did it and why; other kinds are left out."""
    before = world.episode(300, LAN.id)
    after = replace(before, last_day=before.last_day + DAY)
    lines = [
        EpisodeChanged(before, after, HUNG.id, now, "extended: 140/QĐ-UBND; lâu hơn"),
        Noted("viewed", now, HUNG.id, LAN.id, 300),
        Noted("transfer_asked", now + HOUR, None, LAN.id, 300, detail={"why": "về quê"}),
    ]
    apply(conn, keyring, lines, now, itertools.count(900).__next__)
    asked, changed = store.history(LAN.id, ["episode_changed", "transfer_asked"], 5)
    assert asked == HistoryLine("transfer_asked", now + HOUR, None, {"why": "về quê"})
    assert (changed.kind, changed.at, changed.by) == ("episode_changed", now, HUNG.id)
    assert changed.detail["changed"] == {"last_day": [before.last_day, after.last_day]}
    assert changed.detail["why"] == "extended: 140/QĐ-UBND; lâu hơn"
    assert store.history(LAN.id, ["viewed"], 1)[0].kind == "viewed"
    assert store.history(HUNG.id, ["episode_changed"], 5) == []


def test_day_records_are_check_ins_with_their_newest_reports(world, store, conn, keyring, now):
    """A correction stands for what it corrects; words out of turn follow; other episodes are left out."""
    episode, other = world.episode(300, LAN.id), world.episode(301, HUNG.id)
    first = world.checkin(400, episode, date(2021, 8, 13), "morning", stage=Stage.DONE)
    world.checkin(401, episode, date(2021, 8, 13), "afternoon", stage=Stage.ABSENT)
    world.checkin(402, other, date(2021, 8, 13), "morning")
    told = {"episode_id": episode.id, "at": now}
    reports = [
        Reported(500, checkin_id=first.id, signs=frozenset({"cough"}), level=Level.AMBER, **told),
        Reported(501, checkin_id=first.id, signs=frozenset(), level=Level.GREEN, temperature=36.6, **told),
        Reported(502, checkin_id=None, signs=frozenset({"fever"}), level=Level.AMBER, **told),
    ]
    for report in reports:
        apply(conn, keyring, [report], now, itertools.count(900 + report.id).__next__)
    assert store.day_records(episode.id) == [
        DayRecord(date(2021, 8, 13), Stage.DONE, now, frozenset(), 36.6, Level.GREEN),
        DayRecord(date(2021, 8, 13), Stage.ABSENT),
        DayRecord(date(2021, 8, 14), None, now, frozenset({"fever"}), None, Level.AMBER),
    ]


def test_the_tops_are_the_provinces(world, store):
    """Who nobody stands above, and no centre."""
    assert [unit.id for unit in store.tops()] == [1]


def test_people_are_found_by_phone_and_identity(world, store):
    """Exact look-up finds everybody with the number, however it was spaced, and nobody else."""
    twin = world.person(Person(107, "Trần Văn Hai", HUNG.phone))
    assert store.persons_by_phone("0912345678") == [LAN]
    assert store.persons_by_phone("0912 345.678") == [LAN]
    assert store.persons_by_phone("0987654321") == [HUNG, twin]
    assert store.persons_by_phone("0912345679") == []
    assert store.persons_by_identity("001185012345") == [LAN]
    assert store.persons_by_identity("0912345678") == []


def test_people_are_found_while_keys_change(world, conn, keyring, now):
    """During a change of keys both the rows of the old key and those of the new one are found."""
    new = Keyring(dict([*Keyring.parse(Keyring.make_key("2022a")).keys.items(), *keyring.keys.items()]))
    fresh = Rows(conn, new, now).person(Person(108, "Phạm Thị Mới", LAN.phone))
    assert SqlStore(conn, new, now).persons_by_phone("0912345678") == [LAN, fresh]


def test_open_episodes_are_the_persons_own(world, store, now):
    """Open ones of the person, oldest first; closed ones and those they answer for are not."""
    second = world.episode(202, LAN.id, EpisodeState.VERIFIED, created_at=now)
    first = world.episode(201, LAN.id, EpisodeState.PAUSED, created_at=now - DAY)
    world.episode(203, LAN.id, EpisodeState.COMPLETED)
    world.episode(204, HUNG.id, responder_id=LAN.id)
    assert store.open_episodes(LAN.id) == [first, second]


def test_episodes_that_a_person_answers_for(world, store, now):
    """Open ones, their own and those of others; closed ones and those another answers for are not."""
    own = world.episode(201, LAN.id, created_at=now - DAY)
    other = world.episode(202, HUNG.id, EpisodeState.PAUSED, responder_id=LAN.id)
    world.episode(203, HUNG.id, EpisodeState.COMPLETED, responder_id=LAN.id)
    world.episode(204, LAN.id, responder_id=HUNG.id)
    assert store.episodes_answered_by(LAN.id) == [own, other]


def test_codes_are_found_as_people_type_them(world, store, now):
    """Spaces, dashes and small letters do not matter; used and expired codes are found too."""
    world.episode(201, LAN.id)
    code = world.code(401, "K7M4PX", episode_id=201, used_at=now, expires_at=now - DAY)
    staff = world.code(402, "QQ22ZZ", purpose=CodeFor.OFFICER, unit_id=12, role=Role.OFFICER, deputy=True)
    for typed in ("K7M4PX", "k7m4px", " k7m-4px "):
        assert store.code(typed) == code
    assert store.code("QQ22ZZ") == staff
    assert store.code("K7M4PY") is None
    assert store.code_by_id(401) == code
    assert store.code_by_id(999) is None


def test_wrong_codes_are_counted_per_chat_and_account(rows, store, now):
    """Guesses count in the chat and on its account, from the moment asked for on."""
    for number, (address, account, ago) in enumerate(
        [(1, "telegram", 0), (1, "telegram", 5), (2, "telegram", 1), (3, "zalo", 1), (1, "telegram", 90)]
    ):
        at = now - timedelta(minutes=ago)
        rows.insert(tables.CodeMiss, id=number, address_id=address, account=account, at=at)
    assert store.missed_codes(1, "telegram", now - HOUR) == (2, 3)
    assert store.missed_codes(1, "telegram", now) == (1, 1)
    assert store.missed_codes(9, "viber", now - HOUR) == (0, 0)


def test_a_task_comes_back_whole(world, store, now):
    """Every field of a task survives, its sealed detail with terms and days as well."""
    task = world.task(
        501,
        TaskKind.CONTACT,
        LAN.id,
        episode_id=201,
        level=2,
        since=now - DAY,
        next_at=None,
        owner_id=HUNG.id,
        checkin_id=601,
        outcome=Outcome.RETRY,
        state=TaskState.TAKEN,
        protocol="home-14/1",
        detail={"slot": "morning", "day": date(2021, 8, 14), "others": [1, 2]},
        version=4,
    )
    assert store.task(501) == task
    assert store.task(999) is None


def test_the_open_task_of_a_kind(world, store):
    """Open or taken counts as open, done does not."""
    world.task(501, TaskKind.CONTACT, LAN.id, state=TaskState.DONE)
    assert store.open_task(LAN.id, TaskKind.CONTACT) is None
    taken = world.task(502, TaskKind.CONTACT, LAN.id, state=TaskState.TAKEN)
    assert store.open_task(LAN.id, TaskKind.CONTACT) == taken
    assert store.open_task(LAN.id, TaskKind.RED) is None
    assert store.open_task(HUNG.id, TaskKind.CONTACT) is None


def test_open_tasks_of_a_group_are_read_once(world, conn, keyring, now):
    """Of the persons that a group expects, one statement answers every kind; done tasks count for nobody."""
    world.task(501, TaskKind.CONTACT, LAN.id, state=TaskState.DONE)
    red = world.task(502, TaskKind.RED, LAN.id)
    contact = world.task(503, TaskKind.CONTACT, HUNG.id, state=TaskState.TAKEN)
    store = SqlStore(conn, keyring, now, [LAN.id, HUNG.id])
    asked = []
    event.listen(conn, "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert store.open_task(LAN.id, TaskKind.RED) == red
    assert store.open_task(LAN.id, TaskKind.CONTACT) is None
    assert store.open_task(HUNG.id, TaskKind.CONTACT) == contact
    assert len(asked) == 1
    other = world.task(504, TaskKind.RED, 999)
    assert store.open_task(999, TaskKind.RED) == other


def test_open_tasks_red_first_then_by_deadline(world, store, now):
    """RED stands above every deadline; a task without a deadline comes last; pages follow on."""
    world.task(501, TaskKind.CONTACT, 1, next_at=now + HOUR)
    world.task(502, TaskKind.AMBER, 2, next_at=now)
    world.task(503, TaskKind.HELP, 3, next_at=None)
    world.task(504, TaskKind.RED, 4, next_at=now + DAY)
    world.task(505, TaskKind.RED, 5, next_at=now + DAY, state=TaskState.DONE)
    world.task(506, TaskKind.RED, 6, next_at=now, unit_id=11)
    assert [task.id for task in store.open_tasks([12], 10)] == [504, 502, 501, 503]
    assert [task.id for task in store.open_tasks([11, 12], 2, 1)] == [504, 502]
    assert store.open_tasks([], 10) == []


def test_the_last_questions_that_reached_a_reader(world, store, now):
    """Newest first, as they were drawn; what was not delivered, asks nothing or went elsewhere is not."""
    asked = Asked("task.card", "t1", (Option("take", Term("task.take")),))
    letters = [
        (1, HUNG.id, asked, "delivered", now - HOUR),
        (2, HUNG.id, replace(asked, number="t2"), "delivered", now),
        (3, HUNG.id, replace(asked, number="t3"), "due", None),
        (4, HUNG.id, None, "delivered", now + HOUR),
        (5, LAN.id, replace(asked, number="t5"), "delivered", now + HOUR),
    ]
    for row_id, owner, question, status, at in letters:
        letter = Letter(row_id, owner, "task.card", now, asked=question)
        world.insert(
            tables.Letter,
            id=row_id,
            owner=owner,
            key="task.card",
            body=world.keyring.seal("letter", "body", row_id, wire.letter_body(letter)),
            asked=question and question.number,
            priority=1,
            due_at=now,
            status=status,
            address_id=900 + row_id,
            delivered_at=at,
            created_at=now,
        )
    world.insert(
        tables.Letter,
        id=6,
        owner=LAN.id,
        key="checkin.symptoms",
        asked="p",
        about=77,
        priority=2,
        due_at=now,
        status="delivered",
        delivered_at=now,
        created_at=now,
    )
    assert store.shown(HUNG.id, 5) == [replace(asked, number="t2"), asked]
    assert store.shown(HUNG.id, 1) == [replace(asked, number="t2")]
    assert store.shown(HUNG.id, 1, 901) == [asked]
    assert [one.number for one in store.shown(LAN.id, 5)] == ["t5", numbers.number("p", 77)]


def test_the_last_report_and_fix(world, store, now):
    """The newest answers and the newest position, in whole metres; a correction counts as newer."""
    assert store.last_report(201) is None
    assert store.last_fix(201) is None
    world.report(701, 201, now - HOUR, 2, ["fever", "breathless"], checkin_id=601, version=0)
    assert store.last_report(201) == LastReport(
        now - HOUR, frozenset({"fever", "breathless"}), 38.2, Level.RED, None, None, None
    )
    world.report(702, 201, now - HOUR, 1, ["fever"], checkin_id=601, version=1)
    world.report(703, 202, now, 0, [])
    for number, ago, verdict, distance in ((1, 2, "inside", 12.4), (2, 1, "far", 812.6)):
        world.insert(
            tables.Fix,
            id=number,
            episode_id=201,
            at=now - ago * HOUR,
            verdict=verdict,
            distance_m=distance,
            accuracy_m=None,
        )
    assert store.last_report(201) == LastReport(
        now - HOUR, frozenset({"fever"}), 38.2, Level.AMBER, "far", 813, None
    )
    assert store.last_fix(201) == (Judgement(Verdict.FAR, 812.6, None), now - HOUR)


def test_checkins_and_prompts(world, store, now):
    """A prompt lists its check-ins; the newest check-in of an episode is the last slot of the last day."""
    episode = world.episode(201, LAN.id)
    day = date(2021, 8, 14)
    afternoon = world.checkin(
        601, episode, day, "afternoon", prompt_id=801, closes_at=now + 13 * HOUR, reminded=1, reported=True
    )
    morning = world.checkin(602, episode, day, "morning", prompt_id=802, stage=Stage.DONE, next_at=None)
    other = world.checkin(603, world.episode(202, HUNG.id), day, "morning", prompt_id=802, delivered_at=now)
    world.checkin(604, episode, day - DAY, "afternoon", prompt_id=803, closes_at=now - 11 * HOUR)
    world.prompt(802, LAN.id, day, "morning")
    assert store.checkin(601) == afternoon
    assert store.checkin(999) is None
    assert store.last_checkin(201) == afternoon
    assert store.last_checkin(999) is None
    assert store.prompt(802) == Prompt(802, LAN.id, "2021-08-14", "morning", now, (morning, other))
    assert store.prompt(999) is None


def test_chats_of_a_person(world, store, now):
    """The chats that speak for a person, the one bound last first."""
    world.address(901, "telegram", "3527065", LAN.id, bound_at=now - DAY)
    world.address(902, "zalo", "9007199254740993", LAN.id, bound_at=now, reachable=False, language="en")
    world.address(903, "telegram", "99", HUNG.id)
    assert store.chats(LAN.id) == [
        Chat(902, "zalo", LAN.id, reachable=False, language="en"),
        Chat(901, "telegram", LAN.id),
    ]
    assert store.chats(12345) == []


def test_files_that_ended_on_a_day(world, store, conn, keyring, ids, now):
    """Those completed on that local day in these units, page by page; no other day, unit or ending."""
    episodes = [world.episode(210 + number, LAN.id, state=EpisodeState.MONITORING) for number in range(4)]
    states = [
        EpisodeState.COMPLETED,
        EpisodeState.COMPLETED,
        EpisodeState.COMPLETED,
        EpisodeState.BECAME_CASE,
    ]
    moments = [now, now, now - DAY, now]
    for before, state, at in zip(episodes, states, moments, strict=True):
        apply(conn, keyring, [EpisodeChanged(before, replace(before, state=state), None, at, "")], now, ids)
    units, today = [episodes[0].unit_id], local_day(now)
    assert [one.episode.id for one in store.files_ended(units, today, 10)] == [210, 211]
    assert [one.episode.id for one in store.files_ended(units, today, 1, 1)] == [211]
    assert [one.episode.id for one in store.files_ended(units, today - DAY, 10)] == [212]
    assert store.files_ended([999], today, 10) == []
