"""Faults in what the clock and the outcomes of letters cause: one that cannot be decided stops no other."""

from datetime import timedelta

from quarantine.checkins import Stage
from quarantine.protocol import DEFAULT_PROTOCOL
from storage import tables
from storage.tables import core
from tests.faults.room import KEYRING, furnished
from tests.faults.ward import FIRST_RESIDENT, MORNING, OFFICER, resident, user

OTHER_UNIT = 4
UNKNOWN = "home-99/1"
"""A protocol that this version of Cachly has never heard of."""
BROKEN = KEYRING.seal("person", "profile", 0, "{}")
"""A profile that cannot be opened: it was sealed for another row."""
CHECKIN, EPISODE, LETTER, PERSON = tables.Checkin, tables.Episode, tables.Letter, tables.Person
FIRST = FIRST_RESIDENT


def _change(here, table, person=None, **values):
    """Change rows behind Cachly's back, as a fault or a deploy does; all, or those of one person."""
    found = core(table)
    whose = {PERSON: "id", EPISODE: "person_id"}.get(table)
    with here.engine.begin() as conn:
        of_one = [] if person is None else [found.c[whose] == person]
        assert conn.execute(found.update().where(*of_one).values(**values)).rowcount > 0


def _stages(here):
    return {row.responder_id: row.stage for row in here.rows(CHECKIN)}


async def test_a_unit_that_cannot_be_decided_holds_up_no_other(room, clock, logged):
    """A check-in whose file cannot be read is logged and looked at later; other units' are taken on time."""
    here = room()
    furnished(here.engine, clock, 3)
    _change(here, EPISODE, FIRST, unit_id=OTHER_UNIT)
    clock.on(hours=1)
    await here.settle()
    _change(here, PERSON, FIRST, profile=BROKEN)
    clock.on(hours=1)
    await here.sweeps.sweep()
    by_person = {row.responder_id: row for row in here.rows(CHECKIN)}
    assert {person: row.reminded for person, row in by_person.items()} == {
        FIRST: 0,
        FIRST + 1: 1,
        FIRST + 2: 1,
    }
    assert by_person[FIRST].next_at == clock.at + timedelta(minutes=10)
    assert [(one["event"], one["of"]) for one in logged if one["log_level"] == "error"] == [
        ("sweep failed", "checkins_due")
    ]


async def test_what_was_put_off_is_made_up_for(room, clock):
    """Once the fault is mended, what was put off by it is decided like everything else."""
    here = room()
    furnished(here.engine, clock, 2)
    clock.on(hours=1)
    await here.settle()
    whole = next(row.profile for row in here.rows(PERSON) if row.id == FIRST)
    _change(here, PERSON, FIRST, profile=BROKEN)
    clock.on(hours=5)
    await here.sweeps.sweep()
    assert set(_stages(here).values()) == {"prompted"}
    _change(here, PERSON, FIRST, profile=whole)
    clock.on(minutes=11)
    await here.settle()
    assert set(_stages(here).values()) == {"overdue"}
    assert here.count(tables.Task, "kind") == {"contact": 2}


async def test_a_protocol_that_is_not_known_holds_up_no_slot(room, clock, logged):
    """During a deploy an episode may follow rules that this process does not know: all others are asked."""
    here = room()
    furnished(here.engine, clock, 3)
    _change(here, EPISODE, FIRST, protocol=UNKNOWN)
    clock.on(hours=1)
    await here.settle()
    assert set(here.shown) == {user(FIRST + 1), user(FIRST + 2)}
    assert {one["event"] for one in logged if one["log_level"] == "error"} == {"slot not opened"}
    _change(here, EPISODE, FIRST, protocol=DEFAULT_PROTOCOL)
    await here.settle()
    assert len(here.shown[user(FIRST)]) == 1


async def test_an_outcome_that_cannot_be_followed_up_holds_up_no_other(room, clock, logged):
    """What a delivery causes is made up for when it failed then; one that fails again is looked at later."""
    here = room()
    furnished(here.engine, clock, 3)
    clock.on(hours=1)
    await here.settle()
    _change(here, LETTER, settled_at=None)
    _change(here, CHECKIN, stage=Stage.WAITING, delivered_at=None)
    _change(here, EPISODE, FIRST, protocol=UNKNOWN)
    await here.sweeps.sweep()
    assert _stages(here) == {FIRST: "waiting", FIRST + 1: "prompted", FIRST + 2: "prompted"}
    assert [one["event"] for one in logged if one["log_level"] == "error"] == ["outcome not followed up"]
    await here.sweeps.sweep()
    assert len([one for one in logged if one["log_level"] == "error"]) == 1
    _change(here, EPISODE, FIRST, protocol=DEFAULT_PROTOCOL)
    clock.on(minutes=11)
    await here.sweeps.sweep()
    assert set(_stages(here).values()) == {"prompted"}


async def test_after_an_outage_old_prompts_are_not_sent(room, clock):
    """Asleep over two slots, nobody is asked late or held to be silent, and the next slot is asked once."""
    here = room()
    furnished(here.engine, clock, 3)
    clock.at = MORNING + timedelta(hours=13)
    await here.settle()
    assert here.count(CHECKIN, "slot", "stage") == {
        ("morning", Stage.SYSTEM_ERROR): 3,
        ("afternoon", Stage.SYSTEM_ERROR): 3,
    }
    assert set(here.shown) == {user(OFFICER)}
    assert not here.rows(tables.Task)
    clock.at = MORNING + timedelta(days=1)
    await here.settle()
    residents = {user(resident(number).id) for number in range(3)}
    assert {phone: len(texts) for phone, texts in here.shown.items() if phone in residents} == dict.fromkeys(
        residents, 1
    )


async def test_letters_of_an_outage_are_not_sent_late(room, clock):
    """Prompts that were posted but never left before the outage expire: our fault, not their silence."""
    here = room()
    furnished(here.engine, clock, 3)
    clock.on(hours=1)
    await here.sweeps.sweep()
    clock.on(hours=5)
    await here.settle()
    assert here.count(LETTER, "key", "status")["checkin.prompt", "void"] == 3
    assert set(_stages(here).values()) == {"system_error"}
    assert set(here.shown) == {user(OFFICER)}
