"""What is going out, on real databases: claimed, drawn, sent, recorded, and reacted to."""

import asyncio
import itertools
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.catalogues import load
from bot.database import Database
from bot.ids import Ids
from bot.limiter import Limiter
from bot.outgoing import CLAIM_FOR, Outgoing
from bot.parcels import Settled
from bot.rendering import Renderer
from bot.sender import Pace, Sender
from bot.turns import Turns
from handlers.script import script
from quarantine.channel import Presence
from quarantine.checkins import Stage
from quarantine.effects import LetterPosted
from quarantine.letters import Asked, Condition, Letter, Option, Watch
from quarantine.messages import Button, Delivered, Later, Never, Priority, Reason, Term
from quarantine.numbers import PROMPT, number
from quarantine.people import Person, Role, Sex
from storage import tables
from storage.apply import apply
from storage.sealing import Keyring
from storage.slots import PROMPT_KEY
from storage.tables import core
from tests.storage.rows import Rows, officer

ACCOUNT = "telegram"
NOW = datetime(2021, 8, 14, 0, 30, tzinfo=UTC)
LAN = Person(101, "Nguyễn Thị Lan", "0912345678", 1985, Sex.FEMALE)
HANH = Person(201, "Trần Thị Hạnh", "0903111222", 1990, Sex.FEMALE)
LAN_CHAT, HANH_CHAT, NOBODY = 801, 802, 103
QUICK = Pace(idle=0.02, trouble=0.02, renew=0.1, wind_down=1)
PATIENCE = 20.0
LETTERS = core(tables.Letter)


class Hand:
    """A clock that a test sets."""

    def __init__(self):
        """Show the present of these tests."""
        self.at = NOW

    def now(self):
        """What it shows."""
        return self.at


class Phone:
    """A channel that keeps what it is given, and answers as it is told, by text."""

    def __init__(self):
        """Deliver everything."""
        self.sent = []
        self.answers = {}
        self.serial = itertools.count(1)

    def messages_in(self, reply):
        """One message each."""
        return 1 if reply.text else 0

    async def send(self, user, reply):
        """Keep it; an edit keeps the id of the message that it replaces."""
        self.sent.append((user, reply))
        answer = self.answers.get(reply.text)
        return answer or Delivered(reply.replaces or f"m{next(self.serial)}")

    @property
    def texts(self):
        """What was said, in order."""
        return [reply.text for _, reply in self.sent]


class Office:
    """A database with a station, a resident and an officer, and all that sends from it."""

    def __init__(self, engine):
        """Furnish the database."""
        self.engine = engine
        self.keyring = Keyring.parse(Keyring.make_key("2021a"))
        self.clock, self.phone = Hand(), Phone()
        self.number = itertools.count(2**40)
        self.renderer = Renderer(
            load(strict=True),
            lambda *_: b"png",
            {ACCOUNT: Presence("@cachly_bot", "https://t.me/cachly_bot?start={code}", "telegram")},
        )
        self.turns = Turns(
            engine=engine,
            keyring=self.keyring,
            script=script,
            speak=self.renderer.speak,
            clock=self.clock,
            ids=Ids(self.clock.now, lambda below: next(self.number) % below),
            random_below=lambda below: next(self.number) % below,
        )
        self.database = Database(engine, self.turns.take_group, str)
        with engine.begin() as conn:
            rows = Rows(conn, self.keyring, NOW)
            rows.units()
            rows.person(LAN)
            rows.person(HANH)
            rows.person(Person(NOBODY, "Vũ Văn Không", birth_year=1980, sex=Sex.MALE))
            rows.posting(officer(301, HANH, role=Role.OFFICER), NOW - timedelta(days=5))
            rows.insert(tables.Account, name=ACCOUNT, kind="telegram", state="ok", changed_at=NOW)
            rows.address(LAN_CHAT, ACCOUNT, "1001", LAN.id, last_inbound_at=NOW)
            rows.address(HANH_CHAT, ACCOUNT, "1002", HANH.id, last_inbound_at=NOW)
            self.episode = rows.episode(501, LAN.id)

    def post(self, *letters):
        """Put letters into the outbox."""
        with self.engine.begin() as conn:
            apply(conn, self.keyring, [LetterPosted(one) for one in letters], NOW, lambda: next(self.number))

    def prompt(self, prompt_id=700):
        """Open this morning's slot for Lan, as the sweep does: the letter has no body."""
        with self.engine.begin() as conn:
            rows = Rows(conn, self.keyring, NOW)
            day = date(2021, 8, 14)
            rows.prompt(prompt_id, LAN.id, day, "morning")
            rows.checkin(
                601,
                self.episode,
                day,
                "morning",
                prompt_id=prompt_id,
                stage=Stage.WAITING,
                next_at=NOW + timedelta(hours=3),
            )
            rows.insert(
                tables.Letter,
                id=650,
                owner=LAN.id,
                key=PROMPT_KEY,
                priority=int(Priority.PROMPT),
                due_at=NOW,
                about=prompt_id,
                condition=Condition.PROMPT_OPEN,
                watch=Watch.PROMPT,
                valid_until=NOW + timedelta(hours=3),
                created_at=NOW,
            )

    def outgoing(self):
        """The outbox as one sender sees it."""
        return Outgoing(self.database, self.turns, self.renderer, ACCOUNT)

    def sender(self):
        """A sender of the account."""
        limits = Limiter(per_second=1e6, per_chat_second=1e6)
        return Sender(ACCOUNT, self.phone, self.outgoing(), limits, self.clock, QUICK)

    def rows(self, table=LETTERS):
        """All rows of a table by id."""
        with self.engine.connect() as conn:
            return {row.id: row for row in conn.execute(select(table))}

    async def until(self, true):
        """Wait until something holds of the letters."""
        while not true(await asyncio.to_thread(self.rows)):  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.01)

    async def all_sent(self):
        """Wait until nothing is due or claimed."""
        await self.until(lambda rows: all(row.status not in {"due", "claimed"} for row in rows.values()))


@pytest.fixture
def office(engine):
    """The office on each kind of database."""
    opened = Office(engine)
    yield opened
    opened.database.close()


@asynccontextmanager
async def running(sender):
    """The sender at work; stopped in order at the end."""
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
        task = tasks.create_task(sender.run())
        yield task
        sender.stop()


def letter(letter_id, key="stale.button", owner=LAN.id, **fields):
    """A letter that is due now."""
    return Letter(id=letter_id, owner=owner, key=key, due_at=NOW, **fields)


async def test_a_letter_is_read_in_the_readers_words(office):
    """From the outbox to the phone: honorific, nested terms, buttons with the number of their question."""
    asked = Asked("q", "q7", (Option("y", Term("word.finish")),))
    office.post(letter(1, "unclear.number", params={"low": 1.0, "high": 5.0}, asked=asked))
    async with running(office.sender()):
        await office.all_sent()
    ((user, reply),) = office.phone.sent
    assert (user, reply.text) == ("1001", "Chị gõ một số từ 1 đến 5 nhé.")
    assert reply.buttons == ((Button("Xong", "q7:y"),),)
    row = office.rows()[1]
    assert (row.status, row.native_id, row.address_id, row.account) == ("delivered", "m1", LAN_CHAT, ACCOUNT)


async def test_a_prompt_is_written_from_its_checkins(office):
    """The sweep writes no text; what is sent names the day, and reminders count from the delivery."""
    office.prompt()
    async with running(office.sender()):
        await office.all_sent()
    ((_, reply),) = office.phone.sent
    assert "14/08" in reply.text
    assert "5" in reply.text
    assert reply.buttons[0][0] == Button("Không có triệu chứng", f"{number(PROMPT, 700)}:none", wide=True)
    checkin = office.rows(core(tables.Checkin))[601]
    assert (checkin.stage, checkin.delivered_at) == (Stage.PROMPTED, NOW)


async def test_a_slot_is_edited_in_place(office):
    """A progress line replaces its last delivered message; another slot and another letter do not."""
    office.post(letter(1, slot="job"), letter(2, "stale.idle", slot="job"), letter(3, slot="other"))
    async with running(office.sender()):
        await office.all_sent()
    assert [reply.replaces for _, reply in office.phone.sent] == [None, "m1", None]
    assert office.rows()[2].native_id == "m1"


async def test_a_message_is_edited_only_where_it_was_sent(office):
    """The reply to a press replaces the pressed message in that chat."""
    office.post(letter(1, address_id=LAN_CHAT, replaces="77"), letter(2, address_id=HANH_CHAT, replaces="78"))
    async with running(office.sender()):
        await office.all_sent()
    assert [reply.replaces for _, reply in office.phone.sent] == ["77", None]


async def test_whoever_has_no_chat_is_settled_at_once(office):
    """A letter to somebody without a chat does not go round for ever."""
    office.post(letter(1, owner=NOBODY), letter(2))
    async with running(office.sender()):
        await office.all_sent()
    rows = office.rows()
    assert (rows[1].status, rows[1].reason, rows[2].status) == ("dead", Reason.NO_ADDRESS, "delivered")


async def test_a_blocked_bot_makes_a_lost_prompt_a_task(office):
    """The task "không nhắn được" is put before the officer; it is not the resident's silence."""
    office.prompt()
    sender = office.sender()
    office.phone.send = _blocked_for("1001", office.phone.send)
    async with running(sender):
        await office.until(lambda rows: rows[650].status == "dead")
        sender.wake()
        await office.all_sent()
    assert office.rows(core(tables.Checkin))[601].stage == Stage.UNREACHABLE
    (task,) = office.rows(core(tables.Task)).values()
    assert (task.kind, task.person_id) == ("unreachable", LAN.id)
    assert [user for user, _ in office.phone.sent] == ["1002"]
    assert office.rows(core(tables.Address))[LAN_CHAT].reachable is False


def _blocked_for(user, send):
    async def blocked(to, reply):
        return Never(Reason.BLOCKED) if to == user else await send(to, reply)

    return blocked


async def test_what_is_too_late_or_no_longer_true_is_not_sent(office):
    """A prompt after its time and one that was answered meanwhile are dropped, not delivered."""
    office.prompt()
    office.post(letter(1, valid_until=NOW - timedelta(minutes=1)), letter(2))
    with office.engine.begin() as conn:
        conn.execute(core(tables.Checkin).update().values(stage=Stage.DONE.value))
    async with running(office.sender()):
        await office.all_sent()
    rows = office.rows()
    assert (rows[1].status, rows[650].status, rows[2].status) == ("void", "void", "delivered")
    assert len(office.phone.sent) == 1


async def test_a_chat_that_must_wait_holds_its_letters_in_order(office):
    """After a 429 the person's letters come later, in order; another person is served meanwhile."""
    office.post(letter(1, "stale.idle"), letter(2), letter(3, owner=HANH.id))
    refused = "Lựa chọn này thuộc câu hỏi trước, nay chị không cần trả lời nữa."
    office.phone.answers[refused] = Later(timedelta(seconds=30), "flood control")
    async with running(office.sender()):
        await office.until(lambda rows: rows[3].status == "delivered" and rows[1].attempts == 1)
        assert office.rows()[2].status == "due"
    del office.phone.answers[refused]
    office.clock.at = NOW + timedelta(seconds=31)
    async with running(office.sender()):
        await office.all_sent()
    assert [reply.text for user, reply in office.phone.sent if user == "1001"][-2:] == [
        refused,
        "Lựa chọn này thuộc câu hỏi trước. Câu hiện giờ ở ngay dưới đây.",
    ]


async def test_a_crash_after_sending_repeats_the_letter_once(office):
    """The process dies between send and record: when the claim has run out, the letter comes once more."""
    office.post(letter(1))
    first = office.outgoing()
    assert await first.hold()
    (parcel,) = await first.claim(10)
    await office.phone.send(parcel.user, parcel.render())
    with office.engine.begin() as conn:
        conn.execute(LETTERS.update().values(lease_until=NOW))
        conn.execute(core(tables.Lease).update().values(until=NOW))
    async with running(office.sender()):
        await office.all_sent()
    assert len(office.phone.sent) == 2
    assert office.rows()[1].fence == 2


async def test_a_late_outcome_of_a_lost_claim_changes_nothing(office):
    """Whoever lost the claim cannot record over the one who has sent it since."""
    office.post(letter(1))
    slow, quick = office.outgoing(), office.outgoing()
    (lost,) = await slow.claim(10)
    with office.engine.begin() as conn:
        conn.execute(LETTERS.update().values(lease_until=NOW))
    (held,) = await quick.claim(10)
    await quick.record([_settled(held, Delivered("m2"))])
    await slow.record([_settled(lost, Later(timedelta(minutes=1), "not reached"))])
    row = office.rows()[1]
    assert (row.status, row.native_id) == ("delivered", "m2")


def _settled(parcel, outcome):
    return Settled(parcel, outcome, NOW)


async def test_only_one_process_sends_for_an_account(office):
    """The second one stands by until the first lets go."""
    first, second = office.outgoing(), office.outgoing()
    assert await first.hold()
    assert not await second.hold()
    assert await first.hold()
    await first.let_go()
    assert await second.hold()


async def test_a_fault_in_what_follows_repeats_no_other_letter(office):
    """One outcome whose consequences cannot be decided is recorded without them; the others are whole."""
    office.prompt()
    office.post(letter(1))
    with office.engine.begin() as conn:
        conn.execute(core(tables.Episode).update().values(protocol="of-nobody/9"))
    outgoing = office.outgoing()
    parcels = {parcel.id: parcel for parcel in await outgoing.claim(10)}
    assert parcels.keys() == {1}
    await outgoing.record([_settled(parcels[1], Delivered("m1"))])
    parcels |= {parcel.id: parcel for parcel in await outgoing.claim(10)}
    office.post(letter(4, owner=HANH.id))
    parcels |= {parcel.id: parcel for parcel in await outgoing.claim(10)}
    await outgoing.record([_settled(parcels[650], Delivered("m2")), _settled(parcels[4], Delivered("m3"))])
    rows = office.rows()
    assert {rows[key].status for key in (650, 4)} == {"delivered"}
    assert office.rows(core(tables.Checkin))[601].stage == Stage.WAITING


async def test_a_letter_that_cannot_be_drawn_is_dead(office):
    """A text that is missing is an error in tests; the letter is refused and the next one is sent."""
    office.post(letter(1, "of.nobody"), letter(2))
    async with running(office.sender()):
        await office.all_sent()
    rows = office.rows()
    assert (rows[1].status, rows[1].reason, rows[2].status) == ("dead", Reason.REFUSED, "delivered")


def test_the_claim_lasts_as_long_as_the_sender_thinks():
    """The sender leaves a claim to the next one before it ends; both must mean the same time."""
    assert CLAIM_FOR.total_seconds() == Pace().claimed
