"""Cachly as it runs, put together for measuring: turns on a database, with the real script and catalogues."""

from __future__ import annotations

import secrets
from functools import cache

from sqlalchemy import Engine, func, select

from bot.catalogues import load
from bot.clock import SystemClock
from bot.ids import Ids
from bot.rendering import Renderer
from bot.turns import Turns
from handlers.book import script
from storage.columns import Row
from storage.engine import reading
from storage.sealing import Keyring
from storage.tables import core


@cache
def renderer() -> Renderer:
    """The texts, read once; no guide card is drawn in a check-in."""
    return Renderer(load(), lambda *_: b"")


def turns_on(engine: Engine, keyring: Keyring) -> Turns:
    """Turns as the service makes them."""
    clock = SystemClock()
    return Turns(
        engine=engine,
        keyring=keyring,
        script=script,
        speak=renderer().speak,
        clock=clock,
        ids=Ids(clock.now, secrets.randbelow),
        random_below=secrets.randbelow,
    )


def count(engine: Engine, model: type[Row], **equal: object) -> int:
    """Rows of a table with these values: the proof that the measured work was done."""
    table = core(model)
    with reading(engine) as conn:
        found = (
            select(func.count())
            .select_from(table)
            .where(*(table.c[name] == value for name, value in equal.items()))
        )
        return conn.execute(found).scalar_one()
