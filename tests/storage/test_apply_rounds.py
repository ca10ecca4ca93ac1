"""Effects of the daily round: conversations, check-ins, reports, positions and letters."""

import json
import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from quarantine.checkins import Stage
from quarantine.effects import CheckinMoved, ConversationKept, FixShared, LetterPosted, Reported, ReportedBy
from quarantine.letters import Asked, Enclosure, Letter, Option
from quarantine.location import Fix, Grade, Judgement, Source, Verdict
from quarantine.messages import Priority, Term, Want
from quarantine.triage import Level
from storage import tables, wire
from storage.apply import StaleDecisionError, apply
from storage.reader import SqlStore
from storage.tables import core
from tests.storage.rows import LAN, Rows

CHECKIN, CONVERSATION = core(tables.Checkin), core(tables.Conversation)
REPORT, FIX, LETTER = core(tables.Report), core(tables.Fix), core(tables.Letter)
DAY = date(2021, 8, 14)


@pytest.fixture
def write(conn, keyring, ids, now):
    """Applies effects on the connection of the test."""
    return lambda *effects: apply(conn, keyring, effects, now, ids)


def conversation(conn, keyring, owner=LAN.id):
    """Text, version and busy time of a conversation."""
    row = conn.execute(select(CONVERSATION).where(CONVERSATION.c.owner == owner)).one()
    return keyring.open("conversation", "frames", owner, row.frames).decode(), row.version, row.busy_until


def report(report_id, now, checkin_id=501, **changes) -> Reported:
    """A report of Lan: fever, 38.2 °C."""
    given = Reported(
        report_id, 201, checkin_id, now, frozenset({"fever"}), Level.AMBER, ("fever",), 38.2, "mệt"
    )
    return replace(given, **changes)


def test_a_conversation_is_kept_from_version_to_version(conn, keyring, now, write):
    """The first turn makes the conversation, each further one replaces it."""
    write(ConversationKept(LAN.id, "[1]", now, 0))
    assert conversation(conn, keyring) == ("[1]", 1, now)
    write(ConversationKept(LAN.id, "", None, 1))
    assert conversation(conn, keyring) == ("", 2, None)


@pytest.mark.parametrize("seen", [0, 1, 3])
def test_a_conversation_that_went_on_is_not_overwritten(conn, keyring, now, write, seen):
    """A turn that saw another version of the conversation is refused, also one that saw none."""
    write(ConversationKept(LAN.id, "[1]", now, 0))
    write(ConversationKept(LAN.id, "[2]", now, 1))
    with pytest.raises(StaleDecisionError) as refused:
        write(ConversationKept(LAN.id, "[x]", now, seen))
    assert refused.value.effect is ConversationKept


def test_a_chat_bound_in_this_turn_brings_its_conversation(conn, keyring, now, write):
    """With version -1 the conversation is kept whatever it was: the stranger has become this person."""
    write(ConversationKept(LAN.id, "[old]", now, 0))
    write(ConversationKept(301, "", None, -1), ConversationKept(LAN.id, "[new]", now, -1))
    assert conversation(conn, keyring)[:2] == ("[new]", 2)
    assert conversation(conn, keyring, 301)[:2] == ("", 1)


def test_two_chats_of_one_person_in_a_group_are_refused(now, write):
    """Two turns of one group that both keep the same conversation contradict each other."""
    with pytest.raises(StaleDecisionError):
        write(ConversationKept(LAN.id, "[1]", now, 0), ConversationKept(LAN.id, "[2]", now, 0))


def test_a_checkin_moves_on_once(conn, now, rows, write):
    """Stage, moments and reminders are kept; a second move from the same state is refused."""
    before = rows.checkin(501, rows_episode(rows), DAY, "morning")
    after = replace(before, reminded=1, next_at=now + timedelta(hours=2), reported=True, delivered_at=now)
    write(CheckinMoved(before, after), CheckinMoved(after, replace(after, stage=Stage.DONE, next_at=None)))
    row = conn.execute(select(CHECKIN)).one()
    assert (row.stage, row.next_at, row.reminded, row.reported, row.version) == ("done", None, 1, True, 1)
    with pytest.raises(StaleDecisionError) as refused:
        write(CheckinMoved(before, replace(before, stage=Stage.OVERDUE)))
    assert refused.value.effect is CheckinMoved


def rows_episode(rows):
    """An episode of Lan at Phường Ngọc Hà."""
    rows.units()
    rows.person(LAN)
    return rows.episode(201, LAN.id)


def test_a_correction_is_a_new_version_of_the_report(conn, keyring, now, write):
    """The first report of a check-in is version 1; corrections, also in the same group, count on."""
    write(report(1, now), report(2, now, signs=frozenset({"cough", "fever"})))
    write(report(3, now), report(4, now, checkin_id=502), report(5, now, checkin_id=None))
    found = conn.execute(select(REPORT.c.id, REPORT.c.version).order_by(REPORT.c.id)).all()
    assert [tuple(row) for row in found] == [(1, 1), (2, 2), (3, 3), (4, 1), (5, 1)]
    row = conn.execute(select(REPORT).where(REPORT.c.id == 2)).one()
    assert keyring.open_json("report", "answers", 2, row.answers) == {
        "signs": ["cough", "fever"],
        "temperature": 38.2,
        "text": "mệt",
        "reasons": ["fever"],
    }


def test_the_last_report_and_position_are_read_back(conn, keyring, now, write):
    """What the round wrote is what task cards read."""
    fix = Fix(21.0361, 105.8263, 30.0, now, Source.PIN)
    judged = Judgement(Verdict.INSIDE, 12.0, 30.0)
    write(
        report(1, now, by=ReportedBy.STAFF, reporter_id=LAN.id),
        FixShared(2, 201, 501, fix, judged, Grade.B, now),
        FixShared(
            3, 201, 501, None, Judgement(Verdict.NONE), None, now - timedelta(hours=1), "không bật được"
        ),
    )
    last = SqlStore(conn, keyring, now).last_report(201)
    assert (last.signs, last.temperature, last.level) == (frozenset({"fever"}), 38.2, Level.AMBER)
    assert (last.verdict, last.distance_m, last.accuracy_m) == ("inside", 12, 30)
    position, refusal = conn.execute(select(FIX).order_by(FIX.c.id)).all()
    opened = keyring.open_json("fix", "position", 2, position.position)
    assert opened == {"lat": 21.0361, "lng": 105.8263, "accuracy_m": 30.0, "taken_at": "2021-08-14T00:30:00Z"}
    assert (refusal.position, refusal.source) == (None, None)
    assert keyring.open("fix", "reason", 3, refusal.reason).decode() == "không bật được"


def letter_of(now, **changes) -> Letter:
    """A letter with everything in it."""
    letter = Letter(
        id=901,
        owner=LAN.id,
        key="red.told",
        due_at=now,
        params={"at": now, "day": DAY, "who": Term("who.you", {"n": 1}), "signs": ["fever"], "count": 3},
        lead=(Term("hello"), Term("thanks", {"day": DAY})),
        asked=Asked(
            "symptoms",
            "7:ab",
            (Option("none", Term("sign.none"), picked=True), Option("12", "Phường Ngọc Hà")),
            2,
            Want.LOCATION,
            "word.send_location",
        ),
        priority=Priority.ALERT,
        replaces="77",
        slot="card:1",
        enclosure=Enclosure.GUIDE_CARD,
        protect=True,
    )
    return replace(letter, **changes)


def test_a_letter_survives_the_way_through_the_outbox(now):
    """Terms, days, hours, choices and what is wanted come back as they were said."""
    letter = letter_of(now)
    body = wire.read_letter_body(wire.letter_body(letter))
    assert (body.params, body.lead, body.asked) == (letter.params, letter.lead, letter.asked)


def test_a_newer_body_is_still_read(now):
    """Letters in flight survive a deploy: parts that this version does not know are passed over."""
    known = json.loads(wire.letter_body(letter_of(now, asked=None)))
    assert wire.read_letter_body(json.dumps({**known, "tone": "kind"}).encode()).asked is None


def test_letters_are_sealed(conn, keyring, now, write):
    """The outbox holds no text from or about a person in plain."""
    write(LetterPosted(letter_of(now)))
    row = conn.execute(select(LETTER)).one()
    assert "Ngọc Hà" not in repr(tuple(row))
    assert keyring.open("letter", "replaces", 901, row.replaces) == b"77"
    assert (row.status, row.attempts, row.fence, row.created_at) == ("due", 0, 0, now)


def test_a_refused_group_leaves_nothing(engine, keyring, ids, now):
    """When one effect of a group is refused, a roll-back leaves none of the others, as a crash does."""
    with engine.begin() as conn:
        Rows(conn, keyring, now).insert(
            tables.Conversation,
            owner=LAN.id,
            frames=keyring.seal("conversation", "frames", LAN.id, ""),
            version=2,
        )
    effects = [report(1, now), LetterPosted(letter_of(now)), ConversationKept(LAN.id, "[1]", None, 1)]
    with pytest.raises(StaleDecisionError), engine.begin() as conn:
        apply(conn, keyring, effects, now, ids)
    with engine.connect() as conn:
        assert conn.execute(select(REPORT)).all() == []
        assert conn.execute(select(LETTER)).all() == []


def test_one_of_two_that_move_a_checkin_at_once_is_refused(engine, keyring, ids, now):
    """A sweep and an answer that move the same check-in at the same moment: one of them decides anew."""
    with engine.begin() as conn:
        rows = Rows(conn, keyring, now)
        before = rows.checkin(501, rows_episode(rows), DAY, "morning")
    barrier, ended = threading.Barrier(2), []

    def move(stage):
        barrier.wait()
        try:
            with engine.begin() as conn:
                apply(conn, keyring, [CheckinMoved(before, replace(before, stage=stage))], now, ids)
            ended.append(stage.value)
        except StaleDecisionError:
            ended.append("stale")

    threads = [threading.Thread(target=move, args=(stage,)) for stage in (Stage.DONE, Stage.OVERDUE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.connect() as conn:
        row = conn.execute(select(CHECKIN)).one()
    assert sorted(ended) == sorted(["stale", row.stage])
    assert row.version == 1
