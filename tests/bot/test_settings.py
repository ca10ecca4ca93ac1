"""Settings are read from CACHLY_* and .env, documented, and answer wrong values with what to do."""

import re
from pathlib import Path

import pytest

from bot import settings
from bot.settings import Settings, SettingsError

ROOT = Path(__file__).parents[2]
NAMES = {f"CACHLY_{field.upper()}" for field in Settings.model_fields}
KEY = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@pytest.fixture(autouse=True)
def clean(monkeypatch, tmp_path):
    """No CACHLY_* but the tests' own, and an empty folder to be in."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def documented(text):
    """The setting names of a README table's first column."""
    section = text.split("\n## Settings\n", 1)[1].split("\n## ", 1)[0]
    return {
        name: line for line in section.splitlines() for name in re.findall(r"^\| `(CACHLY_\w+)` \|", line)
    }


def test_every_setting_is_in_the_readme():
    """README's table has a row for each setting, with its default, and none that does not exist."""
    rows = documented((ROOT / "README.md").read_text(encoding="utf-8"))
    assert set(rows) - set(settings.FOR_TESTS) == NAMES
    for field, about in Settings.model_fields.items():
        default = str(about.default)
        shown = "" if set(default) <= {"*"} else f"`{default}`"
        assert f"| {shown} |".replace("|  |", "| |") in rows[f"CACHLY_{field.upper()}"], field


def test_every_setting_is_in_env_example():
    """.env.example has a line for each setting, and none that does not exist."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^#?(CACHLY_\w+)=", text, re.MULTILINE)) == NAMES


def test_every_setting_says_what_it_is_for():
    """Each field carries the sentence that `doctor` and readers see."""
    for field, about in Settings.model_fields.items():
        assert about.description, field
        assert about.description.endswith("."), field


def test_env_example_is_a_working_file(tmp_path):
    """Copied as it is, .env.example is accepted and changes no default."""
    (tmp_path / ".env").write_bytes((ROOT / ".env.example").read_bytes())
    assert settings.load() == Settings(_env_file=None)


def test_the_environment_wins_over_the_file(tmp_path, monkeypatch):
    """What is set for one process is stronger than .env; an empty value is no value."""
    (tmp_path / ".env").write_text("CACHLY_HTTP_PORT=9000\nCACHLY_HTTP_HOST=0.0.0.0\nPATH_OF_OTHERS=1\n")
    monkeypatch.setenv("CACHLY_HTTP_PORT", "9001")
    monkeypatch.setenv("CACHLY_DATABASE", "")
    read = settings.load()
    assert (read.http_port, read.http_host, read.database) == (9001, "0.0.0.0", "sqlite:///cachly.db")  # noqa: S104 - a value


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("CACHLY_DATABASE", "mysql://x", "CACHLY_DATABASE is not usable: write sqlite:///"),
        (
            "CACHLY_HTTP_PORT",
            "0",
            "CACHLY_HTTP_PORT is not usable: input should be greater than or equal to 1.",
        ),
        ("CACHLY_HTTP_PORT", "eighty", "CACHLY_HTTP_PORT is not usable: input should be a valid integer"),
        ("CACHLY_TELEGRAM_TOKEN", "secret-token", "copy the whole token that @BotFather gave"),
        ("CACHLY_TELEGRAM_API", "api.telegram.org", "write an address that begins with https://"),
        ("CACHLY_PUBLIC_URL", "bot.example.vn", "write an address that begins with https://"),
        ("CACHLY_PUBLIC_URL", "http://bot.example.vn", "CACHLY_PUBLIC_URL must begin with https://"),
        ("CACHLY_WEBHOOK_SECRET", "short", "use 16 to 256 of A-Z"),
        ("CACHLY_TELEGRAM_ACCOUNT", "../x", "use 1 to 32 of a-z"),
        ("CACHLY_LOG_LEVEL", "loud", "'debug', 'info', 'warning' or 'error'"),
        ("CACHLY_LOG_FORMAT", "xml", "'json' or 'console'"),
        ("CACHLY_DEMO_PORT", "8080", "CACHLY_HTTP_PORT and CACHLY_DEMO_PORT are the same"),
        ("CACHLY_TELEGRM_TOKEN", "1:a", "did you mean CACHLY_TELEGRAM_TOKEN?"),
        ("CACHLY_XYZZY", "1", "CACHLY_XYZZY is not a setting of Cachly: README.md lists what can be set."),
    ],
)
def test_wrong_values_say_what_to_do(monkeypatch, name, value, says):
    """A wrong value or a misspelt name is answered with what to write; the value is not shown."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        settings.load()
    assert says in str(refused.value)
    assert "secret-token" not in str(refused.value)
    assert refused.value.__cause__ is None or "secret-token" not in str(refused.value.__cause__)


def test_all_wrong_values_are_named_at_once(monkeypatch):
    """Somebody who sets up a machine learns of every mistake in one go."""
    monkeypatch.setenv("CACHLY_HTTP_PORT", "x")
    monkeypatch.setenv("CACHLY_PUBLIC_URL", "x")
    with pytest.raises(SettingsError) as refused:
        settings.load()
    assert len(str(refused.value).splitlines()) == 2


def test_webhooks_may_be_plain_http_for_another_bot_api_server():
    """A local Bot API server delivers to http:// addresses; Telegram does not."""
    read = settings.load(public_url="http://127.0.0.1:8080/", telegram_api="http://127.0.0.1:8081/")
    assert (read.public_url, read.telegram_api) == ("http://127.0.0.1:8080", "http://127.0.0.1:8081")


def test_the_webhook_secret_is_made_when_none_is_set():
    """The derived secret is stable, fits Telegram's alphabet, depends on the key; one that is set wins."""
    read = settings.load(keys=KEY)
    assert read.hook_secret() == settings.load(keys=f"{KEY},k0:older").hook_secret()
    assert re.fullmatch(r"[A-Za-z0-9_-]{16,256}", read.hook_secret())
    assert read.hook_secret() != settings.load(keys=KEY.replace("AAE", "BBE")).hook_secret()
    assert settings.load(keys=KEY, webhook_secret="s" * 16).hook_secret() == "s" * 16


def test_no_webhook_secret_comes_from_an_empty_key():
    """Without a key and a secret there is nothing to derive from: anybody could compute the result."""
    with pytest.raises(SettingsError, match="cachly key"):
        settings.load().hook_secret()


def test_secrets_are_not_shown_and_are_all_listed():
    """Printing the settings shows no secret; the scrubber of the logs is given each of them."""
    read = settings.load(
        keys=KEY, telegram_token="123456:ABCDEF", webhook_secret="s" * 16,
        database="postgresql://cachly:geheim@db/cachly",
    )  # fmt: skip
    assert set(read.secrets()) == {KEY.partition(":")[2], "123456:ABCDEF", "s" * 16, "geheim"}
    for secret in (KEY, "ABCDEF", "s" * 16):
        assert secret not in repr(read)
    assert "geheim" not in repr(read)
    assert settings.load().secrets() == ()
