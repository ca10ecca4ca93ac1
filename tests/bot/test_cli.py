"""The command line: each command does what its --help says, and answers mistakes with one sentence."""

import re
import subprocess
import sys

import pytest
from sqlalchemy import text

from storage.engine import open_engine
from storage.sealing import Keyring
from tests.bot.conftest import COMMUNES, KEY
from tests.bot.processes import Process

COMMANDS = (
    "run",
    "demo",
    "migrate",
    "sweep",
    "units",
    "import",
    "template",
    "invite",
    "leaflets",
    "doctor",
    "key",
    "rekey",
    "zalo",
    "officers",
)

pytestmark = pytest.mark.usefixtures("place")


def test_help_names_every_command(cachly):
    """`cachly --help` lists what there is."""
    code, out, _ = cachly("--help")
    assert code == 0
    assert [word for word in COMMANDS if not re.search(rf"^  {word}\s", out, re.MULTILINE)] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_each_help_suffices(cachly, command):
    """Each command's --help says in sentences what it does and needs."""
    code, out, _ = cachly(command, "--help")
    assert code == 0
    assert len(out.split()) > 30


def test_help_loads_no_heavy_library():
    """The command line answers at once: databases and messengers are imported when they are needed."""
    heavy = "{'sqlalchemy', 'sqlmodel', 'telegram', 'aiohttp', 'pydantic', 'alembic', 'structlog'}"
    check = f"import sys, bot.cli; sys.exit(sorted({heavy} & set(sys.modules)) or 0)"
    subprocess.run((sys.executable, "-c", check), check=True)


@pytest.mark.parametrize(
    "words", [(), ("fly",), ("sweep",), ("invite", "--unit", "04"), ("units", "support", "04-KV1")]
)
def test_wrong_use_is_explained(cachly, words):
    """An unknown command or a missing word: exit 2 and how to use it."""
    code, out, err = cachly(*words)
    assert code == 2
    assert "Usage: " in out + err


def test_run_refuses_without_a_key(cachly):
    """Personal data is not kept unsealed: the sentence says how to make a key."""
    code, out, err = cachly("run")
    assert (code, out) == (2, "")
    assert "CACHLY_KEYS is not set" in err
    assert "`cachly key >> .env`" in err


def test_run_refuses_without_a_bot(cachly, place):
    """Without a token there is nobody to be: the sentence says where tokens come from, and names the demo."""
    (place / ".env").write_text(f"CACHLY_KEYS={KEY}\n")
    code, _, err = cachly("run")
    assert code == 2
    assert "@BotFather" in err
    assert "cachly demo" in err


@pytest.mark.parametrize("command", [("run",), ("doctor",), ("migrate",), ("rekey",), ("key",)])
def test_wrong_settings_are_named(cachly, monkeypatch, command):
    """Every command says which setting is wrong and what to write."""
    monkeypatch.setenv("CACHLY_HTTP_PORT", "eighty")
    code, out, err = cachly(*command)
    assert code == (1 if command == ("doctor",) else 2)
    assert "CACHLY_HTTP_PORT is not usable" in out + err


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ("nonsense", "a key is written as id:base64"),
        ("k1:####", "key k1 is not base64"),
        ("k1:c2hvcnQ=", "key k1 has 5 bytes instead of 32"),
        (f"{KEY},{KEY}", "key k1 is given twice"),
    ],
)
def test_unusable_keys_are_explained_and_not_shown(cachly, monkeypatch, keys, says):
    """A damaged key is named by its id, never quoted."""
    monkeypatch.setenv("CACHLY_KEYS", keys)
    for command in (("rekey",), ("key",)):
        code, out, err = cachly(*command)
        assert code == 2
        assert says in err
        assert KEY.partition(":")[2] not in out + err


def test_a_key_is_made_as_a_line_for_env(cachly, place):
    """`cachly key >> .env` is all there is to do, the first time and each time after; ids never repeat."""
    for count in (1, 2, 3):
        code, out, _ = cachly("key")
        assert code == 0
        with (place / ".env").open("a") as file:
            file.write(out)
        assert len(Keyring.parse(out.strip().removeprefix("CACHLY_KEYS=")).keys) == count


def test_migrate_makes_the_tables_and_may_be_repeated(cachly, place):
    """A new database gets its tables; a second run finds nothing to do."""
    first, second = cachly("migrate"), cachly("migrate")
    assert first[0] == second[0] == 0
    assert first[1] == second[1]
    assert (place / "cachly.db").exists()


def test_a_newer_database_is_left_alone(cachly, place):
    """An older Cachly does not touch what a newer one has made."""
    cachly("migrate")
    engine = open_engine(f"sqlite:///{place / 'cachly.db'}")
    with engine.begin() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    code, _, err = cachly("migrate")
    assert code == 2
    assert "newer version of Cachly" in err


@pytest.mark.parametrize(
    ("database", "says"),
    [
        ("sqlite:////nowhere/at/all/cachly.db", "cannot be opened. Does its folder exist"),
        ("postgresql://cachly:geheim@127.0.0.1:1/cachly", "does not answer. Is it running"),
        ("mysql://x", "CACHLY_DATABASE is not usable"),
        ("sqlite://", "SQLite needs a file"),
    ],
)
def test_a_database_out_of_reach_is_explained(cachly, monkeypatch, database, says):
    """The sentence names the database without its password."""
    monkeypatch.setenv("CACHLY_DATABASE", database)
    monkeypatch.setenv("CACHLY_KEYS", KEY)
    for command in (("migrate",), ("rekey",), ("invite", "--unit", "04", "--role", "viewer")):
        code, _, err = cachly(*command)
        assert code == 2
        assert says in err
        assert "geheim" not in err


def test_an_old_database_is_not_worked_on(cachly, monkeypatch):
    """Commands that need the tables say `cachly migrate` where there are none."""
    monkeypatch.setenv("CACHLY_KEYS", KEY)
    for command in (("rekey",), ("invite", "--unit", "04", "--role", "viewer")):
        code, _, err = cachly(*command)
        assert code == 2
        assert "run `cachly migrate`" in err


def test_units_of_a_wrong_file_are_refused(cachly, installed):
    """The sentence names the file and the line."""
    (installed / "wrong.tsv").write_text(COMMUNES + "04\tTỉnh Cao Bằng\t\tXã\n")
    code, _, err = cachly("units", "load", "wrong.tsv")
    assert code == 2
    assert "wrong.tsv cannot be used: line 4: ward_code is empty" in err


def test_rekey_seals_everything_anew(cachly, installed):
    """After `key`, `rekey`, the older key may go: what was sealed is read with the new one alone."""
    cachly("invite", "--unit", "04", "--role", "cdc_admin")
    env = (installed / ".env").read_text()
    fresh = cachly("key")[1]
    (installed / ".env").write_text(env + fresh)
    code, out, _ = cachly("rekey")
    assert code == 0
    assert int(re.match(r"(\d+) values", out)[1]) > 0
    (installed / ".env").write_text(env + fresh.partition(",")[0] + "\n")
    assert re.match("0 values are sealed and 0 rows", cachly("rekey")[1])


def test_rekey_without_the_old_key_is_refused(cachly, installed):
    """What was sealed with a key that is not there is not lost: the sentence asks for the key."""
    cachly("invite", "--unit", "04", "--role", "cdc_admin")
    (installed / ".env").write_text(f"CACHLY_KEYS={Keyring.make_key('k2')}\n")
    code, _, err = cachly("rekey")
    assert code == 2
    assert "k1" in err
    assert "Put that key behind the others" in err


@pytest.mark.parametrize(
    ("at", "says"),
    [
        ("2026-12-05T07:30", "2026-12-05T07:30 has no zone. Write 2026-12-05T07:30+07:00"),
        ("tomorrow", "tomorrow is no instant. Write it as 2026-12-05T07:30+07:00"),
    ],
)
def test_a_sweep_needs_an_instant(cachly, at, says):
    """An hour without a zone is no instant; the sentence shows how to write one."""
    code, _, err = cachly("sweep", "--at", at)
    assert code == 2
    assert says in err


def test_a_sweep_prints_its_counts(installed):
    """`cachly sweep` does what is due then and says how much."""
    with Process("sweep", "--at", "2026-12-05T07:30+07:00") as process:
        code, out, err = process.ended()
    assert (code, err) == (0, "")
    assert re.fullmatch(
        r"prompted 0, checkins 0, tasks 0, chats 0, units 0, ended 0, retried 0, cleared 0, failed 0\n", out
    )
