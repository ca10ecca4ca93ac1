"""The command line: each command does what its --help says, and answers mistakes with one sentence."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.cli import main
from bot.demo import CAST
from bot.settings import Settings
from storage import tables
from storage.engine import open_engine
from storage.sealing import Keyring
from storage.tables import core

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
TOKEN = "123456:FOR-TESTS"
KEY = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
COMMUNES = (
    "province_code\tprovince\tward_code\tward\n04\tTỉnh Cao Bằng\t01273\tPhường Thục Phán\n"
    "04\tTỉnh Cao Bằng\t01321\tXã Bảo Lạc\n"
)

PERSON, POSTING, LETTER = (core(table).insert() for table in (tables.Person, tables.Posting, tables.Letter))


@pytest.fixture(autouse=True)
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


def free_port():
    """A port on which nobody listens."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


def ask(url, body=None):
    """What a server answers, as JSON; None while it does not."""
    headers = {"Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers)  # noqa: S310 - http to this machine
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - the same
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return json.loads(error.read())
    except (OSError, ValueError):
        return None


def until(look, seconds=20):
    """What `look` finds once it finds something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.05)
    return pytest.fail(f"nothing after {seconds} s")


class Process:
    """A command of Cachly, or the stand-in, as a process of its own."""

    def __init__(self, *words, **env):
        """Start it."""
        self.run = subprocess.Popen(
            (sys.executable, "-c", "from bot.cli import main; main()", *words) if words[0] != "-m" else
            (sys.executable, *words),
            env=os.environ | env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def ended(self, number=None):
        """Its exit code and what it printed, once it has ended; `number` is a signal to send first."""
        if number is not None:
            self.run.send_signal(number)
        out, err = self.run.communicate(timeout=30)
        return self.run.returncode, out, err

    def __enter__(self):
        """Nothing more."""
        return self

    def __exit__(self, *_):
        """Leave nothing behind."""
        if self.run.poll() is None:
            self.run.kill()
        self.run.communicate()


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


def test_an_invitation_is_a_code_and_a_link(cachly, installed):
    """The code is shown in two groups, and the link opens the bot with it; the text is kept sealed only."""
    code, out, err = cachly("invite", "--unit", "01273", "--role", "officer", "--deputy")
    assert (code, err) == (0, "")
    shown = re.search(r"^officer \(deputy\) at Phường Thục Phán: (\w{4})-(\w{4})$", out, re.MULTILINE)
    assert f"https://t.me/CachlyTestBot?start={shown[1]}{shown[2]}" in out
    assert f"{shown[1]}{shown[2]}".encode() not in (installed / "cachly.db").read_bytes()


def test_an_invitation_works_without_a_bot_that_answers(cachly, installed, monkeypatch):
    """The code does not depend on Telegram: without an answer it is sent as a message."""
    monkeypatch.setenv("CACHLY_TELEGRAM_API", f"http://127.0.0.1:{free_port()}")
    code, out, _ = cachly("invite", "--unit", "04", "--role", "cdc_admin")
    assert code == 0
    assert "send the code to it as a message" in out
    assert TOKEN not in out


@pytest.mark.parametrize(
    ("unit", "role", "says"),
    [
        ("99999", "officer", "There is no unit with the code 99999"),
        ("04", "boss", "boss is no role. There are: cdc_admin"),
        ("04", "officer", "There is no officer at a unit such as Tỉnh Cao Bằng. There are: cdc_admin"),
        ("01273", "cdc_clerk", "There is no cdc_clerk at a unit such as Phường Thục Phán"),
    ],
)
def test_an_invitation_must_fit(cachly, installed, unit, role, says):
    """Unknown units and roles, and roles that such a unit does not have, are refused."""
    code, out, err = cachly("invite", "--unit", unit, "--role", role)
    assert (code, out) == (2, "")
    assert says in err


def _post(place, role="officer"):
    """Somebody at a station."""
    engine = open_engine(f"sqlite:///{place / 'cachly.db'}")
    long_ago = datetime(2021, 8, 14, tzinfo=UTC)
    with engine.begin() as conn:
        known = '{"name": "Nông Thị Hạnh", "phone": null, "birth_year": null, "sex": null, "identity": null}'
        profile = Keyring.parse(KEY).seal("person", "profile", 1, known)
        conn.execute(PERSON, {"id": 1, "profile": profile, "created_at": long_ago})
        conn.execute(
            POSTING, {"id": 7, "person_id": 1, "unit_id": 1273, "role": role, "valid_from": long_ago}
        )
    engine.dispose()


def test_officers_are_listed_and_a_post_is_ended_once(cachly, installed):
    """The list names each posting by its number; ended, it is gone, and a second time is refused."""
    assert cachly("officers", "list")[1].startswith("Nobody is posted there.")
    _post(installed)
    assert cachly("officers", "list", "--unit", "04") == (
        0,
        "7  01273 Phường Thục Phán: officer, Nông Thị Hạnh\n",
        "",
    )
    code, out, err = cachly("officers", "revoke", "7")
    assert (code, out, err) == (0, "Nông Thị Hạnh is officer at Phường Thục Phán no longer.\n", "")
    assert cachly("officers", "list")[1].startswith("Nobody is posted there.")
    code, out, err = cachly("officers", "revoke", "7")
    assert (code, out) == (2, "")
    assert "There is no posting 7 that has not ended" in err


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


def chat(telegram, user):
    """The texts in a phone's chat that the bot has written."""
    found = ask(f"{telegram}/sim/phones/{user}")
    return [message["text"] for message in found["phone"]["messages"] if message["from_bot"]]


@pytest.mark.parametrize("way", ["polling", "webhook"])
def test_run_answers_and_stops_in_order(installed, telegram, way):
    """`cachly run` answers by polling and by webhook, tells its health, and ends well on SIGTERM."""
    port, user = free_port(), 5000 + len(way)
    public = {"CACHLY_PUBLIC_URL": f"http://127.0.0.1:{port}"} if way == "webhook" else {}
    ask(f"{telegram}/sim/phones", {"id": user, "name": "Lạ"})
    with Process("run", CACHLY_HTTP_PORT=str(port), **public) as process:
        health = until(lambda: ask(f"http://127.0.0.1:{port}/healthz"))
        assert health["database"] == "ok"
        ask(f"{telegram}/sim/phones/{user}/start", {})
        assert until(lambda: chat(telegram, user))
        until(lambda: ask(f"http://127.0.0.1:{port}/healthz")["status"] == "ok")
        assert ask(f"http://127.0.0.1:{port}/healthz")["accounts"] == {"telegram": way}
        code, out, err = process.ended(signal.SIGTERM)
    assert (code, out) == (0, "")
    assert [json.loads(line)["event"] for line in err.splitlines()][-2:] == ["stopping", "stopped"]
    assert TOKEN not in err


def test_run_says_when_its_port_is_taken(installed):
    """Another program on the port: one sentence, exit 2, nothing left running."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with Process("run", CACHLY_HTTP_PORT=str(other.getsockname()[1])) as process:
            code, _, err = process.ended()
    assert code == 2
    assert "another program already does. Set CACHLY_HTTP_PORT" in err
    assert "Traceback" not in err


def test_the_demonstration_is_one_command(place):
    """`cachly demo` starts everything, prints one address, moves its clock, and leaves nothing running."""
    page, service = free_port(), free_port()
    here = "http://127.0.0.1"
    with Process("demo", CACHLY_DEMO_PORT=str(page), CACHLY_HTTP_PORT=str(service)) as process:
        assert re.findall(r"http://[\w.:]+", process.run.stdout.readline()) == [f"{here}:{page}"]
        phones = ask(f"{here}:{page}/sim/phones")["phones"]
        assert len(phones) == len(CAST)
        assert until(lambda: chat(f"{here}:{page}", phones[0]["id"]))
        before = ask(f"{here}:{service}/demo/clock")["now"]
        assert ask(f"{here}:{service}/demo/clock", {"to": "next_day"})["now"] > before
        assert ask(f"{here}:{service}/healthz")["status"] == "ok"
        code, _, err = process.ended(signal.SIGTERM)
    assert (code, err) == (0, "")
    assert ask(f"{here}:{page}/sim/phones") is None
    assert (place / ".cachly" / "demo" / "cachly.log").exists()


def test_the_demonstration_says_which_port_is_taken(cachly, monkeypatch):
    """A second demonstration, or any program on one of the ports: the sentence names the setting."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        for name in ("CACHLY_DEMO_PORT", "CACHLY_HTTP_PORT"):
            monkeypatch.setenv(name, str(other.getsockname()[1]))
            code, _, err = cachly("demo")
            assert code == 2
            assert f"set {name} to a free port" in err
            monkeypatch.setenv(name, str(free_port()))
    assert not Path(".cachly").exists()


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
