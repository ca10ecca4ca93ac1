"""Forgetting: what came in long ago leaves the inbox, and nothing else does."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from bot.ids import Ids
from quarantine.messages import Address, Incoming, Kind
from storage import tables
from storage.tables import core
from tests.cast import CAST
from tests.messengers import TELEGRAM
from tests.stage import START, Stage

INBOX = core(tables.Inbox)


def test_ids_tell_when_they_were_made():
    """Ids made before a moment are below its mark, those made at it or later are not."""
    moment = datetime(2026, 12, 3, tzinfo=UTC)
    clock = [moment - timedelta(milliseconds=1)]
    ids = Ids(lambda: clock[0], lambda below: below - 1)
    assert ids.one() < Ids.before(moment)
    clock[0] = moment
    assert ids.one() >= Ids.before(moment)


def test_messages_are_known_for_thirty_days():
    """For thirty days a repeat is recognised; after that the sweep clears the row."""
    stage = Stage(("Mai",))
    try:
        hello = Incoming(Address(TELEGRAM, CAST["Mai"].user), "u1", START, Kind.TEXT, text="xin chào")
        stage.hear(hello)
        assert [_known(stage, day) for day in (29, 30, 31)] == [1, 1, 0]
    finally:
        stage.close()


def _known(stage: Stage, day: int) -> int:
    stage.move_to(START + timedelta(days=day))
    with stage.engine.connect() as conn:
        return conn.execute(select(func.count()).select_from(INBOX)).scalar_one()
