"""The tests' own guard: nothing that a test does leaves this machine."""

import asyncio
import socket

import pytest

from tests.conftest import LeavesThisMachineError


@pytest.mark.parametrize("address", [("10.0.0.1", 80), ("8.8.8.8", 53), ("api.telegram.org", 443)])
async def test_other_machines_are_out_of_reach(address):
    """No test reaches another machine, by address or by name, blocking or not."""
    with pytest.raises(LeavesThisMachineError):
        socket.create_connection(address)
    with pytest.raises(LeavesThisMachineError):
        await asyncio.open_connection(*address)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams, pytest.raises(LeavesThisMachineError):
        datagrams.sendto(b"", address)


async def test_this_machine_is_in_reach():
    """Servers that a test starts on this machine answer it."""

    async def answer(_reader, writer):
        writer.write(b"here")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("localhost", server.sockets[0].getsockname()[1])
    assert await reader.read() == b"here"
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()


def test_unix_sockets_are_left_alone(tmp_path):
    """PostgreSQL on this machine is reached by a Unix socket."""
    with socket.socket(socket.AF_UNIX) as listening, socket.socket(socket.AF_UNIX) as calling:
        listening.bind(str(tmp_path / "here"))
        listening.listen()
        calling.connect(str(tmp_path / "here"))
