"""A place for commands: an empty folder, a way to run them, and a Cachly that is set up."""

import pytest

from bot.cli import main
from bot.settings import Settings
from tests.bot.processes import TOKEN, Process, ask, until
from tests.e2e.processes import free_port

KEY = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
COMMUNES = (
    "province_code\tprovince\tward_code\tward\n04\tTỉnh Cao Bằng\t01273\tPhường Thục Phán\n"
    "04\tTỉnh Cao Bằng\t01321\tXã Bảo Lạc\n"
)


@pytest.fixture
def place(monkeypatch, tmp_path):
    """An empty folder to be in, with no settings but the test's own."""
    for field in Settings.model_fields:
        monkeypatch.delenv(f"CACHLY_{field.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def cachly(capsys):
    """Run a command in this process: its exit code and what it printed."""

    def run(*words):
        capsys.readouterr()
        try:
            main(words)
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
        streams = capsys.readouterr()
        assert "Traceback" not in streams.err
        return code, streams.out, streams.err

    return run


@pytest.fixture(scope="module")
def telegram():
    """A stand-in Telegram that knows the bot of TOKEN; its address."""
    port = free_port()
    server = ("-m", "simulator", "--port", str(port), "--token", TOKEN, "--bot-username", "CachlyTestBot")
    with Process(*server):
        until(lambda: ask(f"http://127.0.0.1:{port}/sim/phones"))
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def installed(place, cachly, telegram):
    """A Cachly with a key, a bot, a migrated database and two communes."""
    (place / ".env").write_text(
        f"CACHLY_KEYS={KEY}\nCACHLY_TELEGRAM_TOKEN={TOKEN}\nCACHLY_TELEGRAM_API={telegram}\n"
    )
    (place / "communes.tsv").write_text(COMMUNES)
    assert cachly("migrate")[0] == 0
    assert cachly("units", "load", "communes.tsv") == (
        0,
        "1 provinces and 2 communes are loaded: 3 new, 0 changed. 8 other and earlier names are known.\n",
        "",
    )
    return place
