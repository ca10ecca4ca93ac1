"""What `python -m simulator` takes, and the process that it starts."""

import asyncio
import json
import socket
import sys
import urllib.request

import pytest

from simulator.__main__ import main, read_arguments
from simulator.zalo_oa_settings import OaSettings


def test_every_option_may_be_left_out():
    """The defaults are those of the settings, for the Official Account and the bots alike."""
    chosen = read_arguments([])
    assert chosen.oa_app_id == OaSettings().app_id
    assert chosen.oa_webhook_url == ""
    assert chosen.zalo_bot_token != chosen.token


def test_a_template_without_a_text_is_refused(capsys):
    """The message says how to write it."""
    assert main(["--oa-template", "301"]) == 2
    assert "ID=TEXT" in capsys.readouterr().err


def test_help_says_what_each_option_is_for(capsys):
    """Help ends well and names the options for Zalo."""
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "--oa-secret-key" in capsys.readouterr().out


def ask(url, body=None, headers=None):
    """One call; gives the JSON."""
    data = None if body is None else json.dumps(body).encode()
    head = {"Content-Type": "application/json"} | (headers or {})
    with urllib.request.urlopen(urllib.request.Request(url, data, head), timeout=5) as answer:  # noqa: S310 - localhost
        return json.load(answer)


async def test_one_port_serves_all_three(tmp_path):
    """The process answers as Telegram, as the Official Account and as the Zalo Bot, as its options say."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    root = f"http://127.0.0.1:{port}"
    words = ("--port", str(port), "--token", "1:T", "--zalo-bot-token", "2:Z", "--zalo-bot-name", "Bot Trạm")
    more = ("--oa-id", "55", "--oa-name", "Trạm Ngọc Hà", "--oa-template", "301=Chào <name>")
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "simulator", *words, *more)
    try:
        for _ in range(200):
            try:
                await asyncio.to_thread(ask, f"{root}/healthz")
                break
            except OSError:
                await asyncio.sleep(0.05)
        token = (await asyncio.to_thread(ask, f"{root}/sim/zalo-oa/tokens", {}))["access_token"]
        oa = await asyncio.to_thread(ask, f"{root}/v2.0/oa/getoa", None, {"access_token": token})
        assert (oa["data"]["oaid"], oa["data"]["name"]) == ("55", "Trạm Ngọc Hà")
        assert (await asyncio.to_thread(ask, f"{root}/bot1:T/getMe"))["result"]["is_bot"] is True
        assert (await asyncio.to_thread(ask, f"{root}/bot2:Z/getMe"))["result"]["account_name"] == "Bot Trạm"
    finally:
        process.terminate()
        await process.wait()
    assert process.returncode in {0, -15, 143}
