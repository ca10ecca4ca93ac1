"""The pair of tokens: renewed in time, once, by one caller; given anew by a human when it is dead."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from channels.connections import SOON
from channels.zalo_oa_account import Hosts
from quarantine.channel import CallFailedError
from quarantine.messages import FLOOD, AccountDown, Delivered, Later, Reply
from quarantine.tokens import ConsentNeededError, Tokens
from tests.channels.zalo_oa_room import (
    APP,
    CREDENTIALS,
    CS,
    LAN,
    START,
    TOKEN,
    Clock,
    Store,
    channel_to,
    fresh_pair,
    room,
)

HELLO = Reply("Chào chị.")
AGED, LATE = timedelta(hours=20), timedelta(hours=25)


@pytest.fixture
async def here():
    """The channel, and the tiny Zalo that it speaks to."""
    async with room() as opened:
        yield opened


async def test_a_young_pair_is_used_as_it_is(here):
    """Nothing is renewed before its time."""
    here.clock.time = START + AGED - timedelta(seconds=1)
    await here.channel.send(LAN, HELLO)
    await here.channel.send(LAN, HELLO)
    assert here.zalo.paths == [CS, CS]


async def test_an_aged_pair_is_renewed_before_it_is_used(here):
    """At 20 hours the next pair is bought, kept with its own hours, and used."""
    here.clock.time = START + AGED
    assert isinstance(await here.channel.send(LAN, HELLO), Delivered)
    bought, sent = here.zalo.calls
    assert bought.body == {"refresh_token": "refresh-1", "grant_type": "refresh_token", "app_id": APP}
    assert bought.headers["secret_key"] == "app-secret"
    assert bought.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "access_token" not in bought.headers
    assert sent.headers["access_token"] == "access-2"
    now = here.clock.time
    assert here.store.pair == Tokens("access-2", "refresh-2", now, now + timedelta(seconds=90_000))


@pytest.mark.parametrize("code", [-216, -220])
async def test_a_refused_token_is_renewed_once(here, code):
    """The send goes through with the next pair, and the reader gets it once."""
    here.zalo.refuse(CS, code)
    assert isinstance(await here.channel.send(LAN, HELLO), Delivered)
    assert here.zalo.paths == [CS, TOKEN, CS]


async def test_a_token_that_stays_refused(here):
    """After one renewal the account is down: it is not renewed in a circle."""
    here.zalo.refuse(CS, -216, -220)
    outcome = await here.channel.send(LAN, HELLO)
    assert isinstance(outcome, AccountDown)
    assert "cachly zalo consent" in outcome.detail
    assert here.zalo.paths == [CS, TOKEN, CS]


@pytest.mark.parametrize("age", [AGED, LATE])
async def test_many_senders_one_renewal(here, age):
    """A refresh token works once, so of thirty senders one buys and all use what it got."""
    here.clock.time = START + age
    outcomes = await asyncio.gather(*(here.channel.send(LAN, HELLO) for _ in range(30)))
    assert all(isinstance(outcome, Delivered) for outcome in outcomes)
    assert here.zalo.paths.count(TOKEN) == 1


async def test_many_refused_senders_one_renewal(here):
    """The same when the token dies under thirty sends that are on their way."""
    here.zalo.access = "access-7"
    outcomes = await asyncio.gather(*(here.channel.send(LAN, HELLO) for _ in range(30)))
    assert all(isinstance(outcome, Delivered) for outcome in outcomes)
    assert here.zalo.paths.count(TOKEN) == 1


async def test_two_processes_one_renewal(here):
    """What another process has bought is used, not bought again."""
    async with channel_to(here.zalo.url, here.store, here.clock) as other:
        for channel in (here.channel, other):
            assert isinstance(await channel.send(LAN, HELLO), Delivered)
        here.clock.time = START + AGED
        outcomes = await asyncio.gather(*(one.send(LAN, HELLO) for one in [here.channel, other] * 5))
    assert all(isinstance(outcome, Delivered) for outcome in outcomes)
    assert here.zalo.paths.count(TOKEN) == 1


async def test_another_process_that_does_not_come_to_an_end(here):
    """With an aged token we go on; with a dead one we wait."""
    here.store.busy = True
    here.clock.time = START + AGED
    assert isinstance(await here.channel.send(LAN, HELLO), Delivered)
    here.clock.time = START + LATE
    assert await here.channel.send(LAN, HELLO) == Later(SOON, "another process renews the token")


async def test_trouble_with_renewing_holds_up_nobody(here):
    """While the old token lives it is used, and renewing is tried again a minute later."""
    here.zalo.answer(TOKEN, "drop", (502, b""), {"error": -32})
    here.clock.time = START + AGED
    for _ in range(3):
        assert isinstance(await here.channel.send(LAN, HELLO), Delivered)
    assert here.zalo.paths == [TOKEN, CS, CS, CS]
    for _ in range(3):
        here.clock.time += timedelta(minutes=1)
        assert isinstance(await here.channel.send(LAN, HELLO), Delivered)
    assert here.zalo.paths.count(TOKEN) == 4
    assert here.store.pair.access == "access-2"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"error": -32}, Later(timedelta(seconds=46), FLOOD)),
        ("drop", Later(SOON, "no answer", maybe_sent=True)),
        ((502, b""), Later(SOON, "status 502", maybe_sent=True)),
        (b"<html>", Later(SOON, "unreadable answer", maybe_sent=True)),
        ({"access_token": "x"}, Later(SOON, "unreadable answer", maybe_sent=True)),
        (
            {"access_token": "x", "refresh_token": "y", "expires_in": "soon"},
            Later(SOON, "unreadable answer", maybe_sent=True),
        ),
    ],
)
async def test_trouble_is_no_death(here, answer, outcome):
    """Too fast, away or unreadable: the pair is kept, and the next try buys the next one."""
    here.zalo.answer(TOKEN, answer)
    here.clock.time = START + LATE
    assert await here.channel.send(LAN, HELLO) == outcome
    assert (here.store.pair, here.store.dead) == (fresh_pair(), "")
    assert isinstance(await here.channel.send(LAN, HELLO), Delivered)


async def test_a_dead_pair_needs_a_human(here):
    """Any other refusal is the end of the pair: said once to Zalo, kept, and told in words."""
    here.zalo.refresh = "spent"
    here.clock.time = START + LATE
    for _ in range(2):
        outcome = await here.channel.send(LAN, HELLO)
        assert isinstance(outcome, AccountDown)
        assert outcome.detail.startswith("needs consent: Zalo gives no token (code -14014, Invalid refresh")
        assert "cachly zalo consent zalo" in outcome.detail
        assert "refresh-1" not in outcome.detail
    assert here.zalo.paths == [TOKEN]


async def test_a_consent_makes_it_well_again(here):
    """The code of a consent buys the first pair, which is kept and used at once."""
    here.store.dead = "spent"
    assert isinstance(await here.channel.send(LAN, HELLO), AccountDown)
    pair = await here.channel.exchange("good")
    assert here.zalo.calls[-1].body == {
        "code": "good",
        "grant_type": "authorization_code",
        "code_verifier": "v" * 43,
        "app_id": APP,
    }
    assert here.store.pair == pair
    assert isinstance(await here.channel.send(LAN, HELLO), Delivered)
    assert here.zalo.calls[-1].headers["access_token"] == pair.access


async def test_a_consent_given_in_another_process(here):
    """The running channel finds it in the store, without a restart."""
    here.store.dead = "spent"
    assert isinstance(await here.channel.send(LAN, HELLO), AccountDown)
    await here.store.keep("zalo", fresh_pair())
    assert isinstance(await here.channel.send(LAN, HELLO), Delivered)


async def test_a_code_that_buys_nothing(here):
    """A used or wrong code is said so, and nothing is kept; trouble on the line is something else."""
    with pytest.raises(ConsentNeededError, match="code -14014"):
        await here.channel.exchange("used")
    here.zalo.answer(TOKEN, "drop")
    with pytest.raises(CallFailedError, match="no answer"):
        await here.channel.exchange("good")
    assert here.store.pair == fresh_pair()


async def test_no_pair_at_all():
    """A new account says what is to be done first."""
    channel = channel_to("http://127.0.0.1:1", Store(None), Clock())
    outcome = await channel.send(LAN, HELLO)
    assert outcome == AccountDown(
        "needs consent: no consent yet; an administrator runs cachly zalo consent zalo"
    )


def test_the_address_of_the_consent():
    """It holds the app, the callback, the state, and the challenge of the verifier but not the verifier."""
    known = "7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM"
    address = urlsplit(
        channel_to("https://oauth.test", None, Clock()).consent_url("https://cachly.vn/cb?a=1", "s")
    )
    assert (address.netloc, address.path) == ("oauth.test", "/v4/oa/permission")
    assert parse_qs(address.query) == {
        "app_id": [APP],
        "redirect_uri": ["https://cachly.vn/cb?a=1"],
        "code_challenge": [known],
        "state": ["s"],
    }
    without = channel_to("https://oauth.test", None, Clock(), replace(CREDENTIALS, verifier=""))
    with pytest.raises(ValueError, match="verifier"):
        without.consent_url("https://cachly.vn/cb", "s")


@pytest.mark.parametrize("host", ["", "oauth.zaloapp.com", "https://oauth.zaloapp.com/"])
def test_a_host_that_is_no_address(host):
    """It is refused when the account is made, not with the first letter."""
    with pytest.raises(ValueError, match="address"):
        Hosts(oauth=host)
