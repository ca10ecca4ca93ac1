"""Commands of Cachly as processes of their own, and what a server on this machine answers."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

TOKEN = "123456:FOR-TESTS"


def ask(url, body=None):
    """What a server answers, as JSON; None while it does not."""
    headers = {"Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers)  # noqa: S310 - http to this machine
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - the same
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return json.loads(error.read())
    except (OSError, ValueError):
        return None


def until(look, seconds=20):
    """What `look` finds once it finds something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.05)
    return pytest.fail(f"nothing after {seconds} s")


class Process:
    """A command of Cachly, or the stand-in, as a process of its own."""

    def __init__(self, *words, **env):
        """Start it."""
        self.run = subprocess.Popen(
            (sys.executable, "-c", "from bot.cli import main; main()", *words) if words[0] != "-m" else
            (sys.executable, *words),
            env=os.environ | env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def ended(self, number=None):
        """Its exit code and what it printed, once it has ended; `number` is a signal to send first."""
        if number is not None:
            self.run.send_signal(number)
        out, err = self.run.communicate(timeout=30)
        return self.run.returncode, out, err

    def __enter__(self):
        """Nothing more."""
        return self

    def __exit__(self, *_):
        """Leave nothing behind."""
        if self.run.poll() is None:
            self.run.kill()
        self.run.communicate()
