"""The token store: sealed pairs, one renewal at a time among all processes, no pair lost unsaid."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.tokens import RENEWING, SealedTokens
from quarantine.tokens import ConsentNeededError, Tokens
from storage import accounts
from storage.rekey import rekey
from storage.sealing import Keyring
from storage.tables import Account, core
from tests.bot.captured_logs import taken_over

NOW = datetime(2026, 12, 3, 0, 30, tzinfo=UTC)
OA = "oa-cao-bang"
NUMBERS = itertools.count(1)
KEYRING = Keyring.parse(Keyring.make_key("k1"))


class Stands:
    """A clock that stands."""

    @staticmethod
    def now():
        """The present of the tests."""
        return NOW


class Zalo:
    """Sells each refresh token's next pair once; whoever shows one again has none any more."""

    def __init__(self):
        """The first pair is out."""
        self.number = 0
        self.asked = 0
        self.meanwhile = None
        self.fault = None

    def pair(self):
        """The pair that is valid."""
        return Tokens(f"access-{self.number}", f"refresh-{self.number}", NOW, NOW + timedelta(hours=25))

    async def fetch(self, pair):
        """Trade a pair; slow, as the network is."""
        self.asked += 1
        await asyncio.sleep(0.05)
        if self.fault is not None:
            raise self.fault
        if pair != self.pair():
            raise ConsentNeededError("refresh token spent")
        self.number += 1
        if self.meanwhile is not None:
            await self.meanwhile()
        return self.pair()


@pytest.fixture
def zalo():
    """A messenger that renews."""
    return Zalo()


@pytest.fixture
def store(engine, zalo):
    """Makes stores, each as of a process of its own, on a database that has the first pair."""

    def process(keyring=KEYRING, patience=5.0):
        return SealedTokens(engine, keyring, Stands(), NUMBERS.__next__, patience)

    with engine.begin() as conn:
        accounts.note(conn, OA, "zalo-oa", NOW)
        accounts.keep_tokens(conn, KEYRING, OA, zalo.pair(), NOW)
    return process


def row(engine):
    """The account's row as it is stored."""
    with engine.connect() as conn:
        return conn.execute(select(core(Account))).one()


async def test_a_pair_is_read_back_and_stored_sealed(store, zalo, engine):
    """What is kept is read again by any process; the database holds neither token in plain."""
    assert await store().read(OA) == zalo.pair()
    assert b"access-0" not in row(engine).secrets
    assert b"refresh-0" not in row(engine).secrets


async def test_without_consent_there_is_nothing_to_use(engine):
    """An account that is unknown, or has no pair yet, needs a human's consent."""
    with engine.begin() as conn:
        accounts.note(conn, "new", "zalo-oa", NOW)
    for name in ("new", "unknown"):
        with pytest.raises(ConsentNeededError, match="no consent"):
            await SealedTokens(engine, KEYRING, Stands(), NUMBERS.__next__).read(name)


async def test_noting_an_account_keeps_its_pair(store, zalo, engine):
    """Each start notes the accounts; what they have stays."""
    with engine.begin() as conn:
        accounts.note(conn, OA, "zalo-oa", NOW)
    assert await store().read(OA) == zalo.pair()


async def test_a_renewal_is_committed_before_it_is_used(store, zalo):
    """What renew gives is what every other process reads."""
    fresh = await store().renew(OA, zalo.pair(), zalo.fetch)
    assert fresh == zalo.pair() == await store().read(OA)
    assert zalo.asked == 1


async def test_of_many_that_renew_at_once_one_asks(store, zalo):
    """A refresh token works once: eight renewals of two processes are one call, and all get its pair."""
    old = zalo.pair()
    stores = [store(), store()] * 4
    found = await asyncio.gather(*(one.renew(OA, old, zalo.fetch) for one in stores))
    assert set(found) == {zalo.pair()}
    assert (zalo.asked, zalo.number) == (1, 1)


async def test_an_old_pair_is_not_traded_again(store, zalo, engine):
    """Who still holds the pair before the last one is given the present one; nobody is asked."""
    old = zalo.pair()
    await store().renew(OA, old, zalo.fetch)
    assert await store().renew(OA, old, zalo.fetch) == zalo.pair()
    assert zalo.asked == 1
    assert row(engine).detail == ""


@pytest.mark.parametrize("fault", [TimeoutError(), OSError("the line"), ValueError("a bug")])
async def test_other_trouble_leaves_everything_as_it_was(store, zalo, fault, engine):
    """When the messenger is away the pair stays, and the next renewal goes through."""
    zalo.fault = fault
    with pytest.raises(type(fault)):
        await store().renew(OA, zalo.pair(), zalo.fetch)
    assert (row(engine).state, row(engine).detail) == ("ready", "")
    zalo.fault = None
    assert await store().renew(OA, zalo.pair(), zalo.fetch) == zalo.pair()


async def test_a_dead_pair_is_kept_as_the_accounts_state_and_told_once(store, zalo, engine):
    """Every process learns that a human is needed, and why; the operator is told once."""
    old, zalo.number = zalo.pair(), 7
    with taken_over() as lines:
        for _ in range(2):
            with pytest.raises(ConsentNeededError, match="refresh token spent"):
                await store().renew(OA, old, zalo.fetch)
    assert lines.getvalue().count("needs consent") == 1
    assert zalo.asked == 1
    assert row(engine).state == "needs consent"
    with pytest.raises(ConsentNeededError, match="refresh token spent"):
        await store().read(OA)


async def test_consent_makes_the_account_well_again(store, zalo, engine):
    """The pair that a human's consent gave is used from then on."""
    old, zalo.number = zalo.pair(), 7
    with pytest.raises(ConsentNeededError):
        await store().renew(OA, old, zalo.fetch)
    await store().keep(OA, zalo.pair())
    assert await store().read(OA) == zalo.pair()
    assert (row(engine).state, row(engine).detail) == ("ready", "")


async def test_a_crash_between_fetch_and_commit_is_told(store, zalo, engine):
    """The new pair is lost with the process, so the next renewal finds the old one spent, and says why."""
    old = zalo.pair()

    async def power_fails():
        raise KeyboardInterrupt

    zalo.meanwhile = power_fails
    with pytest.raises(KeyboardInterrupt):
        await store().renew(OA, old, zalo.fetch)
    zalo.meanwhile = None
    assert row(engine).detail == RENEWING
    assert await store().read(OA) == old, "the old access token still works for a while"
    with pytest.raises(ConsentNeededError, match="refresh token spent: a renewal was interrupted"):
        await store().renew(OA, old, zalo.fetch)
    assert row(engine).state == "needs consent"


async def test_who_waits_too_long_for_another_gives_up(store, zalo):
    """A process that holds the renewal and does not end it stops nobody for ever."""
    never = asyncio.Event()

    async def hangs(_):
        await never.wait()

    async with asyncio.TaskGroup() as group:
        first = group.create_task(store().renew(OA, zalo.pair(), hangs))
        await asyncio.sleep(0.1)
        with pytest.raises(TimeoutError):
            await store(patience=0.3).renew(OA, zalo.pair(), zalo.fetch)
        first.cancel()
    assert zalo.asked == 0


async def test_a_consent_given_meanwhile_wins(store, zalo):
    """What a human has just put there is not overwritten by a renewal of the pair before it."""
    given = Tokens("given", "by-a-human", NOW, NOW + timedelta(hours=25))

    async def consent():
        await store().keep(OA, given)

    zalo.meanwhile = consent
    assert await store().renew(OA, zalo.pair(), zalo.fetch) == given
    assert await store().read(OA) == given


async def test_a_new_key_seals_the_pairs_too(store, zalo, engine):
    """After rekey the pair opens with the new key alone."""
    fresh = Keyring.make_key("k2")
    both = Keyring.parse(f"{fresh},k1:{_base64(KEYRING)}")
    while not rekey(engine, both).nothing_left:
        pass
    assert await store(keyring=Keyring.parse(fresh)).read(OA) == zalo.pair()


def _base64(keyring):
    import base64  # noqa: PLC0415 - for the one line

    return base64.b64encode(keyring.keys["k1"]).decode()
