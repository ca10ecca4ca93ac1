"""`cachly run` with a Zalo Official Account, a Zalo Bot and a Telegram bot: consent, talk, and bad pushes."""

import asyncio
import io
import json
import subprocess
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pytest
from sqlalchemy import text

from bot.clock import SystemClock
from channels.zalo_oa_signature import HEADER, signature
from simulator.zalo_oa_settings import OaSettings
from storage.engine import open_engine
from tests.e2e.phones import Phones
from tests.e2e.processes import CACHLY, SECRET, free_port, installation, surroundings

OA = OaSettings()
SPEAKS = "Đây là kênh theo dõi cách ly tại nhà"
FILE = f"""
[[account]]
name = "oa"
kind = "zalo-oa"
app_id = "{OA.app_id}"
app_secret = "env:OA_APP_SECRET"
oa_id = "{OA.oa_id}"
oa_secret_key = "{OA.oa_secret_key}"
code_verifier = "{"v" * 43}"
hosts = {{ api = "STAND_IN", business = "STAND_IN", oauth = "STAND_IN" }}

[[account]]
name = "bot"
kind = "zalo-bot"
token = "271828:ZALO-DEMO"
api = "STAND_IN"
"""
KEPT = ("inbox", "address", "letter", "account WHERE secrets IS NOT NULL")
NEEDS_CONSENT = (
    "down: needs consent: no consent has been given yet; an administrator runs cachly zalo consent oa"
)
PERSONAL = "Nguyễn Thị Lan, 0987 000 004"
DOWN_FIRST = 10
"""Seconds after which an account that is down is tried again (Pace.down_first)."""


@pytest.fixture
def place(tmp_path):
    """An installation with an account of each kind beside the stand-ins."""
    with installation(tmp_path) as found:
        (tmp_path / "accounts.toml").write_text(FILE.replace("STAND_IN", found.telegram))
        (tmp_path / "accounts.toml").chmod(0o600)
        found.settings |= {
            "CACHLY_ACCOUNTS": "accounts.toml",
            "CACHLY_PUBLIC_URL": found.site,
            "CACHLY_WEBHOOK_SECRET": SECRET,
            "OA_APP_SECRET": OA.app_secret,
        }
        found.accounts, found.but = ("telegram", "oa", "bot"), {"oa": NEEDS_CONSENT}
        yield found


@contextmanager
def consenting(place):
    """`cachly zalo consent oa`, once it has printed the address; the process and the address."""
    process = subprocess.Popen(
        (CACHLY, "zalo", "consent", "oa"),
        cwd=place.folder,
        env=surroundings(**place.settings),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        address = next(line for line in process.stdout if line.startswith("http")).strip()
        yield process, address
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


async def agreed(http, address):
    """An administrator presses the one button; where Zalo sends them."""
    asked = dict(parse_qsl(urlsplit(address).query))
    async with http.post(address.partition("?")[0], data=asked, allow_redirects=False) as answer:
        assert answer.status == 302, await answer.text()
        return answer.headers["Location"]


async def consented(http, place):
    """The Official Account has its first pair, by way of the running Cachly's own page."""
    with consenting(place) as (process, address):
        async with http.get(await agreed(http, address)) as answer:
            assert (answer.status, await answer.text()) == (
                200,
                "The consent is kept. You may close this page.",
            )
        said, _ = process.communicate("\n", timeout=30)
        assert process.returncode == 0, said
        assert "Kept. The access token of oa works until" in said


def event(words, number="1", **changes):
    """What Zalo pushes when somebody writes."""
    body = {
        "app_id": OA.app_id,
        "event_name": "user_send_text",
        "sender": {"id": "5551000"},
        "recipient": {"id": OA.oa_id},
        "message": {"msg_id": f"m{number}", "text": words},
        "timestamp": "0",
    }
    return json.dumps(body | changes, ensure_ascii=False).encode()


def stamped(at):
    """Zalo's milliseconds."""
    return str(int(at.timestamp() * 1000))


def signed(body, stamp):
    """The header that Zalo shows with a body."""
    return {HEADER: "mac=" + signature(OA.app_id, body, stamp, OA.oa_secret_key)}


async def test_every_kind_of_account_answers_in_one_process(place):
    """After the consent a stranger is answered on Telegram, on the Official Account and on the Zalo Bot."""
    async with aiohttp.ClientSession() as http:
        phones = Phones(http, place.telegram)
        await phones.sim("zalo-oa", webhook_url=f"{place.site}/hooks/oa")
        with place.running(webhook=True) as process:
            await consented(http, place)
            people = {}
            for kind in ("telegram", "zalo-oa", "zalo-bot"):
                made = await phones.sim(
                    "phones", kind=kind, name="Lạ", **({"id": 5001} if kind == "telegram" else {})
                )
                people[kind] = made["phone"]["id"]
            await phones.act(people["telegram"], "start")
            for kind in ("zalo-oa", "zalo-bot"):
                await phones.act(people[kind], "text", text="Chào")
            for who in people.values():
                await phones.hears(who, SPEAKS)
            assert place.health()["status"] == "ok"
            _, said = place.cachly("doctor")
            assert "✓ telegram: bot" in said
            assert "oa: " in said
            assert process.stop() == 0


async def pushed(http, place, body, headers, account="oa"):
    """What Cachly answers to a push."""
    async with http.post(f"{place.site}/hooks/{account}", data=body, headers=headers) as answer:
        return answer.status


def rows(place):
    """What is kept: messages, chats, letters."""
    engine = open_engine(f"sqlite:///{place.folder / 'cachly.db'}")
    with engine.connect() as conn:
        found = [conn.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in KEPT]  # noqa: S608 - names of ours
    engine.dispose()
    return found


async def test_bad_pushes_are_refused_counted_and_leave_nothing(place):
    """Unsigned, forged, stale, unreadable, too large, for nobody: refused; a repeat: ignored."""
    now = SystemClock().now()
    stamp, old = stamped(now), stamped(now - timedelta(hours=3))
    good, late = event(PERSONAL, timestamp=stamp), event(PERSONAL, "2", timestamp=old)
    strange = event(PERSONAL, "3", timestamp=stamp, event_name="user_waves")
    async with aiohttp.ClientSession() as http:
        with place.running(webhook=True) as process:
            before = rows(place)
            forged = {HEADER: "mac=" + "0" * 64}
            garbage = PERSONAL.encode() + b"{"
            assert await pushed(http, place, good, {}) == 401
            assert await pushed(http, place, good, forged) == 403
            assert await pushed(http, place, good + b" ", signed(good, stamp)) == 403
            assert await pushed(http, place, late, signed(late, old)) == 403
            assert await pushed(http, place, garbage, signed(garbage, stamp)) == 400
            assert await pushed(http, place, io.BytesIO(b"x" * 10_000_000), forged) == 413
            assert await pushed(http, place, good, signed(good, stamp), "0987000004") == 404
            assert await pushed(http, place, strange, signed(strange, stamp)) == 200
            assert rows(place) == before
            assert await pushed(http, place, good, signed(good, stamp)) == 200
            once = rows(place)
            assert once > before
            assert await pushed(http, place, good, signed(good, stamp)) == 200
            assert rows(place) == once
            by_hand = event("#" + "0" * 16 + ":q7:none", "4", timestamp=stamp)
            assert await pushed(http, place, by_hand, signed(by_hand, stamp)) == 200
            health = place.health()
            assert process.stop() == 0
    assert {name: counts for name, counts in health["refused"].items() if counts} == {
        "oa": {"unsigned": 1, "forged": 2, "stale": 1, "unreadable": 1, "too_large": 1},
        "strange": {"no_account": 1},
    }
    assert health["lost"]["oa"] == {"payload typed by hand": 1}
    assert health["ignored"]["oa"] == {"unknown": 1, "repeated": 1}
    said = process.said.read_text("utf-8")
    assert said.count("push refused") == 7
    for secret in ("Nguyễn", "0987", OA.oa_secret_key, OA.app_secret):
        assert secret not in said


async def test_a_consent_that_is_not_ours_is_refused(place):
    """A made-up state, another account's, no code, a used code: told what to do, and no pair is kept."""
    async with aiohttp.ClientSession() as http:
        await Phones(http, place.telegram).sim("zalo-oa", webhook_url=f"{place.site}/hooks/oa")
        with place.running(webhook=True), consenting(place) as (process, address):
            back = await agreed(http, address)
            good = dict(parse_qsl(urlsplit(back).query))
            until, _, signature_of_state = good["state"].partition("-")
            callback = f"{place.site}/zalo/consent/oa"
            for answer, says in (
                ({}, "not ours or too old"),
                (good | {"state": f"{int(until) + 1}-{signature_of_state}"}, "not ours or too old"),
                (good | {"state": "x-" + signature_of_state}, "not ours or too old"),
                (good | {"oa_id": "1"}, "for another Official Account"),
                (good | {"code": ""}, "There is no code"),
                (good | {"code": "spent"}, "A code works once"),
            ):
                async with http.get(callback, params=answer) as page:
                    assert (page.status, says in await page.text()) == (400, True), says
            async with http.get(f"{place.site}/zalo/consent/bot", params=good) as page:
                assert page.status == 400
            said, _ = process.communicate("\nnonsense\n", timeout=30)
            assert process.returncode == 1
            assert "no consent has been given yet" in said
            assert "A code works once" in said
            assert rows(place)[-1] == 0


async def test_the_callback_may_be_pasted(place):
    """Where no page of ours is reached the operator pastes the address that Zalo sent them to."""
    async with aiohttp.ClientSession() as http:
        assert place.cachly("migrate")[0] == 0
        with consenting(place) as (process, address):
            said, _ = process.communicate(await agreed(http, address) + "\n", timeout=30)
            assert process.returncode == 0, said
            assert "Kept. The access token of oa works until" in said
        assert rows(place)[-1] == 1
        code, said = place.cachly("zalo", "consent", "bot")
        assert (code, "There is no Official Account bot" in said) == (2, True)


async def test_one_account_that_is_down_stops_no_other(place):
    """A bot whose server is away and an Official Account without an address: named, and the rest runs on."""
    file = place.folder / "accounts.toml"
    away = (
        f'name = "away"\nkind = "telegram"\ntoken = "123456:AWAY"\napi = "http://127.0.0.1:{free_port()}"\n'
    )
    file.write_text(file.read_text() + "\n[[account]]\n" + away)
    del place.settings["CACHLY_PUBLIC_URL"]
    place.accounts = ("telegram", "bot")
    place.but = {"oa": NEEDS_CONSENT, "away": "failing: not reached; try again in 5 s"}
    async with aiohttp.ClientSession() as http:
        phones = Phones(http, place.telegram)
        await phones.sim("phones", id=5001, name="Lạ")
        bot = (await phones.sim("phones", kind="zalo-bot", name="Lạ"))["phone"]["id"]
        with place.running() as process:
            await phones.act(5001, "start")
            await phones.act(bot, "text", text="Chào")
            await phones.hears(5001, SPEAKS)
            await phones.hears(bot, SPEAKS)
            assert place.health()["wrong"] == ["account oa", "account away"]
            process.printed("account needs a public address")
            assert process.stop() == 0


async def test_a_consent_taken_back_is_told_and_a_new_one_mends_it(place):
    """Sending, doctor and health say that a human's consent is needed; with it what had waited is sent."""
    async with aiohttp.ClientSession() as http:
        phones = Phones(http, place.telegram)
        await phones.sim("zalo-oa", webhook_url=f"{place.site}/hooks/oa")
        who = (await phones.sim("phones", kind="zalo-oa", name="Lạ"))["phone"]["id"]
        with place.running(webhook=True) as process:
            await consented(http, place)
            await phones.act(who, "text", text="Chào")
            await phones.hears(who, SPEAKS)
            await phones.sim("zalo-oa/tokens", verb="DELETE")
            for number in range(3):
                await phones.act(who, "text", text=f"Còn ai không {number}")
            process.printed("account needs consent")
            process.until(lambda: "account oa" in place.health()["wrong"], "an account that is down")
            await asyncio.sleep(DOWN_FIRST + 2)  # it is tried again, and is still down
            assert place.health()["accounts"]["oa"].startswith("down: needs consent: Zalo gives no token")
            _, said = place.cachly("doctor")
            assert "oa: token" in said, said
            assert "cachly zalo consent oa" in said
            assert "✓ oa: windows: 0 chats are open for nothing" in said
            await consented(http, place)
            for _ in range(3):
                await phones.hears(who, SPEAKS)
            assert place.health()["accounts"]["oa"] == "webhook"
            assert "Traceback" not in process.said.read_text("utf-8")
            assert process.stop() == 0
