"""Starts the stand-in messengers: `python -m simulator --help`.

One port serves four things: Telegram's Bot API, the API of one Zalo Official Account (openapi, business and
oauth hosts together), one Zalo Bot, and the page of phones at `/` with its control API under `/sim`. A client
is given `http://HOST:PORT` as the address of every host of Zalo and of Telegram; the Zalo Bot is told from
Telegram by its token (`/bot<token>/…`), and is also at `http://HOST:PORT/zalo-bot`, where a wrong token is
refused in its own words.

A phone of each kind is made with `POST /sim/phones {"kind": "telegram" | "zalo-oa" | "zalo-bot", …}`; ids of
Zalo's users are texts, made up when none is given. Who "has written before" is acted with
`POST /sim/phones/<id>/follow {}` (Official Account) or `…/text {"text": "Chào"}`.

The Official Account's first pair of tokens comes by hand, as from the console's API Explorer:
`POST /sim/zalo-oa/tokens` answers `{"access_token", "refresh_token", "expires_in": "90000"}`; or by consent,
at `/v4/oa/permission`. Its webhook is given with `--oa-webhook-url`, or later with
`POST /sim/zalo-oa {"webhook_url": …}`; the Zalo Bot's by its own setWebhook.
"""

import argparse
import sys
from typing import get_args

from aiohttp import web

from simulator.server import make_app
from simulator.settings import DEMO_TOKEN, Settings
from simulator.zalo_bot_settings import ZaloBotSettings
from simulator.zalo_oa_settings import First, OaSettings


def read_arguments(words: list[str] | None = None) -> argparse.Namespace:
    """The command line; each option has a default that suits a demonstration on one machine."""
    first_line = str(__doc__).partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m simulator", description=first_line)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8081, help="port to listen on (default: %(default)s)")
    parser.add_argument("--token", default=DEMO_TOKEN, help="the bot's token (default: %(default)s)")
    parser.add_argument(
        "--bot-username",
        default="CachlyDemoBot",
        help="as in https://t.me/<name> (default: %(default)s)",
    )
    parser.add_argument("--bot-name", default="Cachly", help="the bot's shown name (default: %(default)s)")
    parser.add_argument(
        "--clock-url", default=None, help="Cachly's demo clock, http://127.0.0.1:8080/demo/clock"
    )
    parser.add_argument("--no-limits", action="store_true", help="do not keep the messengers' sending limits")
    parser.add_argument(
        "--callback-seconds",
        type=float,
        default=60.0,
        help="how long a press may be answered (default: %(default)s)",
    )
    _add_zalo(parser)
    return parser.parse_args(words)


def _add_zalo(parser: argparse.ArgumentParser) -> None:
    oa, bot = OaSettings(), ZaloBotSettings()
    zalo = parser.add_argument_group("Zalo Official Account and Zalo Bot")
    for option, default, told in (
        ("--oa-app-id", oa.app_id, "the app's id"),
        ("--oa-app-secret", oa.app_secret, "the app's secret, with which tokens are traded"),
        ("--oa-id", oa.oa_id, "the account's id"),
        ("--oa-name", oa.oa_name, "the account's shown name"),
        ("--oa-secret-key", oa.oa_secret_key, "the account's secret key, with which events are signed"),
        ("--oa-webhook-url", oa.webhook_url, "where events go; none by default"),
        ("--zalo-bot-token", bot.token, "the Zalo Bot's token"),
        ("--zalo-bot-name", bot.name, "the Zalo Bot's shown name"),
    ):
        zalo.add_argument(option, default=default, help=told + (" (default: %(default)s)" if default else ""))
    zalo.add_argument(
        "--oa-signature-first",
        choices=get_args(First),
        default=oa.signature_first,
        help="which id begins what is signed (default: %(default)s)",
    )
    zalo.add_argument(
        "--oa-template",
        action="append",
        default=[],
        metavar="ID=TEXT",
        help="an approved template; <name> in the text is a parameter; may be given several times",
    )


def _oa(chosen: argparse.Namespace) -> OaSettings:
    return OaSettings(
        app_id=chosen.oa_app_id,
        app_secret=chosen.oa_app_secret,
        oa_id=chosen.oa_id,
        oa_name=chosen.oa_name,
        oa_secret_key=chosen.oa_secret_key,
        webhook_url=chosen.oa_webhook_url,
        signature_first=chosen.oa_signature_first,
        limits_on=not chosen.no_limits,
        templates=dict(template.split("=", 1) for template in chosen.oa_template),
    )


def main(words: list[str] | None = None) -> int:
    """Serve until stopped."""
    chosen = read_arguments(words)
    if any("=" not in template for template in chosen.oa_template):
        sys.stderr.write("Write --oa-template as ID=TEXT.\n")
        return 2
    settings = Settings(
        token=chosen.token,
        bot_username=chosen.bot_username,
        bot_name=chosen.bot_name,
        clock_url=chosen.clock_url,
        callback_seconds=chosen.callback_seconds,
        limits_on=not chosen.no_limits,
        oa=_oa(chosen),
        zalo_bot=ZaloBotSettings(
            token=chosen.zalo_bot_token, name=chosen.zalo_bot_name, limits_on=not chosen.no_limits
        ),
    )
    try:
        web.run_app(make_app(settings), host=chosen.host, port=chosen.port, access_log=None, print=None)
    except OSError as error:
        sys.stderr.write(
            f"Cannot listen on {chosen.host}, port {chosen.port}: {error.strerror}. Try --port.\n"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
