"""Opens what the settings name, keys and database, or refuses with a sentence that says what to do."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.accounts_file import AnyAccount
from bot.clock import Clock
from bot.ids import Ids
from bot.refusals import RefusedError
from bot.settings import Settings
from bot.tokens import SealedTokens
from storage import accounts, migrate
from storage.engine import UnusableUrlError, open_engine, reading
from storage.sealing import Keyring, KeyringError

KEYS_MISSING = (
    "CACHLY_KEYS is not set. Personal data is sealed with it, so Cachly does not start without one.\n"
    "Make a key with `cachly key >> .env`, and keep a copy apart from the database: without it nobody can\n"
    "read the data again."
)
ACCOUNTS_MISSING = (
    "There is no account: neither CACHLY_TELEGRAM_TOKEN nor CACHLY_ACCOUNTS is set.\n"
    "Ask @BotFather on Telegram for a bot (/newbot) and write its token into .env, or write a file of\n"
    "accounts after accounts.example.toml. To look around without one: `cachly demo`."
)
OLD_TABLES = "The database is not at this version's tables. Back it up, then run `cachly migrate`."


def keyring(settings: Settings) -> Keyring:
    """The keys of the settings; RefusedError when there is none or one cannot be used."""
    written = settings.keys.get_secret_value()
    if not written:
        raise RefusedError(KEYS_MISSING)
    try:
        return Keyring.parse(written)
    except KeyringError as error:
        raise RefusedError(f"CACHLY_KEYS cannot be used: {error}. `cachly key` makes a key.") from error


def reachable(settings: Settings) -> Engine:
    """An engine whose database answers, whatever is in it; RefusedError when it does not."""
    try:
        engine = open_engine(settings.database)
    except UnusableUrlError as error:
        raise RefusedError(f"CACHLY_DATABASE cannot be used: {error}.") from error
    try:
        with reading(engine) as conn:
            conn.exec_driver_sql("SELECT 1")
    except SQLAlchemyError as error:
        engine.dispose()
        raise RefusedError(_unreachable(engine)) from error
    return engine


def database(settings: Settings) -> Engine:
    """An engine on a database with this version's tables; RefusedError when it is not there or behind."""
    engine = reachable(settings)
    if not migrate.is_current(engine):
        engine.dispose()
        raise RefusedError(OLD_TABLES)
    return engine


def migrated(settings: Settings) -> Engine:
    """The same, but an SQLite file is brought up to date first: it belongs to this process alone.

    On PostgreSQL other processes may still run the older version: there the operator chooses the moment.
    """
    engine = reachable(settings)
    if engine.dialect.name == "sqlite" and not migrate.is_current(engine):
        migrate.upgrade(settings.database)
    engine.dispose()
    return database(settings)


def note(conn: Connection, known: Sequence[AnyAccount], clock: Clock) -> None:
    """Have a row for each account."""
    for account in known:
        accounts.note(conn, account.name, account.kind, clock.now())


def tokens(engine: Engine, keyring: Keyring, clock: Clock) -> SealedTokens:
    """The store of the accounts' token pairs on this database."""
    return SealedTokens(engine, keyring, clock, Ids(clock.now, secrets.randbelow).one)


def _unreachable(engine: Engine) -> str:
    """The sentence for a database that does not answer; user and password are left out."""
    name, host = engine.url.database, engine.url.host
    if engine.dialect.name == "sqlite":
        return f"The database {name} cannot be opened. Does its folder exist, and may Cachly write there?"
    return f"The database {name} at {host} does not answer. Is it running, and is CACHLY_DATABASE right?"
