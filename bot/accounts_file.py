"""The accounts file: which bots and official accounts an installation has, each field checked in words."""

from __future__ import annotations

import difflib
import os
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from dotenv import dotenv_values
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from bot.refusals import RefusedError
from bot.settings import account_name, bot_token, server
from quarantine.windows import APPROVABLE

FROM_ENVIRONMENT = "env:"
"""How a secret is written that stands in the environment (or .env) instead of the file."""
EXAMPLE = "accounts.example.toml shows every field."
UNIT_CODE = re.compile(r"[0-9A-Za-z-]{1,16}")
DIGITS = re.compile(r"\d{1,32}")


class AccountsError(RefusedError):
    """The accounts file cannot be used; the text says where and what to do."""


def _unit(value: str) -> str:
    if value and not UNIT_CODE.fullmatch(value):
        raise ValueError("write the code of a unit, such as 04 for a province")
    return value


def _filled(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().strip():
        raise ValueError("it is empty")
    return value


def _digits(value: str) -> str:
    if not DIGITS.fullmatch(value):
        raise ValueError('write its digits as text, such as "3141592653589793238"')
    return value


def _verifier(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9]{43}", value.get_secret_value()):
        raise ValueError("use 43 of A-Z, a-z and 0-9; its challenge is saved in Zalo's console")
    return value


def _address(value: str) -> str:
    if value and not value.startswith("https://"):
        raise ValueError("write an address that begins with https://")
    return value


Secret = Annotated[SecretStr, AfterValidator(_filled)]
Digits = Annotated[str, AfterValidator(_digits)]
Server = Annotated[str, AfterValidator(server)]


class Checked(BaseModel):
    """A table of the file: no field but its own, and no value is repeated in a complaint."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, strict=True)


class Template(Checked):
    """An approved message of an Official Account."""

    id: Digits = Field(description="its id in Zalo's console")
    fields: Mapping[str, str] = Field(
        default={}, description="for each of its fields the name of our parameter"
    )


def _approvable(value: Mapping[str, Template]) -> Mapping[str, Template]:
    if unknown := sorted(set(value) - APPROVABLE):
        raise ValueError(f"{unknown[0]} cannot go as a template; there are {', '.join(sorted(APPROVABLE))}")
    return value


Templates = Annotated[Mapping[str, Template], AfterValidator(_approvable)]


class Hosts(Checked):
    """Where Zalo answers, for whoever stands in for it."""

    api: Server = Field(default="https://openapi.zalo.me", description="where messages are sent")
    business: Server = Field(
        default="https://business.openapi.zalo.me", description="where templates go by phone"
    )
    oauth: Server = Field(default="https://oauth.zaloapp.com", description="where tokens are traded")


class Account(Checked):
    """What accounts of every kind have."""

    name: Annotated[str, AfterValidator(account_name)] = Field(
        description="what it is called here: in the database and at /hooks/<name>"
    )
    province: Annotated[str, AfterValidator(_unit)] = Field(
        default="", description="the code of the unit it serves"
    )
    label: str = Field(default="", max_length=80, description="how people call it, for the operator alone")


class TelegramAccount(Account):
    """A bot of Telegram."""

    kind: Literal["telegram"] = Field(description="the messenger")
    token: Annotated[Secret, AfterValidator(bot_token)] = Field(description="from @BotFather")
    api: Server = Field(default="https://api.telegram.org", description="its Bot API server")


class ZaloBotAccount(Account):
    """A bot of the Zalo Bot Platform."""

    kind: Literal["zalo-bot"] = Field(description="the messenger")
    token: Secret = Field(description="from the chat of Zalo Bot Manager")
    api: Server = Field(default="https://bot-api.zaloplatforms.com", description="its API server")
    link: Annotated[str, AfterValidator(_address)] = Field(
        default="", description="the address that opens its chat"
    )


class ZaloOaAccount(Account):
    """An Official Account of Zalo."""

    kind: Literal["zalo-oa"] = Field(description="the messenger")
    app_id: Digits = Field(description="the application's id, from developers.zalo.me")
    app_secret: Secret = Field(description="the application's secret key, from developers.zalo.me")
    oa_id: Digits = Field(description="the Official Account's id, from oa.zalo.me")
    oa_secret_key: Secret = Field(description="the OA secret key, from the application's webhook page")
    code_verifier: Annotated[Secret, AfterValidator(_verifier)] = Field(
        description="43 letters and digits whose challenge is saved on the application's page"
    )
    signing: Literal["app_id", "oa_id"] = Field(
        default="app_id",
        description="which id begins the text that Zalo signs; when all is refused, try the other",
    )
    templates: Templates = Field(default={}, description="approved messages by the key of our letter")
    form_picture: Annotated[str, AfterValidator(_address)] = Field(
        default="",
        description="https:// address of a picture above the form for a phone number, instead of our own",
    )
    hosts: Hosts = Field(default=Hosts(), description="Zalo's servers, or others that stand in for them")
    appsecret_proof: bool = Field(
        default=False, description="true when the application's page demands a proof with every call"
    )


AnyAccount = TelegramAccount | ZaloBotAccount | ZaloOaAccount
KINDS: Mapping[str, type[AnyAccount]] = {
    get_args(model.model_fields["kind"].annotation)[0]: model for model in get_args(AnyAccount)
}


def read(path: Path) -> list[AnyAccount]:
    """The accounts of a file; AccountsError with a sentence for each thing that is wrong."""
    tables = _tables(path)
    accounts: list[AnyAccount] = []
    wrong: list[str] = []
    for number, table in enumerate(tables, 1):
        name = table.get("name")
        title = f"account {name}" if isinstance(name, str) and name else f"account number {number}"
        account, problems = _account(title, table)
        wrong += problems
        if account is not None:
            accounts.append(account)
    names = [account.name for account in accounts]
    wrong += [f"account {name} stands there twice: give each a name of its own." for name in _twice(names)]
    if wrong:
        raise AccountsError("\n".join(f"{path}: {sentence}" for sentence in wrong))
    return accounts


def open_to_others(path: Path) -> bool:
    """Whether other users of the machine may read the file."""
    return bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))


def _tables(path: Path) -> list[dict[str, Any]]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AccountsError(f"{path} cannot be read ({error.strerror}). Is CACHLY_ACCOUNTS right?") from None
    except UnicodeDecodeError:
        raise AccountsError(f"{path} is not in UTF-8. Save it so.") from None
    except tomllib.TOMLDecodeError as error:
        raise AccountsError(f"{path} is no TOML: {error}. {EXAMPLE}") from None
    tables = content.pop("account", None)
    if content:
        raise AccountsError(f"{path}: {min(content)} is unknown; there are only [[account]] tables.")
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise AccountsError(f"{path} names no account: each begins with [[account]]. {EXAMPLE}")
    return tables


def _account(title: str, table: Mapping[str, Any]) -> tuple[AnyAccount | None, list[str]]:
    kind = table.get("kind")
    model = KINDS.get(kind) if isinstance(kind, str) else None
    if model is None:
        return None, [f"{title}: kind is one of {', '.join(KINDS)}."]
    filled, missing = _from_environment(title, table)
    try:
        return (None if missing else model.model_validate(filled)), missing
    except ValidationError as error:
        return None, missing + [_sentence(title, model, problem) for problem in error.errors()]


def _from_environment(title: str, table: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The table with what it takes from the environment or .env, and what is not set there."""
    filled, missing = dict(table), []
    known = {**dotenv_values(".env"), **os.environ}
    for field, value in table.items():
        if isinstance(value, str) and value.startswith(FROM_ENVIRONMENT):
            name = value.removeprefix(FROM_ENVIRONMENT)
            filled[field] = known.get(name) or ""
            if not filled[field]:
                missing.append(f"{title}: {field} is taken from {name}, which is not set in the environment.")
    return filled, missing


def _sentence(title: str, model: type[BaseModel], problem: Any) -> str:  # noqa: ANN401 - pydantic's details
    place = [str(part) for part in problem["loc"]]
    field, where = place[-1], ".".join(place)
    owner = _owner(model, place)
    match problem["type"]:
        case "missing":
            return f"{title}: {where} is missing: {owner.model_fields[field].description}."
        case "extra_forbidden":
            near = difflib.get_close_matches(field, owner.model_fields, n=1, cutoff=0.6)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(owner.model_fields)}."
            return f"{title}: {where} is no field of it: {hint}"
        case _:
            says = str(problem["msg"]).removeprefix("Value error, ")
            return f"{title}: {where} is not usable: {says[0].lower()}{says[1:]}."


def _owner(model: type[BaseModel], place: list[str]) -> type[BaseModel]:
    """The table that a field stands in."""
    inner: Mapping[str, type[BaseModel]] = {"hosts": Hosts, "templates": Template}
    return inner.get(place[0], model) if len(place) > 1 else model


def _twice(names: list[str]) -> Iterator[str]:
    return (name for name in sorted(set(names)) if names.count(name) > 1)
