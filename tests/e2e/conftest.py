"""The demonstration as a running process, and the phones on its stage."""

import aiohttp
import pytest

from tests.e2e.phones import DUNG, HANH, LAN, MAI, NAM, Phones
from tests.e2e.processes import demonstration


@pytest.fixture
def stage(tmp_path):
    """A demonstration of its own for one test."""
    with demonstration(tmp_path) as running:
        yield running


@pytest.fixture
async def phones(stage):
    """Its phones, with what they have been greeted with heard already."""
    async with aiohttp.ClientSession() as http:
        everybody = Phones(http, stage.page)
        for who in (MAI, HANH, DUNG, LAN):
            await everybody.answered(who)
        assert not (await everybody.phone(NAM))["started"]
        yield everybody
