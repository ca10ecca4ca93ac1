"""The accounts file: every field documented and checked, and every mistake answered with what to do."""

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot import accounts, catalogues, settings
from bot.accounts_file import KINDS, AccountsError, Hosts, Template, read
from bot.refusals import RefusedError
from bot.settings import Settings
from quarantine.windows import Approved

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "accounts.example.toml"
SECRETS = {
    "TELEGRAM_TOKEN": "123456:abc-DEF",
    "ZALO_APP_SECRET": "an-app-secret",
    "ZALO_OA_SECRET_KEY": "an-oa-secret-key",
    "ZALO_CODE_VERIFIER": "v" * 43,
    "ZALO_BOT_TOKEN": "271828:zalo-bot",
}
BOT = '[[account]]\nname = "bot"\nkind = "telegram"\ntoken = "123456:abc"\n'
OA = f"""
[[account]]
name = "oa"
kind = "zalo-oa"
app_id = "1"
app_secret = "app-secret"
oa_id = "2"
oa_secret_key = "oa-secret"
code_verifier = "{"v" * 43}"
"""


@pytest.fixture(autouse=True)
def clean(monkeypatch, tmp_path):
    """The example's secrets in the environment, no settings, and an empty folder to be in."""
    for field in Settings.model_fields:
        monkeypatch.delenv(f"CACHLY_{field.upper()}", raising=False)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


def written(text):
    """A file with these words."""
    path = Path("accounts.toml")
    path.write_text(text, encoding="utf-8")
    return path


def complaint(text):
    """What is said of a file with these words."""
    with pytest.raises(AccountsError) as refused:
        read(written(text))
    return str(refused.value)


def uncommented():
    """The example with the fields that stand behind a # taken in."""
    return re.sub(r"^#(?=\[|\w+ = )", "", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_the_example_is_a_working_file():
    """Copied as it is, with its secrets in the environment, it gives an account of each kind."""
    found = read(EXAMPLE)
    assert {account.kind for account in found} == set(KINDS)
    shown = {secret for account in found for secret in accounts.secrets(account)}
    assert shown == set(SECRETS.values())


def test_the_example_shows_every_field():
    """Each field of each kind stands in the example, with its default where it has one."""
    tables = tomllib.loads(uncommented())["account"]
    by_kind = {table["kind"]: table for table in tables}
    shared = {"province", "label"}
    for kind, model in KINDS.items():
        assert set(model.model_fields) == set(by_kind[kind]) | shared, kind
    assert shared <= {name for table in tables for name in table}
    assert set(Hosts.model_fields) == set(by_kind["zalo-oa"]["hosts"])
    assert set(Template.model_fields) == set(by_kind["zalo-oa"]["templates"]["checkin.prompt"])
    assert [account.name for account in read(written(uncommented()))] == [one["name"] for one in tables]


def test_defaults_of_the_example_are_the_defaults():
    """What stands behind a # changes nothing."""
    assert read(written(uncommented())) == read(EXAMPLE)


@pytest.mark.parametrize("model", [*KINDS.values(), Hosts, Template])
def test_every_field_says_what_it_is(model: type[BaseModel]):
    """A field's sentence is what somebody is told when it is missing."""
    for field, about in model.model_fields.items():
        assert about.description, field


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "names no account: each begins with [[account]]"),
        ("account = 5", "names no account"),
        ("[account]\nname = 'x'", "names no account"),
        ("[[account", "is no TOML"),
        (
            BOT + "[[acount]]\nname = 'x'",
            "accounts.toml: acount is unknown; there are only [[account]] tables.",
        ),
        (BOT.replace('"bot"', '"Cao Bằng"'), "account Cao Bằng: name is not usable: use 1 to 32 of a-z"),
        (BOT.replace('name = "bot"\n', ""), "account number 1: name is missing: what it is called here"),
        (BOT.replace('"telegram"', '"viber"'), "account bot: kind is one of telegram, zalo-bot, zalo-oa."),
        (BOT.replace("kind", "kinds"), "account bot: kind is one of telegram"),
        (BOT.replace("token", "tokne"), "account bot: tokne is no field of it: did you mean token?"),
        (BOT + "oa_id = '1'", "account bot: oa_id is no field of it: there are name, province"),
        (BOT.replace("123456:abc", "secret-token"), "account bot: token is not usable: copy the whole token"),
        (BOT.replace('"123456:abc"', '"env:NOWHERE"'), "token is taken from NOWHERE, which is not set"),
        (BOT.replace('"123456:abc"', '""'), "account bot: token is not usable: it is empty"),
        (
            BOT.replace('"123456:abc"', "7"),
            "account bot: token is not usable: input should be a valid string",
        ),
        (BOT + "api = 'x'", "account bot: api is not usable: write an address that begins with https://"),
        (BOT + "province = 'Cao Bằng'", "province is not usable: write the code of a unit"),
        (BOT + BOT, "account bot stands there twice: give each a name of its own."),
        (OA.replace('"1"', "1"), "account oa: app_id is not usable: input should be a valid string"),
        (OA.replace('"1"', '"x"'), "account oa: app_id is not usable: write its digits as text"),
        (OA.replace('"1"', "3141592653589793238"), "account oa: app_id is not usable"),
        (OA.replace("v" * 43, "short"), "code_verifier is not usable: use 43 of A-Z, a-z and 0-9"),
        (OA + 'signing = "mac"', "account oa: signing is not usable: input should be 'app_id' or 'oa_id'"),
        (OA + "[account.hosts]\noath = 'https://x'", "hosts.oath is no field of it: did you mean oauth?"),
        (
            OA + "[account.templates.prompt]\nid = '1'",
            "prompt cannot go as a template; there are checkin.prompt",
        ),
        (
            OA + '[account.templates."checkin.prompt"]',
            "templates.checkin.prompt.id is missing: its id in Zalo's",
        ),
        (
            OA + "appsecret_proof = 'yes'",
            "account oa: appsecret_proof is not usable: input should be a valid bool",
        ),
    ],
)
def test_a_mistake_is_answered_with_what_to_do(text, says):
    """Each wrong field is named with its account; no value is repeated, for it may be a secret."""
    said = complaint(text)
    assert says in said
    assert "secret-token" not in said


def test_all_mistakes_are_named_at_once():
    """Somebody who sets up a province learns of every mistake in one go."""
    said = complaint(BOT.replace("token", "tokne") + OA.replace("app_id", "ap_id"))
    assert len(said.splitlines()) == 4


@pytest.mark.parametrize(("raw", "says"), [(b"\xff", "is not in UTF-8"), (None, "cannot be read")])
def test_a_file_that_cannot_be_read_is_said(raw, says):
    """No traceback for a wrong path or a wrong encoding."""
    path = Path("accounts.toml")
    if raw is not None:
        path.write_bytes(raw)
    with pytest.raises(AccountsError, match=says):
        read(path)


def test_the_bot_of_the_settings_is_an_account_beside_those_of_the_file():
    """CACHLY_TELEGRAM_TOKEN goes on working, alone and beside a file."""
    alone = settings.load(telegram_token="123456:own")
    assert [account.name for account in accounts.known(alone)] == ["telegram"]
    both = settings.load(telegram_token="123456:own", accounts=str(written(BOT + OA)))
    assert [account.name for account in accounts.known(both)] == ["telegram", "bot", "oa"]


def test_without_any_account_it_is_said_what_to_do():
    """Neither a token nor a file: where to get one."""
    with pytest.raises(RefusedError, match=r"accounts\.example\.toml"):
        accounts.known(settings.load())


def test_the_name_of_the_settings_bot_is_not_given_twice():
    """Two accounts of one name would read each other's messages."""
    file = written(BOT.replace('"bot"', '"telegram"'))
    with pytest.raises(RefusedError, match="give one of them another name"):
        accounts.known(settings.load(telegram_token="123456:own", accounts=str(file)))


@pytest.mark.parametrize(("text", "name"), [(BOT, "bot"), (OA, "oa")])
def test_one_account_does_not_stand_there_under_two_names(text, name):
    """Two would take each other's messages, and spend each other's refresh tokens."""
    file = written(text + text.replace(f'"{name}"', '"copy"'))
    with pytest.raises(RefusedError, match=f"account copy is the same as account {name}"):
        accounts.known(settings.load(accounts=str(file)))


def test_accounts_of_one_application_hear_for_each_other():
    """Only those that share its id and its key: Zalo has one webhook for each application."""
    copy = OA.replace('"oa"', '"hg"').replace('"2"', '"3"')
    other = copy.replace('"hg"', '"other"').replace('"3"', '"4"').replace('"1"', '"5"')
    known = accounts.known(settings.load(accounts=str(written(OA + copy + other))))
    made = [accounts.credentials(one, known).siblings for one in known]
    assert made == [{"3": "hg"}, {"2": "oa"}, {}]


@pytest.mark.parametrize("text", [BOT, OA])
def test_the_messengers_push_to_https_alone(text):
    """A plain address would never be pushed to, so it is refused before anything starts."""
    chosen = settings.load(
        public_url="http://cachly.example", telegram_api="http://127.0.0.1:1", accounts=str(written(text))
    )
    with pytest.raises(RefusedError, match="must begin with https://"):
        accounts.known(chosen)


def test_templates_are_handed_on_by_letter_key():
    """What may be sent into a closed window is known by the key of our letter."""
    found = accounts.approved(read(EXAMPLE))
    fields = {"quy_danh": "You", "tram": "station", "dien_thoai": "officer_phone"}
    assert found == {"oa-cao-bang": {"checkin.prompt": Approved("451234", fields)}}


def test_a_template_holds_what_its_letter_has():
    """A field that names a parameter that nobody fills is said before anything starts, not to a resident."""
    texts = catalogues.load()
    accounts.check_templates(read(EXAMPLE), texts)
    template = '[account.templates."checkin.prompt"]\nid = "1"\nfields = { ngay = "dya" }\n'
    with pytest.raises(AccountsError) as refused:
        accounts.check_templates(read(written(OA + template)), texts)
    assert "account oa: templates.checkin.prompt.fields.ngay is to hold dya, which" in str(refused.value)
    assert " date_short, " in str(refused.value)


def test_secrets_are_not_shown():
    """Printing an account shows none of its secrets."""
    for account in read(EXAMPLE):
        assert not [secret for secret in SECRETS.values() if secret in repr(account)]
