"""Column types: instants keep their zone and their order, sealed columns take only what is sealed."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.exc import StatementError

from storage import tables
from storage.tables import core
from storage.types import NaiveInstantError, UnsealedError, from_micros, micros

LEASE = core(tables.Lease)
PERSON = core(tables.Person)


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - Hypothesis wants naive bounds
def test_micros_keep_every_microsecond(instant):
    """The integer form of an instant loses nothing."""
    assert from_micros(micros(instant)) == instant


def test_instants_come_back_aware_and_equal(conn):
    """An instant in any zone comes back as the same moment in UTC, to the microsecond."""
    vietnam = timezone(timedelta(hours=7))
    moment = datetime(2021, 8, 14, 7, 30, 0, 123_456, tzinfo=vietnam)
    conn.execute(insert(LEASE).values(name="a", holder="h", until=moment, fence=1))
    found = conn.execute(select(LEASE.c.until)).scalar_one()
    assert found == moment
    assert found.utcoffset() == timedelta(0)


def test_instants_compare_in_the_database(conn):
    """Instants given in different zones are compared as moments, not as texts."""
    vietnam = timezone(timedelta(hours=7))
    early = datetime(2021, 8, 14, 6, 59, tzinfo=vietnam)
    late = datetime(2021, 8, 14, 0, 0, tzinfo=UTC)
    for name, until in (("late", late), ("early", early)):
        conn.execute(insert(LEASE).values(name=name, holder="h", until=until, fence=1))
    found = conn.execute(select(LEASE.c.name).where(LEASE.c.until < late)).scalars().all()
    assert found == ["early"]


def test_naive_instants_are_refused(conn):
    """A time without a zone is an error when written and when compared with, never a guess."""
    naive = datetime(2021, 8, 14, 7, 30)  # noqa: DTZ001 - the mistake under test
    with pytest.raises(StatementError) as caught:
        conn.execute(insert(LEASE).values(name="a", holder="h", until=naive, fence=1))
    assert isinstance(caught.value.orig, NaiveInstantError)
    with pytest.raises(StatementError) as caught:
        conn.execute(select(LEASE).where(LEASE.c.until < naive))
    assert isinstance(caught.value.orig, NaiveInstantError)


@pytest.mark.parametrize("plain", [b"Nguyen Thi Lan", b"", "Nguyễn Thị Lan"])
def test_sealed_columns_take_only_what_is_sealed(conn, now, plain):
    """Plain text cannot be stored in a sealed column by mistake, and the error does not quote it."""
    with pytest.raises(StatementError) as caught:
        conn.execute(insert(PERSON).values(id=1, profile=plain, created_at=now))
    assert isinstance(caught.value.orig, UnsealedError)
    assert "Lan" not in str(caught.value)


def test_ids_hold_63_bits(conn, keyring):
    """The largest id that Python may make comes back as it was."""
    largest = 2**63 - 1
    conversation = core(tables.Conversation)
    conn.execute(
        insert(conversation).values(owner=largest, frames=keyring.seal("conversation", "frames", largest, ""))
    )
    assert conn.execute(select(conversation.c.owner)).scalar_one() == largest
