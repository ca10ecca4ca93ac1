"""What one process of Cachly does, within the process of the test, with phones that keep all they get."""

import copy
import itertools
import secrets
from collections import Counter, defaultdict
from datetime import timedelta

from sqlalchemy import select

from bot.database import Database
from bot.ids import Ids
from bot.outgoing import CLAIM_FOR, Outgoing
from bot.parcels import Settled
from bot.rendering import Renderer
from bot.sweeps import Sweeps
from bot.turns import Arrived, Turns, no_probe
from handlers.book import script
from quarantine.channel import Presence
from quarantine.messages import Delivered
from storage.sealing import Keyring
from storage.tables import core
from tests.faults.process import CATALOGUE
from tests.faults.ward import ACCOUNT, MORNING, furnish

KEYRING = Keyring.parse(Keyring.make_key("test"))


class Hand:
    """A clock that a test moves on."""

    def __init__(self):
        """Begin an hour before the first check-in."""
        self.at = MORNING - timedelta(hours=1)

    def now(self):
        """What it shows."""
        return self.at

    def on(self, **by):
        """Move on by so much."""
        self.at += timedelta(**by)


def furnished(engine, clock, residents):
    """The ward's people in this database."""
    with engine.begin() as conn:
        furnish(conn, KEYRING, Ids(clock.now, secrets.randbelow).one, residents, clock.now())


def with_handlers(**handlers):
    """The script, but with these handlers; dots of the questions' keys are written as "__"."""
    changed = copy.copy(script)
    changed.handlers = script.handlers | {key.replace("__", "."): one for key, one in handlers.items()}
    return changed


class Room:
    """Newly built parts on a database; two of them are as two processes to each other."""

    def __init__(self, engine, clock, book=script, probe=no_probe, claim_for=CLAIM_FOR):
        """Build everything; what is shown on phones is kept in `shown`."""
        self.engine, self.clock = engine, clock
        renderer = Renderer(
            CATALOGUE,
            lambda *_: b"png",
            {ACCOUNT: Presence("@CachlyBot", "https://t.me/CachlyBot?start={code}", "telegram")},
        )
        self.turns = Turns(
            engine=engine,
            keyring=KEYRING,
            script=book,
            speak=renderer.speak,
            clock=clock,
            ids=Ids(clock.now, secrets.randbelow),
            random_below=secrets.randbelow,
            probe=probe,
        )
        self.database = Database(engine, self.turns.take_group, lambda one: one.incoming.address.user)
        self.sweeps = Sweeps(self.turns, self.database, probe)
        self.outgoing = Outgoing(self.database, self.turns, renderer, ACCOUNT, claim_for)
        self.shown = defaultdict(list)
        self.serial = itertools.count(1)

    def hear(self, *messages):
        """Take a group of messages."""
        return self.turns.take_group([Arrived(one) for one in messages])

    def deliver(self, parcels):
        """Show parcels on their phones; answers what is to be recorded."""
        for one in parcels:
            self.shown[one.user].append(one.render().text)
        return [
            Settled(one, Delivered(f"{id(self)}-{next(self.serial)}"), self.clock.now()) for one in parcels
        ]

    async def send(self):
        """Send until nothing is due; answers how many letters went."""
        sent = 0
        while parcels := await self.outgoing.claim(100):
            sent += len(parcels)
            await self.outgoing.record(self.deliver(parcels))
        return sent

    async def settle(self):
        """Sweep and send until nothing is due any more."""
        while (await self.sweeps.sweep()).any() or await self.send():
            pass

    def rows(self, table):
        """All rows of a table, by id."""
        found = core(table)
        with self.engine.connect() as conn:
            return list(conn.execute(select(found).order_by(found.c.id)))

    def count(self, table, *columns):
        """How many rows of a table have the same values in these columns."""
        found = Counter(tuple(getattr(row, name) for name in columns) for row in self.rows(table))
        return {key[0] if len(key) == 1 else key: number for key, number in found.items()}
