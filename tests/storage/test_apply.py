"""Effects on people, episodes, codes and tasks: what is stored, what is refused, what the history keeps."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from quarantine.contact import Finding, findings, found, house, left, names
from quarantine.effects import (
    AddressBound,
    AddressReachable,
    Code,
    CodeClosed,
    CodeFor,
    CodeIssued,
    CodeMissed,
    Effect,
    EpisodeAdded,
    EpisodeChanged,
    MenuWanted,
    Noted,
    PersonAdded,
    PersonChanged,
    PostingAdded,
    TaskChanged,
    TaskOpened,
    TaskTold,
)
from quarantine.letters import Asked
from quarantine.numbers import PROMPT as PROMPT_LETTER
from quarantine.numbers import number
from quarantine.people import Episode, EpisodeState, Home, Reason
from quarantine.tasks import Method, Outcome, Task, TaskKind, TaskState
from storage import records, tables
from storage.apply import WRITERS, StaleDecisionError, apply
from storage.reader import SqlStore
from storage.tables import core
from tests.storage.rows import HUNG, LAN, officer

EPISODE, CHECKIN, EVENT = core(tables.Episode), core(tables.Checkin), core(tables.Event)
ADDRESS, CODE, TASK = core(tables.Address), core(tables.Code), core(tables.Task)
LETTER, PROMPT, STEP = core(tables.Letter), core(tables.Prompt), core(tables.TaskStep)
DAY = date(2021, 8, 14)


@pytest.fixture
def write(conn, keyring, ids, now):
    """Applies effects on the connection of the test."""
    return lambda *effects: apply(conn, keyring, effects, now, ids)


def history(conn, keyring) -> list[tuple[str, object]]:
    """All lines of history, with their detail opened."""
    found = conn.execute(select(EVENT).order_by(EVENT.c.id)).all()
    return [
        (row.kind, None if row.detail is None else keyring.open_json("event", "detail", row.id, row.detail))
        for row in found
    ]


def row_of(conn, table, row_id):
    """One row."""
    return conn.execute(select(table).where(table.c.id == row_id)).one()


def new_episode(**changes) -> Episode:
    """An episode of Lan as the CDC notifies it."""
    episode = Episode(
        201,
        LAN.id,
        LAN.id,
        12,
        "123/QĐ-UBND",
        Reason.CONTACT,
        date(2021, 8, 10),
        date(2021, 8, 23),
        EpisodeState.NOTIFIED,
        "home-14/1",
        Home("Số 5 ngõ 12 Đội Cấn"),
        created_by=HUNG.id,
    )
    return replace(episode, **changes)


def task_of(task_id=701, **changes) -> Task:
    """An open task to contact Lan."""
    return replace(
        Task(task_id, TaskKind.CONTACT, 12, LAN.id, None, TaskState.OPEN, 0, *[None] * 3), **changes
    )


def test_every_effect_has_a_writer():
    """No effect can be decided that storage would not know how to write."""
    assert set(WRITERS) == set(Effect.__args__)


def test_a_new_person_is_found_without_plain_text(conn, keyring, now, rows, write):
    """Whoever is added can be found by phone and identity number, and comes back as they were given."""
    write(PersonAdded(LAN, now))
    store = SqlStore(conn, keyring, now)
    assert store.persons_by_phone("0912345678") == [LAN]
    assert store.persons_by_identity("001185012345") == [LAN]


def test_a_correction_changes_what_is_found_and_is_kept(conn, keyring, now, write):
    """After a correction the old number finds nobody, and the history holds before and after."""
    after = replace(LAN, phone="0911222333")
    write(PersonAdded(LAN, now), PersonChanged(LAN, after, HUNG.id, now, "corrected"))
    store = SqlStore(conn, keyring, now)
    assert store.persons_by_phone("0912345678") == []
    assert store.persons_by_phone("0911222333") == [replace(after, version=1)]
    assert history(conn, keyring) == [
        ("person_changed", {"changed": {"phone": ["0912345678", "0911222333"]}, "why": "corrected"})
    ]


def test_two_corrections_of_one_person_lose_nothing(conn, keyring, rows, now, write):
    """The officer corrects the phone while the resident changes the language: the later one decides anew."""
    rows.person(LAN)
    write(PersonChanged(LAN, replace(LAN, phone="0911222333"), HUNG.id, now, "corrected"))
    late = PersonChanged(LAN, replace(LAN, language="en"), LAN.id, now, "language")
    with pytest.raises(StaleDecisionError):
        write(late)
    current = SqlStore(conn, keyring, now).officer(LAN.id)
    write(PersonChanged(current, replace(current, language="en"), LAN.id, now, "language"))
    assert SqlStore(conn, keyring, now).officer(LAN.id) == replace(
        LAN, phone="0911222333", language="en", version=2
    )


def test_binding_a_chat_lets_go_of_the_older_one_on_that_account(conn, keyring, now, rows, write):
    """A chat bound anew replaces the person's older chat on the same account only, and that is logged."""
    rows.person(LAN)
    rows.address(301, "telegram", "555", LAN.id)
    rows.address(302, "zalo", "888", LAN.id)
    rows.address(303, "telegram", "666", reachable=False)
    write(AddressBound(303, LAN.id, now))
    found = conn.execute(select(ADDRESS.c.person_id, ADDRESS.c.reachable).order_by(ADDRESS.c.id)).all()
    assert [tuple(row) for row in found] == [(None, True), (LAN.id, True), (LAN.id, True)]
    assert history(conn, keyring) == [("address_bound", {"address": 303, "released": [301]})]


def test_a_blocked_chat_is_marked(conn, rows, now, write):
    """What the messenger said of a chat is kept; menus are nothing that is stored."""
    rows.address(301, "telegram", "555")
    write(AddressReachable(301, reachable=False, at=now), MenuWanted(301, 301))
    assert row_of(conn, ADDRESS, 301).reachable is False


def test_an_episode_begins_and_moves_through_its_states(conn, keyring, now, rows, write):
    """Each state leaves its moment, and the clock runs only while the episode is followed."""
    rows.units()
    rows.person(LAN)
    first = new_episode()
    write(EpisodeAdded(first, now))
    verified = replace(first, state=EpisodeState.VERIFIED, next_at=now)
    write(EpisodeChanged(first, verified, HUNG.id, now, "verified"))
    assert row_of(conn, EPISODE, 201).next_at is None
    current = replace(verified, version=1)
    write(EpisodeChanged(current, replace(current, state=EpisodeState.MONITORING), LAN.id, now, "linked"))
    current = records.episode(keyring, row_of(conn, EPISODE, 201))
    assert (current.state, current.next_at, current.version) == (EpisodeState.MONITORING, now, 2)
    later = now + timedelta(days=1)
    write(EpisodeChanged(current, replace(current, state=EpisodeState.COMPLETED), None, later, "completed"))
    row = row_of(conn, EPISODE, 201)
    assert (row.verified_at, row.guided_at, row.linked_at, row.closed_at) == (now, None, now, later)
    assert row.next_at is None
    kinds = [kind for kind, _ in history(conn, keyring)]
    assert kinds == ["episode_added", "episode_changed", "episode_changed", "episode_changed"]
    assert history(conn, keyring)[1][1]["changed"]["state"] == ["notified", "verified"]


def test_a_longer_episode_ends_later(conn, now, rows, write):
    """The end follows the last day: 07:00 of the morning after it."""
    rows.units()
    rows.person(LAN)
    before = rows.episode(201, LAN.id)
    after = replace(before, last_day=date(2021, 8, 30))
    write(EpisodeChanged(before, after, HUNG.id, now, "extended"))
    assert row_of(conn, EPISODE, 201).ends_at.isoformat() == "2021-08-31T00:00:00+00:00"


def test_a_decision_on_an_old_state_is_refused(conn, now, rows, write):
    """An episode, a task or a check-in that somebody else has changed is not changed on top of that."""
    rows.units()
    rows.person(LAN)
    episode = rows.episode(201, LAN.id, version=3)
    task = rows.task(701, TaskKind.CONTACT, LAN.id, version=3)
    stale = replace(episode, version=2), replace(task, version=2)
    with pytest.raises(StaleDecisionError) as refused:
        write(EpisodeChanged(stale[0], replace(stale[0], unit_id=11), None, now, "moved"))
    assert refused.value.effect is EpisodeChanged
    with pytest.raises(StaleDecisionError):
        write(TaskChanged(stale[1], replace(stale[1], state=TaskState.DONE), None, now))
    assert row_of(conn, EPISODE, 201).unit_id == 12
    assert row_of(conn, TASK, 701).state == "open"


def test_two_turns_of_a_group_cannot_decide_on_the_same_state(now, rows, write):
    """When two officers take a task in the same group, the group is refused; a chain of changes is one."""
    rows.units()
    rows.person(LAN)
    task = rows.task(701, TaskKind.CONTACT, LAN.id)
    by_lan = replace(task, state=TaskState.TAKEN, owner_id=LAN.id)
    by_hung = replace(task, state=TaskState.TAKEN, owner_id=HUNG.id)
    with pytest.raises(StaleDecisionError):
        write(TaskChanged(task, by_lan, LAN.id, now), TaskChanged(task, by_hung, HUNG.id, now))
    write(
        TaskChanged(task, by_lan, LAN.id, now),
        TaskChanged(by_lan, replace(by_lan, state=TaskState.DONE), LAN.id, now),
    )


def test_nobody_is_chased_for_an_episode_that_is_over(conn, now, rows, write):
    """When an episode is closed or paused, its open check-ins are no longer due."""
    rows.units()
    rows.person(LAN)
    episode = rows.episode(201, LAN.id)
    rows.checkin(501, episode, DAY, "morning")
    write(EpisodeChanged(episode, replace(episode, state=EpisodeState.PAUSED), None, now, "hospital"))
    assert row_of(conn, CHECKIN, 501).next_at is None


def test_a_new_responder_takes_over_the_open_checkins(conn, now, rows, write):
    """Open check-ins go to the new responder, who is asked at once; answered ones stay where they were."""
    rows.units()
    rows.person(LAN)
    rows.person(HUNG)
    episode = rows.episode(201, HUNG.id)
    rows.checkin(501, episode, DAY, "morning", prompt_id=401)
    rows.checkin(502, episode, date(2021, 8, 13), "morning", prompt_id=400, next_at=None)
    rows.prompt(401, HUNG.id, DAY, "morning")
    write(EpisodeChanged(episode, replace(episode, responder_id=LAN.id), LAN.id, now, "linked"))
    moved, kept = row_of(conn, CHECKIN, 501), row_of(conn, CHECKIN, 502)
    assert (moved.responder_id, kept.responder_id, kept.prompt_id) == (LAN.id, HUNG.id, 400)
    prompt = row_of(conn, PROMPT, moved.prompt_id)
    assert (prompt.responder_id, prompt.day, prompt.slot) == (LAN.id, DAY, "morning")
    letter = conn.execute(select(LETTER)).one()
    assert (letter.owner, letter.key, letter.about) == (LAN.id, "checkin.prompt", prompt.id)


def test_a_prompt_that_is_handed_on_is_the_last_question(conn, keyring, now, rows, write):
    """A number that the new responder types answers it, as any other prompt that was shown last."""
    rows.units()
    rows.person(LAN)
    rows.person(HUNG)
    episode = rows.episode(201, HUNG.id)
    rows.checkin(501, episode, DAY, "morning", prompt_id=401)
    rows.prompt(401, HUNG.id, DAY, "morning")
    write(EpisodeChanged(episode, replace(episode, responder_id=LAN.id), LAN.id, now, "linked"))
    conn.execute(LETTER.update().values(status="delivered", delivered_at=now))
    prompt_id = row_of(conn, CHECKIN, 501).prompt_id
    assert SqlStore(conn, keyring, now).shown(LAN.id, 1) == [Asked("", number(PROMPT_LETTER, prompt_id))]


def test_who_joins_a_household_that_has_been_asked_is_asked_about(conn, now, rows, write):
    """The prompt of the slot is there already: it gets another letter, and the newcomer counts as unasked."""
    rows.units()
    rows.person(LAN)
    rows.person(HUNG)
    own = rows.episode(201, LAN.id)
    rows.checkin(501, own, DAY, "morning", prompt_id=401)
    rows.prompt(401, LAN.id, DAY, "morning")
    joining = rows.episode(202, HUNG.id)
    rows.checkin(502, joining, DAY, "morning", prompt_id=402, delivered_at=now)
    rows.prompt(402, HUNG.id, DAY, "morning")
    write(EpisodeChanged(joining, replace(joining, responder_id=LAN.id), LAN.id, now, "responder"))
    moved = row_of(conn, CHECKIN, 502)
    assert (moved.responder_id, moved.prompt_id, moved.delivered_at) == (LAN.id, 401, None)
    letter = conn.execute(select(LETTER)).one()
    assert (letter.owner, letter.about) == (LAN.id, 401)


def test_nobody_followed_by_staff_is_written_to(conn, now, rows, write):
    """A member who leaves a household for the telephone takes the open check-in along, without a letter."""
    rows.units()
    rows.person(LAN)
    rows.person(HUNG)
    episode = rows.episode(201, HUNG.id, responder_id=LAN.id)
    rows.checkin(501, episode, DAY, "morning", prompt_id=401)
    rows.prompt(401, LAN.id, DAY, "morning")
    after = replace(episode, responder_id=HUNG.id, by_staff=True)
    write(EpisodeChanged(episode, after, LAN.id, now, "by_staff"))
    assert row_of(conn, CHECKIN, 501).responder_id == HUNG.id
    assert conn.execute(select(func.count()).select_from(LETTER)).scalar_one() == 0


def test_a_transfer_takes_the_open_checkins_along(conn, now, rows, write):
    """After a transfer the new unit sees the silence; nobody is asked twice."""
    rows.units()
    rows.person(LAN)
    episode = rows.episode(201, LAN.id)
    rows.checkin(501, episode, DAY, "morning", prompt_id=401)
    rows.prompt(401, LAN.id, DAY, "morning")
    write(EpisodeChanged(episode, replace(episode, unit_id=11), HUNG.id, now, "transferred"))
    assert (row_of(conn, CHECKIN, 501).unit_id, row_of(conn, CHECKIN, 501).prompt_id) == (11, 401)
    assert conn.execute(select(func.count()).select_from(LETTER)).scalar_one() == 0


def test_a_new_code_replaces_the_open_ones(conn, keyring, now, rows, write):
    """A code is found by its text however it is typed; a newer one closes the older one of the episode."""
    rows.units()
    rows.person(LAN)
    rows.episode(201, LAN.id)
    rows.code(801, "AAAA-1111", episode_id=201)
    code = Code(802, CodeFor.RESIDENT, now + timedelta(days=3), episode_id=201, issued_by=LAN.id)
    write(CodeIssued(code, "BBBB2222", LAN.id, now))
    assert SqlStore(conn, keyring, now).code("bbbb 2222") == code
    assert (row_of(conn, CODE, 801).why_closed, row_of(conn, CODE, 802).used_at) == ("replaced", None)


def test_a_code_is_used_once(conn, now, rows, write):
    """The second use of a code is refused, in a later turn and in the same group."""
    rows.code(801, "AAAA1111")
    rows.code(802, "BBBB2222")
    write(CodeClosed(801, now, "used"))
    assert (row_of(conn, CODE, 801).used_at, row_of(conn, CODE, 801).why_closed) == (now, "used")
    with pytest.raises(StaleDecisionError):
        write(CodeClosed(801, now, "used"))
    with pytest.raises(StaleDecisionError):
        write(CodeClosed(802, now, "used"), CodeClosed(802, now, "used"))


def test_wrong_codes_are_counted(conn, keyring, now, write):
    """Each wrong code counts for its chat and for its account."""
    write(*[CodeMissed(301, "telegram", now)] * 2, CodeMissed(302, "telegram", now))
    assert SqlStore(conn, keyring, now).missed_codes(301, "telegram", now) == (2, 3)


def test_a_posting_begins_now(conn, keyring, now, rows, write):
    """Whoever takes up a role is an officer of the unit from this turn on."""
    rows.units()
    rows.person(LAN)
    write(PostingAdded(officer(601, LAN), HUNG.id, now))
    assert [one.posting.id for one in SqlStore(conn, keyring, now).officers(12)] == [601]
    assert history(conn, keyring)[0][0] == "posting_added"


def test_a_person_has_one_undone_task_of_a_kind(conn, keyring, now, write):
    """A second task of the kind is not made, also in a replay; once the first is done a new one may be."""
    first = task_of(701, opened_at=now, since=now, detail={"where": "phường Ngọc Hà"})
    second = replace(first, id=702)
    write(TaskOpened(first), TaskOpened(second))
    write(TaskOpened(first))
    store = SqlStore(conn, keyring, now)
    assert store.open_task(LAN.id, TaskKind.CONTACT) == first
    assert store.task(702) is None
    write(TaskChanged(first, replace(first, state=TaskState.DONE, outcome=Outcome.FINE), LAN.id, now))
    write(TaskOpened(second))
    assert store.open_task(LAN.id, TaskKind.CONTACT) == second


def test_a_house_keeps_what_was_found_of_each(conn, keyring, now, write):
    """Members, outcomes and methods of a household's task come back as they were, sealed in between."""
    task = task_of(701, opened_at=now, since=now, episode_id=201, detail=house({202: "Bé Bi"}, 201))
    write(TaskOpened(task))
    after = found(task, [201], Finding(Outcome.ABSENT, Method.VISIT), now)
    write(TaskChanged(task, after, LAN.id, now))
    kept = SqlStore(conn, keyring, now).task(701)
    assert findings(kept) == {201: Finding(Outcome.ABSENT, Method.VISIT)}
    assert (left(kept), names(kept, "Lan")) == ((202,), {201: "Lan", 202: "Bé Bi"})
    assert "Bé Bi".encode() not in row_of(conn, TASK, 701).detail


def test_taking_and_doing_leave_their_moments(conn, keyring, now, rows, write):
    """When a task was taken and done, how, and what was noted is kept, the note sealed."""
    task = rows.task(701, TaskKind.CONTACT, LAN.id)
    taken = replace(task, state=TaskState.TAKEN, owner_id=LAN.id)
    write(TaskChanged(task, taken, LAN.id, now))
    taken, later = replace(taken, version=1), now + timedelta(hours=1)
    done = replace(taken, state=TaskState.DONE, outcome=Outcome.PHONE_TROUBLE, next_at=None)
    write(TaskChanged(taken, done, LAN.id, later, Method.CALL, "máy hỏng"))
    row = row_of(conn, TASK, 701)
    assert (row.taken_at, row.done_at, row.method, row.outcome) == (now, later, "call", "phone_trouble")
    assert keyring.open("task", "note", 701, row.note).decode() == "máy hỏng"
    assert row.version == 2


def test_a_rung_is_told_once(conn, now, write):
    """The second telling of a rung changes nothing; the first recipients stay."""
    write(TaskTold(701, 0, (1, 2), now), TaskTold(701, 1, (3,), now))
    write(TaskTold(701, 0, (9,), now))
    found = conn.execute(select(STEP.c.level, STEP.c.recipients).order_by(STEP.c.level)).all()
    assert [tuple(row) for row in found] == [(0, [1, 2]), (1, [3])]


def test_views_are_noted(conn, keyring, now, write):
    """Who looked at what is a line of history, its detail sealed."""
    write(
        Noted("viewed", now, HUNG.id, person_id=LAN.id, detail={"where": "card", "day": DAY}), Noted("x", now)
    )
    assert history(conn, keyring) == [
        ("viewed", {"where": "card", "day": {"$day": "2021-08-14"}}),
        ("x", None),
    ]
    row = conn.execute(select(EVENT).where(EVENT.c.kind == "viewed")).one()
    assert (row.by_id, row.person_id, row.at) == (HUNG.id, LAN.id, now)


def test_everything_of_an_enrolment_fits_in_one_group(conn, keyring, now, rows, write):
    """Effects may come in any order: each is written after what it points at."""
    rows.units()
    episode = new_episode(created_by=None)
    write(
        TaskTold(701, 0, (HUNG.id,), now),
        CodeIssued(Code(801, CodeFor.RESIDENT, now, episode_id=201), "AAAA1111", LAN.id, now),
        TaskOpened(task_of(opened_at=now, since=now, episode_id=201)),
        EpisodeAdded(episode, now),
        PostingAdded(officer(601, HUNG), None, now),
        PersonAdded(LAN, now),
        PersonAdded(HUNG, now),
    )
    assert SqlStore(conn, keyring, now).file(201).episode == episode
