"""What comes in is counted where it is ignored or refused; what goes wrong beside ends nothing."""

import asyncio
from types import SimpleNamespace

import pytest

from bot.hearing import Hearing, coalesced
from bot.turns import After
from quarantine.channel import Form, Refusal
from quarantine.effects import MenuWanted
from quarantine.messages import Address, Heard, Incoming, Kind
from tests.bot.captured_logs import taken_over
from tests.bot.test_tokens import NOW, Stands

ACCOUNT = "oa"
FORM = Form(
    buttons=5, edits=False, asks_location=False, takes_location=True, asks_contact=True, documents=True
)


def text(number=1, **more):
    """A message of Lan's."""
    return Incoming(Address(ACCOUNT, "lan"), str(number), NOW, Kind.TEXT, text="Nguyễn Thị Lan", **more)


class Channel:
    """A channel that hears what it is given and breaks at everything beside."""

    name = "zalo-oa"
    account = ACCOUNT
    form = FORM

    def __init__(self, *heard):
        """To hear this in each push."""
        self.heard = heard

    def admits(self, headers, body, now):
        """Whatever says so."""
        assert (body, now) == (b"", NOW)
        return headers.get("refusal")

    def hear(self, body, now):
        """As given."""
        assert (body, now) == (b"", NOW)
        return self.heard

    async def acknowledge(self, *_):
        """Break."""
        raise RuntimeError("the line")


class Database:
    """Answers each message with what its turn came to."""

    def __init__(self, *afters):
        """In order."""
        self.afters = list(afters)
        self.taken = []

    async def message(self, arrived):
        """Taken."""
        self.taken.append(arrived.incoming)
        await asyncio.sleep(0)
        return self.afters.pop(0)


def hearing(channel, database=None, pushed=(ACCOUNT,)):
    """The way in for one account; how often letters were posted."""
    posted = []
    turns = SimpleNamespace(clock=Stands())
    way = Hearing({ACCOUNT: channel}, turns, database, lambda: posted.append(1), pushed)
    return way, posted


@pytest.mark.parametrize("refusal", [Refusal.FORGED, Refusal.STALE, None])
def test_the_channel_says_whom_it_admits(refusal):
    """A push is judged by the channel of its account."""
    way, _ = hearing(Channel())
    assert way.admit(ACCOUNT, {"refusal": refusal}, b"") is refusal


@pytest.mark.parametrize(("account", "pushed"), [("zalo", (ACCOUNT,)), (ACCOUNT, ())])
def test_a_push_for_nobody_is_refused(account, pushed):
    """For an account that is none of ours, or is polled, nothing is taken in."""
    way, _ = hearing(Channel(), pushed=pushed)
    assert way.admit(account, {}, b"") is Refusal.NO_ACCOUNT


def test_refusals_are_counted_by_account_and_reason():
    """Under a stranger's word for an account nothing is counted or logged: it may be anything."""
    way, _ = hearing(Channel())
    with taken_over() as lines:
        way.refuse(ACCOUNT, Refusal.FORGED)
        way.refuse(ACCOUNT, Refusal.FORGED)
        way.refuse("0987000004", Refusal.NO_ACCOUNT)
    assert way.refused == {ACCOUNT: {"forged": 2}, "strange": {"no_account": 1}}
    assert "0987000004" not in lines.getvalue()


async def test_what_is_ignored_is_counted():
    """Each reason of the channel is counted; a wish to be forgotten is told to the operator as critical."""
    database = Database(After(letters=1), After(repeated=True))
    heard = (Heard(None, "receipt"), Heard(None, "erasure_request"), Heard(text()), Heard(text()))
    way, posted = hearing(Channel(*heard), database)
    with taken_over() as lines:
        await way.hear(ACCOUNT, b"")
    assert way.ignored == {ACCOUNT: {"receipt": 1, "erasure_request": 1, "repeated": 1}}
    assert posted == [1]
    critical = [line for line in lines.getvalue().splitlines() if "critical" in line]
    assert len(critical) == 1
    assert "erasure requested" in critical[0]
    assert "Lan" not in lines.getvalue()


async def test_a_menu_goes_to_the_chat_that_it_is_wanted_in():
    """Whoever ends somebody's post changes that person's menu, on whatever account, and not their own."""
    drawn = []

    class Other(Channel):
        async def menu(self, user, entries):
            drawn.append((self, user, entries))

    class Menus(Database):
        async def run(self, look, _rank):
            return look(None)

    wanted = [MenuWanted(2, 22), MenuWanted(3, 33), MenuWanted(4, 44)]
    chats = {22: Address("telegram", "hanh"), 33: None, 44: Address("elsewhere", "binh")}
    mine, other = Other(Heard(text())), Other()
    way, _ = hearing(mine, Menus(After(menus=tuple(wanted))))
    way.channels["telegram"] = other
    way.turns.menu_for = lambda _, one: (chats[one.address_id], [one.owner])
    async with way.open():
        await way.hear(ACCOUNT, b"")
    assert drawn == [(other, "hanh", [2])]


async def test_what_goes_wrong_beside_a_turn_ends_nothing():
    """A button that cannot be acknowledged is logged; the next message is taken all the same."""
    database = Database(After(acknowledge=text()), After())
    way, _ = hearing(Channel(Heard(text())), database)
    with taken_over() as lines:
        async with way.open():
            await way.hear(ACCOUNT, b"")
            await asyncio.sleep(0)
            await way.hear(ACCOUNT, b"")
    assert len(database.taken) == 2
    assert "not done" in lines.getvalue()
    assert "the line" not in lines.getvalue()


async def test_the_highest_number_of_a_poll_is_told():
    """The poller lets go up to it; without numbers there is none."""
    for orders, highest in (((7, 9, 8), 9), ((None, None), None)):
        heard = [Heard(None, "receipt", order) for order in orders]
        way, _ = hearing(Channel(*heard), Database())
        assert await way.hear_many(ACCOUNT, [b""]) == highest


def test_of_a_live_location_the_newest_is_taken():
    """Movements that came together are one; other messages all stay, in order."""
    first, second = text(1, live=True, live_of="m"), text(2, live=True, live_of="m")
    other, said = text(3, live=True, live_of="n"), text(4)
    assert coalesced([first, said, second, other]) == [said, second, other]
