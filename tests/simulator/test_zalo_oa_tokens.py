"""The host that trades tokens: consent with PKCE, single-use refresh, and how a grant dies."""

from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from tests.simulator.zalo import CALLBACK, CHALLENGE, VERIFIER, oa_bench


@pytest.fixture
async def oa():
    """Lan's phone follows the account; the app holds a token."""
    async for bench in oa_bench():
        yield bench


def first(oa, code, **changes):
    """The form of a first trade."""
    return {
        "code": code,
        "app_id": oa.settings.app_id,
        "grant_type": "authorization_code",
        "code_verifier": VERIFIER,
    } | changes


async def test_consent_gives_a_code_that_buys_one_pair(oa):
    """The page has one button, which sends the browser back with code, oa_id and state; a code works once."""
    asked = {"app_id": oa.settings.app_id, "redirect_uri": CALLBACK, "code_challenge": CHALLENGE}
    async with oa.http.get(f"{oa.root}/v4/oa/permission", params=asked) as answer:
        assert "Cho phép" in await answer.text()
    query = parse_qs(urlsplit(await oa.consent()).query)
    assert (query["oa_id"], query["state"]) == ([oa.settings.oa_id], ["s1"])
    form = first(oa, query["code"][0])
    pair = await oa.trade(**form)
    assert pair["expires_in"] == "90000"
    oa.token = pair["access_token"]
    assert (await oa.cs({"text": "a"}))["error"] == 0
    assert (await oa.trade(**form))["error"] != 0


@pytest.mark.parametrize(
    "changes",
    [{"code_verifier": "w" * 43}, {"app_id": "1"}, {"secret": "wrong"}, {"more": "1"}, {"grant_type": "x"}],
)
async def test_a_trade_must_fit(oa, changes):
    """A wrong verifier, app, secret or field is refused in the host's own envelope."""
    refused = await oa.trade(**first(oa, await oa.code(), **changes))
    assert refused["error"] < 0
    assert refused["error_name"]
    assert "access_token" not in refused


async def test_a_code_is_good_for_ten_minutes(oa):
    """Later it is refused."""
    code = await oa.code()
    oa.later(minutes=11)
    assert (await oa.trade(**first(oa, code)))["error"] < 0


async def test_the_console_refuses_a_strange_app_or_callback(oa):
    """−14002 for another app; −14003 for a callback that is not the saved one."""
    assert (await oa.consent(app_id="1"))["error"] == -14002
    await oa.sim("zalo-oa", redirect_uri="https://cachly.example/callback")
    assert (await oa.consent())["error"] == -14003


async def test_a_refresh_token_works_once_and_ends_the_old_access_token(oa):
    """The new pair works, the old access token is −216 at once, the old refresh token is refused for good."""
    old = await oa.tokens()
    new = await oa.refresh(old["refresh_token"])
    assert (await oa.cs({"text": "a"}))["error"] == -216
    assert (await oa.refresh(old["refresh_token"]))["error"] < 0
    oa.token = new["access_token"]
    assert (await oa.cs({"text": "a"}))["error"] == 0
    assert (await oa.refresh(new["refresh_token"], secret="wrong"))["error"] < 0
    assert "access_token" in await oa.refresh(new["refresh_token"])


async def test_an_access_token_ends_after_25_hours(oa):
    """Then −220, and the refresh token still works; after three months not."""
    pair = await oa.tokens()
    oa.later(hours=25)
    assert (await oa.cs({"text": "a"}))["error"] == -220
    pair = await oa.refresh(pair["refresh_token"])
    oa.token = pair["access_token"]
    assert (await oa.cs({"text": "a"}))["error"] == 0
    await oa.sim("zalo-oa/tokens/expire")
    assert (await oa.cs({"text": "a"}))["error"] == -220
    oa.later(days=91)
    assert (await oa.refresh(pair["refresh_token"]))["error"] < 0


async def test_a_consent_can_be_taken_back(oa):
    """Then nothing opens anything."""
    pair = await oa.tokens()
    await oa.sim("zalo-oa/tokens", verb="DELETE")
    assert (await oa.cs({"text": "a"}))["error"] == -216
    assert (await oa.refresh(pair["refresh_token"]))["error"] < 0


async def test_the_answer_to_a_refresh_may_be_lost(oa):
    """The worst case: the pair was made and nobody has it; −32 on the other hand spends nothing."""
    pair = await oa.tokens()
    await oa.sim("zalo-oa/faults", method="/v4/oa/access_token", error=-32)
    assert (await oa.refresh(pair["refresh_token"]))["error"] == -32
    await oa.sim("zalo-oa/faults", method="/v4/oa/access_token", drop=True, accept=True)
    with pytest.raises(aiohttp.ClientError):
        await oa.refresh(pair["refresh_token"])
    assert (await oa.refresh(pair["refresh_token"]))["error"] < 0
