"""The accounts of an installation: a channel for each, built from the settings."""

from __future__ import annotations

from bot import premises
from bot.settings import Settings
from channels.telegram import Telegram
from quarantine.channel import Channel


def channels(chosen: Settings) -> list[Channel]:
    """A channel for each account, not yet open; RefusedError when one cannot be made."""
    secret = chosen.hook_secret() if chosen.public_url else ""
    return [
        Telegram(chosen.telegram_account, premises.token(chosen), chosen.telegram_api, hook_secret=secret)
    ]


def hook(chosen: Settings, account: str) -> str:
    """The address that the account's updates are pushed to, "" when none are."""
    return f"{chosen.public_url}/hooks/{account}" if chosen.public_url else ""
