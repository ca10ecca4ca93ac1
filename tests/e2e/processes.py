"""Cachly and the stand-in Telegram as processes of their own, on free ports, in a folder of their own."""

import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from bot.settings import Settings

CACHLY = Path(sys.executable).with_name("cachly")
HERE = "127.0.0.1"
TOKEN = "123456:DEMO"
SECONDS = 30


# Below the ports that the system gives out by itself, and far from those of the test process beside this one.
_ports = itertools.count(20_000 + os.getpid() * 997 % 12_000)


def free_port():
    """A port on which nobody listens; none is given twice, though it stays free until a process takes it."""
    return next(port for port in _ports if _nobody_listens(port))


def _nobody_listens(port):
    with socket.socket() as trial:
        try:
            trial.bind((HERE, port))
        except OSError:
            return False
        return True


def surroundings(**chosen):
    """The environment of a process: this one's, with no settings of Cachly but the chosen ones."""
    names = {f"CACHLY_{field.upper()}" for field in Settings.model_fields}
    return {name: value for name, value in os.environ.items() if name not in names} | chosen


def cachly(folder, *words, **chosen):
    """Run a command to its end; its exit code and what it printed, both streams together."""
    done = subprocess.run(
        (CACHLY, *words),
        cwd=folder,
        env=surroundings(**chosen),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@dataclass
class Process:
    """A running process; what it prints goes to `said`."""

    process: subprocess.Popen
    said: Path

    def alive(self):
        """Whether it still runs."""
        return self.process.poll() is None

    def until(self, look, what):
        """What `look` finds once it finds something, while the process lives."""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and self.alive():
            if found := look():
                return found
            time.sleep(0.02)
        state = "alive" if self.alive() else f"ended with {self.process.returncode}"
        raise AssertionError(
            f"{what} did not come; the process is {state} and said:\n{self.said.read_text()}"
        )

    def printed(self, mark):
        """The line that holds `mark`, once it is printed."""
        lines = lambda: self.said.read_text("utf-8").splitlines()  # noqa: E731 - said twice below
        return self.until(
            lambda: next((line for line in lines() if mark in line), None), f"a line with {mark!r}"
        )

    def stop(self):
        """Ask it to end, and answer how it did."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SECONDS)


@contextlib.contextmanager
def started(folder, name, *words, **chosen):
    """A process for as long as the block runs; nothing of it is left behind."""
    said = folder / f"{name}.out"
    with said.open("w", encoding="utf-8") as stream:
        process = subprocess.Popen(
            words, cwd=folder, env=surroundings(**chosen), stdout=stream, stderr=subprocess.STDOUT
        )
        try:
            yield Process(process, said)
        finally:
            if process.poll() is None:
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(SECONDS)
            if process.poll() is None:
                process.kill()
                process.wait()


def fetched(url):
    """What an address answers as JSON, whatever the status; None while nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - http to this machine
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return json.loads(error.read())
    except OSError:
        return None


@dataclass
class Stage:
    """The demonstration: the page's address, Cachly's own, and its process."""

    page: str
    cachly: str
    process: Process


@contextlib.contextmanager
def demonstration(folder):
    """`cachly demo`, once it has printed its address."""
    ports = {"CACHLY_HTTP_PORT": str(free_port()), "CACHLY_DEMO_PORT": str(free_port())}
    with started(folder, "demo", CACHLY, "demo", **ports) as process:
        page = f"http://{HERE}:{ports['CACHLY_DEMO_PORT']}"
        assert page in process.printed("http://")
        yield Stage(page, f"http://{HERE}:{ports['CACHLY_HTTP_PORT']}", process)


@contextlib.contextmanager
def stand_in(folder, *more):
    """The stand-in Telegram alone; its address."""
    port = free_port()
    words = (sys.executable, "-m", "simulator", "--port", str(port), "--token", TOKEN, *more)
    root = f"http://{HERE}:{port}"
    with started(folder, "telegram", *words) as process:
        process.until(lambda: fetched(f"{root}/sim/phones"), "the stand-in")
        yield root


KEY = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
SECRET = "a-secret-of-the-tests"


@dataclass
class Installation:
    """A folder with settings, as an operator has it, beside a stand-in Telegram."""

    folder: Path
    telegram: str
    port: int
    settings: dict
    accounts: tuple = ("telegram",)
    but: dict = field(default_factory=dict)

    @property
    def site(self):
        """Where Cachly answers."""
        return f"http://{HERE}:{self.port}"

    def cachly(self, *words):
        """Run a command to its end; its exit code and what it printed."""
        return cachly(self.folder, *words, **self.settings)

    @contextlib.contextmanager
    def running(self, *, webhook=False):
        """`cachly run` until the block ends, once messages come in."""
        public = {"CACHLY_PUBLIC_URL": self.site, "CACHLY_WEBHOOK_SECRET": SECRET} if webhook else {}
        way = "webhook" if webhook else "polling"
        with started(self.folder, "run", CACHLY, "run", **(self.settings | public)) as process:
            process.until(
                lambda: (self.health() or {}).get("accounts") == dict.fromkeys(self.accounts, way) | self.but,
                f"{way} messages",
            )
            yield process

    def health(self):
        """What /healthz says; None while nobody answers."""
        return fetched(f"{self.site}/healthz")


@contextlib.contextmanager
def installation(folder):
    """An installation with an empty database and a stand-in Telegram that keeps no limits."""
    with stand_in(folder, "--no-limits") as telegram:
        port = free_port()
        settings = {
            "CACHLY_KEYS": KEY,
            "CACHLY_TELEGRAM_TOKEN": TOKEN,
            "CACHLY_TELEGRAM_API": telegram,
            "CACHLY_HTTP_PORT": str(port),
        }
        yield Installation(folder, telegram, port, settings)
