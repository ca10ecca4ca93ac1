"""Whatever is logged, by whom and how: token, key, phone, name and coordinates never reach a log line."""

import asyncio
import base64
import json
import logging
import re
import sqlite3
import sys
import threading
import warnings

import httpx
import pytest
import sqlalchemy
import structlog
import telegram
from aiohttp import web
from telegram.request import HTTPXRequest

from bot import logs
from bot.scrubbing import Scrubber
from bot.settings import LogFormat
from channels.telegram_errors import outcome_of
from tests.bot.captured_logs import taken_over

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw8"
KEY = base64.b64encode(bytes(range(32))).decode()
PHONES = ("0912345678", "+84 912 345 678", "0912.345.678", "84912345678", "912345678", "0084912345678")
NAMES = tuple(
    name.replace("_", " ").strip() for name in ("Nguyễn_Thị_Lan", "Lan_", "nguyen_thi_lan", "LAN_NGUYEN")
)
"""Made at run time, like every name that anybody tells us: these words stand in no source file."""
PLACES = (
    "21.028511, 105.804817",
    "(21.03, 105.80)",
    "https://maps.google.com/?q=21.0285,105.8048",
    "10,776912",
)
HOSTILE = (TOKEN, f"k1:{KEY}", f"https://api.telegram.org/bot{TOKEN}/getMe", *PHONES, *NAMES, *PLACES)
SECRETS = (
    TOKEN,
    TOKEN.split(":")[1],
    KEY,
    "912345678",
    "912 345 678",
    "912.345.678",
    "0285",
    "8048",
    "21.03",
    "776",
)
SECRET_SETTINGS = (TOKEN, KEY)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
LIBRARIES = (
    *("aiohttp.server", "aiohttp.access", "httpx", "httpcore.http11", "telegram.Bot", "telegram", "alembic"),
    *(
        "sqlalchemy.engine.Engine",
        "sqlalchemy.pool",
        "apscheduler.executors.default",
        "asyncio",
        "py.warnings",
    ),
    *("something.else", "handlers.checkin"),
)


@pytest.fixture(params=list(LogFormat))
def style(request):
    """Both ways a line may look."""
    return request.param


def assert_clean(text):
    """Nothing personal or secret is in the text, in whole or in its telling part."""
    assert text, "something was logged"
    folded = INSTANT.sub("", text)
    for secret in (*SECRETS, "Nguyễn", "nguyen", "NGUYEN", " Lan", '"Lan', "'Lan", "=Lan"):
        assert secret not in folded, f"{secret} in: {text}"


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_library_records_are_scrubbed(style, library, hostile):
    """A library's record leaks nothing: as argument, in a mapping, made at run time, or as its whole text."""
    logger = logging.getLogger(library)
    with taken_over(style, SECRET_SETTINGS, LIBRARIES) as lines:
        logger.error("Calling with %s and %r", hostile, {"text": hostile})
        logger.error("Calling with %(text)s", {"text": hostile})
        logger.warning(f"Calling with {hostile}")  # noqa: G004 - what a careless library does
        logger.info(hostile)
        logger.debug({"text": hostile})
        logger.critical("%s", hostile)
        logger.error("too %s few %s", hostile)  # noqa: PLE1206 - what a careless library does
        logger.error("too many", hostile)  # noqa: PLE1205 - the same
    assert_clean(lines.getvalue())


def fail(told):
    """Raise what carries its argument in every way an exception can."""
    try:
        {}[told]
    except KeyError as error:
        later = ValueError(f"cannot use {told}", told)
        later.add_note(told)
        raise ExceptionGroup(told, [later, OSError(2, told, told)]) from error


@pytest.mark.parametrize("hostile", HOSTILE)
def test_exceptions_are_told_without_contents(style, hostile):
    """An exception is its class and its places in the code; arguments, causes, notes and locals stay out."""
    with taken_over(style, SECRET_SETTINGS, LIBRARIES) as lines:
        try:
            fail(hostile)
        except ExceptionGroup:
            logging.getLogger("aiohttp.server").exception("Error handling request")
            structlog.get_logger("bot.turns").exception("turn.failed", turn_id=7)
    said = lines.getvalue()
    assert_clean(said)
    kinds = ("ExceptionGroup", "KeyError", "ValueError", "No such file or directory")
    for wanted in (*kinds, "in fail", "turn.failed", "Error handling request"):
        assert wanted in said


@pytest.mark.parametrize("hostile", HOSTILE)
def test_our_events_hold_ids_and_counts(style, hostile):
    """A value under a personal name, a sentence or a long number under any name is replaced; ids stay."""
    personal = ("name", "phone", "text", "address", "lat", "lng", "home_address", "chat_id", "answers")
    with taken_over(style, SECRET_SETTINGS, LIBRARIES) as lines:
        log = structlog.get_logger("bot.sender").bind(account="telegram")
        log.info("letter.sent", letter_id=2**62, person_id=912345679, count=3, seconds=0.12345)
        log.info("letter.sent", reason="blocked", **dict.fromkeys(personal, hostile))
        log.info("letter.sent", what={"text": hostile, "inner": [f"to {hostile}"]}, raw=hostile.encode())
        log.info(f"letter to {hostile}")  # noqa: G004 - what somebody will write one day
        log.info("position", lat=21, x=21.028511, y=105.804817, n=912345678, error=ValueError(hostile))
    said = lines.getvalue()
    assert_clean(said)
    for wanted in (str(2**62), "912345679", "letter.sent", "blocked", "telegram", "0.123", "ValueError"):
        assert wanted in said


def test_a_folded_name_under_any_key(style):
    """More than one word is somebody's words, whatever the key."""
    with taken_over(style, SECRET_SETTINGS, LIBRARIES) as lines:
        structlog.get_logger("bot").info("turn.done", who=NAMES[2], note=f"{NAMES[1]} ơi", reason="not_found")
    said = lines.getvalue()
    assert_clean(said)
    assert "not_found" in said


def ask_the_database():
    """Run statements with a name and a phone through SQLAlchemy, one of them failing."""
    engine = sqlalchemy.create_engine("sqlite://", echo=False, poolclass=sqlalchemy.StaticPool)
    logging.getLogger("sqlalchemy").setLevel(logging.DEBUG)
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text("select :name, :phone"), {"name": NAMES[0], "phone": PHONES[0]})
        try:
            connection.execute(sqlalchemy.text("select :name from nowhere"), {"name": NAMES[0]})
        except sqlalchemy.exc.OperationalError:
            structlog.get_logger("storage").exception("turn.failed")
    engine.dispose()


async def ask_the_server():
    """Send a name through httpx, python-telegram-bot and an aiohttp server that fails with it."""

    async def hear(request):
        raise RuntimeError(await request.text())

    app = web.Application()
    app.router.add_post("/bot{token}/sendMessage", hear)
    runner = web.AppRunner(app, access_log=logging.getLogger("aiohttp.access"))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}/bot"
    async with httpx.AsyncClient() as client:
        await client.post(f"{base}{TOKEN}/sendMessage", content=NAMES[0].encode())
    request = HTTPXRequest()
    await request.initialize()
    bot = telegram.Bot(TOKEN, base_url=base, request=request)
    with pytest.raises(telegram.error.TelegramError):
        await bot.send_message("912345678", f"{NAMES[0]} {PHONES[0]} {PLACES[0]}")
    await request.shutdown()
    await runner.cleanup()


async def test_the_libraries_themselves(style):
    """What the libraries really log at DEBUG, with personal data passing through them, holds none of it."""
    with taken_over(style, SECRET_SETTINGS, LIBRARIES) as lines:
        ask_the_database()
        await ask_the_server()
        loop = asyncio.get_running_loop()
        loop.call_exception_handler({"message": NAMES[0], "exception": ValueError(NAMES[0])})
    said = lines.getvalue()
    for name in ("sqlalchemy", "httpx", "aiohttp.server", "aiohttp.access", "asyncio", "telegram"):
        assert name in said
    assert "SQLITE_ERROR" in said
    assert_clean(said)


def test_warnings_and_uncaught_exceptions(style):
    """Warnings and what nobody caught, in the main thread or another, go through the same scrubber."""
    with warnings.catch_warnings(), taken_over(style, SECRET_SETTINGS, LIBRARIES) as lines:
        warnings.simplefilter("always")
        warnings.warn(NAMES[0], stacklevel=1)
        thread = threading.Thread(target=fail, args=NAMES[:1])
        thread.start()
        thread.join()
        try:
            fail(NAMES[0])
        except ExceptionGroup as error:
            sys.excepthook(type(error), error, error.__traceback__)
    said = lines.getvalue()
    assert_clean(said)
    assert said.count("in fail") == 4, "twice each: the group and its cause"
    assert "py.warnings" in said


class Broken:
    """Something that fails while it is being written."""

    def __str__(self):
        """Fail, with a name in the failure."""
        raise sqlite3.Error(NAMES[0])


def test_a_record_that_cannot_be_written_is_not_shown(style, capsys):
    """Logging's own complaint prints the arguments of a broken record; ours names the logger only."""
    with taken_over(style, SECRET_SETTINGS, LIBRARIES) as lines:
        structlog.get_logger("bot.jobs").info(Broken(), name=NAMES[0])
    assert "a log record of bot.jobs was lost: Error" in lines.getvalue()
    assert_clean(lines.getvalue())
    streams = capsys.readouterr()
    assert "Nguyễn" not in streams.err + streams.out


def test_small_numbers_and_the_librarys_words_stay():
    """Scrubbed logs are still useful: what the library wrote in its source and its small numbers are kept."""
    with taken_over() as lines:
        logging.getLogger("apscheduler").warning("Run of %d jobs for %s: 100%%", 12, NAMES[0])
    line = json.loads(lines.getvalue())
    assert line["event"] == "Run of 12 jobs for …: 100%"
    assert (line["logger"], line["level"]) == ("apscheduler", "warning")
    assert line["timestamp"].endswith("Z")


def test_reasons_that_our_code_gives_are_told(style):
    """An operator reads why an account is down: the sentence is our code's, not anybody's."""
    down = outcome_of(telegram.error.InvalidToken())
    with taken_over(style) as lines:
        structlog.get_logger("bot.sender").critical("account down", account="telegram", detail=down.detail)
        structlog.get_logger("bot.sender").critical("account down", detail=f"{down.detail} {NAMES[2]}")
    said = lines.getvalue()
    assert said.count(down.detail) == 1
    assert_clean(said)


@pytest.mark.parametrize(
    "harmless",
    [
        "2026-12-05T00:30:00.123456Z",
        "letter.sent",
        "127.0.0.1:8080",
        "SQLAlchemy 2.1.9",
        "sqlite:///cachly.db",
    ],
)
def test_patterns_leave_the_rest_alone(harmless):
    """Instants, addresses of machines and versions are neither phones nor positions."""
    assert Scrubber().text(harmless) == harmless


def test_libraries_are_quiet_below_warning():
    """Whatever the level, libraries do not tell what passes through them."""
    with taken_over():
        for name in logs.QUIET:
            assert not logging.getLogger(f"{name}.part").isEnabledFor(logging.INFO)
