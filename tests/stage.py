"""The stage of a transcript: all of Cachly but the network, and a clock that moves."""

from __future__ import annotations

import asyncio
import random
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, text

from bot.catalogues import Catalogue, load
from bot.database import Database
from bot.demo import units
from bot.ids import Ids
from bot.jobs import T, Worker
from bot.links import Links
from bot.list_files import ListFiles
from bot.list_looks import Looker
from bot.list_progress import Progress
from bot.list_role import ended
from bot.outgoing import Outgoing
from bot.parcels import Settled
from bot.rendering import Renderer
from bot.sweeps import Sweeps
from bot.turns import Arrived, Turns
from handlers.book import script
from papers.leaflets import Leaflet
from papers.sheets import read_book
from quarantine.channel import CallFailedError
from quarantine.days import ZONE, local_day
from quarantine.effects import AddressBound, Effect, EpisodeAdded, EpisodeChanged, PersonAdded, PostingAdded
from quarantine.messages import Address, Delivered, Incoming, Kind, Never, Reason, Reply
from quarantine.people import Episode, EpisodeState, Home, Posting
from quarantine.people import Reason as Why
from quarantine.protocol import DEFAULT_PROTOCOL, next_at, protocol
from storage import contexts, jobs, outbox, ticks
from storage.apply import apply
from storage.sealing import Keyring
from storage.units import load_names, load_units
from tests.cast import BEFORE, CAST, CDC, CENTRE, FAR, HOMES, STATION, Part
from tests.databases import migrated, open_quickly
from tests.messengers import MESSENGERS, PRESENCES, PUBLIC, TELEGRAM, Messenger
from tests.phones import Phone, named, phone_of

_CODE = re.compile(r"\bMã: ([A-Z0-9]{4})[ -]?([A-Z0-9]{4})\b")
"""The code as the guidance card shows it."""
FILES = Path(__file__).parent / "transcripts" / "files"
"""What people of transcripts send, "(tệp danh-sach.csv)"."""
START = datetime(2026, 12, 3, 6, 0, tzinfo=ZONE).astimezone(UTC)


@dataclass(frozen=True)
class Delivery:
    """A message that has reached a phone."""

    at: datetime
    to: str
    reply: Reply
    replaced: bool


@dataclass
class StageClock:
    """A clock that stands still until it is moved."""

    instant: datetime

    def now(self) -> datetime:
        """The instant of the story."""
        return self.instant


def same_random() -> Callable[[int], int]:
    """Randomness that is the same in each run, and does not repeat within one."""
    return random.Random(879).randrange  # noqa: S311 - the same in each run


@cache
def _catalogue() -> Catalogue:
    """What the bot says; read once by each process."""
    return load(strict=True)


class Stage:
    """Everything of Cachly but the network: each message is taken by newly built turns, twice.

    Without `pages` there is no public address, so that no question brings a link to a page of ours.
    """

    def __init__(
        self, cast: tuple[str, ...], messenger: str = TELEGRAM, start: datetime = START, *, pages: bool = True
    ) -> None:
        self.folder = tempfile.TemporaryDirectory()
        file = Path(self.folder.name) / "stage.db"
        file.write_bytes(migrated())
        self.engine = open_quickly(f"sqlite:///{file}")
        self.keyring = Keyring.parse(Keyring.make_key("test"))
        self.clock = StageClock(start)
        self.random_below = same_random()
        self.ids = Ids(self.clock.now, self.random_below)
        self.catalogue = _catalogue()
        self.members = [part for part in CAST.values() if part.by and part.name in cast]
        with_phones = [name for name in cast if not CAST[named(name)].by]
        self.phones = {name: phone_of(name, start, messenger) for name in with_phones}
        here = {phone.account: MESSENGERS[phone.account] for phone in self.phones.values()}
        self.reaches = {account: one.reach for account, one in here.items()}
        self.links = Links(self.keyring, PUBLIC)
        self.renderer = Renderer(
            self.catalogue,
            lambda *_: b"png",
            presences=PRESENCES,
            reaches=self.reaches,
            forms={account: one.form for account, one in MESSENGERS.items()},
            links=self.links if pages else None,
            draw_leaflets=self._print,
            file_of=ListFiles(self.engine, self.keyring),
        )
        self.deliveries: list[Delivery] = []
        self.code = ""
        self.running = True
        self._furnish()

    def close(self) -> None:
        """Throw the database away."""
        self.engine.dispose()
        self.folder.cleanup()

    def phone(self, who: str) -> Phone:
        """Somebody's phone; an error names whom the file's header must list."""
        if who not in self.phones:
            raise LookupError(f"{who} is not in the cast of this transcript")
        return self.phones[who]

    @staticmethod
    def messenger(phone: Phone) -> Messenger:
        """What the phone's messenger can do."""
        return MESSENGERS[phone.account]

    def turns(self) -> Turns:
        """Newly built, as after a restart: nothing is remembered but what the database holds."""
        return Turns(
            engine=self.engine,
            keyring=self.keyring,
            script=script,
            speak=self.renderer.speak,
            clock=self.clock,
            ids=self.ids,
            random_below=self.random_below,
            reaches=self.reaches,
        )

    def hear(self, incoming: Incoming) -> None:
        """Take a message twice, as messengers deliver, then do what it caused."""
        phone = self.phones[self.holder(incoming.address)]
        phone.blocked = phone.blocked and incoming.kind is not Kind.UNBLOCKED
        if incoming.kind is not Kind.BLOCKED and incoming.answers is None:
            phone.wrote_at = incoming.at
        for _ in range(2):
            self.turns().take_group([Arrived(incoming)])
        with self.engine.connect() as conn:
            kept = conn.execute(text("SELECT error FROM inbox WHERE state <> 'done'")).scalars().all()
        assert not kept, f"a turn failed: {kept}"
        self.settle()

    def holder(self, address: Address) -> str:
        """The name of the phone with this chat."""
        return next(name for name, phone in self.phones.items() if phone.address == address)

    def move_to(self, target: datetime) -> None:
        """Move the clock, stopping wherever something falls due, as a running system would."""
        while self.running:
            with self.engine.connect() as conn:
                moments = [look(conn, self.clock.now()) for look in (ticks.next_due, outbox.next_due)]
            due = min((at for at in moments if at is not None), default=None)
            if due is None or due > target:
                break
            self.clock.instant = due
            self.settle()
        self.clock.instant = target
        self.settle()

    def settle(self) -> None:
        """Sweep and send until nothing is due any more."""
        if not self.running:
            return
        asyncio.run(self._settle())

    async def _settle(self) -> None:
        turns = self.turns()
        database: Database[Arrived] = Database(self.engine, turns.take_group, lambda one: one.incoming.id)
        sweeps = Sweeps(turns, database)
        accounts = dict.fromkeys(phone.account for phone in self.phones.values())
        outgoing = [Outgoing(database, turns, self.renderer, account) for account in accounts]
        try:
            while (
                (await sweeps.sweep()).any()
                or await asyncio.to_thread(self._work_on_lists, turns)
                or any([await self._send(one) for one in outgoing])
            ):
                pass
        finally:
            await asyncio.to_thread(database.close)

    def _work_on_lists(self, turns: Turns) -> bool:
        """Look at a list that was sent, or bring one in, as a process of its own would."""

        def run(work: Callable[[Connection], T]) -> T:
            with self.engine.begin() as conn:
                return work(conn)

        moved = Progress(lambda account: MESSENGERS[account].form.edits)
        worker = Worker(turns, run, ended=ended, moved=moved, read_file=read_book)
        return Looker(worker, self.fetch).work() or worker.work()

    def upload(self, file: bytes) -> int:
        """A file that came by the page, as bot/visits.py keeps it."""
        row = self.ids.one()
        with self.engine.begin() as conn:
            jobs.upload(conn, self.keyring, row, file, self.clock.now())
        return row

    @staticmethod
    def fetch(account: str, file: str) -> bytes:
        """A file that lies on a messenger; those of transcripts lie beside them."""
        try:
            return (FILES / file).read_bytes()
        except FileNotFoundError:
            raise CallFailedError(Never(Reason.REFUSED, f"no file on {account}")) from None

    async def _send(self, outgoing: Outgoing) -> bool:
        parcels = await outgoing.claim(100)
        settled = []
        for parcel in parcels:
            reply, who = parcel.render(), self.holder(Address(outgoing.account, parcel.user))
            outcome = self.phones[who].receive(reply, self.clock.now())
            if isinstance(outcome, Delivered):
                self._note(who, self.phones[who].seen(reply, self.clock.now()))
            settled.append(Settled(parcel, outcome, self.clock.now()))
        if settled:
            await outgoing.record(settled)
        return bool(settled)

    def _note(self, who: str, reply: Reply) -> None:
        replaced = reply.replaces is not None and self.messenger(self.phones[who]).form.edits
        self.deliveries.append(Delivery(self.clock.now(), who, reply, replaced))
        found = _CODE.search(reply.text)
        if found:
            self.code = found[1] + found[2]

    def _print(self, leaflets: Sequence[Leaflet], _per_page: int) -> bytes:
        """A printer that remembers the first code: what is on paper is not in the chat."""
        self.code = leaflets[0].card.code.replace("-", "")
        return b"%PDF"

    def take_deliveries(self) -> list[Delivery]:
        """What reached phones since the last call."""
        taken, self.deliveries = self.deliveries, []
        return taken

    def _furnish(self) -> None:
        """Whomever Cachly knows speaks through each of their phones; the others have yet to link."""
        now = self.clock.now()
        phones = [(part, phone) for name, phone in self.phones.items() if (part := CAST[named(name)]).person]
        known = [*dict.fromkeys(part for part, _ in phones), *self.members]
        with self.engine.begin() as conn:
            load_units(
                conn, [*units(), *FAR], [(CENTRE, unit.id) for unit in units() if unit.parent_id == CDC]
            )
            load_names(conn, BEFORE)
            hellos = [Incoming(phone.address, f"s{phone.user}", now, Kind.OTHER) for _, phone in phones]
            chats = [
                one.chat for one in contexts.load(conn, self.keyring, hellos, self.ids.one, now, self.reaches)
            ]
            effects: list[Effect] = [effect for part in known for effect in self._member(part, now)]
            effects += [
                AddressBound(chat.id, part.person.id, now)
                for (part, _), chat in zip(phones, chats, strict=True)
            ]
            apply(conn, self.keyring, effects, now, self.ids.one)
            for part in known:
                if part.since is not None:
                    self._follow(conn, part, now)

    def _member(self, part: Part, now: datetime) -> list[Effect]:
        effects: list[Effect] = [PersonAdded(part.person, now)]
        if part.unit is not None:
            posting = Posting(self.ids.one(), part.person.id, part.unit, part.role, deputy=part.deputy)
            effects.append(PostingAdded(posting, None, now))
        return effects

    def _follow(self, conn: Connection, part: Part, now: datetime) -> None:
        first = local_day(now) - timedelta(days=part.since)
        rules = protocol(DEFAULT_PROTOCOL)
        lat, lng = HOMES[part.by or part.name]
        responder = CAST[part.by].person if part.by else part.person
        episode = Episode(
            id=self.ids.one(),
            person_id=part.person.id,
            responder_id=responder.id,
            unit_id=STATION,
            order_number="128/QĐ-UBND",
            reason=Why.CONTACT,
            first_day=first,
            last_day=rules.last_day(first),
            state=EpisodeState.NOTIFIED,
            protocol=DEFAULT_PROTOCOL,
            home=Home("12 Hợp Giang", lat, lng),
            created_by=1,
        )
        apply(conn, self.keyring, [EpisodeAdded(episode, now)], now, self.ids.one)
        due = next_at(rules, episode, now)
        followed = replace(episode, state=EpisodeState.MONITORING, next_at=due)
        change = EpisodeChanged(episode, followed, None, now, "stage")
        apply(conn, self.keyring, [change], now, self.ids.one)
