"""`cachly doctor` finds what is wrong with each part, and says what to do."""

import json
from datetime import UTC, datetime

import pytest

from storage import tables
from storage.engine import open_engine
from storage.sealing import Keyring
from storage.tables import core
from tests.bot.conftest import KEY
from tests.bot.processes import TOKEN
from tests.storage.rows import LAN, Rows

pytestmark = pytest.mark.usefixtures("place")
PERSON, POSTING, LETTER = (core(table).insert() for table in (tables.Person, tables.Posting, tables.Letter))


def test_doctor_finds_what_is_missing(cachly):
    """On an empty machine it says what to do first, and exits with 1."""
    code, out, _ = cachly("doctor")
    assert code == 1
    for remedy in ("cachly key >> .env", "cachly migrate", "@BotFather"):
        assert remedy in out


def test_doctor_is_content_with_a_good_installation(cachly, installed):
    """All is well: exit 0 and no remedy; without staff or with another webhook something is wrong."""
    code, out, _ = cachly("doctor")
    assert code == 1
    assert "0 postings\n    Invite the first one" in out
    engine = open_engine(f"sqlite:///{installed / 'cachly.db'}")
    long_ago = datetime(2021, 8, 14, tzinfo=UTC)
    with engine.begin() as conn:
        profile = Keyring.parse(KEY).seal("person", "profile", 1, "{}")
        conn.execute(PERSON, {"id": 1, "profile": profile, "created_at": long_ago})
        posted = {"id": 1, "person_id": 1, "unit_id": 1273, "role": "officer", "valid_from": long_ago}
        conn.execute(POSTING, posted)
    code, out, _ = cachly("doctor")
    assert (code, out.splitlines()[-1]) == (0, "All is well."), out
    assert "@CachlyTestBot" in out
    with engine.begin() as conn:
        letter = {"id": 1, "owner": 1, "key": "x", "priority": 1, "due_at": long_ago, "created_at": long_ago}
        conn.execute(LETTER, letter)
    engine.dispose()
    code, out, _ = cachly("doctor")
    assert code == 1
    assert "1 letters due" in out
    assert "Does `cachly run` run" in out


def test_doctor_names_a_cdc_that_nobody_is_posted_at(cachly, installed):
    """Where alerts reach nobody only the operator can help: the code of the unit, and the command."""
    engine = open_engine(f"sqlite:///{installed / 'cachly.db'}")
    with engine.begin() as conn:
        rows = Rows(conn, Keyring.parse(KEY), datetime(2021, 8, 14, tzinfo=UTC))
        rows.person(LAN)
        rows.episode(201, LAN.id, unit_id=1273)
    engine.dispose()
    code, out, _ = cachly("doctor")
    assert code == 1
    assert "posted for 1 provinces with people in quarantine: 04" in out
    assert "cachly invite --unit 04 --role cdc_admin" in out
    assert LAN.name not in out


def test_doctor_compares_the_webhook(cachly, installed, monkeypatch):
    """A webhook that is not the one of the settings means that messages go elsewhere."""
    monkeypatch.setenv("CACHLY_PUBLIC_URL", "http://127.0.0.1:9")
    code, out, _ = cachly("doctor")
    assert code == 1
    assert "Not as CACHLY_PUBLIC_URL says" in out


def test_doctor_knows_a_wrong_token(cachly, installed, monkeypatch):
    """A token that Telegram does not know is said to be so, and not shown."""
    monkeypatch.setenv("CACHLY_TELEGRAM_TOKEN", "123456:REVOKED")
    code, out, _ = cachly("doctor")
    assert code == 1
    assert "✗ telegram: bot: " in out
    assert "REVOKED" not in out


def test_doctor_looks_at_every_account_of_the_file(cachly, installed, telegram):
    """Each account is looked at by itself, and a file that others may read is said to be so."""
    file = installed / "accounts.toml"
    file.write_text(
        f'[[account]]\nname = "second"\nkind = "telegram"\ntoken = "{TOKEN}"\n'
        f'api = "{telegram.replace("127.0.0.1", "localhost")}"\n'
    )
    with (installed / ".env").open("a") as env:
        env.write("CACHLY_ACCOUNTS=accounts.toml\n")
    file.chmod(0o644)
    code, out, _ = cachly("doctor")
    assert code == 1
    assert "✓ telegram: bot: @CachlyTestBot" in out
    assert "✓ second: bot: @CachlyTestBot" in out
    assert (
        "✗ accounts file: accounts.toml can be read by others\n    Close it: chmod 600 accounts.toml" in out
    )
    file.chmod(0o600)
    assert "✓ accounts file: accounts.toml is closed to others" in cachly("doctor")[1]


def test_doctor_speaks_to_programs(cachly, installed):
    """--json gives each finding with its part, what was found and what is wrong."""
    code, out, _ = cachly("doctor", "--json")
    found = json.loads(out)
    assert code == 1
    assert {"part": "telegram: bot", "found": "@CachlyTestBot", "wrong": ""} in found
    assert all(set(one) == {"part", "found", "wrong"} for one in found)


def test_an_official_account_without_a_public_address_says_so(cachly, installed):
    """Its messenger only pushes: without an address to push to nothing can come in."""
    (installed / "accounts.toml").write_text(
        '[[account]]\nname = "oa"\nkind = "zalo-oa"\napp_id = "1"\napp_secret = "s3cret"\noa_id = "2"\n'
        f'oa_secret_key = "k3y"\ncode_verifier = "{"v" * 43}"\n[account.hosts]\noauth = "http://127.0.0.1:9"\n'
    )
    with (installed / ".env").open("a") as env:
        env.write("CACHLY_ACCOUNTS=accounts.toml\n")
    code, out, _ = cachly("doctor")
    assert code == 1
    assert "✗ oa: messages: cannot come in\n    Its messenger only pushes: set CACHLY_PUBLIC_URL" in out
    assert "cachly zalo consent oa" in out
    assert "s3cret" not in out
