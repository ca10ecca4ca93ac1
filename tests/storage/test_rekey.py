"""A new key: all that is sealed and indexed comes under it, in batches, while the system goes on."""

import pytest
from sqlalchemy import select

from quarantine.tasks import TaskKind
from storage import lookups, tables
from storage.lookups import Index
from storage.reader import SqlStore
from storage.rekey import rekey, sealed_tables
from storage.sealing import FOLDING, Keyring, UnknownKeyError, sealed_with
from storage.tables import core
from storage.types import Sealed
from tests.storage.rows import HUNG, LAN, Rows

LOOKUP = core(tables.Lookup)
PERSON = core(tables.Person)


@pytest.fixture
def both(keyring):
    """The keyring with a new key in front of the old one."""
    return Keyring(Keyring.parse(Keyring.make_key("2022a")).keys | dict(keyring.keys))


@pytest.fixture
def filled(engine, keyring, now):
    """A database with a row for every kind of look-up and several sealed columns, under the old key."""
    with engine.begin() as conn:
        rows = Rows(conn, keyring, now)
        rows.units()
        rows.person(LAN)
        rows.person(HUNG)
        rows.episode(201, LAN.id)
        rows.code(401, "K7M4PX", episode_id=201)
        rows.address(901, "telegram", "3527065", LAN.id)
        rows.task(501, TaskKind.CONTACT, LAN.id, detail={"slot": "morning"})
        rows.task(502, TaskKind.HELP, LAN.id)
        sealed = keyring.seal("account", "secrets", "telegram", "123:token")
        rows.insert(
            tables.Account, name="telegram", kind="telegram", state="on", secrets=sealed, changed_at=now
        )
    return engine


def _keys_in_use(engine):
    found = set()
    with engine.connect() as conn:
        for table in sealed_tables():
            for column in table.columns:
                if isinstance(column.type, Sealed):
                    values = conn.execute(select(column).where(column.is_not(None))).scalars()
                    found |= {sealed_with(value) for value in values}
        found |= set(conn.execute(select(LOOKUP.c.key_id)).scalars())
    return found


def test_afterwards_the_old_key_may_go(filled, both, now):
    """Once a run has found nothing left, everything opens and is found with the new key alone."""
    first = rekey(filled, both)
    assert first.resealed == {
        "account.secrets": 1,
        "address.native_user": 1,
        "code.text": 1,
        "episode.dwelling": 1,
        "person.profile": 2,
        "task.detail": 1,
    }
    assert first.reindexed == 4
    assert not first.nothing_left
    assert rekey(filled, both).nothing_left
    assert _keys_in_use(filled) == {"2022a"}
    alone = Keyring({"2022a": both.keys["2022a"]})
    with filled.connect() as conn:
        store = SqlStore(conn, alone, now)
        assert store.persons_by_phone(LAN.phone) == [LAN]
        assert store.persons_by_identity(LAN.identity) == [LAN]
        assert store.code("k7m4px") is not None
        assert store.file(201).episode.home.address == "Số 5 ngõ 12 Đội Cấn"
        assert store.task(501).detail == {"slot": "morning"}
        words = select(LOOKUP.c.row_id).where(LOOKUP.c.digest == alone.digest(Index.NAME_WORD, "lan"))
        assert conn.execute(words).scalars().all() == [LAN.id]
        chat = select(LOOKUP.c.row_id).where(
            LOOKUP.c.digest == lookups.address_digest(alone, "telegram", "3527065")
        )
        assert conn.execute(chat).scalars().all() == [901]


@pytest.mark.parametrize("batch", [1, 2, 500])
def test_batches_of_any_size_do_the_same(filled, both, batch):
    """However small the batches, every row is reached."""
    counts = rekey(filled, both, batch)
    assert sum(counts.resealed.values()) == 7
    assert counts.reindexed == 4
    assert _keys_in_use(filled) == {"2022a"}


def test_a_run_may_be_stopped_and_started_again(filled, both):
    """What an interrupted run has done stays done; the next one does only the rest."""
    seals = iter(range(3))

    def nonce(size):
        next(seals)  # the third batch and all later ones never come: the process is killed
        return bytes(size)

    with pytest.raises(StopIteration):
        rekey(filled, Keyring(both.keys, nonce), batch=1)
    rest = rekey(filled, both)
    assert sum(rest.resealed.values()) == 4
    assert _keys_in_use(filled) == {"2022a"}


def test_people_are_found_at_every_moment(filled, both, now):
    """Between two batches half of the rows are under each key, and look-ups find both halves."""
    with filled.begin() as conn:
        lookups.replace(conn, lookups.of_person(both, HUNG), [HUNG.id])
    with filled.connect() as conn:
        store = SqlStore(conn, both, now)
        assert store.persons_by_phone(LAN.phone) == [LAN]
        assert store.persons_by_phone(HUNG.phone) == [HUNG]


def test_an_older_folding_is_rebuilt(filled, keyring):
    """Look-up rows of an older folding are rebuilt without any new key."""
    with filled.begin() as conn:
        outdated = LOOKUP.c.row_id == LAN.id
        conn.execute(LOOKUP.update().where(outdated).values(folding=FOLDING - 1))
    counts = rekey(filled, keyring)
    assert (counts.resealed, counts.reindexed) == ({}, 1)
    assert rekey(filled, keyring).nothing_left


def test_a_broken_value_is_named_and_the_rest_goes_on(filled, keyring, both):
    """A value that no longer opens does not stop the run; it is reported by place, not by content."""
    with filled.begin() as conn:
        elsewhere = keyring.seal("person", "profile", 999, "{}")
        conn.execute(PERSON.update().where(PERSON.c.id == LAN.id).values(profile=elsewhere))
    counts = rekey(filled, both)
    assert counts.broken == [f"person.profile of row {LAN.id}", f"look-ups of person {LAN.id}"]
    assert counts.resealed["person.profile"] == 1
    assert not rekey(filled, both).nothing_left


def test_broken_values_do_not_keep_a_run_from_its_end(filled, keyring, both):
    """A batch of nothing but broken values is passed by, not tried for ever."""
    with filled.begin() as conn:
        elsewhere = keyring.seal("person", "profile", 999, "{}")
        conn.execute(PERSON.update().values(profile=elsewhere))
    counts = rekey(filled, both, batch=1)
    assert len(counts.broken) == 4
    assert "person.profile" not in counts.resealed


def test_a_missing_key_stops_the_run(filled):
    """Without the old key on the keyring nothing can be sealed anew, and that is said."""
    with pytest.raises(UnknownKeyError, match="2021a"):
        rekey(filled, Keyring.parse(Keyring.make_key("2022a")))
