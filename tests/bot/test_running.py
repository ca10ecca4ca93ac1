"""`cachly run` and `cachly demo` as processes: they answer, and end well."""

import json
import re
import signal
import socket
from pathlib import Path

import pytest

from bot.demo import CAST
from tests.bot.processes import TOKEN, Process, ask, until
from tests.e2e.processes import free_port

pytestmark = pytest.mark.usefixtures("place")


def chat(telegram, user):
    """The texts in a phone's chat that the bot has written."""
    found = ask(f"{telegram}/sim/phones/{user}")
    return [message["text"] for message in found["phone"]["messages"] if message["from_bot"]]


@pytest.mark.parametrize("way", ["polling", "webhook"])
def test_run_answers_and_stops_in_order(installed, telegram, way):
    """`cachly run` answers by polling and by webhook, tells its health, and ends well on SIGTERM."""
    port, user = free_port(), 5000 + len(way)
    public = {"CACHLY_PUBLIC_URL": f"http://127.0.0.1:{port}"} if way == "webhook" else {}
    ask(f"{telegram}/sim/phones", {"id": user, "name": "Lạ"})
    with Process("run", CACHLY_HTTP_PORT=str(port), **public) as process:
        health = until(lambda: ask(f"http://127.0.0.1:{port}/healthz"))
        assert health["database"] == "ok"
        ask(f"{telegram}/sim/phones/{user}/start", {})
        assert until(lambda: chat(telegram, user))
        until(lambda: ask(f"http://127.0.0.1:{port}/healthz")["status"] == "ok")
        assert ask(f"http://127.0.0.1:{port}/healthz")["accounts"] == {"telegram": way}
        code, out, err = process.ended(signal.SIGTERM)
    assert (code, out) == (0, "")
    assert [json.loads(line)["event"] for line in err.splitlines()][-2:] == ["stopping", "stopped"]
    assert TOKEN not in err


def test_run_says_when_its_port_is_taken(installed):
    """Another program on the port: one sentence, exit 2, nothing left running."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with Process("run", CACHLY_HTTP_PORT=str(other.getsockname()[1])) as process:
            code, _, err = process.ended()
    assert code == 2
    assert "another program already does. Set CACHLY_HTTP_PORT" in err
    assert "Traceback" not in err


def test_the_demonstration_is_one_command(place):
    """`cachly demo` starts everything, prints one address, moves its clock, and leaves nothing running."""
    page, service = free_port(), free_port()
    here = "http://127.0.0.1"
    with Process("demo", CACHLY_DEMO_PORT=str(page), CACHLY_HTTP_PORT=str(service)) as process:
        assert re.findall(r"http://[\w.:]+", process.run.stdout.readline()) == [f"{here}:{page}"]
        phones = ask(f"{here}:{page}/sim/phones")["phones"]
        assert len(phones) == len(CAST)
        assert until(lambda: chat(f"{here}:{page}", phones[0]["id"]))
        before = ask(f"{here}:{service}/demo/clock")["now"]
        assert ask(f"{here}:{service}/demo/clock", {"to": "next_day"})["now"] > before
        assert ask(f"{here}:{service}/healthz")["status"] == "ok"
        code, _, err = process.ended(signal.SIGTERM)
    assert (code, err) == (0, "")
    assert ask(f"{here}:{page}/sim/phones") is None
    assert (place / ".cachly" / "demo" / "cachly.log").exists()


def test_the_demonstration_says_which_port_is_taken(cachly, monkeypatch):
    """A second demonstration, or any program on one of the ports: the sentence names the setting."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        for name in ("CACHLY_DEMO_PORT", "CACHLY_HTTP_PORT"):
            monkeypatch.setenv(name, str(other.getsockname()[1]))
            code, _, err = cachly("demo")
            assert code == 2
            assert f"set {name} to a free port" in err
            monkeypatch.setenv(name, str(free_port()))
    assert not Path(".cachly").exists()
