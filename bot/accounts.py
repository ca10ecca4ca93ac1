"""The accounts of an installation, from the settings and the accounts file, and the channel of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr

from bot.accounts_file import AccountsError, AnyAccount, TelegramAccount, ZaloBotAccount, ZaloOaAccount, read
from bot.catalogues import SERVED, Catalogue
from bot.clock import Clock
from bot.formatting import PLACE
from bot.premises import ACCOUNTS_MISSING
from bot.refusals import RefusedError
from bot.rendering import ABOUT_READER
from bot.settings import Settings
from bot.web import FORM_PICTURE
from channels.telegram import Telegram
from channels.zalo_bot import ZaloBot
from channels.zalo_oa import ZaloOa
from channels.zalo_oa_account import Credentials, Hosts, Signing
from quarantine.channel import Channel
from quarantine.tokens import TokenStore
from quarantine.windows import Approved

ONLY_HTTPS = ("api.telegram.org", "bot-api.zaloplatforms.com", "openapi.zalo.me")
"""The messengers' own servers: they push to https:// addresses alone."""


def known(chosen: Settings) -> list[AnyAccount]:
    """All accounts: the bot of the settings, if it has a token, and those of the file.

    Raises RefusedError with a sentence for each thing that is wrong, and when there is no account at all.
    """
    if not chosen.has_accounts():
        raise RefusedError(ACCOUNTS_MISSING)
    found: list[AnyAccount] = []
    if token := chosen.telegram_token.get_secret_value():
        found.append(
            TelegramAccount(
                name=chosen.telegram_account,
                kind="telegram",
                token=SecretStr(token),
                api=chosen.telegram_api,
            )
        )
    if chosen.accounts:
        found += read(Path(chosen.accounts))
    if wrong := list(_wrong(chosen, found)):
        raise AccountsError("\n".join(wrong))
    return found


def _wrong(chosen: Settings, accounts: Sequence[AnyAccount]) -> Iterator[str]:
    names = [account.name for account in accounts]
    if names.count(chosen.telegram_account) > 1:
        yield (
            f"account {chosen.telegram_account} stands in {chosen.accounts} and is CACHLY_TELEGRAM_ACCOUNT "
            "too: give one of them another name."
        )
    for first, second in combinations(accounts, 2):
        if _identity(first) == _identity(second):
            yield (
                f"account {second.name} is the same as account {first.name}: two would take each other's "
                "messages and tokens. Take one of them out."
            )
    if chosen.public_url.startswith("http://"):
        for account in accounts:
            if urlsplit(_server_of(account)).hostname in ONLY_HTTPS:
                yield f"CACHLY_PUBLIC_URL must begin with https://: {account.name} is pushed to no other."


def _identity(account: AnyAccount) -> tuple[str, str]:
    """The server, and what it knows the account by."""
    known_by = account.oa_id if isinstance(account, ZaloOaAccount) else account.token.get_secret_value()
    return _server_of(account), known_by


def _server_of(account: AnyAccount) -> str:
    return account.hosts.api if isinstance(account, ZaloOaAccount) else account.api


def secrets(account: BaseModel) -> list[str]:
    """What of an account must not be seen in a log or an answer."""
    values = [getattr(account, field) for field in type(account).model_fields]
    return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]


def approved(accounts: Sequence[AnyAccount]) -> dict[str, dict[str, Approved]]:
    """By account the messages that it may send into closed windows, by letter key."""
    return {
        account.name: {key: Approved(one.id, one.fields) for key, one in account.templates.items()}
        for account in accounts
        if isinstance(account, ZaloOaAccount)
    }


def check_templates(accounts: Sequence[AnyAccount], catalogue: Catalogue) -> None:
    """Raise AccountsError where a template's field names a parameter that its letter does not have."""
    wrong = [
        f"account {account.name}: templates.{key}.fields.{field} is to hold {parameter}, which that letter "
        f"does not have; there are {', '.join(sorted(there))}."
        for account in accounts
        if isinstance(account, ZaloOaAccount)
        for key, template in account.templates.items()
        for there in [_parameters(catalogue, key)]
        for field, parameter in template.fields.items()
        if parameter not in there
    ]
    if wrong:
        raise AccountsError("\n".join(wrong))


def _parameters(catalogue: Catalogue, key: str) -> set[str]:
    """What a letter of this key can fill in: what its text names, and what is known of its reader."""
    return set(ABOUT_READER) | set(PLACE.findall(catalogue.text(key, SERVED)))


def hook(chosen: Settings, account: str) -> str:
    """The address that the account's updates are pushed to, "" when none are."""
    return f"{chosen.public_url}/hooks/{account}" if chosen.public_url else ""


def channel(
    account: AnyAccount,
    chosen: Settings,
    store: TokenStore,
    clock: Clock,
    known: Sequence[AnyAccount] = (),
) -> Channel:
    """The channel of an account, not yet open; `store` keeps the tokens of those that need renewing.

    Of `known` those that share its application are heard by it too: Zalo pushes to one address of it.
    """
    secret = chosen.hook_secret() if chosen.public_url else ""
    match account:
        case TelegramAccount():
            token = account.token.get_secret_value()
            return Telegram(account.name, token, account.api, hook_secret=secret)
        case ZaloBotAccount():
            token = account.token.get_secret_value()
            return ZaloBot(account.name, token, account.api, hook_secret=secret, link=account.link)
        case ZaloOaAccount():
            return ZaloOa(
                account.name,
                credentials(account, known),
                store,
                clock.now,
                hosts=Hosts(account.hosts.api, account.hosts.business, account.hosts.oauth),
                templates=[one.id for one in account.templates.values()],
                form_picture=account.form_picture or _own_picture(chosen),
            )


def _own_picture(chosen: Settings) -> str:
    return chosen.public_url + FORM_PICTURE if chosen.public_url else ""


def credentials(account: ZaloOaAccount, known: Sequence[AnyAccount]) -> Credentials:
    """What an Official Account is set up with; its siblings are those that share its application."""
    return Credentials(
        oa_id=account.oa_id,
        app_id=account.app_id,
        app_secret=account.app_secret.get_secret_value(),
        oa_secret=account.oa_secret_key.get_secret_value(),
        verifier=account.code_verifier.get_secret_value(),
        signing=Signing(account.signing),
        proof=account.appsecret_proof,
        siblings={
            one.oa_id: one.name
            for one in known
            if isinstance(one, ZaloOaAccount)
            and one.name != account.name
            and (one.app_id, one.oa_secret_key) == (account.app_id, account.oa_secret_key)
        },
    )
