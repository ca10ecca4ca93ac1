"""Starts the stand-in Telegram server: `python -m simulator --help`."""

import argparse
import sys

from aiohttp import web

from simulator.server import make_app
from simulator.settings import DEMO_TOKEN, Settings


def read_arguments(words: list[str] | None = None) -> argparse.Namespace:
    """The command line; each option has a default that suits a demonstration on one machine."""
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
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
    parser.add_argument("--no-limits", action="store_true", help="do not keep Telegram's sending limits")
    parser.add_argument(
        "--callback-seconds",
        type=float,
        default=60.0,
        help="how long a press may be answered (default: %(default)s)",
    )
    return parser.parse_args(words)


def main(words: list[str] | None = None) -> int:
    """Serve until stopped."""
    chosen = read_arguments(words)
    settings = Settings(
        token=chosen.token,
        bot_username=chosen.bot_username,
        bot_name=chosen.bot_name,
        clock_url=chosen.clock_url,
        callback_seconds=chosen.callback_seconds,
        limits_on=not chosen.no_limits,
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
