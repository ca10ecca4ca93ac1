"""What holds for every test: sockets stay on this machine, no rule is timed, where the real material lies."""

import ipaddress
import os
import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# In a fresh checkout the first text drawn builds Hypothesis's tables of characters, which takes seconds, and
# a busy machine is slow at any time: neither says anything about the rule that a test proves.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

pytest_plugins = ("tests.databases", "tests.browser")

REAL_DATA = Path(os.environ.get("CACHLY_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))


class LeavesThisMachineError(RuntimeError):
    """A test tried to reach another machine."""


def _stays_here(family, address):
    """Whether an address is on this machine; a Unix socket always is."""
    if family not in {socket.AF_INET, socket.AF_INET6}:
        return True
    host = address[0].partition("%")[0]
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in {"localhost", ""}


class GuardedSocket(socket.socket):
    """A socket that talks to this machine only."""

    def connect(self, address):
        """Connect, if the address is on this machine."""
        self._guard(address)
        return super().connect(address)

    def connect_ex(self, address):
        """The same, with a number for an answer."""
        self._guard(address)
        return super().connect_ex(address)

    def sendto(self, data, *rest):
        """Send a datagram, if the address is on this machine."""
        self._guard(rest[-1])
        return super().sendto(data, *rest)

    def _guard(self, address):
        if not _stays_here(self.family, address):
            raise LeavesThisMachineError(f"tests talk to this machine only, not to {address[0]}")


def _look_up_here_only(host, *args, _look_up=socket.getaddrinfo, **kwargs):
    name = host.decode() if isinstance(host, bytes) else host
    if name is not None and not _stays_here(socket.AF_INET, (name,)):
        raise LeavesThisMachineError(f"tests look up no other machine, not {name}")
    return _look_up(host, *args, **kwargs)


def pytest_addoption(parser):
    """`.ci/run` passes --no-skips: there everything is at hand, so nothing may be left out."""
    parser.addoption("--update", action="store_true", help="rewrite the bot's lines of the transcripts")
    parser.addoption("--no-skips", action="store_true", help="a skipped test fails the run")


def pytest_sessionfinish(session):
    """Fail the run for a skipped test, where asked to."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    # The processes that run the tests side by side have none: the one that gathers their results counts.
    if reporter and session.config.getoption("--no-skips") and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_configure():
    """Guard sockets before anything opens one, for the whole run."""
    socket.socket = GuardedSocket
    socket.getaddrinfo = _look_up_here_only


@pytest.fixture(scope="session")
def real_data():
    """The folder of real material (CACHLY_TEST_DATA); without it the test is skipped, saying so."""
    if not REAL_DATA.is_dir():
        pytest.skip(f"no real material at {REAL_DATA}; set CACHLY_TEST_DATA to its folder")
    return REAL_DATA
