"""What the operator's commands do; each answers the lines to print, or refuses with a sentence."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from alembic.util import CommandError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from bot import accounts, premises, settings
from bot.clock import SystemClock
from bot.ids import Ids
from bot.refusals import RefusedError
from bot.settings import Settings
from handlers.inviting import INVITATION_LIVES
from quarantine.access import EXISTS_AT
from quarantine.channel import CallFailedError, Channel
from quarantine.codes import free_code, show_code
from quarantine.days import ZONE, local_day
from quarantine.effects import Code, CodeFor, CodeIssued
from quarantine.people import Role, Unit, UnitKind
from storage import migrate as migrations
from storage.apply import apply
from storage.reader import SqlStore
from storage.rekey import rekey as reseal
from storage.sealing import Keyring, UnknownKeyError
from storage.unit_tree import UnitTree

WHERE_CODES_ARE = (
    "`cachly units load` brings them in, `cachly units show NAME` finds codes; a commune's code has five "
    "digits, such as 01273, a province's two, such as 04."
)


def migrate() -> str:
    """Bring the database up to date."""
    chosen = settings.load()
    premises.reachable(chosen).dispose()
    try:
        migrations.upgrade(chosen.database)
    except CommandError as error:
        raise RefusedError(
            "The database was made by a newer version of Cachly. Install that version, or restore a backup."
        ) from error
    return f"The database is at {migrations.head()}."


def invite(unit_code: str, role_name: str, *, deputy: bool) -> str:
    """Make a code for a member of staff; the code, the link and until when they work."""
    chosen = settings.load()
    keyring = premises.keyring(chosen)
    role = _role(role_name)
    now = SystemClock().now()
    expires = now + INVITATION_LIVES
    with opened_database(chosen) as engine:
        with engine.begin() as conn:
            unit = unit_of(conn, unit_code)
            if unit.kind not in EXISTS_AT[role]:
                fitting = ", ".join(name for name, kinds in EXISTS_AT.items() if unit.kind in kinds)
                raise RefusedError(f"There is no {role} at a unit such as {unit.name}. There are: {fitting}.")
            ids, store = Ids(SystemClock().now, secrets.randbelow), SqlStore(conn, keyring, now)
            text = free_code(secrets.randbelow, lambda drawn: store.code(drawn) is not None)
            code = Code(ids.one(), CodeFor.OFFICER, expires, unit_id=unit.id, role=role, deputy=deputy)
            apply(conn, keyring, [CodeIssued(code, text, None, now)], now, ids.one)
        lines = [
            f"{role}{' (deputy)' if deputy else ''} at {unit.name}: {show_code(text)}",
            f"Works once, until {expires.astimezone(ZONE):%d/%m/%Y %H:%M} in Vietnam.",
            *_links(chosen, engine, text),
        ]
    return "\n".join(lines)


def new_key() -> str:
    """A line for .env with a fresh key in front of those that are set."""
    chosen = settings.load()
    older = chosen.keys.get_secret_value()
    known = set(premises.keyring(chosen).keys) if older else set()
    today = f"{SystemClock().now().astimezone(ZONE):%Y%m%d}"
    names = (today, *(f"{today}-{number}" for number in range(2, len(known) + 3)))
    fresh = Keyring.make_key(next(name for name in names if name not in known))
    return f"CACHLY_KEYS={fresh}{',' if older else ''}{older}"


def rekey() -> str:
    """Seal everything with the first key, until a whole run finds nothing left."""
    chosen = settings.load()
    keyring = premises.keyring(chosen)
    values = rows = 0
    with opened_database(chosen) as engine:
        while True:
            try:
                done = reseal(engine, keyring)
            except UnknownKeyError as error:
                raise RefusedError(f"{error}. Put that key behind the others in CACHLY_KEYS.") from error
            values, rows = values + sum(done.resealed.values()), rows + done.reindexed
            if done.broken:
                raise RefusedError(_broken(done.broken))
            if done.nothing_left:
                break
    return (
        f"{values} values are sealed and {rows} rows indexed anew with key {keyring.first}. "
        "Once every process has it in front, older keys may go."
    )


def _broken(places: list[str]) -> str:
    """What no key opens; only table, column and row are named."""
    shown = ", ".join(places[:10])
    return f"{len(places)} values can be opened by no key, so keep the older keys and look at: {shown}."


@contextmanager
def opened_database(chosen: Settings | None = None) -> Iterator[Engine]:
    """An engine on a database that is up to date, closed at the end."""
    engine = premises.database(chosen or settings.load())
    try:
        yield engine
    except SQLAlchemyError as error:
        raise RefusedError(
            f"The database refused: {type(error).__name__}. `cachly doctor` says more."
        ) from error
    finally:
        engine.dispose()


def _role(name: str) -> Role:
    try:
        return Role(name)
    except ValueError:
        raise RefusedError(f"{name} is no role. There are: {', '.join(Role)}.") from None


def unit_of(conn: Connection, code: str, kind: UnitKind | None = None) -> Unit:
    """The unit of today with that code, and of that kind; RefusedError says how to come by one."""
    unit = UnitTree(conn).by_code(code)
    if unit is None:
        raise RefusedError(f"There is no unit with the code {code}. {WHERE_CODES_ARE}")
    if unit.ended(local_day(SystemClock().now())):
        raise RefusedError(f"{unit.name} ({code}) ended on {unit.valid_to:%d/%m/%Y}.")
    if kind is not None and unit.kind is not kind:
        raise RefusedError(f"{code} is {unit.name}, a {unit.kind}; a {kind} is needed here.")
    return unit


def _links(chosen: Settings, engine: Engine, code: str) -> list[str]:
    """Where the code can be handed in: at each account by its link, else as a message to it."""
    try:
        known, clock = accounts.known(chosen), SystemClock()
    except RefusedError:
        return ["Send the code to the account as a message (once accounts are set, a link is printed here)."]
    store = premises.tokens(engine, premises.keyring(chosen), clock)
    return asyncio.run(_met([accounts.channel(account, chosen, store, clock) for account in known], code))


async def _met(channels: Sequence[Channel], code: str) -> list[str]:
    return await asyncio.gather(*(_way(channel, code) for channel in channels))


async def _way(channel: Channel, code: str) -> str:
    try:
        async with channel:
            presence = await channel.meet(())
    except CallFailedError as failed:
        return (
            f"{channel.account} could not be asked for its name ({failed}): send the code to it as a message."
        )
    if channel.form.deep_links:
        return presence.link.format(code=code)
    return f"Or send the code as a message to {presence.name}: {presence.link}"
