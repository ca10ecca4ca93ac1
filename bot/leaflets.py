"""The command `cachly leaflets`: a file of leaflets with fresh codes for the people of a unit."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from io import BufferedWriter
from pathlib import Path

from sqlalchemy import Connection, Engine

from bot import accounts, catalogues, premises, settings
from bot.accounts_file import AnyAccount
from bot.catalogues import SERVED
from bot.clock import SystemClock
from bot.entrances import entrances
from bot.ids import Ids
from bot.operations import opened_database, unit_of
from bot.printing import leaflets_of
from bot.refusals import RefusedError
from bot.rendering import Voice
from bot.settings import Settings
from handlers import leaflets as codes
from papers.leaflets import LAYOUTS, leaflets
from quarantine.channel import CallFailedError, Channel, Presence
from quarantine.messages import Params
from quarantine.people import NOT_LINKED, Unit
from quarantine.store import File
from quarantine.turn import Turn
from storage.apply import apply
from storage.facts import Facts
from storage.reader import SqlStore
from storage.sealing import Keyring

AT_MOST = 1_000
"""So many leaflets are in one file; who waits longest comes first."""
UNFINISHED = ".part"
"""Beside the file while it is being written, so that no half a file is printed."""


def write_leaflets(unit_code: str, episode_ids: Collection[int], out: str, per_page: int) -> str:
    """Make codes, and the file that carries them; what was made, and until when it works."""
    if per_page not in LAYOUTS:
        raise RefusedError(
            f"{per_page} leaflets do not fit a page. There are: {', '.join(map(str, LAYOUTS))}."
        )
    chosen, now = settings.load(), SystemClock().now()
    keyring, known = premises.keyring(chosen), accounts.known(chosen)
    with opened_database(chosen) as engine:
        presences, lost = _presences(chosen, engine, keyring, known)
        with _file(out) as file:
            with engine.begin() as conn:
                unit, above, facts = _issue(conn, keyring, unit_code, episode_ids, now)
            voice = Voice(catalogues.load(), Facts(language=SERVED), now)
            near = {name: one for name, one in presences.items() if one.serves in {"", *above}}
            sheets, _ = leaflets_of(facts, lambda code: entrances(near, "", code), voice.parameter)
            file.write(leaflets(sheets, per_page))
    until = voice.parameter("expires_full", facts)
    return "\n".join(
        (*lost, f"{len(sheets)} leaflets of {unit.name} are in {out}. Each code works once, until {until}.")
    )


def _issue(
    conn: Connection, keyring: Keyring, unit_code: str, episode_ids: Collection[int], now: datetime
) -> tuple[Unit, list[str], Params]:
    """Fresh codes, written down: the unit, its code and those above it, and what is printed."""
    unit, store = unit_of(conn, unit_code), SqlStore(conn, keyring, now)
    files = _whose(store, unit, episode_ids)
    ids = Ids(SystemClock().now, secrets.randbelow).one
    turn = Turn(now=now, ids=ids, random_below=secrets.randbelow, store=store)
    facts = codes.printed(turn, files, per_page=1)
    apply(conn, keyring, turn.effects, now, ids)
    return unit, [unit.code, *(one.code for one in store.superiors(unit.id))], facts


def _whose(store: SqlStore, unit: Unit, episode_ids: Collection[int]) -> Sequence[File]:
    """Those who have not connected, or who was named; RefusedError where somebody named is not among them."""
    files = store.files(store.subtree([unit.id]), NOT_LINKED, AT_MOST)
    if not episode_ids:
        if not files:
            raise RefusedError(
                f"Nobody of {unit.name} is verified and waits to connect, so nothing is printed."
            )
        return files
    found = {file.episode.id: file for file in files}
    missing = [str(one) for one in episode_ids if one not in found]
    if missing:
        raise RefusedError(
            f"Connected, not verified, or not of {unit.name}: {', '.join(missing)}. Nothing is printed."
        )
    return [found[one] for one in dict.fromkeys(episode_ids)]


def _presences(
    chosen: Settings, engine: Engine, keyring: Keyring, known: Sequence[AnyAccount]
) -> tuple[Mapping[str, Presence], list[str]]:
    """How each account is found, and a line for each that does not answer; RefusedError when none does."""
    clock = SystemClock()
    store = premises.tokens(engine, keyring, clock)
    channels = [accounts.channel(account, chosen, store, clock) for account in known]
    met = asyncio.run(_met(channels))
    found = {
        account.name: replace(one, channel=channel.name, serves=account.province)
        for account, channel, one in zip(known, channels, met, strict=True)
        if isinstance(one, Presence)
    }
    lost = [
        f"{account.name} could not be asked for its name ({one}): it is not on the leaflets."
        for account, one in zip(known, met, strict=True)
        if isinstance(one, CallFailedError)
    ]
    if not found:
        raise RefusedError(
            "\n".join((*lost, "No leaflet would say where to hand in the code: nothing is printed."))
        )
    return found, lost


async def _met(channels: Sequence[Channel]) -> list[Presence | CallFailedError]:
    return await asyncio.gather(*(_meet(channel) for channel in channels))


async def _meet(channel: Channel) -> Presence | CallFailedError:
    try:
        async with channel:
            return await channel.meet(())
    except CallFailedError as failed:
        return failed


@contextmanager
def _file(out: str) -> Iterator[BufferedWriter]:
    """The file, for the user that runs it alone; it stands under its name once it is whole."""
    part = Path(out + UNFINISHED)
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise RefusedError(f"{out} cannot be written: {error.strerror}.") from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        part.replace(out)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
