"""`cachly invite` and `cachly officers`: a code for a post, who is posted where, and ending it."""

import re
from datetime import UTC, datetime

import pytest

from storage import tables
from storage.engine import open_engine
from storage.sealing import Keyring
from storage.tables import core
from tests.bot.conftest import KEY
from tests.bot.processes import TOKEN
from tests.e2e.processes import free_port

pytestmark = pytest.mark.usefixtures("place")
PERSON, POSTING, LETTER = (core(table).insert() for table in (tables.Person, tables.Posting, tables.Letter))


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
