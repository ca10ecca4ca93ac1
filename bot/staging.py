"""The demonstration: a throw-away database and key, the stand-in messengers as a process, invented people."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import aiohttp
import typer
from sqlalchemy import Engine

from bot import accounts, logs, premises, running, settings
from bot.clock import Clock, MovableClock, SystemClock
from bot.demo import CAST, TELEGRAM, ZALO_BOT, ZALO_OA, Actor, seed
from bot.ids import Ids
from bot.refusals import RefusedError
from bot.service import DAY_BEGINS
from bot.settings import LogFormat, Settings
from channels.zalo_oa import FORM
from quarantine.days import at as day_at
from quarantine.days import local_day
from quarantine.tokens import Tokens
from quarantine.windows import Reach
from storage.sealing import Keyring

FOLDER = Path(".cachly") / "demo"
HERE = "127.0.0.1"
"""The stage is open to this machine alone: whoever reaches it moves the clock and holds every phone."""

TOKEN = "123456:DEMO"  # noqa: S105 - opens nothing but the stand-in
BOT_USERNAME = "CachlyDemoBot"
OA, BOT = "zalo", "zalo-bot"
ACCOUNTS = """
[[account]]
name = "zalo"
kind = "zalo-oa"
app_id = "3141592653589793238"
app_secret = "DEMO-APP-SECRET"
oa_id = "2718281828459045235"
oa_secret_key = "DEMO-OA-SECRET-KEY"
code_verifier = "0000000000000000000000000000000000000000000"
hosts = {{ api = "{page}", business = "{page}", oauth = "{page}" }}

[[account]]
name = "zalo-bot"
kind = "zalo-bot"
token = "271828:ZALO-DEMO"
api = "{page}"
"""
"""The stage's accounts on the stand-in Zalo, whose credentials open nothing else."""
FIRST_DEED: Mapping[str, tuple[str, dict[str, str]]] = {
    TELEGRAM: ("start", {}),
    ZALO_OA: ("follow", {}),
    ZALO_BOT: ("text", {"text": "Chào"}),
}
"""What whoever is known has done before: no messenger lets us write first."""
STARTING_SECONDS = 20.0
ENDING_SECONDS = 5.0


def demo() -> None:
    """Run the demonstration until it is stopped."""
    chosen = _settings()
    for port, name in ((chosen.demo_port, "CACHLY_DEMO_PORT"), (chosen.http_port, "CACHLY_HTTP_PORT")):
        _need_port(port, name)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    signal.signal(signal.SIGTERM, _stop)
    (FOLDER / "accounts.toml").write_text(ACCOUNTS.format(page=_page(chosen)), encoding="utf-8")
    with (FOLDER / "cachly.log").open("w", encoding="utf-8") as lines, _stand_in(chosen):
        logs.start(chosen.log_level, chosen.log_format, chosen.secrets(), lines)
        clock = morning(SystemClock())
        engine = premises.migrated(chosen)
        _furnish(engine, chosen, clock)
        asyncio.run(_consent(engine, chosen, clock))
        engine.dispose()
        asyncio.run(_play(chosen, clock))


def morning(below: Clock) -> MovableClock:
    """A clock that begins this morning, whatever the hour is.

    At night the stage would seem dead: there is no card for the officer before seven (DESIGN.md §5).
    """
    return MovableClock(below, day_at(local_day(below.now()), DAY_BEGINS))


async def _play(chosen: Settings, clock: MovableClock) -> None:
    """Serve; when everything answers, put the phones on the page and tell its address.

    Who is known already has written to the bot before: a bot may not write to anybody else.
    """
    page = _page(chosen)

    async def ready() -> None:
        async with aiohttp.ClientSession(page, raise_for_status=True) as session:
            await session.get("/sim/clock")  # so that what the phones do from now on has the right hour
            for actor in CAST:
                await session.post("/sim/phones", json=_phone(actor))
            for actor in CAST:
                if actor.known:
                    deed, fields = FIRST_DEED[actor.kind]
                    await session.post(f"/sim/phones/{actor.user}/{deed}", json=fields)
        typer.echo(f"Cachly: {page}   (Ctrl-C: dừng)")

    await running.serve(chosen, clock, ready)


def _settings() -> Settings:
    """The operator's ports and log level; everything else is the stage's own."""
    ports = settings.load()
    return settings.load(
        database=f"sqlite:///{FOLDER / 'cachly.db'}",
        keys=Keyring.make_key("demo"),
        telegram_token=TOKEN,
        telegram_api=f"http://{HERE}:{ports.demo_port}",
        accounts=str(FOLDER / "accounts.toml"),
        public_url=f"http://{HERE}:{ports.http_port}",
        webhook_secret="",
        http_host=HERE,
        log_format=LogFormat.CONSOLE,
    )


def _furnish(engine: Engine, chosen: Settings, clock: MovableClock) -> None:
    ids, keyring = Ids(clock.now, secrets.randbelow), premises.keyring(chosen)
    names = {TELEGRAM: chosen.telegram_account, ZALO_OA: OA, ZALO_BOT: BOT}
    with engine.begin() as conn:
        premises.note(conn, accounts.known(chosen), clock)
        seed(conn, keyring, ids, clock.now(), names, {OA: Reach(ZALO_OA, FORM.window)})


async def _consent(engine: Engine, chosen: Settings, clock: MovableClock) -> None:
    """The Official Account's first pair, as an administrator takes it from Zalo's console by hand."""
    async with aiohttp.ClientSession(_page(chosen), raise_for_status=True) as session:
        pair = await (await session.post("/sim/zalo-oa/tokens", json={})).json()
    now = clock.now()
    ends = now + timedelta(seconds=int(pair["expires_in"]))
    store = premises.tokens(engine, premises.keyring(chosen), clock)
    await store.keep(OA, Tokens(pair["access_token"], pair["refresh_token"], now, ends))


def _page(chosen: Settings) -> str:
    """Where the phones are, and every messenger's API."""
    return f"http://{HERE}:{chosen.demo_port}"


def _phone(actor: Actor) -> dict[str, object]:
    """An actor as the page's phone."""
    shown: dict[str, object] = {
        "kind": actor.kind,
        "id": int(actor.user) if actor.kind == TELEGRAM else actor.user,
        "name": actor.person.name,
        "label": actor.heading,
        "role": actor.part,
        "phone_number": actor.person.phone,
    }
    if actor.home is not None:
        shown["home"] = dict(zip(("latitude", "longitude"), actor.home, strict=True))
    return shown


def _need_port(port: int, name: str) -> None:
    """Refuse, before anything is started, when another program listens there."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HERE, port))
        except OSError as error:
            raise RefusedError(
                f"Port {port} is taken by another program (another `cachly demo`?). Stop that one, or set "
                f"{name} to a free port."
            ) from error


@contextlib.contextmanager
def _stand_in(chosen: Settings) -> Iterator[None]:
    """The stand-in messengers, for as long as the block runs."""
    words = (
        "--host",
        HERE,
        "--port",
        str(chosen.demo_port),
        "--token",
        TOKEN,
        "--bot-username",
        BOT_USERNAME,
        "--no-limits",
        "--oa-webhook-url",
        accounts.hook(chosen, OA),
    )
    clock = ("--clock-url", f"http://{HERE}:{chosen.http_port}/demo/clock")
    with (FOLDER / "simulator.log").open("wb") as lines:
        process = subprocess.Popen(  # noqa: S603 - our own module, our own arguments
            (sys.executable, "-m", "simulator", *words, *clock), stdout=lines, stderr=lines
        )
        try:
            _await_port(process, chosen.demo_port)
            yield
        finally:
            process.terminate()
            try:
                process.wait(ENDING_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await_port(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(int(STARTING_SECONDS / 0.1)):
        with contextlib.suppress(OSError), socket.create_connection((HERE, port), timeout=1):
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
            break
    raise RefusedError(f"The stand-in messengers did not start; {FOLDER / 'simulator.log'} says why.")


def _stop(_signal: int, _frame: object) -> None:
    """SIGTERM while starting: leave through the `finally`s, so that the stand-in ends too."""
    sys.exit(143)
