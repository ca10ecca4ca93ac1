"""What an operator may set, read from CACHLY_* and .env, each with its meaning and a check."""

from __future__ import annotations

import difflib
import hashlib
import hmac
import os
import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.refusals import RefusedError

PREFIX = "CACHLY_"
FOR_TESTS = ("CACHLY_TEST_DATA", "CACHLY_TEST_POSTGRES")
"""Names of the same prefix that the tests read (issue 2); a running Cachly does not."""

DATABASE = re.compile(r"^(sqlite:///.+|sqlite://|postgresql(\+psycopg)?://.+)$")
TELEGRAM = "api.telegram.org"
HOOK_SECRET = re.compile(r"^[A-Za-z0-9_-]{16,256}$")
ACCOUNT = re.compile(r"^[a-z0-9][a-z0-9-]{0,31}$")
THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
TOKEN = re.compile(r"^\d+:[A-Za-z0-9_-]+$")


class SettingsError(RefusedError):
    """A setting is missing or wrong; the text says which, and what to do."""


class LogLevel(StrEnum):
    """How much is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """How a log line looks: for machines, or for a person at a terminal."""

    JSON = "json"
    CONSOLE = "console"


def _database(value: str) -> str:
    if not DATABASE.match(value):
        raise ValueError("write sqlite:///path/to/file.db or postgresql://user:password@host/name")
    return value.replace("postgresql://", "postgresql+psycopg://", 1)


def server(value: str) -> str:
    """An http(s) address without a closing slash; ValueError says what to write."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("write an address that begins with https:// (or http://), without ? or #")
    return value.rstrip("/")


def _public(value: str) -> str:
    return server(value) if value else ""


def account_name(value: str) -> str:
    """A name for an account; ValueError says what to write."""
    if not ACCOUNT.match(value):
        raise ValueError("use 1 to 32 of a-z, 0-9 and -: it becomes part of the webhook's address")
    return value


def bot_token(value: SecretStr) -> SecretStr:
    """A token of a Telegram bot, or none; ValueError says what to write."""
    if value.get_secret_value() and not TOKEN.match(value.get_secret_value()):
        raise ValueError("copy the whole token that @BotFather gave, like 123456:ABC-def")
    return value


def _hook_secret(value: SecretStr) -> SecretStr:
    if value.get_secret_value() and not HOOK_SECRET.match(value.get_secret_value()):
        raise ValueError("use 16 to 256 of A-Z, a-z, 0-9, _ and -")
    return value


Port = Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseSettings):
    """Every setting of Cachly; the environment wins over .env.

    A new field needs a row in README.md's table and a line in .env.example: a test compares them.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    database: Annotated[str, AfterValidator(_database)] = Field(
        "sqlite:///cachly.db",
        repr=False,  # an address may hold a password
        description="Where everything is kept: SQLite file or PostgreSQL address.",
    )
    keys: SecretStr = Field(
        SecretStr(""),
        description="Keys that seal personal fields, newest first: id:base64[,older…]. Made by `cachly key`.",
    )
    telegram_token: Annotated[SecretStr, AfterValidator(bot_token)] = Field(
        SecretStr(""), description="The bot's token from @BotFather."
    )
    telegram_account: Annotated[str, AfterValidator(account_name)] = Field(
        "telegram", description="What this bot is called here: in the database and at /hooks/<account>."
    )
    telegram_api: Annotated[str, AfterValidator(server)] = Field(
        "https://api.telegram.org", description="The Bot API server: Telegram's, or any that speaks it."
    )
    accounts: str = Field(
        "", description="File of accounts, for several bots and for Zalo; see accounts.example.toml."
    )
    http_host: str = Field("127.0.0.1", min_length=1, description="The address to listen on.")
    http_port: Port = Field(8080, description="The port to listen on.")
    public_url: Annotated[str, AfterValidator(_public)] = Field(
        "", description="Our https:// address as messengers see it; set: webhooks, empty: polling."
    )
    webhook_secret: Annotated[SecretStr, AfterValidator(_hook_secret)] = Field(
        SecretStr(""), description="What bots must show at the webhook; derived from the key when empty."
    )
    log_level: LogLevel = Field(LogLevel.INFO, description="How much is logged: debug, info, warning, error.")
    log_format: LogFormat = Field(LogFormat.JSON, description="Log lines as json or console.")
    demo_port: Port = Field(8081, description="The port of the page of phones of `cachly demo`.")

    @model_validator(mode="after")
    def _ports_differ(self) -> Settings:
        if self.http_port == self.demo_port:
            raise ValueError(
                "CACHLY_HTTP_PORT and CACHLY_DEMO_PORT are the same; give one of them another port"
            )
        return self

    @model_validator(mode="after")
    def _telegram_wants_https(self) -> Settings:
        plain = self.public_url.startswith("http://")
        if plain and urlsplit(self.telegram_api).hostname == TELEGRAM:
            raise ValueError("CACHLY_PUBLIC_URL must begin with https://: Telegram delivers to no other")
        return self

    def has_accounts(self) -> bool:
        """Whether any account is named at all."""
        return bool(self.telegram_token.get_secret_value() or self.accounts)

    def pages(self) -> str:
        """The address below which phones can open our pages, "" when there is none.

        Browsers tell a position to no page that came without https, but for one of the same machine.
        """
        parts = urlsplit(self.public_url)
        return self.public_url if parts.scheme == "https" or parts.hostname in THIS_MACHINE else ""

    def hook_secret(self) -> str:
        """The secret of the webhooks: the one that is set, or one derived from the newest key.

        A derived one is the same in every process and changes with the key; `run` registers it anew.
        Raises `SettingsError` when there is neither a secret nor a key.
        """
        if own := self.webhook_secret.get_secret_value():
            return own
        if not self.keys.get_secret_value():
            raise SettingsError("CACHLY_KEYS is not set; make a key with `cachly key`.")
        newest = self.keys.get_secret_value().partition(",")[0].encode()
        return hmac.new(newest, b"cachly webhook secret", hashlib.sha256).hexdigest()

    def secrets(self) -> tuple[str, ...]:
        """Every value that must not be seen in a log or an answer."""
        keys = [key.partition(":")[2] for key in self.keys.get_secret_value().split(",")]
        password = urlsplit(self.database).password or ""
        hook = self.hook_secret() if any(keys) else self.webhook_secret.get_secret_value()
        told = (self.telegram_token.get_secret_value(), hook, password, *keys)
        return tuple(secret for secret in told if secret)


def load(env_file: Path | None = Path(".env"), **given: object) -> Settings:
    """Read the settings; `given` ones win over the environment and .env.

    Raises `SettingsError` with one sentence for each wrong value or unknown CACHLY_ name.
    """
    in_file = dotenv_values(env_file) if env_file is not None and env_file.is_file() else {}
    wrong = [*_unknown({**in_file, **os.environ})]
    try:
        settings = Settings(_env_file=env_file, **given)  # type: ignore[call-arg,arg-type]  # read by pydantic-settings
    except ValidationError as error:
        wrong += [_sentence(problem) for problem in error.errors()]
    if wrong:
        raise SettingsError("\n".join(wrong))
    return settings


def _unknown(names: Mapping[str, object]) -> Iterable[str]:
    known = {PREFIX + field.upper() for field in Settings.model_fields} | set(FOR_TESTS)
    for name in sorted(names):
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
            hint = f"did you mean {near[0]}?" if near else "README.md lists what can be set."
            yield f"{name} is not a setting of Cachly: {hint}"


def _sentence(problem: Mapping[str, object]) -> str:
    """One problem as a sentence; the value is not repeated, for it may be a secret."""
    says = str(problem["msg"]).removeprefix("Value error, ")
    place = problem["loc"]
    if not isinstance(place, tuple) or not place:
        return f"{says}."
    return f"{PREFIX}{str(place[0]).upper()} is not usable: {says[0].lower()}{says[1:]}."
